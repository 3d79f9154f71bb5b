"""EDI samples: which message an interchange holds, and the labels of the values in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from conditioners.dialects import Dialect, EdiLoops, ProductActivity
from conditioners.drafting.packing import read_first
from conditioners.drafting.trials import read_labelled
from conditioners.outcome import Refusal
from conditioners.readers.edi.envelopes import Message
from conditioners.readers.edi.labels import list_qualified
from conditioners.readers.edi.messages import read_messages
from conditioners.readers.edi.segments import Segment
from conditioners.readers.edi.text import decode_interchanges

if TYPE_CHECKING:
    from conditioners.drafting.samples import Sample

FORMATS = ("X12", "EDIFACT")
_ACTIVITY = "852"
_LOOPS = {"867": ("PTD", "QTY"), "SLSRPT": ("LOC", "LIN")}
_IN_ACTIVITY = re.compile(r"XQ0[23]|(N1|N9|LIN|ZA)\.\S+")
_WITH_QUALIFIER = re.compile(r"[A-Z][A-Z0-9]{1,2}\.[A-Z0-9]{1,3}")


class Values(NamedTuple):
    """What a sample's messages hold."""

    form: dict[str, Any]
    labels: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...]


def take_values(sample: Sample, rows: int) -> Values | None:
    """The values in those messages of a sample that make up most of it; None if they have to be declared by hand."""
    try:
        text, _ = decode_interchanges(read_first(sample.file_name, sample.data, sample.packing))
        messages = [each for each in read_messages(text) if each.kind == _ACTIVITY or each.kind in _LOOPS]
    except Refusal:
        return None
    if not messages:
        return None
    kind = _find_largest(messages)
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
    names, columns = tuple(label for label, _ in kept), tuple(column for _, column in kept)
    return Values(form, names, columns, _tell_kinds(kind, messages))


def _find_largest(messages: Sequence[Message]) -> str:
    """The kind of the messages that have the most segments."""
    sizes: Counter[str] = Counter()
    for message in messages:
        sizes[message.kind] += len(message.segments)
    return sizes.most_common(1)[0][0]


def _tell_kinds(kind: str, messages: Sequence[Message]) -> tuple[str, ...]:
    others = sorted({message.kind for message in messages} - {kind})
    if not others:
        return ()
    return (
        f"the sample also has messages {', '.join(others)}, not declared here: each kind takes a dialect of its own",
    )


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
