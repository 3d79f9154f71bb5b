"""Forecasts of the US National Weather Service by period, twelve hours or one, as its API answers them."""

from conditioners.columns import Decimal, Moment, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import JsonTree

_PERIOD = "properties.periods[]"

SOURCE = Source(
    name="nws_forecast",
    title="Weather forecasts by period (US National Weather Service)",
    files=("nws_forecast/**",),
    columns=(
        Text("place"),
        Text("generator", choices=("BaselineForecastGenerator", "HourlyForecastGenerator")),
        Moment("issued_at", utc=True),
        Moment("starts_at", utc=True),
        Moment("ends_at", utc=True),
        Text("is_daytime", choices=("true", "false")),
        Whole("temperature", minimum=-150, maximum=150),
        Text("temperature_unit", choices=("F", "C")),
        Whole("precipitation_percent", minimum=0, maximum=100, optional=True),
        Decimal("dew_point_c", 2, minimum=-100, maximum=60, optional=True, rounded=True),
        Whole("humidity_percent", minimum=0, maximum=100, optional=True),
        Whole("wind_from", minimum=0, optional=True),
        Whole("wind_to", minimum=0, optional=True),
        Text("wind_unit", choices=("mph", "km/h"), optional=True),
        Text("wind_direction", pattern=r"[NESW]{1,3}", optional=True),
        Text("short_forecast"),
        Text("detailed_forecast", optional=True),
    ),
    key=("place", "generator", "issued_at", "starts_at"),
    dialects=(
        JsonTree(
            name="API answer",
            records=_PERIOD,
            labels={
                "place": "@file",
                "generator": "properties.forecastGenerator",
                "issued_at": "properties.generatedAt",
                "starts_at": f"{_PERIOD}.startTime",
                "ends_at": f"{_PERIOD}.endTime",
                "is_daytime": f"{_PERIOD}.isDaytime",
                "temperature": f"{_PERIOD}.temperature",
                "temperature_unit": f"{_PERIOD}.temperatureUnit",
                "precipitation_percent": f"{_PERIOD}.probabilityOfPrecipitation.value",
                "dew_point_c": f"{_PERIOD}.dewpoint.value",
                "humidity_percent": f"{_PERIOD}.relativeHumidity.value",
                "wind_from": f"{_PERIOD}.windSpeed",
                "wind_to": f"{_PERIOD}.windSpeed",
                "wind_unit": f"{_PERIOD}.windSpeed",
                "wind_direction": f"{_PERIOD}.windDirection",
                "short_forecast": f"{_PERIOD}.shortForecast",
                "detailed_forecast": f"{_PERIOD}.detailedForecast",
            },
            extract={
                "wind_from": r"([0-9]+)(?: to [0-9]+)? (?:mph|km/h)",
                "wind_to": r"(?:[0-9]+ to )?([0-9]+) (?:mph|km/h)",
                "wind_unit": r"[0-9]+(?: to [0-9]+)? (mph|km/h)",
            },
        ),
    ),
)
