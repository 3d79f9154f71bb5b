"""The marks that a text may be delimited by: those that stand where marks stand, in enough of its lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from conditioners.structure.field_grammar import Marks

_LIKELY = {",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, ":": 0.7, " ": 0.6}
_UNLIKELY = 0.75
"""How much the others of the characters that people use as delimiters are trusted."""
BEYOND_ASCII = "¦§¬¤÷·¶þ"
"""Those beyond ASCII; Windows-1252 has them all."""
_OTHER_QUOTES = "'`~#þ"
_CONTROLS = ("\x01", "\x02", "\x14", "\x1c", "\x1d", "\x1e", "\x1f")
"""Those that are no characters of text, and so stand between cells wherever they are."""
_OTHERS = "^~#*!" + "".join(_CONTROLS) + BEYOND_ASCII
_WRITTEN_TWICE = "@$%&+="
"""What is no delimiter by itself, for addresses and amounts have it, but may be one if it is written twice."""
_USUAL = ",;\t|"
_WITHIN_CELLS = "\"'-./:_()[]{}<>\\"
"""What dates, numbers, names and paths have as often as another one may."""
_FEWEST, _FEWEST_WITHIN = 3, 2
"""Lines that show what is no chance, and how often a mark is in each."""
_WITHIN = re.compile(r"(?<![\d:])\d{1,2}:[0-5]\d(?::[0-5]\d)?(?![\d:])|://|\b[A-Z]:[\\/]")
"""Colons of times, addresses and paths."""


def find_candidates(sample: str, named: str = "") -> Iterator[Marks]:
    """The plausible choices of marks for lines of text; a delimiter that the text names is among them."""
    lines = [line for line in islice(_lines(sample), 200) if line.strip()]
    delimiters = [mark for mark in (*_LIKELY, *_OTHERS) if _may_delimit(mark, lines)]
    delimiters += [mark for mark in _WRITTEN_TWICE if all(mark * 2 in line for line in lines)]
    delimiters += [mark for mark in _find_even(lines) if mark not in delimiters]
    for delimiter in dict.fromkeys((*delimiters, named, "")):
        is_spaced = delimiter not in ("", " ") and sample.count(delimiter + " ") * 2 > sample.count(delimiter)
        quotes = ['"', *(q for q in _OTHER_QUOTES if q != delimiter and _may_quote(q, delimiter, lines))]
        for quote in quotes:
            yield Marks(delimiter, quote)
            if is_spaced or (delimiter not in ("", " ") and f"{delimiter} {quote}" in sample):
                yield Marks(delimiter, quote, spaced=True)
        if '\\"' in sample or (delimiter and f"\\{delimiter}" in sample):
            yield Marks(delimiter, '"', "\\")


def _find_even(lines: Sequence[str]) -> list[str]:
    """The one mark that stands within each line as often, at least twice, where no usual delimiter is in all lines."""
    if len(lines) < _FEWEST or any(all(mark in line for line in lines) for mark in _USUAL):
        return []
    marks = [mark for mark in set(lines[0]) if not mark.isalnum() and not mark.isspace() and mark not in _WITHIN_CELLS]
    counts = {mark: {line.count(mark) for line in lines} for mark in marks}
    even = [mark for mark, found in counts.items() if len(found) == 1 and min(found) >= _FEWEST_WITHIN]
    return even if len(even) == 1 and all(line.strip(even[0] + " ").count(even[0]) > 1 for line in lines) else []


def _lines(sample: str) -> Iterator[str]:
    yield from sample.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _may_delimit(mark: str, lines: Sequence[str]) -> bool:
    """Whether a character stands in enough lines to tell fields apart; colons of times and addresses do not.

    Nor does an unusual mark that stands at the beginning of its line alone, such as that of a colour.
    """
    holding = sum(mark in (_WITHIN.sub("", line) if mark == ":" else line) for line in lines)
    if mark in _OTHERS:
        holding -= sum(line.rfind(mark) == 0 for line in lines)
    return holding > 0 and holding * (10 if mark in _LIKELY else 2.5) >= min(len(lines), 20)


def _may_quote(quote: str, delimiter: str, lines: Sequence[str]) -> bool:
    """Whether some field begins, and some field ends, with the quote."""
    opening, closing = (delimiter + quote, quote + delimiter) if delimiter else ("\n", "\n")
    bare = lines if delimiter == " " else [line.replace(" ", "") for line in lines]
    opens = any(line.lstrip().startswith(quote) or opening in line for line in bare)
    closes = any(line.rstrip().endswith(quote) or closing in line.lstrip(quote) for line in bare)
    return opens and closes


def trust_in(delimiter: str) -> float:
    """How likely a character is that tells fields apart at all."""
    return 1.0 if delimiter in _CONTROLS else _LIKELY.get(delimiter, _UNLIKELY)
