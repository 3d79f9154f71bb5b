"""Special events that move demand: holidays, festivals and promotions, with the day they were announced."""

from conditioners.columns import Day, Decimal, FilledOnlyIf, NotBefore, Text
from conditioners.declaration import Source
from conditioners.dialects import Delimited

SOURCE = Source(
    name="events",
    title="Holidays, festivals and promotions",
    files=("events/**",),
    columns=(
        Text("event_id"),
        Text("kind", choices=("holiday", "festival", "promotion")),
        Text("name"),
        Text("region", pattern=r"[a-z][a-z0-9]*(-[a-z0-9]+)*", optional=True),
        Text("product_id", pattern=r"[0-9]{6}", optional=True),
        Day("start_date"),
        Day("end_date"),
        Decimal("discount_percent", 1, minimum=0, maximum=100, optional=True),
        Day("announced_date"),
    ),
    key=("event_id",),
    checks=(NotBefore("end_date", "start_date"), FilledOnlyIf("discount_percent", "kind", "promotion")),
    dialects=(
        Delimited(
            name="calendar export",
            days=("%m/%d/%Y",),
            nulls=("ALL",),
            labels={
                "event_id": "Event", "kind": "Kind", "name": "Name", "region": "Region", "product_id": "Item",
                "start_date": "First day", "end_date": "Last day", "discount_percent": "Discount %",
                "announced_date": "Announced",
            },
        ),
    ),
)  # fmt: skip
