"""Drafts that the next delivery meets as well: longer values, more digits, other years, another month's title."""

import gzip
import io
import json
from datetime import datetime

import polars as pl
import pytest

from conditioners.columns import Decimal, Text, Whole
from conditioners.dialects import FixedWidth
from conditioners.outcome import SourceError
from tests.conditioning.workbook_files import xlsx_of


def told(written, words):
    return [remark for remark in written.remarks if words in remark]


def column_of(source, name):
    return next(column for column in source.columns if column.name == name)


def report(*rows):
    head = "Store   Name                     Units     Sales Remark\n"
    return (head + "".join(f"{s:<7} {n:<20} {u:>9} {a:>9} {r}\n" for s, n, u, a, r in rows)).encode()


NAMES = ("Rope", "Twine", "Oak nails 2 in", "Screws M6")
SHOPS = [(f"{100 + n}", NAMES[n % 4], n, f"{n * 4.25:.2f}", ("a", "ok")[n % 2]) for n in range(30)]


def test_the_last_field_of_fixed_width_reaches_to_the_end_of_the_line(draft, run):
    _, source = draft("r.txt", report(*SHOPS))

    assert source.dialects[0].fields["remark"][1] is None
    later = run(source, report(("101", "Rope", 1, "1.00", "counted twice, then once more")))
    assert later.rows == ['101,Rope,1,1.00,"counted twice, then once more"']


def test_a_number_of_more_digits_stays_whole_in_fixed_width(draft, run):
    _, source = draft("r.txt", report(*SHOPS))
    later = run(source, report(("101", "Rope", 12345678, "123456.75", "a"), ("102", "", "", "654321.00", "a")))

    assert later.rows == ["101,Rope,12345678,123456.75,a"]
    assert later.rejects[0]["column"] in ("name", "units"), "and none of its digits is units"


def test_a_number_may_grow_where_all_of_the_sample_have_as_many_digits(draft, run):
    rows = [f"{n:>6}  {n + 50}.5  {n + 100}\n" for n in range(10, 40)]
    _, source = draft("r.txt", ("   day  rain  sun\n" + "".join(rows)).encode())
    later = run(source, b"   day  rain  sun\n    10 100.5 2345\n")

    assert later.rows == ["10,100.5,2345"]


def book_of(moments):
    return xlsx_of(["store", "sold"], *((f"{number:03}", moment) for number, moment in enumerate(moments)))


def parquet_of(moments):
    packed = io.BytesIO()
    pl.DataFrame({"store": [f"{number:03}" for number in range(len(moments))], "sold": moments}).write_parquet(packed)
    return packed.getvalue()


@pytest.mark.parametrize("write", [book_of, parquet_of])
def test_a_moment_of_midnight_is_read_where_the_sample_has_none(draft, run, write):
    moments = [datetime(2024, 5, 1 + day, 14, 5, day) for day in range(9)]
    _, source = draft("sales.bin", write(moments))
    later = run(source, write([datetime(2024, 6, 1), datetime(2024, 6, 1, 8)]))

    assert later.rows == ["000,2024-06-01T00:00:00", "001,2024-06-01T08:00:00"]


def lines_of_sales():
    shops = [(f"{n % 50:05d}", n % 400, f"{n % 90}.50") for n in range(900)]
    shops[700] = ("00011", 291, "100.00")
    return "".join(f"{shop} {units:>6} {price:>6}\n" for shop, units, price in shops).encode()


def test_a_larger_number_far_down_in_the_sample_shows_where_its_field_begins(draft):
    written, source = draft("r.txt", lines_of_sales())

    assert list(source.dialects[0].fields.values()) == [(1, 9), (10, 12), (13, None)]
    assert written.summary.rows_quarantined == 0


def test_fields_in_a_packed_file_have_the_same_places(draft):
    _, plain = draft("r.txt", lines_of_sales())
    _, packed = draft("r.txt.gz", gzip.compress(lines_of_sales(), mtime=0), name="packed")

    assert packed.dialects[0].fields == plain.dialects[0].fields


def test_fields_under_a_ruler_keep_their_places(draft):
    lines = [f"{n:<6} {'Tea':<12} {n:>7}" for n in range(10, 20)]
    text = "\n".join([f"{'Code':<6} {'Name':<12} {'Units':>7}", f"{'-' * 6} {'-' * 12} {'-' * 7}", *lines]) + "\n"
    _, source = draft("r.txt", text.encode())

    assert source.dialects[0].fields == {"code": (1, 7), "name": (8, 20), "units": (21, None)}


def test_a_field_to_the_end_of_the_line_is_the_last_one(make_source, run):
    columns = (Text("code"), Text("note", optional=True))
    dialect = FixedWidth(name="f", fields={"code": (1, 3), "note": (4, None)})
    result = run(make_source(columns=columns, key=(), dialects=(dialect,)), b"007as long as it may be\n008\n")

    assert result.rows == ["007,as long as it may be", "008,"]
    with pytest.raises(SourceError, match="nothing can stand behind"):
        FixedWidth(name="f", fields={"code": (1, None), "note": (4, 9)})


@pytest.mark.parametrize(
    ("label", "cells", "pattern"),
    [
        ("store no", range(1, 9), "[0-9]+"),
        ("order number", range(5000, 5009), "[0-9]+"),
        ("zip", range(50001, 50009), "[0-9]{5}"),
        ("store", (f"{n:04}" for n in range(8)), "[0-9]{4}"),
        ("sku", range(40000001, 40000009), "[0-9]{8}"),
    ],
)
def test_codes_have_a_fixed_length_only_where_they_do_not_just_count(draft, label, cells, pattern):
    _, source = draft(
        "c.csv", f"{label},units\n{''.join(f'{cell},{n}.5' + chr(10) for n, cell in enumerate(cells))}".encode()
    )

    assert source.columns[0].pattern == pattern


def test_a_key_has_the_codes_before_the_times_and_the_week_though_it_is_one(draft):
    rows = "".join(f"2025-01-06,08:{n:02}:00,2025,{n % 5},T{n:04},{n}\n" for n in range(25))
    _, source = draft("k.csv", f"week,time,year,shop,trx no,units\n{rows}".encode())

    assert source.key == ("week", "year", "trx_no")


def test_labels_that_are_empty_above_nothing_are_no_information(draft):
    written, source = draft("bars.txt", b"|Werk|Menge|\n|1000|3|\n|1010|4|\n|1020|5|\n")

    assert [column.name for column in source.columns] == ["werk", "menge"]
    assert not told(written, "the label ''")


def test_lines_that_begin_with_blanks_are_skipped_by_their_words(draft, run):
    lines = [f" {n:05}  {'WIDGET' if n % 2 else 'HOSE 5M':<20}  {n * 7:>9}" for n in range(1, 12)]
    head = [
        " INV410R" + " " * 20 + "STOCK    PAGE 1",
        "",
        f" ITEM   {'NAME':<20}  {'ON HAND':>9}",
        f" {'-' * 5}  {'-' * 20}  {'-' * 9}",
    ]
    text = "\n".join([*head, *lines, "", " " * 30 + "*** END OF REPORT ***"]) + "\n"
    _, source = draft("s.txt", text.encode())
    spoiled, alike = " " * 36 + "5", " INVERT 5"
    later = run(source, (text.replace("INV410R", "INV999R") + f"{spoiled}\n{alike}\n").encode())

    assert (later.summary.rows_out, [reject["raw"] for reject in later.rejects]) == (11, [spoiled, alike])


def test_years_as_columns_become_rows(draft, run):
    rows = "".join(f"C{n},{n}.5,A,{n}.25,E,,\n" for n in range(1, 9))
    _, source = draft("fao.csv", f"area,Y2019,Y2019F,Y2020,Y2020F,Y2021,Y2021F\n{rows}".encode())

    assert isinstance(column_of(source, "year"), Whole)
    later = run(source, b"area,Y2021,Y2021F,Y2022,Y2022F\nC1,1.00,A,2.00,E\n")
    assert later.rows == ["C1,2021,1.00,A", "C1,2022,2.00,E"]


@pytest.mark.parametrize("amount", ["1,298円", "1,298.50 TL", "1,298.50 руб.", "¥1,298"])
def test_amounts_with_marks_of_more_currencies_are_numbers(draft, amount):
    _, source = draft("a.csv", f'id,amount\n1,"{amount}"\n2,"{amount}"\n3,"{amount}"\n'.encode())

    assert isinstance(source.columns[1], Decimal | Whole)


@pytest.mark.parametrize("cells", [("5. ledna 2024", "6. února 2024"), ("1. tammi 2024", "2. helmi 2024")])
def test_months_in_languages_that_drafts_do_not_know_stay_text_and_are_told(draft, cells):
    written, _ = draft("m.csv", ("Monat,n\n" + "".join(f"{cell},1\n" for cell in cells)).encode())

    assert told(written, "formats know months in English, and those that `months` of their dialect declares")


def test_lines_of_an_order_in_an_element_of_their_own_are_the_rows(draft):
    lines = [f"<line><sku>0{n % 7}{k}</sku><qty>{k}</qty></line>" for n in range(9) for k in (1, 2)]
    held = ["".join(lines[2 * n : 2 * n + 1 + n % 2]) for n in range(9)]
    orders = "".join(
        f'<order no="{n:04}"><buyer><name>N{n}</name></buyer><lines>{of}</lines></order>' for n, of in enumerate(held)
    )
    written, source = draft("o.xml", f"<orders>{orders}</orders>".encode())

    assert source.dialects[0].records == "orders/order/lines/line"
    assert source.dialects[0].labels["buyer_name"] == "orders/order/buyer/name"
    assert (written.summary.rows_out, written.summary.rows_quarantined) == (13, 0)


def test_names_with_points_in_json_have_paths_in_quotes_and_lists_are_told(draft):
    records = [{"@odata.etag": f"{n}", "id": n, "of": {"a.b": 1, "c": 2}, "tags": ["x", "y"]} for n in range(5)]
    written, source = draft("o.json", json.dumps({"value": records}).encode())

    assert list(source.dialects[0].labels.values()) == [
        "value[]['@odata.etag']", "value[].id", "value[].of['a.b']", "value[].of.c", "value[].tags",
    ]  # fmt: skip
    assert told(written, "lists are kept as the text of one cell: 'tags'")


def test_a_further_table_in_text_is_told_with_what_leaves_it_out(draft):
    first = "".join(f"2025-01-{n:02},{n},{n}.5\n" for n in range(1, 12))
    second = "".join(f"{n:04},{n * 3}\n" for n in range(12))
    written, _ = draft("ga.csv", f"day,users,revenue\n{first}\nNth day,Active users\n{second}".encode())

    assert told(written, "`until` leaves it out")


def test_a_key_by_itself_is_a_code_or_the_days_of_a_series_or_the_names_in_a_list(draft):
    kinds = {
        "bookings": ("day,purpose,amount\n", "2025-01-{0:02},Invoice {0},{0}.50\n", ("day", "purpose")),
        "series": ("day,unit,value\n", "2025-01-{0:02},kg,{0}.50\n", ("day",)),
        "names": ("name,price\n", "Tea {0},{0}.50\n", ("name",)),
        "orders": ("day,order id,amount\n", "2025-01-{0:02},K{0},{0}.50\n", ("order_id",)),
        "sales": ("txn_id,store,day\n", "73919{0:04},{1:03},2025-01-{0:02}\n", ("txn_id",)),
    }
    for name, (header, row, key) in kinds.items():
        _, source = draft(f"{name}.csv", (header + "".join(row.format(n, n % 5) for n in range(1, 25))).encode(), name)
        assert source.key == key, name


def test_units_below_the_labels_of_fixed_width_are_no_row(draft):
    rows = "".join(f"   {2020 + n // 12}  {n % 12 + 1:2}  {n + 0.5:5.1f}  {n * 2.5:6.1f}\n" for n in range(30))
    notes = "Heathrow (London Airport)\nLocation 507800E 176700N, Lat 51.479 Lon -0.449, 25m amsl\n"
    text = f"{notes}   yyyy  mm   tmax    rain\n              degC      mm\n{rows}"
    written, source = draft("station.txt", text.encode())

    assert [column.name for column in source.columns] == ["yyyy", "mm", "tmax_deg_c", "rain_mm"]
    assert (written.summary.rows_out, written.summary.rows_quarantined) == (30, 0)


def test_a_file_of_fields_that_touch_each_other_is_told_to_be_declared_by_hand(draft):
    written, _ = draft("x.dat", "".join(f"D{n:06}{n * 7:05}20250106\n" for n in range(9)).encode())

    assert told(written, "fields that touch each other, declare their places by hand")


def test_weeks_and_moments_with_months_in_words_are_read(draft):
    rows = "".join(f"B{n},{n},{n + 1},{n + 2}\n" for n in range(9))
    _, wide = draft("iri.csv", f"product,1 w/e Jan 05 2025,1 w/e Jan 12 2025,1 w/e Jan 19 2025\n{rows}".encode(), "iri")
    rows = "".join(f"{n},06 Jan 2025 08:{n:02},{n}.5\n" for n in range(9))
    _, moments = draft("till.csv", f"id,sold,amount\n{rows}".encode(), "till")

    assert (wide.dialects[0].days, moments.dialects[0].moments) == (("%b %d %Y",), ("%d %b %Y %H:%M",))


def test_zeros_for_a_moment_are_no_value(draft):
    rows = "".join(f"{n},{'0000-00-00' if n % 4 == 0 else f'2025-01-{n + 1:02}'} 00:00:00\n" for n in range(20))
    _, source = draft("m.csv", f"id,at\n{rows}".encode())

    assert source.dialects[0].sentinels == {"at": ("0000-00-00 00:00:00",)}


@pytest.mark.parametrize("price", ["{0},155", "{0}.155,250"])
def test_commas_between_semicolons_are_decimal_marks_whatever_months_there_are(draft, price):
    rows = "".join(f"A{n};{price.format(n)};0{n}.2025\n" for n in range(1, 9))
    written, source = draft("d.csv", f"art;preis;gueltig_ab\n{rows}".encode())

    assert source.dialects[0].numbers.decimal == ","
    assert isinstance(column_of(source, "preis"), Decimal)
    assert bool(told(written, "may stand for thousands or for decimals")) == (price == "{0},155")


def test_what_is_the_same_in_all_rows_makes_no_day_a_key_but_codes_are_part_of_one(draft):
    rows = "".join(f"72295,2025-01-{n:02},kg,v{n},{n}.5\n" for n in range(1, 25))
    _, source = draft("s.csv", f"station id,day,unit,vector,value\n{rows}".encode())

    assert source.key == ("station_id", "day", "vector")


def test_a_day_without_its_year_is_no_key_by_itself(draft):
    rows = "".join(f"{n},50;{n % 28 + 1:02}{n // 28 + 1:02};RE-{1000 + n};Waren\n" for n in range(40))
    _, source = draft("bookings.csv", f"Umsatz;Belegdatum;Belegfeld 1;Text\n{rows}".encode())

    assert source.key == ("belegfeld_1",)


def test_columns_with_values_but_without_a_label_are_drafted_by_their_places(draft, run):
    def deliver(year):
        rows = [f"{year};{month};{n + 100},5;+{n},1" for n, month in enumerate(("Januar", "Februar", "Juli") * 4)]
        head = ["Deutschland;;;", ";;Index;Änderung", ";;2020=100;in (%)"]
        return "\n".join([*head, *rows, "__________", "Stand: 2.5."]).encode()

    written, source = draft("prices.csv", deliver(2021))
    later = run(source, deliver(2022))

    assert (written.summary.rows_out, later.summary.rows_out, later.summary.rows_quarantined) == (12, 12, 0)
    assert later.rows[:2] == ["2022,Januar,100.5,0.1", "2022,Februar,101.5,1.1"]


def test_heads_of_pages_that_begin_with_the_day_are_skipped_on_any_day(draft, run):
    def make(day, units):
        head = f"{day}               Dynamic List Display                 1\n|Plant|   Units sold|\n"
        page = "".join(f"|{n:05}|{units + n:>13}|\n" for n in range(9))
        return f"{head}{page}\n{head}{page}".encode()

    _, source = draft("list.txt", make("01.01.2025", 5))
    later = run(source, make("28.02.2025", 7))

    assert source.columns[1].labels == ("Units sold",)
    assert (later.summary.rows_in, later.summary.rows_out) == (18, 18)
