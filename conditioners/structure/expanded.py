"""Records that database shells print one field in a line: psql with `\\x`, mysql with `\\G`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from conditioners.outcome import Refusal, Skipped
from conditioners.rules import Rule
from conditioners.structure.rows import Row
from conditioners.structure.text import LineRows, TextRows

_LINES = 400
_COUNT = re.compile(r"\(\d+ rows?\)|\d+ rows? in set.*")
_GOES_ON = "+"
"""What a value of psql ends with in a line; the next one has no key then."""


@dataclass(frozen=True)
class _Shell:
    """How a shell writes records."""

    first: re.Pattern[str]
    """The line above each."""
    mark: str
    """What stands between a key and its value."""

    def read(self, line: str) -> tuple[str, str] | None:
        """Key and value of a line; None if it has no mark. Blanks around a key, and one before a value, are none's."""
        key, mark, value = line.partition(self.mark)
        return (key.strip(" "), value.removeprefix(" ")) if mark else None


_PSQL = _Shell(re.compile(r"-\[ RECORD \d+ \](?:[-+]*)"), "|")
_MYSQL = _Shell(re.compile(r"\*{5,} \d+\. row \*{5,}"), ":")


@dataclass(frozen=True)
class ExpandedRows(LineRows):
    """One file; its first row is the labels, the keys of its first record."""

    skipped: Skipped
    shell: _Shell
    labels: tuple[str, ...]
    has_labels: ClassVar[bool] = True

    def rows(self) -> Iterator[Row]:
        """The labels, then each record; one with other keys cannot be read."""
        yield Row("1", self.labels, "")
        record = list[Row]()
        for row in self.text.lines():
            if self.shell.first.fullmatch(row.raw.strip()):
                yield from self._read(record)
                record = [row]
            elif record:
                if len(record) > self.text.limits.record_lines:
                    raise Refusal(
                        f"the record has more than {self.text.limits.record_lines} lines", f"line {record[0].place}"
                    )
                record.append(row)
            elif row.raw.strip():
                self.skipped.add(f"{self.within}{row.place}", "before the table")
        yield from self._read(record)

    def _read(self, lines: list[Row]) -> Iterator[Row]:
        """The row of a record, without what stands behind the last one."""
        while lines and (not lines[-1].raw.strip() or _COUNT.fullmatch(lines[-1].raw.strip())):
            row = lines.pop()
            self.skipped.add(f"{self.within}{row.place}", "a count of rows" if row.raw.strip() else "blank")
        if not lines:
            return
        cells = _values([row.raw for row in lines[1:]], self.shell, self.labels)
        raw = "\n".join(row.raw for row in lines)
        fault = (Rule.WRONG_KEYS, "the record has other keys than the first one, or lines without one")
        yield Row(lines[0].place, cells, raw, *(() if cells else (fault,)))

    def describe(self) -> dict[str, Any]:
        """The format."""
        return {"format": "a field in each line"}


def open_expanded(text: TextRows, skipped: Skipped) -> ExpandedRows | None:
    """The file, if a shell printed records, and the first of these has a key in each line."""
    lines = text.head.splitlines()[:_LINES]
    for shell in (_PSQL, _MYSQL):
        starts = [at for at, line in enumerate(lines) if shell.first.fullmatch(line.strip())]
        if starts:
            end = starts[1] if len(starts) > 1 else len(lines)
            fields = map(shell.read, lines[starts[0] + 1 : end])
            labels = tuple(field[0] for field in fields if field and field[0])
            return ExpandedRows(text, skipped, shell, labels) if labels else None
    return None


def _values(lines: Sequence[str], shell: _Shell, labels: Sequence[str]) -> tuple[str, ...] | None:
    """The values of a record, in the order of its labels; None if its keys are not these."""
    values = list[str]()
    for line in lines:
        field = shell.read(line)
        key, value = field or ("", "")
        if field and len(values) < len(labels) and key == labels[len(values)]:
            values.append(value)
        elif values and shell is _MYSQL:
            values[-1] += "\n" + line
        elif field and not key and values and values[-1].endswith(_GOES_ON):
            values[-1] = values[-1].removesuffix(_GOES_ON).rstrip() + "\n" + value
        else:
            return None
    return tuple(values) if len(values) == len(labels) else None
