"""The ERP system's export: semicolons, decimal commas, latin-1, a totals row, and words in German or French."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from cli.sample.formats.spoiling import Fault, Rendered, spoil
from cli.sample.formats.texts import write_money, write_whole


@dataclass(frozen=True)
class Language:
    """How one language's export reads."""

    headers: tuple[str, ...]
    """In the order of the canonical columns."""
    day: str
    thousands: str
    words: Mapping[str, str]
    title: str
    total: str


GERMAN = Language(
    ("Woche ab", "Gebiet", "Filiale", "Filialgröße", "Artikel", "Umschlag", "Menge", "Umsatz USD"), "%d.%m.%Y", ".",
    {"large": "groß", "small": "klein", "fast": "Schnelldreher", "slow": "Langsamdreher"},
    "Lieferungen je Woche", "Summe",
)  # fmt: skip
FRENCH = Language(
    ("Semaine du", "Région", "Magasin", "Format", "Article", "Rotation", "Quantité", "Chiffre d'affaires"),
    "%d/%m/%Y", "\u00a0", {"large": "grand", "small": "petit", "fast": "rapide", "slow": "lente"},
    "Livraisons par semaine", "Total",
)  # fmt: skip


def render_erp_export(shipments: pl.DataFrame, language: Language, stream: np.random.Generator) -> Rendered:
    """Shipments as the ERP system exports them."""
    week = shipments["week_start"][0]
    faults = (
        Fault("week_start", week.strftime(language.day).replace(week.strftime("%d"), "32", 1)),
        Fault("units", "k.A."), Fault("store_id", ""), Fault("units", "-4"), Fault("dollars", "12,5O"),
        Fault("store_format", "mobil"), Fault("product_id", "4711"),
    )  # fmt: skip
    spoilt = spoil(_write_cells(shipments, language), faults, Fault("units", "1"), stream)
    lines = spoilt.frame.select(pl.concat_str(pl.all(), separator=";")).to_series().to_list()
    total = f"{language.total};{';' * (len(language.headers) - 3)}{spoilt.frame.height};"
    text = "\r\n".join([language.title, "", ";".join(language.headers), *lines, total, ""])
    return spoilt.render(text.encode("latin-1"))


def _write_cells(shipments: pl.DataFrame, language: Language) -> pl.DataFrame:
    return shipments.select(
        pl.col("week_start").dt.strftime(language.day),
        "region",
        "store_id",
        pl.col("store_format").replace(language.words),
        "product_id",
        pl.col("mover").replace(language.words),
        write_whole(pl.col("units"), language.thousands).alias("units"),
        write_money("dollars", ",", language.thousands),
    )
