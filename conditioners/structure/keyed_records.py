"""Records by key of a JSON document that is too large to be held: read piece by piece, as often as is needed."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.elements import ElementCutter
from conditioners.readers.json.frames import OBJECT
from conditioners.readers.json.parsing import TextPlace
from conditioners.readers.json.text import JsonText
from conditioners.structure.json_shapes import count_keys
from conditioners.structure.records import Record
from conditioners.structure.unfolding import Unfolding, UnfoldingSurvey

_LOOKED_AT = 1000
"""Members that show whether they are records."""
_BLANKS = b" \t\r\n"
_KEY = "key"


@dataclass
class KeyedRecords:
    """The members of a document that is one object."""

    text: JsonText
    limits: Limits
    label: str = _KEY
    """Of the column of keys; no record has a value of that name."""
    unfolding: Unfolding = field(init=False)

    def survey(self) -> bool:
        """Find out what rows the records have; False if the members are none, or other values stand behind the object.

        Raises Refusal when the document is no JSON, or has a key twice.
        """
        names, keys = set[str](), array("Q")
        unfolding = UnfoldingSurvey(self.limits)
        members = self._members()
        for key, value in members:
            if not keys and not self._are_records(first := [(key, value), *islice(members, _LOOKED_AT)]):
                return False
            for each, record in first if not keys else [(key, value)]:
                if not isinstance(record, dict):
                    raise Refusal("a member of the JSON document is no object, as those before it are", f"$.{each}")
                names.update(record)
                unfolding.take({self.label: each, **record})
                keys.append(int.from_bytes(hashlib.blake2b(each.encode(), digest_size=8).digest()))
        if self._is_followed:
            return False
        _require_different(keys)
        if self.label in names:
            while self.label in names:
                self.label += "'"
            return self.survey()
        self.unfolding = unfolding.settle()
        return True

    def rows(self) -> Iterator[tuple[str, Record]]:
        """The rows of all records; raises Refusal when the document is another one than it was."""
        for key, value in self._members():
            yield from self.unfolding.rows(f"$.{key}", {self.label: key, **value})

    @staticmethod
    def _are_records(members: list[tuple[str, Any]]) -> bool:
        found = dict(members)
        return len(found) == len(members) > 1 and count_keys(found) == 1 and isinstance(members[0][1], dict)

    def _members(self) -> Iterator[tuple[str, Any]]:
        """Keys and values."""
        self._is_followed = False
        texts = self.text.blocks()
        before = next(texts, b"")
        opening, brace, first = before.partition(b"{")
        if not brace or opening.strip(_BLANKS):
            self._is_followed = True
            return
        cutter = ElementCutter("$", 1, TextPlace().behind(opening + brace), self.limits, OBJECT)
        for piece in cutter.cut(_chain(first, texts)):
            yield from piece.parse(self.limits)
        self._is_followed = any(text.strip(_BLANKS) for text in _chain(cutter.tail or b"", texts))


def _chain(first: bytes, texts: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from texts


def _require_different(hashes: array[int]) -> None:
    """Raises Refusal when two keys are the same."""
    import numpy as np

    found = np.sort(np.frombuffer(hashes, np.uint64))
    if len(found) and bool((found[1:] == found[:-1]).any()):
        raise Refusal("not JSON: a name stands twice in the outermost object")
