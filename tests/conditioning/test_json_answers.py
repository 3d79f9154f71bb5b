"""Answers of JSON interfaces: rows behind what describes them, records by key, and cells in objects of their own."""

import json

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import JsonRows, JsonTree
from conditioners.limits import DEFAULT, Limits
from tests.conditioning.undeclared import condition_undeclared

SMALL = Limits(json_bytes=4096, chunk_bytes=512)
"""Under which a document of many rows cannot be held."""
PAGES = {"page": 1, "of": [1, {"x": [2, 3]}], "note": "], [{"}
ROWS = [{"store": f"{n:03}", "units": n} for n in range(300)]
BOTH = {"store": "[1][].store", "units": "[1][].units", "page": "[0].page"}


def auto(value, limits=DEFAULT):
    """The outcome and the lines of the first table."""
    found = condition_undeclared(json.dumps(value), "a.json", limits)
    return found.summary, found.outputs[0].decode().splitlines()


def answer(store, units):
    return {"f": [{"v": store}, {"v": units}]}


def test_the_list_behind_an_object_that_describes_it_is_the_table():
    summary, lines = auto([PAGES, ROWS])

    assert lines == ["store,units", *(f"{row['store']},{row['units']}" for row in ROWS)]
    assert summary.dialect["records"] == "$[1]"
    assert ("path $", "outside of the records at $[1]") in summary.skipped


@pytest.mark.parametrize("value", [[PAGES, ROWS, []], [PAGES, {"store": "1"}], [ROWS, PAGES], [[1, 2], [3, 4]]])
def test_any_other_list_stays_the_table_itself(value):
    assert auto(value)[0].dialect["records"] == "$"


@pytest.mark.parametrize("head", [PAGES, [], 5, "x"])
@pytest.mark.parametrize("limits", [DEFAULT, SMALL])
def test_rows_at_a_place_of_a_list_are_read_piece_by_piece(make_source, run, head, limits):
    columns = (Text("store"), Whole("units", minimum=0), Text("page", optional=True))
    source = make_source(columns=columns, key=(), dialects=(JsonTree(name="p", records="[1][]", labels=BOTH),))
    rows = [*ROWS, {"store": "x", "units": -1}]
    result = run(source, json.dumps([head, rows], indent=1).encode(), "toy/a.json", limits)

    page = "1" if head is PAGES else ""
    assert result.rows == [f"{row['store']},{row['units']},{page}" for row in ROWS]
    assert [each["path"] for each in result.rejects] == ["$[1][300]"]


@pytest.mark.parametrize("value", [[PAGES], [PAGES, {"a": [1]}], {"[1]": [{"store": "1", "units": 1}]}, [PAGES, 5]])
def test_a_document_without_a_list_at_that_place_is_refused(make_source, run, value):
    dialect = JsonTree(name="p", records="[1][]", labels=BOTH)
    source = make_source(columns=(Text("store"), Whole("units"), Text("page", optional=True)), key=(),
                         dialects=(dialect,))  # fmt: skip

    assert "no list of records at [1][]" in run(source, json.dumps(value).encode(), "toy/a.json").refusal.reason


def test_an_answer_behind_its_description_has_a_draft_that_reads_it(draft):
    written, source = draft("a.json", json.dumps([{"page": 1}, ROWS]).encode())

    assert source.dialects[0].records == "[1][]"
    assert (written.summary.rows_in, written.summary.rows_out) == (300, 300)


@pytest.mark.parametrize("limits", [DEFAULT, SMALL])
def test_cells_that_are_objects_of_a_row_make_one_row(limits):
    schema = {"fields": [{"name": "store"}, {"name": "units"}]}
    value = {"schema": schema, "rows": [answer(row["store"], str(row["units"])) for row in ROWS]}
    summary, lines = auto(value, limits)

    assert summary.dialect["records"] == "$.rows"
    assert summary.dialect["labels"] == "schema.fields[].name"
    assert lines == ["store,units", *(f"{row['store']},{row['units']}" for row in ROWS)]


def test_rows_of_objects_with_one_cell_under_other_names_are_records():
    assert auto([{"lines": [{"sku": "a"}, {"sku": "b"}]}, {"lines": [{"sku": "c"}]}])[1] == ["lines.sku", "a", "b", "c"]


def test_cells_that_are_objects_are_found_by_the_labels_of_the_schema(make_source, run):
    dialect = JsonRows(name="b", records="rows[]", header="schema.fields[].name", cells="f[].v")
    source = make_source(columns=(Text("store"), Whole("units")), key=(), dialects=(dialect,))
    rows = [answer("007", "1"), {"g": 1}, answer("008", "x"), {"f": [*answer("009", "3")["f"], {"v": "more"}]}]
    document = {"rows": rows, "schema": {"fields": [{"name": "store"}, {"name": "units"}]}}
    result = run(source, json.dumps(document).encode(), "toy/a.json")

    assert result.rows == ["007,1"]
    assert [(each["path"], each["rule"]) for each in result.rejects] == [
        ("$.rows[1]", "not_a_list"), ("$.rows[2]", "not_a_number"), ("$.rows[3]", "wrong_field_count"),
    ]  # fmt: skip
    assert result.rejects[1]["raw"] == '{"f":[{"v":"008"},{"v":"x"}]}'


def test_an_answer_of_rows_in_cells_has_a_draft_that_reads_it(draft):
    rows = [answer(row["store"], str(row["units"])) for row in ROWS]
    document = {"schema": {"fields": [{"name": "store"}, {"name": "units"}]}, "rows": rows}
    written, source = draft("b.json", json.dumps(document).encode())

    assert (source.dialects[0].cells, source.dialects[0].header) == ("f[].v", "schema.fields[].name")
    assert (written.summary.rows_in, written.summary.rows_out) == (300, 300)


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({"2024-01-01": {"u": 5}, "2024-01-02": {"u": 4}}, ["key,u", "2024-01-01,5", "2024-01-02,4"]),
        ({"S1": {"u": 5}, "S2": {"u": 4}, "S3": {"w": 1}}, ["key,u,w", "S1,5,", "S2,4,", "S3,,1"]),
        ({"S1": {"key": 5}, "S2": {"key": 4}, "S3": {"key": 1}}, ["key',key", "S1,5", "S2,4", "S3,1"]),
        (
            {"d": {f"S{n}": {"2024-01": {"u": n}, f"2024-0{n}": {"u": 7}} for n in (2, 3)}},
            ["key,key_2,u", "S2,2024-01,2", "S2,2024-02,7", "S3,2024-01,3", "S3,2024-03,7"],
        ),
    ],
)
def test_records_by_key_are_rows_with_each_key_that_leads_to_them(value, lines):
    assert auto(value)[1] == lines


def test_two_objects_of_a_record_are_no_rows_and_nothing_beside_them_is_lost():
    value = {"order": 7, "codes": {"200": {"text": "ok"}, "201": {"text": "made"}}}

    assert auto(value)[1] == ["order,codes.200.text,codes.201.text", "7,ok,made"]


def test_a_draft_tells_of_further_tables_with_the_same_labels(draft):
    written, _ = draft("k.json", json.dumps({f"S{n}": ROWS[:20] for n in range(3)}).encode())

    assert any(
        "3 tables with these labels, of which the declaration reads one alone: `{}` in" in each
        for each in written.remarks
    )


SERIES = [{"name": name, "columns": ["day", "u"], "values": [["a", 1], ["b", 2]]} for name in ("x", "y")]
"""As InfluxDB answers."""


@pytest.mark.parametrize(
    ("value", "as_json"),
    [
        ({"results": [{"id": 0, "series": SERIES}]}, ["series.columns", "series.values"]),
        ([{"id": n, "tags": ["x"], "lines": [{"a": n, "b": 2, "c": 3}] * 9} for n in range(9)], ["tags"]),
        ([{"id": n, "of": [{"a": 1}] if n else 5, "or": [{"b": 1}]} for n in range(9)], ["of", "or"]),
        ([{"id": n, "of": [] if n else {}} for n in range(9)], None),
    ],
)
def test_columns_that_hold_whole_lists_are_told(value, as_json):
    texts = [json.dumps(value), *(["\n".join(map(json.dumps, value))] if isinstance(value, list) else [])]
    for text in texts:
        assert condition_undeclared(text, "a.json").summary.dialect.get("as_json") == as_json


def test_a_draft_tells_of_rows_that_are_lists_inside_of_records(draft):
    written, _ = draft("i.json", json.dumps({"results": [{"series": SERIES}]}).encode())

    assert any("no dialect reads rows that are lists inside of records" in each for each in written.remarks)


def test_rows_behind_their_description_that_cannot_be_held_are_refused_and_never_cut():
    found = condition_undeclared(json.dumps([PAGES, ROWS]), "a.json", SMALL)

    assert (found.outputs, found.outcome.where) == ([], "$")
    assert "neither a list of records nor" in found.outcome.reason
