"""Rows of text that are read again and again: held in memory as long as they are few, else in a temporary file."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal

_HELD, _FRAME = 48 * MIB, MIB
"""What the rows of all tables may take in memory, and those that are written together."""
_OF_A_ROW, _OF_A_CELL = 56, 64
"""Bytes that a row takes in memory, and a cell besides its characters."""
TextRow = Sequence[str | None]


class _Frame(NamedTuple):
    """Where rows are in the file, packed, and how long they are unpacked."""

    start: int
    packed: int
    size: int


class Spill:
    """A temporary file that the rows of several tables share; to be closed."""

    def __init__(self, what: str, limits: Limits) -> None:
        """`what` names the file that the rows are of."""
        self._what, self._limits, self._held = what, limits, 0
        self._tables: list[SpilledRows] = []
        self._file: Any = None
        self._codec: Any = None

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def open_table(self) -> SpilledRows:
        """Rows that none have been added to."""
        self._tables.append(SpilledRows(self))
        return self._tables[-1]

    def note(self, size: int) -> None:
        """More is held; raises Refusal when all rows take too much of the disk."""
        self._held += size
        if self._held > _HELD:
            for table in self._tables:
                table.write()
            self._held = 0

    def write(self, rows: list[TextRow]) -> _Frame:
        """Append rows to the file; raises Refusal when it gets too large."""
        if self._file is None:
            import pyarrow as pa

            self._file, self._codec = tempfile.TemporaryFile(), pa.Codec("zstd", 1)  # noqa: SIM115
        data = json.dumps(rows).encode()
        packed, start = self._codec.compress(data, asbytes=True), self._file.seek(0, 2)
        if start + len(packed) > self._limits.spilled_bytes:
            most = self._limits.spilled_bytes
            raise Refusal(f"the rows of {self._what} take more than {most} bytes of temporary disk, packed")
        self._file.write(packed)
        return _Frame(start, len(packed), len(data))

    def read(self, frame: _Frame) -> list[TextRow]:
        """Rows that were written."""
        self._file.seek(frame.start)
        data = self._codec.decompress(self._file.read(frame.packed), frame.size, asbytes=True)
        rows: list[TextRow] = json.loads(data)
        return rows


class SpilledRows:
    """The rows of one table, made equally wide when they are read."""

    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._frames: list[_Frame | list[TextRow]] = []
        self._last: list[TextRow] = []
        """Rows of the last frame, and what they take in memory."""
        self._size = self._count = self._cells = self.width = 0

    def append(self, row: TextRow) -> None:
        """Add a row; raises Refusal as the temporary file does."""
        if self._size > _FRAME or not self._frames:
            self._last, self._size = [], 0
            self._frames.append(self._last)
        size = _OF_A_ROW + _OF_A_CELL * len(row) + sum(map(len, filter(None, row)))
        self._last.append(row)
        self._size += size
        self._count += 1
        self._cells += len(row)
        self.width = max(self.width, len(row))
        self._spill.note(size)

    @property
    def missing(self) -> int:
        """Cells that rows have to get to be as wide as the widest one."""
        return self.width * self._count - self._cells

    def clear(self) -> None:
        """Let go of all rows."""
        self._frames, self._last = [], []
        self._size = self._count = self._cells = self.width = 0

    def write(self) -> None:
        """Have all rows in the file."""
        self._frames = [self._spill.write(each) if isinstance(each, list) and each else each for each in self._frames]
        self._size = _FRAME + 1

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[TextRow]:
        for frame in self._frames:
            for row in self._spill.read(frame) if isinstance(frame, _Frame) else frame:
                yield row if len(row) == self.width else [*row, *[None] * (self.width - len(row))]
