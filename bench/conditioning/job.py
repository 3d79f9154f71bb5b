"""The weekly-shipments job: one source, declared as a data engineer would, for a European ERP export."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conditioners.columns import MONDAY, Day, Decimal, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Delimited, Numbers

if TYPE_CHECKING:
    import pandas as pd

LABELS = " Woche ab ;Filiale;Artikel-Nr;Bezeichnung; Menge;Umsatz USD "
NULL = "N/A"
FOOTER = "Summe;"

DIALECT = Delimited(
    name="ERP export",
    delimiters=(";",),
    encodings=("latin-1",),
    numbers=Numbers(decimal=",", thousands="."),
    days=("%d.%m.%Y",),
    nulls=(NULL,),
    skip=(FOOTER,),
)

SOURCE = Source(
    name="weekly_shipments",
    title="Weekly shipments by store and product, as an ERP exports them",
    files=("weekly_shipments/**",),
    columns=(
        Day("week_start", labels=("Woche ab",), weekday=MONDAY),
        Text("store_id", labels=("Filiale",), pattern="[0-9]{5}"),
        Text("product_id", labels=("Artikel-Nr",), pattern="[0-9]{8}"),
        Text("product", labels=("Bezeichnung",)),
        Whole("units", labels=("Menge",), minimum=0),
        Decimal("dollars", 2, labels=("Umsatz USD",), minimum=0, optional=True),
    ),
    key=("week_start", "store_id", "product_id"),
    dialects=(DIALECT,),
)


def keep(frame: pd.DataFrame) -> pd.DataFrame:
    """The hook that changes nothing: what crossing to pandas costs."""
    return frame


HOOKED = replace(SOURCE, hook=keep)
