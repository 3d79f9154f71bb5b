"""JSON documents of any size become, without a declaration, the tables that they would become as a whole."""

import csv
import io
import json
import random
import tracemalloc

import pytest

from conditioners.auto.conditioning import condition_auto
from conditioners.inputs.raw import RawInput
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Refused
from tests.conditioning.undeclared import condition_undeclared

SMALL = Limits(json_bytes=4096, chunk_bytes=512)
"""Under which lists of some dozens of bytes are long ones."""


class Nowhere(io.RawIOBase):
    """Takes all output and keeps none."""

    def write(self, data):
        return len(data)


def condition(data, name="a.json", limits=DEFAULT):
    outcome, outputs, quarantine = condition_undeclared(data, name, limits)
    return outcome, [output.decode() for output in outputs], quarantine


def tell(result):
    """All that comes out; of the encoding only its name, for the evidence is what was seen at a time."""
    outcome, tables, rejected = result
    if isinstance(outcome, Refused):
        return outcome
    told = outcome.summary.to_json()
    return {**told, "encoding": told["encoding"] and told["encoding"]["name"]}, tables, rejected


ORDERS = [
    {"id": f"{n:05}", "shop": {"city": "Köln", "no": n}, "lines": [{"sku": "A", "n": 1.5, "ok": True, "x": None}] * 3}
    for n in range(300)
]
HOURS = {"time": [f"2024-{n}" for n in range(900)], "t": [n / 10 for n in range(900)], "note": [None, 'a"[,', ""] * 300}
FILES = {
    "a list": ORDERS,
    "values around": {"meta": {"made": "now"}, "data": ORDERS, "next": None},
    "several lists": {
        "orders": ORDERS,
        "rows": [["id", "units"], *([n, n * 7] for n in range(999))],
        "few": ORDERS[:2],
    },
    "parallel lists": {"units": {"t": "°C"}, "hourly": HOURS},
    "parallel lists of which one is short": {"a": [1] * 20, "b": ["x" * 500] * 20},
    "a list of scalars beside": {"data": ORDERS, "all": list(range(2000))},
    "odd names": {'a"[': {"b\\": ORDERS}},
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("form", [{}, {"indent": 1}, {"ensure_ascii": False}])
def test_a_document_too_large_to_be_held_becomes_the_same_tables(kind, form):
    data = json.dumps(FILES[kind], **form).encode()
    whole, piecewise = condition(data), condition(data, limits=SMALL)

    assert not isinstance(whole[0], Refused) and len(data) > 2 * SMALL.json_bytes
    assert tell(whole) == tell(piecewise)


def make_table(chance):
    """A table of any form and size, or something else."""
    cells, count = [1, 2.5, "x", "", None, True, "é€[{", 'a"\\', {}, [1, 2]], chance.choice([0, 1, 5, 200])
    forms = {
        "records": lambda: [{name: chance.choice(cells) for name in chance.sample("abcd", 3)} for _ in range(count)],
        "nested": lambda: [{"id": n, "rows": [{"a": chance.choice(cells)}] * 3} for n in range(count)],
        "rows": lambda: [["q", n, None] for n in range(count)],
        "columns": lambda: {name: [chance.choice([n, "s", None]) for n in range(count)] for name in "pqr"},
        "keyed": lambda: {str(n): {"n": n, "m": 2} for n in range(count // 10)},
        "mixed": lambda: [chance.choice(cells) for _ in range(count)],
        "one": lambda: chance.choice(cells),
    }
    return forms[chance.choice(list(forms))]()


def spoil(data, chance):
    at = chance.randrange(len(data))
    return data[:at] + chance.choice([b"", b",", b'"', b"[", b"]", b"}", b"\\", b"NaN", b"\xff"]) + data[at + 1 :]


def test_any_document_that_is_read_in_pieces_is_read_as_it_is_as_a_whole():
    chance, compared, refused = random.Random(5), 0, set()
    for _ in range(200):
        value = {
            name: make_table(chance) for name in chance.sample(["meta", "data", "more", "é"], chance.randint(1, 3))
        }
        data = json.dumps(value, indent=chance.choice([None, None, 1])).encode(chance.choice(["utf-8", "utf-16"]))
        data = data if chance.random() < 0.7 else spoil(data, chance)
        piecewise = tell(condition(data, limits=SMALL))
        if isinstance(piecewise, Refused):
            refused.add(isinstance(tell(condition(data)), Refused))
        else:
            compared += len(data) > SMALL.json_bytes
            assert piecewise == tell(condition(data)), data

    assert compared > 25 and refused == {True, False}


@pytest.mark.parametrize(
    ("text", "reason", "where"),
    [
        ('{"data":[%s,{"id" 1}]}', "not JSON: Expecting ':' delimiter", "line 2, character 8"),
        ('{"data":[%s],"x":}', "not JSON: Expecting value", "line 2, character 7"),
        ('{"x" 1, "data":[%s]}', "not JSON: Expecting ':' delimiter", "line 1, character 6"),
        ('{"data":[%s', "not JSON: a list does not end", "line 2, character 1"),
        ('{"data":[%s}', "not JSON: Expecting ',' delimiter", "line 2, character 2"),
        ('{"data":[%s]}{}', "not JSON: Extra data", "line 2, character 3"),
        (
            '{"data":[%s],"data":1}',
            "the name 'data' stands twice in an object",
            "the object that ends at line 2, character 11",
        ),
        ('{"data":[%s,{"n":NaN}]}', "NaN is no JSON number", "the one at line 2, character 7"),
        ('{"data":[%s],"junk":[' + "1," * 2000 + ",1]}", "not JSON: Expecting value", "line 2, character 4011"),
    ],
)  # fmt: skip
def test_a_large_document_that_is_none_is_refused_with_the_place_of_its_fault(text, reason, where):
    outcome, _, _ = condition((text % (json.dumps(ORDERS)[1:-1] + "\n")).encode(), limits=SMALL)

    assert (outcome.reason, outcome.where) == (reason, where)


def test_what_is_neither_a_table_nor_small_is_refused_by_its_path():
    for value in ([1] * 9000, [*ORDERS, 1]):
        outcome, _, _ = condition(json.dumps({"a": {"b": value}}).encode(), limits=SMALL)
        assert outcome.where == "$.a.b" and "neither a list of records nor one of parallel lists" in outcome.reason


def test_an_element_larger_than_what_is_held_is_refused_by_its_path():
    outcome, _, _ = condition(json.dumps({"data": [*ORDERS, {"id": "x" * 5000}]}).encode(), limits=SMALL)

    assert outcome.reason == "an element of the list is larger than the limit of 4096 bytes"
    assert outcome.where == "$.data[300]"


def test_long_lists_of_hardly_anything_are_refused():
    few = Limits(json_bytes=4096, chunk_bytes=512, unread_rows=1000)
    for nothing, reason in (
        (b"{}", "of the first 1024 elements of a list 1008 hold nothing"),
        (b"[ ]", "of the first 1001 elements of the list 1001 hold nothing"),
    ):
        outcome, _, _ = condition(b"[" + (nothing + b",") * 3000 + nothing + b"]", limits=few)
        assert outcome.reason == reason


def test_a_large_document_takes_a_small_part_of_its_size_in_memory():
    lists = {"data": [{"id": 7, "text": "x" * 3000}] * 500, "t": {"a": ["y" * 3000] * 500, "b": [1] * 500}}
    data = json.dumps(lists).encode()
    raw = RawInput("a.json", lambda: io.BytesIO(data), len(data))
    tracemalloc.start()
    outcome = condition_auto(raw, lambda _: Nowhere(), Nowhere(), Limits(json_bytes=64 << 10, chunk_bytes=64 << 10))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert [outcome.summary.table.rows_out, outcome.summary.further_tables[0].rows_out] == [500, 500]
    assert peak < len(data) / 2


def test_a_document_that_changes_between_two_readings_is_refused():
    first = json.dumps(ORDERS).encode()
    versions = iter([first, first, first, first.replace(b"city", b"town")])
    raw = RawInput("a.json", lambda: io.BytesIO(next(versions)))
    outcome = condition_auto(raw, lambda _: Nowhere(), Nowhere(), SMALL)

    assert outcome.reason == "the file changed while it was read"


def test_rows_without_labels_in_a_large_document_that_take_too_much_memory_together_are_refused():
    limits = Limits(json_room=16 << 20, json_bytes=64 << 10)
    outcome, _, _ = condition(json.dumps([[1] * 2000] * 100).encode(), limits=limits)

    assert outcome.reason == "the lists in JSON would take more than 16 MiB of memory"


def test_records_of_a_large_document_stand_in_a_row_each_with_their_labels():
    _, (table,), _ = condition(json.dumps({"data": ORDERS}).encode(), limits=SMALL)

    assert list(csv.reader(io.StringIO(table)))[:2] == [
        ["id", "shop.city", "shop.no", "lines.sku", "lines.n", "lines.ok", "lines.x"],
        ["00000", "Köln", "0", "A", "1.5", "true", ""],
    ]


def test_the_names_of_records_are_told_where_a_later_one_has_a_key_of_its_own():
    document = {f"shop {n}": {"a": n, "b": n, "c": n, **({"key": "own"} if n else {})} for n in range(3)}
    _, (table,), _ = condition(json.dumps(document).encode())

    assert all(name in table for name in (*document, "own"))


@pytest.mark.parametrize("fault", ['{"a": 2, "b": "' + "x" * 5000 + '"}', '{"a": NaN, "b": 2}', '{"a": 2, "b"'])
def test_a_document_that_is_refused_is_no_table_of_its_text_whatever_it_is_called(fault):
    document = "[" + ",\n".join([*(f'{{"a": {n}, "b": "{n}"}}' for n in range(99)), fault]) + "\n]"
    outcome, _, _ = condition(document.encode(), "report", SMALL)

    assert isinstance(outcome, Refused)


def test_records_with_bytes_or_halves_of_characters_that_are_no_text_are_quarantined():
    data = b'[{"a":"A\xed07","b":1},{"a":"B","b":2},{"a":"\\ud800","b":3},{"a":["x","\xff"],"b":4}]'
    found = condition_undeclared(data, "file.json")

    assert found.tables == [[["a", "b"], ["B", "2"]]]
    assert [(reject["path"], reject["rule"]) for reject in found.rejects] == [
        ("$[0]", "undecodable"), ("$[2]", "undecodable"), ("$[3]", "undecodable"),
    ]  # fmt: skip
    assert found.rejects[0]["raw"] == "A\\xed07,1"


def test_lists_of_cells_with_bytes_that_are_no_text_are_quarantined():
    found = condition_undeclared(b'[["a","b"],["1","x\xed"],["2","y"],["3","z"]]', "file.json")

    assert found.tables == [[["a", "b"], ["2", "y"], ["3", "z"]]]
    assert [(reject["path"], reject["raw"]) for reject in found.rejects] == [("$[1]", "1,x\\xed")]


def test_names_with_bytes_that_are_no_text_are_shown_by_them():
    found = condition_undeclared(b'{"k\xed":[{"a\xed":1},{"a\xed":2}],"m":[{"z":"y"}]}', "file.json")

    assert [table[0] for table in found.tables] == [["a\\xed"], ["z"]]
    assert found.summary.table.name == "$.k\\xed"
