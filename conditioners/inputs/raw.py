"""Raw input and output sinks: named byte streams that can be opened again, and read only within limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from conditioners.inputs.surroundings import TITLE
from conditioners.limits import Limits
from conditioners.outcome import Refusal, SourceError

_SEQUENCE = re.compile(rb"\x1e\s*[\[{]")
"""How a JSON text sequence begins (RFC 7464): each value stands behind a mark, which JSON itself cannot hold."""


@dataclass(frozen=True)
class RawInput:
    """A raw file. `open` may be called again for a second reading, which must give the same bytes."""

    name: str
    """Its path in the raw container, or a file name."""
    open: Callable[[], AbstractContextManager[BinaryIO]]
    size: int | None = None


class OpenedRaw:
    """A raw file with its first bytes in `head`. The first call of `blocks` goes on behind them; later ones reopen.

    The marks of a JSON text sequence are read as blanks, so that it is JSON Lines.
    """

    def __init__(
        self, raw: RawInput, limits: Limits, member: str = "", folder: str = "", whole: int | None = None
    ) -> None:  # fmt: skip
        """`member` is its path in the archive that it is packed in, and `folder` what it stands in there.

        `whole` is the size of the raw file that it is packed in, if it is and that is known.
        """
        self.whole = raw.size if whole is None else whole
        """The size of the raw file as it came."""
        self.is_packed = whole is not None
        self.name, self.member, self.folder, self.size = raw.name, member, folder, raw.size
        self._raw, self._limits = raw, limits
        self._stack = ExitStack()
        self._stream: BinaryIO | None = None
        self.head = b""
        self.read = 0
        """Bytes of it that have been read so far, those that were read again counted once."""
        self._is_sequence = False

    def __enter__(self) -> OpenedRaw:
        self._stream = self._stack.enter_context(self._raw.open())
        head = fill(self._stream, self._limits.chunk_bytes)
        self._is_sequence = _SEQUENCE.match(head) is not None
        self.head, self.read = self._without_marks(head), len(head)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def keep(self, kept: AbstractContextManager[Any]) -> None:
        """Have something open as long as the file is."""
        self._stack.enter_context(kept)

    @property
    def is_whole(self) -> bool:
        """Whether `head` is known to be all of the file."""
        return len(self.head) < self._limits.chunk_bytes

    def describe(self, label: str) -> str:
        """What a label of the surroundings stands for: `@file` is the name without folders and endings, `=x` is x."""
        if label == "@file":
            return self.name.rsplit("/", 1)[-1].split(".", 1)[0]
        if label == "@folder":
            if not self.folder:
                told = "the file stands in no folder of an archive, which its dialect takes a column from"
                raise Refusal(f"{told}; where the file has that column itself, its label is no declared one", self.name)
            return self.folder
        if label.startswith("="):
            return label[1:]
        if label.startswith(TITLE):
            return ""  # each row's is told by the lines above it
        raise SourceError(f"no such label: {label}")

    def blocks(self) -> Iterator[bytes]:
        """The whole file in blocks of a chunk's size, the last one shorter; raises Refusal when it is too large."""
        stream, self._stream = self._stream, None
        if stream is not None:
            yield self.head
            yield from self._rest(stream, len(self.head))
        else:
            with self._raw.open() as again:
                yield from self._rest(again, 0)

    def _rest(self, stream: BinaryIO, total: int) -> Iterator[bytes]:
        while block := fill(stream, self._limits.chunk_bytes):
            total += len(block)
            self.read = max(self.read, total)
            if total > self._limits.raw_bytes:
                raise Refusal(f"the file is larger than the limit of {self._limits.raw_bytes} bytes")
            yield self._without_marks(block)

    def _without_marks(self, block: bytes) -> bytes:
        return block.replace(b"\x1e", b" ") if self._is_sequence else block

    def read_whole(self, what: str, limit: int) -> bytes:
        """All bytes, for a format that has to be held in memory; raises Refusal when they are more than may be."""
        data = bytearray()
        for block in self.blocks():
            data += block
            if len(data) > limit:
                raise Refusal(f"{what} is larger than the limit of {limit} bytes")
        return bytes(data)


class BlockStream:
    """Blocks as a stream that can only be read forward; `fault` keeps what went wrong below."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._block, self._position = blocks, b"", 0
        self.taken = 0
        self.fault: Exception | None = None
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        """At most that many bytes; none at the end."""
        if self._position == len(self._block):
            try:
                self._block, self._position = next(self._blocks, b""), 0
            except Exception as error:
                self.fault = error
                raise
        block = self._block[self._position : self._position + size if size >= 0 else None]
        self._position += len(block)
        self.taken += len(block)
        return block

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing is held open here."""


class ByteSink(Protocol):
    """Whatever takes the output; a binary file, or the lake's BlobWriter."""

    def write(self, data: bytes, /) -> object:
        """Append bytes."""


def fill(stream: BinaryIO, size: int) -> bytes:
    """As many bytes as asked for, or all that are left; a stream may give fewer at a time."""
    block = stream.read(size)
    if not block or len(block) == size:
        return block
    parts, missing = [block], size - len(block)
    while missing and (block := stream.read(missing)):
        parts.append(block)
        missing -= len(block)
    return b"".join(parts)
