"""Hourly weather observations of NOAA's Integrated Surface Database, fixed-width records with groups behind them.

Format: NOAA NCEI, Federal Climate Complex Data Documentation for Integrated Surface Data.
"""

from conditioners.columns import Decimal, Moment, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import FixedWidth, Tagged

_GROUPS = {
    "AA": 8, "AB": 7, "AC": 3, "AD": 19, "AE": 12, "AG": 4, "AH": 15, "AI": 15, "AJ": 14, "AK": 12, "AL": 7, "AM": 18,
    "AN": 9, "AO": 8, "AP": 6, "AT": 9, "AU": 8, "AW": 3, "AX": 6, "AY": 5, "AZ": 5, "ED": 8, "GA": 13, "GD": 12,
    "GE": 19, "GF": 23, "GG": 15, "GH": 28, "GJ": 5, "GK": 4, "GL": 6, "GM": 30, "GN": 28, "GO": 19, "GP": 31, "GQ": 14,
    "GR": 14, "HL": 4, "IA1": 3, "IA2": 9, "IB1": 27, "IB2": 13, "IC": 25, "KA": 10, "KB": 10, "KC": 14, "KD": 9,
    "KE": 12, "KF": 6, "KG": 11, "MA": 12, "MD": 11, "ME": 6, "MF": 12, "MG": 12, "MH": 12, "MK": 24, "MV": 3, "MW": 3,
    "OA": 8, "OB": 28, "OC": 5, "OD": 11, "OE": 16, "RH": 9, "SA": 5, "ST": 17, "UA": 10, "UG": 9, "WA": 6, "WD": 20,
    "WG": 11, "WJ": 19,
}  # fmt: skip

SOURCE = Source(
    name="isd_hourly",
    title="Hourly weather observations by station (NOAA ISD)",
    files=("isd_hourly/**",),
    columns=(
        Text("usaf", pattern=r"[0-9A-Z]{6}"),
        Text("wban", pattern=r"[0-9]{5}"),
        Moment("observed_at", utc=True),
        Text("report_type", optional=True),
        Decimal("latitude", 3, minimum=-90, maximum=90, optional=True),
        Decimal("longitude", 3, minimum=-180, maximum=180, optional=True),
        Whole("elevation_m", optional=True),
        Whole("wind_direction_deg", minimum=1, maximum=360, optional=True),
        Decimal("wind_speed_m_s", 1, minimum=0, maximum=90, optional=True),
        Text("wind_quality", pattern=r"[0-9A-Z]", optional=True),
        Whole("ceiling_m", minimum=0, maximum=22000, optional=True),
        Whole("visibility_m", minimum=0, maximum=160000, optional=True),
        Decimal("air_temperature_c", 1, minimum=-94, maximum=62, optional=True),
        Text("air_temperature_quality", pattern=r"[0-9A-Z]", optional=True),
        Decimal("dew_point_c", 1, minimum=-99, maximum=37, optional=True),
        Decimal("sea_level_pressure_hpa", 1, minimum=860, maximum=1090, optional=True),
        Text("sea_level_pressure_quality", pattern=r"[0-9A-Z]", optional=True),
        Whole("precipitation_hours", minimum=0, maximum=98, optional=True),
        Decimal("precipitation_mm", 1, minimum=0, optional=True),
        Whole("cloud_cover_oktas", minimum=0, maximum=19, optional=True),
        Text("present_weather", pattern=r"[0-9]{2}", optional=True),
    ),
    key=("usaf", "wban", "observed_at", "report_type"),
    dialects=(
        FixedWidth(
            name="full archive record",
            opening=r"[0-9]{4}[0-9A-Z]{6}[0-9]{5}[12][0-9]{11}",
            moments=("%Y%m%d%H%M",),
            fields={
                "usaf": (5, 10), "wban": (11, 15), "observed_at": (16, 27), "latitude": (29, 34),
                "longitude": (35, 41), "report_type": (42, 46), "elevation_m": (47, 51), "wind_direction_deg": (61, 63),
                "wind_speed_m_s": (66, 69), "wind_quality": (70, 70), "ceiling_m": (71, 75), "visibility_m": (79, 84),
                "air_temperature_c": (88, 92), "air_temperature_quality": (93, 93), "dew_point_c": (94, 98),
                "sea_level_pressure_hpa": (100, 104), "sea_level_pressure_quality": (105, 105),
            },
            tagged=Tagged(
                opening="ADD", lengths=_GROUPS, ends=("REM", "EQD", "QNN"),
                fields={
                    "precipitation_hours": ("AA1", 1, 2), "precipitation_mm": ("AA1", 3, 6),
                    "cloud_cover_oktas": ("GF1", 1, 2), "present_weather": ("MW1", 1, 2),
                },
            ),
            shifts={
                "latitude": -3, "longitude": -3, "wind_speed_m_s": -1, "air_temperature_c": -1, "dew_point_c": -1,
                "sea_level_pressure_hpa": -1, "precipitation_mm": -1,
            },
            sentinels={
                "latitude": ("+99999",), "longitude": ("+999999",), "report_type": ("99999",),
                "elevation_m": ("+9999",), "wind_direction_deg": ("999",), "wind_speed_m_s": ("9999",),
                "ceiling_m": ("99999",), "visibility_m": ("999999",), "air_temperature_c": ("+9999",),
                "dew_point_c": ("+9999",), "sea_level_pressure_hpa": ("99999",), "precipitation_hours": ("99",),
                "precipitation_mm": ("9999",), "cloud_cover_oktas": ("99",),
            },
        ),
    ),
)  # fmt: skip
