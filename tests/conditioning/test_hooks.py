"""Hooks: a source's own pandas function may mend cells and leave out rows, and is held to that."""

from decimal import Decimal as D

import numpy as np
import pytest

from conditioners.columns import Day, Decimal, Moment, Text
from conditioners.dialects import Delimited, Numbers
from conditioners.outcome import SourceError

TEXT = b"day,store,units\n2024-01-01,1,1\n2024-01-02,2,1\n2024-01-03,003,1\n"


def test_a_hook_mends_text_before_the_contract_judges_it(make_source, run):
    def pad(frame):
        frame["store"] = frame["store"].str.zfill(3)
        return frame

    assert run(make_source(hook=pad), TEXT).rows == ["2024-01-01,001,1,,", "2024-01-02,002,1,,", "2024-01-03,003,1,,"]


def test_rows_that_a_hook_leaves_out_are_quarantined_with_their_lines(make_source, run):
    result = run(make_source(hook=lambda frame: frame[frame["store"].str.len() == 3]), TEXT)

    assert result.rows == ["2024-01-03,003,1,,"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("2", "left_out"), ("3", "left_out")]


def test_a_hook_may_change_the_order_in_which_it_works_but_not_that_of_the_rows(make_source, run):
    result = run(make_source(hook=lambda frame: frame.sort_values("day", ascending=False)), TEXT)

    assert result.rows == ["2024-01-03,003,1,,"]
    assert [r["line"] for r in result.rejects] == ["2", "3"]


def test_a_hook_that_adds_rows_or_loses_columns_is_a_fault(make_source, run):
    import pandas as pd

    with pytest.raises(SourceError, match="added or repeated rows"):
        run(make_source(hook=lambda frame: pd.concat([frame, frame])), TEXT)
    with pytest.raises(SourceError, match="lost the column 'units'"):
        run(make_source(hook=lambda frame: frame.drop(columns="units")), TEXT)


def test_a_hook_that_fails_is_told_with_its_line_and_what_it_raised(make_source, run):
    def fail(frame):
        return frame.assign(store=frame["shop"])

    line = fail.__code__.co_firstlineno + 1
    with pytest.raises(SourceError, match=f"the hook of toy failed in line {line}: KeyError: 'shop'"):
        run(make_source(hook=fail), TEXT)
    with pytest.raises(SourceError, match="the hook of toy returned no frame but NoneType"):
        run(make_source(hook=lambda frame: None), TEXT)


def test_a_hook_that_ends_the_program_is_told_as_one_that_fails(make_source, run):
    def leave(frame):
        raise SystemExit(3)

    line = leave.__code__.co_firstlineno + 1
    with pytest.raises(SourceError, match=f"the hook of toy failed in line {line}: SystemExit: 3"):
        run(make_source(hook=leave), TEXT)


def test_what_pandas_takes_for_no_value_is_none_whatever_a_hook_made_of_a_column(make_source, run):
    import pandas as pd

    def change(frame):
        moments = pd.Series([pd.NaT, pd.Timestamp("2024-01-02"), pd.NaT], index=frame.index)
        return frame.assign(
            units=pd.to_numeric(frame["units"], errors="coerce"), price=[D("NaN"), 1e3, None], note=moments
        )

    text = b"day,store,units,price,note\n2024-01-01,001,x,,\n2024-01-02,002,1,,\n2024-01-03,003,2,,\n"
    result = run(make_source(hook=change), text)

    assert result.rows == ["2024-01-02,002,1,1000.00,2024-01-02 00:00:00", "2024-01-03,003,2,,"]
    assert [(r["line"], r["column"], r["rule"]) for r in result.rejects] == [("2", "units", "missing")]


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame[frame["store"] != "1"].reset_index(drop=True),
        lambda frame: frame.sort_values("day", ascending=False, ignore_index=True),
    ],
)
def test_a_hook_that_numbers_its_rows_anew_is_a_fault_as_nobody_knows_their_lines(make_source, run, change):
    with pytest.raises(SourceError, match="numbered its rows anew"):
        run(make_source(hook=change), TEXT)


def test_a_hook_may_look_up_cells_in_a_table_of_its_own_which_numbers_rows_anew(make_source, run):
    def look_up(frame):
        import pandas as pd

        known = pd.DataFrame({"store": ["001", "002", "003"], "note": ["one", "two", None]})
        return frame.drop(columns="note").merge(known, on="store", how="left")

    text = b"day,store,units,note\n2024-01-01,001,1,\n2024-01-02,002,x,\n2024-01-03,003,1,\n"
    result = run(make_source(hook=look_up), text)

    assert result.rows == ["2024-01-01,001,1,,one", "2024-01-03,003,1,,"]
    assert [row["line"] for row in result.rejects] == ["3"]


def test_a_hook_that_gives_a_column_twice_is_a_fault(make_source, run):
    import pandas as pd

    with pytest.raises(SourceError, match="gave the column 'units' twice"):
        run(make_source(hook=lambda frame: pd.concat([frame, frame[["units"]]], axis=1)), TEXT)


def test_rows_without_any_cell_are_rows_where_a_hook_may_fill_them_however_many(make_source, run):
    source = make_source(columns=(Text("a"), Text("b", optional=True)), key=(), hook=lambda frame: frame.assign(a="x"))
    result = run(source, b"a,b\n" + b",\n" * 1100)

    assert result.rows == ["x,"] * 1100


def german(make_source, hook, **changes):
    columns = (Day("day"), Moment("at", utc=changes.pop("utc", False)), Decimal("price", 3))
    numbers = Numbers(decimal=",", thousands=".")
    dialect = Delimited(name="German", delimiters=(";",), days=("%d.%m.%Y",), numbers=numbers, **changes)
    return make_source(columns=columns, key=(), hook=hook, dialects=(dialect,))


@pytest.mark.parametrize("kind", [float, D, np.float32])
def test_a_number_that_a_hook_made_is_that_number_whatever_marks_the_text_has(make_source, run, kind):
    def change(frame):
        plain = frame["price"].str.replace(".", "").str.replace(",", ".")
        return frame.assign(price=[kind(cell) for cell in plain])

    text = b"day;at;price\n01.02.2024;2024-02-01T10:00:00;12,375\n01.02.2024;2024-02-01T10:00:00;1.000,5\n"
    result = run(german(make_source, change), text)

    assert result.rows == ["2024-02-01,2024-02-01T10:00:00,12.375", "2024-02-01,2024-02-01T10:00:00,1000.500"]


def test_days_and_moments_that_a_hook_made_are_read_whatever_formats_the_text_has(make_source, run):
    import pandas as pd

    def change(frame):
        return frame.assign(
            day=pd.to_datetime(frame["day"], format="%j/%Y", errors="coerce"), at=pd.to_datetime(frame["at"])
        )

    text = b"day;at;price\n032/2024;1 Feb 2024 10:00;1\n060/2024;1 Feb 2024 00:00;2\nx;1 Feb 2024 00:00;3\n"
    result = run(german(make_source, change), text)

    assert result.rows == ["2024-02-01,2024-02-01T10:00:00,1.000", "2024-02-29,2024-02-01T00:00:00,2.000"]
    assert [(row["line"], row["column"], row["rule"]) for row in result.rejects] == [("4", "day", "missing")]


@pytest.mark.parametrize(("moments", "told"), [(("%Y%m%d%H",), None), (("%Y%m%d%H%#z",), "not_a_moment")])
def test_a_moment_without_a_zone_that_a_hook_made_is_in_utc_only_where_the_texts_are_too(
    make_source, run, moments, told
):
    import pandas as pd

    def change(frame):
        return frame.assign(at=pd.to_datetime("2024-02-01 " + frame["at"]))

    result = run(german(make_source, change, moments=moments, utc=True), b"day;at;price\n01.02.2024;10:30;1\n")

    assert [row["rule"] for row in result.rejects] == ([told] if told else [])
    assert result.rows == ([] if told else ["2024-02-01,2024-02-01T10:30:00Z,1.000"])


def test_a_moment_of_a_zone_that_a_hook_made_is_a_point_in_time(make_source, run):
    import pandas as pd

    def change(frame):
        return frame.assign(at=pd.to_datetime(frame["at"]).dt.tz_localize("Europe/Berlin"))

    text = b"day;at;price\n01.02.2024;2024-02-01 00:30:00;1\n01.02.2024;2024-07-01 00:00:00;1\n"
    result = run(german(make_source, change, utc=True), text)

    assert result.rows == ["2024-02-01,2024-01-31T23:30:00Z,1.000", "2024-02-01,2024-06-30T22:00:00Z,1.000"]


def test_a_day_with_a_time_that_a_hook_made_is_no_day(make_source, run):
    import pandas as pd

    text = b"day;at;price\n01.02.2024;2024-02-01T10:00:00;1\n"
    result = run(german(make_source, lambda frame: frame.assign(day=pd.Timestamp("2024-02-01 10:00"))), text)

    assert [(row["rule"], row["column"]) for row in result.rejects] == [("not_a_day", "day")]


def test_an_optional_column_that_the_file_lacks_is_what_a_hook_makes_of_it(make_source, run):
    result = run(make_source(hook=lambda frame: frame.assign(price="1.5", note=frame["store"])), TEXT)

    assert result.rows == ["2024-01-03,003,1,1.50,003"]
    assert result.summary.columns["price"].max == "1.50"
