"""Parquet files whose rows take next to no room are refused before they are read; honest ones of few values are not."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.parquet import _check_sizes
from tests.conditioning.undeclared import condition_undeclared


def parquet(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def repeated(text, rows):
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), [text])


def test_parquet_rows_that_take_no_room_are_refused(refuse):
    data = parquet(pa.table({"a": pa.nulls(30_000_000, pa.string())}))
    reason = (
        f"the file has 30000000 rows in {len(data)} bytes, more than 2000000 and 40 for each byte: "
        "split it into files of at most 2000000 rows"
    )

    assert refuse({"rows.parquet": data}, declared=False) == [reason]


def test_parquet_cells_that_take_no_room_are_refused(refuse):
    data = parquet(pa.table({f"c{number}": pa.nulls(300_000) for number in range(100)}))
    (reason,) = refuse({"cells.parquet": data}, declared=False)

    assert reason == (
        f"the file has 30000000 cells in {len(data)} bytes, more than 4000000 and 250 for each byte: "
        "split it into files of at most 4000000 cells"
    )


def test_a_long_text_that_is_stored_once_for_a_million_rows_is_refused(refuse):
    data = parquet(pa.table({"a": repeated("x" * 1000, 1_000_000)}))
    (reason,) = refuse({"texts.parquet": data}, declared=False)

    assert reason == (
        "its values, each written out for its row, are more than 134217728 bytes and 1000 times the size of the file"
    )


def test_columns_of_few_values_are_read():
    rows = 200_000
    table = {"store": sorted(f"S{row % 40:03}" for row in range(rows)), "currency": ["EUR"] * rows, "units": [0] * rows}
    found = condition_undeclared(parquet(pa.table(table), compression="zstd"), "grid.parquet")

    assert len(found.tables[0]) == rows + 1


def test_columns_that_claim_more_bytes_than_the_file_has_are_refused():
    data = parquet(pa.table({"a": [str(number) for number in range(1000)]}))

    with pytest.raises(Refusal, match=r"its metadata tell of \d+ bytes of columns, but it has 100"):
        _check_sizes(pq.ParquetFile(io.BytesIO(data)), 100, Limits())
