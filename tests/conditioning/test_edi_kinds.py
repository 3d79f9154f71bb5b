"""EDI files with messages of several kinds that a source declares: the rows of each, every one accounted for."""

import io
import zipfile
from dataclasses import replace

import pytest

from conditioners.columns import Day, Text, Whole
from conditioners.dialects import Delimited, EdiLoops, ProductActivity

COLUMNS = (Day("day"), Text("item"), Text("place"), Whole("sold"))
ACTIVITY = ProductActivity(
    name="activity", labels={"day": "XQ02", "item": "LIN.VN", "place": "SDQ", "sold": "ZA.QS"}
)  # fmt: skip
RESALE = EdiLoops(
    name="resale", message="867", loops=("PTD", "QTY"),
    labels={"day": "DTM.090", "item": "LIN.VN", "place": "N1.ST", "sold": "QTY.32"},
)  # fmt: skip
REPORT = EdiLoops(
    name="report", message="SLSRPT", loops=("LOC", "LIN"),
    labels={"day": "DTM.356", "item": "LIN.EN", "place": "LOC.162", "sold": "QTY.153"},
)  # fmt: skip
ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240101*0600*U*00401*000000007*0*P*>"
FIRST = ("852", "XQ*H*20240101", "LIN**VN*007", "ZA*QS", "SDQ*EA*92*S1*5*S2*6", "CTT*1")
SECOND = ("867", "DTM*090*20240102", "PTD*SS", "N1*ST*Elm St*92*S1", "QTY*32*7", "LIN**VN*007", "CTT*1")
ORDER = ("850", "BEG*00")


def x12(*messages):
    body = []
    for number, (kind, *segments) in enumerate(messages, start=1):
        body += [f"ST*{kind}*{number}", *segments, f"SE*{len(segments) + 2}*{number}"]
    whole = [ISA, "GS*PD*S*R*20240101*0600*7*X*004010", *body, f"GE*{len(messages)}*7", "IEA*1*000000007"]
    return "~".join(whole) + "~"


EDIFACT = (
    "UNB+UNOA:2+S+R+240101:1200+42'UNH+1+SLSRPT:D:96A:UN'DTM+356:20240103:102'LOC+162+S1'LIN+1++007:EN'QTY+153:8'"
    "UNT+6+1'UNZ+1+42'"
)
ROWS = ["2024-01-01,007,S1,5", "2024-01-01,007,S2,6", "2024-01-02,007,S1,7", "2024-01-03,007,S1,8"]


@pytest.fixture
def source(make_source):
    return make_source(columns=COLUMNS, key=("day", "item", "place"), dialects=(REPORT, ACTIVITY, RESALE))


def test_the_rows_of_each_kind_come_out_those_of_the_kind_that_comes_first_before_others(source, run):
    both = run(source, x12(FIRST, SECOND).encode())
    three = run(source, (x12(SECOND, FIRST, SECOND) + EDIFACT).encode())

    assert both.rows == ROWS[:3]
    assert both.summary.dialect["name"] == "activity"
    assert {kind: each["dialect"]["name"] for kind, each in both.summary.members.items()} == {
        "852": "activity", "867": "resale",
    }  # fmt: skip
    assert three.rows == [ROWS[2], *ROWS[:2], ROWS[3]]
    assert (three.summary.rows_in, three.summary.rows_duplicate) == (5, 1)
    assert list(three.summary.members) == ["867", "852", "SLSRPT"]


def test_messages_that_no_dialect_is_for_are_told_once_and_a_file_of_one_kind_has_no_members(source, run):
    several = run(source, x12(ORDER, FIRST, SECOND, ORDER).encode()).summary
    one = run(source, x12(SECOND, ORDER).encode()).summary

    assert several.skipped == (("path 850[1]", "no transaction set 852"), ("path 850[4]", "no transaction set 852"))
    assert (one.skipped, one.members) == ((("path 850[2]", "no 867"),), {})


def test_faults_of_each_kind_are_quarantined_and_a_key_may_come_again_in_another_kind(source, run):
    again = [segment.replace("20240102", "20240101") for segment in SECOND]
    bad = [segment.replace("QTY*32*7", "QTY*32*x") for segment in SECOND]
    result = run(source, x12(FIRST, again, bad).encode())

    assert result.rows == ROWS[:2]
    assert [(reject["path"], reject["rule"]) for reject in result.rejects] == [
        ("867[2].PTD[1].QTY[1]", "key_conflict"), ("867[3].PTD[1].QTY[1]", "not_a_number"),
    ]  # fmt: skip
    assert (result.summary.rows_in, result.summary.rows_quarantined) == (4, 2)


def test_a_kind_that_begins_far_behind_the_others_is_read(source, run):
    result = run(source, x12(*([ORDER] * 3000), FIRST, SECOND).encode())

    assert result.rows == ROWS[:3]
    assert result.summary.skipped_lines == 3000


def test_members_of_an_archive_are_named_with_the_kind_of_their_messages(source, run):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.edi", x12(FIRST, [*SECOND[:-2], "LIN**VN*"]))
        archive.writestr("b.edi", x12(SECOND, ORDER))
    result = run(source, packed.getvalue())

    assert result.rows == ROWS[:3]
    assert list(result.summary.members) == ["a.edi: 852", "a.edi: 867", "b.edi"]
    assert [reject["path"] for reject in result.rejects] == ["a.edi:867[2].PTD[1].QTY[1]"]
    assert result.summary.skipped == (("path b.edi:850[2]", "no 867"),)


def test_of_two_dialects_for_a_kind_the_one_that_fits_is_taken(make_source, run):
    other = replace(RESALE, name="other", labels={**RESALE.labels, "sold": "QTY.99", "item": "LIN.UP"})
    for dialects in ((RESALE, other), (other, RESALE)):
        result = run(make_source(columns=COLUMNS, key=(), dialects=dialects), x12(SECOND).encode())

        assert result.rows == ROWS[2:3]
        assert result.summary.dialect["name"] == "resale"
        assert list(result.summary.dialect["also_fits"]) == ["other"]


def test_a_table_whose_first_label_begins_like_an_interchange_is_read_as_a_table(make_source, run):
    table = Delimited(name="table", labels={"day": "Unassigned"})
    source = make_source(columns=COLUMNS, key=(), dialects=(table, ACTIVITY))

    assert run(source, b"UNASSIGNED,item,place,sold\n2024-01-02,007,S1,7\n").rows == ROWS[2:3]


def test_tradacoms_is_named_where_a_source_cannot_come_as_such(source, run):
    told = run(source, b"STX=ANA:1+S+R+240101+1'MHD=1+SLSRPT:1'MTR=2'END=1'").refusal.reason

    assert told.endswith("; it seems to be a TRADACOMS interchange, and toy does not come as such")
