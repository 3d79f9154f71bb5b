"""Opens a raw file for reading: recognises the format, and finds the source's dialect that it comes in.

What reads a format is imported when a file comes in it: all of it would take each process 50 ms more.
"""

from __future__ import annotations

from conditioners.choosing import open_best
from conditioners.declaration import Source
from conditioners.dialects import (
    Dialect,
    EdiLoops,
    JsonColumns,
    JsonLines,
    JsonRows,
    JsonTree,
    Parquet,
    ProductActivity,
    Workbook,
    XmlElements,
)
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import Reader
from conditioners.readers.beginnings import PARQUET, WORKBOOKS
from conditioners.readers.decoding import begin_text
from conditioners.readers.foreign import name_form, refuse_foreign
from conditioners.readers.text.opening import open_text

_Found = tuple[Dialect, Reader]


def open_readers(source: Source, opened: OpenedRaw, limits: Limits) -> list[_Found]:
    """The dialect that the file comes in, and a reader of it; several for interchanges with several kinds of messages.

    Raises Refusal when it is in none of the source's.
    """
    if source.comes_as(ProductActivity, EdiLoops):
        from conditioners.readers.edi.opening import is_interchange, open_interchanges

        if is_interchange(opened.head):
            return open_interchanges(source, opened, limits)
    return [_open_reader(source, opened, limits)]


def _open_reader(source: Source, opened: OpenedRaw, limits: Limits) -> _Found:
    if not opened.head:
        raise Refusal("the file is empty")
    refuse_foreign(opened.head)
    found = _open_sheets(source, opened, limits) or _open_parquet(source, opened, limits)
    found = found or _open_json(source, opened, limits) or _open_xml(source, opened, limits)
    return found or _open_text(source, opened, limits)


def _open_sheets(source: Source, opened: OpenedRaw, limits: Limits) -> _Found | None:
    if not opened.head.startswith(WORKBOOKS) and not source.comes_as(Workbook):
        return None
    from conditioners.readers.workbooks.opening import open_sheets

    return open_sheets(source, opened, limits)


def _open_parquet(source: Source, opened: OpenedRaw, limits: Limits) -> _Found | None:
    files = source.dialects_of(Parquet)
    if not files or not opened.head.startswith(PARQUET):
        return None
    from conditioners.readers.parquet.tables import ParquetReader

    return open_best(source, files, lambda each: ParquetReader(source, each, opened, limits))


def _open_json(source: Source, opened: OpenedRaw, limits: Limits) -> _Found | None:
    if not source.comes_as(JsonTree, JsonRows, JsonColumns, JsonLines):
        return None
    from conditioners.readers.json.opening import open_json

    return open_json(source, opened, limits)


def _open_xml(source: Source, opened: OpenedRaw, limits: Limits) -> _Found | None:
    trees = source.dialects_of(XmlElements)
    if not trees or not begin_text(opened.head).startswith(b"<"):
        return None
    from conditioners.readers.xml.tables import XmlReader

    return open_best(source, trees, lambda each: XmlReader(source, each, opened, limits))


def _open_text(source: Source, opened: OpenedRaw, limits: Limits) -> _Found:
    try:
        return open_text(source, opened, limits)
    except Refusal as refusal:
        form = name_form(opened.head)
        if form is None:
            raise
        told = f"{refusal.reason}; it seems to be {form}, and {source.name} does not come as such"
        raise Refusal(told, refusal.where) from None
