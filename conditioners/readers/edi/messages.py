"""Messages of EDI interchanges, X12 and EDIFACT alike: which there are, and what is wrong with them as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NoReturn

from conditioners.outcome import Refusal
from conditioners.readers.decoding import show_damage
from conditioners.readers.edi import envelopes
from conditioners.readers.edi.envelopes import Message
from conditioners.readers.edi.interchanges import split_segments

_TOLD = 10
"""Kinds of messages that are named."""
_LONGEST = 20
"""Characters of a name that are told."""
_NAME = re.compile(r"[A-Z][A-Z0-9]{1,2}")
"""What segments are called in either standard."""


def find_kinds(text: str) -> list[str]:
    """The kinds of the messages whose beginning is in a text; none when it cannot be told."""
    kinds = []
    try:
        for segment in split_segments(text):
            if segment.name == "ST":
                kinds.append(segment.element(1))
            elif segment.name == "UNH":
                kinds.append(segment.component(2))
    except Refusal:
        return kinds
    return kinds


def refuse_missing(text: str, wanted: str) -> NoReturn:
    """Raises Refusal: interchanges have no message of the wanted kind; which they have instead."""
    kinds = list(dict.fromkeys(find_kinds(text)))
    told = f"; it has {', '.join(kinds[:_TOLD])}" if kinds else ""
    if not kinds and any(segment.name == "TA1" for segment in split_segments(text)):
        told = ", for it only acknowledges another one (TA1)"
    raise Refusal(f"the interchange has no {wanted}{told}")


def read_messages(text: str) -> Iterator[Message]:
    """All messages of all interchanges, those with a segment that cannot be one at fault as well.

    Raises Refusal when an envelope is wrong.
    """
    for message in envelopes.read_messages(split_segments(text)):
        message.fault = message.fault or _judge_names(message)
        yield message


def _judge_names(message: Message) -> str | None:
    """What a damaged name would hide: the segment's values, and in which loop those behind it stand."""
    unusual = {name for name in {segment.name for segment in message.segments} if _NAME.fullmatch(name) is None}
    for segment in message.segments if unusual else ():
        if segment.name in unusual and segment.text:
            return f"{segment.place} is called '{show_damage(segment.name[:_LONGEST])}', as no segment is"
    return None
