"""Stores of retail chains with format and place, as two chains list them."""

from conditioners.columns import Day, Decimal, Text
from conditioners.declaration import Source
from conditioners.dialects import Delimited, JsonTree

SOURCE = Source(
    name="stores",
    title="Stores by chain",
    files=("stores/**",),
    columns=(
        Text("chain"),
        Text("store_id", pattern=r"[0-9]{1,6}"),
        Text("store_format"),
        Text("name", optional=True),
        Text("address", optional=True),
        Text("city"),
        Text("state", pattern=r"[A-Z]{2}"),
        Text("zip", pattern=r"[0-9]{5}(-[0-9]{4})?"),
        Decimal("latitude", 6, minimum=-90, maximum=90, rounded=True),
        Decimal("longitude", 6, minimum=-180, maximum=180, rounded=True),
        Day("opened_date", optional=True),
    ),
    key=("chain", "store_id"),
    dialects=(
        JsonTree(
            name="Best Buy",
            records="[]",
            labels={
                "chain": "=Best Buy", "store_id": "[].id", "store_format": "[].type", "name": "[].name",
                "address": "[].address", "city": "[].city", "state": "[].state", "zip": "[].zip",
                "latitude": "[].location.lat", "longitude": "[].location.lon", "opened_date": "[].opened",
            },
            values={"store_format": {"BigBox": "large", "Express": "kiosk", "Mobile": "small"}},
        ),
        Delimited(
            name="Walmart openings, 1962 to 2006",
            days=("%m/%d/%y",),
            two_digit_years_from=1930,
            labels={
                "chain": "=Walmart", "store_id": "storenum", "store_format": "type_store", "name": "STORE_NAME",
                "address": "STREETADDR", "city": "STRCITY", "state": "STRSTATE", "zip": "ZIPCODE", "latitude": "LAT",
                "longitude": "LON", "opened_date": "OPENDATE",
            },
            values={"store_format": {"Supercenter": "large", "Wal-Mart": "small"}},
        ),
    ),
)  # fmt: skip
