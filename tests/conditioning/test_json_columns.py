"""Parallel lists of JSON of any size are read side by side, as they are when the document is held as a whole."""

import json
import random
import tracemalloc
from dataclasses import replace

import pytest

from conditioners.columns import Decimal, Text
from conditioners.dialects import JsonColumns
from conditioners.limits import Limits
from conditioners.outcome import Refused, SourceError
from tests.conditioning.conftest import make_source, run

SMALL = Limits(json_bytes=4096, chunk_bytes=512)
"""Under which lists of some dozens of bytes are long ones."""
SOURCE = make_source(
    columns=(
        Text("at"), Decimal("degrees", 1, optional=True), Text("note", optional=True), Text("unit", optional=True),
        Text("kind"),
    ),
    key=(),
    dialects=(
        JsonColumns(
            name="columns", records=("hourly", "more.daily"),
            labels={
                "at": ("hourly.time", "more.daily.time"), "degrees": "hourly.t", "unit": "units.t", "kind": "@records",
                "note": ("hourly.note", "more.daily.note"),
            },
        ),
    ),
)  # fmt: skip


def make_lists(count, chance=None):
    chance = chance or random.Random(count)
    notes = [None, 7, "é€😀", 'a"b\\,[{', True, [1, [2]], {"a": [1, 2]}, "\ud83d"]
    return {
        "time": [f"2024-{number}" for number in range(count)],
        "t": [chance.choice([number / 10, None, "x"]) for number in range(count)],
        "note": [chance.choice(notes) for _ in range(count)],
    }


def make_document(chance):
    """A document that may have a list too many, of another length, or of no use."""
    lists = make_lists(chance.choice([0, 1, 40, 300]), chance)
    if chance.random() < 0.2:
        lists[chance.choice(["time", "other"])] = [1] * chance.choice([40, 300])
    document = {"units": {"t": "°C"}, "hourly": lists}
    if chance.random() < 0.4:
        document["more"] = {"daily": make_lists(chance.choice([3, 200]), chance)}
    if chance.random() < 0.3:
        document["junk"] = [{"a": number} for number in range(200)]
    names = list(document)
    chance.shuffle(names)
    return {name: document[name] for name in names}


def tell(result):
    """All that comes out; of the encoding only its name, for the evidence is what was seen at a time."""
    if isinstance(result.outcome, Refused):
        return result.outcome
    return replace(result.summary, encoding=result.summary.encoding["name"]), result.accepted, result.quarantined


def test_long_lists_give_the_rows_rejects_and_summary_that_short_ones_do():
    chance, read = random.Random(3), 0
    for _ in range(40):
        data = json.dumps(make_document(chance), indent=chance.choice([None, 1])).encode()
        whole = tell(run(SOURCE, data))
        read += not isinstance(whole, Refused) and len(data) > SMALL.json_bytes

        assert tell(run(SOURCE, data, limits=SMALL)) == whole, data
    assert read > 10


@pytest.mark.parametrize("limits", [Limits(), SMALL])
def test_lists_in_the_document_itself_are_read_as_those_in_an_object_within(limits):
    columns = (Text("at"), Decimal("degrees", 1), Text("unit"), Text("zone"))
    labels = {"at": "time", "degrees": "t.x", "unit": "units.t", "zone": "zone"}
    dialect = JsonColumns(name="root", records=("",), labels=labels)
    times = [f"2024-{number}" for number in range(300)]
    document = {"units": {"t": "K"}, "time": times, "zone": "UTC", "t.x": [*range(299), "x"]}
    source = make_source(columns=columns, key=(), dialects=(dialect,))
    result = run(source, json.dumps(document).encode(), limits=limits)

    assert result.rows == [f"2024-{number},{number}.0,K,UTC" for number in range(299)]
    assert [(reject["path"], reject["rule"]) for reject in result.rejects] == [("$[299]", "not_a_number")]
    assert result.summary.labels == ("units", "time", "zone", "t.x")


def test_a_document_that_is_no_object_has_no_lists_of_its_own():
    dialect = JsonColumns(name="root", records=("",))
    refusal = run(make_source(columns=(Text("at"),), key=(), dialects=(dialect,)), b'[{"at":[1]}]').refusal

    assert refusal.reason == "the document has no list of records at $"


def test_a_rejected_row_of_long_lists_is_told_by_its_path_with_all_of_its_values():
    lists = {"time": ["a"] * 999, "t": [1] * 998 + [1.25], "other": [{"x": [1]}] * 999}
    (reject,) = run(SOURCE, json.dumps({"hourly": lists}).encode(), limits=SMALL).rejects

    assert (reject["path"], reject["rule"]) == ("$.hourly[998]", "too_many_places")
    assert reject["raw"] == '{"time":"a","t":1.25,"other":{"x":[1]}}'


@pytest.mark.parametrize(
    ("text", "reason", "where"),
    [
        ('{"hourly":{"time":[%s1],"t":[%s1,2]}}', "the lists have 2 different lengths", "$.hourly"),
        ('{"hourly":{"time":[%s1],"t":[%s1 2]}}', "not JSON: Expecting ',' delimiter", "line 1, character 8030"),
        ('{"hourly":{"time":[%s1],"t":[%s1]},"junk":[%s,]}', "not JSON: Expecting value", "line 1, character 12040"),
        ('{"hourly":{"time":[%s1],"t":[%s1', "not JSON: a list does not end", "line 1, character 8029"),
        ('{"hourly":{"time":[%s1],"t":[%s1]}', "not JSON: Expecting ',' delimiter", "line 1, character 8031"),
        ('{"units":{"t":[%s1]},"hourly":{"time":[%s1]}}', "a list that is neither a list of records", "$.units.t"),
    ],
)
def test_long_lists_that_are_no_table_are_refused_with_the_place_of_the_fault(text, reason, where):
    refusal = run(SOURCE, text.replace("%s", "1," * 2000).encode(), limits=SMALL).refusal

    assert refusal.reason.startswith(reason)
    assert refusal.where == where


def test_a_value_larger_than_lists_side_by_side_may_hold_is_refused_by_its_path():
    lists = {"time": ["a"] * 900, "note": ["b"] * 899 + ["x" * 200_000]}
    refusal = run(SOURCE, json.dumps({"hourly": lists}).encode(), limits=SMALL).refusal

    assert refusal.reason == "an element of the list is larger than the limit of 4096 bytes"
    assert refusal.where == "$.hourly.note[899]"


def test_lists_that_take_too_much_of_the_disk_are_refused():
    limits = replace(SMALL, spilled_bytes=1000)
    refusal = run(SOURCE, json.dumps({"hourly": make_lists(9000)}).encode(), limits=limits).refusal

    assert refusal.reason == "the long lists of the JSON document take more than 1000 bytes of temporary disk, packed"


def test_lists_of_long_values_are_read_a_few_rows_at_a_time():
    lists = {"time": [f"{number:04}" + "x" * 4000 for number in range(600)], "note": [1] * 600}
    data = json.dumps({"hourly": lists}).encode()
    limits = Limits(json_bytes=64 << 10, chunk_bytes=64 << 10, threads=0)
    tracemalloc.start()
    result = run(SOURCE, data, limits=limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert result.summary.rows_out == 600
    assert peak < 5 * len(data)


def test_rows_of_several_objects_that_are_judged_together_are_rejected_at_their_places():
    hourly = {"time": ["a", None, "c"], "t": [1.5, 2, 1e1]}
    data = json.dumps({"hourly": hourly, "more": {"daily": {"time": [None, "e"]}}, "units": {"t": "C"}}).encode()
    result = run(SOURCE, data)

    assert result.rows == ["a,1.5,,C,hourly", "c,10.0,,C,hourly", "e,,,C,more.daily"]
    assert [(reject["path"], reject["rule"], reject["raw"]) for reject in result.rejects] == [
        ("$.hourly[1]", "missing", '{"time":null,"t":2}'), ("$.more.daily[0]", "missing", '{"time":null}'),
    ]  # fmt: skip


def list_places():
    changes = {
        "records": ("[].hourly", "[].more.daily"),
        "labels": {
            "at": ("[].hourly.time", "[].more.daily.time"), "degrees": "[].hourly.t", "unit": "[].units.t",
            "kind": "@records", "note": "[].place",
        },
    }  # fmt: skip
    dialect = SOURCE.dialects[0]
    return replace(SOURCE, dialects=(dialect, replace(dialect, name="places", **changes)))


def test_a_list_of_documents_with_parallel_lists_gives_the_rows_of_each_with_what_stands_around_them():
    here = {"place": "here", "units": {"t": "°C"}, "hourly": {"time": ["a", "b"], "t": [1, 2.5], "x": [0, 0]}}
    there = {"place": "there", "hourly": {"time": ["a"], "t": ["?"]}, "more": {"daily": {"time": ["d"]}}}
    result = run(list_places(), json.dumps([here, there]).encode())

    assert result.rows == ["a,1.0,here,°C,[].hourly", "b,2.5,here,°C,[].hourly", "d,,there,,[].more.daily"]
    assert [(row["path"], row["rule"]) for row in result.rejects] == [("$[1].hourly[0]", "not_a_number")]
    assert result.summary.ignored_labels == ("[].hourly.x",)


def test_a_source_may_come_with_one_document_and_with_a_list_of_such():
    result = run(list_places(), json.dumps({"hourly": {"time": ["a"], "t": [1]}}).encode())

    assert (result.rows, result.summary.dialect["name"]) == (["a,1.0,,,hourly"], "columns")


@pytest.mark.parametrize(("element", "reason"), [
    ({"error": True}, "the element has no list of records at [].hourly or [].more.daily"),
    (None, "the element has no list of records at [].hourly or [].more.daily"),
    ({"hourly": {"time": [1, 2], "t": [1]}}, "the lists have 2 different lengths, so rows cannot be told"),
])  # fmt: skip
def test_an_element_without_parallel_lists_refuses_the_list_as_its_rows_are_missing(element, reason):
    refusal = run(list_places(), json.dumps([{"hourly": {"time": ["a"], "t": [1]}}, element]).encode()).refusal

    assert refusal.reason == reason
    assert refusal.where.startswith("$[1]")


def test_lists_of_a_document_and_of_its_elements_are_not_declared_together():
    with pytest.raises(SourceError, match="records are those of elements"):
        JsonColumns(name="both", records=("hourly", "[].daily"))


def test_a_list_of_documents_that_cannot_be_held_is_refused_by_its_limit():
    element = {"hourly": {"time": ["a"] * 100, "t": [1] * 100}}
    refusal = run(list_places(), json.dumps([element] * 10).encode(), limits=SMALL).refusal

    assert refusal.reason == "the list of objects with parallel lists is larger than the limit of 4096 bytes"
