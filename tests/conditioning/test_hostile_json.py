"""JSON that costs much to look at is refused before it is looked at, and what is parsed is not looked through twice."""

import gc
import threading
from contextlib import nullcontext

import pytest

from conditioners.collector import collector_paused
from conditioners.columns import Text
from conditioners.dialects import JsonLines
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Refusal
from conditioners.readers.json import parsing as json_parsing
from conditioners.readers.json import value_lines
from conditioners.readers.json.lines import JsonLinesReader
from conditioners.readers.json.parsing import parse_json
from conditioners.readers.json.showing import show_json
from conditioners.structure import profiles
from conditioners.structure.list_rows import refuse_wide
from conditioners.structure.unfolding import UnfoldingSurvey
from tests.conditioning.undeclared import condition_undeclared

TOO_WIDE = "the table has more than 4096 columns"


def condition(name, data, limits=DEFAULT):
    found = condition_undeclared(data, name, limits)
    return found.outcome, b"".join(found.outputs)


WIDE = b"[" + b",".join([b"1"] * 60_000) + b"]"


@pytest.mark.parametrize("rows", [b"[" + b",".join([WIDE] * 3) + b"]", WIDE + b"\n" + WIDE + b"\n"])
def test_rows_wider_than_a_table_may_be_are_refused_before_their_cells_are_looked_at(monkeypatch, rows):
    monkeypatch.setattr(profiles.Profile, "__init__", lambda *_: pytest.fail("cells are looked at"))

    assert condition("wide.json", rows)[0].reason == TOO_WIDE


def test_lines_of_lists_are_refused_at_the_line_that_makes_most_of_them_too_wide(monkeypatch):
    read = []
    parse = value_lines.parse_json
    monkeypatch.setattr(value_lines, "parse_json", lambda line, limits: read.append(line) or parse(line, limits))

    assert condition("wide.jsonl", (WIDE + b"\n") * 100)[0].reason == TOO_WIDE
    assert len(read) < 6


@pytest.mark.parametrize(("widths", "is_refused"), [([2] * 60 + [5000], False), ([2, 150_000], True)])
def test_a_wide_row_is_no_reason_to_refuse_the_others(widths, is_refused):
    with pytest.raises(Refusal) if is_refused else nullcontext():
        refuse_wide(map(range, widths), DEFAULT)


def test_a_document_of_one_line_that_is_refused_is_parsed_no_more_than_twice(monkeypatch):
    read = []
    names = json_parsing._Names.take
    monkeypatch.setattr(json_parsing._Names, "take", lambda *given: read.append(1) or names(*given))
    data = b"{" + b",".join(b'"a%d":1' % number for number in range(100_001)) + b"}"

    assert condition("names.json", data)[0].reason == "an object has more than 100000 names"
    assert len(read) == 2


LARGE = b'{"a":[' + b",".join([b"1"] * 2_100_000) + b"]}\n"


def test_a_line_that_takes_too_much_memory_is_refused_with_its_limit():
    refused = condition("large.jsonl", LARGE + b'{"a":1}\n')[0]

    assert (refused.reason, refused.where) == ("the JSON document would take more than 192 MiB of memory", "line 1")


@pytest.mark.parametrize("threads", [0, 2])
def test_large_lines_of_a_declared_source_are_held_one_at_a_time_and_read_as_any_others(
    make_source, run, monkeypatch, threads
):
    source = make_source(columns=(Text("a"),), key=(), dialects=(JsonLines(name="l"),))
    data = b'{"a":"1"}\n{"a":"2"}\nx\n{"b":"3"}\n[{"a":"4"}]\n' * 50
    expected = run(source, data, limits=Limits(chunk_bytes=256, threads=threads))
    held, most = [], []

    def counted(take):
        def taken(*given):
            held.append(1)
            most.append(len(held))
            try:
                return take(*given)
            finally:
                held.pop()

        return taken

    monkeypatch.setattr(JsonLinesReader, "_walk", counted(JsonLinesReader._walk))
    found = run(source, data, limits=Limits(chunk_bytes=256, threads=threads, json_room=2000))

    assert found == expected
    assert max(most) == 1


def test_numbers_in_a_list_are_shown_as_they_are_written():
    for text in ("[1,2.50,-0,1e5]", '[1,"1",2]', '["1","2"]', "[]", "[[1],{},null,true]", "[true,1]"):
        assert show_json(parse_json(text.encode(), DEFAULT)) == text


def test_long_json_is_parsed_without_looking_for_cycles_and_they_are_looked_for_again_afterwards():
    looks = []
    gc.callbacks.append(look := lambda phase, _: looks.append(phase))
    try:
        parse_json(b"[" + b",".join([b"1"] * 100_000) + b"]", DEFAULT)
        while_parsed = len(looks)
    finally:
        gc.callbacks.remove(look)

    assert while_parsed <= 2  # once when it is let go again
    assert gc.isenabled()


def test_the_collector_stays_held_back_until_the_last_thread_is_done_whatever_happens():
    entered, leave = threading.Event(), threading.Event()

    def hold():
        with collector_paused():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait(10)
    with pytest.raises(ValueError, match="x"), collector_paused():
        raise ValueError("x")
    held = not gc.isenabled()
    leave.set()
    thread.join()

    assert held
    assert gc.isenabled()


def test_a_collector_that_was_off_before_stays_off():
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


RECORDS = [
    {"a": "1", "b": None},
    {"a": "1", "in": [{"x": "1", "y": "2"}] * 8},
    {"a": "1", "c": True},
    {"in": [{"x": "1", "z": [{"q": "1", "r": "2"}] * 30}]},
    {"d": "1"},
    {"in": [{"x": "1"}], "other": [{"w": "1"}]},
    {"e": "1"},
]


@pytest.mark.parametrize("count", range(1, len(RECORDS) + 1))
def test_records_of_scalars_are_surveyed_as_those_are_that_hold_more(monkeypatch, count):
    quick, slow = UnfoldingSurvey(Limits()), UnfoldingSurvey(Limits())
    for record in RECORDS[:count]:
        quick.take(record)
    monkeypatch.setattr("conditioners.structure.unfolding._SCALARS", frozenset())
    for record in RECORDS[:count]:
        slow.take(record)

    assert quick.settle() == slow.settle()
    assert [(level.labels, level.cells, level.lists) for level in quick._levels] == [
        (level.labels, level.cells, level.lists) for level in slow._levels
    ]


def test_json_of_200000_levels_is_refused(refuse):
    files = {
        "closed.json": b"[" * 200_000 + b"]" * 200_000,
        "open.json": b"[" * 200_000,
        "objects.json": b'{"a":' * 200_000,
    }

    assert set(refuse(files)) == {"the JSON document is nested deeper than 64 levels"}


def names(count, last):
    return ",".join([*(f'"a{n}":1' for n in range(count)), last])


JSON = {
    "twice.json": ("[{" + names(99_999, '"a99998":2') + "}]", "the name 'a99998' stands twice in an object"),
    "names.json": ("[{" + names(200_000, '"b":2') + "}]", "an object has more than 100000 names"),
    "objects.json": (
        "[" + '{"a":1},' * 500_000 + "1]",
        "a list that is neither a list of records nor one of parallel lists is too large",
    ),
    "halves.json": (
        '[{"a":"' + "\\ud800" * 20_000 + '"}]',
        "the JSON document has more than 10000 halves of characters",
    ),
}


def test_json_whose_form_costs_time_or_memory_is_refused(refuse):
    reasons = refuse({name: text.encode() for name, (text, _) in JSON.items()}, declared=False)

    assert dict(zip(JSON, reasons, strict=True)) == {name: reason for name, (_, reason) in JSON.items()}
