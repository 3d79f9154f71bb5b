"""Corrections: quarantined rows that somebody mended, under canonical names; applied when their file is read again."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conditioners.contract import Contract
from conditioners.csv_lines import show_lines
from conditioners.declaration import Source
from conditioners.dialects import Delimited
from conditioners.limits import MIB
from conditioners.quarantine_form import PLACE_LABELS, REJECT_COLUMNS
from conditioners.readers.batches import Located
from conditioners.rejected_rows import RejectedRow

if TYPE_CHECKING:
    import polars as pl

AS_CORRECTED = "as corrected, "
"""What the reason begins with where a row is rejected as somebody mended it."""
_LARGEST = 64 * MIB
_FORM = Delimited(name="corrections")
"""Corrections are standard CSV: ISO days, points in numbers, canonical words."""


class CorrectionError(ValueError):
    """A file of corrections cannot be used; the message says what to change."""


@dataclass(frozen=True)
class Correction:
    """One quarantined row, by its place and raw text, and what it should have been."""

    located: Located
    cells: tuple[tuple[str, str], ...]
    """Canonical columns and their text."""


def parse_corrections(source: Source, data: bytes) -> list[Correction]:
    """Read rows of a quarantine file to which the source's columns were added; raises CorrectionError."""
    header, rows = _split(data)
    unknown = [name for name in header[1:] if name not in (*REJECT_COLUMNS, *source.names)]
    missing = [column.name for column in source.columns if not column.optional and column.name not in header]
    if unknown or missing:
        raise CorrectionError(f"columns that {source.name} does not have: {unknown}; that are missing: {missing}")
    return [_read_row(source, header, number, row) for number, row in enumerate(rows, start=2)]


def parse_known_corrections(source: Source, data: bytes) -> list[Correction]:
    """Read what `write_corrections` wrote, maybe when the source had other columns; raises CorrectionError.

    Columns that it has no more are left out. A row that lacks new ones breaks the contract, which is told of that row.
    """
    header, rows = _split(data)
    return [_read_row(source, header, number, row) for number, row in enumerate(rows, start=2)]


def parse_rows(text: str, delimiter: str = ",") -> list[list[str]]:
    """The rows of CSV, in which the raw text of a row may be long; raises csv.Error."""
    csv.field_size_limit(_LARGEST)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def _split(data: bytes) -> tuple[list[str], list[list[str]]]:
    """The labels and rows of a file of corrections."""
    if len(data) > _LARGEST:
        raise CorrectionError(f"the corrections are larger than {_LARGEST} bytes; release them in portions")
    try:
        text = data.decode("utf-8-sig")
        rows = parse_rows(text, _delimiter_of(text))
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorrectionError(f"the corrections are no CSV in UTF-8: {error}") from None
    if not rows or not rows[0] or rows[0][0] not in PLACE_LABELS or "raw" not in rows[0]:
        raise CorrectionError("the first row must be that of the quarantine file, with the source's columns behind it")
    header = rows[0]
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise CorrectionError(f"columns that stand twice: {twice}")
    return header, rows[1:]


def _delimiter_of(text: str) -> str:
    """What stands behind the first label: a spreadsheet may have saved the list as people of its country do."""
    found = re.match(rf'"?(?:{"|".join(PLACE_LABELS)})"?([;\t])', text)
    return found[1] if found else ","


def _read_row(source: Source, header: Sequence[str], number: int, row: Sequence[str]) -> Correction:
    if len(row) != len(header):
        raise CorrectionError(f"row {number} has {len(row)} fields where the first has {len(header)}")
    told = dict(zip(header, row, strict=True))
    cells = tuple((name, told[name]) for name in source.names if name in told)
    return Correction(Located(row[0], told["raw"]), cells)


def write_corrections(source: Source, corrections: Iterable[Correction]) -> bytes:
    """Corrections as a file that `parse_known_corrections` reads; raises CorrectionError if they are too large."""
    rows = [["place", "raw", *source.names]]
    for each in corrections:
        cells = dict(each.cells)
        rows.append([*each.located, *(cells.get(name, "") for name in source.names)])
    data = show_lines(rows).encode()
    if len(data) > _LARGEST:
        raise CorrectionError(f"all corrections of a file can be {_LARGEST} bytes; mend the file, and drop it again")
    return data


class Mender:
    """Takes rejected rows out of one conditioning that are corrected, and judges the corrections in the end."""

    def __init__(self, source: Source, corrections: Iterable[Correction]) -> None:
        self._source = source
        self._contract = Contract(source, _FORM, source.names) if (given := list(corrections)) else None
        self._waiting: dict[Located, deque[Correction]] = {}
        for correction in given:
            self._waiting.setdefault(correction.located, deque()).append(correction)
        self._given = given
        self._taken: list[tuple[RejectedRow, Correction]] = []

    def take(self, rejected: Sequence[RejectedRow]) -> list[RejectedRow]:
        """The rejected rows without those that are corrected."""
        if not self._waiting:
            return list(rejected)
        left = []
        for row in rejected:
            waiting = self._waiting.get(row.located)
            if waiting:
                self._taken.append((row, waiting.popleft()))
            else:
                left.append(row)
        return left

    def judge(self) -> tuple[pl.DataFrame, list[Located], list[RejectedRow]]:
        """The corrected rows that keep the contract, where they stood, and those that are rejected again."""
        import numpy as np

        contract = self._contract
        if contract is None or not self._taken:
            import polars as pl

            return pl.DataFrame(), [], []
        typed = contract.apply(self._frame([correction for _, correction in self._taken]))
        located = [row.located for row, _ in self._taken]
        rejected = [
            RejectedRow((bad.row, 1), located[bad.row], bad.rule, bad.column, f"{AS_CORRECTED}{bad.reason}")
            for bad in typed.bad.explain()
        ]
        kept = np.delete(np.arange(len(located)), typed.bad.numbers).tolist()
        return typed.frame, [located[row] for row in kept], rejected

    def keys(self) -> pl.DataFrame | None:
        """The typed key columns of all corrections, for a second reading; None without any."""
        if self._contract is None:
            return None
        return self._contract.type_columns(self._frame(self._given), self._source.key)

    def _frame(self, corrections: Sequence[Correction]) -> pl.DataFrame:
        import polars as pl

        cells = [dict(correction.cells) for correction in corrections]
        return pl.DataFrame(
            [pl.Series(name, [row.get(name) for row in cells], dtype=pl.String) for name in self._source.names]
        )
