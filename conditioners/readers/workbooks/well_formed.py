"""Refuses a part of a package that is no well-formed XML, before a parser waits for an end that never comes."""

from __future__ import annotations

from typing import Protocol
from xml.parsers.expat import ExpatError, ParserCreate

from conditioners.outcome import Refusal


class Part(Protocol):
    """Looks at a part of a package block by block."""

    def feed(self, block: bytes) -> None:
        """The next bytes."""

    def close(self) -> None:
        """There are no more."""


class WellFormed:
    """Checks the form of a part, and passes it on; calls nobody back, so that no entity is expanded."""

    def __init__(self, name: str, part: Part) -> None:
        self._name, self._part, self._parser = name, part, ParserCreate()

    def feed(self, block: bytes) -> None:
        """Raises Refusal where the part stops being XML."""
        self._parse(block, last=False)
        self._part.feed(block)

    def close(self) -> None:
        """Raises Refusal when an element is still open."""
        self._parse(b"", last=True)
        self._part.close()

    def _parse(self, block: bytes, *, last: bool) -> None:
        try:
            self._parser.Parse(block, last)
        except (ExpatError, LookupError, ValueError) as error:  # The last two of an encoding that it does not know.
            raise Refusal(f"the workbook cannot be read: {error}", self._name) from None
