"""What stands at the head of each page of a report, labels with it, and differs by the page's number alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

_LINES = 2000
"""Lines that heads of pages are looked for in."""
_FIRST = 12
"""Lines that the number of the first page stands in."""
_FEWEST = 2
"""Pages that show what all of them begin with."""
LONGEST = 20
"""Lines that a head of a page has at most."""
_NUMBERED = re.compile(
    r"\b(page|seite|blatt|p[aá]g(?:ina)?|sida|side|strona|стр|лист)\b\W{0,8}[0-9]+(?: ?(?:of|von|de|sur|/) ?[0-9]+)?",
    re.IGNORECASE,
)
"""The number of a page, which is all that heads of pages differ by."""
_RULER = re.compile(r"[-=_*+|\s]*")
_DIGIT = re.compile(r"[0-9]")
"""Looked for behind the first character, by which some printers are told what to do."""


def find_page_head(lines: Sequence[str]) -> list[str]:
    """The lines that all pages begin with, up to the last one without digits, such as labels: others may be rows."""
    lines = lines[:_LINES]
    numbered = [at for at, line in enumerate(lines) if _NUMBERED.search(line)]
    if len(numbered) < _FEWEST or numbered[0] >= _FIRST:
        return []
    first = show_unnumbered(lines[numbered[0]])
    starts = [at for at in numbered if show_unnumbered(lines[at]) == first]
    if len(starts) < _FEWEST:
        return []
    ends = [*starts[1:], *([len(lines)] if len(lines) < _LINES else [])]
    spans = zip(starts, ends, strict=False)
    pages = [[shown for line in lines[start:end] if (shown := show_unnumbered(line))] for start, end in spans]
    alike = [shown[0] for shown in takewhile(lambda shown: len(set(shown)) == 1, zip(*pages, strict=False))]
    if len(alike) > LONGEST or len(alike) == min(map(len, pages)):
        # Where whole pages are alike, rows cannot be told from what stands above them.
        return []
    wordy = [at for at, line in enumerate(alike) if not _DIGIT.search(line, 1)]
    return alike[: wordy[-1] + 1] if wordy else []


def show_unnumbered(line: str) -> str:
    """A line without the number of its page, nothing of rulers, and what ends pages left out."""
    plain = line.strip().strip("\f").strip()
    return "" if _RULER.fullmatch(plain) else _NUMBERED.sub("", plain).rstrip()


def without_page_heads(lines: Sequence[str]) -> Sequence[str]:
    """The lines but for those of the heads of pages, of which the last one, labels, comes once."""
    *titles, labels = find_page_head(lines) or [""]
    if not labels:
        return lines
    shown = [show_unnumbered(line) for line in lines]
    first = shown.index(labels)
    return [line for at, line in enumerate(lines) if at == first or shown[at] not in (*titles, labels)]
