"""Drafts from files as statistical offices, mainframes, tills and web shops publish them."""

from datetime import date, timedelta

import pytest

from conditioners.columns import Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Delimited, Numbers

DAYS = [date(2026, 1, 3) + timedelta(days=3 * n) for n in range(30)]


def told(written, words):
    return [remark for remark in written.remarks if words in remark]


def lines(head, rows):
    return "\n".join([head, *rows]).encode() + b"\n"


def column_of(source, name):
    return next(column for column in source.columns if column.name == name)


def test_six_digits_are_weeks_or_months_only_where_the_label_says_so(draft, run):
    rows = [f"{200001 + n},{202601 + n % 12},{202601 + n % 12},{n}" for n in range(30)]
    for name, label, day in (("months", "BEGIN_YEARMONTH", "2026-02-01"), ("weeks", "Week", "2026-01-05")):
        text = lines(f"Order,{label},Fiscal Week,units", rows)
        written, source = draft("r.csv", text, name=name)

        assert [type(column) for column in source.columns[:3]] == [Text, Day, Whole]
        assert run(source, text).rows[1] == f"200002,{day},202602,1"
    assert told(written, "'Fiscal Week' holds numbers such as 202601, which may be weeks or months of a fiscal year")
    written, source = draft("n.csv", lines("name;size", [f"n{n};{202601 + n}" for n in range(30)]), name="sizes")
    assert column_of(source, "size") == Whole("size")
    assert told(written, "'size' holds numbers such as 202601, which may be weeks: as such their form is `%G%V`"), (
        "and 202630 no month"
    )


def test_columns_whose_dates_contradict_each_other_are_read_each_in_its_own_form(draft, run):
    rows = [f"{day:%d/%m/%Y},{day:%m/%d/%Y},{day:%Y%m},{day:%G%V},{n}" for n, day in enumerate(DAYS)]
    text = lines("booked,shipped,month,week,units", rows)
    written, source = draft("r.csv", text)

    assert source.dialects[0].formats == {"shipped": ("%m/%d/%Y",), "week": ("%G%V",)}
    assert told(written, "shipped is read as %m/%d/%Y, unlike the columns before it: check both")
    assert run(source, text).rows[2] == "2026-01-09,2026-01-09,2026-01-01,2026-01-05,2"


@pytest.mark.parametrize(
    ("label", "written_as", "form"),
    [("TRNDAT", "1%y%m%d", "1%y%m%d"), ("JULDATE", "%Y%j", "%Y%j"), ("Ship Date", "%m%d%y", "%m%d%y"),
     ("Jul", "%y%j", "%y%j`, or `excel` if they are those of a spreadsheet")],
)  # fmt: skip
def test_days_of_digits_alone_are_told_with_the_form_that_reads_them(draft, make_source, run, label, written_as, form):
    cells = [day.strftime(written_as) for day in DAYS]
    written, source = draft("r.csv", lines(f"{label},plant", [f"{cell},A{cell}" for cell in cells]))

    assert type(source.columns[0]) in (Whole, Text)
    assert told(
        written, f"{label!r} holds numbers such as {cells[0]}, which may be days: as such their form is `{form}"
    )
    mended = make_source(columns=(Day("day"),), key=(), dialects=(Delimited(name="x", days=(written_as,)),))
    assert run(mended, lines("day", cells)).rows == [day.isoformat() for day in DAYS]


def test_a_number_of_nines_that_recurs_far_from_all_others_is_told(draft):
    rows = [f"s{n},{-9999 if n % 4 == 0 else n * 3},{999 if n % 4 == 0 else n * 40}" for n in range(30)]
    written, source = draft("r.csv", lines("name,temp,units", rows))

    assert type(column_of(source, "temp")) is Whole
    assert told(written, "'temp' keeps '-9999' (8 cells): declare it as `sentinels` where it stands for no value")
    assert not told(written, "'units' keeps"), "999 is no further than others"


def test_fractions_of_seconds_that_no_column_keeps_are_told(draft):
    parts = {"cut": ".250", "whole": ".000"}
    for name, part in parts.items():
        rows = [f"{n},2026-03-28T20:{n:02}:01{part}+01:00" for n in range(30)]
        written, source = draft("r.csv", lines("id,at", rows), name=name)

        assert column_of(source, "at") == Moment("at", utc=True)
        assert bool(told(written, "'at' loses the fractions of its seconds")) == (name == "cut")


def test_codes_that_an_apostrophe_keeps_whole_lose_it_and_are_told(draft, run):
    text = lines("name,Billing Zip", [f"n{n},'{n + 501:05}" for n in range(30)])
    written, source = draft("r.csv", text)

    assert told(written, "'Billing Zip' is taken without the apostrophe before it, as in '00501")
    assert run(source, text).rows[0] == "n0,00501"


def test_words_for_nothing_hide_no_unit_and_a_unit_may_be_per_mille(draft, run):
    text = lines("name;change;rate", [f"n{n};{'—' if n % 3 else f'{n},5%'};{n},25‰" for n in range(30)])
    _, source = draft("r.csv", text)

    assert (column_of(source, "change").places, column_of(source, "rate").places) == (1, 2)
    assert run(source, text).rows[:2] == ["n0,0.5,0.25", "n1,,1.25"]


def test_a_long_minus_is_one(draft, run):
    text = lines("shop\tday\tdiscount", [f"s{n}\t{day}\t\u2212{n}.25" for n, day in enumerate(DAYS)])
    _, source = draft("r.tsv", text)

    assert source.dialects[0].numbers == Numbers(minus=("\u2212",))
    assert run(source, text).rows[2] == "s2,2026-01-09,-2.25"


def test_amounts_whose_signs_are_words_are_told_with_what_to_declare(draft):
    rows = [f"n{n};{n + 1},234.50 {'CR' if n % 2 else 'DR'};{n}.50K;{n}.5 m" for n in range(30)]
    written, source = draft("r.csv", lines("name;amount;damage;height", rows))

    assert column_of(source, "amount") == Text("amount")
    assert told(written, "'amount' is text, though it looks like amounts, such as '10,234.50 CR': declare which of CR")
    assert told(written, "'damage' is text, though it looks like amounts, such as '10.50K': declare their marks")
    assert type(column_of(source, "height")) is Decimal


def test_digits_that_are_none_of_ascii_are_told_where_their_numbers_have_an_unknown_form(draft):
    digits = str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")
    written, _ = draft("r.csv", lines("name;sales", [f"n{n};{f'{n}~234.50'.translate(digits)}" for n in range(30)]))

    assert told(written, "'sales' is text, since digits such as those of '٠~٢٣٤٫٥٠' are none of ASCII")


@pytest.mark.parametrize("label", ["STATION", "State ANSI", "Konto", "Vendor", "Werk"])
def test_numbers_that_name_something_are_text_lest_they_lose_a_zero_in_the_next_file(draft, run, label):
    _, source = draft("r.csv", lines(f"{label},value", [f"{1000 + n % 7},{n}" for n in range(30)]))

    assert type(source.columns[0]) is Text
    assert run(source, lines(f"{label},value", ["0400,1"])).rows == ["0400,1"]


def test_a_key_of_stores_or_items_has_their_day_and_days_alone_are_none_beside_names(draft):
    kinds = {
        "stores": ("store,day,units\n", "{0},2026-01-{0:02},{0}\n", ("store", "day")),
        "tickets": ("ticket no,day,units\n", "{0},2026-01-{0:02},{0}\n", ("ticket_no",)),
        "deals": ("deal,closed,created\n", "Deal {0},2026-01-{0:02},2025-01-{0:02}\n", ("deal", "closed")),
    }
    for name, (header, row, key) in kinds.items():
        _, source = draft("r.csv", (header + "".join(row.format(n) for n in range(1, 25))).encode(), name)
        assert source.key == key, name


def test_a_sample_without_a_row_of_labels_is_told_with_its_first_row(draft):
    rows = ['"Name";"No";"2026-01"', *(f'"{name}";"";"{n}"' for n, name in enumerate("abcabcabc"))]
    written, source = draft("r.csv", "\n".join(f"{n};x{n};{n * 2}" for n in range(9)).encode())

    assert source.dialects[0].fields
    assert told(
        written, "no row of labels was found, so columns are declared by their places and the first row is '0 x0"
    )
    assert not told(draft("l.csv", "\n".join(rows).encode(), name="labelled")[0], "no row of labels was found")


def test_labels_of_fiscal_periods_are_told_with_what_makes_rows_of_them(draft):
    labels = ",".join(f"FY26 P05 W{week} Units" for week in range(1, 5))
    written, _ = draft("r.csv", lines(f"item,{labels}", [f"{n},1,2,3,4" for n in range(30)]))

    assert told(written, "labels tell a time, and files with others will lack these columns: 'FY26 P05 W1 Units', ")
    assert told(written, "and so on; `wide` makes rows of them")
    assert not told(draft("p.csv", lines("item,P1,P2", ["a,1,2"] * 9), name="p")[0], "labels tell a time")


def test_a_note_of_several_lines_is_skipped_whatever_ends_them(draft, run):
    rows = [f"s{n},2026-01-{n + 1:02},{n}" for n in range(30)]
    text = lines("shop,day,units", [*rows, "", '"Applied filters:', 'Year is 2026"']).replace(b"\n", b"\r\n")
    _, source = draft("r.csv", text)

    assert source.dialects[0].skip == ('"Applied filters:',)
    assert run(source, text.replace(b"\r\n", b"\n")).summary.rejects == {}


def test_lists_drawn_with_bars_are_declared_and_their_sums_of_stars_are_no_rows(draft, run):
    def deliver(plants, note=""):
        ruler = f"|{'-' * 33}|"
        groups = [
            [*(f"|{plant}|{n:06}|{day:%d.%m.%Y}|{n}.250,00-|" for n, day in enumerate(DAYS[:9], start=1)), ruler,
             f"|* {plant[:2]}|      |          |45.250,00 |", ruler]
            for plant in plants
        ]  # fmt: skip
        rows = [row for group in groups for row in group]
        return lines("|Werk|Matnr |Datum     |   Betrag|", [ruler, *rows, note])

    written, source = draft("alv.txt", deliver(["1000", "1010"]))

    assert source.dialects[0].delimiters == ("|",)
    assert [type(column) for column in source.columns] == [Text, Text, Day, Decimal]
    assert not any(column.optional for column in source.columns), "else sums are taken for rows"
    assert (written.summary.rows_in, written.summary.rows_out) == (18, 18)
    assert told(written, "rows taken for totals, since they lack cells: 1, such as '* 10 45.250,00'")
    later = run(source, deliver(["2000", "2010", "2020"]))
    assert (later.summary.rows_out, later.summary.rejects) == (27, {})
    assert later.rows[0] == "2000,000001,2026-01-03,-1250.00"


def test_a_table_as_a_database_shell_draws_it_is_declared(draft, run):
    ruler = "+----------+------------+-------+"
    rows = [f"| {n:>8} | {day} | {n if n % 5 else 'NULL':>5} |" for n, day in enumerate(DAYS[:20])]
    text = lines(ruler, ["| store_no | day        | units |", ruler, *rows, ruler, "20 rows in set (0.00 sec)"])
    _, source = draft("mysql.txt", text)

    result = run(source, text)
    assert (result.summary.rows_out, result.rows[5], result.rows[6]) == (20, "5,2026-01-18,", "6,2026-01-21,6")


def test_days_of_one_weekday_tell_whether_the_month_stands_first(draft, run):
    saturdays = [date(2025, 1, 4) + timedelta(days=7 * n) for n in range(40)]
    text = lines("Week Ending,sales", [f"{day:%d/%m/%Y},{day.day}" for day in saturdays if day.day <= 12])
    written, source = draft("r.csv", text)

    assert source.columns[0].weekday == 6
    assert told(written, "and is read as %d/%m/%Y, by which all are of one weekday: check the format")
    assert run(source, text).rows[1] == "2025-01-11,11"


def test_amounts_in_several_currencies_are_told_with_what_keeps_them(draft, make_source, run):
    text = lines("day;amount", [f"{day};{('USD', 'EUR', 'GBP')[n % 3]} {n}.50" for n, day in enumerate(DAYS)])
    written, _ = draft("r.csv", text)

    assert told(
        written, "'amount' has amounts in EUR, GBP, USD, and keeps none of these: a text of the same label takes"
    )
    assert told(written, "by `extract` of `.*?(EUR|GBP|USD).*`")
    columns = (Decimal("amount", 2), Text("currency", labels=("amount",)))
    numbers = Numbers(currency=("USD", "EUR", "GBP"))
    dialect = Delimited(name="d", delimiters=(";",), numbers=numbers, extract={"currency": ".*?(EUR|GBP|USD).*"})
    assert run(make_source(columns=columns, key=(), dialects=(dialect,)), text).rows[1] == "1.50,EUR"
    single = lines("day;amount", [f"{day};USD {n}.50" for n, day in enumerate(DAYS)])
    assert not told(draft("r.csv", single, name="single")[0], "has amounts in")


def test_rows_with_the_name_of_a_total_in_any_cell_are_told(draft):
    rows = [f"{region},{100 + n},{n}" for region in ("North", "South") for n in range(12)]
    written, _ = draft("r.csv", lines("region,store,units", [*rows, "North,All stores,66", "Overall,All stores,132"]))

    assert told(written, "rows that begin like totals are rows: 2, such as 'North All stores 66'; where they are")
    assert not told(draft("r.csv", lines("market,units", ["All Bran,1"] * 20), name="names")[0], "begin like totals")


def test_seconds_since_1970_and_decimals_beyond_those_that_are_kept_are_told(draft):
    rows = [f"{n},{1767225600 + n * 3600},{n}.1234567890123" for n in range(30)]
    written, source = draft("r.csv", lines("id,ts,value", rows))

    assert told(written, "'ts' is read as seconds since 1970")
    assert column_of(source, "value").rounded
    assert told(written, "'value' has up to 13 decimal places, and is rounded to 10")


def test_numbers_to_call_keep_their_plus(draft, run):
    text = lines("name,phone", [f"n{n},+1415555{n:04}" for n in range(30)])
    _, source = draft("r.csv", text)

    assert run(source, text).rows[0] == "n0,+14155550000"


def test_a_minus_between_a_number_and_its_unit_is_one(draft, run):
    text = lines("name,change", [f"n{n},{n}.5{'-' if n % 2 else ''}%" for n in range(30)])
    _, source = draft("r.csv", text)

    assert run(source, text).rows[:2] == ["n0,0.5", "n1,-1.5"]


@pytest.mark.parametrize("word", ["Zwischensumme", "Sous-total", "Totaal", "Gesamtsumme"])
def test_sums_in_other_languages_are_no_rows(draft, run, word):
    groups = [[*(f"{day:%d.%m.%Y};{n:02};{n},50" for n in range(1, 9)), f";{word};36,00"] for day in DAYS[:4]]
    text = lines("Datum;Kasse;Betrag", [row for group in groups for row in group])
    written, source = draft("r.csv", text)

    assert (written.summary.rows_out, source.columns[0].optional) == (32, False)
    assert told(written, f"rows taken for totals, since they lack cells: 3, such as '{word} 36,00'")
    assert run(source, text).summary.rejects == {}


def test_danish_amounts_are_numbers_under_a_name_with_all_its_letters(draft, run):
    text = lines("butik;beløb", [f"b{n};{n + 1} 234,50 kr." for n in range(30)])
    _, source = draft("r.csv", text)

    assert [column.name for column in source.columns] == ["butik", "belob"]
    assert run(source, text).rows[0] == "b0,1234.50"
