"""Daily weather observed at the postcodes of the stores, in the long form and the tenths of the GHCN archive."""

from conditioners.columns import Day, Decimal, Text
from conditioners.declaration import Source
from conditioners.dialects import Delimited

SOURCE = Source(
    name="weather",
    title="Observed daily weather by postcode",
    files=("weather/**",),
    columns=(
        Day("date"),
        Text("zip", pattern=r"[0-9]{5}"),
        Text("element", choices=("tmax_c", "tmin_c", "precipitation_mm")),
        Decimal("value", 1, minimum=-100, maximum=2000),
    ),
    key=("date", "zip", "element"),
    dialects=(
        Delimited(
            name="long, in tenths",
            days=("%Y%m%d",),
            labels={"date": "DATE", "zip": "ZIP", "element": "ELEMENT", "value": "VALUE"},
            values={"element": {"TMAX": "tmax_c", "TMIN": "tmin_c", "PRCP": "precipitation_mm"}},
            shifts={"value": -1},
        ),
    ),
)
