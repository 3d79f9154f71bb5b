"""Reads long lists of a JSON document side by side, from a temporary file in which each has frames of its own."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, NamedTuple

from conditioners.limits import KIB, MIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import BATCH_ROWS
from conditioners.readers.json.elements import Elements
from conditioners.readers.json.outline import LongList
from conditioners.readers.json.text import JsonText

_MOST_FRAME, _LEAST_FRAME = 64 * KIB, 8 * KIB
_FRAMES = 16 * MIB
"""Text that all lists together have in work; its values take some ten times as much memory."""
_PORTION = 4 * MIB
"""Text of the rows that are read together."""


class Portion(NamedTuple):
    """Some values of each list, equally many."""

    first: int
    """The number of the first ones."""
    rows: int
    values: Mapping[str, Sequence[Any]]


class SpilledLists:
    """The text of long lists in a temporary file, packed frame by frame."""

    def __init__(self, text: JsonText, lists: Sequence[LongList], limits: Limits) -> None:
        self._text, self._lists = text, sorted(lists, key=lambda each: each.start)
        self._unread = {each.start: each for each in lists}
        self._frame = max(_LEAST_FRAME, min(_MOST_FRAME, _FRAMES // max(1, len(lists))))
        self._frames = {each.start: array("q") for each in lists}
        """Where the first frame of a list begins in the file, and where each one ends."""
        self._limits = limits
        largest = min(limits.json_bytes, 2 * _FRAMES // max(1, len(lists)))
        self._in_parallel = replace(limits, json_bytes=largest)
        """For elements of lists of which all have some in work."""

    def __enter__(self) -> SpilledLists:
        """Raises Refusal when the lists take too much of the disk."""
        import pyarrow as pa

        self._codec: Any = pa.Codec("zstd", 1)
        with ExitStack() as stack:
            if self._lists:
                self._file = stack.enter_context(tempfile.TemporaryFile())
                self._write()
            self._open_file = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._open_file.close()

    def read_parallel(self, lists: Mapping[str, LongList | list[Any]]) -> Iterator[Portion]:
        """The values of equally long lists, in portions; raises Refusal when an element is too large, or no JSON."""
        count = next((len(each) if isinstance(each, list) else each.count for each in lists.values()), 0)
        cursors = {name: self._open(each) for name, each in lists.items()}
        size = sum(each.end - each.start for each in lists.values() if isinstance(each, LongList))
        most = max(1, min(BATCH_ROWS, _PORTION * count // size)) if size else BATCH_ROWS
        first = 0
        while first < count:
            rows = min(most, count - first)
            rows = min(rows, *(cursor.fill(rows) for cursor in cursors.values()))
            yield Portion(first, rows, {name: cursor.take(rows) for name, cursor in cursors.items()})
            first += rows

    def _open(self, values: LongList | list[Any]) -> _Cursor:
        if isinstance(values, list):
            return _Cursor(values, iter(()), self._limits)
        self._unread.pop(values.start, None)
        return _Cursor([], values.cut(self._read(values), self._in_parallel), self._in_parallel)

    def check_unread(self) -> None:
        """Raises Refusal when one of the lists that have not been read is no JSON."""
        for found in self._unread.values():
            for piece in found.cut(self._read(found), self._limits):
                piece.parse(self._limits)

    def _write(self) -> None:
        at, waiting, held = 0, [*self._lists], bytearray()
        for block in self._text.blocks():
            end = at + len(block)
            while waiting and waiting[0].start < end:
                now = waiting[0]
                held += block[max(0, now.start - at) : now.end - at]
                is_whole = now.end <= end
                self._write_frames(now, held, is_whole)
                if not is_whole:
                    break
                del waiting[0]
            at = end

    def _write_frames(self, now: LongList, held: bytearray, is_whole: bool) -> None:
        """Write what is held of a list, but for what makes no whole frame, unless the list is whole."""
        frames = self._frames[now.start]
        if not frames:
            frames.append(self._file.tell())
        done = 0
        while len(held) - done >= self._frame or (is_whole and done < len(held)):
            frame = bytes(held[done : done + self._frame])
            self._file.write(self._codec.compress(frame, asbytes=True))
            frames.append(self._file.tell())
            done += len(frame)
        del held[:done]
        if self._file.tell() > self._limits.spilled_bytes:
            most = self._limits.spilled_bytes
            raise Refusal(f"the long lists of the JSON document take more than {most} bytes of temporary disk, packed")

    def _read(self, found: LongList) -> Iterator[bytes]:
        """The text of a list, frame by frame."""
        frames, left = self._frames[found.start], found.end - found.start
        for number in range(len(frames) - 1):
            self._file.seek(frames[number])
            packed = self._file.read(frames[number + 1] - frames[number])
            yield self._codec.decompress(packed, min(self._frame, left), asbytes=True)
            left -= self._frame


class _Cursor:
    """Reads one list on, a few values at a time."""

    def __init__(self, values: list[Any], pieces: Iterator[Elements], limits: Limits) -> None:
        self._values, self._pieces, self._limits = values, pieces, limits
        self._taken = 0

    def fill(self, wanted: int) -> int:
        """How many values wait: as many as are wanted, or fewer if they are large, but at least one."""
        held = 0
        while len(self._values) - self._taken < wanted and held < self._limits.json_bytes:
            piece = next(self._pieces)
            held += len(piece.text)
            self._values = [*self._values[self._taken :], *piece.parse(self._limits)]
            self._taken = 0
        return len(self._values) - self._taken

    def take(self, count: int) -> Sequence[Any]:
        """The next values."""
        self._taken += count
        return self._values[self._taken - count : self._taken]
