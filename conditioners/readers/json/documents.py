"""JSON documents: a row from each of the repeated elements that a dialect names, however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import chain
from threading import Lock
from typing import Any, NamedTuple

from conditioners.collector import collector_paused
from conditioners.declaration import Source
from conditioners.dialects import JsonRows, JsonTree
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import Facts, Located, TextBatch, Unread
from conditioners.readers.decoding import DAMAGE_IN_TEXT, Decoder, show_damage
from conditioners.readers.json.elements import Elements
from conditioners.readers.json.labels import RECORDS
from conditioners.readers.json.levels import Place, Walked
from conditioners.readers.json.lists import Hollow, ListCutter
from conditioners.readers.json.parsing import may_be_damaged
from conditioners.readers.json.rows import RowWalker
from conditioners.readers.json.showing import show_json
from conditioners.readers.json.tree import Cells, TreeWalker
from conditioners.readers.misfits import Misfits, Tally, count_hollow

_BARREN = "nothing there, here or further on"


class _Part(NamedTuple):
    """A piece of the outermost list; `values` are its elements where they have been parsed already."""

    elements: Elements
    values: list[Any] | None


class JsonReader:
    """Reads one document in one dialect; it is parsed piece by piece, at the commas of the outermost list."""

    def __init__(self, source: Source, dialect: JsonTree | JsonRows, opened: OpenedRaw, limits: Limits) -> None:
        self._opened, self._limits = opened, limits
        self._misfits, self._large = Misfits(limits), Lock()
        self._walker = _open_walker(source, dialect, opened, limits)
        self.columns = self._walker.columns
        self._decoder = Decoder(("utf-8",))
        self._cutter = self._cut(self._decoder)
        self.has_records = self._cutter.has_list
        self._around = self._find_around()
        self.facts = Facts(
            place="path", dialect={"name": dialect.name, "format": "JSON", "records": dialect.records},
            header_rows=self._walker.header_rows,
        )  # fmt: skip

    def _cut(self, decoder: Decoder) -> ListCutter:
        texts = (decoder.feed(block, last=not block) for block in chain(self._opened.blocks(), [b""]))
        return ListCutter(texts, self._walker.outermost, self._limits, is_keyed=self._walker.is_keyed)

    def _find_around(self) -> Cells:
        """The values around the outermost list; for those that do not stand before it, the document is read twice."""
        around = self._walker.find_around(self._cutter.parse_head())
        if None not in around or not self.has_records:
            return around
        ahead = self._cut(Decoder(("utf-8",)))
        try:
            for _ in ahead.cut():
                pass
            return self._walker.find_around(ahead.parse_surroundings())
        except Hollow:
            raise
        except Refusal:
            return around  # The fault is met again, and told unless an element before it has one.

    def parts(self) -> Iterator[_Part]:
        """Pieces of the outermost list."""
        labels = dict[str, None]()
        for elements in self._cutter.cut():
            values = None
            if elements.first < RECORDS:
                with self._turn(elements):
                    values = elements.parse(self._limits)
                    labels |= dict.fromkeys(self._walker.list_labels(values[: RECORDS - elements.first]))
                    values = None if elements.is_large else values
            yield _Part(elements, values)
        root = self._cutter.parse_surroundings()
        self.facts.labels = [*dict.fromkeys([*self._walker.list_labels_around(root), *labels])]
        self.facts.ignored = self._walker.list_ignored(self.facts.labels)
        self.facts.encoding = {"name": self._decoder.name, "evidence": self._decoder.evidence}

    def _turn(self, elements: Elements) -> AbstractContextManager[object]:
        """Where elements may be held parsed."""
        return self._large if elements.is_large else nullcontext()

    def read(self, part: _Part) -> TextBatch:
        """A piece as a batch; raises Refusal when most rows up to it hold nothing, or are none."""
        elements = part.elements
        with self._turn(elements):
            batch = self._read(*part)
        unread = len(batch.unread) + count_hollow(batch.frame, self._walker.inner)
        self._misfits.note(elements.number, Tally(elements.at.line, batch.frame.height + len(batch.unread), unread, 0))
        return batch

    def _read(self, elements: Elements, values: list[Any] | None) -> TextBatch:
        """A batch that does not hold on to what was parsed, but parses it again to tell where rows stand."""

        def locate(rows: Sequence[int]) -> list[Located]:
            with self._turn(elements), collector_paused():
                find = self._walk(elements, None).find
                return [_locate(find(row)) for row in rows]

        # All that is made is let go as soon as it is in columns, so that there is nothing to collect.
        with collector_paused():
            walked = self._walk(elements, values)
            unread = [
                Unread(before, Located(stray.place, show_damage(stray.raw)), stray.rule, stray.reason)
                for _, before, stray in walked.strays
            ]
            # A value around the list stands in each of its rows.
            is_around = any(DAMAGE_IN_TEXT in str(cell) for cell in self._around)
            damaged = is_around or may_be_damaged(elements.text)
            passed = [(Located(place, ""), _BARREN, count) for place, count in walked.barren]
            return TextBatch(walked.frame, locate, unread, damaged, passed)

    def _walk(self, elements: Elements, values: list[Any] | None) -> Walked:
        parsed = elements.parse(self._limits) if values is None else values
        return self._walker.walk_list(parsed, elements.first, self._around)


def _open_walker(
    source: Source, dialect: JsonTree | JsonRows, opened: OpenedRaw, limits: Limits
) -> TreeWalker | RowWalker:  # fmt: skip
    if isinstance(dialect, JsonRows):
        return RowWalker(source, dialect, opened, limits)
    return TreeWalker(source, dialect, opened)


def _locate(place: Place) -> Located:
    return Located(place.path, show_damage(show_json(place.record)))
