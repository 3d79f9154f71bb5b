"""Says in which encoding text is that nobody has declared, and why."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter

from conditioners.outcome import Refusal
from conditioners.readers.decoding import Decoder
from conditioners.readers.utf8 import Utf8
from conditioners.structure.code_pages import Guess, guess_code_page

_LOOKED_AT = 64 << 10
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_WIDE = {"utf-32-le": 4, "utf-32-be": 4, "utf-16-le": 2, "utf-16-be": 2}
"""Encodings of a fixed number of bytes for each character, and that number."""
LACKS_MARK = "no byte order mark, and read so it is text with line ends and marks"
"""The evidence for one of these."""
_LEAST_PLAIN = 0.04
"""The share of ASCII that any table has, for its marks, digits and line ends."""
_MOST_ODD = 0.005
"""The share of control, unassigned and private characters that text may have."""
_SEPARATORS = "\x01\x02\x14\x1c\x1d\x1e\x1f"
"""Control characters of which one may stand between cells."""
_FEW = 8
_FOREIGN = 0.6
"""The share of letters beyond ASCII, in groups, that makes text worthless if they cannot be read."""
_ASCII = bytes([*b"\0\t\n\r", *range(0x20, 0x7F)])
_MOST_BEYOND, _MOST_TORN, _FEW_TORN = 0.15, 0.05, 2
"""Fewer bytes beyond ASCII, and more characters with a byte that is a mark's, tell that each character is a byte."""
_TORN = re.compile(r"[\n\t,;|][^\0]|[^\0][\n\t,;|]", re.DOTALL)
_GROUP = re.compile(rb"[\x80-\xff]{2,}")
_LETTER = re.compile(rb"[A-Za-z]")
_EBCDIC = re.compile(rb"[\x40\x4b\x60\x6b\x6d\x7a\x81-\x89\x91-\x99\xa2-\xa9\xc1-\xc9\xd1-\xd9\xe2-\xe9\xf0-\xf9]")
"""Blanks, common marks, letters and digits of mainframes."""
_SHIFT = re.compile(rb"\x1b\$[@B]|\x1b\(J")
"""What begins Japanese text in ISO-2022-JP, which has no byte above 127."""


def open_decoder(head: bytes) -> Decoder:
    """A decoder for text that begins with `head`; raises Refusal for text that can be read in no encoding.

    A byte order mark decides, then whether the text is one in characters of two or four bytes. Else it is UTF-8 if it
    is valid UTF-8, or if nearly all bytes beyond ASCII are: the rows of the others are damaged. Else the code page is
    guessed, where the first such bytes come.
    """
    start = head[:_LOOKED_AT]
    if start.startswith(_MARKS):
        return Decoder(())
    wide = find_wide(head)
    if wide is not None:
        return Decoder.of(wide, LACKS_MARK)
    if _SHIFT.search(start):
        return Decoder.of("iso2022_jp_2", "escape sequences that switch to Japanese characters")
    decoder = GuessingDecoder(())
    decoder.look_at(head)
    return decoder


def describe_encoding(decoder: Decoder) -> dict[str, str]:
    """Name and evidence, for the summary; of a guess also how sure it is, and the next best code page."""
    facts = {"name": decoder.name, "evidence": decoder.evidence}
    guess = decoder.guess if isinstance(decoder, GuessingDecoder) else None
    return facts if guess is None else {**facts, **_doubts(guess)}


def guess_facts(data: bytes) -> dict[str, str] | None:
    """As describe_encoding, for bytes in a code page that nothing else tells; None if they are text in none."""
    guess = guess_code_page(data)
    return None if guess is None else {"name": guess.name, "evidence": guess.evidence, **_doubts(guess)}


def _doubts(guess: Guess) -> dict[str, str]:
    return {"confidence": guess.confidence, "runner_up": guess.runner_up}


def is_wide(head: bytes) -> bool:
    """Whether text has two bytes or four for each character."""
    return head.startswith(_MARKS[1:]) or find_wide(head) is not None


def is_ebcdic(start: bytes) -> bool:
    """Whether nearly all bytes are what EBCDIC has for letters, digits and blanks, and none an ASCII line end."""
    return b"\n" not in start and len(_EBCDIC.findall(start)) > 0.8 * len(start) > 0 and not start.isascii()


class GuessingDecoder(Decoder):
    """A decoder that guesses the code page of text that is not UTF-8."""

    guess: Guess | None = None

    def look_at(self, head: bytes) -> None:
        """Decide by the file's beginning if that tells anything; raises Refusal as `open_decoder` does."""
        if not head.isascii() and not _is_utf8(head):
            self._choose(head)

    def _decide(self, block: bytes, last: bool) -> None:
        if _is_utf8(block):
            super()._decide(block, last)
        else:
            self._choose(block)

    def _choose(self, data: bytes) -> None:
        if (found := Utf8.count_in(data)).outweighs:
            self._settle("utf-8", found.describe())
        elif (guess := guess_code_page(data)) is not None:
            self.guess = guess
            self._settle(guess.name, guess.evidence)
        elif _is_foreign(data):
            raise Refusal("most letters of the text are in a code page that cannot be told; declare it in a source")
        else:
            self._settle("latin-1", "in no code page do the few bytes beyond ASCII read as text")


def _is_utf8(head: bytes) -> bool:
    """Whether bytes are valid UTF-8; the last character may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _is_foreign(head: bytes) -> bool:
    """Whether most letters stand beyond ASCII."""
    foreign = sum(map(len, _GROUP.findall(head)))
    return foreign >= _FEW and foreign > _FOREIGN * (foreign + len(_LETTER.findall(head)))


def find_wide(head: bytes) -> str | None:
    """The encoding of two or four bytes for each character that reads best, if text without a mark is in one."""
    start = head[:_LOOKED_AT]
    if 0 not in start or start.startswith(_MARKS) or _has_stray_nuls(start):
        return None
    shares = {name: _share_plain(start, name) for name in _WIDE}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] >= _LEAST_PLAIN else None


def _has_stray_nuls(start: bytes) -> bool:
    """Whether bytes are ASCII with some NULs in it, which looks like Chinese with some marks when read in pairs.

    In wide text of ASCII every other byte is NUL. Characters without one have more bytes beyond ASCII, and hardly ever
    one that is a delimiter's or a line end's.
    """
    pairs = [start[at : at + 2].decode("latin-1") for at in range(0, len(start), 2)]
    foreign = [pair for pair in pairs if "\0" not in pair]
    beyond = len(start.translate(None, _ASCII))
    torn = sum(_TORN.match(pair) is not None for pair in foreign)
    is_plain = beyond < _MOST_BEYOND * (len(start) - start.count(0))
    return 3 * start.count(0) <= len(start) and is_plain and torn > _FEW_TORN + _MOST_TORN * len(foreign)


def _share_plain(start: bytes, name: str) -> float:
    """The share of printable ASCII and blanks under an encoding; 0 where what is read so cannot be text."""
    step = _WIDE[name]
    if len(start) < 2 * step:
        return 0
    try:
        text = codecs.getincrementaldecoder(name)().decode(start)
    except UnicodeDecodeError:
        return 0
    counts = Counter(text)
    odd = sum(count for character, count in counts.items() if _is_odd(character))
    odd -= max(counts[mark] for mark in _SEPARATORS)
    plain = sum(count for character, count in counts.items() if " " <= character <= "~" or character in "\t\r\n")
    return 0 if odd > _MOST_ODD * len(text) else plain / max(len(text), 1)


def _is_odd(character: str) -> bool:
    return character not in "\t\r\n\f" and unicodedata.category(character) in ("Cc", "Cn", "Co")
