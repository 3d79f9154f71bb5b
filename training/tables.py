"""The conditioned tables as a shard needs them: its own regions only, known by the forecast date only, and checked."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

DATE, TEXT, NUMBER = "date", "text", "number"


class SegmentError(Exception):
    """A segment cannot be trained or scored, for a reason in its data; the others can."""


@dataclass(frozen=True)
class Schema:
    """What docs/tables.md says of one table."""

    columns: Mapping[str, str]
    key: tuple[str, ...]
    known_on: str
    """The column whose date says when a row was known: weeks on their Sunday, days and issues on themselves."""
    nullable: frozenset[str] = frozenset()
    scope: tuple[str, ...] = ("region",)
    """The columns that tell which segments a row concerns."""


SCHEMAS: Mapping[str, Schema] = {
    "shipments": Schema(
        {"week_start": DATE, "region": TEXT, "store_id": TEXT, "store_format": TEXT, "product_id": TEXT, "mover": TEXT,
         "units": NUMBER, "dollars": NUMBER},
        ("week_start", "region", "store_id", "product_id"), "week_start", frozenset({"dollars"}),
        ("region", "store_format", "mover"),
    ),
    "shoppers": Schema(
        {"week_start": DATE, "region": TEXT, "store_id": TEXT, "zip": TEXT, "store_format": TEXT, "shoppers": NUMBER},
        ("week_start", "region", "store_id"), "week_start", scope=("region", "store_format"),
    ),
    "returns": Schema(
        {"week_start": DATE, "region": TEXT, "store_id": TEXT, "product_id": TEXT, "units": NUMBER, "reason": TEXT},
        ("week_start", "region", "store_id", "product_id", "reason"), "week_start", frozenset({"reason"}),
    ),
    "events": Schema(
        {"event_id": TEXT, "kind": TEXT, "name": TEXT, "region": TEXT, "product_id": TEXT, "start_date": DATE,
         "end_date": DATE, "discount_percent": NUMBER, "announced_date": DATE},
        ("event_id",), "announced_date", frozenset({"region", "product_id", "discount_percent"}),
    ),
    "weather": Schema(
        {"date": DATE, "zip": TEXT, "element": TEXT, "value": NUMBER}, ("date", "zip", "element"), "date",
        scope=("zip",),
    ),
    "weather_forecast": Schema(
        {"issued_date": DATE, "date": DATE, "zip": TEXT, "tmax_c": NUMBER, "tmin_c": NUMBER,
         "precipitation_mm": NUMBER},
        ("issued_date", "date", "zip"), "issued_date", frozenset({"tmax_c", "tmin_c", "precipitation_mm"}), ("zip",),
    ),
}  # fmt: skip
_NEVER_NEGATIVE = {"units", "dollars", "shoppers", "discount_percent", "precipitation_mm"}


@dataclass(frozen=True)
class Problem:
    """A row or file not to be trained on, and the segments that it concerns: those that its scope does not rule out."""

    reason: str
    scope: Mapping[str, str | None]

    def concerns(self, region: str, store_format: str, mover: str | None, zips: Iterable[str]) -> bool:
        """Whether a segment, whose stores have these ZIPs, depends on it. No mover is a whole format."""
        allowed: dict[str, list[str | None]] = {
            "region": [region],
            "store_format": [store_format],
            "mover": [mover],
            "zip": list(zips),
        }
        return all(
            value is None or value in allowed[name] or allowed[name] == [None] for name, value in self.scope.items()
        )  # fmt: skip


@dataclass(frozen=True)
class Tables:
    """Frames with the columns of their schemas; None where the dataset has no such table."""

    shipments: pl.DataFrame
    shoppers: pl.DataFrame | None = None
    returns: pl.DataFrame | None = None
    events: pl.DataFrame | None = None
    weather: pl.DataFrame | None = None
    weather_forecast: pl.DataFrame | None = None
    problems: tuple[Problem, ...] = ()

    def zips(self, region: str) -> list[str]:
        """The ZIPs of a region's stores; none without shoppers, which alone tell them."""
        if self.shoppers is None:
            return []
        return sorted(self.shoppers.filter(pl.col("region") == region)["zip"].unique())

    def check(self, region: str, store_format: str, mover: str | None) -> None:
        """Raise SegmentError with the first reason why a segment's data cannot be trusted."""
        zips = self.zips(region)
        for problem in self.problems:
            if problem.concerns(region, store_format, mover, zips):
                raise SegmentError(problem.reason)


def read_tables(folder: Path, regions: Sequence[str], as_of: date) -> Tables:
    """Read `folder/<table>/**/*.csv` for some regions, without what was not known on `as_of`.

    Rows that hold rubbish, and files that cannot be read, become problems of the segments they concern.
    """
    problems: list[Problem] = []
    frames: dict[str, pl.DataFrame | None] = {}
    for table in ("shipments", "shoppers", "returns", "events"):
        frames[table] = _read_table(folder, table, "region", [*regions, None], as_of, problems)
    shoppers = frames["shoppers"]
    zips = [] if shoppers is None else shoppers["zip"].unique().to_list()
    for table in ("weather", "weather_forecast"):
        frames[table] = _read_table(folder, table, "zip", [*zips, None], as_of, problems)
    shipments = frames.pop("shipments")
    if shipments is None:
        shipments = _empty(SCHEMAS["shipments"])
    return Tables(shipments, **frames, problems=tuple(problems))


def _read_table(
    folder: Path, table: str, column: str, kept: Sequence[str | None], as_of: date, problems: list[Problem]
) -> pl.DataFrame | None:
    """One table's sound rows whose `column` is among `kept`; None when there is no file of it."""
    schema = SCHEMAS[table]
    known_on = _typed(schema.known_on, DATE)
    is_wanted = pl.col(column).is_in(kept, nulls_equal=True) & (known_on.is_null() | (known_on <= as_of))
    parts = []
    for path in sorted((folder / table).glob("**/*.csv")):
        name = f"{table}/{path.relative_to(folder / table).as_posix()}"
        try:
            text = _read_text(path, schema, is_wanted)
        except (ValueError, OSError, pl.exceptions.PolarsError) as error:
            problems.append(Problem(f"{name} cannot be read: {error}", {}))
            continue
        problems.extend(_find_rubbish(text, schema, name))
        sound = text.filter(~pl.any_horizontal(_wrong_cells(schema)))
        parts.append(sound.select(_typed(column, kind) for column, kind in schema.columns.items()))
    if not parts:
        return None
    frame, conflicts = _drop_repeats(pl.concat(parts), schema, table)
    problems.extend(conflicts)
    return frame


def _read_text(path: Path, schema: Schema, is_wanted: pl.Expr) -> pl.DataFrame:
    """Wanted rows, all cells as text, with the line that each is on; raises ValueError when a column is missing."""
    with path.open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream), [])
    missing = [column for column in schema.columns if column not in header]
    if missing:
        raise ValueError(f"it has no column {missing[0]!r}")
    rows = pl.scan_csv(path, infer_schema=False, null_values="", row_index_name="line", row_index_offset=2, glob=False)
    return rows.select("line", *schema.columns).filter(is_wanted).collect()


def _typed(column: str, kind: str) -> pl.Expr:
    """A cell's value; null when the text is none of its kind."""
    if kind == DATE:
        return pl.col(column).str.to_date("%Y-%m-%d", strict=False)
    return pl.col(column).cast(pl.Float64, strict=False) if kind == NUMBER else pl.col(column)


def _find_rubbish(text: pl.DataFrame, schema: Schema, name: str) -> list[Problem]:
    """For each scope the first row in which a cell is wrong."""
    bad = text.filter(pl.any_horizontal(_wrong_cells(schema)))
    bad = bad.unique(schema.scope, keep="first", maintain_order=True)
    flags = bad.select(_wrong_cells(schema)).to_dicts()
    problems = []
    for row, wrong in zip(bad.to_dicts(), flags, strict=True):
        column = next(column for column, is_wrong in wrong.items() if is_wrong)
        reason = f"{name}, line {row['line']}: {column} is {row[column]!r}"
        problems.append(Problem(reason, _scope(row, schema)))
    return problems


def _wrong_cells(schema: Schema) -> list[pl.Expr]:
    """For each column, whether its text is not what the schema says."""
    return [_is_wrong(column, kind, column in schema.nullable) for column, kind in schema.columns.items()]


def _is_wrong(column: str, kind: str, is_nullable: bool) -> pl.Expr:
    cell = _typed(column, kind)
    wrong = cell.is_null() & (pl.col(column).is_not_null() if is_nullable else pl.lit(True))
    if kind == NUMBER:
        wrong = wrong | ~cell.is_finite()
        if column in _NEVER_NEGATIVE:
            wrong = wrong | (cell < 0)
    if column == "week_start":
        wrong = wrong | (cell.dt.weekday() != 1)
    if column == "end_date":
        wrong = wrong | (cell < _typed("start_date", DATE))
    if column == "discount_percent":
        wrong = wrong | (cell >= 100)
    return wrong.fill_null(False).alias(column)


def _drop_repeats(frame: pl.DataFrame, schema: Schema, table: str) -> tuple[pl.DataFrame, list[Problem]]:
    """Equal rows once; rows of one key that differ are problems, since nothing says which is right."""
    once = frame.unique(maintain_order=True)
    differing = once.filter(pl.struct(schema.key).is_duplicated())
    problems = []
    for row in differing.unique(schema.scope, keep="first", maintain_order=True).to_dicts():
        key = ", ".join(f"{name} {row[name]}" for name in schema.key)
        problems.append(Problem(f"{table} has rows that contradict each other for {key}", _scope(row, schema)))
    return once.unique(schema.key, keep="first", maintain_order=True).sort(schema.key), problems


def _scope(row: Mapping[str, str | None], schema: Schema) -> dict[str, str | None]:
    return {name: row[name] for name in schema.scope}


def _empty(schema: Schema) -> pl.DataFrame:
    kinds = {DATE: pl.Date, TEXT: pl.String, NUMBER: pl.Float64}
    return pl.DataFrame(schema={name: kinds[kind] for name, kind in schema.columns.items()})
