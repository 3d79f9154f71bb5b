"""Weekly placement of products in stores and in the mailed leaflet (84.51 Complete Journey)."""

from conditioners.columns import Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Delimited

_DISPLAYS = {
    "0": "none", "1": "store front", "2": "store rear", "3": "front end cap", "4": "mid-aisle end cap",
    "5": "rear end cap", "6": "side-aisle end cap", "7": "in-aisle", "9": "secondary location", "A": "in-shelf",
}  # fmt: skip
_MAILERS = {
    "0": "none", "A": "interior page feature", "C": "interior page line item", "D": "front page feature",
    "F": "back page feature", "H": "wrap front feature", "J": "wrap interior coupon", "L": "wrap back feature",
    "P": "interior page coupon", "X": "free on interior page", "Z": "free on front page, back page or wrap",
}  # fmt: skip

SOURCE = Source(
    name="promotions",
    title="Weekly displays and mailers by product and store (Complete Journey)",
    files=("promotions/**",),
    columns=(
        Text("product_id", pattern=r"[0-9]{1,10}"),
        Text("store_id", pattern=r"[0-9]{1,6}"),
        Whole("week", minimum=1, maximum=53),
        Text("display", labels=("display_location",)),
        Text("mailer", labels=("mailer_location",)),
    ),
    key=("product_id", "store_id", "week"),
    dialects=(Delimited(name="weekly file", values={"display": _DISPLAYS, "mailer": _MAILERS}),),
)
