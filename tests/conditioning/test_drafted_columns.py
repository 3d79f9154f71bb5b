"""Drafted columns: the type that by far the most cells have, with what does not fit told and never dropped silently."""

import datetime
import io

import openpyxl
import pytest

from conditioners.dialects import Numbers
from conditioners.drafting.naming import names_code, shorten_paths


def table(label, cells):
    """A file with a column of cells beside one that is filled in every row."""
    return f"row;{label}\n".encode() + "".join(f"r{n};{cell}\n" for n, cell in enumerate(cells)).encode()


def column(source):
    return source.columns[1]


@pytest.mark.parametrize(
    ("cells", "kind", "words"),
    [
        ([*map(str, range(50, 100)), "n/a", "-", "TBD"], "Whole", ("-", "TBD", "n/a")),
        ([*map(str, range(50, 80)), "closed", "closed"], "Whole", ("closed",)),
        ([*map(str, range(50, 80)), "***"], "Whole", ("***",)),
        (["1.50"] * 30 + ["sold out"] * 10, "Decimal", ("sold out",)),
        ([f"2025-01-{day:02}" for day in range(1, 31)] + ["00.00.0000", "00.00.0000", "TBA"], "Day", None),
        ([f"2025-01-{day:02}T08:00:00" for day in range(1, 31)] + ["unknown", "unknown"], "Moment", ("unknown",)),
    ],
)
def test_words_among_numbers_and_dates_are_no_value_and_told_with_their_counts(draft, cells, kind, words):
    written, source = draft("t.csv", table("figure", cells))

    assert type(column(source)).__name__ == kind
    assert column(source).optional
    assert words is None or source.dialects[0].sentinels == {"figure": words}
    (told,) = [remark for remark in written.remarks if "read as no value" in remark]
    assert f"# Check: {told[:60]}" in written.module.read_text()
    assert all(f"{word!r} ({cells.count(word)} cell" in told for word in words or ("00.00.0000", "TBA"))
    assert written.summary.rows_quarantined == 0
    assert written.summary.columns["figure"].nulls == sum(cells.count(word) for word in set(cells) if word in told)


@pytest.mark.parametrize(
    ("cells", "kind", "misfit"),
    [
        ([*map(str, range(50, 100)), "closed"], "Whole", "closed"),
        ([*map(str, range(50, 100)), "#REF!"], "Whole", "#REF!"),
        ([f"{day:02}.01.2025" for day in range(1, 31)] + ["31.02.2025"], "Day", "31.02.2025"),
        ([f"{day},50" for day in range(1, 31)] + ["1,5,0"], "Decimal", "1,5,0"),
    ],
)
def test_a_single_cell_of_another_kind_is_left_to_quarantine_and_told_with_its_place(draft, cells, kind, misfit):
    written, source = draft("t.csv", table("figure", cells))

    assert type(column(source)).__name__ == kind
    assert not column(source).optional
    assert (written.summary.rows_in, written.summary.rows_quarantined) == (len(cells), 1)
    (told,) = [remark for remark in written.remarks if "to quarantine" in remark]
    assert f"1 of {len(cells)} rows" in told and misfit in told and f"line {len(cells) + 1}" in told


@pytest.mark.parametrize(
    "cells",
    [
        ["02134", *map(str, range(10001, 10060)), "n/a"],
        [*map(str, range(85000, 85090)), *(f"{number}B" for number in range(84000, 84010))],
        [*map(str, range(1, 9)), "5+", "5+"],
        [*map(str, range(10)), "A", "A"],
        [*map(str, range(1, 200)), "5+", "5+"],
        [*map(str, range(85_000, 85_060)), "84406B", "84407C"],
        ["1", "2", "x", "y", "3"],
        [
            *(f"{year}-{month:02}" for year in range(1960, 1968) for month in range(1, 13)),
            *map(str, range(1960, 1968)),
        ],
    ],
)
def test_codes_and_categories_stay_text_though_most_are_digits(draft, cells):
    written, source = draft("t.csv", table("figure", cells))

    assert type(column(source)).__name__ == "Text"
    assert (written.summary.rows_out, source.dialects[0].sentinels) == (len(cells), {})


def test_a_text_of_numbers_for_the_most_part_is_told_with_what_else_it_holds(draft):
    written, _ = draft("t.csv", table("household", [*map(str, range(1, 9)), "5+", "5+"]))

    assert "'household' is text, since 2 of 10 cells are no numbers: '5+'" in written.remarks


@pytest.mark.parametrize(
    "label",
    ["ID", "customer_id", "ZIP Code", "Store no.", "Filiale Nr.", "storenum", "CustomerID", "UPC", "Item", "Debitor",
              "Gegenkonto (ohne BU-Schlüssel)"],
)  # fmt: skip
def test_a_label_tells_that_digits_are_a_name(draft, label):
    _, source = draft("t.csv", table(label, map(str, range(100, 140))))

    assert type(column(source)).__name__ == "Text"


@pytest.mark.parametrize("label", ["Store sales", "Units per store", "paid", "Item count", "Number of visits", "Sales"])
def test_a_label_that_only_mentions_a_code_is_that_of_a_number(label):
    assert not names_code(label)


def test_ids_that_a_program_made_decimals_of_lose_the_point_and_nothing_else(draft):
    written, source = draft("t.csv", table("customer id", ["17850.0", "", "13047.0"] * 5))

    assert source.dialects[0].extract == {"customer_id": r"([0-9]+)\.0"}
    assert written.summary.columns["customer_id"].min == "13047"


@pytest.mark.parametrize(
    ("cells", "extract"), [(["5 mph", "12 mph"], "(.*) mph"), (["5.5%", "7%"], "(.*)%"), (["1 kg", "2 lb"], None)]
)
def test_a_unit_behind_all_numbers_is_taken_off_and_told(draft, cells, extract):
    written, source = draft("t.csv", table("wind", cells * 10))

    assert source.dialects[0].extract == ({"wind": extract} if extract else {})
    assert any("without its unit" in remark for remark in written.remarks) == bool(extract)


def test_numbers_in_thousands_are_multiplied_by_it_where_the_label_says_so(draft):
    written, source = draft("t.csv", table("Sales ($000)", ["1.5", "20.25", "3"]))

    assert source.dialects[0].shifts == {"sales": 3}
    assert (written.summary.columns["sales"].min, written.summary.columns["sales"].max) == ("1500", "20250")


@pytest.mark.parametrize(
    ("label", "name", "shift"),
    [
        ("Exports (1,000 MT)", "exports_mt", 3), ("Quantity (1000 lb)", "quantity_lb", 3), ("Umsatz TEUR", "umsatz", 3),
        ("Births per 1,000", "births_per_1_000", 0), ("Price per thousand", "price_per_thousand", 0),
        ("Stores over 50,000 sq ft", "stores_over_50_000_sq_ft", 0), ("Pack of 1000 ml", "pack_of_1000_ml", 0),
    ],
)  # fmt: skip
def test_numbers_are_multiplied_by_the_scale_of_their_unit_and_by_no_other_number_of_a_label(draft, label, name, shift):
    _, source = draft("t.csv", table(f'"{label}"', ["1.5", "20.25", "3"]))

    assert source.dialects[0].shifts == ({name: shift} if shift else {})
    assert name in source.names


def test_decimal_places_are_those_written_and_not_only_those_in_use(draft):
    _, source = draft("t.csv", table("price", ["1.50", "2.00", "3.10"]))
    assert column(source).places == 2
    _, whole = draft("w.csv", table("price", ["1.0", "2.0"]), "other")
    assert type(column(whole)).__name__ == "Whole"


def test_a_minus_behind_the_number_is_found(draft):
    _, source = draft("t.csv", table("menge", ["1.234,50-", "2,25", "3,00-"]))

    assert source.dialects[0].numbers == Numbers(decimal=",", thousands=".", trailing_minus=True)


def test_dates_in_doubt_are_read_as_other_columns_are(draft):
    rows = "".join(f"{day:02}/03/2025;0{1 + day % 9}/04/2025\n" for day in range(1, 29))
    written, source = draft("d.csv", f"sold;shipped\n{rows}".encode())

    assert source.dialects[0].days == ("%d/%m/%Y",)
    assert "'shipped' is read as %d/%m/%Y, as other columns are: check the format" in written.remarks
    assert written.summary.columns["shipped"].max == "2025-04-09"


def test_a_key_that_the_rest_of_the_sample_contradicts_is_not_declared_and_told(draft):
    rows = "".join(f"{number:05};a\n" for number in range(20_000)) + "00000;b\n"
    written, source = draft("k.csv", f"code;note\n{rows}".encode())

    assert source.key == ()
    assert (written.summary.rows_out, written.summary.rows_quarantined) == (20_001, 0)
    assert any(remark.startswith("no key: code tell") for remark in written.remarks)


def test_paths_are_named_by_as_much_of_their_end_as_tells_them_apart():
    paths = ["data.store.id", "data.sku.id", "data.units", "r/s/@no", "a.b.x", "c.b.x"]

    assert shorten_paths(paths) == ["store id", "sku id", "units", "s no", "a b x", "c b x"]


@pytest.mark.parametrize("minus", ["€420,50-", "€ 1.420,50-", "420,50 €-", "EUR 420,50-"])
def test_a_minus_behind_an_amount_with_its_currency_is_one(draft, minus):
    mark = "EUR " if "EUR" in minus else "€"
    rows = "".join(f"{number:03};{mark}{number},50\n" for number in range(1, 30))
    written, _ = draft("sample.csv", f"store;amount\n{rows}030;{minus}\n".encode())

    assert (written.summary.rows_quarantined, written.summary.columns["amount"].min[0]) == (0, "-")


def test_numbers_in_brackets_are_minus_where_others_have_blanks_between_thousands(draft):
    rows = "".join(f"{number:03};7 {number:03}\n" for number in range(1, 30))
    written, _ = draft("sample.csv", f"store;units\n{rows}030;(2 467)\n".encode())

    assert (written.summary.rows_quarantined, written.summary.columns["units"].min) == (0, "-2467")


def test_numbers_in_brackets_are_minus_where_others_stand_bare_and_are_told(draft, run):
    amounts = [f"(${n},000.50)" if n % 3 == 0 else f"${n}.25" for n in range(1, 10)]
    data = ("account,amount\n" + "".join(f'A{n},"{cell}"\n' for n, cell in enumerate(amounts))).encode()
    written, source = draft("ledger.csv", data)

    assert source.dialects[0].numbers == Numbers(thousands=",", currency=("$",), brackets=True)
    assert run(source, data).rows[:3] == ["A0,1.25", "A1,2.25", "A2,-3000.50"]
    assert "numbers in brackets are read as minus: check numbers" in written.remarks


def test_rows_that_begin_like_totals_are_told(draft):
    data = b"region,units\nTX,1\nTX,2\nSubtotal TX,3\nFL,4\nFL,5\nSubtotal FL,9\nGrand total,12\n"
    written, _ = draft("sums.csv", data)

    told = "rows that begin like totals are rows: 3, such as 'Subtotal TX 3'; where they are none, declare their names"
    assert f"{told} as `sentinels` of a required column, and `skip` the lines" in written.remarks


def workbook(label, cells):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in [["row", label], *([f"r{number}", cell] for number, cell in enumerate(cells))]:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(("cells", "in_doubt"), [([1.234, 22.125, 7.875], False), (["1.234", "22.125", "7.875"], True)])
def test_the_point_in_numbers_of_a_workbook_is_in_doubt_only_where_they_are_text(draft, cells, in_doubt):
    written, source = draft("t.xlsx", workbook("weight", cells))

    assert type(column(source)).__name__ == "Decimal"
    assert any("may stand for thousands" in remark for remark in written.remarks) == in_doubt


@pytest.mark.parametrize("texts", [2, 15])
def test_days_of_a_workbook_beside_days_as_text_are_all_read_and_it_is_told(draft, texts):
    days = [datetime.date(2025, 3, day) for day in range(1, 18)]
    cells = [day.strftime("%d.%m.%Y") if day.day <= texts else day for day in days]
    written, source = draft("t.xlsx", workbook("delivered", cells))

    assert source.dialects[0].days == ("%Y-%m-%d", "%d.%m.%Y")
    assert (written.summary.rows_out, written.summary.columns["delivered"].min) == (17, "2025-03-01")
    assert any("beside text written like %d.%m.%Y" in remark for remark in written.remarks)


def test_a_text_most_of_whose_cells_are_days_is_told_with_what_is_none(draft):
    cells = [f"{day:02}.03.2025" for day in range(1, 16)] + [f"2025/03/{day}" for day in range(10, 20)]
    written, source = draft("t.csv", table("delivered", cells))

    assert type(column(source)).__name__ == "Text"
    assert any("10 of 25 cells are no days written like %d.%m.%Y" in remark for remark in written.remarks)


@pytest.mark.parametrize("minus", ["(1,50) €", "€ (1,50)", "(€1,50)", "(1,50 €)"])
def test_brackets_with_a_currency_on_either_side_are_minus(draft, minus):
    around = "{} €" if minus.endswith(("€", "€)")) else "€ {}"
    cells = [around.format(f"{number},25") for number in range(5)]
    written, source = draft("t.csv", table("amount", [*cells, minus]))

    assert (source.dialects[0].numbers.brackets, source.dialects[0].numbers.currency) == (True, ("€",))
    assert (written.summary.rows_out, written.summary.columns["amount"].min) == (6, "-1.50")


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ([f"{n}٬٢٥٠٫٥٠ ر.س".translate({ord("0") + d: 0x660 + d for d in range(10)}) for n in range(1, 20)], "3250.50"),
        ([f"{'▲' * (n % 3 == 0)}{n}250" for n in range(1, 20)], "-3250"),
        ([("", "", "\u25b2", "", "", "\u2212")[(n - 1) % 6] + f"{n}250" for n in range(1, 20)], "-3250"),
        ([f"{'△' * (n % 3 == 0)}{n}250" for n in range(1, 20)], "-3250"),
    ],
)
def test_amounts_are_numbers_as_arabia_and_japan_write_them(draft, run, cells, value):
    _, source = draft("t.csv", table("figure", cells))
    rows = run(source, table("figure", cells)).rows

    assert (len(rows), rows[2]) == (19, f"r2,{value}")


@pytest.mark.parametrize(
    ("years", "first", "read"),
    [
        (range(1962, 2007), 1960, "1962"),
        (range(1955, 1966), 1950, "1955"),
        (range(1938, 1975), 1930, "1938"),
        (range(1971, 2007), None, "1971"),
        (range(2020, 2060), None, "2020"),
        (range(2019, 2026), None, "2019"),
    ],
)
def test_years_of_two_digits_are_not_torn_apart_and_what_they_count_from_is_told(draft, run, years, first, read):
    cells = [f"7/{1 + year % 28}/{year % 100:02}" for year in years]
    written, source = draft("t.csv", table("opened", cells))

    assert source.dialects[0].two_digit_years_from == (first or 1970)
    assert run(source, table("opened", cells)).rows[0][3:7] == read
    told = [remark for remark in written.remarks if "check `two_digit_years_from`" in remark]
    assert [remark.partition(", for 'opened' has '")[0] for remark in told] == (
        [f"years of two digits are {first} to {first + 99}"] if first else []
    )


@pytest.mark.parametrize(
    ("write", "written", "is_told"),
    [
        (lambda day: f"{day:%y-%m-%d}", "%y-%m-%d", True),
        (lambda day: f"{day:%y/%m/%d}", "%y/%m/%d", True),
        (lambda day: f"{day:%d-%m-%y}", "%d-%m-%y", False),
        (lambda day: f"{day:%m/%d/%y}", "%m/%d/%y", False),
        (lambda day: f"{day:%d.%m.%y}", "%d.%m.%y", False),
    ],
)
def test_years_of_two_digits_stand_where_dates_are_closer_together(draft, run, write, written, is_told):
    days = [datetime.date(2024, 1, 12) + datetime.timedelta(n) for n in range(17)]
    drafted, source = draft("t.csv", table("sold", [write(day) for day in days]))

    assert source.dialects[0].days == (written,)
    assert run(source, table("sold", [write(days[0])])).rows == ["r0,2024-01-12"]
    assert any("by which they are closer together" in remark for remark in drafted.remarks) == is_told


def test_thousandths_of_seconds_below_a_label_of_days_are_days_where_all_are_midnights(draft):
    midnights = [str((19_700 + n) * 86_400_000) for n in range(9)]

    assert type(column(draft("a.csv", table("day", midnights), "a")[1])).__name__ == "Day"
    assert type(column(draft("b.csv", table("day", [*midnights, "1704067200001"]), "b")[1])).__name__ == "Whole"


@pytest.mark.parametrize("label", ["GLN", "gln", "Ship-to GLN", "locationGln", "DUNS", "ASIN", "SSCC", "NDC"])
def test_numbers_that_trade_gives_are_codes_and_keep_zeros_in_front_that_the_sample_has_none_of(draft, run, label):
    _, source = draft("t.csv", table(label, [f"{4000000000000 + n}" for n in range(9)]))

    assert run(source, table(label, ["0012345670000"])).rows == ["r0,0012345670000"]


@pytest.mark.parametrize(
    "label",
    [
        "交易号", "货号", "Код товара", "Артикул", "Номер заказа", "Kod towaru", "Číslo zboží", "Cikkszám", "Stok Kodu",
        "Κωδικός", "Tuotenumero", "Codice articolo", "Cód. Barras", "Kode Barang", "Mã hàng", "รหัสสินค้า", "رقم الصنف",
        "מק\"ט", "Check #", "Чек №", "Folio", "Loja", "Código",
    ],
)  # fmt: skip
def test_codes_are_known_by_their_labels_in_many_languages(label):
    assert names_code(label)


@pytest.mark.parametrize(
    "label",
    ["Número de clientes", "Anzahl Nummern", "Jan", "# of stores", "Liczba sztuk", "Tickets", "Indeks cen", "数量"],
)
def test_labels_of_how_many_there_are_name_no_code(label):
    assert not names_code(label)


def check_digit(digits):
    return str(-sum(int(digit) * (1 if at % 2 else 3) for at, digit in enumerate(reversed(digits))) % 10)


@pytest.mark.parametrize(("first", "pattern"), [(400638133393, r"[0-9]{13}"), (7680012345, r"[0-9]+")])
def test_numbers_of_articles_are_codes_by_their_check_digits_whatever_the_label(draft, first, pattern):
    digits = [str(first * (10 if at % 2 and pattern.endswith("+") else 1) + at * 37) for at in range(12)]
    _, source = draft("scan.csv", table("what", [each + check_digit(each) for each in digits]))
    _, other = draft("other.csv", table("what", [each + "7" for each in digits]), "other")

    assert (type(column(source)).__name__, column(source).pattern) == ("Text", pattern)
    assert type(column(other)).__name__ == "Whole"
