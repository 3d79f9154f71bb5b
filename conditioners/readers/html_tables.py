"""Tables of an HTML document as grids of text, cells that span rows or columns repeated in each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.decoding import begin_text
from conditioners.readers.html_encodings import Guess, decode_html
from conditioners.readers.markup import check_html, check_html_encodings

if TYPE_CHECKING:
    from lxml.etree import HTMLParser, _Element

_MOST_SPANNED = 1000
"""Columns or rows that one cell may span; further ones are not there, as browsers have it."""
_MANY_MADE, _MADE_PER_WRITTEN = 1_000_000, 10
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta|style|title)\b", re.IGNORECASE)
_FIRST = re.compile(rb"(?:\s*(?:<!--[\s\S]*?-->|<[?!][^<>]*>))*\s*<([^\s<>/]+)")
"""The first element, behind comments and what is said about the document."""
_ELEMENTS = frozenset(
    b"html head body meta style title link script base div span p center font form br hr b i a h1 h2 h3 h4 h5 h6"
    b" caption thead tbody tr td th pre main section article header small big strong em u img basefont".split()
)
_DOUBTFUL = frozenset(
    b"table ul ol dl nav aside footer fieldset legend label input select button noscript blockquote figure iframe"
    b" details address".split()
)
"""Elements that other XML may have as well: a page begins with one where rows of a table follow."""
_ROW = re.compile(rb"<(?:tr|td|th|thead|tbody|caption|col|colgroup)[\s/>]", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_PARTS = frozenset({"table", "thead", "tbody", "tfoot"})
_ENDS_CELL = frozenset({"tr", "td", "th", "thead", "tbody", "tfoot"})
"""Elements that end a cell where they begin (HTML, 13.2.6.4.15); the parser may put them into one left open."""


@dataclass(frozen=True)
class HtmlTable:
    """One table: the number it has in the document, from 1, and its rows of equal width."""

    name: str
    rows: list[list[str | None]]
    left_out: int = 0
    """Rows that are not read, for the table holds others: most such tables only lay out a page."""


HOLDS_OTHERS = "holds other tables, which are read instead"


def is_html(head: bytes) -> bool:
    """Whether a file begins as HTML documents do, whatever its name; other XML may have a title or tables as well."""
    start = begin_text(head)
    found = _FIRST.match(start)
    first = found[1].lower() if found else b"html"  # which is hidden behind a comment that goes on
    if not start.startswith(b"<") or _HTML.search(start) is None or first not in _ELEMENTS | _DOUBTFUL:
        return False
    if start.startswith(b"<?xml "):
        return found is not None and first == b"html"
    return first not in _DOUBTFUL or _ROW.search(start) is not None


def read_html_tables(
    opened: OpenedRaw, limits: Limits, guess: Guess | None = None
) -> tuple[list[HtmlTable], dict[str, str]]:
    """All tables, those that hold others without their rows, and the document's encoding with the evidence.

    Raises Refusal when the document is too large or cannot be read.
    """
    from lxml import etree

    raw = opened.read_whole("the HTML document", limits.html_bytes)
    data, encoding = decode_html(raw, guess)
    check_html(data, limits)
    if data is not raw:
        check_html_encodings(raw)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refusal(f"the HTML document cannot be read: {error}") from None
    _require_whole(parser)
    if root is None:
        return [], encoding
    budget = _Budget(limits.cells, limits.columns, limits.html_bytes)
    found = []
    for number, table in enumerate(root.iter("table"), start=1):
        name = f"table {number}"
        if next(table.iterdescendants("table"), None) is None:
            found.append(HtmlTable(name, _read_rows(table, budget)))
        else:
            found.append(HtmlTable(name, [], sum(1 for row in table.iter("tr") if _table_of(row) is table)))
    return found, encoding


def _require_whole(parser: HTMLParser) -> None:
    """Raises Refusal when the parser gave up within the document: it ends the tree there and raises nothing."""
    for error in parser.error_log.filter_from_fatals():
        is_deep = "depth" in error.message
        reason = "is nested deeper than 256 levels" if is_deep else "has a text longer than 10000000 bytes"
        raise Refusal(f"the HTML document {reason}", f"line {error.line}")


@dataclass
class _Budget:
    """How many cells may still come, and how many may stand in one row."""

    left: int
    columns: int
    characters: int
    """That may still be repeated where cells span several places."""
    written: int = 0
    made: int = 0

    def spend(self, cells: int, written: int = 0) -> None:
        """Cells were made, by those that are written in the document or by spans and rows of different lengths."""
        self.left -= cells
        self.made += cells
        self.written += written
        if self.left < 0:
            raise Refusal("the HTML document has too many cells")
        if self.made > _MANY_MADE and self.made > self.written * _MADE_PER_WRITTEN:
            raise Refusal(f"the HTML document makes more than {_MANY_MADE} cells of few")

    def repeat(self, text: str | None, times: int = 1) -> None:
        """A text is shown once more, or more often."""
        self.characters -= len(text or "") * times
        if self.characters < 0:
            raise Refusal("the HTML document repeats too many characters in cells that span several places")

    def check_row(self, cells: int) -> None:
        if cells > self.columns:
            raise Refusal(f"the table has more than {self.columns} columns")


def _read_rows(table: _Element, budget: _Budget) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    pending: dict[int, tuple[str | None, int]] = {}
    """Cells that reach down from rows above: by column, the text and how many rows are left."""
    group: _Element | None = None
    for part, cells in _rows_of(table):
        if part is not group:
            pending.clear()  # No cell reaches out of its part of the table (HTML, 4.9.12.1, "ending a row group").
        group = part
        if cells or pending:
            rows.append(_place_cells(cells, pending, budget))
    width = max((len(row) for row in rows), default=0)
    budget.spend(width * len(rows) - sum(map(len, rows)))
    return [row + [None] * (width - len(row)) for row in rows]


def _rows_of(table: _Element) -> Iterator[tuple[_Element, list[_Element]]]:
    """The part of the table and the cells of each row, also where the parser put them into cells that are not closed.

    Cells that stand in a part and in no row make one of their own (HTML, 13.2.6.4.13).
    """
    row: list[_Element] = []
    part, is_implied = table, True
    for element in table.iter("tr", "td", "th"):
        parent = element.getparent()
        is_in_part = parent is not None and parent.tag in _PARTS
        if element.tag == "tr" or (is_in_part and not (is_implied and parent is part)):
            if row or not is_implied:
                yield part, row
            part, row, is_implied = parent if parent is not None and is_in_part else part, [], element.tag != "tr"
        if element.tag != "tr":
            row.append(element)
    if row or not is_implied:
        yield part, row


def _table_of(row: _Element) -> _Element | None:
    return next(row.iterancestors("table"), None)


def _place_cells(
    cells: list[_Element], pending: dict[int, tuple[str | None, int]], budget: _Budget
) -> list[str | None]:
    row: list[str | None] = []
    waiting = iter(cells)
    while True:
        column = len(row)
        if column in pending:
            text, left = pending.pop(column)
            row.append(text)
            budget.spend(1)
            budget.repeat(text)
            if left > 1:
                pending[column] = (text, left - 1)
            continue
        cell = next(waiting, None)
        if cell is None:
            break
        text, down = _text_of(cell), _span(cell, "rowspan") or _MOST_SPANNED
        for spanned in range(_span(cell, "colspan") or 1):
            row.append(text)
            if down > 1:
                pending[column + spanned] = (text, down - 1)
        budget.spend(len(row) - column, written=1)
        budget.repeat(text, len(row) - column - 1)
        # Cells that reach down make each row wider than the one above; without this a page of 5 KB has millions.
        budget.check_row(len(row))
    return row


def _span(cell: Any, name: str) -> int:
    """What an attribute says; a height of 0 is all that is left of the table's part."""
    value = (cell.get(name) or "1").strip()
    return min(int(value), _MOST_SPANNED) if value.isascii() and value.isdigit() and len(value) < 6 else 1


def _text_of(cell: Any) -> str | None:
    return _BLANKS.sub(" ", "".join(_texts(cell))).strip() or None


def _texts(element: Any) -> Iterator[str]:
    for part in element.iter():
        if part is not element and part.tag in _ENDS_CELL:
            return
        if part.tag == "br":
            yield " "
        if part.text and part.tag not in ("script", "style"):
            yield part.text
        if part is not element and part.tail:
            yield part.tail
