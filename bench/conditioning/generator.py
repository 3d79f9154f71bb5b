"""Writes the weekly-shipments export of any size; the same arguments give the same bytes.

`;` between fields, CRLF, decimal comma, thousands point, dd.mm.yyyy, codes with leading zeros, product names with
umlauts, quoted `;` and `"` and rare quoted line ends, 0.5 % bad rows, 1 % repeated rows at any distance, some with
other values, and a totals row. The dirty variant adds what no tool should stumble over: rows with a field too many or
too few, and quotes in the middle of a name.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bench.conditioning.job import LABELS, NULL

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

SIZES = {"50KB": 740, "2MB": 30_000, "20MB": 300_000, "200MB": 3_000_000, "2GB": 30_000_000, "10GB": 150_000_000}
"""Rows by the size that they come to, at about 67 bytes a row."""
_BLOCK = 200_000
_STORES = 150
_FIRST_MONDAY = date(2015, 1, 5)
_REPEATED, _CONFLICTING, _BAD = 100, 4000, 200
_RAGGED, _STRAY = 1000, 100_000
"""One row in so many."""
_GOODS = (
    "Müsli Früchte", "Käse mild gereift", "Vollmilch frisch", "Brötchen hell", "Äpfel süß aus Holstein",
    "Röstkaffee ganz", "Öl nativ", "Tee Assam lose",
)  # fmt: skip
_PACKS = ("100 g Packung", "250 g Dose", "1 kg Beutel", "2 x 500 ml Flasche", "12 Stück", "XXL-Vorrat")
_NAMES = [f"{name} {size}" for name in _GOODS for size in _PACKS]
_QUOTED = ['"Saft; rot 1 l"', '"Reis ""lang"" 1 kg"', '"Kekse; ""fein"" 200 g"', '"Nudeln; Nest"']
_BROKEN = '"Brot\nhell 750 g"'
_BAD_DAYS = ["31.02.2024", "2024-01-08", "02.01.2024"]


def generate(path: Path, rows: int, encoding: str = "latin-1", *, dirty: bool = False) -> None:
    """Write an export of so many rows."""
    with path.open("wb") as file:
        file.write((LABELS + "\r\n").encode(encoding))
        for start in range(0, rows, _BLOCK):
            file.write(_block(start, min(start + _BLOCK, rows), rows, dirty=dirty).encode(encoding))
        file.write(f"Summe;;;;{rows};\r\n".encode(encoding))


def count_ragged(rows: int) -> int:
    """The rows of the dirty variant that have a field too many or too few."""
    return sum(
        int((_draw(_range(start, min(start + _BLOCK, rows)), 7) % _RAGGED == 0).sum())
        for start in range(0, rows, _BLOCK)
    )


def _block(start: int, end: int, rows: int, *, dirty: bool) -> str:
    import polars as pl

    place = _draw(_range(start, end), 1)
    numbers = _range(start, end)
    repeated = (place % _REPEATED == 0) & (numbers > 0)
    numbers[repeated] = _draw(numbers[repeated], 2) % numbers[repeated]
    frame = _cells(numbers, rows)
    conflicting = repeated & (place % _CONFLICTING == 0)
    frame = frame.with_columns(units=pl.when(pl.Series(conflicting)).then(pl.lit("77")).otherwise("units"))
    numbers = _range(start, end)
    lines = _soil(frame, numbers) if dirty else frame.select(pl.concat_str(pl.all(), separator=";")).to_series()
    return "\r\n".join(lines.to_list()) + "\r\n"


def _soil(frame: pl.DataFrame, numbers: NDArray[np.uint64]) -> pl.Series:
    """The rows as lines, some of them ragged and some with a quote in the middle of a name."""
    import polars as pl

    luck = pl.Series(_draw(numbers, 7))
    named = frame.with_columns(name=pl.when(luck % _STRAY == 1).then(pl.lit('Rohr 5" kurz')).otherwise("name"))
    whole = pl.concat_str(pl.all(), separator=";")
    short = pl.concat_str(pl.all().exclude("dollars"), separator=";")
    spoiled = pl.when(luck // _RAGGED % 2 == 0).then(short).otherwise(whole + ";?")
    return named.select(pl.when(luck % _RAGGED == 0).then(spoiled).otherwise(whole)).to_series()


def _range(start: int, end: int) -> NDArray[np.uint64]:
    import numpy as np

    return np.arange(start, end, dtype=np.uint64)


def _draw(numbers: NDArray[np.uint64], salt: int) -> NDArray[np.uint64]:
    """A random number for each number: splitmix64 (Steele, Lea and Flood, OOPSLA 2014)."""
    import numpy as np

    mixed = numbers * np.uint64(0x9E3779B97F4A7C15) + np.uint64(salt * 0xD1B54A32D192ED03 % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    drawn: NDArray[np.uint64] = mixed ^ (mixed >> np.uint64(31))
    return drawn


def _cells(numbers: NDArray[np.uint64], rows: int) -> pl.DataFrame:
    """The cells of rows by their numbers, as they stand in the file."""
    import polars as pl

    a_week = max(_STORES * 200, -(-rows // 700))
    week, within = numbers // a_week, numbers % a_week
    frame = pl.DataFrame(
        {
            "day": (pl.Series(week).cast(pl.Int32) * 7), "store": within % _STORES * 37 + 1,
            "product": within // _STORES * 7919 + 11, "name": _draw(numbers, 3), "units": _draw(numbers, 4) % 3000,
            "cents": _draw(numbers, 5) % 2_500_000, "bad": _draw(numbers, 6),
        }
    )  # fmt: skip
    cells = frame.select(
        day=(pl.lit(_FIRST_MONDAY) + pl.duration(days="day")).dt.strftime("%d.%m.%Y"),
        store=pl.col("store").cast(pl.String).str.zfill(5),
        product=pl.col("product").cast(pl.String).str.zfill(8),
        name=_name(pl.col("name")),
        units=_group(pl.col("units")),
        dollars=_money(pl.col("cents")),
        kind=pl.when(pl.col("bad") % _BAD == 0).then(pl.col("bad") // _BAD % 7),
    )
    return _spoil(cells).drop("kind")


def _name(drawn: pl.Expr) -> pl.Expr:
    import polars as pl

    plain = drawn.mod(len(_NAMES)).replace_strict(dict(enumerate(_NAMES)), return_dtype=pl.String)
    quoted = drawn.mod(len(_QUOTED)).replace_strict(dict(enumerate(_QUOTED)), return_dtype=pl.String)
    luck = drawn // 1024 % 10_000
    return pl.when(luck < 2).then(pl.lit(_BROKEN)).when(luck < 400).then(quoted).otherwise(plain)


def _group(number: pl.Expr) -> pl.Expr:
    """A whole number below a million with a point between thousands."""
    import polars as pl

    small = number.cast(pl.String)
    large = pl.concat_str((number // 1000).cast(pl.String), pl.lit("."), (number % 1000).cast(pl.String).str.zfill(3))
    return pl.when(number < 1000).then(small).otherwise(large)


def _money(cents: pl.Expr) -> pl.Expr:
    import polars as pl

    written = pl.concat_str(_group(cents // 100), pl.lit(","), (cents % 100).cast(pl.String).str.zfill(2))
    return pl.when(cents % 331 == 0).then(pl.lit(NULL)).otherwise(written)


def _spoil(cells: pl.DataFrame) -> pl.DataFrame:
    """Bad rows: days that do not exist or are no Mondays, codes missing or wrong, words and minus where none may be."""
    import polars as pl

    kind = pl.col("kind")
    bad_day = kind.replace_strict(dict(enumerate(_BAD_DAYS)), default="", return_dtype=pl.String)
    return cells.with_columns(
        day=pl.when(kind < 3).then(bad_day).otherwise("day"),
        store=pl.when(kind == 3).then(pl.lit("")).when(kind == 4).then(pl.lit("12A")).otherwise("store"),
        units=pl.when(kind == 5).then(pl.lit("k.A.")).otherwise("units"),
        dollars=pl.when(kind == 6).then(pl.lit("-5,00")).otherwise("dollars"),
    )
