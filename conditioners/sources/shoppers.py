"""Shoppers counted at the doors of each store, by ISO week."""

from conditioners.columns import MONDAY, Day, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import JsonTree

SOURCE = Source(
    name="shoppers",
    title="Weekly shoppers by store",
    files=("shoppers/**",),
    columns=(
        Day("week_start", weekday=MONDAY),
        Text("region", pattern=r"[a-z][a-z0-9]*(-[a-z0-9]+)*"),
        Text("store_id", pattern=r"[0-9]{5}"),
        Text("zip", pattern=r"[0-9]{5}"),
        Text("store_format", choices=("large", "small")),
        Whole("shoppers", minimum=0),
    ),
    key=("week_start", "store_id"),
    dialects=(
        JsonTree(
            name="door counters",
            records="stores[].weeks[]",
            days=("%G-W%V",),
            labels={
                "week_start": "stores[].weeks[].week",
                "region": "stores[].region",
                "store_id": "stores[].number",
                "zip": "stores[].address.postcode",
                "store_format": "stores[].format",
                "shoppers": "stores[].weeks[].count",
            },
        ),
    ),
)
