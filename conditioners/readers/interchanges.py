"""Checks an interchange before it is split: marks without anything between them would fill memory with nothing."""

from __future__ import annotations

from conditioners.outcome import Refusal

_MOST = 2_000_000


def check_marks(text: str, *marks: str) -> None:
    """Raises Refusal when the marks would split the text into too many parts."""
    if sum(text.count(mark) for mark in marks if mark) > _MOST:
        raise Refusal(f"the interchange has more than {_MOST} elements")
