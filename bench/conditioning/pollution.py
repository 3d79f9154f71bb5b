"""Pollutes a clean table in every way of the Pollock benchmark, and scores what a reader makes of the polluted files.

The kinds of pollution, the file names and the measures follow Vitagliano, Hameed, Jiang, Reisener, Wu and Naumann,
"Pollock: A Data Loading Benchmark", PVLDB 16 (2023); the code is our own. A pollution changes marks, never values, so
that the clean table stays the expected one, except where header rows come or go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Rows = list[list[str]]
_MEASURES = 10
_SEPARATOR, _QUOTE, _DELIMITER = 260 / 707, 1 / 108, 1 / 7
"""Weights of a file with a delimiter or a quote too many (or too few), and with another delimiter in one row."""


@dataclass(frozen=True)
class Table:
    """A clean table: its rows, the first being labels, and which of its columns are written in quotes."""

    rows: Rows
    quoted: frozenset[int]


@dataclass(frozen=True)
class Polluted:
    """A polluted file, and the rows that should come out of it."""

    name: str
    text: str
    expected: Rows
    weight: float


@dataclass(frozen=True)
class _Marks:
    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    line_end: str = "\n"


_LABELS = ["day", "hour", "pieces", "article", "price", "kind", "praise", "page", "remark"]
_CODES = ["MG", "RI", "YY"]
_KINDS = ["Field Watch", "Lamp, small", 'Round Table 48"', "Kids' Hat", "Sofa", "Women's Boots, lined"]
_PRAISE = ["Warm, light and quick.", "Isn't it fine?", 'A 9" rod, well made', "Plain but good; cheap too."]


def sample_table(rows: int = 83) -> Table:
    """A table like the benchmark's: nine columns of every kind, with delimiters and quotes inside of cells."""
    return Table([_LABELS, *map(_sample_row, range(rows))], frozenset({6, 7}))


def _sample_row(n: int) -> list[str]:
    return [
        f"{1 + n % 28:02d}/{1 + n // 28:02d}/2024", f"{n % 24:02d}:30", str(n % 9), f"{_CODES[n % 3]}-{n:04d}",
        f"${n}.{10 + n}", _KINDS[n % 6], _PRAISE[n % 4], f"https://shop.example/p/{n}.html", "",
    ]  # fmt: skip


def pollute(table: Table) -> Iterator[Polluted]:
    """The table under every pollution; weights are how often each was met in 3,712 files of open-data portals."""
    yield Polluted("source.csv", _write(table, _Marks()), table.rows, 1)
    yield from _pollute_file(table)
    yield from _pollute_marks(table)
    yield from _pollute_rows(table)


def _pollute_file(table: Table) -> Iterator[Polluted]:
    text, rows, width = _write(table, _Marks()), table.rows, len(table.rows[0])
    header = _line(table, rows[0], _Marks())
    yield Polluted("file_no_payload.csv", "", [], 15)
    yield Polluted("file_no_trailing_newline.csv", text.rstrip("\n"), rows, 184)
    yield Polluted("file_double_trailing_newline.csv", text + "\n", rows, 5)
    yield Polluted("file_no_header.csv", text.removeprefix(header), rows[1:], 470)
    for count in (2, 3):
        labels = [" ".join([label] * count) for label in rows[0]]
        yield Polluted(f"file_header_multirow_{count}.csv", header * (count - 1) + text, [labels, *rows[1:]], 47)
    blank = "," * (width - 1) + "\n"
    yield Polluted("file_preamble.csv", "PREAMBLE" + blank + blank + text, rows, 282)
    less = [row[: width - 1] for row in rows[:-1]]
    more = [[*row, "col1" if number == 0 else row[-1]] for number, row in enumerate(rows[:-1])]
    for name, second in (("less", less), ("same", rows[:-1]), ("more", more)):
        yield Polluted(f"file_multitable_{name}.csv", text + "".join(map(_write_torn, second)), rows, 188 / 3)
    yield Polluted("file_header_only.csv", header, rows[:1], 3)
    yield Polluted("file_one_data_row.csv", _write(Table(rows[:2], table.quoted), _Marks()), rows[:2], 4)


def _pollute_marks(table: Table) -> Iterator[Polluted]:
    for name, marks, weight in (
        ("record_delimiter_0xA", _Marks(), 1691), ("record_delimiter_0xD", _Marks(line_end="\r"), 7),
        ("field_delimiter_0x3B", _Marks(";"), 834), ("field_delimiter_0x9", _Marks("\t"), 4),
        ("field_delimiter_0x2C_0x20", _Marks(", "), 101), ("field_delimiter_0x20", _Marks(" "), 4),
        ("quotation_char_0x27", _Marks(quote="'"), 11), ("escape_char_0x5C", _Marks(escape="\\"), 1),
        ("escape_char_0x00", _Marks(escape=""), 7),
    ):  # fmt: skip
        yield Polluted(f"file_{name}.csv", _write(table, marks), table.rows, weight)


def _pollute_rows(table: Table) -> Iterator[Polluted]:
    lines = [_line(table, row, _Marks()) for row in table.rows]
    for number, row in enumerate(table.rows):
        cells = [_cell(table, column, cell, _Marks()) for column, cell in enumerate(row)]

        def file(name: str, line: str, weight: float, expected: Rows = table.rows, at: int = number) -> Polluted:
            return Polluted(name, "".join([*lines[:at], line + "\n", *lines[at + 1 :]]), expected, weight)

        yield file(f"row_field_delimiter_{number}_0x20.csv", " ".join(cells), _DELIMITER)
        for column in range(len(row)):
            more = ",".join([*cells[:column], "", *cells[column:]])
            less = ",".join(cells[:column]) + ",".join(cells[column:])
            yield file(f"row_more_sep_row{number}_col{column}.csv", more, _SEPARATOR)
            if column:
                yield file(f"row_less_sep_row{number}_col{column}.csv", less, _SEPARATOR)
            name = f"row_extra_quote{number}_col{column}.csv"
            yield file(name, *_with_extra_quote(table, number, column))


def _with_extra_quote(table: Table, number: int, column: int) -> tuple[str, float, Rows]:
    """One line with a quote too many before a cell's text, and the table in which it is part of the text."""
    row = list(table.rows[number])
    cells = [_cell(table, at, cell, _Marks()) for at, cell in enumerate(row)]
    is_quoted = cells[column].startswith('"')
    cells[column] = '""' + cells[column][1:] if is_quoted else '"' + cells[column]
    row[column] = '"' + row[column]
    return ",".join(cells), _QUOTE, [*table.rows[:number], row, *table.rows[number + 1 :]]


def _write(table: Table, marks: _Marks) -> str:
    return "".join(_line(table, row, marks) for row in table.rows)


def _write_torn(row: Sequence[str]) -> str:
    """A line of a second table as the benchmark writes it: torn where a quote stands in a cell, the last cells lost."""
    torn = [part if n == 0 else '"' + part for cell in row for n, part in enumerate(cell.split('"'))][: len(row)]
    escaped = [part.replace('"', '""') for part in torn]
    return ",".join(f'"{part}"' if "," in part else part for part in escaped) + "\n"


def _line(table: Table, row: Sequence[str], marks: _Marks) -> str:
    return marks.delimiter.join(_cell(table, at, cell, marks) for at, cell in enumerate(row)) + marks.line_end


def _cell(table: Table, column: int, cell: str, marks: _Marks) -> str:
    """A cell, in quotes if its column is or a comma is in it; whatever the delimiter, as the benchmark does."""
    if column not in table.quoted and "," not in cell and '"' not in cell:
        return cell
    return marks.quote + cell.replace('"', marks.escape + '"') + marks.quote


def score(expected: Rows, found: Rows) -> float:
    """The benchmark's sum of ten measures: success, and precision, recall and F1 of header, records and cells."""
    if not expected:
        return float(_MEASURES)
    header = _agreement(expected[0], found[0] if found else [])
    records = _agreement(["".join(row) for row in expected[1:]], ["".join(row) for row in found[1:]])
    cells = _agreement([cell for row in expected for cell in row], [cell for row in found for cell in row])
    return 1.0 + header + records + cells


def _agreement(expected: Sequence[str], found: Sequence[str]) -> float:
    """Precision, recall and F1, added up."""
    if not expected:
        return 3.0
    common = sum((Counter(expected) & Counter(found)).values())
    if not common:
        return 0.0
    complete, concise = common / len(expected), common / len(found)
    return complete + concise + 2 * complete * concise / (complete + concise)
