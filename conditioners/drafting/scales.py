"""Scales that a label tells of, such as `in thousands` and `($000)`: by what its numbers are to be multiplied."""

from __future__ import annotations

import re

_THOUSANDS = (
    r"(?:\bin )?\bthousands?(?: of)?\b|\bTsd\b|\b[TK]\u20ac|\b[TK]EUR\b|\$K\b",
    r"\b(?:en milliers|in Tausend|em mil|en miles)\b",
    r"(?:\(|(?<![0-9])[,\s])[$\u20ac\u00a3]?\s?'?000s?\b",
    r"(?<=\()(?:(?:in |x ?)1[,.]?000s?\b|1[,.]?000s?(?= [^\W\d]))",
)
_MILLIONS = r"\bin millions?\b|\$ ?m(?:il|illions?|m)\b|\bMio\b|\bM\u20ac|\bMEUR\b"
_SCALES = ((re.compile("|".join(_THOUSANDS), re.IGNORECASE), 3), (re.compile(_MILLIONS, re.IGNORECASE), 6))
_RATE = re.compile(r"(?:\b(?:per|je|pro|par|por)|/) ?\(?1?$", re.IGNORECASE)
"""What stands before a number that others are told for each of: `births per 1,000` are as they are."""


def find_scale(label: str) -> int:
    """The power of ten that a label says its numbers are to be multiplied by; 0 if it says none."""
    return next((shift for pattern, shift in _SCALES if _search(pattern, label)), 0)


def without_scale(label: str) -> str:
    """A label without what it says of the scale, for numbers that are multiplied by it; as it is if nothing is left."""
    found = next((found for pattern, _ in _SCALES if (found := _search(pattern, label))), None)
    rest = f"{label[: found.start()]} {label[found.end() :]}" if found else label
    return rest if any(map(str.isalpha, rest)) else label


def _search(pattern: re.Pattern[str], label: str) -> re.Match[str] | None:
    found = pattern.search(label)
    return None if found is None or _RATE.search(label[: found.start()]) else found
