"""Tables in many languages and code pages, and how many of them detection reads right.

Run `python -m bench.conditioning.languages`. The words are those of `tests/conditioning/languages.csv`.
"""

from __future__ import annotations

import csv
import time
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conditioners.structure.code_pages import guess_code_page

_WORDS = Path(__file__).parents[2] / "tests" / "conditioning" / "languages.csv"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_MISSING = {"latin-1": {ord("œ"): "oe"}, "cp850": {ord("œ"): "oe"}}
"""Letters that a code page does not have, and what stands for them."""
Rows = list[list[str]]


@dataclass(frozen=True)
class Language:
    """Words of a shop in one language, and the code pages that it is written in."""

    name: str
    encodings: tuple[str, ...]
    goods: list[str]
    places: list[str]
    remark: str


def read_languages() -> list[Language]:
    """All languages that there are words for."""
    with _WORDS.open(encoding="utf-8", newline="") as file:
        return [
            Language(
                row["language"], tuple(row["encodings"].split()), row["goods"].split("|"), row["places"].split("|"),
                row["remark"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def write_table(language: Language, encoding: str, rows: int, words_every: int = 1) -> tuple[Rows, bytes]:
    """A table with the language's words in each so many rows: its cells, and its bytes in a code page.

    A remark, which is a whole sentence, stands in every fourth row if there are words in all.
    """
    table = [["code", "article", "place", "units", "remark"]]
    for n in range(rows):
        has_words = n % words_every == 0
        article = language.goods[n % len(language.goods)] if has_words else f"Item {n}"
        place = language.places[n % len(language.places)] if words_every == 1 else ""
        remark = language.remark if words_every == 1 and n % 4 == 0 else ""
        table.append([f"A-{n:03d}", article, place, str(n * 7 % 40), remark])
    text = "".join(";".join(row) + "\r\n" for row in table).translate(_MISSING.get(encoding, {}))
    text = _set_tones_apart(text) if encoding == "cp1258" else text
    return [line.split(";") for line in text.splitlines()], text.encode(encoding)


def _set_tones_apart(text: str) -> str:
    """Vietnamese as Windows writes it: a tone is a character of its own where no letter has it."""
    return "".join(letter if _is_one_byte(letter) else _set_tone_apart(letter) for letter in text)


def _is_one_byte(letter: str) -> bool:
    return letter.encode("cp1258", "ignore") != b""


def _set_tone_apart(letter: str) -> str:
    parts = unicodedata.normalize("NFD", letter)
    shape = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
    return shape + "".join(part for part in parts if part in _TONES)


Detect = Callable[[bytes], str | None]


def _count_right(detect: Detect, rows: int, words_every: int) -> tuple[int, int]:
    """How many tables are read right, and how many there are."""
    right = total = 0
    for language in read_languages():
        for encoding in language.encodings:
            _, data = write_table(language, encoding, rows, words_every)
            right += _reads_as(data, detect(data), data.decode(encoding))
            total += 1
    return right, total


def _reads_as(data: bytes, encoding: str | None, text: str) -> bool:
    try:
        return encoding is not None and data.decode(encoding) == text
    except (UnicodeDecodeError, LookupError):
        return False


def _detect_here(data: bytes) -> str | None:
    guess = guess_code_page(data)
    return None if guess is None else guess.name


def _detect_by_chardet(data: bytes) -> str | None:
    import chardet

    return chardet.detect(data, compat_names=False)["encoding"]


def _detect_by_charset_normalizer(data: bytes) -> str | None:
    import charset_normalizer

    best = charset_normalizer.from_bytes(data).best()
    return None if best is None else best.encoding


def main() -> None:
    """Print how many tables each detector reads right, and the CPU time it takes."""
    detectors = {
        "here": _detect_here,
        "chardet": _detect_by_chardet,
        "charset-normalizer": _detect_by_charset_normalizer,
    }
    for name, detect in detectors.items():
        detect("Käse;Öl\n".encode("cp1252"))
        began = time.process_time()
        texts, few = _count_right(detect, 12, 1), _count_right(detect, 24, 10)
        seconds = (time.process_time() - began) / (texts[1] + few[1])
        counts = f"{texts[0]} of {texts[1]} tables of words, {few[0]} of {few[1]} with three"
        print(f"{name}: {counts}, {seconds * 1e3:.1f} ms")


if __name__ == "__main__":
    main()
