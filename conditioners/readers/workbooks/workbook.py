"""Workbooks of any format: cells as text, never through a number that could lose zeros or places."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.cells import show_cell
from conditioners.readers.workbooks.containers import ENCRYPTED, MAGIC, Container, wrap
from conditioners.readers.workbooks.mending import mend_package
from conditioners.readers.workbooks.packages import check_package
from conditioners.readers.workbooks.room import PROTECTED, Range, require_short_name
from conditioners.readers.workbooks.spreadsheet_xml import is_spreadsheet_xml, read_spreadsheet_xml
from conditioners.readers.workbooks.xls_extents import measure_xls
from conditioners.readers.workbooks.xls_pages import is_paged, widen_texts

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

TextRow = list[str | None]
_MOST_MERGED = 1_000_000
"""Rows of all merged cells of a sheet together."""


class BookSheet(Protocol):
    """One sheet."""

    @property
    def name(self) -> str:
        """The sheet's name."""

    @property
    def height(self) -> int:
        """The number of the last row that has a cell, from 1; 0 for an empty sheet."""

    def rows(self) -> Iterator[TextRow]:
        """The sheet's rows as text from row 1 and column A on; a cell merged over rows stands in each of them."""


class LoadedBook(NamedTuple):
    """The sheets of a workbook, and what the parser does not tell of them."""

    sheets: Sequence[BookSheet]
    evidence: dict[str, int]
    """How many cells are read as empty that are not, where there are some.

    `error_cells` hold an error, such as #N/A, and `uncalculated_cells` a formula and no value, as they do until a
    program that calculates has saved them.
    """
    encoding: dict[str, str] | None = None
    """Name and evidence, of XML spreadsheets, and of workbooks whose texts are in a code page."""


def load_sheets(opened: OpenedRaw, limits: Limits) -> LoadedBook:
    """The sheets of a workbook file; raises Refusal when it cannot be read."""
    if is_spreadsheet_xml(opened.head):
        sheets, errors, encoding = read_spreadsheet_xml(opened, limits)
        return LoadedBook(sheets, _tell_lost(errors), encoding)
    return _parse(opened, limits)


def _tell_lost(errors: int, uncalculated: int = 0) -> dict[str, int]:
    counts = {"error_cells": errors, "uncalculated_cells": uncalculated}
    return {what: count for what, count in counts.items() if count}


def _parse(opened: OpenedRaw, limits: Limits) -> LoadedBook:
    """The sheets of a workbook that was checked before the parser sees it."""
    import python_calamine

    data = opened.read_whole("the workbook", limits.document_bytes)
    errors, uncalculated, encoding = 0, 0, None
    merged: Mapping[str, Sequence[Range]] = {}
    if data.startswith(b"PK"):
        errors, uncalculated, misread, merged = check_package(data, limits)
        data = mend_package(data, misread) if misread.members else data
    elif data.startswith(MAGIC):
        data, errors, encoding = _rewrap(data, limits)
    with _refusing_faults(), python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
        lost = _tell_lost(errors, uncalculated)
        return LoadedBook(list(_worksheets(workbook, merged, limits)), lost, encoding)


@contextmanager
def _refusing_faults() -> Iterator[None]:
    """Whatever the parser makes of a faulty workbook is a Refusal."""
    import python_calamine

    try:
        yield
    except python_calamine.PasswordError:
        raise Refusal(PROTECTED) from None
    except python_calamine.WorksheetNotFound as error:
        raise Refusal(f"the workbook has no part in which its sheet {str(error)!r} would be") from None
    except (python_calamine.CalamineError, OSError) as error:
        raise Refusal(f"the workbook cannot be read: {error}") from None
    except BaseException as error:
        if not _is_panic(error):
            raise
        raise Refusal(f"the workbook cannot be read: {error}") from None


def _is_panic(error: BaseException) -> bool:
    """Whether the parser, which is compiled Rust, gave up; its exception is no Exception, and has no public name."""
    return type(error).__name__ == "PanicException"


def _rewrap(data: bytes, limits: Limits) -> tuple[bytes, int, dict[str, str] | None]:
    """An xls workbook, measured, in a container that says what is in it and nothing else.

    Answers its cells with errors, and the encoding, where its texts are in a code page, too.
    """
    container = Container(data)
    if container.has(ENCRYPTED):
        raise Refusal(PROTECTED)
    name, stream = container.find_workbook()
    encoding = None
    if is_paged(stream):
        stream, encoding = widen_texts(stream)
    errors = measure_xls(stream, limits)
    # The parser would look for a zip package in whatever is no xls after all.
    if b"PK\x05\x06" in stream:
        stream = stream.replace(b"PK\x05\x06", b"PK\0\0")
    return wrap(name, stream), errors, encoding


def _worksheets(
    workbook: CalamineWorkbook, merged: Mapping[str, Sequence[Range]], limits: Limits
) -> Iterator[_ParsedSheet]:
    from python_calamine import SheetTypeEnum

    cells, names = 0, set[str]()
    for name in (sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet):
        require_short_name(name, limits)
        if name in names:  # The parser would hand out one of them for both.
            raise Refusal("two sheets of the workbook have the same name", f"sheet {name}")
        names.add(name)
        parsed = workbook.get_sheet_by_name(name)
        sheet = _ParsedSheet(parsed, parsed.merged_cell_ranges or merged.get(name, ()))
        cells += sheet.height * ((parsed.end or (0, -1))[1] + 1)
        if cells > limits.cells:
            raise Refusal(f"the workbook has more than {limits.cells} cells", f"sheet {name}")
        yield sheet


class _ParsedSheet(NamedTuple):
    """A sheet that the parser has read, and cells that are merged over rows."""

    parsed: CalamineSheet
    merged: Sequence[Range]

    @property
    def name(self) -> str:
        return self.parsed.name

    @property
    def height(self) -> int:
        return self.parsed.end[0] + 1 if self.parsed.end else 0

    def rows(self) -> Iterator[TextRow]:
        merged = _merged_below(self)
        open_values: dict[int, str | None] = {}
        margin: TextRow = [None] * (self.parsed.start[1] if self.parsed.start else 0)
        blank: list[object] = []
        for row, values in enumerate(_parsed_rows(self.parsed)):
            if len(blank) != len(values):
                blank = [""] * len(values)
            if values == blank and row not in merged:  # as hundreds of thousands between two cells may be
                yield [None] * (len(margin) + len(values))
                continue
            cells = [*margin, *((value or None) if type(value) is str else show_cell(value) for value in values)]
            for column, first in merged.get(row, ()):
                if row == first:
                    open_values[column] = cells[column]
                else:
                    cells[column] = open_values[column]
            yield cells


def _parsed_rows(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """The sheet's rows as Python values; raises Refusal at a duration that Python, or the parser, has no room for."""
    row = 1
    try:
        for values in sheet.iter_rows():
            yield values
            row += 1
    except BaseException as error:
        if not isinstance(error, OverflowError) and not _is_panic(error):
            raise
        raise Refusal(f"a cell of the row cannot be read: {error}", f"{sheet.name}!A{row}") from None


def _merged_below(sheet: _ParsedSheet) -> dict[int, list[tuple[int, int]]]:
    """For each row the columns in which a merged cell stands that is higher than a row, and that cell's first row."""
    found: dict[int, list[tuple[int, int]]] = {}
    covered = 0
    _, last = sheet.parsed.end or (0, -1)
    for (top, left), (bottom, _) in sheet.merged:
        is_read = bottom > top and left <= last  # Empty cells may be merged beside all that hold something.
        rows = range(top, min(bottom, sheet.height - 1) + 1) if is_read else range(0)
        covered += len(rows)
        if covered > _MOST_MERGED:
            raise Refusal(f"merged cells run over more than {_MOST_MERGED} rows", f"sheet {sheet.name}")
        for row in rows:
            found.setdefault(row, []).append((left, top))
    return found
