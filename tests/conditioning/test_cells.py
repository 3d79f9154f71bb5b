"""What a dialect says of single cells: sentinels, extraction, shifts that depend on another column, constants."""

import pytest

from conditioners.columns import AtMostWhere, Decimal, Text, Whole
from conditioners.dialects import Delimited, ShiftBy
from conditioners.outcome import SourceError

pytestmark = pytest.mark.usefixtures("contract_of_any_size")


def test_a_sentinel_is_no_value_in_its_own_column_alone(make_source, run):
    dialect = Delimited(name="d", sentinels={"direction": ("999",)})
    source = make_source(
        columns=(Text("id"), Whole("direction", optional=True), Whole("speed", optional=True)), key=(),
        dialects=(dialect,),
    )  # fmt: skip

    assert run(source, b"id,direction,speed\na,999,999\n").rows == ["a,,999"]


def test_only_the_first_group_of_a_pattern_is_the_value_and_any_other_cell_is_rejected(make_source, run):
    dialect = Delimited(name="d", extract={"speed": r"([0-9]+) mph"})
    source = make_source(columns=(Text("id"), Whole("speed", optional=True)), key=(), dialects=(dialect,))
    result = run(source, b"id,speed\na,12 mph\nb,12 km/h\nc,\nd,x 12 mph\n")

    assert result.rows == ["a,12", "c,"]
    assert [(r["line"], r["rule"], r["column"]) for r in result.rejects] == [
        ("3", "bad_format", "speed"), ("5", "bad_format", "speed"),
    ]  # fmt: skip
    assert "'12 km/h' does not look like ([0-9]+) mph" in result.rejects[0]["reason"]


def test_one_field_can_be_two_columns(make_source, run):
    dialect = Delimited(
        name="d", labels={"kind": "no", "number": "no"}, extract={"kind": "([A-Z])[0-9]+", "number": "[A-Z]([0-9]+)"},
        values={"kind": {"C": "credit", "I": "invoice"}},
    )  # fmt: skip
    source = make_source(columns=(Text("kind"), Text("number")), key=(), dialects=(dialect,))
    result = run(source, b"no\nC007\nI010\nX1\n")

    assert result.rows == ["credit,007", "invoice,010"]
    assert result.rejects[0]["rule"] == "not_allowed"


def test_a_scale_can_depend_on_another_column_exactly(make_source, run):
    shifts = {"value": ShiftBy("element", {"TMAX": -1, "PERCENT": 2})}
    source = make_source(
        columns=(Text("element"), Decimal("value", 1)), key=(), dialects=(Delimited(name="d", shifts=shifts),)
    )
    result = run(source, b"element,value\nTMAX,-171\nSNOW,30\nPERCENT,0.125\nTMAX,1.5\nSNOW,1.25\n")

    assert result.rows == ["TMAX,-17.1", "SNOW,30.0", "PERCENT,12.5"]
    assert [r["rule"] for r in result.rejects] == ["too_many_places"] * 2


def test_a_label_can_be_the_value_itself(make_source, run):
    source = make_source(
        columns=(Text("chain"), Text("id")), key=(), dialects=(Delimited(name="d", labels={"chain": "=Acme, Inc."}),)
    )

    assert run(source, b"id\n1\n").rows == ['"Acme, Inc.",1']


def test_a_bound_can_hold_where_another_column_has_a_value(make_source, run):
    source = make_source(
        columns=(Text("kind"), Whole("units")), key=(), checks=(AtMostWhere("units", -1, "kind", "return"),)
    )
    result = run(source, b"kind,units\nsale,5\nreturn,-5\nreturn,5\n")

    assert result.rows == ["sale,5", "return,-5"]
    assert (result.rejects[0]["rule"], result.rejects[0]["line"]) == ("too_large_where_kind_is_return", "4")


@pytest.mark.parametrize("named", [{"extract": {"x": "(a)"}}, {"sentinels": {"x": ("9",)}},
                                   {"shifts": {"units": ShiftBy("x", {})}}, {"fields": ("x",)}])  # fmt: skip
def test_a_column_that_is_not_there_is_a_fault_of_the_declaration(make_source, named):
    with pytest.raises(SourceError, match="'x'"):
        make_source(dialects=(Delimited(name="d", **named),))


def test_digits_that_a_shift_would_push_out_of_the_column_are_rejected(make_source, run):
    source = make_source(
        columns=(Text("id"), Decimal("value", 1)), key=(), dialects=(Delimited(name="d", shifts={"value": -2}),)
    )
    result = run(source, b"id,value\na,120\nb,125\n")

    assert result.rows == ["a,1.2"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("3", "too_many_places")]
