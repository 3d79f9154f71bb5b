"""Small members of an archive: read together, and every row, place and fact as if each had been read alone."""

import zipfile

import pytest

from conditioners.columns import Text
from conditioners.dialects import Delimited, Workbook, XmlElements
from conditioners.judging import Judge
from conditioners.limits import Limits
from conditioners.readers.gathered import Together
from tests.conditioning.zip_files import pack_zip, write_zip

HEADER = b"day,store,units,note\n"
ROW = {"day": "2024-01-01", "store": "001", "units": "1"}
PLACED = (Text("region", optional=True), Text("part", optional=True))


@pytest.fixture
def apart(monkeypatch):
    """A function after which each member is read alone."""
    return lambda: monkeypatch.setattr(Together, "add", lambda *_: False)


@pytest.fixture
def placed(make_source, toy):
    dialect = Delimited(name="plain", labels={"region": "@folder", "part": "@file"}, skip=("Total",))
    return make_source(columns=(*toy.columns, *PLACED), dialects=(dialect,))


ODD = {
    "a/1.csv": HEADER + b"2024-01-01,001,1,x\n2024-01-02,001,no,\n",
    "a/2.csv": HEADER + b'2024-01-03,001,1,"two\nlines"',
    "b/3.csv": HEADER,
    "b/4.csv": HEADER + b"2024-01-01,001,1,x\n\nTotal,1,,\n2024-01-04,001,1\n2024-01-05,001,2,\n",
    "b/5.csv": HEADER.replace(b",", b", ") + b"2024-01-06,001,1,\n",
    "b/6.csv": b"title\n" + HEADER + b"2024-01-07,001,1,\n",
    "c/7.csv": HEADER + b'2024-01-08,001,1,"say" so\n',
    "c/8.csv": HEADER + b"2024-01-03,001,2,\n2024-01-01,001,1,x\n",
    "c/9.csv": HEADER + b"2024-01-09,001,1,\xe9\n2024-01-10,002,1,\n" + HEADER,
}


def test_a_thousand_small_members_are_judged_in_a_few_batches(toy, run, monkeypatch):
    judged, judge = [], Judge.judge
    monkeypatch.setattr(Judge, "judge", lambda *given: judged.append(given) or judge(*given))
    text = [(f"{number}.csv", HEADER + f"2024-01-01,{number:03},1,\n".encode()) for number in range(1000)]
    result = run(toy, write_zip(text, zipfile.ZIP_DEFLATED))

    assert len(result.rows) == len(result.summary.members) == 1000
    assert len(judged) < 5


@pytest.mark.parametrize("limits", [Limits(), Limits(keys_in_memory=0), Limits(unread_rows=2, portion_records=4)])
def test_members_that_are_read_together_come_out_as_those_that_are_read_alone(placed, run, apart, limits):
    packed = pack_zip(**ODD)
    together = run(placed, packed, limits=limits)
    apart()

    assert together == run(placed, packed, limits=limits)


def test_a_row_of_members_that_are_read_together_has_its_own_members_place_and_folder(placed, run):
    result = run(placed, pack_zip(**ODD))

    assert [reject["line"] for reject in result.rejects] == [
        "a/1.csv:3", "b/4.csv:2", "b/4.csv:5", "c/7.csv:2", "c/8.csv:2", "c/8.csv:3", "c/9.csv:2",
    ]  # fmt: skip
    assert "2024-01-05,001,2,,,b,4" in result.rows
    assert "2024-01-10,002,1,,,c,9" in result.rows
    assert result.summary.skipped[:2] == (("line b/4.csv:3", "blank"), ("line b/4.csv:4", "declared as no row"))


def test_a_member_that_cannot_be_read_is_refused_behind_what_is_wrong_with_those_before_it(toy, run):
    text = {"1.csv": HEADER + b"2024-01-01,001,1,\n", "2.csv": HEADER + b"x,y,z,\n", "3.csv": b"other\n"}
    refusal = run(toy, pack_zip(**text)).refusal

    assert (refusal.reason.split(";")[0], refusal.where) == ("no row names the columns of toy", "3.csv")


def test_members_of_any_format_of_which_lines_are_skipped_are_read_alone_and_told_in_their_order(
    make_source, run, apart
):
    source = make_source(dialects=(Workbook(name="page"),))
    labels, row = "<tr><th>day<th>store<th>units", "<tr><td>2024-01-0{}<td>001<td>{}"
    table = f"<table>{labels}{row}</table>"
    titled = f"<table><tr><td>Report{labels}{row}<tr>{labels}</table>"
    pages = {f"{number}.html": (titled if number == 3 else table).format(number, "x" if number == 4 else 1).encode()
             for number in range(1, 6)}  # fmt: skip
    packed = pack_zip(**pages)
    together = run(source, packed)
    apart()

    assert together == run(source, packed)
    assert [place for place, _ in together.summary.skipped] == ["cell 3.html:table 1!A1", "cell 3.html:table 1!A4"]
    assert [reject["cell"] for reject in together.rejects] == ["4.html:table 1!A2"]


def test_a_member_that_is_damaged_is_refused_as_if_it_was_read_in_its_turn(make_source, run, apart):
    source = make_source(dialects=(XmlElements(name="xml", records="r/s", labels={n: f"r/s/{n}" for n in ROW}),))
    record = "".join(f"<{name}>{value}</{name}>" for name, value in ROW.items())
    packed = pack_zip(**{"1.xml": f"<r><s>{record}</s></r>".encode(), "2.xml": f"<r><s>{record}</s>".encode()})
    refusal = run(source, packed).refusal
    apart()

    assert refusal.where.startswith("2.xml")
    assert refusal == run(source, packed).refusal


def test_a_hook_is_given_each_member_by_itself(make_source, run):
    source = make_source(hook=lambda frame: frame.iloc[:1], key=())
    rows = HEADER + b"2024-01-01,001,1,\n2024-01-02,001,1,\n"

    assert len(run(source, pack_zip(**{"a.csv": rows, "b.csv": rows})).rows) == 2
