"""Daily weather by station of the Global Historical Climatology Network: long CSV with or without header, and .dly.

Formats: NOAA NCEI, readme.txt and readme-by_station.txt of GHCN-Daily.
"""

from conditioners.columns import Day, Decimal, Text
from conditioners.declaration import Source
from conditioners.dialects import Delimited, FixedWidth, Repeated, ShiftBy

_SOIL = tuple(f"S{end}{cover}{depth}" for end in "NX" for cover in range(10) for depth in range(10))
"""Least and greatest temperature of the soil, by what covers it and how deep."""
_TENTHS = dict.fromkeys(
    ("PRCP", "TMAX", "TMIN", "TAVG", "TAXN", "TOBS", "AWND", "EVAP", "MDEV", "MDPR", "MDTN", "MDTX", "THIC", "WESD",
     "WESF", "WSF1", "WSF2", "WSF5", "WSFG", "WSFI", "WSFM", "MNPN", "MXPN", "ADPT", "AWBT", "ASLP", "ASTP", *_SOIL),
    -1,
)  # fmt: skip
"""Elements that come in tenths: of mm, degrees C, m/s or hPa. The others are whole mm, degrees, minutes, per cent.

SNOW and SNWD are whole mm, as the readme has it, though a list of units elsewhere says tenths: each fall is a multiple
of a tenth of an inch in mm, and falls on days of frost are fifteen times the water in them; as tenths they would be
one and a half times, more than ice weighs. TAXN, of which no station here has any, is in tenths by the readme.
"""
_SHIFTS = {"value": ShiftBy("element", _TENTHS)}
_NULLS = ("-9999",)

SOURCE = Source(
    name="ghcn_daily",
    title="Daily weather by station (NOAA GHCN-Daily)",
    files=("ghcn_daily/**",),
    members=("**/*.csv", "**/*.dly"),
    columns=(
        Text("station", pattern=r"[A-Z]{2}[0-9A-Z_-]{9}"),
        Day("date"),
        Text("element", pattern=r"[A-Z]{2}[A-Z0-9]{2}", labels=("attr",)),
        Decimal("value", 1),
        Text("measurement_flag", pattern=r"[BDHKLOPTW]", optional=True),
        Text("quality_flag", pattern=r"[A-Z]", optional=True),
        Text("source_flag", pattern=r"[0-9A-Za-z]", optional=True),
        Text("observation_time", pattern=r"([01][0-9]|2[0-3])[0-5][0-9]|2400", optional=True),
    ),
    key=("station", "date", "element"),
    dialects=(
        Delimited(
            name="a station's file, with header",
            days=("%Y%m%d",),
            labels={
                "station": "@file", "measurement_flag": "a", "quality_flag": "b", "source_flag": "c",
                "observation_time": "d",
            },
            shifts=_SHIFTS,
            nulls=_NULLS,
        ),
        Delimited(
            name="all stations, with header",
            days=("%Y%m%d",),
            labels={
                "station": "ID", "value": "DATA_VALUE", "measurement_flag": "M_FLAG", "quality_flag": "Q_FLAG",
                "source_flag": "S_FLAG", "observation_time": "OBS_TIME",
            },
            shifts=_SHIFTS,
            nulls=_NULLS,
        ),
        Delimited(
            name="all stations, no header",
            days=("%Y%m%d",),
            opening=r"[A-Z]{2}[0-9A-Z_-]{9},[12][0-9]{7},[A-Z]{2}[A-Z0-9]{2},",
            fields=(
                "station", "date", "element", "value", "measurement_flag", "quality_flag", "source_flag",
                "observation_time",
            ),
            shifts=_SHIFTS,
            nulls=_NULLS,
        ),
        FixedWidth(
            name="dly, a month in a line",
            opening=r"[A-Z]{2}[0-9A-Z_-]{9}[12][0-9]{5}[A-Z]{2}[A-Z0-9]{2}[ 0-9-]{5}",
            days=("%Y%m%d",),
            fields={"station": (1, 11), "date": (12, 17), "element": (18, 21)},
            repeated=Repeated(
                into="date", first=22, width=8, count=31,
                fields={"value": (1, 5), "measurement_flag": (6, 6), "quality_flag": (7, 7), "source_flag": (8, 8)},
            ),
            shifts=_SHIFTS,
            nulls=_NULLS,
        ),
    ),
)  # fmt: skip
