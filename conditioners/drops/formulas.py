"""Keeps text from becoming a formula in a spreadsheet, in a way that can be undone.

What spreadsheets take for a formula is listed by OWASP under "CSV Injection", full-width marks and line ends included.
Where people write decimals with a comma, theirs begin another cell at each semicolon, and another row at each line end,
whatever the file does.
"""

from __future__ import annotations

import re

_MARK = r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_BEGINNINGS = rf"""\A(?={{0}}'*+{_MARK})|;(?={{0}}["' ]*+{_MARK})|[\r\n](?={{0}}["' ]*+(?![\r\n]){_MARK})"""
_FORMULA = re.compile(f"({_BEGINNINGS.format('')})")
_NEUTRALISED = re.compile(f"""({_BEGINNINGS.format("'")})'""")


def neutralise(text: str) -> str:
    """The text with an apostrophe before whatever in it a spreadsheet would calculate with."""
    return _FORMULA.sub(r"\1'", text)


def restore(text: str) -> str:
    """What `neutralise` was given."""
    return _NEUTRALISED.sub(r"\1", text)
