"""The warehouse's journal of returns: fixed-width lines between a header and a trailer line."""

from __future__ import annotations

import numpy as np
import polars as pl

from cli.sample.formats.spoiling import Fault, Rendered, spoil


def render_journal(returns: pl.DataFrame, stream: np.random.Generator) -> Rendered:
    """Returns as the warehouse writes them; blanks at a line's end are cut off."""
    texts = returns.select(
        pl.col("week_start").dt.strftime("%Y%m%d"), "store_id", "region", "product_id",
        pl.col("units").cast(pl.String), "reason",
    )  # fmt: skip
    faults = (
        Fault("week_start", "20230231"), Fault("units", "0"), Fault("units", "?"), Fault("store_id", ""),
        Fault("reason", ""), Fault("reason", "damaged in transit by the carrier"),
    )  # fmt: skip
    spoilt = spoil(texts, faults, Fault("units", "99"), stream)
    lines = spoilt.frame.select(
        pl.concat_str(
            pl.col("week_start").str.pad_end(8), pl.col("store_id").str.pad_end(5), pl.col("region").str.pad_end(16),
            pl.col("product_id").str.pad_end(6), pl.col("units").str.pad_start(6), pl.col("reason"),
        ).str.strip_chars_end()
    ).to_series()  # fmt: skip
    text = "\n".join(["HDR RETURNS JOURNAL", *lines, f"TRL {spoilt.frame.height:08d}", ""])
    return spoilt.render(text.encode())
