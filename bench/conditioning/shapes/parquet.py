"""Parquet files of the same table: other types, nested columns, row groups and pages."""

from __future__ import annotations

import datetime
import io
import random
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from bench.conditioning.shapes.values import VALUES

_DAY, _MOMENT = datetime.date(2024, 1, 1), datetime.datetime(2024, 1, 1, 2, 3, 4, 567891)


def reshape_parquet(data: bytes, chance: random.Random) -> bytes:
    """The table with columns of other types and rows; raises ArrowException and the like where it cannot be read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = _read(data)
    rows = chance.choice((0, 1, 2, 2, 2, 3, 50))
    for _ in range(chance.randint(1, 3)):
        name = chance.choice((*table.column_names, "more", "a.b", "", "\u00fc"))
        column = _make_column(pa, chance, rows)
        at = table.column_names.index(name) if table.column_names.count(name) == 1 else -1
        table = table.take([row % max(1, table.num_rows) for row in range(rows)]) if table.num_rows else table
        table = table if table.num_rows == rows else table.slice(0, 0)
        if table.num_rows == len(column):
            table = table.set_column(at, name, column) if at >= 0 else table.append_column(name, column)
    made = io.BytesIO()
    pq.write_table(table, made, **_choose_form(chance))
    return made.getvalue()


@lru_cache(maxsize=8)
def _read(data: bytes) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(data), use_threads=False)


def _choose_form(chance: random.Random) -> dict[str, Any]:
    return {
        "compression": chance.choice(("none", "snappy", "zstd", "gzip", "brotli", "lz4")),
        "use_dictionary": chance.random() < 0.5, "row_group_size": chance.choice((1, 2, 1000)),
        "data_page_version": chance.choice(("1.0", "2.0")), "version": chance.choice(("1.0", "2.4", "2.6")),
        "write_statistics": chance.random() < 0.5, "store_schema": chance.random() < 0.7,
        "write_page_index": chance.random() < 0.3, "write_page_checksum": chance.random() < 0.3,
    }  # fmt: skip


def _make_column(pa: Any, chance: random.Random, rows: int) -> Any:
    make, kind = chance.choice(_kinds(pa))
    values = [None if chance.random() < 0.2 else make(chance) for _ in range(rows)]
    for _ in range(chance.choice((0, 0, 0, 1, 2, 5))):
        way = chance.random()
        if way < 0.4:
            values, kind = [[value] * chance.randint(0, 3) for value in values], pa.list_(kind)
        elif way < 0.8:
            values, kind = [{"a": value} for value in values], pa.struct([("a", kind)])
        else:
            values, kind = [[("k", value)] for value in values], pa.map_(pa.string(), kind)
    return pa.array(values, kind)


def _kinds(pa: Any) -> list[tuple[Callable[[random.Random], Any], Any]]:
    def text(chance: random.Random) -> str:
        return chance.choice(VALUES)

    def number(chance: random.Random) -> int:
        return chance.choice((0, 1, 127, -5))

    return [
        (text, pa.string()), (text, pa.large_string()), (lambda chance: text(chance).encode(), pa.binary()),
        (lambda _: b"\xff\xfe", pa.binary()), (lambda _: b"abcd", pa.binary(4)), (lambda _: None, pa.null()),
        (number, pa.int8()), (number, pa.int64()), (lambda _: 1 << 63, pa.uint64()), (lambda _: 7, pa.uint8()),
        (lambda chance: chance.choice((0.1, 1e300, float("nan"), float("inf"), -0.0, 5e-324)), pa.float64()),
        (lambda chance: chance.choice((0.1, 1e30, float("nan"))), pa.float32()),
        (lambda chance: chance.random() < 0.5, pa.bool_()), (lambda _: Decimal("1.50"), pa.decimal128(10, 2)),
        (lambda _: Decimal(10) ** 60, pa.decimal256(70, 3)), (lambda _: Decimal(700), pa.decimal128(5, -2)),
        (lambda _: _DAY, pa.date32()), (lambda _: _DAY, pa.date64()), (lambda _: _MOMENT.time(), pa.time64("us")),
        *((lambda _: _MOMENT, pa.timestamp("us", zone)) for zone in (None, "UTC", "America/Chicago", "+05:30")),
        (lambda chance: chance.choice((0, 1 << 62, -(1 << 62))), pa.timestamp("ns")),
        (lambda chance: chance.choice((0, 1 << 50, -(1 << 62))), pa.timestamp("ms")),
        (lambda _: datetime.timedelta(hours=30), pa.duration("us")), (lambda _: 5, pa.duration("ns")),
        (text, pa.dictionary(pa.int8(), pa.string())),
    ]  # fmt: skip
