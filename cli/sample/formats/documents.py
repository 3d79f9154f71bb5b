"""JSON documents: the forecast service's answers, and the door counters' report of shoppers."""

from __future__ import annotations

import numpy as np
import polars as pl

from cli.sample.formats.spoiling import Fault, Rendered, spoil


def render_forecasts(forecasts: pl.DataFrame, stream: np.random.Generator) -> Rendered:
    """Forecasts as the service gives them, nested by issue and postcode."""
    texts = forecasts.select(
        pl.col("issued_date", "date").dt.strftime("%Y-%m-%d"),
        "zip",
        pl.col("tmax_c", "tmin_c", "precipitation_mm").cast(pl.Decimal(6, 1)).cast(pl.String),
    )
    faults = (
        Fault("date", "2023-11-31"), Fault("tmax_c", '"n/a"'), Fault("tmin_c", "null"),
        Fault("precipitation_mm", "-1.0"), Fault("date", "2001-01-01"),
    )  # fmt: skip
    spoilt = spoil(texts, faults, Fault("tmax_c", "21.4"), stream)
    day = _fill(
        '{"date":"@","temperature":{"max":@,"min":@},"precipitation":{"amount":@}}',
        "date", "tmax_c", "tmin_c", "precipitation_mm",
    )  # fmt: skip
    areas = spoilt.frame.group_by("issued_date", "zip", maintain_order=True).agg(day.str.join(",").alias("days"))
    area = _fill('{"postcode":"@","days":[@]}', "zip", "days")
    issues = areas.group_by("issued_date", maintain_order=True).agg(area.str.join(",").alias("areas"))
    issue = issues.select(_fill('{"issued":"@","unit":"metric","areas":[@]}', "issued_date", "areas")).to_series()
    return spoilt.render(('{"service":"sample forecasts","forecasts":[' + ",\n".join(issue) + "]}\n").encode())


def render_shoppers(shoppers: pl.DataFrame, stream: np.random.Generator) -> Rendered:
    """Shoppers as the door counters report them, nested by store."""
    texts = shoppers.select(
        pl.col("week_start").dt.strftime("%G-W%V").alias("week"),
        "region", "store_id", "zip", "store_format", pl.col("shoppers").cast(pl.String).alias("count"),
    )  # fmt: skip
    faults = (
        Fault("week", "2023-W53"), Fault("count", '"offline"'), Fault("count", "-1"), Fault("count", "null"),
        Fault("count", "1204.5"),
    )  # fmt: skip
    spoilt = spoil(texts, faults, Fault("count", "1"), stream)
    store = ("region", "store_id", "zip", "store_format")
    week = _fill('{"week":"@","count":@}', "week", "count")
    stores = spoilt.frame.group_by(store, maintain_order=True).agg(week.str.join(",").alias("weeks"))
    listed = stores.select(
        _fill(
            '{"number":"@","region":"@","format":"@","address":{"postcode":"@"},"weeks":[@]}',
            "store_id", "region", "store_format", "zip", "weeks",
        )
    ).to_series()  # fmt: skip
    return spoilt.render(('{"stores":[' + ",\n".join(listed) + "]}\n").encode())


def _fill(template: str, *columns: str) -> pl.Expr:
    """A text with the values of columns in the places of its `@`."""
    first, *others = template.split("@")
    pieces = [pl.lit(first)]
    for column, text in zip(columns, others, strict=True):
        pieces += [pl.col(column), pl.lit(text)]
    return pl.concat_str(pieces)
