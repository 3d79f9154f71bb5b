"""Dialects of documents in which rows are found by their path or segment: JSON, XML, EDI."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from conditioners.dialects.common import Dialect
from conditioners.dialects.requirements import require_fields
from conditioners.outcome import SourceError

_SEGMENT = "[A-Z][A-Z0-9]{1,2}"


@dataclass(frozen=True, kw_only=True)
class JsonTree(Dialect):
    """A JSON document. `records` is the path of the repeated element, such as `stores[].weeks[]`.

    A label is the path of a value from the root, through the same arrays: `stores[].id`, `stores[].weeks[].units`.
    """

    records: str
    has_one_label: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class JsonRows(Dialect):
    """A JSON document whose rows are lists of cells: `{"columns": ["day", "units"], "data": [["2025-01-06", 3]]}`.

    `records` is the path of the list of rows, `data[]`, or `[]` for the document itself. Labels are those of a header.
    """

    records: str
    header: str = ""
    """The path of the labels: `columns[]`, or `columns[].name` where each is an object. Empty for the first row."""
    cells: str = ""
    """The path of the cells in a row that is an object: `f[].v` as BigQuery answers. Empty for rows that are lists."""
    fields: tuple[str, ...] = ()
    """For documents without labels, the canonical columns in order; "" for a cell that none takes."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require_fields(self.name, self.fields)

    @property
    def placed(self) -> set[str]:
        """Those of its fields."""
        return {*self.fields} - {""}


@dataclass(frozen=True, kw_only=True)
class JsonLines(Dialect):
    """Text with a JSON value in each line. `records` is the path of a repeated element in it; "" for the value itself.

    A label is the path of a value from the line's value, through the same arrays: `id`, `lines[].units`.
    """

    records: str = ""
    has_one_label: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class XmlElements(Dialect):
    """An XML document. `records` is the path of the repeated element from the root: `report/store/week`.

    A label is the path of an element or attribute from the root: `report/store/@id`, `report/store/week/units`. A name
    without prefix is the local name in any namespace; `s:store` is one in the namespace that `namespaces` has for `s`.
    Of two attributes with the same local name the one in no namespace has it; two in different ones are `given_twice`.
    """

    records: str
    namespaces: Mapping[str, str] = field(default_factory=dict)
    has_one_label: ClassVar[bool] = True


@dataclass(frozen=True, kw_only=True)
class JsonColumns(Dialect):
    """A JSON document with parallel lists, one for each column: `{"day": {"date": [...], "units": [...]}}`.

    `records` are the paths of the objects that hold the lists, "" for the document itself; all that a document has are
    read, in this order. A label is a path from the root; `@records` stands for the path that a row comes from. Where
    the document is a list of such objects, all of these paths begin with `[].`.
    """

    records: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.is_listed and not all(map(_is_of_element, self.records)):
            raise SourceError(f"dialect {self.name!r}: records are those of elements (`[].`), or of the document")

    @property
    def is_listed(self) -> bool:
        """Whether the document is a list of objects with parallel lists."""
        return any(map(_is_of_element, self.records))


@dataclass(frozen=True, kw_only=True)
class ProductActivity(Dialect):
    """EDI X12 transaction set 852: one row per transaction, item (LIN) and location (SDQ).

    Labels: `XQ02`, `XQ03` (first and last day), `N1.<entity>` and `N9.<qualifier>` (identification codes of the
    transaction), `LIN.<qualifier>` (product ids), `SDQ` (the location), `ZA.<activity>` (its quantities).
    """

    days: tuple[str, ...] = ("%Y%m%d",)
    message: ClassVar[str] = "852"
    has_one_label: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_labels(self, r"XQ0[23]|(N1|N9|LIN|ZA)\.\S+|SDQ")


@dataclass(frozen=True, kw_only=True)
class EdiLoops(Dialect):
    """An EDI interchange, X12 or EDIFACT, with messages such as 867 or SLSRPT: one row per innermost loop.

    `loops` are the segments that begin the loops, outermost first: `("PTD", "QTY")`. A value is looked up in the row's
    own loop, then outwards, last in the message's header. Labels: `QTY02` is an element by its number and `QTY02.1` a
    component of it; `QTY.32` is the value that a segment has for a qualifier (of N1 and NAD the identification).
    """

    message: str
    loops: tuple[str, ...]
    ends: tuple[str, ...] = ("CTT", "UNS", "CNT")
    """Segments that end all loops."""
    days: tuple[str, ...] = ("%Y%m%d",)

    def __post_init__(self) -> None:
        super().__post_init__()
        _require_labels(self, rf"{_SEGMENT}([0-9]{{2}}(\.[1-9][0-9]*)?|\.\S+)")
        if not self.loops or len(set(self.loops)) < len(self.loops):
            raise SourceError(f"dialect {self.name!r}: it takes loops, each beginning with another segment")
        for name in (*self.loops, *self.ends):
            if not re.fullmatch(_SEGMENT, name):
                raise SourceError(f"dialect {self.name!r}: no segment is called {name!r}")


def _is_of_element(path: str) -> bool:
    return path == "[]" or path.startswith("[].")


def _require_labels(dialect: Dialect, pattern: str) -> None:
    """Raises SourceError for a label that no value in a message can go by."""
    for labels in (*dialect.labels.values(), *dialect.parts.values()):
        for label in (labels,) if isinstance(labels, str) else labels:
            if not re.fullmatch(rf"{pattern}|[@=].*", label, re.DOTALL):
                raise SourceError(f"dialect {dialect.name!r}: no value in a message goes by {label!r}")
