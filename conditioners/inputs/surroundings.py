"""Labels that name no cell of a row but what stands around it: its file, folder or sheet, or a title above it."""

from __future__ import annotations

from conditioners.parts import WIDE_LABEL

SHEET, RECORDS = "@sheet", "@records"
"""The sheet or table of HTML, and the object that holds parallel lists of JSON."""
_NAMED = frozenset({"@file", "@folder", SHEET, RECORDS, WIDE_LABEL})
TITLE = "@title "
"""What the label of a title begins with; behind it stands a regular expression for lines that tell it."""


def is_surrounding(label: str) -> bool:
    """Whether a label names no cell of a row but what stands around it, or the value itself."""
    return label.startswith(("=", TITLE)) or label in _NAMED
