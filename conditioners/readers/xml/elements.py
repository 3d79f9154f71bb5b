"""XML elements as they come, without entities, network or a whole document in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from conditioners.inputs.raw import BlockStream, OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.markup import check_xml_encoding

if TYPE_CHECKING:
    from lxml.etree import XMLSyntaxError, _Element, _LogEntry

_HEAD = 1 << 14
_LONGEST_TAG = 1 << 20
_PROLOGUE = 1 << 20
_NAMESPACES = 100
_NAMES = 10_000
_MOSTLY_EMPTY = 20
"""Elements of which at least one has to hold something, once there are many that do not."""
_NODES = 100_000
"""Elements inside of one record."""
_TAGS = 3 * _NODES
"""Of one record, and those of the block in which it ends."""


class _Blocks(io.RawIOBase):
    """Blocks as the binary stream that the parser reads, without what would take it long or make it large."""

    def __init__(self, stream: BlockStream, budget: NodeBudget) -> None:
        self._stream, self._budget = stream, budget
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        block = self._stream.read(size)
        self._budget.read(len(block), block.count(b"<"))
        self._check_tags(block.replace(b"\0", b""))
        return block

    def _check_tags(self, block: bytes) -> None:
        """A tag is held whole, many times; and each name with a prefix is looked up among all namespaces."""
        if block.count(b"xmlns") > _NAMESPACES + 2 * block.count(b"<"):
            raise Refusal(f"a tag of the XML document declares more than {_NAMESPACES} namespaces")
        text = self._rest + block
        self._rest = text[text.rfind(b">") + 1 :]
        if len(self._rest) > _LONGEST_TAG:
            raise Refusal(f"the XML document has a tag or text longer than {_LONGEST_TAG} bytes")


def walk_elements(
    opened: OpenedRaw, limits: Limits, budget: NodeBudget | None = None, wanted: Sequence[str] = ()
) -> Iterator[tuple[str, _Element]]:
    """`start` and `end` of each element, in document order, or of those with the wanted names.

    What stands in these is looked at, and taken from the budget, when they end, which is quicker by half. The caller
    frees what it has read. Raises Refusal when the document is not well-formed, declares entities, is
    nested too deep, or has a record beyond the budget.
    """
    from lxml import etree

    check_xml_encoding(opened.head)
    blocks = BlockStream(opened.blocks())
    budget = budget or NodeBudget(limits)
    budget.counts_tags = bool(wanted)
    stream = cast(Any, _Blocks(blocks, budget))
    events = etree.iterparse(
        stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True, tag=wanted or None,
    )  # fmt: skip
    census = _Census(limits)
    try:
        yield from census.take_wanted(events, budget) if wanted else census.take(events, budget)
    except etree.XMLSyntaxError as error:
        raise _refusal(error, events.error_log.last_error) from None
    except Exception:
        if blocks.fault is not None:
            raise blocks.fault from None
        raise


def _refusal(error: XMLSyntaxError, noted: _LogEntry | None) -> Refusal:
    """Why a document is not well-formed, and where.

    Of an entity that is declared nowhere the exception knows neither; what the parser `noted` last does.
    """
    reason, line = (noted.message, noted.line) if noted and not error.lineno else (error.msg, error.lineno)
    return Refusal(f"not well-formed XML: {reason}", f"line {line}")


class _Census:
    """Counts what a document has, which is much in none that holds data."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._names, self._attributes = set[str](), set[str]()
        self._elements = self._empty = 0

    def take(self, events: Iterator[tuple[str, _Element]], budget: NodeBudget) -> Iterator[tuple[str, _Element]]:
        """The same events; raises Refusal when the document declares entities, or has too much of something.

        This is done for each element, of which there are millions: what is seldom needed stands in other functions.
        """
        depth, most, names, attributes = 0, self._limits.depth, self._names, self._attributes
        for event, element in events:
            if event == "start":
                depth += 1
                self._elements += 1
                if depth > most:
                    raise Refusal(f"the XML document is nested deeper than {most} levels", _line(element))
                if self._elements == 1:
                    budget.renew()
                    _refuse_entities(element)
                if element.tag not in names or not attributes.issuperset(element.keys()):
                    self._note_names(element)
            else:
                depth -= 1
                if not (element.text or len(element) or element.keys()):
                    self._note_empty(element)
            yield event, element

    def take_wanted(self, events: Iterator[tuple[str, _Element]], budget: NodeBudget) -> Iterator[tuple[str, _Element]]:
        """The events of some elements; raises Refusal when what stands in one is too much of something."""
        is_first = True
        for event, element in events:
            if is_first:
                budget.renew()
                _refuse_entities(element)
                is_first = False
            if event == "end":
                budget.spend(element, self._look_within(element))
            yield event, element

    def _look_within(self, element: _Element) -> int:
        """How many elements there are, an element and those within it."""
        names, attributes, before = self._names, self._attributes, self._elements
        for each in element.iter("*"):
            self._elements += 1
            keys = each.keys()
            if each.tag not in names or not attributes.issuperset(keys):
                self._note_names(each)
            if not (keys or len(each) or each.text):
                self._note_empty(each)
        return self._elements - before

    def _note_empty(self, element: _Element) -> None:
        self._empty += 1
        if self._empty > self._limits.unread_rows and self._empty * _MOSTLY_EMPTY > self._elements * (
            _MOSTLY_EMPTY - 1
        ):
            reason = f"of the first {self._elements} elements of the XML document {self._empty} hold nothing"
            raise Refusal(reason, _line(element))

    def _note_names(self, element: _Element) -> None:
        self._names.add(cast(str, element.tag))
        self._attributes.update(cast("list[str]", element.keys()))
        if len(self._names) > _NAMES:
            raise Refusal(f"the XML document has elements of more than {_NAMES} names", _line(element))
        if len(self._attributes) > _NAMES:
            raise Refusal(f"the XML document has attributes of more than {_NAMES} names", _line(element))


def peek_root(head: bytes) -> str | None:
    """The name of the root element, in Clark's notation, if a document's first bytes tell it."""
    from lxml import etree

    check_xml_encoding(head)
    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True, huge_tree=False)
    try:
        parser.feed(head[:_HEAD])
    except etree.XMLSyntaxError:
        return None
    return next((cast(str, element.tag) for _, element in parser.read_events()), None)


def is_well_formed(head: bytes) -> bool:
    """Whether a file begins as XML without a declaration: it holds together as far as it goes.

    Elements that are only opened say nothing, for the labels of a text may stand in angle brackets.
    """
    from lxml import etree

    parser = etree.XMLPullParser(("end",), resolve_entities=False, no_network=True, huge_tree=False)
    try:
        parser.feed(head[:_HEAD])
        if len(head) <= _HEAD:
            parser.close()
    except etree.XMLSyntaxError:
        return False
    return any(True for _ in parser.read_events())


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
    if not len(element):  # An entity would count.
        return (element.text or "").strip() or None
    refuse_entity(element)
    return "".join(cast(Iterator[str], element.itertext())).strip() or None


def refuse_entity(element: _Element) -> None:
    """Raises Refusal when the text inside an element refers to an entity."""
    from lxml import etree

    for entity in element.iter(etree.Entity):
        raise Refusal(f"the text refers to the entity {entity.text!r}, which is not followed", _line(element))


def free(element: _Element) -> None:
    """Forget an element that was read, and its elder siblings."""
    element.clear(keep_tail=True)  # There may be text of the element around it.
    if element.getprevious() is not None and (parent := element.getparent()) is not None:
        while element.getprevious() is not None:
            del parent[0]


class NodeBudget:
    """Counts the elements and bytes of one record, or of what stands before the root."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._left, self._bytes, self._tags, self._most = _NODES, 0, 0, _PROLOGUE
        self.counts_tags = False
        """Whether elements are seen only when what holds them ends, so that their tags have to be counted before."""

    def spend(self, element: _Element, count: int = 1) -> None:
        """Raises Refusal when the record has too many elements."""
        self._left -= count
        if self._left < 0:
            raise Refusal(f"one record has more than {_NODES} elements", _line(element))

    def read(self, size: int, tags: int) -> None:
        """Bytes were read, and tags among them; raises Refusal when they are too many for one record."""
        self._bytes += size
        self._tags += tags
        if self.counts_tags and self._tags > _TAGS:
            raise Refusal(f"one record has more than {_TAGS} tags")
        if self._bytes > self._most:
            raise Refusal(f"a record of the XML document, or what stands before its root, is over {self._most} bytes")

    def renew(self) -> None:
        """A new record begins."""
        self._left, self._bytes, self._tags, self._most = _NODES, 0, 0, self._limits.line_bytes
