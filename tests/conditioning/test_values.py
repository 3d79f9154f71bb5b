"""Values: what a number, a day and a text may be, and that nothing is turned into something else."""

import pytest

from conditioners.columns import AtMostWhere, Day, Decimal, FilledOnlyIf, NotBefore, Text, Whole
from conditioners.dialects import Delimited, Numbers, ShiftBy
from conditioners.limits import Limits
from conditioners.outcome import SourceError

pytestmark = pytest.mark.usefixtures("contract_of_any_size")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.234,5", "1234.50"), ("1234,50", "1234.50"), ("-0,05", "-0.05"), ("+7", "7.00"), ("1.234.567", "1234567.00"),
        ("12.34", "not_a_number"), ("1.2345,00", "not_a_number"), ("12.03.2024", "not_a_number"),
        ("1,234.50", "not_a_number"), ("1e3", "not_a_number"), ("12,5O", "not_a_number"), ("0,125", "too_many_places"),
        ("0,12500", "too_many_places"), ("0,1200", "0.12"), ("١", "not_a_number"), ("-", "not_a_number"),
        ("5,", "not_a_number"), ("0.123", "not_a_number"), ("-0.123,5", "not_a_number"), ("012.345", "not_a_number"),
        ("0,5", "0.50"), ("007,5", "7.50"),
    ],
)  # fmt: skip
def test_a_european_decimal_is_read_exactly_or_not_at_all(judge, text, value):
    numbers = Numbers(decimal=",", thousands=".")

    assert judge(Decimal("n", 2), [text], numbers=numbers) == [value]


@pytest.mark.parametrize(
    "text",
    ["1__000", "1_000", "+-5", "--5", "1e5", "0x10", "\uff11\uff12", "\u0661", "1\u00a0000", "1 000", "1,2,3", "1,,234",
     "1,234,56", "(5)", "(5", "5-", "- 5", "\u22125", "NaN", "inf", "-Infinity", ".", "-", "5%", "5.0.0"],
)  # fmt: skip
def test_what_only_other_readers_take_for_a_number_is_none(judge, text):
    # Beside it stand as many plain numerals as it takes for the column to be read at once.
    cells = [text, *map(str, range(20))]

    for column, numbers in ((Whole("n"), Numbers(thousands=",")), (Decimal("n", 2), Numbers())):
        assert judge(column, cells, numbers=numbers)[:2] == ["not_a_number", judge_zero(column)]


def judge_zero(column):
    return "0" if isinstance(column, Whole) else "0.00"


def test_decimals_are_exact_far_beyond_floats(judge):
    found = judge(Decimal("n", 2), ["0.07", "123456789012345678901234567890.12", "1" * 40])

    assert found == ["0.07", "123456789012345678901234567890.12", "too_large"]


def test_rounding_is_half_to_even_and_only_where_declared(judge):
    cells = ["0.125", "0.135", "2.675"]

    assert judge(Decimal("n", 2, rounded=True), cells) == ["0.12", "0.14", "2.68"]
    assert judge(Decimal("n", 2), cells) == ["too_many_places"] * 3


def test_a_whole_number_may_be_written_with_zero_places_and_nothing_else(judge):
    found = judge(Whole("n"), ["12.0", "12.5", "007", "9223372036854775808", "0x10", "1_000", "5."])

    assert found == ["12", "too_many_places", "7", "too_large", *["not_a_number"] * 3]


def test_currency_and_trailing_minus_are_read_where_declared(judge):
    numbers = Numbers(thousands=",", currency=("$", "USD"), trailing_minus=True)
    found = judge(Decimal("n", 2), ["$1,234.50", "5 USD", "-$5", "7.25-", "€5"], numbers=numbers)

    assert found == ["1234.50", "5.00", "-5.00", "-7.25", "not_a_number"]


def test_brackets_are_minus_where_declared_and_nowhere_else(judge):
    numbers = Numbers(thousands=",", currency=("$",), brackets=True)
    cells = ["(1,234.50)", "($5)", "$(5)", "(5)$", "5", "-5", "(-5)", "-(5)", "(5", "5)", "()", "((5))"]
    found = judge(Decimal("n", 2), cells, numbers=numbers)

    assert found == ["-1234.50", *["-5.00"] * 3, "5.00", "-5.00", *["not_a_number"] * 6]
    assert judge(Decimal("n", 2), ["(5)"], numbers=Numbers(currency=("$",))) == ["not_a_number"]


def test_words_and_marks_for_signs_stand_before_or_behind_a_number_where_declared(judge):
    numbers = Numbers(thousands=",", currency=("$",), minus=("CR", "R", "\u2212"), plus=("DR",))
    cells = ["1,234.50 CR", "$5CR", "CR 5", "5 DR", "5R", "\u22125", "\u2212$5", "5", "-5"]
    wrong = ["-5 CR", "5 CR DR", "CR 5 CR", "CR", "5  CR", "5 cr", "--5"]

    found = judge(Decimal("n", 2), [*cells, *wrong], numbers=numbers)
    assert found == ["-1234.50", *["-5.00"] * 2, "5.00", *["-5.00"] * 3, "5.00", "-5.00", *["not_a_number"] * 7]
    assert judge(Decimal("n", 2), cells[:4]) == ["not_a_number"] * 4
    assert judge(Whole("n"), ["5 CR", "5 DR"], numbers=numbers, shifts={"n": 3}) == ["-5000", "5000"]


def test_tenths_become_decimals_without_floats(judge):
    found = judge(Decimal("n", 1), ["-171", "6", "0", "1.5"], shifts={"n": -1})

    assert found == ["-17.1", "0.6", "0.0", "too_many_places"]


def test_a_number_beyond_a_bound_is_rejected_and_one_at_a_bound_is_none(judge):
    assert judge(Whole("n", minimum=0, maximum=9), ["-1", "0", "9", "10"]) == [
        "too_small", "0", "9", "too_large",
    ]  # fmt: skip


def test_text_keeps_leading_zeros_and_loses_only_the_blanks_around_it(judge):
    assert judge(Text("t"), [" 007 ", "a  b", "=1+1", "1E5"]) == ["007", "a  b", "=1+1", "1E5"]


def test_words_are_translated_and_unknown_ones_rejected(judge):
    found = judge(Text("t"), ["groß", "mittel"], values={"t": {"groß": "large"}})

    assert found == ["large", "not_allowed"]


def test_only_declared_words_mean_no_value(judge):
    column = Whole("n", optional=True)

    assert judge(column, ["", "n/a", "NULL"], nulls=("n/a",)) == ["", "", "not_a_number"]
    assert judge(Whole("n"), ["", "n/a"], nulls=("n/a",)) == ["missing", "missing"]


def test_a_rejected_row_names_the_first_column_at_fault(toy, run):
    result = run(toy, b"day,store,units\n2024-13-01,x,y\n")

    assert [(r["column"], r["rule"]) for r in result.rejects] == [("day", "not_a_day")]


def test_checks_tie_columns_together(make_source, run):
    source = make_source(
        columns=(Day("a"), Day("b"), Text("kind"), Whole("n", optional=True)), key=(),
        checks=(NotBefore("b", "a"), FilledOnlyIf("n", "kind", "x")),
    )  # fmt: skip
    rows = [
        "2024-01-01,2024-01-01,x,1",
        "2024-01-02,2024-01-01,x,1",
        "2024-01-01,2024-01-01,y,1",
        "2024-01-01,2024-01-01,x,",
    ]
    result = run(source, ("a,b,kind,n\n" + "\n".join(rows)).encode())

    assert [r["rule"] for r in result.rejects] == ["before_a", "filled_only_if_kind_is_x", "filled_only_if_kind_is_x"]


def test_checks_hold_where_both_are_equal_and_where_one_is_not_there(make_source, run):
    source = make_source(
        columns=(Day("a"), Day("b", optional=True), Text("kind"), Whole("n", optional=True)), key=(),
        checks=(NotBefore("b", "a"), AtMostWhere("n", 3, "kind", "x")),
    )  # fmt: skip
    rows = ["2024-01-02,2024-01-02,x,3", "2024-01-02,,x,", "2024-01-02,2024-01-01,y,9", "2024-01-02,,x,4"]
    result = run(source, ("a,b,kind,n\n" + "\n".join(rows)).encode())

    assert result.rows == rows[:2]
    assert [reject["rule"] for reject in result.rejects] == ["before_a", "too_large_where_kind_is_x"]


def test_cells_that_take_a_closer_look_keep_their_own_values_among_plain_ones(judge):
    odd = {
        "+7": "7.00", "0.125": "too_many_places", "x": "not_a_number", "+1,234": "1234.00", "0.5000": "0.50",
        "-,5": "not_a_number", "": "", "+8": "8.00", "٣": "not_a_number",
    }  # fmt: skip
    cells = [cell for number, text in enumerate(odd) for cell in (*(f"{number}.2{each}" for each in range(9)), text)]
    found = judge(Decimal("n", 2, optional=True), cells, numbers=Numbers(thousands=","))

    assert found == [odd.get(cell, cell) for cell in cells]


def test_the_summary_has_nulls_and_extremes_as_written(toy, run):
    result = run(toy, b"day,store,units,price,note\n2024-01-02,001,10,0.5,\n2024-01-01,002,9,,b\n")
    columns = result.summary.columns

    assert (columns["units"].min, columns["units"].max) == ("9", "10")
    assert (columns["price"].nulls, columns["price"].min) == (1, "0.50")
    assert (result.summary.first_day, result.summary.last_day) == ("2024-01-01", "2024-01-02")


def test_a_declaration_that_names_an_unknown_column_is_refused(make_source):
    with pytest.raises(SourceError, match="no column is called 'shop'"):
        make_source(key=("day", "shop"))


def test_a_column_may_be_called_row(make_source, run):
    source = make_source(columns=(Text("row"), Whole("units")), key=())

    assert run(source, b"row,units\na,1\nb,x\n").rejects[0]["rule"] == "not_a_number"


def test_among_many_cells_that_are_longer_or_shorter_a_word_for_nothing_is_found(make_source, run):
    source = make_source(
        columns=(Text("code"), Text("name", optional=True)), key=(), dialects=(Delimited(name="d", nulls=("N/A",)),)
    )
    result = run(source, b"code,name\n" + b"12345,x\n" * 3000 + b"12345,N/A\n N/A ,y\n")

    assert result.rows[-1] == "12345,"
    assert [(reject["line"], reject["rule"]) for reject in result.rejects] == [("3003", "missing")]


def test_one_name_of_a_currency_may_begin_or_end_another(judge):
    cells = ["US$5", "5 US$", "$5", "kr. 5", "5.00 kr.", "kr 5", "$.50"]
    found = judge(Decimal("n", 2), cells, numbers=Numbers(currency=("$", "US$", "kr", "kr.")))

    assert found == ["5.00"] * 6 + ["0.50"]


def test_the_point_behind_an_abbreviated_currency_is_no_decimal_mark(judge):
    found = judge(Decimal("n", 2), ["Rs.500", "Rs 500"], numbers=Numbers(currency=("Rs",)))

    assert found == ["not_a_number", "500.00"]


@pytest.mark.parametrize("cell", ["--5", "-$-5", "-5-", "+5-", "$($5)"])
def test_two_signs_or_two_currencies_make_no_number(judge, cell):
    numbers = Numbers(currency=("$",), trailing_minus=True, brackets=True)

    assert judge(Decimal("n", 2), [cell], numbers=numbers) == ["not_a_number"]


def test_a_number_that_is_scaled_beyond_what_can_be_held_costs_its_own_row(judge):
    cells = ["1.5", "9" * 38, "9223372036854775", "9223372036854776", "1.0005"]

    assert judge(Whole("n"), cells, shifts={"n": 3}) == [
        "1500", "too_large", "9223372036854775000", "too_large", "too_many_places",
    ]  # fmt: skip
    assert judge(Whole("n"), ["9" * 38, "1200", "1250"], shifts={"n": -2}) == [
        "too_many_places", "12", "too_many_places",
    ]  # fmt: skip
    assert judge(Whole("n"), ["0", "00", "-0.0", "10"], shifts={"n": -2}) == [
        "0", "0", "0", "too_many_places",
    ]  # fmt: skip
    assert judge(Decimal("n", 2), ["9" * 37, "0.5"], shifts={"n": 6}) == ["too_large", "500000.00"]


def test_a_number_is_rounded_once_also_where_it_is_scaled_or_becomes_whole(judge):
    found = judge(Decimal("n", 0, rounded=True), ["14.6", "25.0001", "25"], shifts={"n": -1})

    assert found == ["1", "3", "2"]
    assert judge(Decimal("n", 0, rounded=True), ["12.5", "13.5"]) == ["12", "14"]


def test_a_value_that_is_extracted_has_no_blanks_around_it_and_an_empty_one_is_none(judge):
    assert judge(Text("t"), ["a b kg", "kg", "g"], extract={"t": "(.*)kg"}) == [
        "a b", "missing", "bad_format",
    ]  # fmt: skip
    assert judge(Whole("n"), ["5 kg", "kg"], extract={"n": "(.*)kg"}) == ["5", "missing"]


@pytest.mark.parametrize(
    ("column", "cells", "found"),
    [
        (Text("t", optional=True), ["5 p", "5", "", "x"], ["p", "", "", "bad_format"]),
        (Text("t", optional=True, choices=("p", "b")), ["5 p", "5", "5 q"], ["p", "", "not_allowed"]),
        (Whole("t", optional=True), ["5 7", "5", "5 q"], ["7", "", "not_a_number"]),
        (Day("t", optional=True), ["5 2024-01-31", "5", "5 31"], ["2024-01-31", "", "not_a_day"]),
        (Decimal("t", 1), ["5 7", "5", "5 q"], ["7.0", "missing", "not_a_number"]),
        (Day("t"), ["5 2024-01-31", "5"], ["2024-01-31", "missing"]),
    ],
)
def test_what_an_optional_part_of_a_cell_lacks_is_no_value_and_no_fault(judge, column, cells, found):
    assert judge(column, cells, extract={"t": "[0-9.]+ ?(.*)"}) == found


def test_a_number_is_scaled_by_a_unit_that_is_extracted_from_the_same_cell(make_source, run):
    columns = (Decimal("damage", 0, labels=("loss",)), Text("unit", optional=True, labels=("loss",)))
    patterns = {"damage": "([0-9.]+)[KMB]?", "unit": "[0-9.]+([KMB]?)"}
    shifts = {"damage": ShiftBy("unit", {"K": 3, "M": 6, "B": 9})}
    source = make_source(columns=columns, key=(), dialects=(Delimited(name="d", extract=patterns, shifts=shifts),))

    rows = run(source, b"loss\n1.5K\n0.25M\n2B\n7\n").rows
    assert rows == ["1500,K", "250000,M", "2000000000,B", "7,"]


@pytest.mark.parametrize("pattern", ["(?=a)a", r"(a)\1"])
def test_a_pattern_that_cannot_be_used_is_an_error_of_the_declaration(judge, pattern):
    with pytest.raises(SourceError, match="cannot be used"):
        judge(Text("t", pattern=pattern), ["a"])


def test_what_extracts_a_value_has_to_say_which_part_is_it(judge):
    with pytest.raises(SourceError, match="no group"):
        judge(Text("t"), ["5 kg"], extract={"t": "[0-9]+ kg"})


def test_a_whole_number_may_have_no_digit_but_zeros_behind_its_mark(judge):
    cells = [".0", "-.00", ".5", "12.0", "."]

    assert judge(Whole("n"), cells) == ["0", "0", "too_many_places", "12", "not_a_number"]


def test_a_number_far_below_zero_is_not_above_a_bound(make_source, run):
    source = make_source(columns=(Whole("n", maximum=5),), key=())
    result = run(source, b"n\n-99999999999999999999\n99999999999999999999\n6\n")

    assert [reject["reason"].partition("' ")[2] for reject in result.rejects] == [
        "is too large to hold", "is above 5", "is above 5",
    ]  # fmt: skip


def test_a_column_cannot_stand_twice_in_the_fields_of_a_file():
    with pytest.raises(SourceError, match="stands twice"):
        Delimited(name="d", fields=("a", "", "a"))


def test_a_number_is_scaled_by_a_column_that_may_be_absent_and_is_no_key(make_source, run):
    shift = {"value": ShiftBy("element", {"TMAX": -1})}
    columns = (Text("element", optional=True), Decimal("value", 1), Text("note", optional=True))
    source = make_source(columns=columns, key=("value",), dialects=(Delimited(name="d", shifts=shift),))

    assert run(source, b"value\n12\n").rows == [",12.0,"]
    many = run(source, b"value,element\n12,TMAX\n12,\n12,TMAX\n", limits=Limits(keys_in_memory=0))
    assert many.rows == ["TMAX,1.2,", ",12.0,"]


def test_a_word_cannot_be_declared_to_mean_nothing_but_by_its_sentinels():
    with pytest.raises(SourceError, match="sentinels"):
        Delimited(name="d", values={"note": {"x": ""}})


@pytest.mark.parametrize("optional", [True, False])
@pytest.mark.parametrize("pattern", ["[0-9]{5}", "[0-9]{4}[0-9]*"])
def test_an_absent_code_is_bad_only_where_one_is_wanted(judge, optional, pattern):
    column = Text("code", pattern=pattern, optional=optional)

    found = judge(column, ["12345", "", "1234x", "1234"])

    assert found == ["12345", "" if optional else "missing", "bad_format", "1234" if "*" in pattern else "bad_format"]
