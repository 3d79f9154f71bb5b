"""Renders the sample business into raw drops: each table in its own system's form, by year and lately by week."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import polars as pl

from cli.sample.business import Business
from cli.sample.formats.documents import render_forecasts, render_shoppers
from cli.sample.formats.edi import render_interchange
from cli.sample.formats.erp_export import FRENCH, GERMAN, render_erp_export
from cli.sample.formats.journal import render_journal
from cli.sample.formats.observations import render_calendar, render_observations
from cli.sample.formats.spoiling import Rendered
from cli.sample.formats.workbook import render_workbook
from cli.sample.streams import open_stream
from shared.domain.weeks import IsoWeek

WEEKLY_DROPS = 3
"""How many of the last weeks come as files of their own; the time before comes in one file per year."""
_REPEATS = 4


@dataclass(frozen=True)
class Drop:
    """One raw file, and what conditioning must make of it."""

    path: str
    """In the lake's container `raw`."""
    rows_in: int
    """Zero when the file is damaged."""
    rows_quarantined: int
    rows_duplicate: int
    damaged: bool = False
    """Whether the file is cut off and has to be refused as a whole."""
    repeats: str | None = None
    """The path of an earlier drop with the same bytes."""


def write_drops(business: Business, write: Callable[[str, bytes], None], seed: int) -> list[Drop]:
    """Hand every raw file to `write`, with its path in the container `raw`; the same seed writes the same bytes."""
    drops: list[Drop] = []
    contents: dict[str, bytes] = {}
    for path, rendered in _render_all(business, seed):
        write(path, rendered.data)
        drops.append(Drop(path, rendered.rows, rendered.bad, rendered.duplicates))
        contents[path] = rendered.data
    return [*drops, *_send_again(drops, contents, write, seed), _damage(contents, write)]


def _render_all(business: Business, seed: int) -> Iterator[tuple[str, Rendered]]:
    def stream(path: str) -> np.random.Generator:
        return open_stream(seed, "drop", path)

    for number, region in enumerate(business.shipments["region"].unique(maintain_order=True)):
        shipped = business.shipments.filter(pl.col("region") == region)
        for order, (label, part) in enumerate(_split(shipped, "week_start", business.week), start=1):
            path = f"shipments/{region}/{label}.{('csv', 'xlsx', 'edi')[number % 3]}"
            yield path, _render_shipments(part, number, 100 * number + order, stream(path))
    for label, part in _split(business.weather, "date", business.week):
        path = f"weather/{label}.csv"
        yield path, render_observations(part, stream(path))
    for label, part in _split(business.weather_forecast, "issued_date", business.week):
        path = f"weather_forecast/{label}.json"
        yield path, render_forecasts(part, stream(path))
    for label, part in _split(business.shoppers, "week_start", business.week):
        path = f"shoppers/{label}.json"
        yield path, render_shoppers(part, stream(path))
    for (year,), part in business.events.group_by(pl.col("start_date").dt.year(), maintain_order=True):
        path = f"events/{year}.csv"
        yield path, render_calendar(part, stream(path))
    for label, part in _split(business.returns, "week_start", business.week):
        path = f"returns/{label}.txt"
        yield path, render_journal(part, stream(path))


def _render_shipments(part: pl.DataFrame, region: int, control: int, stream: np.random.Generator) -> Rendered:
    """Every third region exports from the ERP system, in one of two languages; the others send workbooks or EDI."""
    if region % 3 == 0:
        return render_erp_export(part, (GERMAN, FRENCH)[region // 3 % 2], stream)
    return render_workbook(part, stream) if region % 3 == 1 else render_interchange(part, control, stream)


def _split(table: pl.DataFrame, day: str, week: IsoWeek) -> Iterator[tuple[str, pl.DataFrame]]:
    """A table by year, and its last weeks one by one, each with its name."""
    first_weekly = week.plus(-WEEKLY_DROPS).monday
    past = table.filter(pl.col(day) < first_weekly)
    for (year,), part in past.group_by(pl.col(day).dt.year(), maintain_order=True):
        yield str(year), part
    for later in range(WEEKLY_DROPS):
        monday = first_weekly + timedelta(weeks=later)
        part = table.filter(pl.col(day).is_between(monday, monday + timedelta(days=6)))
        if not part.is_empty():
            yield str(IsoWeek.of(monday)), part


def _send_again(
    drops: list[Drop], contents: dict[str, bytes], write: Callable[[str, bytes], None], seed: int
) -> Iterator[Drop]:
    """Some files come a second time, under another name."""
    for chosen in sorted(open_stream(seed, "repeats").choice(len(drops), size=_REPEATS, replace=False)):
        drop = drops[chosen]
        path = _rename(drop.path, "again")
        write(path, contents[drop.path])
        yield Drop(path, drop.rows_in, drop.rows_quarantined, drop.rows_duplicate, repeats=drop.path)


def _damage(contents: dict[str, bytes], write: Callable[[str, bytes], None]) -> Drop:
    """The last workbook was cut off when it was first sent; where there is none, the last forecast was."""
    by_preference = sorted(contents, key=lambda path: (path.endswith(".xlsx"), path.startswith("weather_forecast/")))
    whole = by_preference[-1]
    path = _rename(whole, "first try")
    write(path, contents[whole][: len(contents[whole]) * 3 // 5])
    return Drop(path, 0, 0, 0, damaged=True)


def _rename(path: str, addition: str) -> str:
    stem, ending = path.rsplit(".", 1)
    return f"{stem} {addition}.{ending}"
