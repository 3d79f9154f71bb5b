"""Character encodings: any declared or marked encoding to UTF-8, block by block, with the evidence for the choice."""

from __future__ import annotations

import codecs
import re
from copy import copy

from conditioners.limits import DEFAULT, KIB
from conditioners.outcome import Refusal
from conditioners.readers.utf8 import find_damaged_utf8

DAMAGE = b"\xef\xb7\x90"
"""U+FDD0 in UTF-8, a code point that no text may hold: it stands before the hex of bytes that could not be decoded."""
DAMAGE_IN_TEXT = DAMAGE.decode()
DAMAGE_END = b"\xef\xb7\x91"
MARKING = "headrace-mark-damage"
"""How decoders are told to mark bytes that their encoding does not have."""
_SLICE = 64 * KIB
_SHARE_DAMAGED = 10
"""One byte of so many may be damaged in a text that has many damaged ones."""
_DAMAGED = re.compile("\ufdd0([0-9a-f]+)\ufdd1")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
_LONGEST = 3
"""Bytes of a character that may be missing its last one."""
_LATIN = "cp1252"
"""The code page that differs from ISO 8859-1, which is decoded many times as fast, in the latter's controls only."""
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_ESCAPES = {"iso2022": b"\x1b", "hz": b"~", "utf-7": b"+"}
"""What begins other characters in encodings of ASCII bytes alone, by how their names begin."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks, a longer one before what it begins with, and what they tell."""


def _mark_damage(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return f"\ufdd0{error.object[error.start : error.end].hex()}\ufdd1", error.end


codecs.register_error(MARKING, _mark_damage)


def show_damage(text: str) -> str:
    r"""Text for people: undecodable bytes as `\xff`."""
    if DAMAGE_IN_TEXT not in text:
        return text
    return _DAMAGED.sub(lambda match: "".join(f"\\x{byte:02x}" for byte in bytes.fromhex(match[1])), text)


def decode_beginning(head: bytes) -> str:
    """How a text begins, by its byte order mark or else in UTF-8; what is no character there is shown as U+FFFD."""
    mark, name = next((each for each in MARKS if head.startswith(each[0])), (b"", "utf-8"))
    return head[len(mark) :].decode(name, "replace")


def find_mark(head: bytes) -> str | None:
    """The encoding that a byte order mark tells; None without one."""
    return next((name for mark, name in MARKS if head.startswith(mark)), None)


def begin_text(head: bytes) -> bytes:
    """How ASCII text begins, in whatever encoding: no byte order mark, no blanks, and no NULs of wide characters."""
    start = head[:4096]
    mark = next((mark for mark, _ in MARKS if start.startswith(mark)), b"")
    start = start[len(mark) :]
    return (start.replace(b"\0", b"") if 0 in start[:4] else start).lstrip(b" \t\r\n")


class Decoder:
    """Turns a stream's bytes into UTF-8.

    A byte order mark decides. Without one, declared wide characters do if the beginning has NULs and is text in them;
    else everything is taken as it is while it is ASCII; the first block with other bytes is UTF-8 if all or by far the
    most of them are, else in the first declared code page that can hold it, and so is the rest.
    Bytes that the decided encoding cannot hold are marked with DAMAGE; the rows that they stand in are quarantined.
    """

    def __init__(self, declared: tuple[str, ...]) -> None:
        self._declared = tuple(name for name in map(_canonical, declared) if name != "utf-8")
        self._escaping = tuple(name for name in self._declared if _escape_of(name))
        self._seen = self._damaged = 0
        self._held = b""
        """The end of the last block, if that is all that there is to decide by."""
        self._decided: codecs.IncrementalDecoder | None = None
        self._keeps_ascii = True
        self.name, self.evidence = "ascii", "no byte above 127"

    @classmethod
    def of(cls, name: str, evidence: str) -> Decoder:
        """A decoder whose encoding is known from elsewhere; a byte order mark at the beginning is taken off."""
        decoder = cls(())
        decoder._settle(name, evidence)
        return decoder

    def begin_again(self) -> Decoder:
        """A decoder that has decided the same and read nothing."""
        again = copy(self)
        again._seen, again._damaged, again._held = 0, 0, b""
        if self._decided is not None:
            again._settle(self.name, self.evidence)
        return again

    def feed(self, block: bytes, *, last: bool) -> bytes:
        """The next bytes as UTF-8; a character cut off at the block's end comes with the next block.

        The first block must hold at least four bytes, if the stream does.
        """
        if self._seen == 0 and block:
            block = self._take_mark(block)
        self._seen += len(block)
        if self._decided is None:
            block = self._hold_back(self._held + block, last)
            self._look_for_escapes(block, last)
        if self._keeps_ascii and block.isascii() and not self._has_pending():
            return block
        if self._decided is None:
            self._decide(block, last)
        assert self._decided is not None
        state = self._decided.getstate()
        try:
            return self._decode(block, last)
        except UnicodeDecodeError:
            self._decided.setstate(state)
        return self._decode_damaged(block, last)

    def _decode(self, block: bytes, last: bool) -> bytes:
        """In slices that stay in the processor's cache, and between which other threads may go on."""
        assert self._decided is not None
        slices = [block[start : start + _SLICE] for start in range(0, max(len(block), 1), _SLICE)]
        if self.name == _LATIN and not _has_controls(block):
            return b"".join([each.decode("latin-1").encode() for each in slices])
        ends = [last and number == len(slices) for number in range(1, len(slices) + 1)]
        return b"".join([self._decided.decode(each, end).encode() for each, end in zip(slices, ends, strict=True)])

    def _decode_damaged(self, block: bytes, last: bool) -> bytes:
        """Marks what cannot be decoded; raises Refusal when that is too much, for each byte of it takes long."""
        assert self._decided is not None
        self._decided.errors, text = MARKING, bytearray()
        for start in range(0, len(block), _SLICE):
            end = start + _SLICE
            text += (piece := self._decided.decode(block[start:end], last and end >= len(block)).encode())
            self._damaged += piece.count(DAMAGE)
            before = self._seen - len(block) + min(end, len(block))
            if self._damaged > DEFAULT.damaged_bytes and self._damaged * _SHARE_DAMAGED > before:
                reason = f"of the first {before} bytes {self._damaged} or more are no characters in {self.name}"
                raise Refusal(reason, f"byte {before}")
        self._decided.errors = "strict"
        return bytes(text)

    def _hold_back(self, block: bytes, last: bool) -> bytes:
        """The block, without its first bytes above 127 if they are its last ones: half a character decides nothing."""
        start = len(block) - _LONGEST
        tail = block[max(0, start) :]
        is_clear = last or tail.isascii() or not block[: max(0, start)].isascii()
        held = 0 if is_clear else len(tail) - _BEYOND_ASCII.search(tail).start()  # type: ignore[union-attr]
        end = len(block) - held
        self._held = block[end:]
        return block[:end]

    def _look_for_escapes(self, block: bytes, last: bool) -> None:
        """Settle for a declared encoding of ASCII bytes alone, where its other characters begin."""
        for name in self._escaping:
            at = block.find(_escape_of(name))
            if at >= 0 and can_hold(name, block, last):
                offset = self._seen - len(block) + at
                self._settle(name, f"declared, and its characters beyond ASCII begin at byte {offset}")
                break

    def _has_pending(self) -> bool:
        return self._decided is not None and self._decided.getstate()[0] != b""

    def _take_mark(self, block: bytes) -> bytes:
        for mark, name in MARKS:
            if block.startswith(mark):
                self._settle(name, f"byte order mark {mark.hex().upper()}")
                return block[len(mark) :]
        wide = next((name for name in self._declared if name in _WIDE and _is_text_in(name, block)), None)
        if wide is not None:
            self._settle(wide, "declared, and the text begins with wide characters")
        return block

    def _decide(self, block: bytes, last: bool) -> None:
        offset = self._seen - len(block) + _BEYOND_ASCII.search(block).start()  # type: ignore[union-attr]
        if can_hold("utf-8", block, last):
            return self._settle("utf-8", f"the bytes from {offset} on are valid UTF-8")
        if not self._declared:
            return self._settle("utf-8", f"nothing else is declared; the bytes from {offset} on are not all valid")
        if (damaged := find_damaged_utf8(block)) is not None:
            return self._settle("utf-8", damaged.describe())
        for name in (each for each in self._declared if each not in _WIDE):
            if can_hold(name, block, last):
                why = "not UTF-8; the first code page that holds them"
                return self._settle(name, f"the bytes from {offset} on are {why}")
        raise Refusal(f"the text is in none of the encodings utf-8, {', '.join(self._declared)}", f"byte {offset}")

    def _settle(self, name: str, evidence: str) -> None:
        self.name, self.evidence = name, evidence
        self._keeps_ascii = not name.startswith(("utf-16", "utf-32", *_ESCAPES))
        self._decided = codecs.getincrementaldecoder(name)("strict")


def _has_controls(block: bytes) -> bool:
    """Whether a byte from 0x80 to 0x9F is in there."""
    import numpy as np

    return bool(((np.frombuffer(block, np.uint8) ^ np.uint8(0x80)) < 0x20).any())


def _is_text_in(name: str, block: bytes) -> bool:
    """Whether a text's beginning has NULs that are halves of characters, and no other ones."""
    width = 4 if "32" in name else 2
    start = block[:4096]
    start = start[: len(start) - len(start) % width]
    return 0 in start and can_hold(name, start[:-width], last=False) and "\0" not in start.decode(name, "replace")


def _escape_of(name: str) -> bytes:
    return next((mark for kind, mark in _ESCAPES.items() if name.startswith(kind)), b"")


def _canonical(name: str) -> str:
    return codecs.lookup(name).name


def can_hold(name: str, block: bytes, last: bool) -> bool:
    """Whether an encoding has all of the bytes; where they are not the last ones, a character may be cut off."""
    try:
        codecs.getincrementaldecoder(name)("strict").decode(block, last)
    except UnicodeDecodeError:
        return False
    return True
