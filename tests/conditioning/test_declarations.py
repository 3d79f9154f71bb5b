"""Declarations: what cannot be right is told when a source is declared, by name, and not by its first file."""

import re
from functools import partial

import pytest

from conditioners.columns import AtMostWhere, Day, Decimal, FilledOnlyIf, Moment, NotBefore, Text, Whole
from conditioners.dialects import (
    Delimited,
    FixedWidth,
    JsonLines,
    JsonRows,
    JsonTree,
    Numbers,
    ProductActivity,
    Repeated,
    Tagged,
    Wide,
    Workbook,
    XmlElements,
)
from conditioners.outcome import SourceError

WEEKS = Wide(into="day", values={"units": "(w)"})
UNUSABLE = ("a,b", "a\nb", "@a", "a@b", "!0", "=a", " a", "")
PLACES = {"day": (1, 10), "store": (11, 13)}
TWO = {"note": ("a", "b")}
AMBIGUOUS = (
    JsonTree(name="odd", records="[]", labels=TWO), JsonLines(name="odd", labels={"note": ()}),
    XmlElements(name="odd", records="r/s", labels=TWO),
    ProductActivity(name="odd", labels={"note": ("SDQ", "XQ02")}),
)  # fmt: skip
PARTIAL = (
    Delimited(name="odd", fields=("day", "store", "")), JsonRows(name="odd", records="[]", fields=("day", "store")),
    FixedWidth(name="odd", fields=PLACES), FixedWidth(name="odd", fields=PLACES, labels={"price": "=5"}),
)  # fmt: skip
TAGGED = Tagged(opening="ADD", lengths={}, ends=(), fields={"b": ("AA1", 0, 2)})


def repeat(fields, count=3):
    return Repeated(into="a", first=2, width=2, count=count, fields=fields)


DAYS = repeat({"c": (1, 2)})


@pytest.mark.parametrize(
    ("kind", "declared", "told"),
    [
        (Delimited, {"escape": '"'}, "delimiter, quote and escape must differ"),
        (Delimited, {"quote": ","}, "delimiter, quote and escape must differ"),
        (Delimited, {"quote": "\r"}, "must be one ASCII character in a line"),
        (Delimited, {"encodings": ("windows-1252x",)}, "unknown encoding: windows-1252x"),
        (FixedWidth, {"fields": {}, "encodings": ("rot13",)}, "'rot13' is not a text encoding"),
        (FixedWidth, {"fields": {}, "opening": "HDR ("}, r"'HDR \(' is no regular expression"),
        (Delimited, {"skip": ("Total (",)}, r"'Total \(' is no regular expression"),
        (Workbook, {"until": "("}, "is no regular expression"),
        (Workbook, {"header_rows": 0}, "labels stand in one row at least"),
        (Workbook, {"wide": Wide(into="day", values={"units": "week"})}, "'week' has no group that holds the value"),
        (Workbook, {"wide": Wide(into="day", values={})}, "labels go into one column, cells into others"),
        (Workbook, {"wide": Wide(into="day", values={"day": "(w)"})}, "labels go into one column, cells into others"),
        (Delimited, {"wide": WEEKS, "fields": ("units",)}, "a wide table has labels, and so no `fields`"),
        (Delimited, {"fields": ("", "")}, "none of its fields is a column"),
        (FixedWidth, {"fields": {}}, "no field is declared"),
        (FixedWidth, {"fields": {"a": (0, 1)}}, "a cannot be from character 0 to 1"),
        (FixedWidth, {"fields": {"a": (3, 2)}}, "a cannot be from character 3 to 2"),
        (FixedWidth, {"fields": {"a": (2, 3)}, "width": 2}, "a cannot be from character 2 to 3 of 2 characters"),
        (FixedWidth, {"fields": {"a": (3, None)}, "width": 2}, "a cannot be from character 3 to None of 2"),
        (FixedWidth, {"fields": {"a": (1, 1)}, "tagged": TAGGED}, "b cannot be"),
        (FixedWidth, {"fields": {"a": (1, 1)}, "repeated": repeat({"b": (1, 3)})}, "b cannot be"),
        (FixedWidth, {"fields": {"a": (1, 1)}, "repeated": repeat({"c": (1, 2)}, count=0)}, "stand nowhere"),
        (FixedWidth, {"fields": {"a": (1, 1)}, "repeated": repeat({})}, "stand nowhere in a line"),
        (FixedWidth, {"fields": {"a": (1, 1)}, "width": 6, "repeated": DAYS}, "stand nowhere in a line"),
        (FixedWidth, {"fields": {"b": (1, 1)}, "repeated": DAYS}, "repetitions go into a, which is none of its fields"),
    ],
)
def test_a_dialect_that_no_file_can_come_in_is_told_with_its_name(kind, declared, told):
    with pytest.raises(SourceError, match=f"dialect 'odd': .*{told}"):
        kind(name="odd", **declared)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"dialects": (Delimited(name="odd", shifts={"store": -1}),)}, "`shifts` are of numbers, and store is none"),
        ({"dialects": (Delimited(name="odd", values={"units": {"x": "1"}}),)}, "`values` are of text, and units is"),
        ({"head": "("}, "source toy: '\\(' is no regular expression"),
        *(({"columns": (Text(name),)}, "no column can be called") for name in UNUSABLE),
        ({"key": ("day", "day")}, "the column 'day' stands twice in the key"),
        *(({what: ()}, f"source toy: `{what}` has none, so that no file") for what in ("files", "columns", "dialects")),
        ({"columns": (Text("a", pattern="[0-9"),)}, "the pattern '\\[0-9' of a is no regular expression: unterminated"),
        ({"dialects": (Delimited(name="odd", extract={"units": "(x"}),)}, "which extracts units, is no regular expr"),
        (
            {"dialects": (Delimited(name="odd", extract={"units": "x"}),)},
            "which extracts units, has no group",
        ),
        *(
            ({"dialects": (Delimited(name="odd", **words),)}, "odd': no cell is ' NA', for none has blanks around it")
            for words in ({"nulls": (" NA",)}, {"sentinels": {"note": (" NA",)}}, {"values": {"note": {" NA": "x"}}})
        ),
        (
            {"columns": (Text("a", choices=("A",)),), "dialects": (Delimited(name="odd", values={"a": {"x": "B"}}),)},
            "odd': 'B' is none of the choices of a",
        ),
        *(({"dialects": (dialect,)}, "odd': note has one label, for only one path") for dialect in AMBIGUOUS),
        ({"checks": (NotBefore("day", "units"),)}, "compares what is alike, and day and units are not"),
        ({"checks": (NotBefore("day", "store"),)}, "compares what is alike"),
        ({"columns": (Moment("a"), Moment("b", utc=True)), "checks": (NotBefore("a", "b"),)}, "compares what is alike"),
        ({"checks": (AtMostWhere("day", 1, "store", "x"),)}, "AtMostWhere is of numbers, and day is none"),
        ({"checks": (AtMostWhere("units", 1, "price", "5"),)}, "AtMostWhere looks for a text, and price is none"),
        ({"checks": (FilledOnlyIf("note", "units", "5"),)}, "FilledOnlyIf looks for a text, and units is none"),
        *(
            ({"dialects": (dialect,)}, "odd': units has no place among the fields, and is required")
            for dialect in PARTIAL
        ),
    ],
)
def test_what_a_source_says_of_a_column_has_to_be_of_use(make_source, declared, told):
    with pytest.raises(SourceError, match=told):
        make_source(**{"key": (), **declared})


@pytest.mark.parametrize("pattern", [r"\p{Lu}[0-9]+", "[[:alpha:]]+", r"(?<letters>[a-z]+)"])
def test_a_pattern_may_have_forms_that_python_does_not_know(make_source, run, pattern):
    source = make_source(columns=(Text("a", pattern=pattern), Text("b")), key=())

    assert run(source, b"a,b\n,x\n").rejects[0]["rule"] == "missing"


def test_a_required_column_without_a_place_among_fields_may_stand_around_them(make_source):
    around = Delimited(name="d", fields=("day", "store"), labels={"units": "=5"})
    repeated = Repeated(into="store", first=14, width=5, count=2, fields={"units": (1, 5)})

    assert make_source(dialects=(around,)).dialects == (around,)
    assert make_source(dialects=(FixedWidth(name="f", fields=PLACES, repeated=repeated),))


def test_checks_compare_numbers_of_any_kind_with_each_other_and_so_moments_of_one_kind(make_source):
    columns = (Whole("a"), Decimal("b", 2), Moment("c"), Moment("d"), Day("e"), Day("f"))
    checks = (NotBefore("a", "b"), NotBefore("c", "d"), NotBefore("e", "f"))

    assert make_source(columns=columns, checks=checks, key=()).checks == checks


@pytest.mark.parametrize(
    ("declare", "told"),
    [
        (lambda: Decimal("n", -1), "column n: a decimal has 0 to 38 places, and not -1"),
        (lambda: Decimal("n", 39), "0 to 38 places"),
        (lambda: Day("d", weekday=0), "column d: weekdays are 1 for Monday to 7 for Sunday, and not 0"),
        (lambda: Day("d", weekday=8), "weekdays are 1"),
        *((partial(Numbers, thousands=mark), "can be no mark in a number") for mark in "0a-+()"),
        (lambda: Numbers(decimal="-"), "'-' can be no mark in a number"),
        *((partial(Numbers, currency=(name,)), "can be no currency") for name in ("", " ", "1", "S/1")),
        *((partial(Numbers, minus=(word,)), "can be no sign of a number") for word in ("", "CR ", "1", "-", ".")),
        (lambda: Numbers(minus=("CR",), plus=("CR",)), "'CR' can be no sign of a number, for it stands for something"),
    ],
)
def test_what_would_change_numbers_or_end_in_a_traceback_cannot_be_declared(declare, told):
    with pytest.raises(SourceError, match=re.escape(told)):
        declare()


@pytest.mark.parametrize(
    "changes",
    [
        {"dialects": (Delimited(name="d", shifts={"unist": 3}),)},
        {"dialects": (Delimited(name="d", values={"unist": {"a": "b"}}),)},
        {"dialects": (Delimited(name="d", formats={"unist": ("%Y",)}),)},
        {"checks": (AtMostWhere("unist", 1, "store", "a"),)},
    ],
)
def test_a_misspelt_column_is_told_by_its_name_wherever_it_stands(make_source, changes):
    with pytest.raises(SourceError, match="no column is called 'unist'"):
        make_source(**changes)


@pytest.mark.parametrize(
    ("declare", "told"),
    [
        (partial(Delimited, name="x", skip="Sum"), r"dialect 'x': `skip` is 'Sum', and has to be a tuple of texts"),
        (partial(Delimited, name="x", delimiters=";"), "`delimiters` is ';', and has to be a tuple of texts"),
        (partial(Delimited, name="x", days="%Y-%m-%d"), "`days` is '%Y-%m-%d', and has to be a tuple"),
        (partial(Delimited, name="x", sentinels={"a": "n/a"}), "to be a mapping from names to tuples of texts"),
        (partial(Delimited, name="x", shifts={"a": "3"}), "to be a mapping from names to whole numbers"),
        (partial(Delimited, name="x", labels={"a": 3}), "to be a mapping from names to texts, or tuples of texts"),
        (partial(Numbers, currency="EUR"), "numbers: `currency` is 'EUR', and has to be a tuple of texts"),
        (partial(Text, "a", labels="Store"), r"column a: `labels` is 'Store', and has to be a tuple of texts"),
        (partial(Text, "a", choices="yes"), "column a: `choices` is 'yes', and has to be a tuple"),
        (partial(Whole, "a", minimum="0"), "column a: `minimum` is '0', and has to be a whole number"),
        (partial(Decimal, "a", "2"), "column a: `places` is '2', and has to be a whole number"),
        (partial(Day, "a", earliest="2025-01-01"), r"`earliest` is '2025-01-01', and has to be a day, such as `date\("),
        (partial(Wide, into="day", values="(w)"), "wide: `values` is '(w)', and has to be a mapping"),
        (partial(Delimited, name="x", numbers={"decimal": ","}), r"`numbers` is {.*}, and has to be `Numbers\(...\)`"),
        (partial(Delimited, name="x", wide={"into": "day"}), r"`wide` is {.*}, and has to be `Wide\(...\)`"),
        (partial(FixedWidth, name="x", fields={"day": "1-8"}), "and has to be a mapping from names to first and last"),
        (partial(Whole, "a", minimum=5, maximum=1), "column a: its minimum 5 is above its maximum 1"),
    ],
)
def test_an_argument_of_another_type_is_told_by_name_with_what_to_write(declare, told):
    with pytest.raises(SourceError, match=told.replace("(w)", r"\(w\)")):
        declare()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"columns": (Day("day"), "store")}, r"`columns` is .*'store'.*, and has to be a tuple of columns"),
        ({"dialects": (Numbers(),)}, r"`dialects` is .*, and has to be a tuple of dialects"),
        ({"checks": ("day",)}, r"`checks` is .*, and has to be a tuple of checks"),
        ({"hook": "condition"}, "`hook` is 'condition', and has to be a function by its name"),
    ],
)
def test_what_is_no_column_dialect_check_or_hook_of_a_source_is_told(make_source, changes, told):
    with pytest.raises(SourceError, match=f"source toy: {told}"):
        make_source(**changes)


@pytest.mark.parametrize(
    ("dialect", "label", "told"),
    [
        (Delimited, "@sheet", "only workbooks and HTML tables have sheets"),
        (JsonLines, "@sheet", "only workbooks and HTML tables have sheets"),
        (Workbook, "@records", "only parallel lists of JSON have `@records`"),
    ],
)
def test_surroundings_that_files_of_a_form_have_none_of_are_told(make_source, dialect, label, told):
    with pytest.raises(SourceError, match=rf"dialect 'odd': store goes by '{label}', and {told}"):
        make_source(dialects=(dialect(name="odd", labels={"store": label}),))


def test_a_column_that_stands_around_the_rows_twice_is_told(make_source):
    with pytest.raises(SourceError, match="dialect 'odd': store goes by '@file' and '=5': a row has one"):
        make_source(dialects=(Delimited(name="odd", labels={"store": ("@file", "=5")}),))


@pytest.mark.parametrize("name", ["files", "key", "members"])
def test_a_text_for_a_tuple_of_a_source_is_told(make_source, name):
    with pytest.raises(SourceError, match=f"source toy: `{name}` is 'toy', and has to be a tuple of texts, such as"):
        make_source(**{name: "toy"})


def test_a_single_column_without_its_comma_is_told(make_source):
    with pytest.raises(SourceError, match="has to be a tuple of columns, with a comma behind a single one"):
        make_source(columns=Text("a"), key=())
