"""Delimiters of several bytes: one character stands for them while text is read, and none is left afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from conditioners.outcome import Refusal
from conditioners.readers.records import Syntax

if TYPE_CHECKING:
    import polars as pl

STAND_IN = "\x1f"
"""The separator of units, which ASCII made to stand between cells, and hardly a text holds."""
_KEPT = "\ufdd2"
"""A code point that no text may hold: it stands for the stand-in itself where a text holds that."""


def make_syntax(delimiter: str, quote: str, escape: str) -> Syntax:
    """How a text is read in which the delimiter may have several bytes."""
    if len(delimiter.encode()) == 1:
        return Syntax(delimiter, quote, escape)
    return Syntax(STAND_IN, quote, escape, written=delimiter)


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
    return text.replace(STAND_IN, syntax.written).replace(_KEPT, STAND_IN) if syntax.written else text


def take_out_of_cells(frame: pl.DataFrame, data: bytes, syntax: Syntax) -> pl.DataFrame:
    """The data's cells as the file has them: a quoted one may hold the delimiter, and any the stand-in."""
    import polars as pl

    if syntax.written and syntax.quote and syntax.quote.encode() in data:
        frame = frame.with_columns_seq(pl.all().str.replace_all(STAND_IN, syntax.written, literal=True))
    if syntax.written and _KEPT.encode() in data:
        frame = frame.with_columns_seq(pl.all().str.replace_all(_KEPT, STAND_IN, literal=True))
    return frame
