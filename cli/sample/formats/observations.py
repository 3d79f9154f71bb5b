"""The weather archive: a long CSV file of elements in tenths; and the marketing department's calendar of events."""

from __future__ import annotations

import numpy as np
import polars as pl

from cli.sample.formats.spoiling import Fault, Rendered, spoil

_ELEMENTS = {"tmax_c": "TMAX", "tmin_c": "TMIN", "precipitation_mm": "PRCP"}


def render_observations(weather: pl.DataFrame, stream: np.random.Generator) -> Rendered:
    """Observed weather as the archive has it."""
    cells = weather.select(
        pl.col("zip").alias("ZIP"),
        pl.col("date").dt.strftime("%Y%m%d").alias("DATE"),
        pl.col("element").replace(_ELEMENTS).alias("ELEMENT"),
        (pl.col("value") * 10).round().cast(pl.Int64).cast(pl.String).alias("VALUE"),
        pl.lit("").alias("QFLAG"),
    )
    faults = (
        Fault("DATE", "20230229"), Fault("VALUE", "-9999"), Fault("VALUE", "T"), Fault("ZIP", ""),
        Fault("ELEMENT", "TOBS"), Fault("ZIP", "2108"),
    )  # fmt: skip
    spoilt = spoil(cells, faults, Fault("VALUE", "199"), stream)
    return spoilt.render(spoilt.frame.write_csv(quote_style="never").encode())


def render_calendar(events: pl.DataFrame, stream: np.random.Generator) -> Rendered:
    """Events as the marketing department exports them."""
    cells = events.select(
        pl.col("event_id").alias("Event"),
        pl.col("kind").alias("Kind"),
        pl.col("name").alias("Name"),
        pl.col("region").fill_null("ALL").alias("Region"),
        pl.col("product_id").fill_null("ALL").alias("Item"),
        pl.col("start_date").dt.strftime("%m/%d/%Y").alias("First day"),
        pl.col("end_date").dt.strftime("%m/%d/%Y").alias("Last day"),
        pl.col("discount_percent").cast(pl.Decimal(5, 1)).cast(pl.String).fill_null("").alias("Discount %"),
        pl.col("announced_date").dt.strftime("%m/%d/%Y").alias("Announced"),
    )
    faults = (
        Fault("First day", "02/30/2024"), Fault("Kind", "party"), Fault("Announced", ""),
        Fault("Last day", "01/01/2000"), Fault("Discount %", "a lot"),
    )  # fmt: skip
    spoilt = spoil(cells, faults, Fault("Name", "(to be confirmed)"), stream)
    return spoilt.render(spoilt.frame.write_csv().encode())
