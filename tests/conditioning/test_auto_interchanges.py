"""EDI without a declaration: a row for each segment, trailers that contradict the others in quarantine."""

import io
import tracemalloc
from pathlib import Path

import pytest

from conditioners.auto.conditioning import AutoConditioned, condition_auto
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Refused
from tests.conditioning.undeclared import condition_undeclared

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")
ISA = "ISA*00*          *00*          *ZZ*S              *ZZ*R              *240101*1200*U*00401*000000001*0*P*>"
SET = ("GS*PD*S*R*20240101*1200*7*X*004010", "ST*852*0001", "XQ*H*20240101", "SE*3*0001", "GE*1*7")
WHOLE = (ISA, *SET, "IEA*1*000000001")


def condition(data, name="file"):
    """The outcome, the rows of the first table, and those in quarantine."""
    found = condition_undeclared(data, name)
    rows = found.tables[0] if found.tables else []
    if isinstance(found.outcome, AutoConditioned):
        table = found.summary.table
        assert table.rows_in == len(rows) - (table.labels is not None) + table.rows_quarantined
    return found.outcome, rows, found.rejects


def x12(*segments, end="~"):
    return "".join(segment + end for segment in segments)


def test_segments_of_an_interchange_are_rows():
    _, rows, _ = condition("UNA:+.? 'UNB+UNOA:1+A+B+240101:1200+1'UNH+1+X:D'FTX+it?'s'UNT+3+1'UNZ+1+1'")

    assert rows[0][:3] == ["segment", "element_1", "element_2"]
    assert rows[3][:2] == ["FTX", "it?'s"]


def test_an_interchange_may_end_its_segments_with_any_character_that_no_value_has():
    _, rows, _ = condition(x12(ISA, "TA1*SH", "IEA*0*000000001", end="Ö"))

    assert [row[:3] for row in rows[2:]] == [["TA1", "SH", ""], ["IEA", "0", "000000001"]]


def test_the_separators_of_level_b_need_no_declaration():
    text = "UNB+UNOB:1+A+B+240101:1200+1'UNH+1+X:D'FTX+its'UNT+3+1'UNZ+1+1'"
    outcome, rows, _ = condition(text.translate(str.maketrans("+:'", "\x1d\x1f\x1c")))

    assert (outcome.summary.dialect["format"], rows[3][:2]) == ("EDIFACT", ["FTX", "its"])


def test_tabs_may_stand_between_the_elements():
    outcome, rows, _ = condition(x12(*WHOLE, end="\n").replace("*", "\t").removesuffix("\n"))

    assert outcome.summary.dialect == {"format": "X12", "delimiter": "\t", "terminator": "\n"}
    assert [row[0] for row in rows] == ["segment", "ISA", "GS", "ST", "XQ", "SE", "GE", "IEA"]


def test_the_lines_of_a_file_in_a_binary_segment_stay_apart_and_those_of_others_are_joined():
    _, rows, _ = condition(x12(ISA, *SET[:2], "BIN*7*one\ntwo", "\nN1*VN*Sto\nre", "SE*4*0001", *WHOLE[-2:]))

    assert [row[:3] for row in rows[4:6]] == [["BIN", "7", "one\ntwo"], ["N1", "VN", "Store"]]


def test_megabytes_of_marks_that_mean_nothing_take_no_more_memory_than_other_text():
    data = x12(ISA, *SET[:2], "NTE*" + "!" * (3 << 20), "SE*3*0001", *WHOLE[-2:]).encode()
    raw = RawInput("file", lambda: io.BytesIO(data), len(data))
    tracemalloc.start()
    outcome = condition_auto(raw, lambda _: io.BytesIO(), io.BytesIO())
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert outcome.summary.table.rows_out == 7
    assert most < 10 * len(data)


def test_a_table_whose_first_label_is_isa_is_no_interchange():
    labels = ("ISA", *(f"fund {number}" for number in range(20)))
    text = "\n".join(",".join(row) for row in (labels, *([str(number)] * 21 for number in range(5))))
    outcome, rows, _ = condition(text)

    assert outcome.summary.dialect["format"] == "delimited text"
    assert rows[0] == list(labels)


@pytest.mark.parametrize("end", ["~", "~\r\n", "\n", "\r\n"])
def test_blanks_before_the_end_of_a_segment_belong_to_its_last_element(end):
    _, rows, _ = condition(x12(ISA, "TA1*SU*ACME ", "TA1*ST* B\t", "IEA*0*000000001", end=end))

    assert [row[2] for row in rows[2:4]] == ["ACME ", " B\t"]


def test_line_breaks_that_wrap_segments_are_in_no_element():
    text = x12(*WHOLE)
    _, rows, _ = condition("\r\n".join(text[at : at + 80] for at in range(0, len(text), 80)))

    assert rows == condition(text)[1]


@pytest.mark.parametrize(
    ("change", "place", "reason"),
    [
        (("SE*3*", "SE*4*"), "segment 5", "SE counts 4 segments, there are 3"),
        (("SE*3*0001", "SE*3*0002"), "segment 5", "SE has control number 0002, ST has 0001"),
        (("GE*1*", "GE*2*"), "segment 6", "GE counts 2 transaction sets, there are 1"),
        (("IEA*1*", "IEA*2*"), "segment 7", "IEA counts 2 functional groups, there are 1"),
        (("IEA*1*000000001", "IEA*1*000000002"), "segment 7", "IEA has control number 000000002, ISA has 000000001"),
        (("GE*1*7", "GE*1*7~N1*SU"), "segment 7", "'N1' stands outside of any functional group"),
    ],
)
def test_a_segment_that_contradicts_the_others_is_quarantined_with_the_reason(change, place, reason):
    _, rows, (reject,) = condition(x12(*WHOLE).replace(*change))

    assert (reject["path"], reject["rule"], reject["reason"]) == (place, "wrong_envelope", reason)
    assert reject["raw"].endswith("~") and reject["raw"] in x12(*WHOLE).replace(*change)
    assert [row[0] for row in rows[1:4]] == ["ISA", "GS", "ST"]


@pytest.mark.parametrize(
    ("kept", "reason"),
    [
        (6, "the interchange has no end (IEA)"),
        (5, "the functional group has no end (GE)"),
        (4, "the transaction set 0001 has no end (SE)"),
    ],
)
def test_an_interchange_that_is_cut_off_between_segments_is_refused_as_with_a_declaration(kept, reason):
    assert condition(x12(*WHOLE[:kept]))[0].reason == reason


def test_messages_of_tradacoms_are_held_to_their_counts():
    text = "STX=ANA:1+S:A+R:B+240101:120000+1'MHD=1+ORDHDR:9'TYP=0430'MTR=3'MHD=2+ORDERS:9'MTR=4'END=2'"
    outcome, _, (reject,) = condition(text)

    assert outcome.summary.dialect["format"] == "TRADACOMS"
    assert reject["reason"] == "MTR counts 4 segments, there are 2"


def test_text_is_in_the_character_set_that_the_interchange_names():
    text = "UNB+UNOE:3+Москва+B+240101:1200+1'UNZ+0+1'"
    outcome, rows, _ = condition(text.encode("iso8859-5"))

    assert rows[1][2] == "Москва"
    assert outcome.summary.encoding["evidence"].endswith("UNB says UNOE")


def test_no_guess_of_the_character_set_takes_the_marks_away():
    letters = "BPT:00:Zä€//@", "N1:ST:n:92:/,,ä@QTY:32:449@", "CTP::RES:,ß@"
    text = x12(*WHOLE, end="@").replace("*", ":").replace("XQ:", "".join(letters) + "XQ:").replace("SE:3", "SE:7")
    outcome, rows, rejects = condition(text.encode("cp1252"))

    assert [row[0] for row in rows[4:8]] == ["BPT", "N1", "QTY", "CTP"]
    assert (outcome.summary.encoding["name"], rejects) == ("cp1252", [])


@needs_data
def test_every_interchange_is_read_but_one_without_delimiters_and_one_in_another():
    refused = {}
    for path in sorted((DATA / "edi").rglob("*.*")):
        outcome = condition(path.read_bytes(), path.name)[0] if path.is_file() else None
        if isinstance(outcome, Refused):
            refused[path.name] = outcome.reason

    assert refused == {
        "x12.no.line.break.no.delim.txt": "the ISA segment declares no usable delimiters",
        "Apperak edi_out_issue235.edi": "the interchange has no end (UNZ)",
    }


@needs_data
def test_an_interchange_that_is_cut_off_within_a_segment_is_refused():
    whole = (DATA / "edi/x12-gozer/po850/po850.txt").read_bytes()

    assert isinstance(condition(whole)[0], AutoConditioned)
    assert condition(whole[:-30])[0].reason == "the file ends within a segment"


def test_marks_without_a_segment_are_refused():
    assert condition(b"UNA:+,? '")[0] == Refused("the interchange has no segment behind its marks")
