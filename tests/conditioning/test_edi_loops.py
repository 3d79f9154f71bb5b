"""EDI loops: a row from each innermost loop of a message, X12 867 and EDIFACT SLSRPT, envelopes checked strictly."""

from dataclasses import replace

import pytest

from conditioners.columns import Day, Decimal, Text, Whole
from conditioners.dialects import EdiLoops, Numbers, ProductActivity
from conditioners.outcome import SourceError

COLUMNS = (
    Day("sold_date"), Text("store"), Text("product"), Whole("units", minimum=0, optional=True),
    Whole("returned", minimum=0, optional=True), Decimal("amount", 2, optional=True),
)  # fmt: skip
RESALE = EdiLoops(
    name="867", message="867", loops=("PTD", "QTY"),
    labels={
        "sold_date": "DTM.090", "store": "N1.ST", "product": "LIN.VN", "units": "QTY.32", "returned": "QTY.76",
        "amount": "AMT.1",
    },
)  # fmt: skip
SALES = EdiLoops(
    name="SLSRPT", message="SLSRPT", loops=("LOC", "LIN"), numbers=Numbers(decimal=","),
    labels={
        "sold_date": "DTM.356", "store": "LOC.162", "product": ("LIN.EN", "PIA.SA"), "units": "QTY.153",
        "returned": "QTY.77E", "amount": "MOA.79",
    },
)  # fmt: skip


def make(make_source, *dialects):
    return make_source(columns=COLUMNS, key=(), dialects=dialects or (RESALE, SALES))


def x12(*segments, count=None, kind="867"):
    isa = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240101*1200*U*00401*000000001*0*P*>"
    body = [f"ST*{kind}*0001", *segments]
    body.append(f"SE*{count or len(body) + 1}*0001")
    whole = [isa, "GS*PT*S*R*20240101*1200*1*X*004010", *body, "GE*1*1", "IEA*1*000000001"]
    return ("~\n".join(whole) + "~\n").encode()


PTD = ("PTD*SS", "N1*ST*Main St*92*007", "QTY*32*5*EA", "LIN**VN*000123", "AMT*1*12.5")
HEAD = ("BPT*00*R1*20240108*02", "DTM*090*20240101", "N1*SU*Acme")


def test_a_resale_report_gives_a_row_for_each_quantity_with_what_stands_around_it(make_source, run):
    text = x12(*HEAD, *PTD, "QTY*76*1*EA", "LIN**UP*999*VN*000124", "PTD*SS", "N1*ST*Elm St*92*008", "QTY*32*2*EA",
               "LIN**VN*000123", "CTT*3")  # fmt: skip
    result = run(make(make_source), text)

    assert result.rows == [
        "2024-01-01,007,000123,5,,12.50", "2024-01-01,007,000124,,1,", "2024-01-01,008,000123,2,,",
    ]  # fmt: skip


def edifact(*segments, count=None, una="UNA:+,? '"):
    body = ["UNH+1+SLSRPT:D:96A:UN:EAN004", *segments]
    body.append(f"UNT+{count or len(body) + 1}+1")
    return (una + "\n" + "'\n".join(["UNB+UNOA:2+S+R+240101:1200+42", *body, "UNZ+1+42"]) + "'\n").encode()


REPORT = (
    "BGM+73E::9+1+9", "DTM+356:20240101:102", "NAD+SU+5412345000013::9", "LOC+162+007::92", "LIN+1++4000000000017:EN",
    "QTY+153:5:PCE", "MOA+79:12,5", "LIN+2", "PIA+1+A?+1:SA", "QTY+77E:1", "LOC+162+008::92", "LIN+1++4000000000024:EN",
    "QTY+153:2",
)  # fmt: skip


def test_a_component_far_behind_others_has_a_label_as_the_first_has(make_source, run):
    labels = {**SALES.labels, "product": "FTX02.12"}
    lines = ("LOC+162+007", "LIN+1", "FTX+a+" + ":".join(f"c{n}" for n in range(1, 13)), "QTY+153:5")
    result = run(make(make_source, replace(SALES, labels=labels)), edifact("DTM+356:20240101:102", *lines))

    assert result.rows == ["2024-01-01,007,c12,5,,"]


def test_a_sales_report_gives_a_row_for_each_line_of_each_location(make_source, run):
    result = run(make(make_source), edifact(*REPORT))

    assert result.rows == [
        "2024-01-01,007,4000000000017,5,,12.50", "2024-01-01,007,A+1,,1,", "2024-01-01,008,4000000000024,2,,",
    ]  # fmt: skip
    assert result.summary.dialect["format"] == "EDI SLSRPT"


def test_a_rejected_row_is_told_by_message_and_loops_and_shown_as_it_is_written(make_source, run):
    (reject,) = run(make(make_source), edifact(*[s.replace("153:2", "153:x") for s in REPORT])).rejects

    assert (reject["path"], reject["rule"], reject["column"]) == ("SLSRPT[1].LOC[2].LIN[1]", "not_a_number", "units")
    assert reject["raw"] == "LOC+162+008::92'LIN+1++4000000000024:EN'QTY+153:x'"


@pytest.mark.parametrize("text", [x12(*HEAD, *PTD, count=99), edifact(*REPORT, count=99)])
def test_the_rows_of_a_message_that_miscounts_itself_are_all_quarantined(make_source, run, text):
    result = run(make(make_source), text)

    assert result.rows == []
    assert {reject["rule"] for reject in result.rejects} == {"invalid_message"}
    assert result.summary.rows_in == len(result.rejects) > 0


def test_a_value_that_is_given_twice_is_never_chosen_from(make_source, run):
    result = run(make(make_source), x12(*HEAD, *PTD, "QTY*32*7*EA", "LIN**VN*1*VN*2"))

    assert result.rows == ["2024-01-01,007,000123,5,,12.50"]
    assert [(r["rule"], r["reason"]) for r in result.rejects] == [("given_twice", "LIN.VN is given twice: 1 and 2")]


def test_a_loop_that_holds_no_row_is_told(make_source, run):
    result = run(make(make_source), x12(*HEAD, "PTD*SS", "N1*ST*Elm St*92*008", *PTD))

    assert result.summary.rows_in == 1
    assert result.summary.skipped == (("path 867[0001].PTD[1]", "no QTY in it"),)


def test_an_innermost_loop_outside_of_the_others_is_quarantined_and_no_other_row_has_its_values(make_source, run):
    result = run(make(make_source), x12(*HEAD, "QTY*32*9*EA", "LIN**VN*000122", *PTD[:2], "QTY*76*5", *PTD[3:]))

    assert result.rows == ["2024-01-01,007,000123,,5,12.50"]
    (reject,) = result.rejects
    assert (reject["path"], reject["rule"], reject["reason"], reject["raw"]) == (
        "867[0001].QTY[1]", "invalid_message", "no PTD around it", "QTY*32*9*EA~LIN**VN*000122~",
    )  # fmt: skip


def test_a_loop_that_lacks_the_one_around_it_is_told_by_those_that_are_there(make_source, run):
    nested = replace(RESALE, loops=("PTD", "SLN", "QTY"))
    result = run(make(make_source, nested), x12(*HEAD, *PTD, "SLN*1", "QTY*32*6", "LIN**VN*000124"))

    assert result.rows == ["2024-01-01,007,000124,6,,"]
    assert [(r["path"], r["reason"]) for r in result.rejects] == [("867[0001].PTD[1].QTY[1]", "no SLN around it")]


def test_a_segment_that_cannot_be_one_puts_the_message_in_quarantine(make_source, run):
    damaged = [segment.replace("LIN+2", "L\xe4N+2") for segment in REPORT]
    result = run(make(make_source), edifact(*damaged).decode().replace("UNOA", "UNOY").encode("latin-1"))

    assert (result.rows, len(result.rejects)) == ([], 2)
    assert {reject["reason"] for reject in result.rejects} == {"segment 10 is called 'L\\xe4N', as no segment is"}
    assert "L\\xe4N+2'" in result.rejects[0]["raw"]


@pytest.mark.parametrize(
    ("una", "syntax", "stores"),
    [
        ("UNA:+,?*'", "UNOA:4", []),
        ("", "UNOA:4", []),
        ("UNA:+,? '", "UNOA:4", ["7*8"]),
        ("UNA:+,?*'", "UNOA:3", ["7*8"]),
    ],
)
def test_an_element_that_is_repeated_is_given_twice_where_the_syntax_has_that(make_source, run, una, syntax, stores):
    text = edifact("DTM+356:20240101:102", "LOC+162+7*8::92", "LIN+1++1:EN", "QTY+153:5", una=una)
    result = run(make(make_source), text.replace(b"UNOA:2", syntax.encode()))

    assert [row.split(",")[1] for row in result.rows] == stores
    assert [reject["reason"] for reject in result.rejects] == ["LOC.162 is given twice: 7 and 8"] * (not stores)


def test_values_of_an_element_that_is_repeated_go_by_their_qualifiers(make_source, run):
    text = edifact("DTM+356:20240101:102", "LOC+162+?*7", "LIN+1++1:EN", "QTY+153:5*77E:1", una="UNA:+,?*'")

    assert run(make(make_source), text.replace(b"UNOA:2", b"UNOA:4")).rows == ["2024-01-01,*7,1,5,1,"]


def test_components_of_x12_have_labels(make_source, run):
    labels = {**RESALE.labels, "product": "QTY03.2"}
    result = run(make(make_source, replace(RESALE, labels=labels)), x12(*HEAD, *PTD[:2], "QTY*32*5*EA>12", "LIN**VN*1"))

    assert result.rows == ["2024-01-01,007,12,5,,"]


def test_of_several_labels_the_value_of_the_innermost_loop_is_taken(make_source, run):
    labels = {**RESALE.labels, "sold_date": ("DTM.090", "DTM.091")}
    text = x12(*HEAD, "DTM*091*20240102", "PTD*SS", "DTM*091*20240103", *PTD[1:], *PTD)

    rows = run(make(make_source, replace(RESALE, labels=labels)), text).rows
    assert [row[:10] for row in rows] == ["2024-01-03", "2024-01-01"]


def test_messages_with_the_same_number_in_other_groups_are_told_apart(make_source, run):
    text = x12(*HEAD, *PTD).replace(b"QTY*32*5", b"QTY*32*x").decode()
    group = text[text.index("GS*") : text.index("IEA*")]
    result = run(make(make_source), text.replace(group, group * 2).replace("IEA*1", "IEA*2").encode())

    assert [reject["path"] for reject in result.rejects] == [
        "867[0001].PTD[1].QTY[1]", "867[0001][2].PTD[1].QTY[1]",
    ]  # fmt: skip


def test_the_section_control_before_the_items_does_not_end_them(make_source, run):
    assert len(run(make(make_source), edifact(*REPORT[:2], "UNS+D", *REPORT[2:], "UNS+S")).rows) == 3


def test_the_summary_tells_the_labels_that_the_messages_have_and_the_qualifiers_that_nobody_declared(make_source, run):
    summary = run(make(make_source), x12(*HEAD, *PTD, "QTY*99*1*EA", "LIN**UP*9*VN*000124")).summary

    assert summary.labels == (
        "DTM.090", "N1.SU", "N1.ST", "QTY.32", "LIN.VN", "AMT.1", "QTY.99", "LIN.UP",
    )  # fmt: skip
    assert summary.ignored_labels == ("N1.SU", "QTY.99", "LIN.UP")


def test_a_message_without_a_loop_is_told(make_source, run):
    assert run(make(make_source), x12(*HEAD)).summary.skipped == (("path 867[0001]", "no PTD"),)


@pytest.mark.parametrize("label", ["QTY2", "qty.32", "QTY02.0", "QTY", "QTY."])
def test_a_label_that_no_value_goes_by_and_loops_that_cannot_be_are_told_when_they_are_declared(label):
    with pytest.raises(SourceError, match="no value in a message goes by"):
        replace(RESALE, labels={"units": ("QTY.32", label)})
    with pytest.raises(SourceError, match="no value in a message goes by"):
        ProductActivity(name="852", labels={"units": "DTM.090"})
    for loops in ((), ("PTD", "PTD"), ("ptd",)):
        with pytest.raises(SourceError):
            replace(RESALE, loops=loops)


def test_a_faulty_message_without_a_row_stands_in_quarantine_itself(make_source, run):
    result = run(make(make_source), x12(*HEAD, count=9))

    (reject,) = result.rejects
    assert (reject["path"], reject["rule"]) == ("867[0001]", "invalid_message")
    assert reject["reason"] == "SE counts 9 segments, there are 5"
    assert reject["raw"] == "BPT*00*R1*20240108*02~DTM*090*20240101~N1*SU*Acme~"


def test_other_messages_are_skipped_by_name_and_an_interchange_of_them_alone_is_refused(make_source, run):
    refusal = run(make(make_source), x12("BEG*00", kind="850")).refusal

    assert refusal.reason == "the interchange has no message 867; it has 850"


def test_the_separators_of_level_b_need_no_declaration(make_source, run):
    text = edifact(*REPORT, una="").decode().strip().replace("\n", "").replace("?+", "^")
    level_b = text.replace("UNOA", "UNOB").translate(str.maketrans("+:'", "\x1d\x1f\x1c"))
    plain = run(make(make_source), text.encode())

    assert run(make(make_source), level_b.encode()).rows == plain.rows != []
    assert run(make(make_source), (text + level_b.replace("QTY\x1d153\x1f5", "QTY\x1d153\x1f7")).encode()).rows == [
        *plain.rows, plain.rows[0].replace(",5,", ",7,"), *plain.rows[1:],
    ]  # fmt: skip


def test_the_first_message_decides_among_the_dialects_of_a_source(make_source, run):
    activity = ProductActivity(name="852", labels={"sold_date": "XQ02", "store": "SDQ", "product": "LIN.VN"})
    source = make(make_source, activity, RESALE)

    assert run(source, x12(*HEAD, *PTD)).summary.dialect["name"] == "867"
    text = x12("XQ*H*20240101", "LIN**VN*1", "ZA*QS", "SDQ*EA*92*007*5", kind="852")
    assert run(source, text).summary.dialect["name"] == "852"


def test_a_cut_off_interchange_is_refused(make_source, run):
    assert run(make(make_source), edifact(*REPORT)[:-30]).refusal.reason
    assert "ends within a segment" in run(make(make_source), edifact(*REPORT)[:-1].rstrip(b"'")).refusal.reason


def test_an_item_behind_the_end_of_the_items_is_quarantined_with_all_behind_it(make_source, run):
    result = run(make(make_source), x12(*HEAD, *PTD, "CTT*1", "PTD*SS", "QTY*32*7*EA"))

    assert result.rows == ["2024-01-01,007,000123,5,,12.50"]
    (reject,) = result.rejects
    assert (reject["path"], reject["raw"]) == ("867[0001].PTD", "PTD*SS~QTY*32*7*EA~")
    assert reject["reason"] == "PTD stands behind the end of the items"


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("UNE+1+9'", None),
        ("UNE+2+9'", "UNE counts 2 messages, there are 1"),
        ("UNE+1+8'", "UNE has the reference 8, UNG has 9"),
        ("", "the group has no end (UNE)"),
    ],
)
def test_a_group_has_to_end_as_it_says(make_source, run, end, reason):
    group = edifact(*REPORT).replace(b"UNH+1", b"UNG+SLSRPT+S+R+240101:1200+9'\nUNH+1", 1)
    result = run(make(make_source), group.replace(b"UNZ", f"{end}UNZ".encode()))

    assert getattr(result.outcome, "reason", None) == reason


@pytest.mark.parametrize("width", range(17, 24))
def test_a_line_that_is_wrapped_has_no_line_break_in_its_values(make_source, run, width):
    text = edifact(*REPORT).decode().replace("\n", "") * 3
    wrapped = "\r\n".join(text[at : at + width] for at in range(0, len(text), width))

    assert run(make(make_source), wrapped.encode()).rows == run(make(make_source), edifact(*REPORT)).rows * 3


def test_every_interchange_of_edifact_is_read_by_its_own_marks(make_source, run):
    plain = edifact(*REPORT, una="").decode().strip()
    other = plain.translate(str.maketrans("+:'", "*=~"))
    third = "UNA=*,? '" + plain.translate(str.maketrans("+:", "*=")) + plain
    result = run(make(make_source), f"{plain}UNA=*,? ~{other}\n{other}{plain}{third}".replace("A?*1", "A+1").encode())

    assert len(result.rows) == 18
    assert all(result.rows[at : at + 3] == result.rows[:3] for at in range(0, 18, 3))


@pytest.mark.parametrize(
    ("syntax", "encoding"),
    [("UNOC", "cp1252"), ("UNOD", "iso8859-2"), ("UNOE", "iso8859-5"), ("UNOF", "iso8859-7"), ("UNOY", "utf-8")],
)
def test_the_character_set_is_the_one_that_the_interchange_names(make_source, run, syntax, encoding):
    value = bytes([0xBC, 0xC1, 0xE6, 0xD2 if syntax != "UNOF" else 0xD3])
    store = value.decode(encoding if syntax != "UNOY" else "latin-1")
    text = edifact(*REPORT).decode().replace("UNOA", syntax).replace("007", store)
    result = run(make(make_source), text.encode(encoding))

    assert result.rows[0].split(",")[1] == store
    assert result.summary.encoding["name"] == encoding
    assert result.summary.encoding["evidence"].endswith(f"UNB says {syntax}")


def test_bytes_that_a_marked_encoding_does_not_have_are_quarantined(make_source, run):
    result = run(make(make_source), b"\xef\xbb\xbf" + edifact(*REPORT).replace(b"008", b"\xe4"))

    assert len(result.rows) == 2
    assert [(r["rule"], r["column"]) for r in result.rejects] == [("undecodable", "store")]
