"""Checks zip packages (xlsx, xlsb, ods) before a parser sees them: whole, and not larger inside than allowed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from conditioners.inputs.allowance import UNPACKING_FAULTS
from conditioners.inputs.zip_archives import open_zip, require_apart, require_readable
from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.mending import ODS_CONTENT, Misread, MisreadMarks
from conditioners.readers.workbooks.ods_extents import OdsSheets
from conditioners.readers.workbooks.room import PROTECTED, Range, Room
from conditioners.readers.workbooks.sheet_relations import XLSB, SheetRelations
from conditioners.readers.workbooks.sheet_styles import CellForms, XlsxStyles
from conditioners.readers.workbooks.well_formed import Part, WellFormed
from conditioners.readers.workbooks.xlsb_dates import XlsbStyles
from conditioners.readers.workbooks.xlsb_extents import XlsbSheet, XlsbTexts
from conditioners.readers.workbooks.xlsx_extents import SharedTexts, XlsxSheet

_MANIFEST, _XLSB_TEXTS = "META-INF/manifest.xml", "sharedstrings.bin"
_BINARY_SHEETS, _NO_SHEETS = "xl/worksheets/", "xl/worksheets/_rels/"
_WIDE = (b"\xff\xfe", b"\xfe\xff")
_VALUES = (b"<v>", b"<is>")
_TEXTS = re.compile(rb"<(?:[^\s<>/:]+:)?sst[\s>]")


class Checked(NamedTuple):
    """What the parser would misread in a package, or does not tell."""

    errors: int
    """Cells that hold an error, such as #N/A."""
    uncalculated: int
    """Cells that hold a formula and no value."""
    misread: Misread
    merged: Mapping[str, Sequence[Range]]
    """Of an ods or xlsb, the cells that are merged over rows, by sheet."""


def check_package(data: bytes, limits: Limits) -> Checked:
    """Unpack every member, and measure the sheets; raises Refusal when the package is damaged, protected or too large.

    A program may call its parts what it likes, so what a member is, is told by what stands in it.
    """
    try:
        with open_zip(io.BytesIO(data), limits) as package:
            if len(package.infolist()) > limits.members:
                raise Refusal(f"the package has more than {limits.members} members")
            require_apart(package.infolist())
            for member in package.infolist():
                require_readable(package, member, limits)
            return _Package(package, len(data), limits).check()
    except UNPACKING_FAULTS as error:
        raise Refusal(f"the file is damaged or cut off: {error or 'it ends early'}") from None


class _Package:
    def __init__(self, package: zipfile.ZipFile, packed: int, limits: Limits) -> None:
        self._package, self._limits = package, limits
        self._most_bytes = min(limits.workbook_bytes, max(16 * MIB, packed * limits.unpacked_ratio))
        self._room = Room(limits)
        self._names = {member.filename for member in package.infolist()}
        self._shared: Sequence[int] = ()
        self._misread = set[str]()
        self._forms = CellForms()
        self._styles = XlsbStyles() if XLSB in self._names else XlsxStyles()
        self._ods = OdsSheets(ODS_CONTENT, self._room)
        self._sheets, self._parts = dict[bytes, str](), dict[bytes, str]()
        """Of an xlsb, by relation: the names of the sheets, and the members that they are in lower case."""
        self._bytes = self._values = 0
        """Of all members so far, unpacked."""

    def check(self) -> Checked:
        """Count first, which is quick, then measure what has been counted."""
        self._refuse_protected()
        self._count()
        self._forms, is_binary = self._styles.find(), XLSB in self._names
        merged = dict[str, Sequence[Range]]()
        for member in self._package.infolist():
            part = self._open_part(member.filename)
            marks = None if is_binary else MisreadMarks(member.filename, self._forms)
            for block in self._blocks(member):
                part.feed(block)
                if marks is not None:
                    marks.feed(block)
            part.close()
            if isinstance(part, XlsbSheet):
                merged[member.filename.lower()] = part.merged
            if part.is_misread if isinstance(part, XlsbSheet) else marks is not None and marks.found:
                self._misread.add(member.filename)
        misread = Misread(frozenset(self._misread), self._forms, is_binary)
        named = self._name_sheets(merged) if is_binary else self._ods.merged
        return Checked(self._room.errors, self._room.uncalculated, misread, named)

    def _name_sheets(self, merged: Mapping[str, Sequence[Range]]) -> Mapping[str, Sequence[Range]]:
        """What was found in the members of an xlsb, by the names of the sheets that stand in them."""
        return {name: merged.get(self._parts.get(relation, ""), ()) for relation, name in self._sheets.items()}

    def _refuse_protected(self) -> None:
        if _MANIFEST in self._names:
            with self._package.open(_MANIFEST) as manifest:
                if b"manifest:encryption-data" in manifest.read(MIB):
                    raise Refusal(PROTECTED)

    def _blocks(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        with self._package.open(member) as stream:
            while block := stream.read(MIB):
                yield block

    def _count(self) -> None:
        """Bytes and values of all members; and what they say about the sheets and the texts that cells share."""
        wanted, known = set[bytes](), set[bytes]()
        for member in self._package.infolist():
            relations = self._read_member(member)
            wanted |= relations.wanted
            known |= relations.known
            self._sheets |= relations.sheets
            self._parts |= relations.parts
            if relations.is_absolute:
                self._misread.add(member.filename)
        if not wanted <= known:
            raise Refusal("the workbook cannot be read: it names a sheet that it does not have", XLSB)

    def _read_member(self, member: zipfile.ZipInfo) -> SheetRelations:
        """Take from a member what it says about styles and shared texts; answers what it says about sheets."""
        relations, texts = SheetRelations(member.filename, self._limits), _open_texts(member.filename)
        for number, block in enumerate(self._blocks(member)):
            if number == 0 and block.startswith(_WIDE) and member.filename.lower().endswith(".xml"):
                raise Refusal("a part of the workbook is not written in UTF-8", member.filename)
            self._check_size(member, block)
            if number == 0 and _TEXTS.search(block):
                texts = SharedTexts(member.filename)
            relations.feed(block)
            self._styles.feed(member.filename, block)
            if texts is not None:
                texts.feed(block)
        relations.close()
        if texts is not None:
            self._shared = [max(pair) for pair in zip_longest(self._shared, texts.lengths(), fillvalue=0)]
        return relations

    def _check_size(self, member: zipfile.ZipInfo, block: bytes) -> None:
        self._bytes += len(block)
        self._values += sum(map(block.count, _VALUES))
        if self._bytes > self._most_bytes:
            raise Refusal(f"the package unpacks to more than {self._most_bytes} bytes", member.filename)
        if self._values > self._room.most_cells:
            raise Refusal(f"the workbook has more than {self._room.most_cells} cells", member.filename)

    def _open_part(self, name: str) -> Part:
        if name == ODS_CONTENT:
            return WellFormed(name, self._ods)
        folder = name.lower()
        if XLSB in self._names and folder.startswith(_BINARY_SHEETS) and not folder.startswith(_NO_SHEETS):
            return XlsbSheet(name, self._room, self._shared, self._forms)
        return XlsxSheet(name, self._room, self._shared)


def _open_texts(name: str) -> SharedTexts | XlsbTexts | None:
    return XlsbTexts(name) if name.lower().endswith(_XLSB_TEXTS) else None
