"""Drafts from exports as companies really have them: dates and marks of their countries, programs and archives."""

import io
import json
import zipfile
from datetime import date

import pyarrow as pa
import pytest

from conditioners.columns import Decimal, Moment, Text, Whole
from conditioners.dialects import Numbers
from conditioners.drafting.samples import NoDraft

DATES = [f"{day:02}/09/2025" for day in range(1, 13)]


def told(written, words):
    return [remark for remark in written.remarks if words in remark]


def lines(head, rows):
    return "\n".join([head, *rows]).encode() + b"\n"


def test_the_day_stands_before_the_month_beside_decimal_commas_and_is_told(draft):
    european = lines("Datum;Umsatz", [f"{day};1,50" for day in DATES])
    american = lines("date;sales", [f"{day};1.50" for day in DATES])
    written, source = draft("r.csv", european)

    assert source.dialects[0].days == ("%d/%m/%Y",)
    assert told(written, "'Datum' can be read as month/day and as day/month, and is read as day/month, as decimal")
    assert draft("r.csv", american, name="other")[1].dialects[0].days == ("%m/%d/%Y",)


@pytest.mark.parametrize("cells", [["19,0", "7,0"], ["5.0%", "12.0%"], ["5,0 %", "12,0 %"]])
def test_a_zero_behind_a_decimal_comma_or_before_a_unit_is_a_decimal_place(draft, cells):
    _, source = draft("r.csv", lines("shop;rate", [f"s{n};{cells[n % 2]}" for n in range(20)]))

    assert source.columns[1] == Decimal("rate", 1)


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        ([f"202509{day:02}080107" for day in range(10, 25)], "%Y%m%d%H%M%S"),
        ([f"9/{day}/2025, 8:01 AM" for day in range(10, 25)], "%m/%d/%Y, %I:%M %p"),
        ([f"{day}SEP2025:08:01:07" for day in range(10, 25)], "%d%b%Y:%H:%M:%S"),
        ([f"2025-09-{day}-08.01.07.000001" for day in range(10, 25)], "%Y-%m-%d-%H.%M.%S%.f"),
    ],
)
def test_moments_as_tills_and_mainframes_write_them_are_moments(draft, run, cells, written):
    text = lines("shop|at", [f"s{n}|{cell}" for n, cell in enumerate(cells)])
    _, source = draft("r.csv", text)

    assert source.columns[1] == Moment("at")
    assert source.dialects[0].moments == (written,)
    assert run(source, text).rows[0].startswith("s0,2025-09-10T08:01:")


@pytest.mark.parametrize(
    ("before", "written"),
    [("{:%a, }", "%a, %d %b %Y"), ("{:%A }", "%A %d %b %Y"), ("1 W/E ", "1 W/E %d %b %Y")],
)
def test_weekdays_and_words_with_digits_before_dates_are_part_of_their_form(draft, run, before, written):
    days = [date(2025, 9, day) for day in range(10, 25)]
    text = lines("shop|at", [f"s{n}|{before.format(day)}{day:%d %b %Y}" for n, day in enumerate(days)])
    _, source = draft("r.csv", text)

    assert source.dialects[0].days == (written,)
    assert run(source, text).rows[-1] == "s14,2025-09-24"


def test_codes_and_amounts_in_japanese_are_such(draft):
    rows = [f'{n % 3:04},49000000{n:05},"￥{n + 1},000"' for n in range(30)]
    _, source = draft("r.csv", lines("店舗コード,商品番号,金額", rows))

    assert [type(column) for column in source.columns] == [Text, Text, Whole]
    assert source.dialects[0].numbers.currency == ("￥",)


def test_words_for_nothing_that_a_text_keeps_are_told(draft):
    written, _ = draft("r.csv", lines("shop,note", [f"s{n},{'NULL' if n % 2 else 'late'}" for n in range(20)]))

    assert told(written, "'note' is text and keeps 'NULL' (10 cells): declare these as `sentinels`")


def test_a_total_beside_months_as_columns_is_told(draft):
    rows = [f"a{n},{n},{n + 1},{n + 2},{3 * n + 3}" for n in range(20)]
    written, _ = draft("r.csv", lines("account,Jan-25,Feb-25,Mar-25,Total", rows))

    assert told(written, "'Total' stands beside them, so it comes again in each of their rows")


def test_a_text_of_numbers_and_marks_is_no_part_of_a_key(draft):
    cells = ["T", "M", *(f"{n}.5" for n in range(28))]
    _, source = draft("r.csv", lines("day,station,rain", [f"2025-09-{n + 1:02},X1,{cells[n]}" for n in range(30)]))

    assert type(source.columns[2]) is Text
    assert source.key == ("day", "station")


def test_members_with_lines_of_json_are_told_apart_by_their_names(draft):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for day in ("20250901", "20250902"):
            held = "\n".join(json.dumps({"shop": f"00{n}", "units": n}) for n in range(9))
            archive.writestr(f"sales_{day}.jsonl", held)
    written, source = draft("daily.zip", packed.getvalue())

    assert source.columns[-1] == Text("file", labels=("@file",))
    assert written.summary.rows_out == 18


def test_a_sample_in_zstd_has_a_golden_pair(draft):
    written, _ = draft("r.csv.zst", pa.compress(lines("a,b", [f"{n},x" for n in range(90)]), "zstd", asbytes=True))

    assert written.golden is not None
    assert written.golden.stat().st_size < 200


def test_points_before_three_digits_mark_thousands_where_nothing_above_them_is_without(draft):
    sold = [f"a{n};{n * 173 // 1000}.{n * 173 % 1000:03}" if n > 5 else f"a{n};{n * 173}" for n in range(30)]
    weights = [f"a{n};{n + 1}.125" for n in range(30)]
    written, source = draft("r.csv", lines("shop;sold", sold))

    assert (source.columns[1], source.dialects[0].numbers.thousands) == (Whole("sold"), ".")
    assert told(written, "may stand for thousands or for decimals")
    assert draft("r.csv", lines("shop;weight", weights), name="other")[1].columns[1] == Decimal("weight", 3)


@pytest.mark.parametrize(
    "held",
    [
        {"rows": [{"sku": f"00{n}", "units": n} for n in range(9)]},
        {"daily": {"day": [f"2025-01-0{n}" for n in range(1, 9)], "units": [*range(8)]}},
        {"days": {f"2025-01-0{n}": {"units": n} for n in range(1, 9)}},
    ],
)
def test_what_stands_around_the_records_of_a_document_is_told_with_its_path(draft, held):
    written, _ = draft("r.json", json.dumps({"page": 1, "of": {"shop": "0012"}, **held}).encode())

    (remark,) = told(written, "what stands around the records is in no column: 'page' '1', 'of.shop' '0012'; a column")
    assert remark.endswith("whose label is such a path takes it")


def test_what_stands_around_rows_that_are_lists_is_told(draft):
    held = {"shop": "0012", "columns": ["day", "units"], "data": [[f"2025-01-0{n}", n] for n in range(1, 9)]}
    written, _ = draft("r.json", json.dumps(held).encode())

    assert "what stands around the records is in no column: 'shop' '0012'" in written.remarks


@pytest.mark.parametrize("mark", ["₹", "Rs. ", ""])
def test_amounts_in_lakhs_are_numbers(draft, run, mark):
    amounts = ["3,95,912.00", "12,34,567.50", "-1,00,00,000.25", "999.75", "54,888.10"]
    rows = [f'INV/{n:03},"{mark}{amount}"' for n, amount in enumerate(amounts * 5)]
    _, source = draft("r.csv", lines("invoice,amount", [row.replace(f"{mark}-", f"-{mark}") for row in rows]))

    assert source.columns[1] == Decimal("amount", 2)
    assert source.dialects[0].numbers.lakhs
    later = run(
        source, lines("invoice,amount", ['INV/900,"12,34,567.50"', 'INV/901,"123,456.00"', 'INV/902,"1,2,345"'])
    )
    assert later.rows == ["INV/900,1234567.50"]
    assert [reject["rule"] for reject in later.rejects] == ["not_a_number", "not_a_number"]


def test_numbers_with_exponents_in_text_are_told_with_what_to_do(draft):
    written, _ = draft("r.csv", lines("shop,sold", [f"s{n},1.{n + 10}E+05" for n in range(20)]))

    assert told(
        written, "'sold' is text, since numbers such as '1.10E+05' may lack digits, and no form reads their expon"
    )


def test_labels_that_all_come_again_are_told_with_what_to_declare(draft):
    with pytest.raises(NoDraft, match="'units' is a label of 2 columns: where a row above tells them apart"):
        draft("r.csv", lines("units,sales,units,sales", [f"{n},{n}.5,{n},{n}.5" for n in range(9)]))


def test_marks_between_thousands_that_no_number_has_are_not_declared_and_that_is_told(draft, run):
    rows = [f"{1000 + n};{n},{n % 90 + 10}\n" for n in range(40)]
    written, source = draft("preise.csv", f"Artikel;Preis\n{''.join(rows)}".encode())
    later = run(source, b"Artikel;Preis\n2000;1.234\n2001;12,50\n")

    assert source.dialects[0].numbers == Numbers(decimal=",")
    assert told(written, "no number has marks between thousands: declare `thousands` in numbers where later files")
    assert later.rows == ["2001,12.50"]
    assert [row["rule"] for row in later.rejects] == ["not_a_number"]


def test_nines_beside_zeros_alone_and_negative_ones_alone_are_told(draft):
    rows = [f"{n + 1},{-999 if n % 9 == 0 else 0},-999,999,{-99.9 if n % 5 == 0 else 0.0}\n" for n in range(40)]
    written, _ = draft("snow.csv", f"n,depth,ground,price,sun\n{''.join(rows)}".encode())

    assert told(written, "'depth' keeps '-999' (5 cells)")
    assert told(written, "'ground' keeps '-999' (40 cells)")
    assert told(written, "'sun' keeps '-99.9' (8 cells)")
    assert not told(written, "'price' keeps")


def test_labels_that_count_on_are_told_as_what_may_be_days(draft):
    labels = [f"d_{n}" for n in range(1, 29)]
    rows = [f"{store}{item},{','.join(str(n * item % 7) for n in range(28))}\n" for item in range(30) for store in "AB"]
    written, source = draft("wide.csv", f"item,{','.join(labels)}\n{''.join(rows)}".encode())
    fewer, _ = draft("p.csv", b"store,price1,price2\n" + b"".join(b"S%d,1,2\n" % n for n in range(9)), "other")

    assert len(source.columns) == 29
    assert told(written, "labels count on from 'd_1' to 'd_28': where they are days or weeks")
    assert not told(fewer, "count on")


def test_cells_between_single_blanks_are_declared_and_so_are_rows_that_r_gives_names(draft, run):
    rows = [f'"{n}" {n % 90 + 10}.5 {n % 4} "Type {n}" "2024-01-{n % 28 + 1:02}"\n' for n in range(1, 40)]
    text = ('"price" "size" "model" "day"\n' + "".join(rows)).encode()
    written, source = draft("table.txt", text)

    assert (source.dialects[0].delimiters, written.summary.rows_out) == ((" ",), 39)
    assert told(written, "4 labels for 5 columns: columns are declared by their places")
    assert run(source, text).rows[0] == "1,11.5,1,Type 1,2024-01-02"


DAYS = [(f"202401{n:02}", f"S{n % 4}", n * 7 % 50 + 30, f"{n * 3}.25") for n in range(1, 25)]


@pytest.mark.parametrize(
    ("last", "skipped"),
    [
        ("TRL|24|2024-02-01", r"TRL\|[0-9]+"),
        ("TRAILER|24|9.00|20240201", r"TRAILER\|[0-9]+"),
        ("EOF|000026", r"EOF\|[0-9]+"),
        ("T|0999.50|024", r"T\|"),
    ],
)
def test_a_last_line_that_counts_the_rows_is_no_row_and_told(draft, run, last, skipped):
    rows = [f"{day}|{store}|{units}|{amount}\n" for day, store, units, amount in DAYS]
    written, source = draft("sales.psv", f"DAY|STORE|UNITS|AMOUNT\n{''.join(rows)}{last}\n".encode())
    later = run(source, f"DAY|STORE|UNITS|AMOUNT\n{''.join(rows[:12])}{last.replace('24', '12')}\n".encode())

    assert told(written, f"the last line, {last!r}, tells how many rows there are, and is skipped")
    assert source.dialects[0].skip == (skipped,)
    assert (written.summary.rows_out, written.summary.rows_quarantined) == (24, 0)
    assert [type(column).__name__ for column in source.columns] == ["Day", "Text", "Whole", "Decimal"]
    assert (len(later.rows), later.rejects) == (12, [])


def test_a_trailer_below_rows_without_labels_is_told_by_its_count(draft):
    rows = "".join(f"D|{day}|{store}|{units}|{amount}\n" for day, store, units, amount in DAYS)
    written, source = draft("sales.psv", f"H|20240131|POS01|0001\n{rows}T|000024|1309.58\n".encode())

    assert (written.summary.rows_out, written.summary.rows_quarantined) == (24, 0)
    assert r"T\|[0-9]+" in source.dialects[0].skip


@pytest.mark.parametrize("last", ["TRL|17|2024-02-01", "S1|24|2024-02-01|x|y", "20240124|24|1.00"])
def test_a_last_line_that_counts_nothing_is_quarantined(draft, last):
    rows = "".join(f"{day}|{store}|{units}|{amount}\n" for day, store, units, amount in DAYS)
    rows = "".join(f"S{at % 4}|{row}\n" for at, row in enumerate(rows.splitlines()))
    written, _ = draft("sales.psv", f"KEY|DAY|STORE|UNITS|AMOUNT\n{rows}{last}\n".encode())

    assert (written.summary.rows_out, written.summary.rows_quarantined) == (24, 1)
    assert not told(written, "tells how many rows there are")


def show_month(at):
    """A month as a weather service prints it, some values missing, one marked as estimated."""
    warmest = "---" if at < 12 else f"{at % 17 + 4}.{at % 7}"
    sun = "---" if at < 20 else f"{at * 3}.5"
    cells = f"{at % 9}.{at % 5} {at % 20:7} {at * 1.5:7.1f} {sun:>7}"
    return f"   {1941 + at // 12}  {at % 12 + 1:2} {warmest:>7}{'*' if at == 33 else ' '}    {cells}\n"


def test_units_below_labels_of_free_format_are_no_row_and_told(draft):
    head = (
        "Aberporth\nLocation: 224100E 252100N, Lat 52.139 Lon -4.570, 133 metres amsl\n"
        "Estimated data is marked with a * after the value.\n"
        "Missing data (more than 2 days missing in month) is  marked by  ---.\n"
        "Sunshine data taken from an automatic Kipp & Zonen sensor marked with a #, otherwise from a recorder.\n"
        "   yyyy  mm   tmax    tmin      af    rain     sun\n"
        "              degC    degC    days      mm   hours\n"
    )
    written, _ = draft("station.txt", (head + "".join(map(show_month, range(70)))).encode())

    assert (written.summary.rows_out, written.summary.rows_quarantined) == (69, 1)
    assert told(written, "the line below the labels is taken for their units, and skipped: 'degC degC days mm hours'")
