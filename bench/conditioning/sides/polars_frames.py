"""Polars: the whole file in one lazy plan, collected in memory or (--streaming) by its streaming engine."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from bench.conditioning.sides.answers import FAULTS, KEY_CONFLICT, NAMES, Bad, arguments, describe, finish

KEY = ["week_start", "store_id", "product_id"]


def _typed(path: Path) -> pl.LazyFrame:
    raw = pl.read_csv(
        path.read_bytes().decode("latin-1").encode(),
        separator=";",
        infer_schema=False,
        new_columns=[f"@{n}" for n in NAMES],
    )
    number = pl.col("@dollars").str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    return (
        raw.lazy().with_row_index("@record").filter(pl.col("@week_start").ne_missing("Summe"))
        .with_columns(
            week_start=pl.col("@week_start").str.to_date("%d.%m.%Y", strict=False),
            store_id="@store_id", product_id="@product_id", product="@product",
            units=pl.col("@units").str.replace_all(".", "", literal=True).cast(pl.Int64, strict=False),
            dollars=number.cast(pl.Decimal(18, 2), strict=False),
        ).with_columns(_fault().alias("@fault"))
    )  # fmt: skip


def _fault() -> pl.Expr:
    broken = [
        pl.col("week_start").is_null(), pl.col("week_start").dt.weekday() != 1, pl.col("store_id").is_null(),
        ~pl.col("store_id").str.contains("^[0-9]{5}$"), pl.col("units").is_null(), pl.col("units") < 0,
        pl.col("dollars").is_null() & (pl.col("@dollars") != "N/A"), pl.col("dollars") < 0,
    ]  # fmt: skip
    fault = pl.when(broken[0]).then(1)
    for number, rule in enumerate(broken[1:], 2):
        fault = fault.when(rule).then(number)  # type: ignore[assignment]
    return fault.otherwise(0).cast(pl.UInt8)


def main(*, engine: str) -> None:
    """Condition the input."""
    path, folder = arguments()
    typed = _typed(path).collect(engine=engine)  # type: ignore[call-overload]
    good = typed.filter(pl.col("@fault") == 0)
    is_first = good.select(pl.struct(KEY).is_first_distinct()).to_series()
    accepted, repeats = good.filter(is_first), good.filter(~is_first)
    is_equal = repeats.join(accepted, on=NAMES, how="semi", nulls_equal=True)
    conflicts = repeats.join(is_equal, on="@record", how="anti")
    accepted.select(NAMES).write_csv(folder / "accepted.csv")
    bad = typed.filter(pl.col("@fault") > 0)
    faults: list[Bad] = [(record, KEY_CONFLICT, None) for record in conflicts["@record"].to_list()]
    for number, (name, _) in enumerate(FAULTS[:-1]):
        if number:
            faults += [
                (record, number, cell)
                for record, cell in bad.filter(pl.col("@fault") == number).select("@record", f"@{name}").rows()
            ]
    broken = typed.filter(pl.col("product").str.contains("\n", literal=True))["@record"].to_list()
    columns = {
        name: describe(accepted[name].null_count(), accepted[name].min(), accepted[name].max()) for name in NAMES
    }
    finish(path, folder, faults, broken, is_equal.height, accepted.height, columns)


if __name__ == "__main__":
    main(engine="streaming" if "--streaming" in sys.argv else "in-memory")
