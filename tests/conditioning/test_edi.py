"""EDI X12 852: envelopes are checked strictly, quantities come by item and location."""

import pytest

from conditioners.columns import Day, Text, Whole
from conditioners.dialects import ProductActivity

ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240101*0600*U*00401*000000007*0*P*>~"
BODY = (
    "GS*PD*SENDER*RECEIVER*20240101*0600*7*X*004010~"
    "ST*852*0001~XQ*H*20240101*20240107~N1*RL*Here*92*R1~"
    "LIN*1*VN*007~ZA*QS~SDQ*EA*92*S1*5*S2*6~ZA*QA*9~LIN*2*VN*008~ZA*QS*3~CTT*2~SE*11*0001~"
    "GE*1*7~IEA*1*000000007~"
)


@pytest.fixture
def source(make_source):
    labels = {"day": "XQ02", "item": "LIN.VN", "place": "SDQ", "sold": "ZA.QS", "held": "ZA.QA"}
    return make_source(
        columns=(Day("day"), Text("item"), Text("place"), Whole("sold", optional=True), Whole("held", optional=True)),
        key=("day", "item", "place"), dialects=(ProductActivity(name="852", labels=labels),),
    )  # fmt: skip


def test_quantities_come_by_item_and_location(source, run):
    result = run(source, (ISA + BODY).encode())

    assert result.rows == [
        "2024-01-01,007,S1,5,", "2024-01-01,007,S2,6,", "2024-01-01,007,R1,,9", "2024-01-01,008,R1,3,",
    ]  # fmt: skip


def test_the_delimiters_are_those_that_the_interchange_declares(source, run):
    text = (ISA + BODY).translate(str.maketrans("*>~", "|^\n"))

    assert len(run(source, text.encode()).rows) == 4


def test_line_ends_behind_segments_do_not_count(source, run):
    assert len(run(source, (ISA + BODY).replace("~", "~\r\n").encode()).rows) == 4


def test_a_reject_is_told_by_its_path_with_its_segments(source, run):
    result = run(source, (ISA + BODY).replace("S2*6", "S2*six").encode())

    assert [(r["path"], r["raw"]) for r in result.rejects] == [
        ("852[0001].LIN[1].SDQ[S2]", "LIN*1*VN*007~ZA*QS~SDQ*EA*92*S1*5*S2*six~ZA*QA*9~")
    ]


def test_a_location_given_twice_is_a_row_of_its_own(source, run):
    result = run(source, (ISA + BODY).replace("S2*6", "S1*5").encode())

    assert (result.summary.rows_in, result.summary.rows_duplicate) == (4, 1)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("SE*11*", "SE*12*"), "SE counts 12 segments, there are 11"),
        (("SE*11*0001", "SE*11*0002"), "SE has control number 0002, ST has 0001"),
        (("CTT*2~", "CTT*3~"), "CTT counts 3 items, there are 2"),
    ],
)
def test_a_transaction_set_that_contradicts_itself_is_quarantined_whole(source, run, change, fault):
    result = run(source, (ISA + BODY).replace(*change).encode())

    assert (result.rows, result.summary.rows_in) == ([], 4)
    assert {r["reason"] for r in result.rejects} == {fault}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("IEA*1*000000007~", ""), "the interchange has no end (IEA)"),
        (("IEA*1*000000007~", "IEA*1*000000008~"), "IEA has control number 000000008, ISA has 000000007"),
        (("GE*1*7~", "GE*2*7~"), "GE counts 2 transaction sets, there are 1"),
        (("SE*11*0001~", ""), "the transaction set 0001 has no end (SE)"),
        (("IEA*1*000000007~", "IEA*1*0000"), "the file ends within a segment"),
        (("ISA*00*", "ISA*"), "the ISA segment declares no usable delimiters"),
        (("ST*852", "N1*852"), "'N1' stands outside of any transaction set"),
    ],
)
def test_a_broken_envelope_refuses_the_file(source, run, change, reason):
    assert run(source, (ISA + BODY).replace(*change).encode()).refusal.reason == reason


def test_other_transaction_sets_are_skipped_by_name(source, run):
    other = "ST*850*0002~BEG*00~SE*3*0002~"
    result = run(source, (ISA + BODY).replace("GE*1*7", other + "GE*2*7").encode())

    assert len(result.rows) == 4
    assert result.summary.skipped == (("path 850[0002]", "no transaction set 852"),)


def test_an_interchange_of_other_transaction_sets_only_is_refused(source, run):
    text = ISA + "GS*PO*A*B*20240101*0600*7*X*004010~ST*850*0002~BEG*00~SE*3*0002~GE*1*7~IEA*1*000000007~"

    assert run(source, text.encode()).refusal.reason == "the interchange has no transaction set 852; it has 850"


def test_an_interchange_that_only_acknowledges_another_one_is_refused_as_such(source, run):
    reason = run(source, (ISA + "TA1*000000001*240101*0600*A*000~IEA*0*000000007~").encode()).refusal.reason

    assert reason == "the interchange has no transaction set 852, for it only acknowledges another one (TA1)"


def test_lines_that_end_as_isa_declares_may_hold_any_other_mark(source, run):
    text = (ISA + BODY).replace("~", "\n").replace("VN*007", "VN*007~")

    assert run(source, text.encode()).rows[0] == "2024-01-01,007~,S1,5,"


def test_a_faulty_set_without_a_row_stands_in_quarantine_itself(source, run):
    result = run(source, (ISA + BODY).replace("LIN*", "LIX*").replace("ZA*", "ZB*").replace("SDQ*", "SDR*").encode())

    (reject,) = result.rejects
    assert (reject["path"], reject["rule"]) == ("852[0001]", "invalid_transaction_set")
    assert reject["reason"] == "CTT counts 2 items, there are 0"
    assert reject["raw"].startswith("ST*852*0001~XQ*H*") and reject["raw"].endswith("SE*11*0001~")
    assert (result.summary.rows_in, result.summary.rows_quarantined) == (1, 1)


def test_an_item_without_a_quantity_is_no_row_and_told(source, run):
    result = run(source, (ISA + BODY).replace("ZA*QS*3", "ZA*QS").encode())

    assert len(result.rows) == 3
    assert result.summary.skipped == (("path 852[0001].LIN[2]", "no quantity"),)


def test_a_quantity_that_is_the_total_of_its_locations_is_no_row_and_told(source, run):
    total = run(source, (ISA + BODY).replace("ZA*QS~", "ZA*QS*11.0~").encode())
    other = run(source, (ISA + BODY).replace("ZA*QS~", "ZA*QS*12~").encode())

    assert total.rows == run(source, (ISA + BODY).encode()).rows
    assert total.summary.skipped == (("path 852[0001].LIN[1]", "the total of its locations"),)
    assert "2024-01-01,007,R1,12,9" in other.rows


def test_a_set_without_an_item_is_no_row_and_told(source, run):
    empty = "ST*852*0002~XQ*H*20240108*20240114~SE*3*0002~GE*2*7~"
    result = run(source, (ISA + BODY).replace("GE*1*7~", empty).encode())

    assert (len(result.rows), result.summary.skipped) == (4, (("path 852[0002]", "no item"),))


def test_the_summary_tells_the_labels_that_the_interchange_has_and_those_that_nobody_declared(source, run):
    summary = run(source, (ISA + BODY).replace("ZA*QA*9", "ZA*QP*9").encode()).summary

    assert summary.labels == ("XQ02", "XQ03", "N1.RL", "LIN.VN", "SDQ", "ZA.QS", "ZA.QP")
    assert summary.ignored_labels == ("XQ03", "N1.RL", "ZA.QP")


@pytest.mark.parametrize(
    ("change", "label", "rejected"),
    [
        (("~N1*RL", "~XQ*H*20240102*20240108~N1*RL"), "XQ02", 4),
        (("LIN*2*VN*008", "LIN*2*VN*008*VN*009"), "LIN.VN", 1),
        (("~LIN*1", "~N1*RL*There*92*R2~LIN*1"), "N1.RL", 4),
        (("~LIN*1", "~N1*SU*One*92*1~N1*SU*Two*92*2~LIN*1"), "N1.SU, for which no column asks", 0),
    ],
)
def test_a_value_that_is_given_twice_is_never_chosen_from(source, run, change, label, rejected):
    text = (ISA + BODY).replace(*change)
    segments = text.count("~") - BODY.count("~") - 1
    result = run(source, text.replace("SE*11", f"SE*{11 + segments}").encode())

    assert (len(result.rejects), len(result.rows)) == (rejected, 4 - rejected)
    assert {reject["rule"] for reject in result.rejects} <= {"given_twice"}
    assert all(reject["reason"].startswith(f"{label} is given twice: ") for reject in result.rejects)


def test_an_item_behind_the_count_of_items_is_none_the_less_counted(source, run):
    text = (ISA + BODY).replace("CTT*2~", "CTT*2~LIN*3*VN*009~ZA*QS*4~").replace("SE*11", "SE*13")
    result = run(source, text.encode())

    assert result.rows == []
    assert [reject["reason"] for reject in result.rejects] == ["CTT counts 2 items, there are 3"] * 5


def test_quantities_before_any_activity_are_quarantined(source, run):
    result = run(source, (ISA + BODY).replace("ZA*QS~SDQ*EA*92*S1*5*S2*6", "SDQ*EA*92*S1*5*S2*6~ZA*QS").encode())

    assert result.rows == ["2024-01-01,008,R1,3,"]
    assert {(r["rule"], r["reason"][:26]) for r in result.rejects} == {
        ("invalid_transaction_set", "SDQ stands before any ZA, ")
    }


def test_quantities_before_any_item_put_the_set_in_quarantine(source, run):
    result = run(source, (ISA + BODY).replace("LIN*1", "ZA*QS*9~LIN*1").replace("SE*11", "SE*12").encode())

    assert (result.rows, len(result.rejects)) == ([], 4)
    assert all(reject["reason"].startswith("ZA stands before any LIN, ") for reject in result.rejects)


def test_a_segment_that_cannot_be_one_puts_the_set_in_quarantine(source, run):
    result = run(source, (ISA + BODY).replace("ZA*QA", "z.*QA").encode())

    assert (result.rows, len(result.rejects)) == ([], 3)
    assert {reject["reason"] for reject in result.rejects} == {"segment 9 is called 'z.', as no segment is"}


def test_sets_with_the_same_control_number_in_other_groups_are_told_apart(source, run):
    group = BODY.partition("IEA")[0].replace("S2*6", "S2*six")
    result = run(source, (ISA + group + group + "IEA*2*000000007~").encode())

    assert [reject["path"] for reject in result.rejects] == [
        "852[0001].LIN[1].SDQ[S2]", "852[0001][2].LIN[1].SDQ[S2]",
    ]  # fmt: skip


def test_zeros_before_control_numbers_of_groups_and_interchanges_do_not_matter(source, run):
    plain = run(source, (ISA + BODY).encode())

    assert run(source, (ISA + BODY).replace("GE*1*7", "GE*1*0007").encode()).rows == plain.rows
    assert run(source, (ISA + BODY).replace("IEA*1*000000007", "IEA*1*7").encode()).rows == plain.rows


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\r\n" + text + "\x1a",
        lambda text: text.replace("*", "\t"),
        lambda text: text.replace("ISA*00*          *", "ISA*00**"),
        lambda text: "\n  ".join(text.partition("~GS")[::2]).replace("\n  ", "~\n  GS").replace("~", "~\r\n  "),
        lambda text: "\r\n".join(text[at : at + 80] for at in range(0, len(text), 80)),
        lambda text: text.replace("~", "\n").rstrip(),
        lambda text: text.replace("*P*>~", "*P*~").replace("~", "~\n"),
        lambda text: text.replace("~", "~\n").replace(">~\n", ">\n").replace("~\nSDQ", "~SDQ"),
        lambda text: text.replace("~", "~\r\n").replace(">~\r\n", ">\r\n").replace("004010", "004010VICS"),
        lambda text: text.replace(">~GS", ">\nTA1*000000001*240101*0600*A*000~GS"),
    ],
    ids=[
        "blanks around", "tabs", "no fixed width", "indented", "wrapped", "no last end", "no component mark",
        "a line end behind ISA alone", "the same with CR and LF", "no other line end",
    ],
)  # fmt: skip
def test_the_form_of_an_interchange_does_not_matter_where_it_says_the_same(source, run, change):
    plain = run(source, (ISA + BODY).encode())

    assert run(source, change(ISA + BODY).encode()).rows == plain.rows != []


def test_every_interchange_of_a_file_is_read_by_its_own_marks(source, run):
    second = (ISA + BODY).replace("20240101*20240107", "20240108*20240114").translate(str.maketrans("*~>", "|\n^"))

    assert len(run(source, (ISA + BODY + "\n" + second).encode()).rows) == 8


def test_an_interchange_that_has_no_end_before_the_next_one_refuses_the_file(source, run):
    refusal = run(source, (ISA + BODY.replace("IEA*1*000000007~", "") + ISA + BODY).encode()).refusal

    assert (refusal.reason, refusal.where) == ("the interchange has no end (IEA)", "segment 15")
