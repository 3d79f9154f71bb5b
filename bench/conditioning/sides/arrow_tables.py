"""PyArrow: read and computed by it; written by polars, since PyArrow's writer quotes every text."""

from __future__ import annotations

import datetime
import decimal

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from bench.conditioning.sides.answers import FAULTS, KEY_CONFLICT, NAMES, Bad, arguments, describe, finish

KEY = ["week_start", "store_id", "product_id"]


def _typed(raw: pa.Table) -> pa.Table:
    units = pc.replace_substring(raw["units"], ".", "")
    dollars = pc.replace_substring(pc.replace_substring(raw["dollars"], ".", ""), ",", ".")
    units = pc.if_else(pc.match_substring_regex(units, "^[0-9]+$"), units, None)
    dollars = pc.if_else(pc.match_substring_regex(dollars, "^-?[0-9]+[.][0-9]{2}$"), dollars, None)
    return pa.table(
        {
            "week_start": _days(raw["week_start"]), "store_id": raw["store_id"], "product_id": raw["product_id"],
            "product": raw["product"], "units": units.cast(pa.int64()), "dollars": dollars.cast(pa.decimal128(18, 2)),
        }
    )  # fmt: skip


def _days(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each different text once, by Python, since PyArrow makes 2 March of 31 February."""
    encoded = cells.combine_chunks().dictionary_encode()
    return pa.array([_day(text) for text in encoded.dictionary.to_pylist()], pa.date32()).take(encoded.indices)


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.datetime.strptime(text, "%d.%m.%Y").date()
    except ValueError:
        return None


def _faults(raw: pa.Table, typed: pa.Table) -> pa.ChunkedArray:
    broken = [
        pc.is_null(typed["week_start"]), pc.not_equal(pc.day_of_week(typed["week_start"]), 0),
        pc.equal(raw["store_id"], ""), pc.invert(pc.match_substring_regex(raw["store_id"], "^[0-9]{5}$")),
        pc.is_null(typed["units"]), pc.less(typed["units"], 0),
        pc.and_(pc.is_null(typed["dollars"]), pc.not_equal(raw["dollars"], "N/A")),
        pc.less(typed["dollars"], pa.scalar(decimal.Decimal(0), pa.decimal128(18, 2))),
    ]  # fmt: skip
    rules = pc.make_struct(*(pc.fill_null(rule, False) for rule in broken), field_names=[str(n) for n in range(8)])
    return pc.case_when(rules, *(pa.scalar(number, pa.uint8()) for number in range(1, 9)), pa.scalar(0, pa.uint8()))


def main() -> None:
    """Condition the input."""
    path, folder = arguments()
    raw = csv.read_csv(
        path, csv.ReadOptions(column_names=NAMES, skip_rows=1, encoding="latin-1", block_size=4 << 20),
        csv.ParseOptions(delimiter=";", newlines_in_values=True),
        csv.ConvertOptions(column_types=dict.fromkeys(NAMES, pa.string()), check_utf8=False),
    )  # fmt: skip
    raw = raw.slice(0, raw.num_rows - 1)
    typed = _typed(raw)
    fault = _faults(raw, typed)
    record = pa.array(pl.int_range(raw.num_rows, eager=True).to_arrow())
    good = typed.append_column("record", record).filter(pc.equal(fault, 0))
    firsts = good.group_by(KEY, use_threads=True).aggregate([("record", "min")])["record_min"]
    is_first = pc.is_in(good["record"], value_set=firsts.combine_chunks())
    accepted, repeats = good.filter(is_first), good.filter(pc.invert(is_first))
    frame = pl.from_arrow(accepted.select(NAMES))
    assert isinstance(frame, pl.DataFrame)
    frame.write_csv(folder / "accepted.csv")
    known = accepted.select(KEY).append_column("first", accepted["record"])
    pairs = repeats.join(known, KEY, join_type="inner")
    same = (
        accepted.append_column("first", accepted["record"])
        .drop(["record", *KEY])
        .rename_columns(["p", "u", "d", "first"])
    )
    both = pairs.join(same, "first", join_type="inner")
    equal = pc.and_(pc.equal(both["product"], both["p"]), pc.equal(both["units"], both["u"]))
    dollars = pc.or_(
        pc.and_(pc.is_null(both["dollars"]), pc.is_null(both["d"])),
        pc.fill_null(pc.equal(both["dollars"], both["d"]), False),
    )
    equal = pc.and_(equal, dollars)
    bad: list[Bad] = [(row, KEY_CONFLICT, None) for row in both["record"].filter(pc.invert(equal)).to_pylist()]
    for number, (name, _) in enumerate(FAULTS[:-1]):
        if number:
            rows = pc.indices_nonzero(pc.equal(fault, number))
            bad += [
                (row, number, cell)
                for row, cell in zip(rows.to_pylist(), raw[name].take(rows).to_pylist(), strict=True)
            ]
    broken = pc.indices_nonzero(pc.match_substring(raw["product"], "\n")).to_pylist()
    columns = {}
    for name in NAMES:
        column = accepted[name]
        extremes = pc.min_max(column)
        columns[name] = describe(column.null_count, extremes["min"].as_py(), extremes["max"].as_py())
    finish(path, folder, bad, broken, pc.sum(equal).as_py(), accepted.num_rows, columns)


if __name__ == "__main__":
    main()
