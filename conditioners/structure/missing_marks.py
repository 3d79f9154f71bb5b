"""Puts a byte order mark before documents of wide characters that lack one, for their readers go by that."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from conditioners.inputs.raw import OpenedRaw
from conditioners.readers.decoding import begin_text
from conditioners.readers.html.tables import is_html
from conditioners.structure.encodings import LACKS_MARK, find_wide

_MARKS = {
    "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE,
}  # fmt: skip
_WITHOUT = ("utf-32-le", "utf-32-be")
"""Encodings that the parser of XML knows by the first characters alone."""
_DOCUMENTS = (b"<", b"{", b"[")
"""How HTML, XML and JSON begin; other text is told by its own reader."""


class Marked(OpenedRaw):
    """A raw file with a byte order mark before its bytes."""

    def __init__(self, opened: OpenedRaw, mark: bytes) -> None:
        self._opened, self._mark = opened, mark
        self.name, self.member, self.folder, self.size = opened.name, opened.member, opened.folder, opened.size
        self.head, self.read = mark + opened.head, opened.read

    def keep(self, kept: AbstractContextManager[Any]) -> None:
        """Have something open as long as the file is."""
        self._opened.keep(kept)

    @property
    def is_whole(self) -> bool:
        """Whether `head` is known to be all of the file."""
        return self._opened.is_whole

    def blocks(self) -> Iterator[bytes]:
        """The mark and the whole file."""
        blocks = self._opened.blocks()
        yield self._mark + next(blocks, b"")
        yield from blocks


def mark_wide(opened: OpenedRaw) -> OpenedRaw:
    """The file as it is, or with the mark that its HTML, XML or JSON in characters of two or four bytes lacks."""
    begin = begin_text(opened.head)
    if not begin.startswith(_DOCUMENTS):
        return opened
    name = find_wide(opened.head)
    is_xml = begin.startswith(b"<") and not is_html(opened.head)
    is_known_without = is_xml and name in _WITHOUT
    return opened if name is None or is_known_without else Marked(opened, _MARKS[name])


def tell_encoding(opened: OpenedRaw, facts: dict[str, str] | None) -> dict[str, str] | None:
    """What a reader says of the encoding, with the evidence that there is if the mark is not the file's own."""
    return {**facts, "evidence": LACKS_MARK} if facts and isinstance(opened, Marked) else facts
