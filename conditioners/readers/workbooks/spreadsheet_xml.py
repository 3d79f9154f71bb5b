"""XML spreadsheets of Excel 2003, most of which are called .xls: their sheets as rows of text, read as they come.

Elements are those of Microsoft's "XML Spreadsheet Reference" (Office XP, 2003).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conditioners.collector import collector_paused
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import begin_text
from conditioners.readers.markup import describe_xml_encoding
from conditioners.readers.workbooks.room import Room, require_short_name
from conditioners.readers.workbooks.sheet_styles import count_digits, shows_duration
from conditioners.readers.workbooks.spreadsheet_rows import SPACE, XmlSheet, get_attribute
from conditioners.readers.workbooks.spreadsheet_values import DAY_ZERO, DAY_ZERO_1904, Reading
from conditioners.readers.xml.elements import NodeBudget, free, local_name, peek_root, walk_elements

if TYPE_CHECKING:
    from lxml.etree import _Element

_ROOT, _SHEET, _TABLE, _ROW, _STYLE, _FORMAT = (
    f"{{{SPACE}}}{name}" for name in ("Workbook", "Worksheet", "Table", "Row", "Style", "NumberFormat")
)
_EPOCH = "Date1904"
_WANTED = (_ROOT, _SHEET, _TABLE, _ROW, _STYLE, _FORMAT, f"{{*}}{_EPOCH}")
"""Elements that are looked at by themselves."""


def is_spreadsheet_xml(head: bytes) -> bool:
    """Whether a file begins as XML spreadsheets do, whatever its name."""
    start = begin_text(head)
    return start.startswith(b"<") and SPACE.encode() in start and peek_root(head) == _ROOT


def read_spreadsheet_xml(opened: OpenedRaw, limits: Limits) -> tuple[list[XmlSheet], int, dict[str, str]]:
    """The sheets, how many cells hold an error, and the encoding with the evidence.

    Raises Refusal when the document is not well-formed, too large, or has two cells at one place.
    """
    # All that is made is held, so that there is nothing to collect.
    with collector_paused():
        return _Book(opened, limits).read()


class _Book:
    def __init__(self, opened: OpenedRaw, limits: Limits) -> None:
        self._opened, self._limits, self._room = opened, limits, Room(limits)
        self._sheets: dict[str, XmlSheet] = {}
        self._sheet: XmlSheet | None = None
        self._reading = Reading()
        self._encoding = describe_xml_encoding(opened.head)

    def read(self) -> tuple[list[XmlSheet], int, dict[str, str]]:
        budget, depth = NodeBudget(self._limits), 0
        for event, element in walk_elements(self._opened, self._limits, budget, _WANTED):
            if event == "start":
                # What stands inside of a row is read with it.
                if depth or element.tag == _ROW:
                    depth += 1
                else:
                    self._begin(element)
                continue
            if depth:
                depth -= 1
                if depth:
                    continue
                if self._sheet is not None:
                    self._sheet.take_row(element, self._reading)
            else:
                self._end(element)
            free(element)
            budget.renew()
        return list(self._sheets.values()), self._reading.errors, self._encoding

    def _begin(self, element: _Element) -> None:
        if element.tag == _SHEET:
            self._sheet = self._add_sheet(get_attribute(element, "Name") or f"sheet {len(self._sheets) + 1}")
        elif element.tag == _TABLE and self._sheet is not None:
            self._sheet.begin_table(element)

    def _add_sheet(self, name: str) -> XmlSheet:
        require_short_name(name, self._limits)
        if name in self._sheets:
            raise Refusal("two sheets of the workbook have the same name", f"sheet {name}")
        if len(self._sheets) == self._limits.sheets:
            raise Refusal(f"the workbook has more than {self._limits.sheets} sheets")
        self._sheets[name] = XmlSheet(name, self._room)
        return self._sheets[name]

    def _end(self, element: _Element) -> None:
        """An element that stands in no row ends."""
        if element.tag == _SHEET and self._sheet is not None:
            self._room.close(self._sheet.extent)
            self._sheet = None
        elif element.tag == _FORMAT and (style := element.getparent()) is not None:
            self._take_format(get_attribute(style, "ID") or "", get_attribute(element, "Format") or "")
        elif local_name(element) == _EPOCH:
            self._reading.zero = DAY_ZERO_1904 if (element.text or "1").strip() == "1" else DAY_ZERO

    def _take_format(self, style: str, code: str) -> None:
        if shows_duration(code):
            self._reading.durations.add(style)
        elif width := count_digits(code):
            self._reading.digits[style] = width
