"""The wholesaler's EDI messages: X12 852 product activity data, a transaction set for each week and store format."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from operator import itemgetter

import numpy as np
import polars as pl

from cli.sample.formats.spoiling import Fault, Rendered, spoil
from cli.sample.formats.texts import write_money

_LOCATIONS_PER_SEGMENT = 10
Row = tuple[date, str, str, str, str, str, str, str]


def render_interchange(shipments: pl.DataFrame, control: int, stream: np.random.Generator) -> Rendered:
    """Shipments as the wholesaler reports them; `control` is the interchange's number."""
    faults = (Fault("units", "1O"), Fault("store_id", "99X"), Fault("units", "-3"), Fault("dollars", "1,2"))
    texts = shipments.select(
        "week_start", "region", "store_id", "store_format", "product_id", "mover", pl.col("units").cast(pl.String),
        write_money("dollars"),
    )  # fmt: skip
    spoilt = spoil(texts, faults, Fault("units", "1"), stream)
    ordered = spoilt.frame.sort("week_start", "store_format", "product_id", maintain_order=True)
    last_week: date = shipments["week_start"].to_list()[-1]
    stamp = f"{last_week + timedelta(days=7):%Y%m%d}"
    segments = list(_write_interchange(ordered.rows(), control, stamp))
    return spoilt.render("".join(f"{segment}~\n" for segment in segments).encode("ascii"))


def _write_interchange(rows: list[Row], control: int, stamp: str) -> Iterator[str]:
    parties = "ZZ*WHOLESALE      *ZZ*HEADRACE       "
    yield f"ISA*00*          *00*          *{parties}*{stamp[2:]}*0600*U*00401*{control:09d}*0*P*>"
    yield f"GS*PD*WHOLESALE*HEADRACE*{stamp}*0600*{control}*X*004010"
    sets = 0
    for sets, ((week, store_format), members) in enumerate(groupby(rows, key=itemgetter(0, 3)), start=1):
        yield from _write_set(sets, week, store_format, list(members))
    yield f"GE*{sets}*{control}"
    yield f"IEA*1*{control:09d}"


def _write_set(number: int, week: date, store_format: str, rows: list[Row]) -> list[str]:
    body = [
        f"ST*852*{number:04d}",
        f"XQ*H*{week:%Y%m%d}*{week + timedelta(days=6):%Y%m%d}",
        f"N9*ZZ*{store_format}",
        f"N1*SU*{rows[0][1].replace('-', ' ').upper()}*92*{rows[0][1]}",
    ]
    items = 0
    for items, ((product, mover), members) in enumerate(groupby(rows, key=itemgetter(4, 5)), start=1):
        found = list(members)
        body.append(f"LIN*{items}*VN*{product}*ZZ*{mover}")
        body += ["ZA*QS", *_write_quantities([(row[2], row[6]) for row in found], "EA")]
        body += ["ZA*QD", *_write_quantities([(row[2], row[7]) for row in found], "DO")]
    body.append(f"CTT*{items}")
    return [*body, f"SE*{len(body) + 1}*{number:04d}"]


def _write_quantities(pairs: list[tuple[str, str]], unit: str) -> Iterator[str]:
    for start in range(0, len(pairs), _LOCATIONS_PER_SEGMENT):
        listed = "".join(f"*{store}*{quantity}" for store, quantity in pairs[start : start + _LOCATIONS_PER_SEGMENT])
        yield f"SDQ*{unit}*92{listed}"
