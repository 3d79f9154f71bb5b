"""Forecasts of Open-Meteo by hour and day: parallel lists in one JSON document, in the units that were asked for."""

from conditioners.columns import Decimal, Moment, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import JsonColumns


def _answer(name: str, root: str) -> JsonColumns:
    """The dialect of answers whose lists stand in objects of the document, or of each element of its list."""
    hours, days = f"{root}hourly", f"{root}daily"
    of_hours, of_days = f"{hours}_units", f"{days}_units"

    def either(name: str, before: str) -> tuple[str, ...]:
        """The paths of what came by another name until 2023, for hours, and its greatest value for days."""
        return tuple(path for each in (name, before) for path in (f"{hours}.{each}", f"{days}.{each}_max"))

    return JsonColumns(
        name=name,
        records=(hours, days),
        moments=("%Y-%m-%dT%H:%M", "%Y-%m-%d"),
        labels={
            "latitude": f"{root}latitude", "longitude": f"{root}longitude", "timezone": f"{root}timezone",
            "interval": "@records",
            "starts_at": (f"{hours}.time", f"{days}.time"),
            "temperature": f"{hours}.temperature_2m",
            "apparent_temperature": f"{hours}.apparent_temperature",
            "temperature_max": f"{days}.temperature_2m_max",
            "temperature_min": f"{days}.temperature_2m_min",
            "temperature_unit": (f"{of_hours}.temperature_2m", f"{of_days}.temperature_2m_max"),
            "precipitation": (f"{hours}.precipitation", f"{days}.precipitation_sum"),
            "precipitation_unit": (f"{of_hours}.precipitation", f"{of_days}.precipitation_sum"),
            "precipitation_percent": (
                f"{hours}.precipitation_probability", f"{days}.precipitation_probability_max",
            ),
            "wind_speed": either("wind_speed_10m", "windspeed_10m"),
            "wind_gusts": either("wind_gusts_10m", "windgusts_10m"),
            "wind_unit": (
                f"{of_hours}.wind_speed_10m", f"{of_days}.wind_speed_10m_max", f"{of_hours}.windspeed_10m",
                f"{of_days}.windspeed_10m_max",
            ),
            "wind_direction_deg": (f"{hours}.wind_direction_10m", f"{hours}.winddirection_10m"),
            "weather_code": (
                f"{hours}.weather_code", f"{days}.weather_code", f"{hours}.weathercode", f"{days}.weathercode",
            ),
            "sunrise": f"{days}.sunrise",
            "sunset": f"{days}.sunset",
        },
        values={"interval": {hours: "hour", days: "day"}},
    )  # fmt: skip


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
        _answer("forecast", ""),
        _answer("forecasts of several places", "[]."),
    ),
)  # fmt: skip
