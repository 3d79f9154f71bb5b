"""EDI interchanges of the same form, mostly with trailers that count what is there."""

from __future__ import annotations

import random
import re

from bench.conditioning.shapes.values import VALUES

_KEPT = 0.7
"""The share of interchanges whose headers and trailers stay where they are."""


def reshape_edi(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("latin-1")
    end, mark = ("'", "+") if text.startswith("UN") else (text[105:106] or "~", text[3:4] or "*")
    segments = text.split(end)
    first, behind = _find_content(segments) if chance.random() < _KEPT else (0, len(segments))
    around, segments = (segments[:first], segments[behind:]), segments[first:behind]
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(segments)), chance.randrange(len(segments))
        way = chance.random()
        if way < 0.25:
            segments[at:at] = [segments[other]] * chance.choice((1, 1, 1, 20))
        elif way < 0.4:
            del segments[at : at + chance.choice((1, 1, 3))]
            segments = segments or [""]
        elif way < 0.5:
            segments[at], segments[other] = segments[other], segments[at]
        else:
            segments[at] = _change_elements(segments[at], mark, chance)
    segments = [*around[0], *segments, *around[1]]
    if chance.random() < 0.8:
        segments = _count_again(segments, mark)
    glue = chance.choice((end, end, end + "\n", end + "\r\n"))
    return glue.join(segments).encode("utf-8" if chance.random() < 0.2 else "latin-1", "replace")


def _find_content(segments: list[str]) -> tuple[int, int]:
    """Where the segments of the first message begin and end."""
    names = [re.split(r"[*+]", segment.strip(), maxsplit=1)[0] for segment in segments]
    first = next((at for at, name in enumerate(names) if name in ("ST", "UNH")), -1) + 1
    behind = next((at for at, name in enumerate(names) if at > first and name in ("SE", "UNT")), len(names))
    return first, behind


def _change_elements(segment: str, mark: str, chance: random.Random) -> str:
    elements = segment.split(mark)
    at = chance.randrange(len(elements))
    way = chance.random()
    if way < 0.5:
        elements[at] = chance.choice((*VALUES, ":", "a:b", "?'", "92", "EA", "QS", "?"))
    elif way < 0.7:
        del elements[at]
    else:
        elements[at:at] = elements[chance.randrange(len(elements)) :][: chance.choice((1, 2, 30))]
    return mark.join(elements)


def _count_again(segments: list[str], mark: str) -> list[str]:
    """With trailers that count the segments there are."""
    begun, counted = 0, []
    for number, segment in enumerate(segments):
        elements = segment.strip().split(mark)
        if elements[0] in ("ST", "UNH"):
            begun = number
        if elements[0] in ("SE", "UNT") and len(elements) > 1:
            elements[1] = str(number - begun + 1)
            segment = mark.join(elements)
        counted.append(segment)
    return counted
