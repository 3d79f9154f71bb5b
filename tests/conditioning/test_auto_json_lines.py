"""JSON Lines of any size become the tables that they would become if they were read as a whole."""

import csv
import gzip
import io
import json
import tracemalloc
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conditioners.auto.conditioning import condition_auto
from conditioners.inputs.raw import RawInput
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Refused
from conditioners.structure.json_nodes import list_children, read_node
from conditioners.structure.unfolding import UnfoldingSurvey
from tests.conditioning.undeclared import condition_undeclared

SMALL = Limits(json_bytes=4096, chunk_bytes=1024)
"""Under which a file of a few thousand lines is a large one."""


class Nowhere(io.RawIOBase):
    """Takes all output and keeps none."""

    def write(self, data):
        return len(data)


def condition(data, name="a.jsonl", limits=DEFAULT):
    outcome, outputs, quarantine = condition_undeclared(data, name, limits)
    return outcome, outputs, quarantine.decode()


def read(data, **kwargs):
    """The rows of the one table, with its labels."""
    _, (table,), _ = condition(data, **kwargs)
    return list(csv.reader(io.StringIO(table.decode())))


def join(values):
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


ORDERS = [
    {"id": f"{n:05}", "shop": {"city": "Köln", "no": n}, "lines": [{"sku": "A", "n": 1.5, "ok": True, "x": None}] * 3}
    for n in range(500)
]
FILES = {
    "flat": join({"id": n, "name": f"Käse, {n}", **({"late": n} if n > 900 else {})} for n in range(1000)),
    "nested": join(ORDERS),
    "lists": join([["id", "units"], *([f"{n:03}", n * 7] for n in range(1000))]),
    "mixed": join([1, "x", {"a": 1}, [1, 2], None] * 300),
    "broken": join(ORDERS[:250]) + b'{"id":\n\n{"id": 1, "id": 2}\n' + join(ORDERS[250:]),
    "damaged": join(ORDERS) + b'{"id": "M\xfcller"}\n',
    "wide characters": join(ORDERS).decode().encode("utf-16"),
    "packed": gzip.compress(join(ORDERS)),
}


@pytest.mark.parametrize("kind", FILES)
def test_lines_of_a_file_larger_than_a_document_may_be_become_the_same_table(kind):
    whole, tables, rejected = condition(FILES[kind])
    piecewise, same_tables, same_rejected = condition(FILES[kind], limits=SMALL)

    assert not isinstance(whole, Refused)
    assert (tables, rejected) == (same_tables, same_rejected)
    assert whole.summary.table == piecewise.summary.table


@pytest.mark.parametrize("name", ["export.txt", "export", "a.json"])
def test_the_content_tells_that_a_file_is_json_lines_and_not_its_name(name):
    assert read(FILES["flat"], name=name, limits=SMALL)[1] == ["0", "Käse, 0", ""]


def test_a_line_longer_than_a_document_may_be_is_refused_with_its_number():
    outcome, _, _ = condition(b'{"a": 1}\n{"a": "' + b"x" * 10_000 + b'"}\n', limits=SMALL)

    assert (outcome.reason, outcome.where) == ("a line is longer than the limit of 4096 bytes", "line 2")


def test_lists_of_records_unfold_when_those_of_all_lines_together_hold_the_most():
    assert read(FILES["nested"])[:2] == [
        ["id", "shop.city", "shop.no", "lines.sku", "lines.n", "lines.ok", "lines.x"],
        ["00000", "Köln", "0", "A", "1.5", "true", ""],
    ]
    few = ORDERS[:2] + [{**order, "lines": []} for order in ORDERS[2:100]]
    assert read(join(few))[0] == ["id", "shop.city", "shop.no", "lines"]


def test_broken_lines_stand_in_quarantine_one_by_one_with_line_reason_and_text():
    _, _, rejected = condition(FILES["broken"], limits=SMALL)

    assert list(csv.reader(io.StringIO(rejected))) == [
        ["path", "rule", "column", "reason", "raw"],
        ["line 251", "not_json", "", "the line is no JSON value", '{"id":'],
        ["line 253", "not_json", "", "the line is no JSON value", '{"id": 1, "id": 2}'],
    ]


SCALARS = st.sampled_from([1, 2.5, "x", "", None, True, [], {}, [1, 2]])
NAMES = st.sampled_from(["a", "b", "a.b", "rows", "rows.a"])
ITEMS = st.dictionaries(NAMES, SCALARS | st.lists(st.dictionaries(NAMES, SCALARS), max_size=4), max_size=4)
LISTS = st.lists(ITEMS | st.fixed_dictionaries({"a": SCALARS, "b": SCALARS, "rows.a": SCALARS}), max_size=6)
RECORDS = st.dictionaries(NAMES, SCALARS, max_size=2) | st.fixed_dictionaries({"rows": LISTS}, optional={"a": SCALARS})


def unfold_at_once(values):
    """The labels, and the paths of the rows, with all records at hand."""
    nodes = [read_node(f"$[{number}]", value, {}, "") for number, value in enumerate(values)]
    for _ in range(6):
        labels = {label for node in nodes for label in node.lists}
        if len(labels) != 1:
            break
        (label,) = labels
        listed = sum(len(item) for node in nodes for item in node.lists.get(label, ()))
        if listed <= 2 * sum(len(node.cells) for node in nodes):
            break
        nodes = [child for node in nodes for child in list_children(node, label)]
    rows = [(node.path, node.record()) for node in nodes]
    return list(dict.fromkeys(label for _, record in rows for label in record)), rows


@settings(max_examples=300)
@given(st.lists(RECORDS | SCALARS, max_size=8))
def test_what_is_counted_record_by_record_tells_what_all_of_them_together_do(values):
    survey = UnfoldingSurvey(DEFAULT)
    for value in values:
        survey.take(value)
    unfolding = survey.settle()
    rows = [row for number, value in enumerate(values) for row in unfolding.rows(f"$[{number}]", value)]

    assert (list(unfolding.labels), rows) == unfold_at_once(values)


def test_memory_does_not_grow_with_the_file():
    peaks = []
    for lines in (300, 3000):
        data = (join([{"id": 7, "text": "x" * 3000}]) + b'{"id":\n') * lines + join([{"id": 8}])
        raw = RawInput("a.jsonl", lambda data=data: io.BytesIO(data), len(data))
        tracemalloc.start()
        condition_auto(raw, lambda _: Nowhere(), Nowhere(), replace(SMALL, chunk_bytes=16 << 10))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    assert peaks[1] < peaks[0] * 1.2


def test_a_file_that_changes_between_two_readings_is_refused():
    versions = iter([FILES["flat"], FILES["flat"].replace(b"name", b"city")])
    raw = RawInput("a.jsonl", lambda: io.BytesIO(next(versions)))
    outcome = condition_auto(raw, lambda _: Nowhere(), Nowhere(), SMALL)

    assert outcome.reason == "the file changed while it was read"


def test_labels_that_only_an_unfolding_would_give_are_no_reason_to_refuse():
    lines = [{**dict.fromkeys("abcdefgh", 1), "list": [{f"n{n}": 1}]} for n in range(30)]

    assert read(join(lines), limits=Limits(columns=12))[0] == [*"abcdefgh", "list"]
    outcome, _, _ = condition(join([{"list": [{f"n{n}": 1 for n in range(30)}]}] * 2), limits=Limits(columns=12))
    assert outcome.reason == "the table has more than 12 columns"


def test_a_list_stays_text_that_would_repeat_the_cells_around_it_without_end():
    line = {**{f"c{n}": 1 for n in range(300)}, "list": [{"n": 1}] * 1000}

    assert len(read(join([line] * 2))) == 1 + 2000
    assert len(read(join([line] * 2), limits=Limits(cells=1000))) == 1 + 2


def test_names_that_take_too_much_memory_as_labels_are_refused():
    inner = {str(n): 1 for n in range(1000)}
    for line in ({"x" * 5000: inner}, {"x" * (5 << 20): 1}):
        outcome, _, _ = condition(join([line] * 2))
        assert outcome.reason == "the names of the columns take more than 4194304 characters"


def test_a_long_name_is_not_put_before_many_others_to_find_that_out():
    data = join([{"x" * 100_000: {str(n): 1 for n in range(1000)}}] * 2)
    tracemalloc.start()
    condition(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 20 << 20


def test_rows_without_labels_that_take_too_much_memory_together_are_refused():
    outcome, _, _ = condition(join([[1] * 2000] * 100), limits=Limits(json_room=16 << 20))

    assert outcome.reason == "the lists in JSON would take more than 16 MiB of memory"
    assert not isinstance(condition(join([[1] * 100] * 2000), limits=Limits(json_room=16 << 20))[0], Refused)


@pytest.mark.parametrize("blank", [b"\n", b" \r\n"])
def test_json_lines_of_hardly_anything_but_blank_ones_are_refused(blank):
    few = Limits(blank_lines=1000, chunk_bytes=64)

    outcome, _, _ = condition(b'{"a": 1}\n' * 2 + blank * 5000, limits=few)
    assert outcome.reason == "the file has more than 1000 blank lines and few others"
    assert len(read((b'{"a": 1}\n' + blank * 5) * 1000, limits=few)) == 1001
    assert len(read((b'{"a": 1}\n' + blank * 100) * 9, limits=few)) == 10


@pytest.mark.parametrize("kind", ["jsonl.gz", "zip"])
def test_a_packed_file_that_is_read_twice_counts_once_towards_what_it_may_unpack_to(kind):
    data = FILES["flat"] * 15
    if kind == "zip":
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.jsonl", data)
        packed = package.getvalue()
    else:
        packed = gzip.compress(data)
    ratio = len(data) / len(packed)

    for most, is_read in ((ratio * 1.5, True), (ratio * 0.9, False)):
        limits = Limits(unpacked_ratio=int(most), unpacked_free=1000)
        assert isinstance(condition(packed, name=f"a.{kind}", limits=limits)[0], Refused) != is_read


@pytest.mark.parametrize("name", ["a.jsonl", "export"])
@pytest.mark.parametrize("first", [b'{"id": 7, "na', b'"shop": 1}', b"# exported on Monday", b"{'id': 1}", b"[1, 2"])
def test_a_first_line_that_is_no_value_is_quarantined_where_those_behind_it_are(first, name):
    values = [{"id": n, "name": f"Käse, {n}"} for n in range(5)]
    _, (table,), rejected = condition(first + b"\n" + join(values), name=name)

    assert list(csv.reader(io.StringIO(table.decode()))) == [
        ["id", "name"],
        *([str(n), f"Käse, {n}"] for n in range(5)),
    ]
    (reject,) = csv.DictReader(io.StringIO(rejected))
    assert (reject["path"], reject["rule"], reject["raw"]) == ("line 1", "not_json", first.decode())


@pytest.mark.parametrize(
    "text", [b'[\n{"a": 1},\n{"a": 2}\n]', b'[\n{"a": 1}\n,\n{"a": 2}\n]', b'{"rows":\n[{"a": 1},\n{"a": 2}]\n}']
)
def test_a_document_over_several_lines_is_none_of_lines_whose_first_one_is_broken(text):
    assert read(text, name="a.json") == [["a"], ["1"], ["2"]]


def test_empty_cells_of_wide_tables_are_counted_by_column_however_often_rows_are_written():
    records = [{"id": number, f"k{number % 300}": "" if number % 7 else "x"} for number in range(5000)]
    outcome, _, _ = condition("".join(json.dumps(record) + "\n" for record in records).encode())
    table = outcome.summary.table

    filled = [sum(1 for record in records if record.get(label) not in (None, "")) for label in table.labels]
    assert table.columns == 301
    assert table.nulls == tuple(5000 - count for count in filled)


def test_a_line_of_json_lines_that_is_none_costs_itself_alone(read):
    good = ['{"id":"007","n":1.50}', '{"id":"008"}', '{"id":"009","n":3}']
    rows, rejects, found = read("\n".join([good[0], '{"id":', good[1], "", "oops", good[2]]) + "\n", "a.jsonl")

    assert rows == [["id", "n"], ["007", "1.50"], ["008", ""], ["009", "3"]]
    assert (found.table.rows_in, found.table.rejects, rejects) == (5, {"not_json": 2}, ["line 2", "line 5"])
    rejected = condition_undeclared("\n".join([good[0], '{"id":', good[1]]), "a.jsonl").quarantine
    assert b'line 2,not_json,,the line is no JSON value,"{""id"":"' in rejected
    assert condition_undeclared(good[0] + "\n" + "oops\n" * 2, "a.jsonl").outcome.reason.startswith("not JSON")


def test_a_sequence_of_json_texts_is_read_as_json_lines(read):
    rows, rejects, _ = read('\x1e{"a":"01","b":1}\n\x1e{bad\n\x1e{"a":"\\u001e","b":2}\n', "events.json-seq")

    assert (rows, rejects) == ([["a", "b"], ["01", "1"], ["\x1e", "2"]], ["line 2"])
