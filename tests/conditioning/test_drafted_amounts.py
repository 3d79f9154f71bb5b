"""Drafts of amounts and measures: currencies of many countries, units, and marks in the place of decimals."""

import pytest

from conditioners.drafting.drafts import draft_source
from conditioners.drafting.samples import look_at_sample

AMOUNTS = [n * 7919 % 900_000 + 1000 for n in range(1, 25)]
"""In hundredths."""


def table(label, cells):
    rows = "".join(f"k{at}|{cell}\n" for at, cell in enumerate(cells))
    return f"key|{label}\n{rows}".encode()


def look(label, cells):
    """What a draft makes of a column and of its numbers, without writing it."""
    drafted = draft_source("acme", look_at_sample("a.txt", table(label, cells)))
    return drafted.columns[1], drafted


def english(hundredths):
    return f"{hundredths / 100:,.2f}"


def german(hundredths):
    return english(hundredths).translate(str.maketrans(",.", ".,"))


@pytest.mark.parametrize(
    "shape",
    [
        "KES {}",
        "₦{}",
        "GH₵{}",
        "S/ {}",
        "{} บาท",
        "RMB {}",
        "PHP {}",
        "৳{}",
        "${} MXN",
        "₩ {}",
        "LKR {}",
        "R$ {}",
        "–{}",
        "{} km/h",
    ],
)
def test_amounts_and_measures_of_many_countries_are_numbers(draft, run, shape):
    data = table("value", [shape.format(english(each)) for each in AMOUNTS])
    written, source = draft("a.txt", data)

    sign = "-" if shape.startswith("–") else ""
    assert run(source, data).rows == [f"k{at},{sign}{each / 100:.2f}" for at, each in enumerate(AMOUNTS)]
    assert written.summary.rows_quarantined == 0


@pytest.mark.parametrize("shape", ["{} din.", "{} ISK", "{}đ", "{} Gs/l"])
def test_amounts_with_decimal_commas_are_numbers_before_any_unit(draft, run, shape):
    data = table("value", [shape.format(german(each)) for each in AMOUNTS])
    _, source = draft("a.txt", data)

    assert run(source, data).rows == [f"k{at},{each / 100:.2f}" for at, each in enumerate(AMOUNTS)]


@pytest.mark.parametrize("mark", ["\u2009", "\u202f", "\u00a0"])
def test_blanks_of_any_width_stand_between_thousands_before_a_decimal_point(draft, run, mark):
    data = table("value", [english(each * 10).replace(",", mark) for each in AMOUNTS])
    _, source = draft("a.txt", data)

    assert run(source, data).rows == [f"k{at},{each / 10:.2f}" for at, each in enumerate(AMOUNTS)]


@pytest.mark.parametrize("shape", ["${}", "{} kr.", "$ {} COP", "{} €"])
def test_amounts_in_currencies_without_thousandths_have_marks_between_thousands_and_that_is_told(shape):
    guess, drafted = look("value", [shape.format(f"{each // 1000 + 12}.{each % 1000:03}") for each in AMOUNTS])

    assert (guess.kind, drafted.numbers.decimal, drafted.numbers.thousands) == ("Whole", ",", ".")
    assert any("may stand for thousands or for decimals: check numbers" in remark for remark in drafted.remarks)


@pytest.mark.parametrize("shape", ["{} €", "€{}", "KWD {}", "{}"])
def test_three_decimals_of_prices_below_ten_and_of_other_numbers_are_decimals_and_told(shape):
    above = 12 if shape in ("KWD {}", "{}") else 1
    guess, drafted = look("value", [shape.format(f"{above}.{each % 1000:03}") for each in AMOUNTS])

    assert (guess.kind, guess.arguments) == ("Decimal", ("3",))
    assert any("may stand for thousands or for decimals: check numbers" in remark for remark in drafted.remarks)


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        (["1.250,-", "12,50", "3,-", "17,-", "2.000,-"], ["1250.00", "12.50", "3.00", "17.00", "2000.00"]),
        (["1250.–", "12.50", "3.–", "17.–", "2000.–"], ["1250.00", "12.50", "3.00", "17.00", "2000.00"]),
        (["12.", "7.", "130.", "-4.", "55."], ["12", "7", "130", "-4", "55"]),
    ],
)
def test_marks_in_the_place_of_decimals_are_taken_off_and_told(draft, run, cells, rows):
    data = table("price", cells)
    written, source = draft("a.txt", data)

    assert run(source, data).rows == [f"k{at},{row}" for at, row in enumerate(rows)]
    assert any("without the marks that stand for no decimals" in remark for remark in written.remarks)
