"""JSON records by key: each value of an object is a record, and its key a column."""

import json

import pytest

from bench.conditioning.fuzz_files import make_keyed
from conditioners.columns import Day, Decimal, Text, Whole
from conditioners.dialects import JsonLines, JsonTree
from conditioners.drafting.samples import NoDraft
from conditioners.limits import Limits
from conditioners.outcome import SourceError
from conditioners.readers.json.paths import join, read_path, write_path

SERIES = "Time Series (Daily)"
PRICES = {f"2024-01-{day:02}": {"1. open": f"{day}.50", "5. volume": str(day * 100)} for day in range(1, 29)}
PRICED = {"Meta Data": {"1. Information": "Daily Prices", "2. Symbol": "IBM"}, SERIES: PRICES}
"""As Alpha Vantage sends it."""
LABELS = {
    "day": f"{SERIES}{{key}}", "open": f"{SERIES}{{}}['1. open']", "volume": f"{SERIES}{{}}['5. volume']",
    "symbol": "Meta Data['2. Symbol']",
}  # fmt: skip
COLUMNS = (Day("day"), Decimal("open", 2), Whole("volume", minimum=0), Text("symbol", optional=True))
SMALL = Limits(json_bytes=700, chunk_bytes=256)
"""Under which the document cannot be held."""


def priced(make_source, records=f"{SERIES}{{}}", labels=LABELS):
    dialect = JsonTree(name="prices", records=records, labels=labels)
    return make_source(columns=COLUMNS, key=("day",), dialects=(dialect,))


def stores(make_source, records, units, **keys):
    columns = (Whole("units", minimum=0), *(Text(name) for name in keys))
    dialect = JsonTree(name="stores", records=records, labels={"units": units, **keys})
    return make_source(columns=columns, key=(), dialects=(dialect,))


@pytest.mark.parametrize("limits", [Limits(), SMALL])
@pytest.mark.parametrize("indent", [None, 2])
def test_each_value_of_an_object_is_a_row_and_its_key_a_cell(make_source, run, limits, indent):
    result = run(priced(make_source), json.dumps(PRICED, indent=indent).encode(), "toy/a.json", limits)

    assert result.rows == [f"2024-01-{day:02},{day}.50,{day * 100},IBM" for day in range(1, 29)]
    assert result.summary.labels == (
        "Meta Data['1. Information']", "Meta Data['2. Symbol']", f"{SERIES}{{key}}", f"{SERIES}{{}}['1. open']",
        f"{SERIES}{{}}['5. volume']",
    )  # fmt: skip
    assert result.summary.ignored_labels == ("Meta Data['1. Information']",)


def test_the_path_of_a_rejected_row_names_its_key(make_source, run):
    odd = {"2024-02-30": {"1. open": "1", "5. volume": "1"}, "2024.02": 5, "k" * 100: {"1. open": "x"}}
    result = run(priced(make_source), json.dumps({SERIES: {**PRICES, **odd}}).encode(), "toy/a.json")

    assert len(result.rows) == len(PRICES)
    assert [(each["path"], each["rule"], each["raw"]) for each in result.rejects] == [
        (f"$.{SERIES}.2024-02-30", "not_a_day", '{"1. open":"1","5. volume":"1"}'),
        (f"$.{SERIES}['2024.02']", "not_a_day", "5"),
        (f"$.{SERIES}.{'k' * 80}…", "not_a_day", '{"1. open":"x"}'),
    ]


def test_records_that_have_the_same_key_are_all_rows_for_the_sources_key_to_tell(make_source, run):
    entry = '"2024-01-01":{"1. open":"1.00","5. volume":"%d"}'
    text = f'{{"{SERIES}":{{{",".join(entry % volume for volume in (1, 1, 2))}}}}}'
    result = run(priced(make_source), text.encode(), "toy/a.json")

    assert (result.summary.rows_in, result.summary.rows_duplicate) == (3, 1)
    assert result.rows == ["2024-01-01,1.00,1,"]
    assert [each["rule"] for each in result.rejects] == ["key_conflict"]


@pytest.mark.parametrize(
    ("records", "units", "keys", "document"),
    [
        ("{}{}", "{}{}.u", {"store": "{key}", "day": "{}{key}"}, {"007": {"d1": {"u": 1}, "d2": {"u": 2}}}),
        ("{}", "{}", {"store": "=007", "day": "{key}"}, {"d1": 1, "d2": 2}),
        ("{}[]", "{}[].u", {"store": "{key}", "day": "{}[].d"}, {"007": [{"u": 1, "d": "d1"}, {"u": 2, "d": "d2"}]}),
        (
            "a[].b{}", "a[].b{}.u", {"store": "a[].s", "day": "a[].b{key}"},
            {"a": [{"s": "007", "b": {"d1": {"u": 1}, "d2": {"u": 2}}}]},
        ),
    ],
)  # fmt: skip
def test_objects_by_key_and_lists_may_stand_in_each_other(make_source, run, records, units, keys, document):
    source = stores(make_source, records, units, **keys)

    assert run(source, json.dumps(document).encode(), "toy/a.json").rows == ["1,007,d1", "2,007,d2"]


def test_records_by_key_in_a_line_of_json_lines_are_rows(make_source, run):
    dialect = JsonLines(name="l", records="sold{}", labels={"units": "sold{}", "store": "sold{key}"})
    source = make_source(columns=(Whole("units"), Text("store")), key=(), dialects=(dialect,))
    result = run(source, b'{"sold":{"007":1,"008":2}}\n{"sold":{"009":"x"}}\n{"sold":[1]}\n', "toy/a.jsonl")

    assert result.rows == ["1,007", "2,008"]
    assert [(each["line"], each["rule"]) for each in result.rejects] == [
        ("2 $.sold.009", "not_a_number"), ("3 $.sold", "not_an_object"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "members",
    [
        '"a":1:2',
        '"a","b":1',
        '"a":1 "b":2',
        '"a"',
        "5:1",
        '"a":1]',
        '"a":1,',
        '"a":x',
        "null,1",
        '"a":1',
        '"a":[]',
        '"a',
    ],
)
def test_an_object_that_is_no_json_is_refused_with_its_fault(make_source, run, members):
    text = f'{{"a":{{{members}' + ("}}" if members not in ('"a":1', '"a":[]') else "")
    with pytest.raises(json.JSONDecodeError) as fault:
        json.loads(text)
    refusal = run(stores(make_source, "a{}", "a{}", store="a{key}"), text.encode(), "toy/a.json").refusal

    assert refusal.reason == f"not JSON: {fault.value.msg}"
    assert refusal.where == f"line 1, character {fault.value.colno}"


@pytest.mark.parametrize("document", [{}, {"a": []}, {"a": 5}, [], {"b": {"x": 1}}])
def test_a_document_without_the_object_is_refused(make_source, run, document):
    source = stores(make_source, "a{}", "a{}", store="a{key}")

    assert "no list of records at a{}" in run(source, json.dumps(document).encode(), "toy/a.json").refusal.reason


def test_an_object_without_records_has_no_rows(make_source, run):
    result = run(stores(make_source, "a{}", "a{}", store="a{key}"), b'{"a": {}}', "toy/a.json")

    assert (result.rows, result.summary.rows_in) == ([], 0)


@pytest.mark.parametrize("records", ["a{key}", "a{}.b", "a", "a[]{key}.b"])
def test_records_that_lead_to_no_records_are_an_error_of_the_declaration(make_source, run, records):
    with pytest.raises(SourceError, match=r"lead to no list|cannot be read"):
        run(stores(make_source, records, "a"), b"{}", "toy/a.json")


@pytest.mark.parametrize("name", ["a.b", "1. open", "", "[]", "{key}", "it's", "x['y']", "a\\'b", "@id", "é"])
def test_any_name_can_stand_in_a_path(name):
    for path in (join("", name), join("a", name), join("a[]", name)):
        assert read_path(path)[-1].names[-1] == name
        assert write_path(read_path(path)) == path


def test_records_by_key_have_a_draft_that_reads_them_and_the_next_delivery(draft, run):
    written, source = draft("prices.json", json.dumps(PRICED).encode())
    dialect = source.dialects[0]

    assert (type(dialect).__name__, dialect.records) == ("JsonTree", f"{SERIES}{{}}")
    assert list(dialect.labels.values()) == [LABELS["day"], LABELS["open"], LABELS["volume"]]
    assert [type(column).__name__ for column in source.columns] == ["Day", "Decimal", "Whole"]
    assert (written.summary.rows_in, written.summary.rows_out) == (28, 28)

    later = {SERIES: {"2024-02-01": {"1. open": "9.75", "5. volume": "1234"}, **PRICES}}
    assert run(source, json.dumps(later).encode()).rows[0] == "2024-02-01,9.75,1234"


def test_records_under_two_keys_and_with_lists_in_them_have_a_draft_that_reads_them(draft):
    lines = [{"sku": f"A{n}", "n.o": n} for n in range(3)]
    for name, document, records, rows in (
        ("twice", {f"00{s}": {f"2024-01-{d:02}": {"u": s + d} for d in range(1, 9)} for s in range(4)}, "{}{}", 32),
        ("lines", {"of": {f"2024-01-{d:02}": {"s": "1", "of": lines} for d in range(1, 9)}}, "of{}.of[]", 24),
    ):
        written, source = draft(f"{name}.json", json.dumps(document).encode(), name)

        assert source.dialects[0].records == records
        assert (written.summary.rows_in, written.summary.rows_out) == (rows, rows)


def test_names_with_points_have_a_draft_with_paths_that_lead_to_them(draft):
    rows = [{"a.b": n, "a": {"c.d": n * 2, "e": 5}, **({"@x": "y"} if n > 5 else {})} for n in range(30)]
    for name, document in (("list", {"v1.0": rows}), ("bare", rows)):
        written, source = draft(f"{name}.json", json.dumps(document).encode(), name)
        before = "['v1.0'][]" if name == "list" else "[]"

        assert list(source.dialects[0].labels.values()) == [
            f"{before}['a.b']", f"{before}.a['c.d']", f"{before}.a.e", f"{before}.@x",
        ]  # fmt: skip
        assert (written.summary.rows_in, written.summary.rows_out) == (30, 30)


def test_what_is_fuzzed_is_read(make_source, run):
    result = run(stores(make_source, "shops{}{}", "shops{}{}.units", store="shops{key}"), make_keyed(12), "toy/a.json")

    assert (len(result.rows), [each["path"] for each in result.rejects]) == (20, ["$.shops.004", "$.shops.009"])


@pytest.mark.parametrize("around", [(), ("rates",)])
def test_single_values_under_days_are_rows_and_have_a_draft_that_reads_the_next_delivery(draft, run, around):
    def deliver(month):
        days = {f"2024-{month:02}-{day:02}": day * 1.5 for day in range(1, 29)}
        return json.dumps({"unit": "kg", around[0]: days} if around else days).encode()

    written, source = draft("rates.json", deliver(1))

    assert (written.summary.rows_in, written.summary.rows_out) == (28, 28)
    assert source.dialects[0].labels == {"key": f"{''.join(around)}{{key}}", "value": f"{''.join(around)}{{}}"}
    assert run(source, deliver(2)).rows[:2] == ["2024-02-01,1.5", "2024-02-02,3.0"]


def test_single_values_under_words_are_one_record(draft):
    with pytest.raises(NoDraft, match="one record"):
        draft("rates.json", b'{"USD": 1.1, "GBP": 2.5, "CHF": 3.1}')
