"""Parses the values of JSON Lines, of which there are millions, as exactly as documents and in less time."""

from __future__ import annotations

import codecs
import json
from typing import Any

from conditioners.limits import KIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.parsing import parse_json
from conditioners.readers.json.showing import Number

_SHORT = 64 * KIB
"""Bytes of a line that cannot hold too much to be parsed at once."""


class LineParser:
    """Parses line after line; one that is short and plain needs no look at what it may take."""

    def __init__(self, limits: Limits) -> None:
        """The limits are those for a line."""
        self._limits = limits
        self._decode = json.JSONDecoder(
            parse_float=Number, parse_int=Number, parse_constant=_doubt, object_pairs_hook=_take_names
        ).decode

    def parse(self, line: bytes) -> Any:
        """What parse_json gives; raises Refusal, or ValueError, when it gives nothing."""
        nested = line.count(b"{") + line.count(b"[")
        # Halves of characters are escaped in one of these ways.
        if len(line) <= _SHORT and nested <= self._limits.depth and b"\\ud" not in line and b"\\uD" not in line:
            return self._decode(line.decode())
        return parse_json(line, self._limits)

    def find_reason(self, line: bytes, fault: Refusal | ValueError) -> str:
        """Why a line gave nothing, of which `parse` raised the fault."""
        if isinstance(fault, Refusal):
            return fault.reason
        if isinstance(fault, json.JSONDecodeError) and not line.startswith(codecs.BOM_UTF8):
            return f"not JSON: {fault.msg}"  # as parse_json says it: of other faults, and of the mark, it says more
        try:
            parse_json(line, self._limits)
        except Refusal as refusal:
            return refusal.reason
        raise AssertionError(f"this line is a JSON value, and was taken for none: {line[:200]!r}")


def _doubt(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _take_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found
