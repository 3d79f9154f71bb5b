"""EDI samples: which message an interchange holds, and the labels of the values in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from conditioners.dialects import Dialect, EdiLoops, ProductActivity
from conditioners.drafting.packing import read_first
from conditioners.drafting.trials import read_labelled
from conditioners.outcome import Refusal
from conditioners.readers.edi_labels import list_qualified
from conditioners.readers.edi_messages import read_messages
from conditioners.readers.envelopes import Message
from conditioners.readers.interchange_text import decode_interchanges
from conditioners.readers.interchanges import Segment

if TYPE_CHECKING:
    from conditioners.drafting.samples import Sample

FORMATS = ("X12", "EDIFACT")
_ACTIVITY = "852"
_LOOPS = {"867": ("PTD", "QTY"), "SLSRPT": ("LOC", "LIN")}
_IN_ACTIVITY = re.compile(r"XQ0[23]|(N1|N9|LIN|ZA)\..+")
_WITH_QUALIFIER = re.compile(r"[A-Z0-9]{2,3}\.[A-Z0-9]{1,3}")


def take_values(
    sample: Sample, rows: int
) -> tuple[dict[str, Any], tuple[str, ...], tuple[tuple[str, ...], ...]] | None:
    """The form, labels and cells of a sample's messages; None for messages that have to be declared by hand."""
    try:
        text, _ = decode_interchanges(read_first(sample.file_name, sample.data))
        messages = [each for each in read_messages(text) if each.kind == _ACTIVITY or each.kind in _LOOPS]
    except Refusal:
        return None
    if not messages:
        return None
    kind = messages[0].kind
    labels = _list_labels([message for message in messages if message.kind == kind])
    cells = read_labelled(
        sample.file_name, sample.data, labels, lambda named: _make_dialect(kind, dict(named)), rows,
        sample.packing.members,
    )  # fmt: skip
    if cells is None:
        return None
    kept = [(label, column) for label, column in zip(labels, cells, strict=True) if any(column)]
    if not kept:
        return None
    form = {"format": "EDI", "message": kind, "loops": _LOOPS.get(kind, ())}
    return form, tuple(label for label, _ in kept), tuple(column for _, column in kept)


def _make_dialect(kind: str, labels: dict[str, str]) -> Dialect:
    if kind == _ACTIVITY:
        return ProductActivity(name="trial", labels=labels)
    return EdiLoops(name="trial", message=kind, loops=_LOOPS[kind], labels=labels)


def _list_labels(messages: Sequence[Message]) -> list[str]:
    """Labels of values in the order that they come in, by qualifier."""
    wanted = _IN_ACTIVITY if messages[0].kind == _ACTIVITY else _WITH_QUALIFIER
    found = [label for message in messages for segment in message.segments[1:-1] for label in _label(segment)]
    labels = list(dict.fromkeys(label for label in found if wanted.fullmatch(label)))
    if messages[0].kind == _ACTIVITY:
        at = next((number for number, label in enumerate(labels) if label.startswith("ZA.")), len(labels))
        labels.insert(at, "SDQ")
    return labels


def _label(segment: Segment) -> list[str]:
    """The labels of a segment's values, by number and by qualifier."""
    numbered = [f"{segment.name}{number:02}" for number in range(1, len(segment.elements))]
    return [*numbered, *(label for label, _ in list_qualified(segment))]
