"""Products that stores sent back, by week and reason, from the warehouse's fixed-width journal."""

from conditioners.columns import MONDAY, Day, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import FixedWidth

SOURCE = Source(
    name="returns",
    title="Weekly returns by store, product and reason",
    files=("returns/**",),
    columns=(
        Day("week_start", weekday=MONDAY),
        Text("region", pattern=r"[a-z][a-z0-9]*(-[a-z0-9]+)*"),
        Text("store_id", pattern=r"[0-9]{5}"),
        Text("product_id", pattern=r"[0-9]{6}"),
        Whole("units", minimum=1),
        Text("reason"),
    ),
    key=("week_start", "store_id", "product_id", "reason"),
    dialects=(
        FixedWidth(
            name="warehouse journal",
            days=("%Y%m%d",),
            opening="HDR RETURNS",
            fields={
                "week_start": (1, 8), "store_id": (9, 13), "region": (14, 29), "product_id": (30, 35),
                "units": (36, 41), "reason": (42, 57),
            },
            skip=("HDR ", "TRL "),
        ),
    ),
)  # fmt: skip
