"""Opens a raw file for reading: recognises the format, and finds the source's dialect that it comes in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from conditioners.declaration import Source
from conditioners.dialects import Delimited, Dialect, FixedWidth, JsonColumns, JsonTree, ProductActivity, Workbook
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import Reader
from conditioners.readers.delimited import DelimitedReader
from conditioners.readers.fixed_width import FixedWidthReader, find_fixed_width
from conditioners.readers.json_columns import JsonColumnsReader
from conditioners.readers.json_tree import JsonReader, load_document
from conditioners.readers.layouts import find_layout
from conditioners.readers.product_activity import ProductActivityReader
from conditioners.readers.unfolding import Folding, UnfoldingReader, words_for_nothing
from conditioners.readers.workbook import WorkbookReader, load_sheets

_PACKAGE, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
D = TypeVar("D", bound=Dialect)


def open_reader(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader]:
    """The dialect that the file comes in, and a reader of it; raises Refusal when it is in none of the source's."""
    if not opened.head:
        raise Refusal("the file is empty")
    text = opened.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if opened.head.startswith((_PACKAGE, _OLE)):
        return _open_workbook(source, opened, limits)
    if text.startswith(b"ISA") and (activities := _dialects(source, ProductActivity)):
        return activities[0], ProductActivityReader(source, activities[0], opened, limits)
    if text.startswith((b"{", b"[")):
        documents = [dialect for dialect in source.dialects if isinstance(dialect, JsonTree | JsonColumns)]
        if documents:
            return _open_json(source, documents, opened, limits)
    return _open_text(source, opened, limits)


def _open_workbook(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader]:
    dialects = _dialects(source, Workbook)
    if not dialects:
        raise Refusal(f"{source.name} does not come as a workbook")
    sheets = load_sheets(opened, limits)
    for dialect in dialects[:-1]:
        try:
            return dialect, WorkbookReader(source, dialect, opened, sheets)
        except Refusal:
            continue
    return dialects[-1], WorkbookReader(source, dialects[-1], opened, sheets)


def _open_json(
    source: Source, dialects: Sequence[JsonTree | JsonColumns], opened: OpenedRaw, limits: Limits
) -> tuple[Dialect, Reader]:
    document = load_document(opened, limits)
    for dialect in dialects:
        kind = JsonReader if isinstance(dialect, JsonTree) else JsonColumnsReader
        reader = kind(source, dialect, opened, document)  # type: ignore[arg-type]
        if reader.has_records:
            return dialect, reader
    wanted = " or ".join(
        path for each in dialects for path in ([each.records] if isinstance(each.records, str) else each.records)
    )
    raise Refusal(f"the document has no list of records at {wanted}")


def _open_text(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader]:
    fixed = find_fixed_width(_dialects(source, FixedWidth), opened)
    if fixed is not None:
        return fixed, _unfold(fixed, FixedWidthReader(source, fixed, opened, limits))
    delimited = _dialects(source, Delimited)
    if not delimited:
        formats = ", ".join(dialect.name for dialect in source.dialects)
        raise Refusal(f"the file is in none of the dialects of {source.name}: {formats}")
    layout = find_layout(source, delimited, opened, limits)
    return layout.dialect, _unfold(layout.dialect, DelimitedReader(source, layout, opened, limits))


def _unfold(dialect: Dialect, reader: Reader) -> Reader:
    """The reader, or one that makes a row of each repetition, where the dialect has them."""
    if isinstance(dialect, FixedWidth) and dialect.repeated is not None:
        repeated = dialect.repeated
        empty = words_for_nothing(dialect.nulls, dialect.sentinels, next(iter(repeated.fields)))
        return UnfoldingReader(reader, Folding(repeated.into, tuple(repeated.fields), appended=True, empty=empty))
    if isinstance(dialect, Delimited | Workbook) and dialect.wide is not None:
        wide = dialect.wide
        empty = words_for_nothing(dialect.nulls, dialect.sentinels, next(iter(wide.values)))
        return UnfoldingReader(reader, Folding(wide.into, tuple(wide.values), empty=empty, keep_empty=wide.keep_empty))
    return reader


def _dialects(source: Source, kind: type[D]) -> list[D]:
    return [dialect for dialect in source.dialects if isinstance(dialect, kind)]
