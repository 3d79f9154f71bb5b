"""Targets of what dialects declare besides their columns: titles, header rows, fields, parts, repetitions, groups."""

from __future__ import annotations

from collections.abc import Iterator

from bench.conditioning.fuzz_target import Target, make_target
from conditioners.dialects import Delimited, FixedWidth, Numbers, Repeated, ShiftBy, Tagged, Wide, Workbook

_TITLED = (
    "Report\nStore: 007 of 9\nday,units,price\n2024-01-01,5,1.50\n2024-01-02,6,\n\nStore: 008\n"
    "day,units,price\n2024-01-01,7,2\nTotal,18,\n"
)
_HEADED = "Sales,,,\nday,store,sold,sold\n,,units,price\n2024-01-01,007,5,1.50\n2024-01-02,008,6,\nEnd of it\nx,y\n"
_BARE = "# made by hand\n2024-01-01||x||007||5||1.50\n2024-01-02||||008||6||\n"
_WORDS = (
    "y\tm\tday of it\tshop\tunits\tprice\n2024\tmai\t1\tno 007.\t(5)\t1,50-\n"
    "2024\tjun\t2\tno 008.\t\u0667\tEUR 1.000,5 CR\n2024\tjul\t3\tno 009.\tnone\t-9999\n"
)
_MONTHS = ("jan", "feb", "mrz", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", ("dez", "dec"))
_PAIRS = "store,units 2024-01-01,price 2024-01-01,units 2024-01-02,price 2024-01-02\n007,5,1.5,,\n008,6,,7,2\n"
_REPEATED = "2024-01007    5  150    6     \n2024-01008    7-9999         2\n"
_TAGGED = "2024-01-01007ADDAA10005B1x150REMAA10009\n2024-01-02008ADDB1y\n2024-01-03009\n"


def list_options() -> Iterator[Target]:
    """Text and tables under declarations with each of these."""
    title = Delimited(name="d", labels={"store": r"@title Store: (\d{3})"}, skip=("Total",))
    yield make_target(
        "delimited with titles", (_TITLED.encode(), _TITLED.replace("\n", "\r\n").encode("utf-16")), title
    )
    sold = {"units": "sold units", "price": "sold price"}
    headed = Delimited(name="d", header_rows=2, labels=sold, until="End")
    yield make_target("delimited with two header rows", (_HEADED.encode(),), headed)
    fields = ("day", "", "store", "units", "price")
    bare = Delimited(name="d", delimiters=("||",), quote="", fields=fields, skip=("#",), opening="#", order=("store",))
    yield make_target("delimited without labels", (_BARE.encode(),), bare)
    yield make_target("delimited in parts", (_WORDS.encode(),), _declare_words())
    pairs = {"units": r"units (\S+)", "price": r"price (\S+)"}
    yield make_target(
        "wide pairs", (_PAIRS.encode(),), Delimited(name="d", wide=Wide(into="day", values=pairs, keep_empty=True))
    )
    yield from _list_fixed()
    yield from _list_workbooks()


def _declare_words() -> Delimited:
    return Delimited(
        name="d", delimiters=("\t",), parts={"day": ("y", "m", "day of it")}, labels={"store": "shop"},
        days=("%Y %b %e",), months=_MONTHS, digits=("arabic-indic",), nulls=("none",), sentinels={"price": ("-9999",)},
        extract={"store": r"no (\d+)\."}, values={"store": {"007": "007", "008": "018"}},
        shifts={"price": ShiftBy("store", {"008": 2})},
        numbers=Numbers(
            decimal=",", thousands=".", currency=("EUR",), trailing_minus=True, brackets=True, minus=("CR",)
        ),
    )  # fmt: skip


def _list_fixed() -> Iterator[Target]:
    repeated = FixedWidth(
        name="f", fields={"day": (1, 7), "store": (8, 10)}, days=("%Y-%m%d",),
        sentinels={"price": ("-9999",)},
        repeated=Repeated(into="day", first=11, width=10, count=2, fields={"units": (1, 5), "price": (6, 10)}),
    )  # fmt: skip
    yield make_target("fixed width, repeated, in parts", (_REPEATED.encode(),), repeated)
    tagged = FixedWidth(
        name="f", fields={"day": (1, 10), "store": (11, 13)}, opening="2",
        tagged=Tagged(
            opening="ADD", lengths={"AA": 4, "B1x": 3, "B1y": 0}, ends=("REM",),
            fields={"units": ("AA1", 1, 4), "price": ("B1x", 1, 3)},
        ),
    )  # fmt: skip
    yield make_target("fixed width with groups", (_TAGGED.encode(),), tagged)
    titled = FixedWidth(
        name="f",
        labels={"store": r"@title Store (\d+)"},
        fields={"day": (1, 10), "units": (11, 14), "price": (15, None)},
    )
    text = "Store 007\n2024-01-01   5  1.50\n2024-01-02   6\n\nStore 008\n2024-01-01   7 9\n"
    yield make_target("fixed width with titles", (text.encode(),), titled)


def _list_workbooks() -> Iterator[Target]:
    wide = Workbook(name="w", header_rows=2, until="Total", wide=Wide(into="day", values={"units": r"units (\S+)"}))
    heads = "<tr><td>store<td colspan=2>units<td>price<tr><td><td>2024-01-01<td>2024-01-02<td>"
    table = f"<table>{heads}<tr><td>007<td>5<td>6<td>1.5<tr><td>008<td><td>7<td><tr><td>Total<td>1<td>2</table>"
    yield make_target("HTML with days as columns", (table.encode(),), wide)
    titled = Workbook(name="w", labels={"store": r"@title Store\t(\d+)"})
    rows = "<tr><td>Store<td>007<tr><td>day<td>units<tr><td>2024-01-01<td>5<tr><td>Store<td>008<tr><td>2024-01-02<td>6"
    yield make_target("HTML with titles", (f"<table>{rows}</table>".encode(),), titled)
