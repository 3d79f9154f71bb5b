"""Parquet files: exact values as text, batch by batch, rows told by number."""

import csv
import datetime
import decimal
import io
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.columns import Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Parquet
from conditioners.readers.parquet.tables import ParquetReader
from tests.conditioning.undeclared import condition_undeclared

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


@pytest.mark.parametrize(("units", "kind"), [([b"1", b"2"], "binary"), ([[1], [2]], "list<element: int64>")])
def test_a_column_that_holds_no_single_values_is_told_by_name(make_source, run, units, kind):
    refusal = run(make(make_source), write(units=units)).refusal

    assert (refusal.reason, refusal.where) == (f"a column holds {kind}, which is no single value", "column 'units'")


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


def test_row_groups_of_a_few_rows_are_judged_together_and_their_rows_keep_their_numbers(make_source, run):
    data = write(row_group_size=1)
    with patch.object(ParquetReader, "read", autospec=True, side_effect=ParquetReader.read) as read:
        result = run(make(make_source), data)

    assert read.call_count == 1
    assert result.summary.rows_out == 1
    assert [reject["row"] for reject in result.rejects] == ["2"]


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


def find_table(data):
    """The table that a file without a declaration gives, and the dialect that is told."""
    found = condition_undeclared(data)
    return found.outputs[0].decode(), found.summary.dialect


@pytest.fixture
def detect():
    """The rows that a file without a declaration gives, by column, and the dialect that is told."""

    def call(data):
        text, dialect = find_table(data)
        return list(csv.DictReader(io.StringIO(text, newline=""))), dialect

    return call


def test_lists_structures_maps_and_bytes_are_json_and_hex_digits_without_a_declaration(detect):
    inner = pa.struct([("k", pa.decimal128(5, 2)), ("day", pa.date32()), ("tags", pa.list_(pa.string()))])
    table = pa.table({
        "id": ["a", "b", "c"],
        "s": pa.array([{"k": decimal.Decimal("1.50"), "day": datetime.date(2024, 1, 2), "tags": ["x", 'q"', None]},
                       None, {"k": None, "day": None, "tags": []}], inner),
        "m": pa.array([[("k1", 1), ("k2", None)], [], None], pa.map_(pa.string(), pa.int64())),
        "numbered": pa.array([[(1, True)], [(2, False), (3, None)], None], pa.map_(pa.int8(), pa.bool_())),
        "pair": pa.array([[0.1, 2.0], None, [float("nan"), 1e-7]], pa.list_(pa.float32(), 2)),
        "bytes": [b"\x00\xff", b"", None],
        "four": pa.array([b"\x01\x02\x03\x04", None, b"abcd"], pa.binary(4)),
    })  # fmt: skip
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=2)
    rows, dialect = detect(sink.getvalue())

    assert rows == [
        {"id": "a", "s": '{"k":1.50,"day":"2024-01-02","tags":["x","q\\"",null]}', "m": '{"k1":1,"k2":null}',
         "numbered": "[[1,true]]", "pair": "[0.1,2.0]", "bytes": "00ff", "four": "01020304"},
        {"id": "b", "s": "", "m": "{}", "numbered": "[[2,false],[3,null]]", "pair": "", "bytes": "", "four": ""},
        {"id": "c", "s": '{"k":null,"day":null,"tags":[]}', "m": "", "numbered": "", "pair": '["nan",0.0000001]',
         "bytes": "", "four": "61626364"},
    ]  # fmt: skip
    assert dialect == {"format": "Parquet", "as_json": ["s", "m", "numbered", "pair"], "as_hex": ["bytes", "four"]}


def test_numbers_and_times_of_every_width_come_out_exactly(detect):
    table = pa.table({
        "four": pa.array([0.1, 16777216.0, None], pa.float32()), "eight": [0.1, 1e22, 1e-7],
        "nano": pa.array([1_700_000_000_123_456_789, 1_700_000_000_000_000_000, 0], pa.timestamp("ns")),
        "time": pa.array([1, 3_600_000_000_000, None], pa.time64("ns")),
    })  # fmt: skip
    sink = io.BytesIO()
    pq.write_table(table, sink)
    rows, _ = detect(sink.getvalue())

    assert [list(row.values()) for row in rows] == [
        ["0.1", "0.1", "2023-11-14 22:13:20.123456789", "00:00:00.000000001"],
        ["16777216", "10000000000000000000000", "2023-11-14 22:13:20", "01:00:00"],
        ["", "0.0000001", "1970-01-01", ""],
    ]


def test_a_draft_leaves_out_columns_of_lists_and_says_so(draft):
    sink = io.BytesIO()
    pq.write_table(pa.table({"store": ["007", "008"], "units": [1, 2], "tags": [["a"], []]}), sink)
    written, source = draft("sales.parquet", sink.getvalue())

    assert source.names == ("store", "units")
    assert any("no single values: tags" in remark for remark in written.remarks)


def write_columns(names, *columns):
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(list(columns), names=names), sink)
    return sink.getvalue()


def test_small_decimals_have_no_exponent(make_source, run, detect):
    small = pa.array([decimal.Decimal("0E-8"), decimal.Decimal("1E-8")], pa.decimal128(18, 8))
    data = write_columns(["store", "price"], pa.array(["007", "008"]), small)
    source = make_source(columns=(Text("store"), Decimal("price", 8)), key=(), dialects=(Parquet(name="p"),))

    assert run(source, data).rows == ["007,0.00000000", "008,0.00000001"]
    assert [row["price"] for row in detect(data)[0]] == ["0.00000000", "0.00000001"]


def test_columns_of_the_same_name_and_without_one_are_all_there_without_a_declaration():
    columns = (pa.array(["a"]), pa.array(["b"]), pa.array(["c"]))

    assert find_table(write_columns(["x", "x", ""], *columns))[0] == "x,x,\na,b,c\n"


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_durations_are_hours_in_every_unit(detect, unit):
    second = 1000 ** ["s", "ms", "us", "ns"].index(unit)
    lengths = pa.array([-3600 * second, 129_600 * second, None], pa.duration(unit))
    rows, _ = detect(write_columns(["id", "length"], pa.array(["a", "b", "c"]), lengths))

    assert [row["length"] for row in rows] == ["-01:00:00", "36:00:00", ""]


def test_parts_of_a_second_of_a_duration_are_kept(detect):
    rows, _ = detect(write_columns(["id", "length"], pa.array(["a"]), pa.array([-1_000_000_001], pa.duration("ns"))))

    assert rows[0]["length"] == "-00:00:01.000000001"


@pytest.mark.parametrize("compression", ["none", "snappy"])
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_texts_that_stand_behind_their_lengths_are_read(compression, version):
    data = write_encoded("DELTA_LENGTH_BYTE_ARRAY", data_page_version=version, compression=compression)

    assert condition_undeclared(data).tables == [[["name", "units"], ["Käse", "1"], ["", "2"], ["Brot", "3"]]]


def test_texts_that_stand_behind_their_lengths_and_are_no_utf8_are_refused():
    data = write_encoded("DELTA_LENGTH_BYTE_ARRAY", compression="none", write_statistics=False)

    assert "no UTF-8" in condition_undeclared(data.replace(b"Brot", b"Br\xfft")).outcome.reason


def test_texts_that_begin_as_those_before_them_are_refused_by_their_column():
    refusal = condition_undeclared(write_encoded("DELTA_BYTE_ARRAY")).outcome

    assert refusal.reason.startswith("its texts are written as DELTA_BYTE_ARRAY")
    assert refusal.where == "column 'name'"


def write_encoded(encoding, **options):
    table, sink = pa.table({"name": ["Käse", None, "Brot"], "units": [1, 2, 3]}), io.BytesIO()
    pq.write_table(table, sink, use_dictionary=False, column_encoding={"name": encoding}, **options)
    return sink.getvalue()
