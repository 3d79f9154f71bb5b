"""Opens a raw file for reading: recognises the format, and finds the source's dialect that it comes in."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar

from conditioners.choosing import ALSO_FITS, Candidate, choose, open_best
from conditioners.declaration import Source
from conditioners.dialects import (
    Delimited,
    Dialect,
    EdiLoops,
    FixedWidth,
    JsonColumns,
    JsonLines,
    JsonRows,
    JsonTree,
    Parquet,
    ProductActivity,
    Workbook,
    XmlElements,
)
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import Reader
from conditioners.readers.decoding import begin_text
from conditioners.readers.delimited import DelimitedReader
from conditioners.readers.fixed_width import FixedWidthReader, find_fixed_width
from conditioners.readers.foreign import name_form, refuse_foreign
from conditioners.readers.html_tables import is_html
from conditioners.readers.interchange_opening import is_interchange, open_interchanges
from conditioners.readers.json_columns import ColumnsDocument, JsonColumnsReader
from conditioners.readers.json_documents import JsonReader
from conditioners.readers.json_lines import JsonLinesReader, has_json_lines
from conditioners.readers.layouts import Layout, find_layouts
from conditioners.readers.parquet import MAGIC as PARQUET
from conditioners.readers.parquet_tables import ParquetReader
from conditioners.readers.sheet_tables import Sheet, SheetReader, open_html_sheets, open_workbook_sheets
from conditioners.readers.spreadsheet_xml import is_spreadsheet_xml
from conditioners.readers.unfolding import (
    Folding,
    UnfoldingReader,
    count_repetitions,
    limit_portions,
    words_for_nothing,
)
from conditioners.readers.value_lines import has_lines_behind
from conditioners.readers.xml_tables import XmlReader

_PACKAGE, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
D = TypeVar("D", bound=Dialect)


def open_readers(source: Source, opened: OpenedRaw, limits: Limits) -> list[tuple[Dialect, Reader]]:
    """The dialect that the file comes in, and a reader of it; several for interchanges with several kinds of messages.

    Raises Refusal when it is in none of the source's.
    """
    interchanges = [dialect for dialect in source.dialects if isinstance(dialect, ProductActivity | EdiLoops)]
    if interchanges and is_interchange(opened.head):
        return open_interchanges(source, interchanges, opened, limits)
    return [_open_reader(source, opened, limits)]


def _open_reader(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader]:
    if not opened.head:
        raise Refusal("the file is empty")
    refuse_foreign(opened.head)
    text = opened.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    workbooks = _dialects(source, Workbook)
    if opened.head.startswith((_PACKAGE, _OLE)) or (workbooks and is_spreadsheet_xml(opened.head)):
        return _open_sheets(source, workbooks, opened, open_workbook_sheets(opened, limits))
    if workbooks and is_html(opened.head):
        return _open_sheets(source, workbooks, opened, open_html_sheets(opened, limits))
    if opened.head.startswith(PARQUET) and (files := _dialects(source, Parquet)):
        return open_best(source, files, lambda each: ParquetReader(source, each, opened, limits))
    begins = begin_text(opened.head)
    may_be_lines = bool(_dialects(source, JsonLines)) and has_lines_behind(opened.head, limits)
    if (may_be_lines or begins.startswith((b"{", b"["))) and (documents := _find_json(source, text, limits)):
        return _open_json(source, documents, opened, limits)
    if begins.startswith(b"<") and (trees := _dialects(source, XmlElements)):
        return open_best(source, trees, lambda each: XmlReader(source, each, opened, limits))
    try:
        return _open_text(source, opened, limits)
    except Refusal as refusal:
        form = name_form(opened.head)
        if form is None:
            raise
        told = f"{refusal.reason}; it seems to be {form}, and {source.name} does not come as such"
        raise Refusal(told, refusal.where) from None


_Json = JsonTree | JsonRows | JsonColumns | JsonLines


def _find_json(source: Source, head: bytes, limits: Limits) -> list[_Json]:
    """The dialects that a JSON file may come in: lines where the first one is a value, and more follow or must."""
    lines: list[_Json] = [*_dialects(source, JsonLines)]
    documents: list[_Json] = [each for each in source.dialects if isinstance(each, JsonTree | JsonRows | JsonColumns)]
    if not lines or not documents:
        return lines or documents
    is_several = b"\n" in head.strip() and (has_json_lines(head, limits) or has_lines_behind(head, limits))
    return lines if is_several else documents


def _open_sheets(
    source: Source, dialects: Sequence[Workbook], opened: OpenedRaw, sheets: Sequence[Sheet]
) -> tuple[Dialect, Reader]:
    if not dialects:
        raise Refusal(f"{source.name} does not come as a workbook")
    return open_best(source, dialects, lambda each: _unfold(each, SheetReader(source, each, opened, sheets)))


def _open_json(source: Source, dialects: Sequence[_Json], opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader]:
    lines = [dialect for dialect in dialects if isinstance(dialect, JsonLines)]
    if lines:
        return open_best(source, lines, lambda each: JsonLinesReader(source, each, opened, limits))
    paths = [[each.records] if isinstance(each.records, str) else each.records for each in dialects]
    refused = f"the document has no list of records at {' or '.join(path for each in paths for path in each)}"
    load = cache(lambda: ColumnsDocument.load(opened, limits))

    def open_in(dialect: _Json) -> Reader:
        reader: JsonReader | JsonColumnsReader
        if isinstance(dialect, JsonColumns):
            reader = JsonColumnsReader(source, dialect, opened, load(), limits)
        else:
            assert isinstance(dialect, JsonTree | JsonRows)
            reader = JsonReader(source, dialect, opened, limits)
        if not reader.has_records:
            raise Refusal(refused)
        return reader

    return open_best(source, dialects, open_in)


def _open_text(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader]:
    fixed, delimited = find_fixed_width(_dialects(source, FixedWidth), opened), _dialects(source, Delimited)
    if not fixed and not delimited:
        formats = ", ".join(dialect.name for dialect in source.dialects)
        raise Refusal(f"the file is in none of the dialects of {source.name}: {formats}")
    layouts = _find_layouts(source, delimited, opened, limits, is_needed=not fixed)
    candidates = [_as_fixed_candidate(source, each, opened, limits) for each in fixed]
    candidates += [_as_candidate(source, each, layouts, opened, limits) for each in layouts]
    dialect, reader = choose(source, candidates)
    also_fits = {**(layouts[0].also_fits if layouts else {}), **reader.facts.dialect.get(ALSO_FITS, {})}
    if also_fits:
        reader.facts.dialect[ALSO_FITS] = also_fits
    return dialect, reader


def _find_layouts(
    source: Source, dialects: Sequence[Delimited], opened: OpenedRaw, limits: Limits, *, is_needed: bool
) -> list[Layout]:
    """How the text may be read as delimited; nothing where it is read otherwise if it cannot be."""
    try:
        return find_layouts(source, dialects, opened, limits) if dialects else []
    except Refusal:
        if is_needed:
            raise
        return []


def _as_fixed_candidate(source: Source, dialect: FixedWidth, opened: OpenedRaw, limits: Limits) -> Candidate:
    kept = limit_portions(limits, dialect.repeated.count if dialect.repeated else 1)
    return Candidate(dialect.name, dialect, lambda: _unfold(dialect, FixedWidthReader(source, dialect, opened, kept)))


def _as_candidate(
    source: Source, layout: Layout, others: Sequence[Layout], opened: OpenedRaw, limits: Limits
) -> Candidate:  # fmt: skip
    """A layout with a name that no other one has: a dialect with two delimiters may fit with both."""
    is_twice = sum(other.dialect is layout.dialect for other in others) > 1
    name = f"{layout.dialect.name} with {layout.syntax.shown!r}" if is_twice else layout.dialect.name
    kept = limit_portions(limits, count_repetitions(layout.header.positions))
    return Candidate(
        name, layout.dialect, lambda: _unfold(layout.dialect, DelimitedReader(source, layout, opened, kept))
    )  # fmt: skip


def _unfold(dialect: Dialect, reader: Reader) -> Reader:
    """The reader, or one that makes a row of each repetition, where the dialect has them."""
    if isinstance(dialect, FixedWidth) and dialect.repeated is not None:
        repeated = dialect.repeated
        empty = words_for_nothing(dialect, repeated.fields)
        return UnfoldingReader(reader, Folding(repeated.into, tuple(repeated.fields), appended=True, empty=empty))
    if isinstance(dialect, Delimited | Workbook) and dialect.wide is not None:
        wide = dialect.wide
        empty = words_for_nothing(dialect, wide.values)
        return UnfoldingReader(reader, Folding(wide.into, tuple(wide.values), empty=empty, keep_empty=wide.keep_empty))
    return reader


def _dialects(source: Source, kind: type[D]) -> list[D]:
    return [dialect for dialect in source.dialects if isinstance(dialect, kind)]
