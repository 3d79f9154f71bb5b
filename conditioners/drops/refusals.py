"""The line in quarantine that speaks for a whole file, alone or above rejected rows of an output that stays in use."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

from conditioners.outcome import Refused
from conditioners.quarantine_form import show_header

FILE_REFUSED = "file_refused"
_HEADER = show_header("place")
_IS_REFUSAL = re.compile(rb'(?:"(?:[^"]|"")*"|[^",]*),' + FILE_REFUSED.encode() + b",")
_BLOCK = 1 << 20


def refuse(refused: Refused) -> bytes:
    """A file of quarantine in which nothing stands but the refusal."""
    return _HEADER + _line(refused)


def refuse_above(stream: BinaryIO, refused: Refused) -> Iterator[bytes]:
    """A file of quarantine, read as it stood, with the refusal as its first row in place of one that was there."""
    yield stream.readline() or _HEADER
    yield _line(refused)
    first = stream.readline()
    if not _IS_REFUSAL.match(first):
        yield first
    while block := stream.read(_BLOCK):
        yield block


def keep_refusal(stream: BinaryIO, rows: BinaryIO) -> Iterator[bytes]:
    """A file of quarantine, read as it stood, with its refusal kept and other rejected rows below it."""
    stream.readline()
    first = stream.readline()
    yield rows.readline() or _HEADER
    if _IS_REFUSAL.match(first):
        yield first
    while block := rows.read(_BLOCK):
        yield block


def is_refusal(row: list[str]) -> bool:
    """Whether a row of quarantine speaks for its whole file."""
    return row[1:2] == [FILE_REFUSED]


def _line(refused: Refused) -> bytes:
    """The refusal as one line, so that it is found again without reading the rows below it."""
    cells = (refused.where or "", FILE_REFUSED, "", refused.reason, "")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(" ".join(cell.splitlines()) for cell in cells)
    return text.getvalue().encode("utf-8", "replace")
