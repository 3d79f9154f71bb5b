"""Digits of other alphabets: read in numbers and dates where they are declared, kept in text, and drafted."""

import pytest

from conditioners.columns import Day, Decimal, Moment, Text, Whole
from conditioners.dialects import Delimited, Numbers
from conditioners.outcome import SourceError

ALPHABETS = {
    "arabic-indic": "٠١٢٣٤٥٦٧٨٩", "extended arabic-indic": "۰۱۲۳۴۵۶۷۸۹", "fullwidth": "０１２３４５６７８９",
    "devanagari": "०१२३४५६७८९", "bengali": "০১২৩৪৫৬৭৮৯", "thai": "๐๑๒๓๔๕๖๗๘๙",
}  # fmt: skip
COLUMNS = (Text("store"), Day("day"), Moment("at"), Whole("units"), Decimal("price", 2))


def write(text, alphabet):
    return text.translate(str.maketrans("0123456789", ALPHABETS[alphabet]))


@pytest.mark.usefixtures("contract_of_any_size")
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_numbers_and_dates_are_read_in_digits_that_are_declared_and_text_keeps_its_own(make_source, run, alphabet):
    dialect = Delimited(name="d", delimiters=(";",), digits=(alphabet,), moments=("%d.%m.%Y %H:%M",))
    source = make_source(columns=COLUMNS, key=(), dialects=(dialect,))
    rows = ["7;2024-02-29;5.1.2024 09:30;-120;3.50", "7;2023-02-29;5.1.2024 09:30;120;3.50", "7;2024-02-29;;120;3.501"]
    data = write("\n".join(rows), alphabet)

    result = run(source, f"store;day;at;units;price\n{data}\n8;2024-03-01;5.1.2024 09:30;1;2.5\n".encode())

    assert result.rows == [
        f"{write('7', alphabet)},2024-02-29,2024-01-05T09:30:00,-120,3.50", "8,2024-03-01,2024-01-05T09:30:00,1,2.50",
    ]  # fmt: skip
    assert [(row["line"], row["rule"], row["raw"]) for row in result.rejects] == [
        ("3", "not_a_day", write(rows[1], alphabet)), ("4", "missing", write(rows[2], alphabet)),
    ]  # fmt: skip


def test_marks_of_other_alphabets_are_declared_like_any(make_source, run):
    numbers = Numbers(decimal="\u066b", thousands="\u066c")
    dialect = Delimited(name="d", digits=("arabic-indic",), numbers=numbers)
    source = make_source(columns=(Decimal("price", 2),), key=(), dialects=(dialect,))

    assert run(source, "price\n١٬٢٣٤٫٥٠\n١٬٢٣٫٥\n".encode()).rows == ["1234.50"]


def test_digits_that_are_not_declared_are_no_number_and_no_day(make_source, run):
    dialect = Delimited(name="d", digits=("thai",))
    source = make_source(columns=(Whole("units"),), key=(), dialects=(dialect,))

    assert run(source, "units\n٧\n๗\n7\n".encode()).rows == ["7", "7"]


def test_words_for_no_value_are_those_of_the_file(make_source, run):
    dialect = Delimited(name="d", digits=("thai",), sentinels={"units": ("๙๙๙",)})
    source = make_source(columns=(Text("a"), Whole("units", optional=True)), key=(), dialects=(dialect,))

    assert run(source, "a,units\nx,๙๙๙\ny,๙๙๘\n".encode()).rows == ["x,", "y,998"]


@pytest.mark.parametrize("name", ["arabic", "roman", "", "thai digit zero", "latin"])
def test_an_alphabet_without_digits_is_told_where_it_is_declared(name):
    with pytest.raises(SourceError, match="Unicode has no digits of that name"):
        Delimited(name="d", digits=(name,))


@pytest.mark.parametrize(
    ("alphabet", "numbers"),
    [
        ("arabic-indic", Numbers(decimal="\u066b", thousands="\u066c")),
        ("fullwidth", Numbers(decimal="\uff0e", thousands="\uff0c")),
        ("devanagari", Numbers(thousands=",")),
    ],
)
def test_digits_are_drafted_with_the_marks_that_come_with_them(draft, alphabet, numbers):
    marks = str.maketrans(",.", numbers.thousands + numbers.decimal)
    prices = [write(f"{n * 1234.56:,.2f}".translate(marks), alphabet) for n in range(1, 29)]
    days = [write(f"2024/01/{n:02}", alphabet) for n in range(1, 29)]
    codes = [write(f"{n % 3:03}", alphabet) for n in range(1, 29)]
    rows = "".join(f"{code};{day};{price}\n" for code, day, price in zip(codes, days, prices, strict=True))

    written, source = draft("t.csv", f"store code;date;price\n{rows}".encode())

    (dialect,) = source.dialects
    assert source.columns == (Text("store_code", labels=("store code",)), Day("date"), Decimal("price", 2))
    assert (dialect.digits, dialect.numbers, dialect.days) == ((alphabet,), numbers, ("%Y/%m/%d",))
    assert any(f"digits called {alphabet} are read as those of ASCII" in remark for remark in written.remarks)
    assert written.summary.rows_out == 28
