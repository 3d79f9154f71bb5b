"""XML elements as they come, without entities, network or a whole document in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import BlockStream, OpenedRaw

if TYPE_CHECKING:
    from lxml.etree import _Element

_HEAD = 1 << 14
_NODES = 100_000
"""Elements inside of one record."""


class _Blocks(io.RawIOBase):
    """Blocks as the binary stream that the parser reads."""

    def __init__(self, stream: BlockStream) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        return self._stream.read(size)


def walk_elements(opened: OpenedRaw, limits: Limits) -> Iterator[tuple[str, _Element]]:
    """`start` and `end` of each element, in document order.

    The caller frees what it has read. Raises Refusal when the document is not well-formed, declares entities, or is
    nested too deep.
    """
    from lxml import etree

    blocks = BlockStream(opened.blocks())
    events = etree.iterparse(
        cast(Any, _Blocks(blocks)), events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    depth, first = 0, True
    try:
        for event, element in events:
            if first:
                first = False
                _refuse_entities(element)
            depth += 1 if event == "start" else -1
            if depth > limits.depth:
                raise Refusal(f"the XML document is nested deeper than {limits.depth} levels", _line(element))
            if isinstance(element.tag, str):
                yield event, element
    except etree.XMLSyntaxError as error:
        raise Refusal(f"not well-formed XML: {error.msg}", f"line {error.lineno}") from None
    except Exception:
        if blocks.fault is not None:
            raise blocks.fault from None
        raise


def peek_root(head: bytes) -> str | None:
    """The name of the root element, in Clark's notation, if a document's first bytes tell it."""
    from lxml import etree

    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True, huge_tree=False)
    try:
        parser.feed(head[:_HEAD])
    except etree.XMLSyntaxError:
        return None
    return next((cast(str, element.tag) for _, element in parser.read_events()), None)


def _refuse_entities(root: _Element) -> None:
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise Refusal("the XML document declares entities of its own, which are not followed")


def _line(element: Any) -> str:
    return f"line {element.sourceline}"


def local_name(element: _Element) -> str:
    """An element's name without its namespace."""
    return cast(str, element.tag).rpartition("}")[2]


def text_of(element: _Element) -> str | None:
    """All text inside an element, blanks at its ends left out; None when there is none.

    Raises Refusal when it refers to an entity, whose text is not known.
    """
    refuse_entity(element)
    return "".join(cast(Iterator[str], element.itertext())).strip() or None


def refuse_entity(element: _Element) -> None:
    """Raises Refusal when the text inside an element refers to an entity."""
    from lxml import etree

    for entity in element.iter(etree.Entity):
        raise Refusal(f"the text refers to the entity {entity.text!r}, which is not followed", _line(element))


def free(element: _Element) -> None:
    """Forget an element that was read, and its elder siblings."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


class NodeBudget:
    """Counts the elements of one record."""

    def __init__(self) -> None:
        self._left = _NODES

    def spend(self, element: _Element) -> None:
        """Raises Refusal when the record has too many elements."""
        self._left -= 1
        if self._left < 0:
            raise Refusal(f"one record has more than {_NODES} elements", _line(element))

    def renew(self) -> None:
        """A new record begins."""
        self._left = _NODES
