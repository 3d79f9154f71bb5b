"""What stands for other marks while text is read: for a delimiter of several bytes, and for line ends that are CRs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from conditioners.outcome import Refusal
from conditioners.readers.text.syntax import Syntax

if TYPE_CHECKING:
    import polars as pl

STAND_IN = "\x1f"
"""The separator of units, which ASCII made to stand between cells, and hardly a text holds."""
_KEPT = "\ufdd2"
"""A code point that no text may hold: it stands for the stand-in itself where a text holds that."""

_FEED = "\ufdd3"
"""What follows a line feed in text whose lines end with CR, which are read as line feeds."""
_TURNED_BACK = (("\n" + _FEED, _FEED), ("\n", "\r"), (_FEED, "\n"))


def make_syntax(delimiter: str, quote: str, escape: str, line_end: str) -> Syntax:
    """How a text is read in which the delimiter may have several bytes, and lines may end with CR."""
    is_turned = line_end == "cr"
    if len(delimiter.encode()) == 1:
        return Syntax(delimiter, quote, escape, turned=is_turned)
    return Syntax(STAND_IN, quote, escape, written=delimiter, turned=is_turned)


def turn(text: bytes) -> bytes:
    """Text whose lines end with CR, with line feeds instead; raises Refusal when it could not be told apart again."""
    if _FEED.encode() in text:
        raise Refusal("the text holds U+FDD3, which is no character")
    return text.replace(b"\n", b"\n" + _FEED.encode()).replace(b"\r", b"\n")


def put_in(text: bytes, syntax: Syntax) -> bytes:
    """The text as the syntax reads it; raises Refusal when it could not be told from the file's own afterwards."""
    if not syntax.written:
        return text
    if _KEPT.encode() in text:
        raise Refusal("the text holds U+FDD2, which is no character")
    return text.replace(STAND_IN.encode(), _KEPT.encode()).replace(syntax.written.encode(), STAND_IN.encode())


def put_in_each(texts: Iterator[bytes], syntax: Syntax) -> Iterator[bytes]:
    """The same for a text that comes in blocks, which may end within a delimiter."""
    if not syntax.written:
        yield from texts
        return
    mark, held = syntax.written.encode(), b""
    for text in texts:
        known = put_in(held + text, syntax)
        begun = next((size for size in range(len(mark) - 1, 0, -1) if known.endswith(mark[:size])), 0)
        held = known[len(known) - begun :]
        yield known[: len(known) - begun]
    yield held


def take_out(text: str, syntax: Syntax) -> str:
    """Text as the file has it."""
    if syntax.turned:
        text = text.removeprefix(_FEED)
        for stands, written in _TURNED_BACK:
            text = text.replace(stands, written)
    return text.replace(STAND_IN, syntax.written).replace(_KEPT, STAND_IN) if syntax.written else text


def take_out_of_cells(frame: pl.DataFrame, data: bytes, syntax: Syntax) -> pl.DataFrame:
    """The data's cells as the file has them: a quoted one may hold delimiters and line ends, and any the stand-in."""
    import polars as pl

    may_hold = bool(syntax.quote) and syntax.quote.encode() in data
    if syntax.turned and (may_hold or _FEED.encode() in data):
        for stands, written in _TURNED_BACK:
            frame = frame.with_columns_seq(pl.all().str.replace_all(stands, written, literal=True))
    if syntax.written and may_hold:
        frame = frame.with_columns_seq(pl.all().str.replace_all(STAND_IN, syntax.written, literal=True))
    if syntax.written and _KEPT.encode() in data:
        frame = frame.with_columns_seq(pl.all().str.replace_all(_KEPT, STAND_IN, literal=True))
    return frame
