"""Corrections in the engine: taken in order, judged like any row, and in a second reading of the keys as well."""

import io

import pytest

from conditioners.columns import MONDAY, Day, Text, Whole
from conditioners.corrections import (
    Correction,
    CorrectionError,
    parse_corrections,
    parse_known_corrections,
    write_corrections,
)
from conditioners.dialects import Delimited, Wide
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Conditioned
from conditioners.readers.batches import Located


def mend(source, data, rows, limits=DEFAULT):
    """Condition with corrections; the accepted rows, the quarantine, and the summary."""
    accepted, rejected = io.BytesIO(), io.BytesIO()
    raw = RawInput("toy/a.csv", lambda: io.BytesIO(data), len(data))
    outcome = condition(source, raw, accepted, rejected, limits, parse_corrections(source, rows.encode()))
    assert isinstance(outcome, Conditioned), outcome
    summary = outcome.summary
    assert summary.rows_in == summary.rows_out + summary.rows_quarantined + summary.rows_duplicate
    return accepted.getvalue().decode().splitlines()[1:], rejected.getvalue().decode().splitlines()[1:], summary


@pytest.fixture
def wide(make_source):
    return make_source(
        columns=(Text("store"), Day("week", weekday=MONDAY), Whole("units")), key=("store", "week"),
        dialects=(Delimited(name="w", days=("%G-W%V",), wide=Wide(into="week", values={"units": r"(2025-W\d\d)"})),),
    )  # fmt: skip


WIDE = b"store,2025-W01,2025-W02,2025-W03\n007,x,2,y\n008,1,1,1\n"


def test_several_rejected_cells_of_one_line_are_corrected_each_by_its_own_row(wide):
    raw = '"007,x,2,y"'
    rows = f"line,raw,store,week,units\n2,{raw},007,2024-12-30,5\n2,{raw},007,2025-01-13,6\n"
    out, rejected, summary = mend(wide, WIDE, rows)

    assert out[-2:] == ["007,2024-12-30,5", "007,2025-01-13,6"]
    assert (rejected, summary.rows_in, summary.rows_released) == ([], 6, 2)


@pytest.mark.parametrize("keys", [1, 1000])
def test_a_corrected_row_that_repeats_one_of_the_file_is_found_within_any_budget(make_source, keys):
    source = make_source()
    data = b"day,store,units,price,note\n" + b"".join(b"2024-01-%02d,001,1,,\n" % day for day in range(1, 29))
    data += b"2024-01-99,001,1,,\n2024-02-99,001,1,,\n2024-03-99,001,1,,\n"
    rows = (
        "line,raw,day,store,units\n"
        '30,"2024-01-99,001,1,,",2024-01-28,001,1\n'
        '31,"2024-02-99,001,1,,",2024-01-27,001,2\n'
        '32,"2024-03-99,001,1,,",2024-03-01,001,1\n'
    )
    out, rejected, summary = mend(source, data, rows, Limits(keys_in_memory=keys, chunk_bytes=100))

    assert out[-1] == "2024-03-01,001,1,,"
    assert (summary.rows_out, summary.rows_duplicate, summary.rows_quarantined) == (29, 1, 1)
    assert rejected[0].startswith("31,key_conflict")


def test_a_corrected_row_behind_one_that_is_still_wrong_is_told_by_its_own_line(make_source):
    data = b"day,store,units,price,note\n2024-01-01,001,1,,\n2024-01-98,001,1,,\n2024-01-99,001,1,,\n"
    rows = (
        'line,raw,day,store,units\n3,"2024-01-98,001,1,,",2024-01-97,001,1\n4,"2024-01-99,001,1,,",2024-01-01,001,2\n'
    )
    _, rejected, _ = mend(make_source(), data, rows)

    assert [row.split(",")[:2] for row in rejected] == [["3", "not_a_day"], ["4", "key_conflict"]]


def test_corrections_of_rows_that_are_not_rejected_any_more_are_left_alone(make_source):
    rows = 'line,raw,day,store,units\n2,"2024-01-01,001,1,,",2024-01-02,001,9\n'
    out, _, summary = mend(make_source(), b"day,store,units,price,note\n2024-01-01,001,1,,\n", rows)

    assert (out, summary.rows_released) == (["2024-01-01,001,1,,"], 0)


def test_corrections_are_written_as_they_are_read(make_source):
    source = make_source()
    given = parse_corrections(
        source, b'line,rule,column,reason,raw,day,store,units,note\n2,r,c,x,"a\n""b",,001,,"q,"\n'
    )

    assert parse_corrections(source, write_corrections(source, given))[0].located == given[0].located
    assert dict(parse_corrections(source, write_corrections(source, given))[0].cells)["note"] == "q,"


@pytest.mark.parametrize("text", ["a\rb", "a\r", "\r", "a\nb", "a\r\nb"])
def test_corrections_with_line_ends_of_any_kind_are_written_as_they_are_read(make_source, text):
    source = make_source()
    given = [Correction(Located("Week 1!A2", f"{text}\t7"), (("day", ""), ("note", text)))]
    (known,) = parse_known_corrections(source, write_corrections(source, given))

    assert (known.located, dict(known.cells)["note"]) == (given[0].located, text)


@pytest.mark.parametrize(
    "data",
    [b"", b"raw,line\n", b"line,raw,day\n", b"line,day,store,units\n", b"line,raw,raw,day,store,units\n",
     b"line,raw,day,store,units,x\n", b"line,raw,day,store,units\n1,2\n", b'line,raw,day,store,units\n"1'],
)  # fmt: skip
def test_a_file_that_is_none_of_corrections_is_refused(make_source, data):
    with pytest.raises(CorrectionError):
        parse_corrections(make_source(), data)
