"""What stands around some elements of a JSON list, or members of an object, that are cut out to be parsed alone."""

from __future__ import annotations

from typing import Any, NamedTuple

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.marks import COLON, COMMA, MarkScanner
from conditioners.readers.json.parsing import TextPlace, parse_shallow


class Frame(NamedTuple):
    """The text that begins and ends a piece, also where others stand before or behind it."""

    opening: bytes
    before: bytes
    behind: bytes
    closing: bytes

    def begin(self, first: int) -> bytes:
        """The text before a piece that begins with the element of that number."""
        return self.before if first else self.opening


LIST = Frame(b"[", b"[0,", b",0]", b"]")
OBJECT = Frame(b"{", b'{"":0,', b',"":0}', b"}")
_TURNED = {ord("]"): b"}", ord("}"): b"]"}
"""An object is read as a list, so that a list's end in its place is no end."""


def parse_members(text: bytes, limits: Limits, at: TextPlace, opening: bytes) -> list[tuple[str, Any]]:
    """Keys and values of an object, also where a key comes again; raises Refusal when it is no JSON object.

    The text in the document begins `at` a place, behind the opening.
    """
    origins = ((len(opening), at),)
    turned = _turn_colons(text)
    if turned is not None:
        try:
            flat = parse_shallow(turned, limits, origins)
        except Refusal:
            parse_shallow(text, limits, origins)  # Tells the fault of the text as it stands.
            raise
        if len(flat) % 2 == 0 and all(type(key) is str for key in flat[::2]):
            return list(zip(flat[::2], flat[1::2], strict=True))
    parse_shallow(text, limits, origins)
    raise AssertionError("an object that is no list of keys and values")


def _turn_colons(text: bytes) -> bytes | None:
    """The text of an object as that of a list of its keys and values, as long; None when it is no object."""
    import numpy as np

    marks = MarkScanner().scan(text)
    is_outer = (marks.depths == 1) & ((marks.signs == COLON) | (marks.signs == COMMA))
    signs = marks.signs[is_outer]
    if (len(signs) and len(signs) % 2 == 0) or (signs[::2] != COLON).any() or (signs[1::2] != COMMA).any():
        return None
    turned = np.frombuffer(text, np.uint8).copy()
    turned[marks.places[is_outer]] = COMMA
    return b"[" + turned[1:-1].tobytes() + _TURNED.get(text[-1], text[-1:])
