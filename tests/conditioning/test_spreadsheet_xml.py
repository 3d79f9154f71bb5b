"""XML spreadsheets of Excel 2003: sheets, rows and cells where they stand, values as in other workbooks."""

import pytest

from conditioners.columns import Day, Decimal, Text, Whole
from conditioners.dialects import Workbook
from conditioners.outcome import Refused
from tests.conditioning.undeclared import condition_undeclared

SPACE = "urn:schemas-microsoft-com:office:spreadsheet"
STYLES = "".join(
    f'<Style ss:ID="{name}"><NumberFormat ss:Format="{code}"/></Style>'
    for name, code in {"hours": "[h]:mm:ss", "code": "00000"}.items()
)


def cell(value, kind="String", attributes=""):
    return f'<Cell {attributes}><Data ss:Type="{kind}">{value}</Data></Cell>'


def row(*cells, attributes=""):
    written = "".join(each if each.startswith("<") else cell(each) for each in cells)
    return f"<Row {attributes}>{written}</Row>"


def book(*sheets, table="", head='<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', before=""):
    named = [each if isinstance(each, tuple) else (f"S{at}", each) for at, each in enumerate(sheets, start=1)]
    parts = [f'<Worksheet ss:Name="{name}"><Table {table}>{rows}</Table></Worksheet>' for name, rows in named]
    body = f"{before}<Styles>{STYLES}</Styles>{''.join(parts)}"
    return f'{head}<Workbook xmlns="{SPACE}" xmlns:ss="{SPACE}">{body}</Workbook>'.encode()


def read(data, name="file.xls"):
    found = condition_undeclared(data, name)
    return found.outcome if isinstance(found.outcome, Refused) else (found.summary, found.tables)


def read_cells(*cells, **options):
    """What is shown of cells, each in a row of its own, behind a label and beside a word."""
    rows = [row("word", "value"), *(row(f"w{at}", each) for at, each in enumerate(cells))]
    summary, (table,) = read(book("".join(rows), **options))
    return [line[1] for line in table[1:]], summary


@pytest.mark.parametrize("name", ["file.xls", "file.xml", "file"])
@pytest.mark.parametrize("head", ['<?xml version="1.0"?>', ""])
def test_each_sheet_is_a_table_whatever_the_file_is_called(name, head):
    data = book(
        ("Nord & Süd".replace("&", "&amp;"), row("shop", "units") + row("007", cell(5, "Number"))),
        row("a", "b") + row("x", "y"), head=head,
    )  # fmt: skip
    summary, tables = read(data, name)

    assert tables == [[["shop", "units"], ["007", "5"]], [["a", "b"], ["x", "y"]]]
    assert (summary.table.name, summary.dialect) == ("Nord & Süd", {"format": "workbook"})
    assert (summary.encoding or {})["name"] == "utf-8"


def test_cells_and_rows_stand_where_they_say_and_merged_ones_in_each_row(make_source, run):
    source = make_source(
        columns=(Text("shop"), Day("day"), Whole("units"), Text("note", optional=True)),
        key=(), dialects=(Workbook(name="w"),),
    )  # fmt: skip
    rows = row("A title") + row("shop", "day", "units", "note", attributes='ss:Index="4"')
    rows += row(
        cell("007", attributes='ss:MergeDown="2"'), cell("2024-02-29T00:00:00.000", "DateTime"), cell(5, "Number"), "n"
    )
    rows += row(cell("2024-03-01T00:00:00.000", "DateTime", 'ss:Index="2"'), cell(6, "Number"))
    rows += row(cell(7, "Number", 'ss:Index="3"'), attributes='ss:Index="7"')
    result = run(source, book(rows))

    assert result.rows == ["007,2024-02-29,5,n", "007,2024-03-01,6,"]
    assert [(each["cell"], each["rule"], each["raw"]) for each in result.rejects] == [("S1!A7", "missing", "007\t\t7")]
    assert result.summary.header_rows == ("S1!A4",)


def test_cells_merged_across_push_those_behind_them_and_a_table_may_begin_anywhere():
    rows = row("a", "b", "c") + row(cell("x", attributes='ss:MergeAcross="1"'), cell(1, "Number")) + row("y", "z", "2")
    summary, (table,) = read(book(rows, table='ss:TopCell="3" ss:LeftCell="2"'))

    assert table == [["a", "b", "c"], ["x", "", "1"], ["y", "z", "2"]]
    assert summary.table.header_rows == ("S1!B3",)


@pytest.mark.parametrize(
    ("written", "kind", "shown"),
    [
        ("5", "Number", "5"), ("1.1000000000000001", "Number", "1.1"), ("-1E-07", "Number", "-0.0000001"),
        ("1234567890123456789", "Number", "1234567890123456789"), ("1.2.3", "Number", "1.2.3"),
        ("2024-02-29T00:00:00.000", "DateTime", "2024-02-29"),
        ("2024-02-29T13:05:00.250", "DateTime", "2024-02-29 13:05:00.250000"),
        ("1899-12-31T08:30:00.000", "DateTime", "08:30:00"),
        ("1900-02-28T00:00:00.000", "DateTime", "1900-02-28"),
        ("1900-02-29T00:00:00.000", "DateTime", "1900-02-29T00:00:00.000"),
        ("1", "Boolean", "true"), ("0", "Boolean", "false"),
        ("  two\n lines ", "String", "  two\n lines "), ("<B>a</B> &lt;b&gt;", "String", "a <b>"),
    ],
)  # fmt: skip
def test_values_are_shown_as_those_of_other_workbooks(written, kind, shown):
    assert read_cells(cell(written, kind))[0] == [shown]


def test_durations_are_hours_however_many_in_either_epoch():
    long = cell("1900-01-01T12:00:00.000", "DateTime", 'ss:StyleID="hours"')
    longer = cell("1900-03-01T00:00:00.000", "DateTime", 'ss:StyleID="hours"')
    late, time = long.replace("1900-01-01", "1904-01-02"), cell("1904-01-01T08:30:00.000", "DateTime")
    epoch = '<ExcelWorkbook xmlns="urn:schemas-microsoft-com:office:excel"><Date1904/></ExcelWorkbook>'

    assert read_cells(long, longer)[0] == ["36:00:00", "1464:00:00"]
    assert read_cells(late, time, before=epoch)[0] == ["36:00:00", "08:30:00"]


def test_codes_keep_the_zeros_that_their_style_shows():
    codes = [cell(value, "Number", 'ss:StyleID="code"') for value in ("501", "12345", "501.5", "-501")]

    assert read_cells(*codes)[0] == ["00501", "12345", "501.5", "-501"]


def test_errors_are_no_values_and_comments_no_cells():
    note = '<Comment><ss:Data xmlns="http://www.w3.org/TR/REC-html40"><B>note</B></ss:Data></Comment>'
    cells, summary = read_cells(cell("#N/A", "Error"), f'<Cell><Data ss:Type="String">x</Data>{note}</Cell>')

    assert (cells, summary.dialect) == (["", "x"], {"format": "workbook", "error_cells": 1})


@pytest.mark.parametrize(
    ("rows", "reason", "where"),
    [
        (row("a") + row("b", attributes='ss:Index="1"'), "row 1 where 2 is the next", "S1!A1"),
        (row("a", cell("b", attributes='ss:Index="1"')), "in column 1 where 2 is the next", "S1!A1"),
        (row(cell("a", attributes='ss:MergeDown="1"')) + row("b"), "one from above is merged down", "S1!A2"),
        (row("a", attributes='ss:Index="1048577"'), "row 1048577 where 1 is the next", "S1!A1048577"),
        (row(cell("a", attributes='ss:Index="16385"')), "in column 16385 where 1 is the next", "S1!A1"),
        (row("a") + row(cell("a", attributes='ss:Index="16384"'), attributes='ss:Index="900000"'), "spans more", "S1"),
        (row(cell("a", attributes='ss:Index="-1"')), "has '-1' as its Index, which is no place", "line 2"),
        (row("a") + "<Row>", "not well-formed XML", "line 2"),
    ],
)
def test_a_book_in_which_places_contradict_each_other_is_refused(rows, reason, where):
    refused = read(book(rows))

    assert reason in refused.reason
    assert refused.where.endswith(where)


def test_two_sheets_of_one_name_are_refused():
    assert "the same name" in read(book(("S", row("a", "b")), ("S", row("c", "d")))).reason


def test_a_source_is_drafted_from_one_and_reads_it(draft, run):
    header = row("store", "day", "dollars")
    rows = [
        row(f"{at:03}", cell(f"2024-02-{at:02}T00:00:00.000", "DateTime"), cell(at + 0.25, "Number"))
        for at in range(1, 9)
    ]
    data = book(header + "".join(rows))
    _, source = draft("report.xls", data)

    assert run(source, data).rows[:2] == ["001,2024-02-01,1.25", "002,2024-02-02,2.25"]
    assert {column.name: type(column) for column in source.columns} == {"store": Text, "day": Day, "dollars": Decimal}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (row(*["1"] * 60_000), "one record has more than 100000 elements"),
        ("<Row>" + "<a/>" * 400_000 + "</Row>", "one record has more than 300000 tags"),
        ("<a/>" * 400_000 + row("1"), "one record has more than 300000 tags"),
        (
            "".join(f"<Row><a{at}/></Row>" for at in range(10_001)),
            "the XML document has elements of more than 10000 names",
        ),
    ],
)  # fmt: skip
def test_a_book_with_too_many_elements_in_rows_or_beside_them_is_refused(rows, reason):
    assert read(book(rows)).reason == reason
