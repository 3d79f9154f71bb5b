"""Tables on sheets: rows of cells behind a header row, of a workbook's sheets or an HTML document's tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, groupby, islice

from conditioners.declaration import Source
from conditioners.dialects import Workbook
from conditioners.inputs.raw import OpenedRaw
from conditioners.inputs.surroundings import SHEET
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import BATCH_ROWS, Facts, Located, Rows, TextBatch
from conditioners.readers.decoding import show_damage
from conditioners.readers.headers import Header, NearMiss, find_header, needs_cells, surroundings
from conditioners.readers.html.tables import HOLDS_OTHERS, read_html_tables
from conditioners.readers.numbers import NumberWriter
from conditioners.readers.text.ending import CAUSE
from conditioners.readers.titles import Titles, compile_titles
from conditioners.readers.unfolding import MARK, limit_rows
from conditioners.readers.workbooks.workbook import TextRow, load_sheets

_MOST_TOLD = 3
"""Tables without rows that the reason names if no other one has the labels."""
_GAP = 1000
"""Rows without a cell beyond which those that follow each other are not judged one by one."""


@dataclass(frozen=True)
class Sheet:
    """A sheet or table by its name; `rows` gives all its rows from the first on, anew for each call."""

    format: str
    name: str
    height: int
    rows: Callable[[], Iterator[TextRow]]
    encoding: Mapping[str, str] | None = None
    """Name and evidence, of formats that are text."""
    evidence: Mapping[str, int] = field(default_factory=dict)
    """What was found out about the whole workbook."""
    left_out: str = ""
    """Why its rows are not read."""


def open_workbook_sheets(opened: OpenedRaw, limits: Limits) -> list[Sheet]:
    """The sheets of a workbook; raises Refusal when it cannot be read."""
    book = load_sheets(opened, limits)
    return [
        Sheet("workbook", sheet.name, sheet.height, sheet.rows, book.encoding, book.evidence) for sheet in book.sheets
    ]


def open_html_sheets(opened: OpenedRaw, limits: Limits) -> list[Sheet]:
    """The tables of an HTML document; raises Refusal when it cannot be read."""
    tables, encoding = read_html_tables(opened, limits)
    return [
        Sheet(
            "HTML", table.name, table.left_out or len(table.rows), partial(iter, table.rows), encoding,
            left_out=HOLDS_OTHERS if table.left_out else "",
        ) for table in tables
    ]  # fmt: skip


@dataclass(frozen=True)
class _Origin:
    """Where a row stands: its sheet, row number from 1, and cells."""

    sheet: str
    row: int
    cells: TextRow


class SheetReader:
    """Reads the sheets that have the header row of one dialect."""

    def __init__(
        self, source: Source, dialect: Workbook, opened: OpenedRaw, sheets: Sequence[Sheet], limits: Limits
    ) -> None:
        self._source, self._dialect, self._opened, self._sheets = source, dialect, opened, sheets
        self._limits = limits
        self._surroundings = surroundings(source, dialect)
        self._titles = compile_titles(source, dialect)
        self._until = re.compile(dialect.until) if dialect.until is not None else None
        self._header_texts: list[str] = []
        self._is_text = any(sheet.encoding for sheet in sheets)
        """Whether cells may hold bytes that could not be decoded."""
        self._headers = self._find_headers()
        first = next(iter(self._headers.values()))
        named = dict.fromkeys(name for header in self._headers.values() for name in header.positions)
        self.columns = (*named, *self._surroundings)
        self._needs_cells = needs_cells(source, dialect, first.positions)
        self.facts = Facts(
            place="cell",
            dialect={
                "name": dialect.name, "format": sheets[0].format, "sheets": list(self._headers), **sheets[0].evidence,
            },
            header_rows=[f"{sheet}!A{header.row + 1}" for sheet, header in self._headers.items()],
            labels=self._join(lambda header: header.labels), ignored=self._join(lambda header: header.ignored),
            filler="\t",
            header_texts=self._header_texts,
            encoding=sheets[0].encoding,
        )  # fmt: skip

    def _join(self, list_labels: Callable[[Header], Sequence[str]]) -> list[str]:
        """Labels of the first sheet, and those of the others that it has not."""
        first, *others = map(list_labels, self._headers.values())
        known = set(first)
        return [*first, *dict.fromkeys(label for labels in others for label in labels if label not in known)]

    def _find_headers(self) -> dict[str, Header]:
        """The header row of each sheet that has one; raises Refusal when none has, or they name other columns."""
        miss, places = NearMiss(), [""]
        found: dict[str, Header] = {}
        for sheet in self._sheets:
            rows = list(islice(sheet.rows(), self._dialect.header_within + self._dialect.header_rows))
            before = miss.matched
            header = find_header(self._source, self._dialect, [[cell or "" for cell in row] for row in rows], miss)
            if miss.matched > before:
                places = [f"{sheet.name}!A{number}" for number in range(1, len(rows) + 1)]
            if header is not None:
                self._header_texts += map(_show, rows[header.row : header.row + self._dialect.header_rows])
                found[sheet.name] = header
        if not found:
            told = [f"; {sheet.name} {sheet.left_out}" for sheet in self._sheets if sheet.left_out]
            raise Refusal(miss.describe(self._source, places) + "".join(told[:_MOST_TOLD]))
        first, *others = found.items()
        for name, header in others:
            if _list_plain(header) != _list_plain(first[1]):
                raise Refusal(f"the sheets {first[0]} and {name} have different columns", f"{name}!A{header.row + 1}")
        return found

    def parts(self) -> Iterator[Rows]:
        """Rows in portions, sheet by sheet; those of a wide table have the columns of their sheet alone."""
        rows, titles = Rows(self.columns), Titles(self._titles)
        for sheet in self._sheets:
            columns = self._list_columns(sheet)
            most = limit_rows(BATCH_ROWS, columns, self._limits)
            if tuple(columns) != tuple(rows.columns):
                yield rows
                rows = Rows(columns)
            for origin, cells in self._read_sheet(sheet, columns, titles):
                rows.add(origin, cells)
                if len(rows.cells) >= most:
                    yield rows
                    rows = Rows(columns)
        yield rows
        titles.require_told()

    def _list_columns(self, sheet: Sheet) -> Sequence[str]:
        """The columns that a sheet has, in the order of all; of one that is not read, those of all."""
        header = self._headers.get(sheet.name)
        if header is None:
            return self.columns
        return [name for name in self.columns if name in header.positions or name in self._surroundings]

    def _read_sheet(self, sheet: Sheet, columns: Sequence[str], titles: Titles) -> Iterator[tuple[_Origin, TextRow]]:
        header = self._headers.get(sheet.name)
        if header is None:
            self.facts.skipped.add(f"sheet {sheet.name}", sheet.left_out or "no header row", sheet.height)
            return
        positions = [header.positions[name] for name in columns if name in header.positions]
        constants = {name: self._describe(label, sheet.name) for name, label in self._surroundings.items()}
        titles.begin_anew()
        constants.update(titles.told)
        write = NumberWriter(self._source, self._dialect, columns).write_row
        for number, cells in self._close_gaps(sheet):
            if self._titles and titles.take(_show(cells), f"cell {sheet.name}!A{number}"):
                constants.update(titles.told)
            if number > header.row + self._dialect.header_rows:
                if self._until is not None and self._until.match(_show(cells)):
                    self.facts.skipped.add(f"cell {sheet.name}!A{number}", CAUSE, sheet.height - number + 1)
                    return
                values = [cells[position] if position < len(cells) else None for position in positions]
                yield _Origin(sheet.name, number, cells), write([*values, *constants.values()])
            elif number <= header.row:
                cause = "before the header row" if any(cells) else "blank"
                self.facts.skipped.add(f"cell {sheet.name}!A{number}", cause)

    def _close_gaps(self, sheet: Sheet) -> Iterator[tuple[int, TextRow]]:
        """The rows by number, except stretches of many without a cell, which are skipped if they cannot be accepted."""
        numbered = enumerate(sheet.rows(), start=1)
        for is_blank, stretch in groupby(numbered, key=lambda row: self._needs_cells and not any(row[1])):
            rows = iter(stretch)
            few = list(islice(rows, _GAP + 1)) if is_blank else []
            if len(few) <= _GAP:
                yield from chain(few, rows)
            else:
                count = len(few) + sum(1 for _ in rows)
                self.facts.skipped.add_lines(f"cell {sheet.name}!A", few[0][0], count, "blank")

    def _describe(self, label: str, sheet: str) -> str | None:
        return sheet if label == SHEET else self._opened.describe(label)

    def read(self, part: Rows) -> TextBatch:
        """A portion as a batch."""
        batch = part.to_batch(_locate)
        return replace(batch, damaged=True) if self._is_text else batch


def _list_plain(header: Header) -> set[str]:
    """The columns of a header row but for those that become rows, of which each sheet may have others."""
    return {name for name in header.positions if MARK not in name}


def _locate(origin: _Origin) -> Located:
    return Located(f"{origin.sheet}!A{origin.row}", _show(origin.cells))


def _show(cells: TextRow) -> str:
    return show_damage("\t".join(cell or "" for cell in cells).rstrip("\t"))
