"""JSON documents: rows from nested lists, exact numbers, and documents that are refused."""

import pytest

from conditioners.columns import Decimal, Text, Whole
from conditioners.dialects import JsonTree, Numbers
from conditioners.limits import Limits
from conditioners.outcome import SourceError

LABELS = {"shop": "shops[].id", "city": "shops[].place.city", "units": "shops[].sales[].units", "made": "made"}


@pytest.fixture
def source(make_source):
    return make_source(
        columns=(
            Text("shop"), Whole("units", minimum=0), Text("city", optional=True), Text("made", optional=True),
        ),
        key=(), dialects=(JsonTree(name="tree", records="shops[].sales[]", labels=LABELS),),
    )  # fmt: skip


def test_each_element_of_the_innermost_list_is_a_row_with_what_stands_above_it(source, run):
    shops = (
        '{"id":"007","place":{"city":"Köln"},"sales":[{"units":1},{"units":2}]}',
        '{"id":"b","sales":[{"units":3}]}',
    )
    text = '{"made":"now","shops":[' + ",".join(shops) + "]}"
    result = run(source, text.encode())

    assert result.rows == ["007,1,Köln,now", "007,2,Köln,now", "b,3,,now"]


def test_a_rejected_element_is_told_by_its_path_and_shown_as_it_is_written(source, run):
    result = run(source, b'{"shops":[{"id":"a","sales":[{"units":1},{"units":-2.50}]}]}')

    assert [(r["path"], r["rule"], r["raw"]) for r in result.rejects] == [
        ("$.shops[0].sales[1]", "too_many_places", '{"units":-2.50}')
    ]


def test_an_element_whose_list_is_empty_or_missing_is_no_row_and_told(source, run):
    shops = ['{"id":"a","sales":[]}', '{"id":"b","sales":[{"units":3}]}', '{"id":"c"}', *['{"sales":null}'] * 200]
    result = run(source, ('{"shops":[' + ",".join(shops) + "]}").encode())

    assert result.rows == ["b,3,,"]
    cause = "nothing there, here or further on"
    assert result.summary.skipped[:2] == (("path $.shops[0].sales", cause), ("path $.shops[2].sales", cause))
    assert (len(result.summary.skipped), result.summary.skipped_lines) == (100, 202)


def test_numbers_never_pass_through_floats(make_source, run):
    source = make_source(
        columns=(Text("id"), Decimal("n", 20)), key=(),
        dialects=(JsonTree(name="tree", records="[]", labels={"id": "[].id", "n": "[].n"}),),
    )  # fmt: skip
    result = run(source, b'[{"id":"a","n":0.10000000000000000001},{"id":12345678901234567890123,"n":1}]')

    assert result.rows == ["a,0.10000000000000000001", "12345678901234567890123,1.00000000000000000000"]


def test_something_else_where_a_list_should_stand_is_quarantined(source, run):
    result = run(source, b'{"shops":[{"id":"a","sales":{"units":1}},{"id":"b"},{"id":"c","sales":[{"units":1}]}]}')

    assert result.rows == ["c,1,,"]
    assert [(r["path"], r["rule"]) for r in result.rejects] == [("$.shops[0].sales", "not_a_list")]


@pytest.mark.parametrize(
    ("record", "where"),
    [
        ('{"store":"é}","units":1,"units":2}', "the object that ends at line 3, character 34"),
        ('{"store":{"a":{},"b":"\\"}","a":{"c":{}}}}', "the object that ends at line 3, character 40"),
        ('{"store":"NaN","units":NaN}', "the one at line 3, character 24"),
        ('{"store":"Infinity","units":-Infinity}', "the one at line 3, character 29"),
    ],
)
def test_a_name_that_stands_twice_and_a_number_that_is_none_are_told_with_their_place(make_source, run, record, where):
    labels = {"store": "rows[].store", "units": "rows[].units"}
    source = make_source(
        columns=(Text("store"), Whole("units")), key=(), dialects=(JsonTree(name="t", records="rows[]", labels=labels),)
    )

    assert run(source, f'{{"x":{{"}}":1}},\n"rows":[\n{record}]}}'.encode()).refusal.where == where


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"shops":[', "not JSON: Expecting value"),
        (b'{"shops":[{"id":NaN}]}', "NaN is no JSON number"),
        (b'{"shops":[],"shops":[]}', "the name 'shops' stands twice in an object"),
        (b'{"other":[]}', "the document has no list of records at shops[].sales[]"),
        (b"[" * 200_000, "the JSON document is nested deeper than 64 levels"),
        (b'{"a":' * 200_000, "the JSON document is nested deeper than 64 levels"),
    ],
)
def test_a_document_that_cannot_be_trusted_is_refused(source, run, text, reason):
    assert run(source, text).refusal.reason == reason


def test_brackets_inside_strings_do_not_count_as_nesting(source, run):
    text = '{"shops":[{"id":"' + "[" * 500 + '\\"' + "{" * 500 + '","sales":[{"units":1}]}]}'

    assert run(source, text.encode()).summary.rows_out == 1


def test_half_a_character_is_quarantined_and_a_whole_one_kept(source, run):
    text = rb'{"shops":[{"id":"\ud83d\ude00","sales":[{"units":1}]},{"id":"\ud83d","sales":[{"units":2}]}]}'
    result = run(source, text)

    assert result.rows == ["😀,1,,"]
    assert [r["rule"] for r in result.rejects] == ["undecodable"]


def test_a_document_beyond_the_limit_is_refused(source, run):
    result = run(source, b'{"shops":[]}' + b" " * 2000, limits=Limits(json_bytes=1000))

    assert result.refusal.reason == "the JSON document without its records is larger than the limit of 1000 bytes"


@pytest.mark.parametrize("element", ["{}", " [ ]\n", "0"])
def test_a_list_of_elements_that_are_too_short_to_hold_anything_is_refused(source, run, element):
    few = Limits(unread_rows=2000, chunk_bytes=1 << 12)
    full = '{"id":"a","sales":[{"units":1}]}'

    refusal = run(source, f'{{"shops":[{full}{f",{element}" * 9000}]}}'.encode(), limits=few).refusal
    assert "elements of a list" in refusal.reason
    assert "hold nothing" in refusal.reason
    both = f'{{"shops":[{full}{f",{full},{element}" * 4000}]}}'
    assert run(source, both.encode(), limits=few).summary.rows_out == 4001


def test_a_label_that_leaves_the_path_of_the_records_is_a_fault_of_the_declaration(make_source, run):
    dialect = JsonTree(name="tree", records="a[]", labels={"id": "b[].id"})
    source = make_source(columns=(Text("id"),), key=(), dialects=(dialect,))

    with pytest.raises(SourceError, match="other lists"):
        run(source, b'{"a":[]}')


@pytest.mark.parametrize("records", ["", "a", "a[].b"])
def test_records_that_lead_to_no_list_are_a_fault_of_the_declaration(make_source, run, records):
    dialect = JsonTree(name="tree", records=records, labels={"id": "id"})
    source = make_source(columns=(Text("id"),), key=(), dialects=(dialect,))

    with pytest.raises(SourceError, match="lead to no list"):
        run(source, b'[{"a":[]}]')


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize(
    ("written", "price"),
    [("1e-05", "0.0000100"), ("1.50E+2", "150.0000000"), ("-0E-9", "0.0000000"), ("9e20", ""), ("12.5", "12.5000000")],
)
def test_a_number_with_an_exponent_is_that_number_where_one_is_wanted(make_source, run, written, price, decimal):
    dialect = JsonTree(
        name="j", records="[]", labels={"price": "[].price", "name": "[].name"},
        numbers=Numbers(decimal=decimal), sentinels={"price": ("9e20",)},
    )  # fmt: skip
    source = make_source(columns=(Decimal("price", 7, optional=True), Text("name")), key=(), dialects=(dialect,))

    assert run(source, f'[{{"price":{written},"name":{written}}}]'.encode()).rows == [f"{price},{written}"]


def test_an_exponent_of_many_digits_makes_no_number_of_as_many(source, run):
    (reject,) = run(source, b'{"shops":[{"id":"a","sales":[{"units":1},{"units":1e9999999}]}]}').rejects

    assert (reject["rule"], reject["raw"]) == ("not_a_number", '{"units":1e9999999}')
