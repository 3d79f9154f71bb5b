"""Cuts chunks of very short records into portions, for what is said about a record can be many times its size."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from conditioners.limits import Limits
from conditioners.readers.misfits import Misfits
from conditioners.readers.text.chunks import Chunk, Span, count_bytes
from conditioners.readers.text.locating import RecordIndex
from conditioners.readers.text.records import OddRecords
from conditioners.readers.text.syntax import CR, LF, Syntax


def cut_portions(chunks: Iterator[Chunk], syntax: Syntax, limits: Limits, misfits: Misfits) -> Iterator[Chunk]:
    """The same records in chunks of at most `limits.portion_records` each, numbered from 0.

    Raises Refusal when nearly all lines are blank, or most have quotes that cannot be read.
    """
    number = 0
    for chunk in chunks:
        misfits.look_at(chunk.first_line, chunk.lines, len(chunk.data), syntax.width or 1)
        misfits.look_at_odd(chunk.first_line, *_count_odd(chunk, syntax))
        ends = _portion_ends(chunk, syntax, limits.portion_records)
        for portion in _cut_up(chunk, ends) if len(ends) > 1 else (chunk,):
            yield replace(portion, number=number)
            number += 1


def _count_odd(chunk: Chunk, syntax: Syntax) -> tuple[int, int]:
    """Records (or lines of them), and how many cannot be read, or are of nothing but marks with quotes out of place."""
    import numpy as np

    filler, quote = f"{syntax.delimiter}{syntax.quote} \t\r\n".encode(), syntax.quote.encode()
    records, odd = chunk.lines, 0
    for piece in chunk.pieces:
        if isinstance(piece, OddRecords):
            data = chunk.data[piece.start : piece.end]
            records += len(piece.ends) - data.count(b"\n")
            # Empty cells that are all in quotes are two of these each.
            is_hollow = not data.translate(None, filler) and quote in data.replace(quote * 2, b"")
            odd += len(piece.ends) if is_hollow else int(np.count_nonzero(piece.rules))
    return records, odd


def _portion_ends(chunk: Chunk, syntax: Syntax, most: int) -> list[int]:
    """The positions behind portions of equal numbers of records, the last one's among them."""
    import numpy as np

    if syntax.delimiter == "\n":
        if chunk.lines <= most:
            return []
        ends = np.flatnonzero(np.frombuffer(chunk.data, np.uint8) == LF) + 1
    elif chunk.lines <= most and (b"\r" not in chunk.data or count_bytes(chunk.data, CR) <= most):
        return []
    else:
        ends = RecordIndex(chunk, syntax).ends
    step = math.ceil(len(ends) / math.ceil(len(ends) / most))
    return [*ends[step - 1 : -1 : step].tolist(), len(chunk.data)]


def _cut_up(chunk: Chunk, ends: Sequence[int]) -> Iterator[Chunk]:
    start, line = 0, chunk.first_line
    piece_ends = [piece.end for piece in chunk.pieces]
    for end in ends:
        data = chunk.data[start:end]
        lines = count_bytes(data, LF)
        held = chunk.pieces[bisect_right(piece_ends, start) : bisect_left(piece_ends, end) + 1]
        yield Chunk(data, line, tuple(_clip(piece, start, end) for piece in held), lines)
        start, line = end, line + lines


def _clip(piece: Span | OddRecords, start: int, end: int) -> Span | OddRecords:
    """What stands of a piece between two ends of records, counted from the first."""
    if isinstance(piece, OddRecords):
        return piece.clip(start, end)
    return Span(max(piece.start, start) - start, min(piece.end, end) - start)
