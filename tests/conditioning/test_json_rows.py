"""JSON rows that are lists of cells: labels in the first row, elsewhere in the document, or nowhere."""

import json
import re

import pytest

from conditioners.columns import Decimal, Text, Whole
from conditioners.dialects import JsonRows, Numbers
from conditioners.outcome import SourceError

COLUMNS = (Text("store"), Whole("units"), Decimal("sales", 2, optional=True))
ROWS = [["007", 3, 1.5], ["010", 4, None]]


def source_of(make_source, **dialect):
    return make_source(columns=COLUMNS, key=(), dialects=(JsonRows(name="rows", **dialect),))


LABELS = ["Sales", "STORE", "units", "more"]
TURNED = [[row[2], row[0], row[1], "x"] for row in ROWS]


@pytest.mark.parametrize(
    ("dialect", "document"),
    [
        ({"records": "[]"}, [LABELS, *TURNED]),
        ({"records": "a.values[]"}, {"a": {"range": "A1:D9", "values": [LABELS, *TURNED]}}),
        ({"records": "data[]", "header": "columns[]"}, {"columns": LABELS, "data": TURNED}),
        ({"records": "data[]", "header": "columns"}, {"data": TURNED, "columns": LABELS}),
        (
            {"records": "data[]", "header": "m.columns[].name"},
            {"data": TURNED, "m": {"columns": [{"id": 1, "name": label} for label in LABELS]}},
        ),
    ],
)  # fmt: skip
def test_cells_of_a_row_are_found_by_the_labels_wherever_these_stand(make_source, run, dialect, document):
    result = run(source_of(make_source, **dialect), json.dumps(document).encode(), "toy/file.json")

    assert result.rows == ["007,3,1.50", "010,4,"]
    assert (result.summary.rows_in, result.summary.labels, result.summary.ignored_labels) == (
        2,
        tuple(LABELS),
        ("more",),
    )


def test_rows_without_labels_are_read_by_place(make_source, run):
    fields = ("store", "units", "sales")
    result = run(source_of(make_source, records="[]", fields=fields), json.dumps(ROWS).encode(), "toy/file.json")

    assert result.rows == ["007,3,1.50", "010,4,"]


def test_a_row_that_lacks_its_end_is_read_and_one_that_is_longer_or_no_list_is_rejected(make_source, run):
    rows = [["store", "units", "sales"], ["007", 1], ["008"], ["009", 2, 1, "more"], ["010", 3, 1, None], {"a": 1}]
    result = run(source_of(make_source, records="[]"), json.dumps(rows).encode(), "toy/file.json")

    assert result.rows == ["007,1,", "010,3,1.00"]
    assert [(each["path"], each["rule"], each["column"]) for each in result.rejects] == [
        ("$[2]", "missing", "units"), ("$[3]", "wrong_field_count", ""), ("$[5]", "not_a_list", ""),
    ]  # fmt: skip
    assert result.rejects[1]["raw"] == '["009",2,1,"more"]'


def test_numbers_are_those_of_the_document_whatever_marks_its_texts_have(make_source, run):
    dialect = JsonRows(name="rows", records="[]", numbers=Numbers(decimal=",", thousands="."))
    source = make_source(columns=COLUMNS, key=(), dialects=(dialect,))
    result = run(source, b'[["store","units","sales"],["7",1,1.5],["8",2,"1.234,5"],["9",3,2e-1]]', "toy/file.json")

    assert result.rows == ["7,1,1.50", "8,2,1234.50", "9,3,0.20"]


@pytest.mark.parametrize(
    ("dialect", "document", "reason"),
    [
        ({"records": "[]"}, [["store", "price"], ["007", 1]], r"path \$\[0\] lacks units"),
        ({"records": "[]"}, [], "no row names the columns"),
        ({"records": "data[]"}, {"rows": ROWS}, r"no list of records at data\[\]"),
        ({"records": "data[]", "header": "columns[]"}, {"data": ROWS}, r"no list of labels at columns\[\]"),
    ],
)
def test_a_document_without_the_labels_or_the_rows_is_refused(make_source, run, dialect, document, reason):
    result = run(source_of(make_source, **dialect), json.dumps(document).encode(), "toy/file.json")

    assert re.search(reason, result.refusal.reason)


def test_records_that_lead_to_no_list_are_an_error_of_the_declaration(make_source, run):
    with pytest.raises(SourceError, match="lead to no list"):
        run(source_of(make_source, records="data"), b'{"data": []}', "toy/file.json")


def test_rows_of_lists_are_drafted_by_their_labels(draft):
    rows = [[f"S{number}", f"00{number}", str(number), None if number == 3 else 1.5] for number in range(1, 9)]
    labels = ["shop", "code", "units", "price"]
    described = [{"id": number, "name": label, "dataTypeName": "x"} for number, label in enumerate(labels)]
    documents = {
        "first": ([labels, *rows], ("[]", "", ())),
        "plain": ({"columns": labels, "index": list(range(8)), "data": rows}, ("data[]", "columns[]", ())),
        "described": ({"meta": {"of": described}, "data": rows}, ("data[]", "meta.of[].name", ())),
    }  # fmt: skip
    for name, (document, expected) in documents.items():
        written, source = draft(f"{name}.json", json.dumps(document).encode(), name)
        (dialect,) = source.dialects
        assert (dialect.records, dialect.header, dialect.fields) == expected
        assert [type(column).__name__ for column in source.columns] == ["Text", "Text", "Whole", "Decimal"]
        assert (written.summary.rows_out, [column.optional for column in source.columns][3]) == (8, True)


def test_rows_of_lists_without_labels_are_drafted_by_place(draft):
    written, source = draft("bare.json", json.dumps({"points": [[1000 + n, n * 0.5, n] for n in range(9)]}).encode())

    assert source.dialects[0].fields == ("column_1", "column_2", "column_3")
    assert written.summary.rows_out == 9


def test_cells_that_rows_lack_at_their_end_make_their_column_optional(draft):
    rows = [["day", "units", "note"], *([f"2025-01-{n:02}", n, "x"][: 2 if n % 3 else 3] for n in range(1, 10))]
    written, source = draft("sheet.json", json.dumps({"values": rows}).encode())

    assert (written.summary.rows_out, written.summary.rows_quarantined) == (9, 0)
    assert [column.optional for column in source.columns] == [False, False, True]
