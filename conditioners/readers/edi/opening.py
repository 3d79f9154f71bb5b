"""Opens interchanges: in each of a source's dialects whose messages they have."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conditioners.choosing import open_best
from conditioners.declaration import Source
from conditioners.dialects import Dialect, EdiLoops, ProductActivity
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.readers.batches import Reader
from conditioners.readers.edi.loops import EdiLoopReader
from conditioners.readers.edi.messages import find_kinds
from conditioners.readers.edi.product_activity import ProductActivityReader
from conditioners.readers.edi.text import read_interchanges

_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf|\s)*(?:ISA|UNA|UNB)[^A-Za-z0-9 ]")


def is_interchange(head: bytes) -> bool:
    """Whether a file begins as one; a table may have a label that begins alike."""
    return _BEGINNING.match(head) is not None


def open_interchanges(source: Source, opened: OpenedRaw, limits: Limits) -> list[tuple[Dialect, Reader]]:
    """A dialect and a reader for each declared kind of messages in a file, in the order of their first messages.

    Without any such message it is the reader of the first kind, which says so.
    """
    declared: dict[str, list[ProductActivity | EdiLoops]] = {}
    for dialect in source.dialects:
        if isinstance(dialect, ProductActivity | EdiLoops):
            declared.setdefault(dialect.message, []).append(dialect)
    kinds = dict.fromkeys(find_kinds(read_interchanges(opened, limits)[0])) if len(declared) > 1 else {}
    wanted = [kind for kind in kinds if kind in declared] or [next(iter(declared))]
    readings = []
    for kind in wanted:
        # What nobody reads is told by the first one.
        elsewhere = frozenset(wanted if kind == wanted[0] else kinds) - {kind}
        readings.append(_open(source, declared[kind], opened, limits, elsewhere))
    return readings


def _open(
    source: Source, dialects: Sequence[ProductActivity | EdiLoops], opened: OpenedRaw, limits: Limits,
    elsewhere: frozenset[str],
) -> tuple[Dialect, Reader]:  # fmt: skip
    """The best of the dialects for one kind of messages; where others are read elsewhere, its facts name the kind."""

    def open_in(dialect: ProductActivity | EdiLoops) -> Reader:
        if isinstance(dialect, ProductActivity):
            return ProductActivityReader(source, dialect, opened, limits, elsewhere)
        return EdiLoopReader(source, dialect, opened, limits, elsewhere)

    dialect, reader = open_best(source, dialects, open_in)
    if elsewhere:
        reader.facts.messages = dialects[0].message
    return dialect, reader
