"""Raw input and output sinks: named byte streams that can be opened again, and read only within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from conditioners.limits import Limits
from conditioners.outcome import Refusal, SourceError


@dataclass(frozen=True)
class RawInput:
    """A raw file. `open` may be called again for a second reading, which must give the same bytes."""

    name: str
    """Its path in the raw container, or a file name."""
    open: Callable[[], AbstractContextManager[BinaryIO]]
    size: int | None = None


class OpenedRaw:
    """A raw file with its first bytes in `head`. The first call of `blocks` goes on behind them; later ones reopen."""

    def __init__(self, raw: RawInput, limits: Limits) -> None:
        self.name = raw.name
        self._raw, self._limits = raw, limits
        self._stack = ExitStack()
        self._stream: BinaryIO | None = None
        self.head = b""

    def __enter__(self) -> OpenedRaw:
        self._stream = self._stack.enter_context(self._raw.open())
        self.head = fill(self._stream, self._limits.chunk_bytes)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def describe(self, label: str) -> str:
        """What a label of the surroundings stands for: `@file` is the name without folders and endings."""
        *folders, name = self.name.split("/")
        if label == "@file":
            return name.split(".", 1)[0]
        if label == "@folder":
            return folders[-1] if folders else ""
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
            if total > self._limits.raw_bytes:
                raise Refusal(f"the file is larger than the limit of {self._limits.raw_bytes} bytes")
            yield block

    def read_whole(self, what: str, limit: int) -> bytes:
        """All bytes, for a format that has to be held in memory; raises Refusal when they are more than may be."""
        data = bytearray()
        for block in self.blocks():
            data += block
            if len(data) > limit:
                raise Refusal(f"{what} is larger than the limit of {limit} bytes")
        return bytes(data)


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

