"""Workbooks (xlsx, xls, xlsb, ods): cells as text, never through a number that could lose zeros or places."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from conditioners.declaration import Source
from conditioners.dialects import Workbook
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import BATCH_ROWS, Facts, Located, Rows, TextBatch
from conditioners.readers.cells import show_cell
from conditioners.readers.headers import Header, NearMiss, find_header, surroundings
from conditioners.readers.packages import check_package, is_protected

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

TextRow = list[str | None]
_MOST_MERGED = 1_000_000
"""Rows of all merged cells of a sheet together."""


@dataclass(frozen=True)
class _Origin:
    """Where a row stands: its sheet, row number from 1, and cells."""

    sheet: str
    row: int
    cells: TextRow


class WorkbookReader:
    """Reads one workbook under the first dialect whose header row one of its sheets has."""

    def __init__(self, source: Source, dialect: Workbook, opened: OpenedRaw, sheets: Sequence[CalamineSheet]) -> None:
        self._source, self._dialect, self._opened, self._sheets = source, dialect, opened, sheets
        self._surroundings = surroundings(source, dialect)
        self._headers = self._find_headers()
        first = next(iter(self._headers.values()))
        self.columns = (*first.positions, *self._surroundings)
        self.facts = Facts(
            place="cell", dialect={"name": dialect.name, "format": "workbook", "sheets": list(self._headers)},
            header_rows=[f"{sheet}!A{header.row + 1}" for sheet, header in self._headers.items()],
            labels=list(first.labels), ignored=first.ignored, filler="\t",
        )  # fmt: skip

    def _find_headers(self) -> dict[str, Header]:
        """The header row of each sheet that has one; raises Refusal when none has, or they name other columns."""
        miss, places = NearMiss(), [""]
        found: dict[str, Header] = {}
        for sheet in self._sheets:
            rows = list(islice(text_rows(sheet), self._dialect.header_within + 1))
            before = miss.matched
            header = find_header(self._source, self._dialect, [[cell or "" for cell in row] for row in rows], miss)
            if miss.matched > before:
                places = [f"{sheet.name}!A{number}" for number in range(1, len(rows) + 1)]
            if header is not None:
                found[sheet.name] = header
        if not found:
            raise Refusal(miss.describe(self._source, places))
        first, *others = found.items()
        for name, header in others:
            if set(header.positions) != set(first[1].positions):
                raise Refusal(f"the sheets {first[0]} and {name} have different columns", f"{name}!A{header.row + 1}")
        return found

    def parts(self) -> Iterator[Rows]:
        """Rows in portions, sheet by sheet."""
        rows = Rows(self.columns)
        for sheet in self._sheets:
            for origin, cells in self._read_sheet(sheet):
                rows.add(origin, cells)
                if len(rows.cells) >= BATCH_ROWS:
                    yield rows
                    rows = Rows(self.columns)
        yield rows

    def _read_sheet(self, sheet: CalamineSheet) -> Iterator[tuple[_Origin, TextRow]]:
        header = self._headers.get(sheet.name)
        if header is None:
            self.facts.skipped.add(f"sheet {sheet.name}", "no header row", _height(sheet))
            return
        positions = [header.positions[name] for name in self.columns if name in header.positions]
        constants = [self._describe(label, sheet.name) for label in self._surroundings.values()]
        for number, cells in enumerate(text_rows(sheet), start=1):
            if number > header.row + 1:
                values = [cells[position] if position < len(cells) else None for position in positions]
                yield _Origin(sheet.name, number, cells), [*values, *constants]
            elif number <= header.row:
                cause = "before the header row" if any(cells) else "blank"
                self.facts.skipped.add(f"cell {sheet.name}!A{number}", cause)

    def _describe(self, label: str, sheet: str) -> str:
        return sheet if label == "@sheet" else self._opened.describe(label)

    def read(self, part: Rows) -> TextBatch:
        """A portion as a batch."""
        return part.to_batch(_locate)


def _locate(origin: _Origin) -> Located:
    return Located(f"{origin.sheet}!A{origin.row}", "\t".join(cell or "" for cell in origin.cells).rstrip("\t"))


def load_sheets(opened: OpenedRaw, limits: Limits) -> list[CalamineSheet]:
    """The sheets of a workbook file; raises Refusal for whatever the parser makes of a faulty one."""
    import python_calamine

    data = opened.read_whole("the workbook", limits.document_bytes)
    if data.startswith(b"PK"):
        check_package(data, limits)
    if is_protected(data):
        raise Refusal("the workbook is protected by a password")
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            return list(_worksheets(workbook, limits))
    except python_calamine.PasswordError:
        raise Refusal("the workbook is protected by a password") from None
    except (python_calamine.CalamineError, OSError) as error:
        raise Refusal(f"the workbook cannot be read: {error}") from None
    except BaseException as error:
        # The parser is compiled Rust; where it gives up in panic, the exception is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise Refusal(f"the workbook cannot be read: {error}") from None


def _worksheets(workbook: CalamineWorkbook, limits: Limits) -> Iterator[CalamineSheet]:
    from python_calamine import SheetTypeEnum

    cells = 0
    for name in (sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet):
        sheet = workbook.get_sheet_by_name(name)
        cells += _height(sheet) * ((sheet.end or (0, -1))[1] + 1)
        if cells > limits.cells:
            raise Refusal(f"the workbook has more than {limits.cells} cells", f"sheet {name}")
        yield sheet


def _height(sheet: CalamineSheet) -> int:
    """The number of the last row that has a cell, from 1; 0 for an empty sheet."""
    return sheet.end[0] + 1 if sheet.end else 0


def text_rows(sheet: CalamineSheet) -> Iterator[TextRow]:
    """The sheet's rows as text from row 1 and column A on; a cell merged over rows stands in each of them."""
    merged = _merged_below(sheet)
    open_values: dict[int, str | None] = {}
    margin: TextRow = [None] * (sheet.start[1] if sheet.start else 0)
    for row, values in enumerate(sheet.iter_rows()):
        cells = [*margin, *((value or None) if type(value) is str else show_cell(value) for value in values)]
        for column, first in merged.get(row, ()):
            if row == first:
                open_values[column] = cells[column]
            else:
                cells[column] = open_values[column]
        yield cells


def _merged_below(sheet: CalamineSheet) -> dict[int, list[tuple[int, int]]]:
    """For each row the columns in which a merged cell stands that is higher than a row, and that cell's first row."""
    found: dict[int, list[tuple[int, int]]] = {}
    covered = 0
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        rows = range(top, min(bottom, _height(sheet) - 1) + 1) if bottom > top else range(0)
        covered += len(rows)
        if covered > _MOST_MERGED:
            raise Refusal(f"merged cells run over more than {_MOST_MERGED} rows", f"sheet {sheet.name}")
        for row in rows:
            found.setdefault(row, []).append((left, top))
    return found
