"""Rewrites what the parser of workbooks would lose, or take for something else.

Those are digits of long whole numbers, zeros that a style shows before a number (00501), tabs, line breaks and CDATA in
texts, durations of an ods, its errors that older programs write with the value 0, and numbers in the form of a day or a
time of day that are none: -0.25 would be 18:00:00, and 60 the 28th of February 1900.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import escape
from typing import IO, NamedTuple

from conditioners.limits import MIB
from conditioners.outcome import Refusal
from conditioners.readers.sheet_extents import SHOWN_ERROR
from conditioners.readers.sheet_styles import CellForms
from conditioners.readers.xlsb_dates import mend_numbers

_LONGEST_MARK = 1 << 16
"""Bytes of a block that may belong to a cell which ends in the next one."""
_LONG = (re.compile(rb"<v>-?[0-9]{16,}</v>"), re.compile(rb'office:value="-?[0-9]{16,}"'))
_LOST = (b"<![CDATA[", b"<text:tab", b"<text:line-break", b"office:time-value=")
_CELLS = (b"<c ", b"<c>", b"<table:table-cell")
_LONGEST_CELL = 16 * MIB
_CDATA = re.compile(rb"<!\[CDATA\[([\s\S]*?)(?:\]\]>|\Z)")
_LONG_XLSX = re.compile(rb"<c((?: [^<>]*[^<>/])?)>((?:<f[^<>]*(?:/>|>[^<>]*</f>))?<v>-?[0-9]{16,}</v>)")
_IS_NO_DAY = re.compile(rb"<v>(?:-|60(?:\.[0-9]*)?</v>)")
_NO_DAY = re.compile(
    rb"(<c [^<>]{0,99}?)\bs=\"([0-9]{1,9})\"([^<>]{0,99}>(?:<f[^<>]*(?:/>|>[^<>]*</f>))?<v>(?:(-)|60(?:\.[0-9]*)?</v>))"
)
"""A cell with a negative number or text, or with 60, and the number of its style."""
_NOTE = (
    rb"""(?><office:annotation\b(?:(?:[^<>"']++|"[^"]*+"|'[^']*+')*+(?<=/)>"""
    rb"""|(?:[^<]++|<(?!table:|/office:annotation>))*+</office:annotation>))?"""
)
"""A note holds no cells: where its end is missing it is not looked for behind the next one."""
_CODE_XLSX = re.compile(
    rb"<c((?: [^<>]{0,99}?)?) s=\"([0-9]{1,9})\"([^<>]{0,99})>((?:<f[^<>]*(?:/>|>[^<>]*</f>))?)<v>([0-9]{1,14})</v>"
)
_CODE_ODS = re.compile(
    rb"(?P<before><table:table-cell (?=[^<>]*+>%b<text:p[^<>]*+>(?P<shown>0[0-9]{1,14})</text:p>)[^<>]*)"
    rb"office:value=\"(?P<value>[0-9]{1,14})\"(?P<behind>[^<>]*+>)" % _NOTE
)
"""Cells with a whole number that may be shown with zeros before it.

What stands behind an ods's tag is looked at first, and once: not again behind each value that the tag may say it has.
"""
_LONG_ODS = re.compile(rb"<table:table-cell [^<>]*office:value=\"-?[0-9]{16,}\"[^<>]*>")
_DURATION_ODS = re.compile(
    rb"<table:table-cell [^<>]*office:time-value=\"(-?)PT([0-9]+)H([0-9]+)M([0-9]+)(?:[.,]([0-9]+))?S\"[^<>]*>"
)
_ERROR_ODS = re.compile(
    rb"(<table:table-cell (?=[^<>]*+>%b<text:p[^<>]*+%b)[^<>]*)office:value=\"(?:0|NaN)\""
    % (_NOTE, SHOWN_ERROR.pattern)
)
"""A cell with an error as older programs write it, around its value."""
_TAB, _LINE_BREAK = (re.compile(rb"<text:%b(?:\s[^<>]*)?(?:/>|></text:%b>)" % (n, n)) for n in (b"tab", b"line-break"))


class Misread(NamedTuple):
    """The members of a package that hold what is misread, and the styles in which some numbers are."""

    members: frozenset[str]
    forms: CellForms
    is_binary: bool = False
    """Whether they are those of an xlsb."""


class MisreadMarks:
    """Tells whether a member of a package holds anything that is misread."""

    def __init__(self, forms: CellForms) -> None:
        self._forms = forms
        self._rest = b""
        self.found = False

    def feed(self, block: bytes) -> None:
        """The next bytes."""
        if not self.found:
            text = self._rest + block
            self.found = any(mark in text for mark in _LOST) or any(long.search(text) for long in _LONG)
            self.found = self.found or (_IS_NO_DAY.search(text) is not None and self._has_no_day(text))
            self.found = self.found or any(_pad_xlsx(cell, self._forms) for cell in self._find_codes(text))
            self.found = self.found or any(_is_padded_ods(cell) for cell in _CODE_ODS.finditer(text))
            self.found = self.found or (b"<text:p" in text and _ERROR_ODS.search(text) is not None)
            self._rest = text[max(text.rfind(b"<c"), len(text) - _LONGEST_MARK, 0) :]

    def _has_no_day(self, text: bytes) -> bool:
        return any(_is_no_day(found, self._forms) for found in _NO_DAY.finditer(text))

    def _find_codes(self, text: bytes) -> Iterator[re.Match[bytes]]:
        return _CODE_XLSX.finditer(text) if self._forms.digits else iter(())


def _is_no_day(cell: re.Match[bytes], forms: CellForms) -> bool:
    return int(cell[2]) in forms.days and (cell[4] is not None or not forms.from_1904)


def mend_package(data: bytes, misread: Misread) -> bytes:
    """A package that was checked, some members of it rewritten; raises Refusal when two have the same name."""
    mended = io.BytesIO()
    mend = mend_numbers if misread.is_binary else _mend
    with (
        zipfile.ZipFile(io.BytesIO(data)) as package,
        zipfile.ZipFile(mended, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy,
    ):
        if len(set(package.namelist())) < len(package.namelist()):
            raise Refusal("two members of the package have the same name")
        for member in package.infolist():
            with package.open(member) as stream, copy.open(member.filename, "w", force_zip64=True) as target:
                blocks = _read_blocks(stream)
                for block in mend(blocks, misread.forms) if member.filename in misread.members else blocks:
                    target.write(block)
    return mended.getvalue()


def _read_blocks(stream: IO[bytes]) -> Iterator[bytes]:
    while block := stream.read(MIB):
        yield block


def _mend(blocks: Iterator[bytes], forms: CellForms) -> Iterator[bytes]:
    """The text of a member, cell by cell as it should be read."""
    rest = b""
    for block in blocks:
        text = rest + block
        end = max(text.rfind(mark) for mark in _CELLS)
        opened = text.rfind(b"<![CDATA[", 0, max(end, 0))
        if opened > text.rfind(b"]]>", 0, max(end, 0)):
            end = opened  # What looks like a cell is text.
        if end > 0:
            yield _rewrite(text[:end], forms)
        rest = text[max(end, 0) :]
        if len(rest) > _LONGEST_CELL:
            raise Refusal(f"a cell of the workbook is longer than {_LONGEST_CELL} bytes")
    yield _rewrite(rest, forms)


def _rewrite(text: bytes, forms: CellForms) -> bytes:
    text = _CDATA.sub(lambda found: escape(found[1].decode("latin-1"), quote=False).encode("latin-1"), text)
    text = _LONG_XLSX.sub(_as_text_xlsx, text)
    text = _NO_DAY.sub(lambda cell: cell[1] + cell[3] if _is_no_day(cell, forms) else cell[0], text)
    if forms.digits:
        text = _CODE_XLSX.sub(lambda cell: _pad_xlsx(cell, forms) or cell[0], text)
    text = _CODE_ODS.sub(lambda cell: _pad_ods(cell) if _is_padded_ods(cell) else cell[0], text)
    text = _LONG_ODS.sub(_as_text_ods, text)
    text = _ERROR_ODS.sub(rb"\1", text)
    text = _DURATION_ODS.sub(_as_hours_ods, text)
    return _LINE_BREAK.sub(b"\n", _TAB.sub(b"\t", text))


def _as_text_xlsx(cell: re.Match[bytes]) -> bytes:
    """A number is said to be text, which keeps all of its digits; a cell of another kind stays as it is."""
    attributes = cell[1].replace(b' t="n"', b"")
    return cell[0] if b" t=" in attributes else b'<c%b t="str">%b' % (attributes, cell[2])


def _pad_xlsx(cell: re.Match[bytes], forms: CellForms) -> bytes | None:
    """A number as text with the zeros that its style shows; None for a cell of another kind, or without any."""
    attributes, padded = (cell[1] + cell[3]).replace(b' t="n"', b""), forms.pad(int(cell[2]), int(cell[5]))
    if padded is None or b" t=" in attributes:
        return None
    return b'<c%b t="str">%b<v>%b</v>' % (attributes, cell[4], padded.encode())


def _is_padded_ods(cell: re.Match[bytes]) -> bool:
    shown, value = cell["shown"], cell["value"]
    return b'value-type="float"' in cell[0] and len(shown) > len(value) and int(shown) == int(value)


def _pad_ods(cell: re.Match[bytes]) -> bytes:
    return _say_text(b'%boffice:string-value="%b"%b' % (cell["before"], cell["shown"], cell["behind"]))


def _as_text_ods(cell: re.Match[bytes]) -> bytes:
    return _say_text(cell[0]).replace(b"office:value=", b"office:string-value=")


def _as_hours_ods(cell: re.Match[bytes]) -> bytes:
    """A duration or time of day as it is shown of other workbooks: `36:00:00`, and parts of a second if it has any."""
    sign, hours, minutes, seconds, parts = cell.groups()
    clock = b":".join(number.rjust(2, b"0") for number in (hours, minutes, seconds))
    fraction = b"." + parts.rstrip(b"0").ljust(6, b"0") if (parts or b"").strip(b"0") else b""
    shown = b'office:string-value="%b%b%b"' % (sign, clock, fraction)
    return re.sub(rb"office:time-value=\"[^\"]*\"", shown, _say_text(cell[0]))


def _say_text(tag: bytes) -> bytes:
    return re.sub(rb"office:value-type=\"[a-z]+\"", b'office:value-type="string"', tag)
