"""Tables of an HTML document of any size as grids of text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, cast

from conditioners.inputs.raw import BlockStream, OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import begin_text
from conditioners.readers.html.encodings import Guess, HtmlDecoder
from conditioners.readers.html.rows import LONGEST_TEXT, TableTarget
from conditioners.readers.markup import HtmlCheck
from conditioners.readers.spilled_rows import Spill, SpilledRows

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
HOLDS_OTHERS = "holds other tables, which are read instead"


@dataclass(frozen=True)
class HtmlTable:
    """One table: the number it has in the document, from 1, and its rows of equal width."""

    name: str
    rows: SpilledRows
    left_out: int = 0
    """Rows that are not read, for the table holds others: most such tables only lay out a page."""


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

    Many rows wait in a temporary file, until `opened` is closed. Raises Refusal when the document cannot be read.
    """
    from lxml import etree

    spill, decoder = Spill("the HTML document", limits), HtmlDecoder(guess)
    opened.keep(spill)
    target = TableTarget(spill, limits)
    stream = _Stream(_pieces_of(opened, limits, decoder), target)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, target=target)
    try:
        etree.parse(cast(Any, stream), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refusal(f"the HTML document cannot be read: {error}") from None
    for fatal in parser.error_log.filter_from_fatals():
        # The parser gives up there and raises nothing.
        is_long = "limit exceeded" in fatal.message
        reason = f"has a text longer than {LONGEST_TEXT} bytes" if is_long else f"cannot be read: {fatal.message}"
        raise Refusal(f"the HTML document {reason}", f"line {fatal.line}")
    return [
        HtmlTable(table.name, table.rows, table.written if table.holds_others else 0) for table in target.tables
    ], decoder.facts


def _pieces_of(opened: OpenedRaw, limits: Limits, decoder: HtmlDecoder) -> Iterator[bytes]:
    """The document in UTF-8; the first piece may be all of it, for the more of it is seen the better its encoding."""
    first, check, blocks = bytearray(), HtmlCheck(), opened.blocks()
    for block in blocks:
        first += block
        if len(first) > limits.html_bytes:
            break
    following = bytes(first)
    for block in chain(blocks, [b""]):
        piece, following = following, block
        piece = decoder.decode(piece, last=not following)
        check.take(piece, last=not following)
        yield piece


class _Stream(BlockStream):
    """A document for its parser, which goes on reading behind what was refused."""

    def __init__(self, pieces: Iterator[bytes], target: TableTarget) -> None:
        super().__init__(pieces)
        self._target = target

    def read(self, size: int = -1) -> bytes:
        """At most that many bytes; none at the end, and behind what was refused."""
        block = b"" if self._target.refusal is not None else super().read(size)
        self._target.budget.characters += len(block)
        return block
