"""The syntax of a delimited text: its marks, and how many fields its records have."""

from __future__ import annotations

from dataclasses import dataclass

LF, CR = 10, 13
"""Bytes that lines end with."""


@dataclass(frozen=True)
class Syntax:
    """How records and fields are told apart; each mark is one ASCII character, or empty for none."""

    delimiter: str
    quote: str = '"'
    escape: str = ""
    width: int | None = None
    """How many fields a record has, when that is known: it tells when a quoted field has swallowed rows."""
    written: str = ""
    """The delimiter in the file, if it has several bytes, for which `delimiter` stands in."""
    spaced: bool = False
    """Whether blanks may stand before an opening quote."""
    padded: bool = False
    """Whether blanks may stand behind a closing quote."""
    turned: bool = False
    """Whether line feeds stand for the CRs that the file's lines end with."""

    @property
    def shown(self) -> str:
        """The delimiter as people know it."""
        return self.written or self.delimiter


LINES = Syntax(delimiter="\n", quote="")
"""Each line is a record of one field."""
