"""Drafting from reports as offices send them: totals, groups, titles, cover sheets, weeks in words."""

import io
import zipfile

import openpyxl
import pytest

from conditioners.columns import Text


def group(region):
    shops = "".join(f"{region[0]}{n:03},Shop {n},{n},{n}.50\n" for n in range(6))
    return f"Region: {region},,,\n{shops}Subtotal {region},,15,18.00\n"


GROUPED = (
    "Store Sales by Region\nRun Date: 1/12/2025\n\nStore,Name,Units,Sales\n"
    f"{group('NORTH')}{group('SOUTH')}Grand Total,,30,36.00\n"
)


def columns_of(source):
    return {column.name: type(column).__name__ for column in source.columns}


def told(written, words):
    return [remark for remark in written.remarks if words in remark]


def test_totals_and_headings_among_the_rows_are_no_rows_and_told(draft, run):
    written, source = draft("grouped.csv", GROUPED.encode())

    assert (written.summary.rows_in, written.summary.rows_out) == (12, 12), "else each unit counts three times"
    assert not any(column.optional for column in source.columns)
    assert source.dialects[0].skip == ("Region:", "Subtotal", "Grand Total")
    assert told(written, "such as 'Subtotal NORTH 15 18.00'")
    assert told(
        written, r"such as 'Region: NORTH'; what they tell is in no column, which `labels` such as '@title Region"
    )
    later = GROUPED.replace(group("SOUTH"), group("EAST")).encode()
    assert (run(source, later).summary.rows_out, run(source, later).summary.rejects) == (12, {})


def test_the_total_below_each_page_of_a_mainframe_is_no_row(draft):
    def page(number):
        head = f"RPT SL412R  FOODCO  PAGE {number}\nRUN DATE 11/24/24\n\n"
        top = " DC   ITEM NO  DESCRIPTION     SHIPPED      CASES\n ---  -------  --------------  ---------  -------\n"
        rows = [f" {n % 9:03}  {n:07}  SOUP {n % 7:<9}  11/{n % 28 + 1:02}/24   {n * 37:>6,}" for n in range(1, 41)]
        return head + top + "\n".join(rows) + f"\n{'PAGE TOTAL':>26}{30_340:>24,}\n"

    written, source = draft("sl412.lst", "\f".join(map(page, (1, 2, 3))).encode())

    assert (written.summary.rows_out, dict(written.summary.rejects)) == (120, {})
    assert source.dialects[0].skip[-2:] == (r"[^,;|\t]*\bTOTAL", r"\fRPT SL[0-9]+R")


def test_rows_of_one_cell_that_share_no_words_are_told_and_never_skipped(draft):
    rows = "".join(f"{name},,,\n" + f"{name},2025-01-06,1,2.50\n" * 4 for name in ("Abel & Co", "Baker Ltd"))
    written, source = draft("customers.csv", f"customer,day,units,amount\n{rows}".encode())

    assert source.dialects[0].skip == ()
    assert written.summary.rejects == {"day missing": 2}
    assert told(written, "such as 'Abel & Co'")


def test_a_last_row_without_the_first_cell_goes_to_quarantine_and_makes_no_column_optional(draft):
    rows = "".join(f"1/{day}/25,{day}\n" for day in range(1, 32))
    written, source = draft("sessions.csv", f"Day Index,Sessions\n{rows},496\n".encode())

    assert columns_of(source)["day_index"] == "Day"
    assert not source.columns[0].optional
    assert written.summary.rejects == {"day_index missing": 1}


def test_what_stands_above_the_rows_is_told_for_each_time_that_the_table_comes(draft):
    tables = [
        f"Geography:,{market},\n\nProduct,Sales,Units\n" + "".join(f"SODA {n},{n}.50,{n}\n" for n in range(1, 9))
        for market in ("Albany", "Boston")
    ]
    written, _ = draft("markets.csv", "\n".join(tables).encode())

    assert written.summary.rows_out == 16
    assert told(written, "line 1 'Geography: Albany', line 13 'Geography: Boston'")
    bare, _ = draft("bare.dat", b"H|ACME|20250105|WEEKLY SALES\n" + b"D|007|20250106|5|1.50\n" * 9, "bare")
    assert told(bare, "line 1 'H ACME 20250105 WEEKLY SALES'")


def test_of_a_workbook_the_table_with_the_most_rows_is_declared_whatever_sheet_comes_first(draft):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in (["This workbook holds sales."], ["Contact", "data@example.com"]):
        book.active.append(row)
    for name in ("East", "West"):
        sheet = book.create_sheet(name)
        for row in [["Weekly sales"], ["Store", "Units", "Sales"], *([f"00{n}", n, n + 0.5] for n in range(6))]:
            sheet.append(row)
    book.save(data)
    written, source = draft("cover.xlsx", data.getvalue())

    assert list(columns_of(source)) == ["store", "units", "sales", "sheet"]
    assert written.summary.rows_out == 12
    assert told(written, "cell East!A1 'Weekly sales'")


def test_notes_that_begin_with_numbers_are_skipped_whatever_the_number(draft, run):
    text = "store     units\n--------- -----\n" + "".join(f"S{n:<9}{n:>5}\n" for n in range(10, 30))
    _, source = draft("export.rpt", f"{text}\n(20 rows affected)\n".encode())

    later = run(source, f"{text}S30         30\n\n(21 rows affected)\n".encode())
    assert (later.summary.rows_out, later.summary.rejects) == (21, {})


def test_members_of_the_next_archive_are_read_though_numbers_and_regions_in_their_names_are_others(draft, run):
    def pack(week, regions):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as packed:
            for region in regions:
                packed.writestr(f"{week}/{region}/sales_{region}.csv", "store,units\n007,1\n010,2\n")
            packed.writestr(f"{week}/stores.csv", "store,city\n007,Rome\n")
        return data.getvalue()

    written, source = draft("w.zip", pack("2025W05", ("NY", "OH")))
    assert source.members == ("**/sales_*.csv",)
    assert told(written, "left out are 2025W05/stores.csv")
    assert run(source, pack("2025W06", ("NY", "TX"))).summary.rows_out == 4


def test_rows_with_one_delimiter_more_than_the_labels_are_declared_by_place_and_other_labels_seen(draft, run):
    rows = "".join(f"{store};{store}5;{store}.50;\n" for store in range(100, 112))
    written, source = draft("t.csv", f"store;units;net\n{rows}".encode())

    assert (written.summary.rows_in, written.summary.rows_out) == (12, 12)
    assert told(written, "3 labels for 4 columns: columns are declared by their places")
    assert run(source, f"store;net;units\n{rows}".encode()).summary.rows_quarantined == 1


@pytest.mark.parametrize("cell", ["R$ 1.234,50", "1 234,50 zł", "CHF 1'234.50"])
def test_amounts_of_many_countries_are_numbers(draft, run, cell):
    data = ("id;what\n" + f"a;{cell}\n" * 3).encode()
    _, source = draft("t.csv", data)

    assert columns_of(source)["what"] == "Decimal"
    assert run(source, data).rows[0] == "a,1234.50"


def test_dates_behind_words_and_in_forms_of_many_programs_are_days_and_moments(draft, run):
    cells = {
        "2025-01-06 14:03:00 -0500": "2025-01-06T19:03:00Z", "1/6/25 14:03": "2025-01-06T14:03:00",
        "wk ending 1/25/25": "2025-01-25", "KW 02/2025": "2025-01-06", "2025年1月6日": "2025-01-06",
    }  # fmt: skip
    data = ("paid;made;ending;week;day\n" + ";".join(cells) + "\n").encode()
    _, source = draft("t.csv", data)

    assert list(columns_of(source).values()) == ["Moment", "Moment", "Day", "Day", "Day"]
    assert run(source, data).rows == [",".join(cells.values())]


def test_a_text_that_looks_like_amounts_in_an_unknown_form_is_told(draft):
    written, _ = draft("t.csv", b"id;what\n" + b"a;XTS 1.234,50\nb;XAF 5,00\n" * 3)

    assert told(written, "'what' is text, though it looks like amounts, such as 'XTS 1.234,50'")


def test_six_digits_read_as_weeks_are_told_and_a_key_is_too(draft):
    rows = "".join(f"{100 + n}\t{202501 + n % 2}\t{n}\n" for n in range(30))
    written, source = draft("t.txt", f"item nbr\tWeek\tunits\n{rows}".encode())

    assert source.dialects[0].days == ("%G%V",)
    assert told(written, "'Week' is read as ISO weeks, each as its Monday: check that they are no months or fiscal")
    assert told(written, "the key is item_nbr and week, which no two rows of the sample share")


def test_weeks_written_as_words_in_labels_become_rows(draft):
    labels = "|".join(f"Week {week:02} 2025" for week in (5, 6, 7))
    written, source = draft("w.txt", f"Upc|Text|{labels}\n0011|MILK|1.5|2.5|3.5\n0012|EGGS|4.5|5.5|6.5\n".encode())

    assert columns_of(source)["week"] == "Day"
    assert (written.summary.rows_out, written.summary.columns["week"].min) == (6, "2025-01-27")


def test_codes_in_formulas_that_keep_their_zeros_are_taken_out_of_them(draft, run):
    data = b"sku,units\n" + b"".join(b'="%05d",%d\n' % (number, number) for number in range(1, 9))
    written, source = draft("t.csv", data)

    assert run(source, data).rows[0] == "00001,1"
    assert told(written, "'sku' is taken out of formulas, such as =\"00001\"")


@pytest.mark.parametrize("mark", ["'", "’"])
def test_either_apostrophe_between_thousands_is_read_whichever_the_sample_has(draft, run, mark):
    cells = "".join(f"{number};{number}{mark}234.50\n" for number in range(1, 9))
    _, source = draft("t.csv", f"Filiale;Umsatz\n{cells}".encode())

    assert run(source, "Filiale;Umsatz\n1;1'234.50\n2;2’234.50\n".encode()).rows == ["1,1234.50", "2,2234.50"]


def test_labels_that_tell_a_time_and_numbers_that_may_be_days_are_told(draft):
    rows = "".join(f"AUT,{number}.5,{number + 25_400}\n" for number in range(20))
    written, source = draft("t.csv", f"country,2024,week\n{rows}".encode())

    assert columns_of(source) == {"country": "Text", "c_2024": "Decimal", "week": "Whole"}
    assert told(written, "labels tell a time, and files with others will lack these columns: '2024'")
    assert told(written, "'week' holds numbers such as 25400, which may be days of a spreadsheet: as such")


def test_the_year_in_which_an_index_is_100_tells_no_time(draft):
    rows = "".join(f"AUT,{number}.5\n" for number in range(20))
    written, _ = draft("t.csv", f"country,prices 2015=100\n{rows}".encode())

    assert not told(written, "labels tell a time")


REPORT = (
    "ACME FOODS INC              DAILY SALES              {day}\n\n"
    "STORE  CITY            UNITS    NET SALES\n-----------------------------------------\n"
    + "".join(f"{n:05}  {'City of ' + chr(65 + n):<13} {n * 7:>7} {n * 1234.5:>12,.2f}\n" for n in range(1, 15))
    + "-----------------------------------------\n"
)


def test_a_report_under_a_ruler_of_full_width_is_read_and_so_is_that_of_the_next_day(draft, run):
    written, source = draft("daily.prn", REPORT.format(day="01/05/2025").encode())

    assert (written.summary.rows_in, written.summary.rows_out) == (14, 14)
    assert columns_of(source)["net_sales"] == "Decimal"
    assert written.summary.columns["net_sales"].max == "17283.00"
    assert run(source, REPORT.format(day="01/06/2025").replace("ACME", "ACNE").encode()).summary.rows_out == 14


def test_rows_most_of_which_begin_like_totals_are_rows_of_such_a_name(draft, run):
    rows = "".join(f"Total US,ITEM {n},{n}.5\n" for n in range(12))
    written, source = draft("m.csv", f"market,product,sales\n{rows}".encode())

    assert (written.summary.rows_out, source.key) == (12, ())
    assert not told(written, "totals")
    assert run(source, b"market,product,sales\nTotal US,ITEM 1,x\n").summary.rejects == {"sales not_a_number": 1}


def test_totals_named_after_their_groups_are_skipped_and_gaps_below_a_name_told(draft, run):
    weeks = [f"2025-W{week:02},{week}\n" for week in range(1, 8)]
    groups = "".join(f"{name},{','.join(weeks)}{name} Total,,28\n" for name in ("North", "South"))
    written, source = draft("p.csv", f"region,week,units\n{groups}Grand Total,,56\n".encode())

    assert (written.summary.rows_in, written.summary.rows_out) == (14, 14)
    assert told(written, "'region' is filled in 2 of 14 rows, perhaps for those below as well: `labels` such as")
    assert run(source, b"region,week,units\nWest,2025-W01,1\nWest Total,,1\n").summary.rejects == {}


def test_results_of_sap_are_totals_and_words_that_begin_so_are_none(draft, run):
    def make(*plants):
        rows = [f"{plant};M{n};{n},50\n" for plant in plants for n in range(1, 7)]
        results = [";Result;21,50\n" for _ in plants]
        return ("Plant;Material;Value\n" + "".join(rows + results) + "Overall Result;;99,00\n").encode()

    _, source = draft("bw.csv", make("1000", "2000"))

    assert not any(column.optional for column in source.columns)
    assert run(source, make("1000", "3000")).summary.rows_out == 12
    assert draft("tests.csv", b"test,value\n" + b"Result A,1\nResult B,2\n" * 5, "tests")[0].summary.rows_out == 10


def test_what_members_of_an_archive_are_called_is_told_by_the_label_that_holds_it(draft):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for state in ("CA", "NY"):
            archive.writestr(f"{state}/sales.csv", "folder,units\na,1\nb,2\nc,3\n")
    written, source = draft("states.zip", packed.getvalue())

    assert [(column.name, column.labels) for column in source.columns][2:] == [("in_folder", ("@folder",))]
    assert told(written, "the column that goes by '@folder' holds each member's folder")


def frame(width, rows, corners="+++|-"):
    left, joint, right, bar, dash = corners
    ruler = f"{left}{dash * 8}{joint}{dash * width}{right}\n"
    lines = "".join(f"{bar} {store:<6} {bar} {units:>{width - 2}} {bar}\n" for store, units in rows)
    return f"{ruler}{bar} store  {bar} {'units':>{width - 2}} {bar}\n{ruler}{lines}{ruler}"


@pytest.mark.parametrize("corners", ["+++|-", "||||-", "|+||-", "\u251c\u253c\u2524\u2502\u2500"])
def test_rulers_of_a_frame_are_skipped_however_wide_it_is_in_the_next_file(draft, run, corners):
    written, source = draft("f.txt", frame(9, [(f"S{n:03}", n * 7) for n in range(12)], corners).encode())
    later = run(source, frame(14, [("S001", 123456), ("S002", "x")], corners).encode())

    assert (written.summary.rows_in, written.summary.rows_out) == (12, 12)
    assert later.rows == ["S001,123456"]
    assert later.summary.rejects == {"units not_a_number": 1}


def test_sums_of_groups_in_a_list_of_sap_are_skipped_whatever_group_comes_next(draft, run):
    def make(*plants):
        rows = "".join(f"|{plant}|{n:05}|{n:4},00 |\n" for plant in plants for n in range(1, 6))
        sums = "".join(f"|* {plant}     |{99:4},00 |\n" for plant in plants)
        return f"Plant list\n\n|Pl. |Item |  Value |\n{rows}{sums}".encode()

    _, source = draft("alv.txt", make("1000", "2000"))

    assert run(source, make("3000")).summary.rejects == {}


def test_a_footer_with_its_day_is_skipped_on_other_days_and_a_month_alone_is_not(draft, run):
    rows = "".join(f"C{n},2024-01-{n:02},{n}.5\n" for n in range(1, 9))

    def make(footer):
        return f"customer,day,amount\n{rows}\n{footer}\n".encode()

    _, source = draft("q.csv", make('"Monday, Apr 01, 2024 10:15 - Accrual Basis",,'))
    _, of_month = draft("m.csv", make("June 2024,,"), "other")

    assert run(source, make('"Wednesday, July 31, 2024 8:05 - Accrual Basis",,')).summary.rejects == {}
    assert run(of_month, make("March,x,")).summary.rows_quarantined == 1


def test_labels_of_free_format_are_no_row(draft):
    rows = "".join(f"   {2000 + n // 12}  {n % 12 + 1:2}   {n / 4:5.1f}   {n * 3:5}\n" for n in range(40))
    written, _ = draft("met.txt", f"Heathrow, 25m above the sea\n   yyyy  mm    tmax    rain\n{rows}".encode())

    assert (written.summary.rows_out, written.summary.rejects) == (40, {})


def test_codes_with_letters_now_and_then_are_not_told_as_numbers(draft):
    rows = "".join(f"{'C' if n % 20 == 0 else ''}{536365 + n},{n}\n" for n in range(60))
    written, source = draft("i.csv", f"InvoiceNo,units\n{rows}".encode())

    assert source.columns[0] == Text("invoice_no", labels=("InvoiceNo",))
    assert not told(written, "looks like")
