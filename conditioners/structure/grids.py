"""Opens a file of any format as grids of rows: a text is one grid, a workbook one for each sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.readers.beginnings import PARQUET, WORKBOOKS
from conditioners.readers.decoding import begin_text
from conditioners.readers.foreign import refuse_foreign
from conditioners.readers.html.tables import is_html
from conditioners.readers.json.value_lines import has_lines_behind
from conditioners.readers.workbooks.spreadsheet_xml import is_spreadsheet_xml
from conditioners.readers.xml.elements import is_well_formed
from conditioners.structure.alignment import open_aligned, open_spaced
from conditioners.structure.arff import open_arff
from conditioners.structure.block import Block
from conditioners.structure.doubled import open_doubled
from conditioners.structure.encodings import is_ebcdic, is_wide
from conditioners.structure.expanded import open_expanded
from conditioners.structure.free_format import open_free
from conditioners.structure.json_values import open_json
from conditioners.structure.pages import without_heads
from conditioners.structure.pairs import open_pairs
from conditioners.structure.parquet import open_parquet
from conditioners.structure.quoted_lines import open_quoted_lines
from conditioners.structure.rows import Row
from conditioners.structure.ruled import WithoutRuler, open_ruled
from conditioners.structure.segments import is_edi, open_segments
from conditioners.structure.sheets import open_html, open_workbook
from conditioners.structure.text import TextRows
from conditioners.structure.wiki import open_wiki
from conditioners.structure.xml_records import open_xml


class Grid(Protocol):
    """Rows that tables are looked for in."""

    @property
    def name(self) -> str:
        """What distinguishes it from the file's other grids; empty for the only one."""

    @property
    def place(self) -> str:
        """What places are: `line`, `cell` or `path`."""

    @property
    def has_labels(self) -> bool:
        """Whether the first row is known to be labels, and every other one a row of the one table."""

    def rows(self) -> Iterator[Row | Block]:
        """All rows, in order; those of plain text may come by the block."""

    @property
    def words_are_apart(self) -> bool:
        """Whether blanks separate cells, and so the words inside of one as well."""

    def resplit(self, row: Row) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Further ways to tell a row's cells apart."""

    def describe(self) -> dict[str, Any]:
        """Format and dialect, for the summary; complete when all rows have been taken."""

    def encoding(self) -> dict[str, str] | None:
        """The encoding's name and the evidence for it; None for formats that are not text."""


_JSON = re.compile(rb"\{\s*(?:[\"}]|$)|\[\s*(?:[\[{\"\]0-9-]|true|false|null|$)")
"""How a JSON document begins; a section of a settings file, such as `[main]`, does not."""
_STAMPED = re.compile(rb"\[[^][{}\"]*+\]\s*+[^],\s]")
_LINES = 20
_LOOKED_AT = 1 << 16
"""Bytes that tell whether a file is text."""
_DECLARES = re.compile(rb"<!DOCTYPE\s[^\[>]*\[\s*(?:<!|<\?|%|\])")
"""A document type with declarations of its own, which HTML has none of, and no table begins with."""
_SEPARATORS = b"\x01\x02\x14"
"""Control characters that some programs, such as Hive, put between cells."""
_JSON_NAMES = (".json", ".geojson", ".jsonl", ".ndjson", ".topojson")


def is_text(head: bytes) -> bool:
    """Whether what a file says takes as many bytes as there are characters, as in workbooks and Parquet it does not."""
    return not head.startswith((*WORKBOOKS, PARQUET))


def open_grids(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[Grid]:
    """The grids of a file that is not packed; none for an empty one. Raises Refusal when it holds no table."""
    head = opened.head
    start = begin_text(head)
    refuse_foreign(head)
    if not start and not head.strip(b"\xef\xbb\xbf \t\r\n"):
        if len(head) >= limits.chunk_bytes:
            raise Refusal(f"the file begins with {limits.chunk_bytes} bytes of blanks")
        return
    if head.startswith(WORKBOOKS) or is_spreadsheet_xml(head):
        yield from open_workbook(opened, limits, skipped)
    elif head.startswith(PARQUET):
        yield from open_parquet(opened, limits)
    elif is_html(head):
        yield from open_html(opened, limits, skipped)
    elif _is_xml(opened, start):
        yield from open_xml(opened, limits, skipped)
    elif is_edi(head):
        yield from open_segments(opened, limits)
    elif _JSON.match(start) or opened.name.lower().endswith(_JSON_NAMES) or has_lines_behind(head, limits):
        yield from _open_json_or_text(opened, limits, skipped)
    else:
        yield _open_text(opened, limits, skipped)


def _is_xml(opened: OpenedRaw, start: bytes) -> bool:
    if not start.startswith(b"<"):
        return False
    is_told = start.startswith(b"<?xml") or _DECLARES.match(start) is not None
    return is_told or opened.name.lower().endswith(".xml") or is_well_formed(opened.head)


def _open_json_or_text(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[Grid]:
    """A table whose first cell begins with a bracket is no JSON, unless the file's name says so.

    What is wrong with JSON is seldom in its first line, if it has others. A fault without a line is a limit's.
    """
    try:
        yield from open_json(opened, limits, skipped)
    except Refusal as refusal:
        is_of_first_line = re.match(r"line 1\b", refusal.where or "") and b"\n" in opened.head.strip()
        if opened.name.lower().endswith(_JSON_NAMES) or not is_of_first_line:
            raise
        if _has_stamps(opened.head):
            yield _open_text(opened, limits, skipped)
            return
        text = TextRows(opened, limits)
        if text.sniffed.columns < 2:
            raise
        yield text


def _has_stamps(head: bytes) -> bool:
    """Whether each of the first lines begins with something in brackets, such as a moment, that text stands behind."""
    lines = [line for line in head.splitlines()[:_LINES] if line.strip()]
    return all(map(_STAMPED.match, lines))


def _open_text(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Grid:
    if is_ebcdic(opened.head[:4096]):
        raise Refusal("the text comes from a mainframe, in EBCDIC; declare its code page in a source")
    if _is_binary(opened.head[:_LOOKED_AT]):
        raise Refusal("the file is in no known format")
    text = TextRows(opened, limits)
    listed = open_arff(text, skipped) or open_pairs(text, skipped) or open_expanded(text, skipped)
    drawn = listed or open_quoted_lines(text) or open_wiki(text)
    if drawn is not None:
        return drawn
    ruled = open_ruled(text, skipped)
    if isinstance(ruled, WithoutRuler):
        return ruled
    aligned = None if ruled else open_aligned(text)
    in_columns = ruled or open_free(text, aligned) or aligned or open_spaced(text)
    return without_heads(in_columns, skipped) if in_columns else open_doubled(text) or text


def _is_binary(head: bytes) -> bool:
    """Whether bytes are no text in any encoding that is known here."""
    if is_wide(head):
        return False
    head = head.rstrip(b"\x1a")  # With which programs of DOS end their files.
    controls = {byte: count for byte in (*range(1, 9), *range(14, 27)) if (count := head.count(byte))}
    if controls.keys() <= set(_SEPARATORS) and 0 not in head:
        return False
    return sum(controls.values()) > len(head) // 20 or head.count(0) > max(8, len(head) // 20)
