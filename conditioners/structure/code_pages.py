"""Guesses in which code page text is that no one has declared and that is not Unicode, and says how sure that is."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from conditioners.structure.alphabets import mixes_alphabets
from conditioners.structure.high_marks import PAGE, find_high_mark

_CELL = re.compile(rb'(?<![^;,\t\r\n"])[^;,\t\r\n"\x80-\xff]*+[\x80-\xff][^;,\t\r\n"]*+')
"""A cell with bytes beyond ASCII. A bar does not end it, for it may be the second byte of a Chinese character."""
_APART = re.compile(rb"(?<![\x80-\xff])\||  +")
"""What stands between cells as well: bars that are no such byte, and blanks as in columns, so that words count once."""
_AMOUNT = re.compile(r"[+-]?[\d.,']+ ?([^\x00-\x7f])-?|([^\x00-\x7f]) ?[+-]?[\d.,']+-?")
_LOOKED_AT = 64 << 10
_JUDGED = 16 << 10
"""Characters of a reading whose places in words are looked at, for each of some forty readings."""
_MOST_BAD = 0.4
"""The share of ill-placed characters above which no one would take a reading for text."""
_BAD = 5.0
"""What a text of nothing but ill-placed characters loses in score, which is a logarithm."""
_MIXED = 1.0
"""What a text of Latin letters loses that no one language has."""
_FEW = 2
"""Bytes beyond ASCII that say less than the habit of the world, which is Windows-1252."""
_CLOSE = 0.3
"""A lead in score that may be by chance."""
_USUAL = "cp1252"
_HABIT = 3.0
"""How much it counts, by the number of bytes, how usual a code page is."""
_USUAL_BYTES = 25
_MOST_WEIGHT = 8.0
"""The more bytes beyond ASCII there are, the more a lead in score tells: once for each so many, up to so many times."""
_SURE = 0.6
"""The share of the evidence from which a guess counts as sure; 98 of 100 such guesses were right on our samples."""
_SHOWN = 24

_PAGES = {
    "cp1252": 1.0, "iso8859-15": 0.9, "iso8859-1": 0.3, "cp1250": 0.8, "iso8859-2": 0.7, "iso8859-16": 0.3,
    "cp1251": 0.9, "koi8-r": 0.8, "koi8-u": 0.7, "iso8859-5": 0.6, "cp866": 0.7, "mac-cyrillic": 0.6,
    "cp1253": 0.8, "iso8859-7": 0.75, "cp737": 0.5, "cp1254": 0.7, "iso8859-9": 0.65, "cp1255": 0.8, "iso8859-8": 0.6,
    "cp1256": 0.8, "iso8859-6": 0.6, "cp1257": 0.7, "iso8859-13": 0.6, "cp1258": 0.6, "cp874": 0.8,
    "cp932": 0.9, "euc_jis_2004": 0.85, "gb18030": 0.9, "big5hkscs": 0.9, "cp949": 0.9,
    "mac-roman": 0.5, "mac-latin2": 0.3, "cp850": 0.5, "cp852": 0.4,
}  # fmt: skip
"""Code pages that tables come in, and how usual each is."""
_SIGNS_IN_WORDS = frozenset("’‘–—·´°µ²³™®©ªº№")
_NOBODYS, _WITH_EURO = "¤", "iso8859-15"
"""The sign for any currency, which nobody writes, and the code page like the usual one with the euro in its place."""
_POWERS = frozenset("²³")
"""Signs behind a word, as in m², and never before letters."""
_SCRIPTS = {"HIRAGANA": "CJK", "KATAKANA": "CJK", "FULLWIDTH": "CJK", "IDEOGRAPHIC": "CJK", "MICRO": "LATIN"}


@dataclass(frozen=True)
class Guess:
    """A code page, and what speaks for it."""

    name: str
    evidence: str
    confidence: str
    """`high`, or `low` where another code page reads nearly as well or hardly any bytes tell."""
    runner_up: str
    """The code page that gives the next best other text; empty if there is none."""


def guess_code_page(data: bytes) -> Guess | None:
    """The code page under which the cells beyond ASCII read best; None if there are none, or they are text in none.

    Letter frequencies of languages (chardet), the form of the words, and where hardly any bytes tell, how usual a code
    page is, decide. Code pages that give the same text are not told apart.
    """
    mark = find_high_mark(data)
    return _guess(data, None) if mark is None else _guess_beside(data, mark)


def _guess_beside(data: bytes, mark: bytes) -> Guess | None:
    """The code page of text with a delimiter beyond ASCII: one in which the byte is that mark, by the other bytes."""
    shown = mark.decode(PAGE)
    told = f"the byte 0x{mark.hex()} stands in each line as often, as a delimiter does, which is {shown!r}"
    others = data.replace(mark, b"\t")
    if others.isascii():
        return Guess(PAGE, f"not UTF-8; {told}", "high", "")
    return _guess(others, mark) or _guess(data, None)


def _guess(data: bytes, mark: bytes | None) -> Guess | None:
    """The code page of cells beyond ASCII, one of those in which `mark` is what it is in Windows-1252."""
    cells, count = _collect_cells(data)
    readings = _rank(cells) if cells else []
    if mark is not None:
        readings = [each for each in readings if mark.decode(each.name, "replace") == mark.decode(PAGE)]
    if not readings or readings[0].bad > _MOST_BAD:
        return None
    high = _count_high(cells)
    best = _take_euro(_choose(readings, high), readings)
    others = list(_distinct([each for each in readings if each.text != best.text]))
    weight = min(_MOST_WEIGHT, max(1.0, high / _USUAL_BYTES))
    share = 1 / (1 + sum(math.exp(weight * (each.score - best.score)) for each in others))
    evidence = f"not UTF-8; {count} different cells beyond ASCII read best in it, with {share:.0%} of the evidence"
    if high <= _FEW:
        evidence = "not UTF-8; too few bytes beyond ASCII to tell, so it is taken for the likeliest"
    if others:
        mine, theirs = _difference(best.text, others[0].text)
        evidence += f": {mine!r}, which {others[0].name} reads as {theirs!r}"
    confidence = "high" if share >= _SURE and high > _FEW else "low"
    return Guess(best.name, evidence, confidence, others[0].name if others else "")


@dataclass(frozen=True)
class _Reading:
    name: str
    text: str
    bad: float
    score: float


def _choose(readings: list[_Reading], high: int) -> _Reading:
    """The best reading; the usual code page's where it is the same, hardly any bytes tell, or signs and no letters.

    So it is where the two are close and the best one is in no one language: such text is in no language's code page.
    """
    usual = next((each for each in readings if each.name == _USUAL and not each.bad), None)
    if usual is None:
        return readings[0]
    best = readings[0]
    has_letters = any(character > "\x7f" and character.isalpha() for character in usual.text)
    if not has_letters or high <= _FEW or best.text == usual.text:
        return usual
    is_regional = not mixes_alphabets(best.text[:_JUDGED])
    return best if is_regional or best.score - usual.score > _CLOSE else usual


def _take_euro(chosen: _Reading, readings: list[_Reading]) -> _Reading:
    """The reading in the usual code page, if it has the sign for any currency, in the one that has the euro there."""
    if chosen.name != _USUAL or _NOBODYS not in chosen.text:
        return chosen
    return next((each for each in readings if each.name == _WITH_EURO), chosen)


def _count_high(cells: bytes) -> int:
    return sum(byte > 127 for byte in cells)


def _collect_cells(data: bytes) -> tuple[bytes, int]:
    """The different cells beyond ASCII, one in a line, and how many they are."""
    found: dict[bytes, None] = {}
    size = 0
    for match in _CELL.finditer(_APART.sub(b"\n", data)):
        if match[0] not in found:
            found[match[0]] = None
            size += len(match[0]) + 1
            if size > _LOOKED_AT:
                break
    return b"\n".join(found), len(found)


def _rank(cells: bytes) -> list[_Reading]:
    """All readings, the best first."""
    import chardet

    habit = _HABIT / (1 + _count_high(cells))
    found = []
    for each in chardet.detect_all(
        cells, ignore_threshold=True, compat_names=False, max_bytes=len(cells), include_encodings=_PAGES
    ):
        name = each["encoding"]
        text = _decode(cells, name) if name in _PAGES else None
        if name is None or text is None:
            continue
        bad = _share_bad(text[:_JUDGED])
        score = math.log(max(each["confidence"], 1e-4)) - _BAD * bad + habit * math.log(_PAGES[name])
        score -= _MIXED * mixes_alphabets(text[:_JUDGED])
        found.append(_Reading(name, text, bad, score))
    return sorted(found, key=lambda reading: -reading.score)


def _decode(cells: bytes, name: str) -> str | None:
    """The text; None if the bytes do not fit, save those of a last character that is cut off."""
    for end in (len(cells), len(cells) - 1, len(cells) - 2, len(cells) - 3):
        try:
            return cells[:end].decode(name)
        except UnicodeDecodeError as error:
            if error.start < end - 3:
                return None
    return None


def _distinct(readings: list[_Reading]) -> Iterator[_Reading]:
    """The best reading of each text."""
    seen = set[str]()
    for reading in readings:
        if reading.text not in seen:
            seen.add(reading.text)
            yield reading


def _difference(mine: str, theirs: str) -> tuple[str, str]:
    """The first cell that two readings differ in, as each has it."""
    pairs = zip(mine.split("\n"), theirs.split("\n"), strict=False)
    one, other = next(((one, other) for one, other in pairs if one != other), (mine, theirs))
    return one.strip()[:_SHOWN], other.strip()[:_SHOWN]


def _share_bad(text: str) -> float:
    """The share of characters beyond ASCII that stand where none of their kind would in a text."""
    count, bad = 0, 0.0
    for before, character, after in zip(f"  {text}", f" {text}", f"{text} ", strict=False):
        if character > "\x7f":
            count += 1
            bad += _badness(before, character, after)
        elif before > "\x7f" and before.islower() and character.isupper():
            count += 1
            bad += 1
    bad += sum(_has_lone_capital(cell) for cell in text.split("\n"))
    return min(1.0, bad / max(count, 1))


def _has_lone_capital(cell: str) -> bool:
    """Whether a capital letter beyond ASCII stands with a number alone, as signs of currencies do."""
    found = _AMOUNT.fullmatch(cell.strip())
    return found is not None and (found[1] or found[2]).isupper()


def _badness(before: str, character: str, after: str) -> float:
    """0 for a character that may stand between two others, 1 for one that may not."""
    category = unicodedata.category(character)
    if character in _SIGNS_IN_WORDS:
        return character in _POWERS and after.isalpha()
    if category in ("Co", "Cn", "Cc"):
        return 1
    if category[0] == "M":
        return not (before.isalpha() or unicodedata.category(before)[0] == "M")
    if category[0] == "L":
        is_capital_within = character.isupper() and before.isalpha() and (before.islower() or after.islower())
        is_foreign = _mixes_scripts(before, character, after) or _is_within_word(before, character, after)
        return is_capital_within or is_foreign
    if category in ("Pi", "Pf"):
        return before.isalpha() if category == "Pi" else after.isalpha()
    return before.isalpha() / 2 + after.isalpha() / 2


def _mixes_scripts(before: str, character: str, after: str) -> bool:
    script = _script_of(character)
    return script != "CJK" and any(each.isalpha() and _script_of(each) != script for each in (before, after))


def _is_within_word(before: str, character: str, after: str) -> bool:
    """Whether a Chinese sign stands alone within a word of Latin letters, as bytes of `Währung` may be read."""
    is_within = before.isascii() and before.isalpha() and after.isascii() and after.islower()
    return is_within and _script_of(character) == "CJK"


@lru_cache(1 << 14)
def _script_of(letter: str) -> str:
    """The first word of a letter's name, such as LATIN; CJK for all signs that Chinese and Japanese mix."""
    word = unicodedata.name(letter, "?").split(" ", 1)[0]
    return _SCRIPTS.get(word, word)
