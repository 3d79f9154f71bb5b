"""Weekly shipments: what each store was sent of each product, as three systems export it."""

from conditioners.columns import MONDAY, Day, Decimal, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Delimited, Numbers, ProductActivity, Workbook

SOURCE = Source(
    name="shipments",
    title="Weekly shipments by store and product",
    files=("shipments/**",),
    columns=(
        Day("week_start", weekday=MONDAY),
        Text("region", pattern=r"[a-z][a-z0-9]*(-[a-z0-9]+)*"),
        Text("store_id", pattern=r"[0-9]{5}"),
        Text("store_format", choices=("large", "small")),
        Text("product_id", pattern=r"[0-9]{6}"),
        Text("mover", choices=("slow", "fast")),
        Whole("units", minimum=0),
        Decimal("dollars", 2, minimum=0),
    ),
    key=("week_start", "store_id", "product_id"),
    dialects=(
        Delimited(name="standard"),
        Delimited(
            name="ERP export, German",
            delimiters=(";",),
            encodings=("latin-1",),
            numbers=Numbers(decimal=",", thousands="."),
            days=("%d.%m.%Y",),
            labels={
                "week_start": "Woche ab", "region": "Gebiet", "store_id": "Filiale", "store_format": "Filialgröße",
                "product_id": "Artikel", "mover": "Umschlag", "units": "Menge", "dollars": "Umsatz USD",
            },
            values={
                "store_format": {"groß": "large", "klein": "small"},
                "mover": {"Schnelldreher": "fast", "Langsamdreher": "slow"},
            },
            skip=("Summe;",),
        ),
        Delimited(
            name="ERP export, French",
            delimiters=(";",),
            encodings=("latin-1",),
            numbers=Numbers(decimal=",", thousands="\u00a0"),
            days=("%d/%m/%Y",),
            labels={
                "week_start": "Semaine du", "region": "Région", "store_id": "Magasin", "store_format": "Format",
                "product_id": "Article", "mover": "Rotation", "units": "Quantité", "dollars": "Chiffre d'affaires",
            },
            values={
                "store_format": {"grand": "large", "petit": "small"},
                "mover": {"rapide": "fast", "lente": "slow"},
            },
            skip=("Total;",),
        ),
        Workbook(
            name="sales workbook",
            labels={
                "week_start": "Week of", "region": "Region", "store_id": "Store no.", "store_format": "Store format",
                "product_id": "Item", "mover": "Mover", "units": "Units", "dollars": "Net sales",
            },
            skip=("Grand total\t",),
        ),
        ProductActivity(
            name="EDI 852",
            labels={
                "week_start": "XQ02", "region": "N1.SU", "store_id": "SDQ", "store_format": "N9.ZZ",
                "product_id": "LIN.VN", "mover": "LIN.ZZ", "units": "ZA.QS", "dollars": "ZA.QD",
            },
        ),
    ),
)  # fmt: skip
