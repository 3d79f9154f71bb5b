"""JSON Lines: one value in each line, as one document that is a list."""

from __future__ import annotations

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.decoding import Decoder
from conditioners.readers.json_tree import Document, parse_json


def load_lines(opened: OpenedRaw, limits: Limits) -> Document | None:
    """The values of all lines that are not blank, as a list; None when the first line is no value of its own.

    Raises Refusal when a later one is none.
    """
    decoder = Decoder(("utf-8",))
    text = decoder.feed(opened.read_whole("the JSON document", limits.json_bytes), last=True)
    values = []
    for number, line in enumerate(text.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            values.append(parse_json(line, limits))
        except Refusal as refusal:
            if not values:
                return None
            raise Refusal(refusal.reason, f"line {number}") from None
    return Document(values, {"name": decoder.name, "evidence": decoder.evidence}, True) if values else None
