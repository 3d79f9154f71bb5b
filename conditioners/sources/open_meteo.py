"""Forecasts of Open-Meteo by hour and day: parallel lists in one JSON document, in the units that were asked for."""

from conditioners.columns import Decimal, Moment, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import JsonColumns

_HOURS, _DAYS = "hourly", "daily"


def _name_either(name: str, before: str) -> tuple[str, ...]:
    """The paths of what came by another name until 2023, for hours, and its greatest value for days."""
    return tuple(path for each in (name, before) for path in (f"{_HOURS}.{each}", f"{_DAYS}.{each}_max"))


SOURCE = Source(
    name="open_meteo",
    title="Weather forecasts by hour and by day (Open-Meteo)",
    files=("open_meteo/**",),
    columns=(
        Decimal("latitude", 6, minimum=-90, maximum=90),
        Decimal("longitude", 6, minimum=-180, maximum=180),
        Text("timezone"),
        Text("interval", choices=("hour", "day")),
        Moment("starts_at"),
        Decimal("temperature", 1, optional=True),
        Decimal("apparent_temperature", 1, optional=True),
        Decimal("temperature_max", 1, optional=True),
        Decimal("temperature_min", 1, optional=True),
        Text("temperature_unit", choices=("°F", "°C")),
        Decimal("precipitation", 3, minimum=0, optional=True),
        Text("precipitation_unit", choices=("inch", "mm"), optional=True),
        Whole("precipitation_percent", minimum=0, maximum=100, optional=True),
        Decimal("wind_speed", 2, minimum=0, optional=True),
        Decimal("wind_gusts", 2, minimum=0, optional=True),
        Text("wind_unit", choices=("mp/h", "km/h", "m/s", "kn"), optional=True),
        Whole("wind_direction_deg", minimum=0, maximum=360, optional=True),
        Whole("weather_code", minimum=0, maximum=99, optional=True),
        Moment("sunrise", optional=True),
        Moment("sunset", optional=True),
    ),
    key=("latitude", "longitude", "interval", "starts_at"),
    dialects=(
        JsonColumns(
            name="forecast",
            records=(_HOURS, _DAYS),
            moments=("%Y-%m-%dT%H:%M", "%Y-%m-%d"),
            labels={
                "interval": "@records",
                "starts_at": (f"{_HOURS}.time", f"{_DAYS}.time"),
                "temperature": f"{_HOURS}.temperature_2m",
                "apparent_temperature": f"{_HOURS}.apparent_temperature",
                "temperature_max": f"{_DAYS}.temperature_2m_max",
                "temperature_min": f"{_DAYS}.temperature_2m_min",
                "temperature_unit": ("hourly_units.temperature_2m", "daily_units.temperature_2m_max"),
                "precipitation": (f"{_HOURS}.precipitation", f"{_DAYS}.precipitation_sum"),
                "precipitation_unit": ("hourly_units.precipitation", "daily_units.precipitation_sum"),
                "precipitation_percent": (
                    f"{_HOURS}.precipitation_probability", f"{_DAYS}.precipitation_probability_max",
                ),
                "wind_speed": _name_either("wind_speed_10m", "windspeed_10m"),
                "wind_gusts": _name_either("wind_gusts_10m", "windgusts_10m"),
                "wind_unit": (
                    "hourly_units.wind_speed_10m", "daily_units.wind_speed_10m_max", "hourly_units.windspeed_10m",
                    "daily_units.windspeed_10m_max",
                ),
                "wind_direction_deg": (f"{_HOURS}.wind_direction_10m", f"{_HOURS}.winddirection_10m"),
                "weather_code": (
                    f"{_HOURS}.weather_code", f"{_DAYS}.weather_code", f"{_HOURS}.weathercode", f"{_DAYS}.weathercode",
                ),
                "sunrise": f"{_DAYS}.sunrise",
                "sunset": f"{_DAYS}.sunset",
            },
            values={"interval": {_HOURS: "hour", _DAYS: "day"}},
        ),
    ),
)  # fmt: skip
