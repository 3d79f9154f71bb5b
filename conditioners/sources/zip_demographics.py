"""People by ZIP code area: number, origin, income, rent and age (US Census, ACS five-year estimates)."""

from conditioners.columns import Decimal, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Delimited

_SHARES = ("white", "black", "asian", "hispanic")

SOURCE = Source(
    name="zip_demographics",
    title="Demographics by ZIP code area (US Census ACS)",
    files=("zip_demographics/**",),
    columns=(
        Text("zip", pattern=r"[0-9]{5}", labels=("region",)),
        Whole("total_population", minimum=0),
        *(Whole(f"percent_{share}", minimum=0, maximum=100, optional=True) for share in _SHARES),
        Whole("per_capita_income", minimum=0, optional=True),
        Whole("median_rent", minimum=0, optional=True),
        Decimal("median_age", 1, minimum=0, maximum=120, optional=True),
    ),
    key=("zip",),
    dialects=(Delimited(name="one row per area", nulls=("NA",)),),
)
