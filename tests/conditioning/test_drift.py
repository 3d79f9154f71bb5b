"""Schema drift: new, missing, renamed and retyped columns against the file before, in every format with labels."""

import json

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import Delimited, JsonColumns, JsonLines, JsonTree, XmlElements
from conditioners.drops.drift import Retyped, describe_drift, find_drift, find_last_alike
from tests.conditioning.zip_files import pack_zip


def make(make_source, *dialects):
    columns = (Text("store"), Whole("units", optional=True, labels=("Menge",)), Text("note", optional=True))
    return make_source(columns=columns, key=(), dialects=dialects or (Delimited(name="csv"),))


def drift(run, source, before, after):
    told = [run(source, text.encode() if isinstance(text, str) else text).summary.to_json() for text in (before, after)]
    return find_drift(*(json.loads(json.dumps(each)) for each in told))


BEFORE = "store,units,note\n007,5,x\n010,6,y\n"


def test_the_same_labels_in_any_order_and_case_are_no_drift(make_source, run):
    found = drift(run, make(make_source), BEFORE, "Units,STORE,note\n5,007,x\n")

    assert not found


def test_new_and_missing_columns_are_told_by_their_labels(make_source, run):
    found = drift(run, make(make_source), BEFORE, "store,units,Price,Colour\n007,5,1,red\n010,6,2,blue\n")

    assert (found.new, found.missing, found.renamed) == (("Price", "Colour"), ("note",), ())


def test_a_new_column_is_told_in_whichever_member_of_an_archive_it_stands(make_source, run):
    with_price = BEFORE.replace("note", "note,price").replace("x", "x,1").replace("y", "y,2")
    before, after = pack_zip(**{"a.csv": BEFORE}), pack_zip(**{"a.csv": BEFORE, "b.csv": with_price})
    found = drift(run, make(make_source), before, after)

    assert (found.new, found.missing) == (("price",), ())
    assert drift(run, make(make_source), after, before).missing == ("price",)


@pytest.mark.parametrize(
    ("after", "renamed"),
    [
        ("store,Menge,note\n007,5,x\n", ("units", "Menge")),
        ("store,note,Notes,units2,units\n007,x,y,z,5\n", None),
        ("store,units,Remarks,notes\n007,5,x,y\n", ("note", "notes")),
    ],
)
def test_a_column_that_is_renamed_is_told_by_its_place_or_likeness(make_source, run, after, renamed):
    found = drift(run, make(make_source), BEFORE, after)

    assert found.renamed == ((renamed,) if renamed else ())
    assert not found.missing


def test_a_column_whose_values_are_of_another_kind_is_told(make_source, run):
    found = drift(run, make(make_source), BEFORE, "store,units,note\nA7,x,1\nA8,y,2\nA9,3,3\n")

    assert found.retyped == (
        Retyped("store", "digits", "text"), Retyped("units", "digits", "not_a_number"),
        Retyped("note", "text", "digits"),
    )  # fmt: skip


def test_a_column_that_is_empty_has_no_kind(make_source, run):
    assert not drift(run, make(make_source), BEFORE, "store,units,note\n007,5,\n").retyped


LABELS = {"store": "shops[].id", "units": "shops[].weeks[].units", "note": "shops[].note.text"}
FORMS = {
    "tree": (
        JsonTree(name="d", records="shops[].weeks[]", labels=LABELS),
        '{"shops":[{"id":"a","weeks":[{"units":1}]}]}',
        '{"made":1,"shops":[{"id":"a","place":{"city":"x"},"weeks":[{"units":1,"price":2}]}]}',
        {"made", "shops[].place.city", "shops[].weeks[].price"},
    ),
    "lines": (
        JsonLines(name="d"), '{"store":"a","units":1}\n', '{"store":"a","units":1,"p":{"q":1}}\n{"store":"b","z":1}\n',
        {"p.q", "z"},
    ),
    "columns": (
        JsonColumns(name="d", records=("x",), labels={"store": "x.store", "units": "x.units"}),
        '{"x":{"store":["a"],"units":[1]}}', '{"x":{"store":["a"],"units":[1],"z":[2]}}', {"x.z"},
    ),
    "xml": (
        XmlElements(name="d", records="r/s", labels={"store": "r/s/@id", "units": "r/s/u"}),
        '<r><s id="a"><u>1</u></s></r>', '<r><s id="a" k="v"><u>1</u><w><z>2</z></w></s></r>', {"r/s/@k", "r/s/w/z"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_labels_of_trees_are_those_that_the_file_has_and_not_those_declared(make_source, run, form):
    dialect, before, after, new = FORMS[form]
    source = make(make_source, dialect)
    found = drift(run, source, before, after)

    assert (set(found.new), found.missing, found.renamed) == (new, (), ())
    if form != "xml":
        assert set(run(source, after.encode()).summary.ignored_labels) == new


def test_a_file_is_compared_with_the_last_one_of_its_own_dialect():
    summaries = [{"dialect": {"name": "b"}, "n": 1}, {"dialect": {"name": "a"}, "n": 2}, {"dialect": {"name": "a"}}]

    assert find_last_alike(summaries, {"dialect": {"name": "a"}})["n"] == 2
    assert find_last_alike(summaries, {"dialect": {"name": "c"}}) is None


def test_a_number_below_zero_is_of_no_other_kind(make_source, run):
    assert not drift(run, make(make_source), BEFORE, "store,units,note\n007,-5,x\n").retyped


def test_a_drift_is_told_in_words():
    drift = find_drift(
        {"labels": ["a", "b", "c"], "columns": {"n": {"min": "1", "max": "2"}}, "rejects": {}, "rows_in": 2},
        {"labels": ["a", "c", "d", "e"], "columns": {"n": {"min": "x", "max": "y"}}, "rejects": {}, "rows_in": 2},
    )

    assert describe_drift(drift.to_json()) == "new 'd', new 'e', missing 'b', n was digits and is text"
    same = {"labels": ["a"], "columns": {}, "rejects": {}, "rows_in": 1}
    assert describe_drift(find_drift(same, same).to_json()) == ""


def test_of_very_many_new_labels_none_is_looked_for_among_those_that_are_missing():
    before, after = ({"labels": labels, "columns": {}} for labels in many_labels())
    found = find_drift(before, after)

    assert (len(found.missing), len(found.new), found.renamed) == (51, 52, ())
    before, after = ({"labels": labels[2:], "columns": {}} for labels in many_labels())
    assert len(find_drift(before, after).renamed) == 49


def many_labels():
    return [f"column {number}" for number in range(51)], [f"column {number}, new" for number in range(52)]


ALIKE = "store,units,note,extra\n007,5,x,1\n"


@pytest.mark.parametrize(
    ("after", "renamed"),
    [
        ("note,extra,Menge,store,new\nx,1,5,007,2\n", (("units", "Menge"),)),
        ("note,extra,Menge,store,new\nx,1,,007,2\n", ()),
        ("note,extra,store,new\nx,1,007,2\n", ()),
    ],
)
def test_a_label_that_another_name_of_its_column_replaces_is_renamed_however_unlike_they_are(
    make_source, run, after, renamed
):
    found = drift(run, make(make_source), ALIKE, after)

    assert found.renamed == renamed
    assert "new" in found.new


def test_a_label_is_seen_to_be_replaced_in_archives_whose_later_members_have_labels_of_no_column(make_source, run):
    first, second = "store,units\n007,5\n", "store,units,extra\n010,6,1\n"
    before = pack_zip(**{"a.csv": first, "b.csv": second})
    after = pack_zip(**{name: f"new,{text}".replace("units", "Menge").replace("\n0", "\n9,0")
                        for name, text in (("a.csv", first), ("b.csv", second))})  # fmt: skip

    assert ("units", "Menge") in drift(run, make(make_source), before, after).renamed


def test_of_columns_with_several_labels_nobody_knows_which_label_replaced_which():
    columns = {"n": {"nulls": 0, "min": "1", "max": "2"}}
    before = {"labels": ["a", "bbbb"], "ignored_labels": [], "columns": columns, "rejects": {}, "rows_in": 1}
    after = {**before, "labels": ["cccc", "a", "new"], "ignored_labels": ["new"]}

    assert find_drift(before, after).renamed == ()


def test_kinds_are_told_in_words():
    told = {
        "new": [],
        "missing": [],
        "renamed": [],
        "retyped": [{"column": "n", "before": "digits", "after": "not_a_day"}],
    }

    assert describe_drift(told) == "n was digits and is not a day"
