"""A source in several dialects of one format: the one that a file comes in is found by what the file says of itself."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.columns import Day, Text, Whole
from conditioners.dialects import Delimited, FixedWidth, JsonLines, JsonTree, Parquet, Workbook, XmlElements

DIALECTS = (
    XmlElements(name="old xml", records="old/s", labels={"store": "old/s/@no", "units": "old/s/@n"}),
    XmlElements(name="new xml", records="new/s", labels={"store": "new/s/@id", "units": "new/s/u"}),
    JsonLines(name="old lines", labels={"store": "no", "units": "n"}),
    JsonLines(name="new lines", labels={"store": "id", "units": "u"}),
    Parquet(name="old parquet", labels={"store": "no", "units": "n"}),
    Parquet(name="new parquet", labels={"store": "id", "units": "u"}),
)


def parquet(**columns):
    data = io.BytesIO()
    pq.write_table(pa.table(columns), data)
    return data.getvalue()


FILES = {
    "old xml": b'<old><s no="007" n="1"/></old>',
    "new xml": b'<?xml version="1.0"?><new><s id="007"><u>1</u></s></new>',
    "old lines": b'{"no":"007","n":1}\n',
    "new lines": b'{"id":"007","u":1}\n{"id":"007","u":1}\n',
    "old parquet": parquet(no=["007"], n=[1]),
    "new parquet": parquet(id=["007"], u=[1]),
}


@pytest.mark.parametrize("name", FILES)
def test_the_dialect_of_a_file_is_found(make_source, run, name):
    source = make_source(columns=(Text("store"), Whole("units")), key=(), dialects=DIALECTS)
    result = run(source, FILES[name])

    assert result.summary.dialect["name"] == name
    assert set(result.rows) == {"007,1"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<other/>", "the document's root is other, not new"),
        (b'{"x":1}\n', "no label is one of toy: x"),
        (parquet(x=[1]), "no row names the columns of toy"),
    ],
)
def test_a_file_in_none_of_them_is_refused_with_the_reason(make_source, run, data, reason):
    source = make_source(columns=(Text("store"), Whole("units")), key=(), dialects=DIALECTS)

    assert reason in run(source, data).refusal.reason


UNITS, BOTH = {"store": "id", "units": "u"}, {"store": "id", "units": "u", "note": "n"}
TREE = {name: f"s[].{label}" for name, label in BOTH.items()}
XML = {name: f"r/s/@{label}" for name, label in BOTH.items()}
FORMS = {
    "json lines": (JsonLines, {}, BOTH, b'{"id":"007","u":1,"n":"x"}\n{"id":"008","u":2,"n":"y"}\n'),
    "json": (JsonTree, {"records": "s[]"}, TREE, b'{"s":[{"id":"007","u":1,"n":"x"},{"id":"008","u":2,"n":"y"}]}'),
    "xml": (XmlElements, {"records": "r/s"}, XML, b'<r><s id="007" u="1" n="x"/><s id="008" u="2" n="y"/></r>'),
    "parquet": (Parquet, {}, BOTH, parquet(id=["007", "008"], u=[1, 2], n=["x", "y"])),
    "html": (Workbook, {}, BOTH, b"<table><tr><td>id<td>u<td>n<tr><td>007<td>1<td>x<tr><td>008<td>2<td>y</table>"),
    "fixed width": (FixedWidth, {}, {"store": (1, 3), "note": (4, 4), "units": (5, 5)}, b"007x1\n008y2\n"),
}  # fmt: skip


def make(make_source, form, *variants):
    """A source whose dialects of one form differ in a few things."""
    kind, common, labels, _ = FORMS[form]
    columns = (Text("store"), Whole("units"), Text("note", optional=True))
    where = "fields" if kind is FixedWidth else "labels"
    made = [
        kind(name=name, **{**common, where: {key: labels[key] for key in keys}, **others})
        for name, keys, others in variants
    ]
    return make_source(columns=columns, key=(), dialects=tuple(made))


@pytest.mark.parametrize("form", FORMS)
def test_of_several_that_fit_the_one_with_more_columns_is_taken_and_the_others_are_told(make_source, run, form):
    fewer, more = ("fewer", ("store", "units"), {}), ("more", ("store", "units", "note"), {})
    for variants in ((fewer, more), (more, fewer)):
        dialect = run(make(make_source, form, *variants), FORMS[form][3]).summary.dialect

        assert dialect["name"] == "more"
        reason = dialect["also_fits"]["fewer"]
        assert reason.startswith("2 columns with values") and "this one 3 columns" in reason


@pytest.mark.parametrize("form", FORMS)
def test_two_that_fit_equally_well_and_give_different_tables_are_refused(make_source, run, form):
    columns = ("store", "units", "note")
    source = make(make_source, form, ("plain", columns, {}), ("tens", columns, {"shifts": {"units": 1}}))

    refusal = run(source, FORMS[form][3]).refusal
    assert refusal.reason == "the file fits the dialects plain and tens equally well, and they give different tables"


@pytest.mark.parametrize("form", FORMS)
def test_two_that_give_the_same_table_are_no_matter_and_told(make_source, run, form):
    columns = ("store", "units", "note")
    source = make(make_source, form, ("one", columns, {}), ("other", columns, {"nulls": ("n/a",)}))
    result = run(source, FORMS[form][3])

    assert result.rows == ["007,1,x", "008,2,y"]
    assert (result.summary.dialect["name"], result.summary.dialect["also_fits"]) == (
        "one", {"other": "gives the same table"},
    )  # fmt: skip


def test_a_difference_far_behind_the_beginning_is_found_as_well(make_source, run):
    columns = ("store", "units", "note")
    source = make(make_source, "parquet", ("one", columns, {}), ("other", columns, {"nulls": ("z",)}))
    many = 200_000
    same, other = (parquet(id=["007"] * many, u=[1] * many, n=["x"] * (many - 1) + [last]) for last in ("x", "z"))

    assert run(source, same).summary.dialect["also_fits"] == {"other": "gives the same table"}
    assert "give different tables" in run(source, other).refusal.reason


def test_good_rows_decide_where_the_columns_are_the_same(make_source, run):
    variants = [(order, (order,)) for order in ("%m/%d/%Y", "%d/%m/%Y")]
    dialects = tuple(JsonLines(name=name, days=days) for name, days in variants)
    source = make_source(columns=(Day("day"),), key=(), dialects=dialects)

    assert run(source, b'{"day":"01/02/2025"}\n{"day":"13/02/2025"}\n').summary.dialect["name"] == "%d/%m/%Y"
    assert "equally well" in run(source, b'{"day":"01/02/2025"}\n{"day":"03/02/2025"}\n').refusal.reason


def test_where_no_row_is_good_the_delimiter_is_the_one_under_which_they_can_be_read(make_source, run):
    dialect = Delimited(name="bare", delimiters=(";", ","), fields=("store", "units"))
    result = run(make_source(columns=(Text("store"), Whole("units")), key=(), dialects=(dialect,)), b"007,x\n008,y\n")

    assert [reject["rule"] for reject in result.rejects] == ["not_a_number", "not_a_number"]
    assert result.summary.dialect["delimiter"] == ","


def test_a_label_in_the_rows_says_more_than_what_stands_around_them(make_source, run):
    constant = JsonLines(name="constant", labels={"store": "=007"})
    source = make_source(columns=(Text("store"), Whole("units")), key=(), dialects=(constant, JsonLines(name="told")))

    assert run(source, b'{"store":"010","units":1}\n').rows == ["010,1"]
    assert run(source, b'{"units":1}\n').rows == ["007,1"]


def test_delimited_dialects_with_fewer_labels_in_the_header_row_are_told(make_source, run):
    columns = (Text("store"), Whole("units"), Text("note", optional=True))
    fewer = Delimited(name="fewer", labels={"note": "no such label"})
    result = run(make_source(columns=columns, key=(), dialects=(fewer, Delimited(name="more"))), b"store,units,note\n")

    assert result.summary.dialect["name"] == "more"
    assert result.summary.dialect["also_fits"] == {"fewer": "2 of the columns have a label, and of this one's 3"}


COLUMNS = (Day("day"), Text("store"), Whole("units"))
ROWS = ["2024-01-01,007,1", "2024-01-02,008,2"]
LINES = b"2024-01-01,007,1\n2024-01-02,008,2\n"


def test_fixed_width_takes_no_delimited_file(make_source, run):
    fields = {"day": (1, 10), "store": (11, 13), "units": (14, 16)}
    fixed, delimited = FixedWidth(name="fixed", fields=fields), Delimited(name="delimited")
    source = make_source(columns=COLUMNS, key=(), dialects=(fixed, delimited))

    assert run(source, b"day,store,units\n" + LINES).rows == ROWS
    assert run(source, LINES.replace(b",0", b"0").replace(b",", b"  ")).rows == ROWS


def test_a_header_row_is_not_read_as_data_where_a_dialect_knows_it(make_source, run):
    bare = Delimited(name="bare", fields=("day", "store", "units"))
    source = make_source(columns=COLUMNS, key=(), dialects=(bare, Delimited(name="labelled")))
    result = run(source, b"day,store,units\n" + LINES)

    assert (result.rows, result.rejects) == (ROWS, [])
    assert result.summary.dialect["also_fits"] == {"bare": "gives the same table"}
    assert run(source, LINES).summary.dialect["name"] == "bare"


def test_a_label_that_stands_twice_in_one_dialect_does_not_keep_another_from_the_file(make_source, run):
    dialects = tuple(Delimited(name=name, labels={"units": labels}) for name, labels in (("a", ("n", "u")), ("b", "n")))
    source = make_source(columns=COLUMNS, key=(), dialects=dialects)

    assert run(source, b"day,store,n,u\n2024-01-01,007,1,5\n").rows == ROWS[:1]
