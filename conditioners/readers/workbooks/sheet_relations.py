"""Checks that each sheet of a package is a part of its own: a part that many sheets share would be read for each."""

from __future__ import annotations

import re

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.sheet_tags import ATTRIBUTES, Tags
from conditioners.readers.workbooks.xlsb_records import Records

_TAG = re.compile(rb"<(?:[^\s<>/:]+:)?(?:Relationship|sheet)\s" + ATTRIBUTES + rb">")
_TARGET = re.compile(rb"""\bTarget\s*=\s*["']([^"']*)""")
_LEADS_BY = re.compile(rb"""(?<![\w.-])[\w.-]++:id\s*=\s*["']([^"']*)""")
_EACH = rb"""\s*+[\w:.-]++\s*+=\s*+(?:"[^"]*+"|'[^']*+')"""
_RELATION = re.compile(rb"<(?:[^\s<>/:]+:)?Relationship((?>(?:" + _EACH + rb"){0,64}))\s*+/?>")
_ATTRIBUTE = re.compile(rb"""(?<![\w:.-])([\w:.-]++)\s*+=\s*["']([^"']*)""")
_LEADS_NOWHERE = 0xFFFFFFFF
_BUNDLED_SHEET, _NAME = 0x9C, 0x27
"""Records of an xlsb ([MS-XLSB] 2.4.304 and 2.4.711)."""
_LONGEST_NAME = 1 << 15
XLSB, XLSB_RELATIONS = "xl/workbook.bin", "xl/_rels/workbook.bin.rels"
ABSOLUTE = b"/xl/"


class SheetRelations:
    """What one member of a package says about where the sheets are; most members say nothing."""

    def __init__(self, member: str, limits: Limits) -> None:
        self._member, self._limits = member, limits
        self._cutter: Tags | Records = Records(member) if member == XLSB else Tags(member, b"sheet")
        self._ways: list[bytes] = []
        """The relations that lead to the sheets, or the members that the relations lead to."""
        self.wanted, self.known = set[bytes](), set[bytes]()
        """Relations that an xlsb's sheets name, and those that there are: without one, the parser panics."""
        self.sheets, self.parts = dict[bytes, str](), dict[bytes, str]()
        """Of an xlsb, by relation: the names of the sheets, and the members that they are in lower case."""
        self.is_absolute = False
        """Whether an xlsb's relation leads to a member by its whole path, which the parser does not look for."""

    def feed(self, block: bytes) -> None:
        """The next bytes; raises Refusal for what would take the parser long."""
        if isinstance(self._cutter, Records):
            for kind, content in self._cutter.cut(block):
                self._take_record(kind, content)
        else:
            self._take_tags(self._cutter.cut(block))
        if len(self._ways) > self._limits.sheets:
            raise Refusal(f"the workbook has more than {self._limits.sheets} sheets", self._member)

    def _take_record(self, kind: int, content: bytes) -> None:
        if kind == _BUNDLED_SHEET:
            length = int.from_bytes(content[8:12], "little")
            way = content[12 : 12 + 2 * length] if length != _LEADS_NOWHERE else b""
            if len(content) < 12 or (length != _LEADS_NOWHERE and len(way) < 2 * length):
                raise Refusal("the workbook cannot be read: the record of a sheet is cut off", self._member)
            self._ways.append(way)
            if length != _LEADS_NOWHERE:
                relation = way.decode("utf-16-le", "replace").encode()
                self.wanted.add(relation)
                self.sheets[relation] = content[16 + len(way) :].decode("utf-16-le", "replace")
        elif kind == _NAME and len(content) > _LONGEST_NAME:
            # The parser writes out its formula, for which a few bytes can cost it minutes.
            raise Refusal(f"the workbook has a defined name longer than {_LONGEST_NAME} bytes", self._member)

    def _take_tags(self, text: bytes) -> None:
        for tag in _TAG.findall(text):
            if b"sheet" in tag and b"hyperlink" not in tag:
                self._ways += [_normalise(target) for target in _TARGET.findall(tag)]
                self._ways += _LEADS_BY.findall(tag)
            if self._member == XLSB_RELATIONS:
                self._take_relation(tag)

    def _take_relation(self, tag: bytes) -> None:
        """One that lacks its target, or whose attributes cannot be told apart, is none to the parser."""
        found = _RELATION.fullmatch(tag)
        attributes = dict(_ATTRIBUTE.findall(found[1])) if found else {}
        if b"Target" in attributes:
            relation, target = attributes.get(b"Id", b""), attributes[b"Target"]
            self.known.add(relation)
            self.parts[relation] = "xl/" + _normalise(target).decode("utf-8", "replace")
            self.is_absolute = self.is_absolute or target.startswith(ABSOLUTE)

    def close(self) -> None:
        """The member is at its end; raises Refusal when a sheet is none, or two are the same part."""
        if any(b"_rels/" in way for way in self._ways):
            raise Refusal("a sheet of the workbook is said to be where no sheet can be", self._member)
        if len(set(self._ways)) < len(self._ways):
            raise Refusal("several sheets of the workbook are one and the same part", self._member)


def _normalise(target: bytes) -> bytes:
    return target.replace(b"\\", b"/").lower().lstrip(b"/").removeprefix(b"xl/")
