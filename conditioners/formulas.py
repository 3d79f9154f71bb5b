"""Keeps text from becoming a formula in a spreadsheet, in a way that can be undone.

What spreadsheets take for a formula is listed by OWASP under "CSV Injection", full-width marks and line ends included.
"""

from __future__ import annotations

import re

_MARKS = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA, _NEUTRALISED = re.compile(f"'*{_MARKS}"), re.compile(f"'+{_MARKS}")


def neutralise(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would calculate with it."""
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """What `neutralise` was given."""
    return text[1:] if _NEUTRALISED.match(text) else text
