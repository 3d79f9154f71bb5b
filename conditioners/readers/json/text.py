"""The text of a JSON document of any size, which can be read again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from itertools import chain

from conditioners.inputs.raw import OpenedRaw
from conditioners.outcome import Refusal
from conditioners.readers.decoding import Decoder
from conditioners.readers.json.parsing import may_be_damaged


class JsonText:
    """A document's text as UTF-8."""

    def __init__(self, opened: OpenedRaw) -> None:
        self._opened = opened
        self._checksum: int | None = None
        self.encoding: Mapping[str, str] = {}
        """Known, as is the following, when all of it has been read."""
        self.damaged = False

    def blocks(self) -> Iterator[bytes]:
        """The whole text; raises Refusal at its end when it is another one than it was."""
        decoder, checksum, last = Decoder(("utf-8",)), 0, b""
        for block in chain(self._opened.blocks(), [b""]):
            checksum = zlib.crc32(block, checksum)
            text = decoder.feed(block, last=not block)
            self.damaged = self.damaged or may_be_damaged(last + text)
            last = text[-1:]
            yield text
        if self._checksum not in (None, checksum):
            raise Refusal("the file changed while it was read")
        self._checksum = checksum
        self.encoding = {"name": decoder.name, "evidence": decoder.evidence}

    def between(self, start: int, end: int) -> Iterator[bytes]:
        """What stands between two places, counted in bytes from the text's beginning."""
        at = 0
        for block in self.blocks():
            if at + len(block) > start and at < end:
                yield block[max(0, start - at) : end - at]
            at += len(block)
