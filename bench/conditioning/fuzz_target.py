"""One target of the fuzzer: a reader, files that it can read, and how they are looked at."""

from __future__ import annotations

from dataclasses import dataclass

from conditioners.columns import Column, Day, Decimal, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.limits import DEFAULT, Limits

_COLUMNS: tuple[Column, ...] = (
    Day("day"), Text("store", pattern="[0-9]{3}"), Whole("units", minimum=0), Decimal("price", 2, optional=True),
)  # fmt: skip
_SHOWN_OTHERWISE = (
    "xls",
    "ods",
    "Parquet",
    "XML spreadsheet",
    "source",
    "mixtures",
    "workbooks",
    "packed files",
    "parts",
)


@dataclass(frozen=True)
class Target:
    """A reader by name, files that it can read, the declaration (None without one), and the limits it works under."""

    name: str
    files: tuple[bytes, ...]
    source: Source | None
    file_name: str = "file"
    limits: Limits = DEFAULT
    only_read: bool = False
    """Whether rows are read and not judged, which takes most of the time."""
    is_drafted: bool = False
    """Whether a declaration is drafted from each file, as from a sample."""
    foreign: tuple[bytes, ...] = ()
    """Files of other forms, with which some inputs are spliced or packed."""

    @property
    def comes_in_pieces(self) -> bool:
        """Whether its files are read in pieces of any size, with the same rows in them."""
        return self.name.removeprefix("reader: ").startswith(("delimited", "wide", "fixed width", "JSON lines"))

    @property
    def shows_cells(self) -> bool:
        """Whether cells stand in its files, packed or not, as they are read; binary numbers do not."""
        return not self.foreign and not any(kind in self.name for kind in _SHOWN_OTHERWISE)


def make_target(
    name: str, files: tuple[bytes, ...], *dialects: Dialect, file_name: str = "file", limits: Limits = DEFAULT
) -> Target:
    """A target of files under one declaration, whose columns most of them have."""
    source = Source(
        name="fuzzed", title="Fuzzed", files=("**",), members=("**",), columns=_COLUMNS, key=("day", "store"),
        dialects=dialects,
    )  # fmt: skip
    return Target(name, files, source, file_name, limits)
