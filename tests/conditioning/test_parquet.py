"""Parquet files: exact values as text, batch by batch, rows told by number."""

import datetime
import decimal
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.columns import Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Parquet

COLUMNS = (
    Text("store", pattern="[0-9]{3}"), Day("day"), Whole("units", minimum=0), Decimal("price", 2, optional=True),
    Moment("at", optional=True),
)  # fmt: skip


def make(make_source, **dialect):
    dialect = Parquet(name="p", labels={"day": "Tag"}, moments=("%Y-%m-%d %H:%M:%S",), **dialect)
    return make_source(columns=COLUMNS, key=(), dialects=(dialect,))


def write(row_group_size=None, **changes):
    table = {
        "store": ["007", "008"], "Tag": [datetime.date(2024, 1, 2), datetime.date(1899, 1, 1)], "units": [1, 2],
        "price": [decimal.Decimal("1.10"), None], "at": [datetime.datetime(2024, 1, 2, 3, 4, 5), None],
        "nested": [{"a": 1}, {"a": 2}],
    }  # fmt: skip
    sink = io.BytesIO()
    pq.write_table(pa.table({**table, **changes}), sink, row_group_size=row_group_size)
    return sink.getvalue()


def test_values_come_out_exactly_and_columns_that_none_takes_are_not_read(make_source, run):
    result = run(make(make_source), write())

    assert result.rows == ["007,2024-01-02,1,1.10,2024-01-02T03:04:05"]
    assert result.summary.ignored_labels == ("nested",)


def test_a_rejected_row_is_told_by_its_number(make_source, run):
    (reject,) = run(make(make_source), write()).rejects

    assert (reject["row"], reject["rule"], reject["column"]) == ("2", "too_early", "day")
    assert '"store":"008"' in reject["raw"]


def test_row_groups_are_read_one_after_the_other(make_source, run):
    count = 45_000
    data = write(
        row_group_size=1000, store=["007"] * count, Tag=[datetime.date(2024, 1, 2)] * count,
        units=[number - 1 for number in range(count)], price=[None] * count, at=[None] * count, nested=[None] * count,
    )  # fmt: skip
    result = run(make(make_source), data)

    assert (result.summary.rows_in, result.summary.rows_out) == (count, count - 1)
    assert result.rows[-1] == f"007,2024-01-02,{count - 2},,"
    assert [reject["row"] for reject in result.rejects] == ["1"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PAR1 but nothing else", "the Parquet file cannot be read"),
        (write()[:-20], "the Parquet file cannot be read"),
        (write(units=[[1], [2]]), "a column holds"),
        (b"PAR1" + b"\0" * 50 + b"PAR1", "the Parquet file cannot be read"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(make_source, run, data, reason):
    assert reason in run(make(make_source), data).refusal.reason


def test_a_file_without_a_required_column_is_refused(make_source, run):
    sink = io.BytesIO()
    pq.write_table(pa.table({"store": ["007"]}), sink)

    assert "lacks day ('Tag'), units" in run(make(make_source), sink.getvalue()).refusal.reason


def test_a_day_that_python_has_not_is_quarantined_as_text(make_source, run):
    far = pa.array([2**31 - 1, 19_000], pa.int32()).cast(pa.date32())
    (reject,) = run(make(make_source), write(Tag=far)).rejects

    assert (reject["row"], reject["rule"], reject["column"]) == ("1", "not_a_day", "day")
