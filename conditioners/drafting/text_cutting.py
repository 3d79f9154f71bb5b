"""Cuts text behind one of its rows and closes what is open there, so that it is a file of the same form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError, loads
from typing import NamedTuple

_JSON_MARK = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|[\[\]{},]', re.DOTALL)
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|<(?P<end>/?)(?P<name>[^\s<>/!?\"'=]+)"
    r"(?:\"[^\"]*\"|'[^']*'|[^<>\"'])*?(?P<alone>/?)>",
    re.DOTALL,
)
_HTML = re.compile(r"<(?:!doctype\s+html|html|table|body)\b", re.IGNORECASE)
_ROW_END = re.compile(r"</tr\s*>", re.IGNORECASE)
_INTERCHANGE = re.compile(r"ISA[^\w\s]|UN[AB][^\w]")
_FRONT = "\ufeff\xef\xbb\xbf \t\r\n"
"""What may stand before a document: blanks, and a byte order mark read as UTF-8 or as single bytes."""
_CLOSING = {"[": "]", "{": "}"}
_LINES_BACK = 1000
_HEAD = 1 << 12


class _Cut(NamedTuple):
    """A place behind a row, with what is open there from the outside in."""

    end: int
    open: tuple[str, ...]


def cut_text(text: str) -> str | None:
    """The text up to the last row that is whole; None where it cannot be cut without losing its form.

    Lines are cut outside of quotes, JSON between elements of a list or members of an object, and markup behind an
    element, in each case where most of the text stays and the fewest brackets or elements have to be closed.
    """
    front = text[:_HEAD].lstrip(_FRONT)
    if front.startswith(("{", "[")) and not _is_of_json_lines(text):
        return _cut_json(text)
    if front.startswith("<"):
        return _cut_rows(text) if _HTML.search(text, 0, _HEAD) else _cut_elements(text)
    return None if _INTERCHANGE.match(front) else cut_lines(text)


def is_of_lines(text: str) -> bool:
    """Whether a text's rows are lines, so that its end is a text of the same form as well."""
    front = text[:_HEAD].lstrip(_FRONT)
    return not front.startswith(("{", "[", "<")) and not _INTERCHANGE.match(front)


def cut_lines(text: str) -> str:
    """All lines but the last, which may be cut off, and those that belong to the same record."""
    last = "\n" if "\n" in text else "\r"
    end = text.rfind(last) + 1
    is_open = text.count('"', 0, end) % 2 == 1
    for _ in range(_LINES_BACK if is_open else 0):
        before = text.rfind(last, 0, end - 1) + 1
        if before and text.count('"', before, end) % 2:
            return text[:before]
        end = before or end
    return text[: text.rfind(last) + 1]


def cut_before_lines(text: str) -> str:
    """All lines but the first, which may have been cut off, and those that belong to the same record."""
    last = "\n" if "\n" in text else "\r"
    start = text.find(last) + 1
    is_open = text.count('"', start) % 2 == 1
    for _ in range(_LINES_BACK if is_open else 0):
        behind = text.find(last, start) + 1
        if behind and text.count('"', start, behind) % 2:
            return text[behind:]
        start = behind or start
    return text[text.find(last) + 1 :]


def _is_of_json_lines(text: str) -> bool:
    first, end, _ = text.lstrip(_FRONT).partition("\n")
    try:
        loads(first)
    except (JSONDecodeError, RecursionError):
        return False
    return bool(end)


def _cut_json(text: str) -> str | None:
    cuts: dict[int, _Cut] = {}
    open_marks: list[str] = []
    last = ""
    for match in _JSON_MARK.finditer(text):
        mark = match[0][0]
        if mark in "[{":
            open_marks.append(mark)
        elif mark in "]}":
            if not open_marks:
                return None
            open_marks.pop()
        elif mark == "," and last in ("]", "}"):
            # Between single values a cut might part one of several lists of equal length from the others.
            cuts[len(open_marks)] = _Cut(match.start(), tuple(open_marks))
        last = mark
    cut = _choose(cuts, len(text))
    return cut and text[: cut.end] + "".join(_CLOSING[mark] for mark in reversed(cut.open))


def _cut_elements(text: str) -> str | None:
    cuts: dict[int, _Cut] = {}
    open_names: list[str] = []
    for match in _tags(text):
        if not match["end"]:
            open_names.append(match["name"])
        elif not open_names or open_names.pop() != match["name"]:
            return None
        elif open_names:
            cuts[len(open_names)] = _Cut(match.end(), tuple(open_names))
    cut = _choose(cuts, len(text))
    return cut and text[: cut.end] + "".join(f"</{name}>" for name in reversed(cut.open))


def _tags(text: str) -> Iterator[re.Match[str]]:
    """Those that begin or end an element with something in it."""
    return (match for match in _TAG.finditer(text) if match["name"] and not match["alone"])


def _cut_rows(text: str) -> str | None:
    """A page up to the end of a table's row; what reads pages closes what is open."""
    end = max((match.end() for match in _ROW_END.finditer(text)), default=0)
    return text[:end] if end * 2 >= len(text) else None


def _choose(cuts: dict[int, _Cut], length: int) -> _Cut | None:
    """The cut with the fewest things open, of those that leave half of the text."""
    return next((cuts[depth] for depth in sorted(cuts) if cuts[depth].end * 2 >= length), None)
