"""Weekly orange-juice sales of Dominick's Finer Foods by store and brand, with all brands' prices, one file a week."""

from conditioners.columns import Decimal, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Delimited

_BRANDS = 11

SOURCE = Source(
    name="orange_juice",
    title="Weekly orange-juice sales by store and brand (Dominick's)",
    files=("orange_juice/**",),
    columns=(
        Text("store", pattern=r"[0-9]{1,3}"),
        Whole("brand", minimum=1, maximum=_BRANDS),
        Whole("week", minimum=1),
        Decimal("logmove", 10),
        Whole("constant", minimum=1, maximum=1),
        *(Decimal(f"price{brand}", 10, minimum=0) for brand in range(1, _BRANDS + 1)),
        Whole("deal", minimum=0, maximum=1),
        Decimal("feat", 10, minimum=0, maximum=1),
        Decimal("profit", 17),
    ),
    key=("store", "brand", "week"),
    dialects=(Delimited(name="weekly drop"),),
)
