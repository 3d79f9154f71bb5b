"""Rewrites cells of an ods that its parser would lose, or take for something else.

Those are whole numbers of more digits than a float has, numbers that are shown with zeros before them (00501),
durations, errors that older programs write with the value 0, tabs, line breaks and CDATA in texts, texts in cells that
name no type, blanks between a cell's tags, which are no text, and drawings, whose texts are none of the cell's.
"""

from __future__ import annotations

import re

from conditioners.readers.workbooks.ods_extents import SHOWN_ERROR
from conditioners.readers.workbooks.sheet_tags import ATTRIBUTES, write_out_cdata

_LOST = (b"<![CDATA[", b"<text:tab", b"<text:line-break", b"office:time-value=", b"<draw:")
_IS_LONG = re.compile(rb'office:value="-?[0-9]{16,}"')
_NOTE = (
    rb"(?><office:annotation\b(?:" + ATTRIBUTES + rb"(?<=/)>"
    rb"|(?:[^<]++|<[^<t/]|<te|</[^<o])*+</office:annotation>))?"
)
"""A note holds no cells: where its end is missing it is not looked for behind the next one.

Which tags are no cells is told by their letters; tests/architecture/test_patterns.py says what a repetition may hold.
"""
_CODE = re.compile(
    rb"(?P<before><table:table-cell (?=[^<>]*+>%b<text:p[^<>]*+>(?P<shown>0[0-9]{1,14})</text:p>)[^<>]*)"
    rb"office:value=\"(?P<value>[0-9]{1,14})(?:\.0*)?\"(?P<behind>[^<>]*+>)" % _NOTE
)
"""Cells with a whole number that may be shown with zeros before it.

What stands behind the tag is looked at first, and once: not again behind each value that the tag may say it has.
"""
_UNTYPED = re.compile(rb"<table:table-cell(?![^<>]*+(?<=/)>)(?![^<>]*value-type)(?=[^<>]*+>%b<text:p[\s/>])" % _NOTE)
"""A text whose cell does not say that it is one."""
_QUOTED = re.compile(rb"""=\s*+'([^'"<>]*+)'""")
_APOSTROPHES = re.compile(rb"<table:table-cell[^<>]*?%b[^<>]*+>" % _QUOTED.pattern)
_LONG = re.compile(rb"<table:table-cell [^<>]*office:value=\"-?[0-9]{16,}\"[^<>]*>")
_DURATION = re.compile(
    rb"<table:table-cell [^<>]*office:time-value=\"(-?)PT([0-9]+)H([0-9]+)M([0-9]+)(?:[.,]([0-9]+))?S\"[^<>]*>"
)
_ERROR = re.compile(
    rb"(<table:table-cell (?=[^<>]*+>%b<text:p[^<>]*+%b)[^<>]*)office:value=\"(?:0|NaN)\""
    % (_NOTE, SHOWN_ERROR.pattern)
)
"""A cell with an error as older programs write it, around its value."""
_TAB, _LINE_BREAK = (re.compile(rb"<text:%b(?:\s[^<>]*)?(?:/>|></text:%b>)" % (n, n)) for n in (b"tab", b"line-break"))
_BETWEEN = re.compile(rb"(?<=>)\s++(?=<(?:text:p[\s/>]|text:h[\s/>]|office:annotation[\s/>]|/?table:))")
"""Blanks that stand in a cell and in none of its paragraphs."""
_DRAWING = re.compile(rb"<(/?)draw:[^\s<>/]++" + ATTRIBUTES + rb">")
_LOST_FORMS = (_IS_LONG, _BETWEEN, _APOSTROPHES, _UNTYPED)


class OdsMending:
    """What is misread in the content of a workbook."""

    def is_misread(self, text: bytes) -> bool:
        """Whether some text of the content holds anything that is."""
        if any(mark in text for mark in _LOST) or any(form.search(text) for form in _LOST_FORMS):
            return True
        if any(_is_padded(cell) for cell in _CODE.finditer(text)):
            return True
        return b"<text:p" in text and _ERROR.search(text) is not None

    def mend(self, text: bytes) -> bytes:
        """The text as it should be read."""
        text = write_out_cdata(text)
        text = _BETWEEN.sub(b"", _without_drawings(text))
        text = _APOSTROPHES.sub(lambda tag: _QUOTED.sub(rb'="\1"', tag[0]), text)
        text = _UNTYPED.sub(rb'\g<0> office:value-type="string"', text)
        text = _CODE.sub(lambda cell: _pad(cell) if _is_padded(cell) else cell[0], text)
        text = _LONG.sub(_as_text, text)
        text = _ERROR.sub(rb"\1", text)
        text = _DURATION.sub(_as_hours, text)
        return _LINE_BREAK.sub(b"\n", _TAB.sub(b"\t", text))


def _without_drawings(text: bytes) -> bytes:
    """The text without what stands in drawings; one that is open at its end stays."""
    kept, depth, at = list[bytes](), 0, 0
    for tag in _DRAWING.finditer(text):
        is_end, is_empty = tag[1] == b"/", tag[0].endswith(b"/>")
        if is_end and not depth:
            continue
        if not depth:
            kept.append(text[at : tag.start()])
            at = tag.start()
        depth += 0 if is_empty else -1 if is_end else 1
        at = at if depth else tag.end()
    return b"".join((*kept, text[at:]))


def _is_padded(cell: re.Match[bytes]) -> bool:
    shown, value = cell["shown"], cell["value"]
    return b'value-type="float"' in cell[0] and len(shown) > len(value) and int(shown) == int(value)


def _pad(cell: re.Match[bytes]) -> bytes:
    return _say_text(b'%boffice:string-value="%b"%b' % (cell["before"], cell["shown"], cell["behind"]))


def _as_text(cell: re.Match[bytes]) -> bytes:
    return _say_text(cell[0]).replace(b"office:value=", b"office:string-value=")


def _as_hours(cell: re.Match[bytes]) -> bytes:
    """A duration or time of day as it is shown of other workbooks: `36:00:00`, and parts of a second if it has any."""
    sign, hours, minutes, seconds, parts = cell.groups()
    clock = b":".join(number.rjust(2, b"0") for number in (hours, minutes, seconds))
    fraction = b"." + parts.rstrip(b"0").ljust(6, b"0") if (parts or b"").strip(b"0") else b""
    shown = b'office:string-value="%b%b%b"' % (sign, clock, fraction)
    return re.sub(rb"office:time-value=\"[^\"]*\"", shown, _say_text(cell[0]))


def _say_text(tag: bytes) -> bytes:
    return re.sub(rb"office:value-type=\"[a-z]+\"", b'office:value-type="string"', tag)
