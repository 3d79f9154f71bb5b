"""ARFF, the format of Weka: labels are declared before `@data`, rows of values stand behind it.

After https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/: names may be quoted, `%` begins comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from conditioners.outcome import Refusal, Skipped
from conditioners.structure.rows import Row
from conditioners.structure.splitting import Marks, Splitter
from conditioners.structure.text import LineRows, TextRows

_ATTRIBUTE = re.compile(r"""\s*@attribute\s+('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s{]+)\s*(\S+)""", re.IGNORECASE)
_DATA = re.compile(r"\s*@data\b", re.IGNORECASE)


@dataclass(frozen=True)
class ArffRows(LineRows):
    """One file; its first row is the labels."""

    skipped: Skipped
    labels: tuple[str, ...]
    quote: str
    has_labels: ClassVar[bool] = True

    def rows(self) -> Iterator[Row]:
        """The labels, then every row behind `@data`; raises Refusal for rows that name only some of their values."""
        yield Row("@attribute", self.labels, "")
        splitter, has_begun = Splitter(Marks(",", self.quote, "\\", spaced=True), len(self.labels), 1), False
        for row in self.text.lines():
            line = row.raw.strip()
            if not line or line.startswith("%") or not has_begun:
                cause = "blank" if not line else "a comment" if line.startswith("%") else "before the table"
                self.skipped.add(f"{self.within}{row.place}", cause)
                has_begun = has_begun or _DATA.match(line) is not None
                continue
            if line.startswith("{"):
                raise Refusal("the rows of the ARFF file are sparse, which is not read", f"line {row.place}")
            record = next(splitter.records(line))
            cells = tuple(cell.strip() for cell in record.fields) if record.fields is not None else None
            yield Row(row.place, cells if record.end >= len(line) else None, row.raw)

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
    return ArffRows(text, skipped, labels, quote)


def _unquote(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name[0] in "'\"" else name
