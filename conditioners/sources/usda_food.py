"""Weekly retail food sales of the USDA Economic Research Service, by state and product category."""

from conditioners.columns import Day, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import (
    Delimited,
    FixedWidth,
    JsonColumns,
    JsonLines,
    JsonTree,
    Numbers,
    Parquet,
    ProductActivity,
    Workbook,
)

_ORDER = ("date", "state", "category")
"""Forms that list one state after the other lose the table's order; it is restored."""

SOURCE = Source(
    name="usda_food",
    title="Weekly retail food sales by state and category (USDA ERS)",
    files=("usda_food/**",),
    members=("**/*.csv", "**/*.tsv", "**/*.xls*", "**/*.ods", "**/*.json*", "**/*.parquet", "**/*.edi"),
    columns=(
        Day("date", weekday=7, labels=("Week ending", "Wochenende (So.)")),
        Text("state", labels=("Bundesstaat",)),
        Text("category", labels=("Warengruppe",)),
        Whole("dollars", minimum=0, labels=("Umsatz $",)),
        Whole("units", minimum=0, labels=("Unit sales", "Stück")),
        Whole("volume", minimum=0, labels=("Volume sales", "Volumen"), optional=True),
    ),
    key=_ORDER,
    dialects=(
        Delimited(
            name="delimited",
            delimiters=(",", "\t", ";", "|"),
            days=("%Y-%m-%d", "%m/%d/%y", "%m/%d/%Y"),
            numbers=Numbers(thousands=",", currency=("$",)),
            skip=("Total rows,", r"\*"),
        ),
        Delimited(
            name="delimited, European",
            delimiters=(";",),
            encodings=("windows-1252",),
            days=("%d/%m/%Y", "%d.%m.%Y"),
            numbers=Numbers(decimal=",", thousands="."),
        ),
        Delimited(name="archive with a folder per state", labels={"state": "@folder"}, order=_ORDER),
        FixedWidth(
            name="fixed width",
            opening=r"WEEKEND   STATE               CATEGORY",
            fields={
                "date": (1, 10), "state": (11, 30), "category": (31, 60), "dollars": (61, 76), "units": (77, 88),
                "volume": (89, 102),
            },
            skip=("WEEKEND ",),
        ),
        Workbook(name="workbook"),
        Workbook(name="workbook with a sheet per state", labels={"state": "@sheet"}, skip=("Note: ",), order=_ORDER),
        JsonTree(
            name="nested by state",
            records="states[].categories[].weeks[]",
            labels={
                "date": "states[].categories[].weeks[].ending",
                "state": "states[].name",
                "category": "states[].categories[].name",
                "dollars": "states[].categories[].weeks[].sales.dollars",
                "units": "states[].categories[].weeks[].sales.units",
                "volume": "states[].categories[].weeks[].sales.volume",
            },
            order=_ORDER,
        ),
        JsonTree(
            name="list of records",
            records="[]",
            labels={name: f"[].{name}" for name in ("date", "state", "category", "dollars", "units", "volume")},
        ),
        JsonColumns(name="parallel lists", records=("",)),
        JsonLines(name="a record in each line"),
        Parquet(name="Parquet"),
        ProductActivity(
            name="EDI 852",
            labels={
                "date": "XQ03", "state": "SDQ", "category": "LIN.VN", "dollars": "ZA.QD", "units": "ZA.QS",
                "volume": "ZA.QV",
            },
            order=_ORDER,
        ),
    ),
)  # fmt: skip
