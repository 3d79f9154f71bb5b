"""Weather forecasts as they were issued, for the days and postcodes ahead."""

from conditioners.columns import Day, Decimal, NotBefore, Text
from conditioners.declaration import Source
from conditioners.dialects import JsonTree

SOURCE = Source(
    name="weather_forecast",
    title="Weather forecasts by day and postcode",
    files=("weather_forecast/**",),
    columns=(
        Day("issued_date"),
        Day("date"),
        Text("zip", pattern=r"[0-9]{5}"),
        Decimal("tmax_c", 1, minimum=-100, maximum=100),
        Decimal("tmin_c", 1, minimum=-100, maximum=100),
        Decimal("precipitation_mm", 1, minimum=0, maximum=2000),
    ),
    key=("issued_date", "date", "zip"),
    checks=(NotBefore("date", "issued_date"),),
    dialects=(
        JsonTree(
            name="forecast service",
            records="forecasts[].areas[].days[]",
            labels={
                "issued_date": "forecasts[].issued",
                "zip": "forecasts[].areas[].postcode",
                "date": "forecasts[].areas[].days[].date",
                "tmax_c": "forecasts[].areas[].days[].temperature.max",
                "tmin_c": "forecasts[].areas[].days[].temperature.min",
                "precipitation_mm": "forecasts[].areas[].days[].precipitation.amount",
            },
        ),
    ),
)
