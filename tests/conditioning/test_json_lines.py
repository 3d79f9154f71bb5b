"""JSON Lines: a row from each line, or from each element of a list in it; a line that is none costs itself alone."""

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import JsonLines, JsonTree
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Refusal
from conditioners.readers.json.line_parsing import LineParser
from conditioners.readers.json.parsing import parse_json


def make(make_source, *dialects):
    columns = (Text("shop"), Whole("units", minimum=0), Text("note", optional=True))
    return make_source(columns=columns, key=(), dialects=dialects or (JsonLines(name="lines"),))


def test_each_line_is_a_row_and_blank_lines_are_none(make_source, run):
    result = run(make(make_source), b'{"shop":"007","units":1}\n\n{"units":2,"shop":"b","note":"a,b"}\r\n')

    assert result.rows == ["007,1,", 'b,2,"a,b"']
    assert (result.summary.rows_in, result.summary.skipped) == (2, (("line 2", "blank"),))
    assert result.summary.dialect["format"] == "JSON lines"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"shop":"a","units":1', "not JSON: Expecting ',' delimiter"),
        (b'{"shop":"a","shop":"b","units":1}', "the name 'shop' stands twice in an object"),
        (b'{"shop":"a","units":NaN}', "NaN is no JSON number"),
        (b'{"shop":"a"},{"units":1}', "not JSON: Extra data"),
        (b"[" * 20_000, "the JSON document is nested deeper than 64 levels"),
    ],
)
def test_a_line_that_cannot_be_trusted_costs_itself_alone(make_source, run, line, reason):
    result = run(make(make_source), b'{"shop":"a","units":1}\n' + line + b'\n{"shop":"b","units":2}\n')

    assert result.rows == ["a,1,", "b,2,"]
    (reject,) = result.rejects
    assert (reject["line"], reject["rule"], reject["reason"]) == ("2", "not_json", reason)
    assert reject["raw"] == line.decode()


def test_lines_that_hold_no_record_are_told(make_source, run):
    dialect = JsonLines(name="orders", records="lines[]", labels={"shop": "shop", "units": "lines[].units"})
    lines = [b'{"shop":"a","lines":[{"units":1}]}', b'{"shop":"b","Lines":[{"units":2}]}', b'{"shop":"c","lines":[]}']
    result = run(make(make_source, dialect), b"\n".join([*lines, b""]))

    assert result.rows == ["a,1,"]
    assert result.summary.skipped == (("line 2", "nothing at lines[] in the line, here or further on"),)
    assert result.summary.skipped_lines == 2


def test_lists_inside_of_lines_are_walked_with_line_and_path_as_the_place(make_source, run):
    dialect = JsonLines(name="orders", records="lines[]", labels={"shop": "shop.id", "units": "lines[].units"})
    first = b'{"shop":{"id":"007"},"lines":[{"units":1},{"units":-1}]}'
    text = first + b'\n{"shop":{"id":"b"},"lines":7}\n{"shop":{"id":"c"}}\n'
    result = run(make(make_source, dialect), text)

    assert result.rows == ["007,1,"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [
        ("1 $.lines[1]", "too_small"), ("2 $.lines", "not_a_list"),
    ]  # fmt: skip


def test_lines_and_a_document_are_told_apart_by_the_first_line(make_source, run):
    tree = JsonTree(name="tree", records="[]", labels={"shop": "[].shop", "units": "[].units"})
    source = make(make_source, tree, JsonLines(name="lines"))

    assert run(source, b'{"shop":"a","units":1}\n{"shop":"b","units":2}\n').summary.dialect["name"] == "lines"
    assert run(source, b'[{"shop":"a","units":1},\n{"shop":"b","units":2}]\n').summary.dialect["name"] == "tree"


def test_lines_are_read_in_chunks_with_the_same_rows_and_places(make_source, run):
    lines = [b'{"shop":"%d","units":%d}' % (number, number % 7 - 1) for number in range(500)]
    whole = run(make(make_source), b"\n".join(lines))
    chunked = run(make(make_source), b"\n".join(lines), limits=Limits(chunk_bytes=100))

    assert (chunked.accepted, chunked.quarantined) == (whole.accepted, whole.quarantined)
    assert len(whole.rejects) == 72


@pytest.mark.parametrize("first", [b'{"shop":"x","un', b"exported on Monday", b'shop":"x","units":9}'])
@pytest.mark.parametrize("has_tree", [False, True])
def test_a_first_line_that_is_no_value_costs_itself_alone(make_source, run, first, has_tree):
    tree = JsonTree(name="tree", records="[]", labels={"shop": "[].shop", "units": "[].units"})
    source = make(make_source, *([tree] if has_tree else []), JsonLines(name="lines"))
    result = run(source, first + b'\n{"shop":"a","units":1}\n{"shop":"b","units":2}\n')

    assert result.rows == ["a,1,", "b,2,"]
    (reject,) = result.rejects
    assert (reject["line"], reject["rule"], reject["raw"]) == ("1", "not_json", first.decode())


def test_a_first_line_of_another_shape_is_a_row_at_fault(make_source, run):
    result = run(make(make_source), b'{"exported":"Monday"}\n{"shop":"a","units":1}\n{"shop":"b","units":2}\n')

    assert result.rows == ["a,1,", "b,2,"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("1", "missing")]


BROKEN = [b"{", b"", b"[1,]", b'{"a":1}x', b'"\x01"', b'{"a" 1}', b"NaN", b'{"a":1,"a":2}', b"[" * 99, b"\xef\xbb\xbf{"]


@pytest.mark.parametrize("line", BROKEN)
def test_why_a_line_gives_nothing_is_told_as_of_a_document(line):
    with pytest.raises((Refusal, ValueError)) as raised:
        LineParser(DEFAULT).parse(line)
    with pytest.raises(Refusal) as refused:
        parse_json(line, DEFAULT)

    assert LineParser(DEFAULT).find_reason(line, raised.value) == refused.value.reason


def test_lines_that_are_no_json_are_parsed_once(make_source, run, monkeypatch):
    monkeypatch.setattr("conditioners.readers.json.line_parsing.parse_json", lambda *_: pytest.fail("parsed again"))
    result = run(make(make_source), b'{"shop":"a","units":1}\n{\n[1,]\n')

    assert [reject["reason"] for reject in result.rejects] == [
        "not JSON: Expecting property name enclosed in double quotes", "not JSON: Expecting value",
    ]  # fmt: skip
