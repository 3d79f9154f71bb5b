"""Opens workbooks, XML spreadsheets and HTML documents in the dialect that their sheets fit best."""

from __future__ import annotations

from collections.abc import Sequence

from conditioners.choosing import open_best
from conditioners.declaration import Source
from conditioners.dialects import Dialect, Workbook
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import Reader
from conditioners.readers.beginnings import WORKBOOKS
from conditioners.readers.html.tables import is_html
from conditioners.readers.unfolding import unfold
from conditioners.readers.workbooks.sheet_tables import Sheet, SheetReader, open_html_sheets, open_workbook_sheets
from conditioners.readers.workbooks.spreadsheet_xml import is_spreadsheet_xml


def open_sheets(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader] | None:
    """The dialect that a file's sheets come in, and a reader of them; None where the file has none by its beginning.

    Raises Refusal when they are in none of the source's dialects, or cannot be read.
    """
    sheets = _find_sheets(opened, limits)
    if sheets is None:
        return None
    dialects = source.dialects_of(Workbook)
    if not dialects:
        raise Refusal(f"{source.name} does not come as a workbook")
    return open_best(source, dialects, lambda each: unfold(each, SheetReader(source, each, opened, sheets, limits)))


def _find_sheets(opened: OpenedRaw, limits: Limits) -> Sequence[Sheet] | None:
    if opened.head.startswith(WORKBOOKS) or is_spreadsheet_xml(opened.head):
        return open_workbook_sheets(opened, limits)
    return open_html_sheets(opened, limits) if is_html(opened.head) else None
