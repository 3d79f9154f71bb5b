"""A JSON document of any size is read piece by piece, as if it had been parsed as a whole."""

import gc
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conditioners.dialects import JsonColumns, JsonLines, JsonRows, JsonTree
from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.limits import Limits
from conditioners.outcome import Refused
from conditioners.readers import opening
from tests.conditioning.conftest import make_source, run
from tests.conditioning.whole_json import COLUMNS, FORMS, run_whole, source_of


def tell(result):
    """All that comes out; of the encoding only what does not depend on how much was seen of it."""
    if isinstance(result.outcome, Refused):
        return result.outcome
    summary = replace(result.summary, encoding={"name": result.summary.encoding["name"]})
    return summary, result.accepted, result.quarantined


def read_both_ways(source, data, chunk_bytes):
    """What comes out of a document that is read in pieces, and as a whole."""
    return tell(run(source, data, limits=Limits(chunk_bytes=chunk_bytes))), tell(run_whole(source, data))


TEXTS = st.text(st.sampled_from('aé€😀"\\/[]{},:\n\x7f 0'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 999) | st.just(1.5e3) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ROWS = st.fixed_dictionaries(
    {}, optional={"units": VALUES | st.integers(0, 9), "shop": VALUES, "more": VALUES, "place": VALUES}
)
SHOPS = st.fixed_dictionaries({"rows": st.lists(ROWS, max_size=4) | VALUES}, optional={"shop": VALUES})
LISTS = {
    "[]": st.lists(ROWS | VALUES, max_size=9),
    "data[]": st.fixed_dictionaries(
        {"data": st.lists(ROWS | VALUES, max_size=9) | VALUES},
        optional={"meta": st.fixed_dictionaries({"region": VALUES}) | VALUES, "next": VALUES, "more": VALUES},
    ),
    "a.data[].rows[]": st.fixed_dictionaries(
        {
            "a": st.fixed_dictionaries(
                {"data": st.lists(SHOPS | VALUES, max_size=5)}, optional={"region": VALUES, "end": VALUES}
            )
        },
        optional={"b": st.fixed_dictionaries({"data": VALUES}), "more": VALUES},
    ),
    "{}": st.dictionaries(TEXTS, ROWS | VALUES, max_size=9),
    "data{}.rows[]": st.fixed_dictionaries(
        {"data": st.dictionaries(TEXTS, SHOPS | VALUES, max_size=6) | VALUES},
        optional={"meta": st.fixed_dictionaries({"region": VALUES}) | VALUES, "next": VALUES, "more": VALUES},
    ),
    "data[].rows{}": st.fixed_dictionaries(
        {
            "data": st.lists(
                st.fixed_dictionaries({"rows": st.dictionaries(TEXTS, ROWS, max_size=3) | VALUES}), max_size=4
            )
        },
        optional={"meta": st.fixed_dictionaries({"region": VALUES}) | VALUES, "next": VALUES, "more": VALUES},
    ),
}


@st.composite
def documents(draw):
    """A path of records, and a document in any order of names and with any blanks."""
    records = draw(st.sampled_from(list(FORMS)))
    value = shuffle(draw(LISTS[records]), draw(st.randoms(use_true_random=False)))
    indent, is_ascii = draw(st.sampled_from([None, 0, 1])), draw(st.booleans())
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii)
    if not draw(st.integers(0, 4)):
        text = text.replace('"data"', '"d\\u0061ta"').replace('"é', '"\\ud83d')
    return records, draw(st.sampled_from(["", "\n ", "\ufeff"])) + text + draw(st.sampled_from(["", "\n", " \n\n"]))


def shuffle(value, chance):
    if isinstance(value, list):
        return [shuffle(item, chance) for item in value]
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: shuffle(value[name], chance) for name in names}
    return value


CHUNKS = st.integers(16, 90)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(documents(), CHUNKS)
def test_a_document_is_read_in_pieces_as_it_is_as_a_whole(document, chunk_bytes):
    records, text = document
    in_pieces, as_a_whole = read_both_ways(source_of(records), text.encode(), chunk_bytes)

    assert in_pieces == as_a_whole


FAULTS = [
    b"", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"0", b"x", b"\x00", b"\xff", b"\n", b"NaN", b"\\u12",
    b'"data":[]', b',"a":1,"a":2', b"-",
]  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(documents(), st.sampled_from(FAULTS), st.floats(0, 1), st.integers(0, 3), CHUNKS)
def test_a_damaged_document_is_read_or_refused_in_pieces_as_it_is_as_a_whole(document, fault, at, less, chunk_bytes):
    records, text = document
    data = text.encode()
    place = int(at * len(data))
    in_pieces, as_a_whole = read_both_ways(source_of(records), data[:place] + fault + data[place + less :], chunk_bytes)

    assert in_pieces == as_a_whole


@settings(max_examples=80, deadline=None, derandomize=True)
@given(documents(), st.floats(0, 1), CHUNKS)
def test_a_document_that_breaks_off_is_refused_in_pieces_as_it_is_as_a_whole(document, at, chunk_bytes):
    records, text = document
    data = text.encode()
    in_pieces, as_a_whole = read_both_ways(source_of(records), data[: int(at * len(data))] or b"[", chunk_bytes)

    assert in_pieces == as_a_whole


def rows_of(count):
    return ",".join(f'{{"units":{n},"shop":"{n % 500:03}"}}' for n in range(count))


SMALL = Limits(chunk_bytes=1 << 10, json_bytes=4 << 10)
"""As if documents were thousands of times as large."""


def test_a_document_far_beyond_what_is_parsed_at_once_is_read_to_the_last_row():
    data = b'{"meta":{"region":"EU"},"data":[' + rows_of(5000).encode() + b'],"next":"p2","more":1}'
    result = run(source_of("data[]"), data, limits=SMALL)

    assert len(data) > 30 * SMALL.json_bytes
    assert result.rows == [f"{n},{n % 500:03},EU,p2" for n in range(5000)]
    assert result.summary.labels == ("meta.region", "next", "more", "data[].units", "data[].shop")
    assert result.summary.ignored_labels == ("more",)


def test_values_behind_the_list_are_those_of_all_rows():
    result = run(source_of("data[]"), b'{"data":[' + rows_of(900).encode() + b'],"next":7,"meta":{"region":"EU"}}')

    assert {row.split(",", 2)[2] for row in result.rows} == {"EU,7"}


def test_a_rejected_element_is_told_by_its_number_in_the_whole_list():
    data = b'{"data":[' + rows_of(999).encode() + b',{"units":-1,"shop":"a"}]}'
    (reject,) = run(source_of("data[]"), data, limits=SMALL).rejects

    assert (reject["path"], reject["rule"], reject["raw"]) == (
        "$.data[999]", "too_small", '{"units":-1,"shop":"a"}',
    )  # fmt: skip


LONG = '{"units":1,"shop":"' + "x" * 5000 + '"}'
TOO_LARGE = {
    "an element": (f"{rows_of(70)},{LONG}", "]}", "an element of the list is larger than the limit of 4096 bytes"),
    "what stands behind": (
        rows_of(900), '],"next":"' + "x" * 5000 + '"}',
        "the JSON document without its records is larger than the limit of 4096 bytes",
    ),
    "blanks": (
        rows_of(900), "]}" + " " * 5000, "the JSON document without its records is larger than the limit of 4096 bytes",
    ),
    "nesting": (
        rows_of(900) + ',{"units":' + "[" * 65 + "]" * 65 + "}", "]}",
        "the JSON document is nested deeper than 64 levels",
    ),
    "nesting without end": (rows_of(900) + "," + "[" * 9000, "", "the JSON document is nested deeper than 64 levels"),
}  # fmt: skip


@pytest.mark.parametrize("what", TOO_LARGE)
def test_what_has_to_be_held_at_once_has_limits(what):
    elements, tail, reason = TOO_LARGE[what]

    assert run(source_of("data[]"), f'{{"data":[{elements}{tail}'.encode(), limits=SMALL).refusal.reason == reason


def test_an_element_that_is_too_large_is_told_by_its_place():
    data = f'{{"data":[{rows_of(70)},{LONG}]}}'.encode()

    assert run(source_of("data[]"), data, limits=SMALL).refusal.where == "$.data[70]"


@pytest.mark.parametrize("word", ['"' + r"\u0416" * 100 + '"', "[" + "false," * 100 + "0]"])
@pytest.mark.parametrize("shift", range(6))
def test_an_element_that_is_cut_within_an_escape_or_a_word_is_no_less_json(word, shift):
    data = f'{{"data":[{{"units":{" " * shift}{word}}}]}}'.encode()
    limits = Limits(json_bytes=256, chunk_bytes=64)

    assert run(source_of("data[]"), data, limits=limits).refusal.reason == (
        "an element of the list is larger than the limit of 256 bytes"
    )


def test_what_stands_before_the_list_has_a_limit():
    data = b'{"meta":"' + b"x" * 5000 + b'","data":[]}'
    reason = "the JSON document without its records is larger than the limit of 4096 bytes"

    assert run(source_of("data[]"), data, limits=SMALL).refusal.reason == reason


def test_what_stands_before_the_list_may_not_take_much_memory_either():
    data = b'{"meta":[' + b",".join([b"{}"] * 9000) + b'],"data":[]}'
    limits = Limits(json_room=4 << 20, chunk_bytes=1 << 10)

    assert run(source_of("data[]"), data, limits=limits).refusal.reason == (
        "the JSON document would take more than 4 MiB of memory"
    )


def test_a_fault_deep_inside_of_a_large_document_is_told_by_line_and_character():
    lines = rows_of(3000).replace("},", "},\n")
    data = f'{{"data":[\n{lines},\n {{"units" 1}},\n{lines}]}}'.encode()
    refusal = run(source_of("data[]"), data, limits=SMALL).refusal

    assert (refusal.reason, refusal.where) == ("not JSON: Expecting ':' delimiter", "line 3002, character 11")


def test_a_quote_that_is_missing_is_the_reason_and_not_the_size_of_what_follows():
    data = f'{{"data":[{rows_of(10)},{{"shop:"{rows_of(3000)}]}}'.encode()

    assert run(source_of("data[]"), data, limits=SMALL).refusal.reason.startswith("not JSON: Expecting")


@pytest.mark.parametrize("element", ["{}", "null", "[]", '{"other":1}'])
def test_a_list_of_hardly_anything_is_refused(element):
    data = b"[" + (element + ",").encode() * 3000 + b"{}]"
    refusal = run(source_of("[]"), data, limits=replace(SMALL, unread_rows=1000)).refusal

    assert "cannot be read; the file is in another form" in refusal.reason


def test_elements_that_take_much_memory_are_parsed_few_at_a_time_and_refused_when_few_are_too_many():
    limits = Limits(json_room=4 << 20)
    many = b'[{"units":1,"more":[' + b",".join([b"{}"] * 100) + b"]}" + b',{"units":1}' * 9000 + b"]"
    large = many.replace(b"{}", b",".join([b"{}"] * 100))

    assert run(source_of("[]"), many, limits=limits).summary.rows_out == 9001
    assert run(source_of("[]"), large, limits=limits).refusal.reason == (
        "the JSON document would take more than 4 MiB of memory"
    )


def test_any_number_of_elements_that_take_much_memory_is_read_one_by_one():
    row = '{"units":%d,"shop":"a","more":[' + ",".join(["{}"] * 1500) + "]}"
    data = "[" + ",".join(row % (n - 1) for n in range(40)) + "]"
    limits = Limits(chunk_bytes=1 << 10, json_room=4 << 20)
    (reject,) = run(source_of("[]"), data.encode(), limits=limits).rejects

    assert (reject["path"], reject["rule"], reject["raw"]) == ("$[0]", "too_small", row % -1)
    assert len(run(source_of("[]"), data.encode(), limits=limits).rows) == 39


def test_a_large_document_of_records_may_also_come_as_parallel_lists_which_have_to_be_small():
    columns = JsonColumns(name="columns", records=("hourly",), labels={"units": "hourly.units"})
    tree = JsonTree(name="tree", records="data[]", labels=FORMS["data[]"])
    source = make_source(columns=COLUMNS, key=(), dialects=(columns, tree))
    large = b'{"data":[' + rows_of(900).encode() + b"]}"

    assert run(source, large, limits=SMALL).summary.dialect["name"] == "tree"
    assert run(source, b'{"hourly":{"units":[1,2]}}', limits=SMALL).summary.dialect["name"] == "columns"


def test_the_dialect_with_more_columns_is_found_without_reading_all_of_a_large_document():
    other = JsonTree(name="other", records="data[]", labels={**FORMS["data[]"], "shop": "data[].store"})
    source = make_source(
        columns=COLUMNS, key=(), dialects=(other, JsonTree(name="tree", records="data[]", labels=FORMS["data[]"]))
    )
    result = run(source, b'{"data":[' + rows_of(900).encode() + b"]}", limits=SMALL)

    assert (result.summary.dialect["name"], result.summary.rows_out) == ("tree", 900)


def test_a_damaged_value_behind_the_list_costs_the_rows_that_it_stands_in():
    in_pieces, as_a_whole = read_both_ways(source_of("data[]"), b'{"data": [{"units": 0}], "next": "\\ud83d"}', 16)

    assert in_pieces == as_a_whole
    assert "undecodable" in in_pieces[2]


HELD = {"units": "7", "held": ["held"]}


@pytest.mark.parametrize(
    ("dialect", "data"),
    [
        (JsonRows(name="rows", records="[]", fields=("units", "shop")), [["7", "held"]] * 300),
        (JsonTree(name="tree", records="[]", labels={"units": "[].units", "shop": "[].held[0]"}), [HELD] * 300),
        (JsonLines(name="lines", labels={"units": "units", "shop": "held[0]"}), HELD),
    ],
)
def test_of_rows_that_are_in_columns_nothing_parsed_is_held_and_their_places_are_found_again(dialect, data):
    source = make_source(columns=COLUMNS[:2], key=(), dialects=(dialect,))
    text = json.dumps(data).encode() if isinstance(data, list) else (json.dumps(data).encode() + b"\n") * 300
    with OpenedRaw(RawInput("toy.json", lambda: io.BytesIO(text), len(text)), Limits()) as opened:
        ((_, reader),) = opening.open_readers(source, opened, Limits())
        batches = [reader.read(part) for part in reader.parts()]
    held = [each for each in gc.get_objects() if type(each) is list and each and type(each[-1]) is str]

    assert sum(each[-1] == "held" for each in held) < 10
    assert [batch.frame.rows() for batch in batches] == [[("7", "held")] * 300]
    (located,) = batches[0].locate([299])
    assert located.place in {"$[299]", "300"}
    assert located.raw == json.dumps(data[-1] if isinstance(data, list) else data, separators=(",", ":"))
