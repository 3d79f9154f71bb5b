"""Files of which nearly all rows are rejected cost little more than writing those down."""

import csv
import gc
import io

import pytest

from conditioners import csv_lines, output
from conditioners.columns import Text, Whole
from conditioners.dialects import Delimited, ProductActivity
from conditioners.readers.edi.segments import Segment

ISA = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *240101*0101*U*00401*000000001*0*P*:~"


def test_rejected_rows_of_a_batch_are_settled_without_looking_for_cycles(make_source, run, monkeypatch):
    enabled, show = [], output.show_lines
    monkeypatch.setattr(output, "show_lines", lambda rows: enabled.append(gc.isenabled()) or show(rows))
    source = make_source(columns=(Text("a"), Whole("n")), key=(), dialects=(Delimited(name="d"),))

    assert run(source, b"a,n\n" + b"A,x\n" * 500).summary.rows_quarantined == 500
    assert not any(enabled)
    assert gc.isenabled()


def test_the_segments_of_an_item_are_put_into_text_once_for_all_of_its_rejected_rows(make_source, run, monkeypatch):
    shown, text = [], Segment.text.fget
    monkeypatch.setattr(Segment, "text", property(lambda segment: shown.append(segment.number) or text(segment)))
    activities = "".join(f"ZA*Q{number}*5*EA~SDQ*EA*92*S{number}*5*S0*1~" for number in range(30))
    items = f"LIN**VN*7~{activities}CTT*9~"
    data = f"{ISA}GS*PD*A*B*20240101*0101*1*X*004010~ST*852*1~{items}SE*64*1~GE*1*1~IEA*1*000000001~"
    dialect = ProductActivity(name="852", labels={"a": "LIN.VN", "b": "SDQ"})
    source = make_source(columns=(Text("a"), Text("b")), key=(), dialects=(dialect,))

    result = run(source, data.encode())

    assert {row["rule"] for row in result.rejects} == {"invalid_transaction_set"}
    assert len(result.rejects) >= 30
    assert len(shown) < 100
    last = next(row for row in result.rejects if row["path"].endswith("SDQ[S29]"))
    around = "".join(f"ZA*Q{number}*5*EA~" for number in range(30))
    assert last["raw"] == f"LIN**VN*7~{around}SDQ*EA*92*S29*5*S0*1~"
    first = next(row for row in result.rejects if row["path"].endswith("SDQ[S0]"))
    assert first["raw"] == f"LIN**VN*7~{activities}"


@pytest.mark.parametrize("mark", ["", ",", '"', "\n"])
def test_long_rows_are_written_as_short_ones_are_and_without_a_look_at_each_character(mark, monkeypatch):
    rows = [["line 7", "rule", "", f"a{mark}b", "x" * 500], ["", "", "", "", f"{'y' * 500}{mark}"]] * 3
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    monkeypatch.setattr(csv_lines.csv, "writer", None)

    assert csv_lines.show_lines(rows) == file.getvalue()
