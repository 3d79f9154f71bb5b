"""ARFF, the format of Weka: labels are declared before `@data`, rows of values stand behind it.

After https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/: names may be quoted, `%` begins comments.
Rows may be sparse: `{1 X, 3 Y}` has values by the numbers of attributes, from 0 and ascending, and all others are 0,
which of nominal attributes is the first value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from conditioners.outcome import Refusal, Skipped
from conditioners.structure.field_grammar import Marks
from conditioners.structure.rows import Row
from conditioners.structure.splitting import Splitter
from conditioners.structure.text import LineRows, TextRows

_ATTRIBUTE = re.compile(r"""\s*@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s{]+)\s*(\S+)""", re.IGNORECASE)
_NUMBERS = ("numeric", "real", "integer")
_VALUE = r"""('(?:[^'\\]++|\\.)*+'|"(?:[^"\\]++|\\.)*+"|[^\s,'"{}][^,'"{}]*+)"""
_FIRST, _TOLD = re.compile(rf"\{{\s*+{_VALUE}"), re.compile(rf"(\d{{1,6}})\s++{_VALUE}\s*+(?:,\s*+|$)")
"""The first value of a nominal attribute; one value of a sparse row, with the number of its attribute."""
_MOST_LEFT_OUT = 5_000_000
"""Cells that sparse rows may leave out, unless they have one in twenty."""
_DATA = re.compile(r"\s*@data\b", re.IGNORECASE)


@dataclass(frozen=True)
class ArffRows(LineRows):
    """One file; its first row is the labels."""

    skipped: Skipped
    labels: tuple[str, ...]
    absent: tuple[str | None, ...]
    """For each attribute what a sparse row means by leaving it out; None if that is not defined."""
    quote: str
    has_labels: ClassVar[bool] = True

    def rows(self) -> Iterator[Row]:
        """The labels, then every row behind `@data`; raises Refusal when sparse rows leave out nearly everything."""
        yield Row("@attribute", self.labels, "")
        splitter, has_begun = Splitter(Marks(",", self.quote, "\\", spaced=True), len(self.labels), 1), False
        told = left_out = 0
        for row in self.text.lines():
            line = row.raw.strip()
            if not line or line.startswith("%") or not has_begun:
                cause = "blank" if not line else "a comment" if line.startswith("%") else "before the table"
                self.skipped.add(f"{self.within}{row.place}", cause)
                has_begun = has_begun or _DATA.match(line) is not None
                continue
            if line.startswith("{") and line.endswith("}"):
                told += line.count(",") + (len(line) > len("{}"))
                left_out += len(self.labels)
                if left_out > _MOST_LEFT_OUT and told * 20 < left_out:
                    raise Refusal(f"sparse rows leave out more than {_MOST_LEFT_OUT} values", f"line {row.place}")
                yield Row(row.place, self._fill(line[1:-1].strip()) or (line,), row.raw)
                continue
            record = next(splitter.records(line))
            cells = tuple(cell.strip() for cell in record.fields) if record.fields is not None else None
            yield Row(row.place, cells if record.end >= len(line) else None, row.raw)

    def _fill(self, told: str) -> tuple[str, ...] | None:
        """The cells of a sparse row; None if it names what there is not, or leaves out what cannot be."""
        cells, place, end = list(self.absent), -1, 0
        while end < len(told):
            found = _TOLD.match(told, end)
            if found is None or not place < int(found[1]) < len(cells):
                return None
            place, end = int(found[1]), found.end()
            cells[place] = _unquote(found[2].strip())
        full = tuple(cell for cell in cells if cell is not None)
        return full if len(full) == len(cells) else None

    def describe(self) -> dict[str, Any]:
        """The format, and what quotes values."""
        return {"format": "ARFF", "delimiter": ",", "quote": self.quote}


def open_arff(text: TextRows, skipped: Skipped) -> ArffRows | None:
    """The file if it is in this format; raises Refusal when its attributes are not all read."""
    lines = text.head.splitlines()
    told = (line.strip() for line in lines if line.strip() and not line.lstrip().startswith("%"))
    if not next(told, "").lower().startswith("@relation"):
        return None
    behind = next((number for number, line in enumerate(lines, 1) if _DATA.match(line)), None)
    if behind is None:
        raise Refusal("the ARFF file has no @data within its first mebibyte")
    declared = [line for line in lines[:behind] if line.lstrip().lower().startswith("@attribute")]
    found = [_ATTRIBUTE.match(line) for line in declared]
    if not declared or not all(found) or any(match and match[2].lower() == "relational" for match in found):
        raise Refusal("the ARFF file has no attributes, or some that are not read")
    rows = [line for line in lines[behind:] if not line.lstrip().startswith("%")]
    quote = '"' if any('"' in line for line in rows) and not any("'" in line for line in rows) else "'"
    labels = tuple(_unquote(match[1]) for match in found if match)
    return ArffRows(text, skipped, labels, tuple(map(_find_absent, declared, found)), quote)


def _find_absent(line: str, attribute: re.Match[str] | None) -> str | None:
    kind = line[attribute.start(2) :].strip() if attribute else ""
    first = _FIRST.match(kind)
    if first is not None:
        return _unquote(first[1].strip())
    return "0" if kind.lower().startswith(_NUMBERS) else None


def _unquote(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name[0] in "'\"" else name
