"""Rewrites the members of a package that hold what the parser of workbooks would lose, or take for something else."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple, Protocol

from conditioners.limits import MIB
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.ods_mending import OdsMending
from conditioners.readers.workbooks.sheet_relations import ABSOLUTE, XLSB_RELATIONS
from conditioners.readers.workbooks.sheet_styles import CellForms
from conditioners.readers.workbooks.xlsb_dates import mend_cells
from conditioners.readers.workbooks.xlsx_mending import XlsxMending

ODS_CONTENT = "content.xml"
_LONGEST_MARK = 1 << 16
"""Bytes of a block that may belong to a cell which ends in the next one."""
_CELL = re.compile(rb"<(?:(?:[^\s<>/:!?]{1,99}:)?c[\s>]|table:table-cell)")
_LONGEST_CELL = 16 * MIB
_ABSOLUTE = re.compile(rb"""(\bTarget\s*+=\s*+["'])%b""" % ABSOLUTE)


class Misread(NamedTuple):
    """The members of a package that hold what is misread, and the styles in which some numbers are."""

    members: frozenset[str]
    forms: CellForms
    is_binary: bool = False
    """Whether they are those of an xlsb."""


class Mending(Protocol):
    """Knows what is misread in one format."""

    def is_misread(self, text: bytes) -> bool:
        """Whether some text holds anything that is."""

    def mend(self, text: bytes) -> bytes:
        """The text as it should be read."""


class MisreadMarks:
    """Tells whether a member of a package holds anything that is misread."""

    def __init__(self, member: str, forms: CellForms) -> None:
        self._mending = _choose(member, forms)
        self._rest = b""
        self.found = False

    def feed(self, block: bytes) -> None:
        """The next bytes."""
        if not self.found:
            text = self._rest + block
            self.found = self._mending.is_misread(text)
            self._rest = text[max(text.rfind(b"<c"), len(text) - _LONGEST_MARK, 0) :]


def _choose(member: str, forms: CellForms) -> Mending:
    return OdsMending() if member == ODS_CONTENT else XlsxMending(forms)


def mend_package(data: bytes, misread: Misread) -> bytes:
    """A package that was checked, some members of it rewritten; raises Refusal when two have the same name."""
    mended = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as package,
        zipfile.ZipFile(mended, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy,
    ):
        if len(set(package.namelist())) < len(package.namelist()):
            raise Refusal("two members of the package have the same name")
        for member in package.namelist():
            with package.open(member) as stream, copy.open(member, "w", force_zip64=True) as target:
                blocks = _read_blocks(stream)
                target.writelines(_mend(member, blocks, misread) if member in misread.members else blocks)
    return mended.getvalue()


def _read_blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(MIB):
        yield block


def _mend(member: str, blocks: Iterator[bytes], misread: Misread) -> Iterator[bytes]:
    if member == XLSB_RELATIONS:
        return _mend_cells(blocks, _make_relative)
    if misread.is_binary:
        return mend_cells(blocks, misread.forms)
    return _mend_cells(blocks, _choose(member, misread.forms).mend)


def _make_relative(text: bytes) -> bytes:
    return _ABSOLUTE.sub(rb"\1", text)


def _mend_cells(blocks: Iterator[bytes], mend: Callable[[bytes], bytes]) -> Iterator[bytes]:
    """The text of a member, cell by cell as it should be read."""
    rest = b""
    for block in blocks:
        text = rest + block
        end = _find_last_cell(text)
        opened = text.rfind(b"<![CDATA[", 0, max(end, 0))
        if opened > text.rfind(b"]]>", 0, max(end, 0)):
            end = opened  # What looks like a cell is text.
        if end > 0:
            yield mend(text[:end])
        rest = text[max(end, 0) :]
        if len(rest) > _LONGEST_CELL:
            raise Refusal(f"a cell of the workbook is longer than {_LONGEST_CELL} bytes")
    yield mend(rest)


def _find_last_cell(text: bytes) -> int:
    """Where the last cell begins; -1 where none does."""
    for start in (max(0, len(text) - _LONGEST_MARK), 0):
        places = [found.start() for found in _CELL.finditer(text, start)]
        if places:
            return places[-1]
    return -1
