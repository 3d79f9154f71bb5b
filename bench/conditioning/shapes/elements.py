"""XML and HTML of the same form: elements doubled, moved, left out, with other texts and attributes."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from bench.conditioning.shapes.values import VALUES

_TAG = re.compile(r"<[^<>]*>")
_NAME = re.compile(r"<[^\s/>]*")
_ATTRIBUTE = re.compile(r'(=\s*)"[^"]*"')


def reshape_marked(data: bytes, chance: random.Random) -> bytes:
    """XML and HTML."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    text = data.decode(encoding)
    for _ in range(chance.randint(1, 4)):
        text = chance.choice(_MARKED)(text, chance)
    return text.encode(encoding, "surrogatepass")


def _find_tags(text: str) -> list[re.Match[str]]:
    """Those that begin an element; the root's is the first."""
    return [tag for tag in _TAG.finditer(text) if tag[0][1] not in "/!?"]


def _find_element(text: str, chance: random.Random) -> tuple[int, int]:
    """Where an element below the root begins and ends, if one is found that does."""
    tags = _find_tags(text)[1:]
    if not tags:
        return 0, 0
    tag = chance.choice(tags)
    name = re.match(r"<([^\s/>]*)", tag[0])
    depth = 0
    for other in re.compile(rf"<(/?){re.escape(name[1] if name else '')}(?=[\s/>])[^<>]*>").finditer(text, tag.start()):
        depth += -1 if other[1] else 0 if other[0].endswith("/>") else 1
        if depth <= 0:
            return tag.start(), other.end()
    return tag.span()


def _double_element(text: str, chance: random.Random) -> str:
    begin, end = _find_element(text, chance)
    return text[:end] + text[begin:end] * chance.choice((1, 1, 2, 30)) + text[end:]


def _drop_element(text: str, chance: random.Random) -> str:
    begin, end = _find_element(text, chance)
    return text[:begin] + text[end:]


def _move_element(text: str, chance: random.Random) -> str:
    begin, end = _find_element(text, chance)
    moved, text = text[begin:end], text[:begin] + text[end:]
    at = chance.choice(_find_tags(text) or [re.compile("").match(text)]).end()
    return text[:at] + moved + text[at:]


def _change_text(text: str, chance: random.Random) -> str:
    tags = [tag for tag in _TAG.finditer(text) if tag[0][1] not in "!?"]
    if not tags:
        return text
    at = chance.randrange(len(tags))
    end = tags[at + 1].start() if at + 1 < len(tags) else tags[at].end()
    value = chance.choice(VALUES).replace("&", "&amp;").replace("<", "&lt;")
    value = chance.choice((value, value, f"<![CDATA[{value}]]>", f" {value}\n", f"&#x{chance.randrange(32, 900):x};"))
    return text[: tags[at].end()] + value + text[end:]


def _change_attribute(text: str, chance: random.Random) -> str:
    found = list(_ATTRIBUTE.finditer(text))
    if not found:
        return text
    one = chance.choice(found)
    value = chance.choice((*VALUES, "2", "3", "50", "-1", "65534")).replace("&", "&amp;").replace("<", "&lt;")
    return text[: one.start()] + one[1] + '"' + value.replace('"', "&quot;") + '"' + text[one.end() :]


def _copy_tag(text: str, chance: random.Random) -> str:
    """An element gets another one's attributes, and at times its name as well, which no end tag goes with."""
    tags = _find_tags(text)
    if not tags:
        return text
    one, other = chance.choice(tags), chance.choice(tags)
    name = _NAME.match((other if chance.random() < 0.1 else one)[0])
    tag = _NAME.sub(name[0] if name else "<", other[0], count=1)
    return text[: one.start()] + tag + text[one.end() :]


_MARKED: tuple[Callable[[str, random.Random], str], ...] = (
    _double_element, _drop_element, _move_element, _change_text, _change_text, _change_attribute, _change_attribute,
    _copy_tag,
)  # fmt: skip
