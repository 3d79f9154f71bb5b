"""Rewrites cells of an xlsx that its parser would lose, or take for something else.

Those are whole numbers of more digits than a float has, numbers that a style shows with zeros before them (00501),
numbers in the form of a day or a time of day that are none (-0.25 would be 18:00:00, and 60 the 28th of February 1900),
CDATA, numbers with blanks or comments beside them, values that do not stand where they should, errors by names that it
does not know, and extensions behind values, for which it would refuse the workbook.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set

from conditioners.readers.workbooks.sheet_styles import CellForms
from conditioners.readers.workbooks.sheet_tags import FORMULA, write_out_cdata

_Cell = re.Match[bytes]
_CELL = (
    rb"<(?P<prefix>(?:[^\s<>/:!?]++:)?)c(?P<attributes>(?:\s[^<>]*+)?)(?<!/)>(?P<formula>\s*+(?:%b)?)"
    rb"\s*+<(?P=prefix)v(?:\s[^<>]*+)?(?<!/)>%%b</(?P=prefix)v>" % FORMULA
)
"""A cell with a formula or without one, and its value, whatever prefix and quotes the program writes."""
_LONG = re.compile(_CELL % rb"(?P<value>-?[0-9]{16,}+)")
_NAMED_ERROR = re.compile(_CELL % rb"(?P<value>(?!#(?:N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)<)[^<]*+)")
_CODE_VALUE = rb"(?P<value>[0-9]++(?:\.[0-9]*+)?(?:[eE]\+?[0-9]{1,2})?)"
_COMMENT = re.compile(rb"<!--[^<>]*+(?<=--)>")
_ASIDE = re.compile(_CELL % (rb"(?P<value>(?:\s*+%b)?[^<]*+(?:%b\s*+)?)" % (_COMMENT.pattern, _COMMENT.pattern)))
_BEFORE_VALUE, _BEHIND_VALUE = re.compile(rb"v>(?:\s|<!--)"), re.compile(rb"(?:\s|-->)</[^<>]{0,99}v>")
_BEFORE_END = (b" </", b"\n</", b"\t</", b"\r</", b"--></")
_IS_LONG, _IS_NO_DAY = re.compile(rb"v>-?[0-9]{16,}+<"), re.compile(rb"v>(?:-|60(?:\.[0-9]*+)?<)")
_BEHIND = re.compile(rb"(<((?:[^\s<>/:!?]++:)?)v(?:\s[^<>]*+)?(?<!/)>[^<]*+</\2v>)\s*+(%b)" % FORMULA.replace(
    b"(?P=prefix)", rb"\2"
))  # fmt: skip
"""A formula that stands behind its value, which the parser would lose."""
_IS_SECOND = re.compile(rb"is>\s*+<(?:[^\s<>/:!?]{1,99}:)?v[\s/>]")
_SECOND = re.compile(
    rb"(</((?:[^\s<>/:!?]++:)?)is>)\s*+<\2v(?:[\s/][^<>]*+)?(?:(?<=/)>|(?<!/)>[^<]*+</\2v>)(?=\s*+</\2c>)"
)
"""A value behind a text of the cell itself, for which the parser would lose the text."""
_IS_BEHIND = re.compile(rb"v>\s*+<(?:[^\s<>/:!?]{1,99}:)?f[\s/>]")
_EXTENSION = re.compile(
    rb"(?:</(?:[^\s<>/:!?]{1,99}:)?(?:v|is|f)>|<(?:[^\s<>/:!?]{1,99}:)?(?:v|is|f)/>)\s*+"
    rb"(?P<begin><(?P<name>(?:[^\s<>/:!?]{1,99}:)?extLst)(?:\s[^<>]*+|/)?>)"
)
"""The beginning of what a later version may add to a cell (ECMA-376 18.2.7), behind its value."""
_ORDERS = ((_IS_BEHIND, _BEHIND), (_IS_SECOND, _SECOND))
"""Hints that are quickly found, and what they may stand for."""
_ATTRIBUTE = re.compile(rb"""([\w:.-]++)\s*+=\s*+["']([^"']*+)["']""")
_NO_TEXTS = (b"n", b"s", b"b", b"e")
"""Kinds of cells in whose values blanks are none."""
_MOST_STYLES = 1000
"""That are looked for one by one."""


class XlsxMending:
    """What is misread in the sheets of one workbook, by its styles."""

    def __init__(self, forms: CellForms) -> None:
        self._forms = forms
        self._no_day = _styled(rb"(?P<value>-[^<]*+|60(?:\.[0-9]*+)?)", forms.days)
        self._code = _styled(_CODE_VALUE, forms.digits.keys())

    def is_misread(self, text: bytes) -> bool:
        """Whether a part's text holds anything that is."""
        if (
            b"<![CDATA[" in text
            or _EXTENSION.search(text)
            or any(hint.search(text) and order.search(text) for hint, order in _ORDERS)
        ):
            return True
        return any(mend(cell) is not None for cells, mend in self._find(text) for cell in cells.finditer(text))

    def mend(self, text: bytes) -> bytes:
        """The text as it should be read."""
        text = write_out_cdata(text)
        text = _SECOND.sub(rb"\1", _BEHIND.sub(rb"\3\1", _drop_extensions(text)))
        if _has_asides(text):
            text = _ASIDE.sub(lambda cell: _take_asides(cell) or cell[0], text)
        for cells, mend in self._find(text):
            text = cells.sub(lambda cell, mend=mend: mend(cell) or cell[0], text)  # type: ignore[misc]
        return text

    def _find(self, text: bytes) -> list[tuple[re.Pattern[bytes], Callable[[_Cell], bytes | None]]]:
        """The forms of cells that have to be looked at, which are few in most workbooks, and what becomes of each."""
        found: list[tuple[re.Pattern[bytes], Callable[[_Cell], bytes | None]]] = []
        if _has_asides(text):
            found.append((_ASIDE, _take_asides))
        if _IS_LONG.search(text):
            found.append((_LONG, _keep_digits))
        if self._forms.days and _IS_NO_DAY.search(text):
            found.append((self._no_day, self._take_style))
        if self._forms.digits:
            found.append((self._code, self._show_zeros))
        if b'"e"' in text or b"'e'" in text:
            found.append((_NAMED_ERROR, _rename_error))
        return found

    def _take_style(self, cell: _Cell) -> bytes | None:
        """A number that is no day, without the style that shows it as one."""
        attributes = _attributes(cell)
        is_day = _style(attributes) in self._forms.days
        if not is_day or (not cell["value"].startswith(b"-") and self._forms.from_1904):
            return None
        attributes.pop(b"s")
        return _write(cell, attributes, cell["value"])

    def _show_zeros(self, cell: _Cell) -> bytes | None:
        """A number as text with the zeros that its style shows; None for a cell of another kind, or without any."""
        attributes = _attributes(cell)
        padded = self._forms.pad(_style(attributes), float(cell["value"]))
        return None if padded is None else _write_text(cell, attributes, padded.encode())


def _styled(value: bytes, styles: Set[int]) -> re.Pattern[bytes]:
    """Cells with a value in one of some styles, or in any where these are too many."""
    names = sorted(styles) if len(styles) <= _MOST_STYLES else ()
    style = b"|".join(b"%d" % name for name in names) or rb"[0-9]{1,9}"
    wanted = rb"""c(?=[^<>]*?\ss\s*+=\s*+["'](?:%b)["'])(?P<attributes>""" % style
    return re.compile((_CELL % value).replace(b"c(?P<attributes>", wanted))


def _attributes(cell: _Cell) -> dict[bytes, bytes]:
    return dict(_ATTRIBUTE.findall(cell["attributes"]))


def _style(attributes: dict[bytes, bytes]) -> int:
    style = attributes.get(b"s", b"")
    return int(style) if style.isdigit() and len(style) < 10 else -1


def _drop_extensions(text: bytes) -> bytes:
    """The text without extensions of cells; what has no end stays as it is."""
    kept, at = [], 0
    while b"extLst" in text and (found := _EXTENSION.search(text, at)):
        end = b"</%b>" % found["name"]
        behind = found.end() if found["begin"].endswith(b"/>") else text.find(end, found.end()) + len(end)
        if behind < found.end():
            break
        kept.append(text[at : found.start("begin")])
        at = behind
    return b"".join([*kept, text[at:]])


def _has_asides(text: bytes) -> bool:
    """Whether there may be blanks or comments beside a value."""
    if _BEFORE_VALUE.search(text):
        return True
    return any(mark in text for mark in _BEFORE_END) and _BEHIND_VALUE.search(text) is not None


def _take_asides(cell: _Cell) -> bytes | None:
    """A value without comments, which the parser would lose, and without blanks, if it is no text."""
    attributes, value = _attributes(cell), _COMMENT.sub(b"", cell["value"])
    value = value.strip() if attributes.get(b"t", b"n") in _NO_TEXTS else value
    return None if value == cell["value"] else _write(cell, attributes, value)


def _keep_digits(cell: _Cell) -> bytes | None:
    """A number is said to be text, which keeps all of its digits."""
    return _write_text(cell, _attributes(cell), cell["value"])


def _rename_error(cell: _Cell) -> bytes | None:
    attributes = _attributes(cell)
    return _write(cell, attributes, b"#N/A") if attributes.get(b"t") == b"e" else None


def _write_text(cell: _Cell, attributes: dict[bytes, bytes], value: bytes) -> bytes | None:
    """A number as a text; None for a cell that is none."""
    return _write(cell, {**attributes, b"t": b"str"}, value) if attributes.get(b"t", b"n") == b"n" else None


def _write(cell: _Cell, attributes: dict[bytes, bytes], value: bytes) -> bytes:
    prefix, formula = cell["prefix"], cell["formula"]
    written = b"".join(b' %b="%b"' % each for each in attributes.items())
    return b"<%bc%b>%b<%bv>%b</%bv>" % (prefix, written, formula, prefix, value, prefix)
