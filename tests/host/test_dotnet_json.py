"""JSON is read and written as Newtonsoft.Json does it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded_host.durable.dotnet_json import InvalidJson, compact, dump, load, load_or_text

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("1e22", "1E+22"), ("1e15", "1E+15"), ("123456789012345.6", "123456789012345.6"), ("1e-7", "1E-07"),
        ("0.0001", "0.0001"), ("1.50", "1.5"), ("-2.5e+30", "-2.5E+30"), ("NaN", '"NaN"'), ("-Infinity", '"-Infinity"'),
        ('[ 1 , {"a" : "é"} ]', '[1,{"a":"é"}]'), ("100000000000000000000000000", "100000000000000000000000000"),
        ('"2026-01-01T00:00:00Z"', '"2026-01-01T00:00:00Z"'), ('"1e5"', '"1e5"'), ("1.0", "1.0"),
    ],
)  # fmt: skip
def test_numbers_and_spaces_are_written_as_dotnet_does(text, written):
    assert compact(text) == written


@given(VALUES)
def test_a_value_survives_being_compacted(value):
    assert json.loads(compact(json.dumps(value))) == value


@given(VALUES)
def test_what_is_written_can_be_stored_and_read_back(value):
    text = dump(value)

    assert json.loads(text.encode()) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{'a': 1}", {"a": 1}), ("{a: 1, 'b': [1,],}", {"a": 1, "b": [1]}), ("/* c */ [1, // d\n 2]", [1, 2]),
        ("undefined", None), ("'it\\'s'", "it's"), ("{\"a\": NaN}", {"a": "NaN"}), ("'\\u00e9'", "é"), (".5", 0.5),
    ],
)  # fmt: skip
def test_lenient_json_is_read(text, value):
    assert load(text) == value


@pytest.mark.parametrize(
    "text", ["", "{", "{a}", "[1 2]", "'open", "{not json", "1 2", "yes", "\\", "'\\u12'", "[" * 500]
)
def test_what_newtonsoft_refuses_is_refused(text):
    with pytest.raises(InvalidJson):
        load(text)


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        load(text)
    except InvalidJson:
        assert load_or_text(text) == text


def test_what_follows_the_first_value_may_be_passed_over():
    assert load('{"a": 1} trailing', whole=False) == {"a": 1}
