"""Lines of `key=value` with blanks between, as programs log them: each key is a label, and a value may be quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from conditioners.outcome import Refusal, Skipped
from conditioners.rules import Rule
from conditioners.structure.rows import Row
from conditioners.structure.text import LineRows, TextRows

_FIRST = re.compile(r"(?<!\S)[A-Za-z_@][\w.@/-]*+=")
_PAIR = re.compile(r'([A-Za-z_@][\w.@/-]*+)=("(?:[^"\\]++|\\.)*+"|[^\s"]*+(?<![,;]))(?:[ \t]+|$)')
_CELLS = re.compile(r"[=\t]|[,;|]$")
"""What stands before the first key only where the pairs are no more than the last cell of a row."""
_LINES, _FEWEST, _PAIRS = 400, 3, 2
_MOSTLY = 0.9
_TEXT = ""
"""The label of what stands before the first key, such as the time; it has none."""


@dataclass(frozen=True)
class PairRows(LineRows):
    """One file; its first row is the labels, the keys of its first lines in order of appearance."""

    skipped: Skipped
    labels: tuple[str, ...]
    has_labels: ClassVar[bool] = True

    def rows(self) -> Iterator[Row]:
        """The labels, then each line that is not blank; one that is no pairs, or has other keys, cannot be read."""
        yield Row("1", self.labels, "")
        known = set(self.labels)
        for row in self.text.lines():
            if not row.raw.strip():
                self.skipped.add(f"{self.within}{row.place}", "blank")
                continue
            pairs = parse_pairs(row.raw)
            if pairs is None or len(pairs) < _PAIRS:
                yield Row(row.place, None, row.raw, (Rule.NO_PAIRS, "the line is no key=value pairs, each key once"))
            elif other := next((key for key in pairs if key not in known), None):
                reason = f"none of the first lines has the key {other!r}"
                yield Row(row.place, None, row.raw, (Rule.UNKNOWN_KEY, reason))
            else:
                yield Row(row.place, tuple(pairs.get(label, "") for label in self.labels), row.raw)

    def describe(self) -> dict[str, Any]:
        """The format."""
        return {"format": "key=value pairs", "delimiter": " ", "quote": '"'}


def open_pairs(text: TextRows, skipped: Skipped) -> PairRows | None:
    """The file, if nearly all of its first lines are pairs; raises Refusal when they have too many keys."""
    lines = [line for line in text.head.splitlines()[:_LINES] if line.strip()]
    if len(lines) < _FEWEST or sum(line.count("=") >= _PAIRS for line in lines) < _MOSTLY * len(lines):
        return None
    found = [pairs for line in lines if (pairs := parse_pairs(line)) is not None and _are_whole(pairs)]
    labels = tuple(dict.fromkeys(key for pairs in found for key in pairs))
    if len(found) < _MOSTLY * len(lines):
        return None
    if len(labels) > text.limits.columns:
        raise Refusal(f"the table has more than {text.limits.columns} columns")
    # What stands before the first key stands there in all lines, whichever line is the first that has it.
    return PairRows(text, skipped, tuple(sorted(labels, key=lambda label: label != _TEXT)))


def _are_whole(pairs: Mapping[str, str]) -> bool:
    """Whether they are all that a line says, and no cell of a table."""
    return len(pairs.keys() - {_TEXT}) >= _PAIRS and not _CELLS.search(pairs.get(_TEXT, ""))


def parse_pairs(line: str) -> dict[str, str] | None:
    """The values of a line by key, and what stands before the first one; None if the line is no pairs."""
    first = _FIRST.search(line)
    if first is None:
        return None
    end, before = first.start(), line[: first.start()].strip()
    pairs = {_TEXT: before} if before else {}
    while end < len(line):
        match = _PAIR.match(line, end)
        if match is None or match[1] in pairs:
            return None
        pairs[match[1]] = _unquote(match[2])
        end = match.end()
    return pairs


def _unquote(value: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", value[1:-1]) if value.startswith('"') else value
