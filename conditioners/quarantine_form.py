"""The form of a quarantine: what its columns are called, and that all of its rows tell places of one kind."""

from __future__ import annotations

from conditioners.outcome import Refusal

PLACE_LABELS = ("line", "cell", "path", "row", "place")
"""What the first column may be called; the last one where rows of several files stand in one list."""
REJECT_COLUMNS = ("rule", "column", "reason", "raw")
"""Those behind it."""


def show_header(place: str) -> bytes:
    """The header row, where places are of this kind."""
    return f"{','.join((place, *REJECT_COLUMNS))}\n".encode()


def require_same_place(known: str, place: str) -> None:
    """Raises Refusal when the files of an archive differ in what their places are."""
    if place != known:
        raise Refusal(f"the archive holds files in which rows stand at a {known} and such at a {place}")
