"""Every format alike: a rejected row by place, reason and raw text, its release, and the whole summary."""

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.columns import Decimal, Text, Whole
from conditioners.corrections import parse_corrections
from conditioners.dialects import (
    Delimited,
    EdiLoops,
    FixedWidth,
    JsonColumns,
    JsonLines,
    JsonRows,
    JsonTree,
    Numbers,
    Parquet,
    ProductActivity,
    Workbook,
    XmlElements,
)
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.judging import Judge
from conditioners.limits import DEFAULT
from conditioners.outcome import Conditioned
from conditioners.readers.gathered import Together
from tests.conditioning.zip_files import write_zip

ROWS = (("007", "5", "b"), ("010", "x", "a"), ("007", "5", "b"), ("011", "-2", ""))
"""A good row, one whose units are no number, the first one again, and one without a note."""


def workbook():
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Week 1"
    for row in (("store", "units", "note"), *ROWS):
        book.active.append([cell or None for cell in row])
    book.save(data)
    return data.getvalue()


def parquet():
    data = io.BytesIO()
    columns = zip(*ROWS, strict=True)
    table = {name: [cell or None for cell in column] for name, column in zip(NAMES, columns, strict=True)}
    pq.write_table(pa.table(table), data)
    return data.getvalue()


def x12(kind, *segments):
    isa = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240101*1200*U*00401*000000001*0*P*>"
    whole = [isa, "GS*PD*S*R*20240101*1200*1*X*004010", f"ST*{kind}*0001", *segments]
    return ("~\n".join([*whole, f"SE*{len(segments) + 2}*0001", "GE*1*1", "IEA*1*000000001"]) + "~\n").encode()


def edifact():
    lines = [f"LIN+1++{store}:SA'QTY+1:{units}'FTX+{note or 'z'}'" for store, units, note in ROWS]
    body = "UNH+1+SLSRPT:D:96A:UN'" + "".join(lines) + f"UNT+{2 + 3 * len(ROWS)}+1'"
    return f"UNB+UNOA:2+S+R+240101:1200+42'{body}UNZ+1+42'".encode()


NAMES = ("store", "units", "note")
RECORDS = [dict(zip(NAMES, [cell or None for cell in row], strict=True)) for row in ROWS]
XML = "".join(f'<s no="{store}"><units>{units}</units><note>{note}</note></s>' for store, units, note in ROWS)
HTML = "".join("<tr>" + "".join(f"<td>{cell}" for cell in row) for row in (NAMES, *ROWS))
ACTIVITY = [part for s, u, n in ROWS for part in (f"LIN**VN*{n or 'z'}", "ZA*QS", f"SDQ*EA*92*{s}*{u}")]
RESALE = [part for s, u, n in ROWS for part in (f"PTD*SS*{n or 'z'}", f"N1*ST*A*92*{s}", f"QTY*32*{u}")]
TREE = {"store": "s[].store", "units": "s[].units", "note": "s[].note"}

# The dialect, the file, what places are called, the rejected row's place, and its raw text.
FORMS = {
    "delimited text": (
        Delimited(name="d"), ("\n".join(map(",".join, (NAMES, *ROWS))) + "\n").encode(), "line", "3", "010,x,a",
    ),
    "fixed width": (
        FixedWidth(name="d", fields={"store": (1, 3), "units": (4, 6), "note": (7, 7)}),
        "".join(f"{s}{u:>3}{n}\n" for s, u, n in ROWS).encode(), "line", "2", "010  xa",
    ),
    "workbook": (Workbook(name="d"), workbook(), "cell", "Week 1!A3", "010\tx\ta"),
    "HTML": (Workbook(name="d"), f"<table>{HTML}</table>".encode(), "cell", "table 1!A3", "010\tx\ta"),
    "JSON": (
        JsonTree(name="d", records="s[]", labels=TREE), json.dumps({"s": RECORDS}).encode(), "path", "$.s[1]",
        '{"store":"010","units":"x","note":"a"}',
    ),
    "JSON rows": (
        JsonRows(name="d", records="s[]"), json.dumps({"s": [NAMES, *map(list, map(dict.values, RECORDS))]}).encode(),
        "path", "$.s[2]", '["010","x","a"]',
    ),
    "JSON lines": (
        JsonLines(name="d"), "".join(json.dumps(record) + "\n" for record in RECORDS).encode(), "line", "2",
        '{"store":"010","units":"x","note":"a"}',
    ),
    "JSON columns": (
        JsonColumns(name="d", records=("s",), labels={name: f"s.{name}" for name in NAMES}),
        json.dumps({"s": {name: [record[name] for record in RECORDS] for name in NAMES}}).encode(), "path", "$.s[1]",
        '{"store":"010","units":"x","note":"a"}',
    ),
    "XML": (
        XmlElements(name="d", records="r/s", labels={"store": "r/s/@no", "units": "r/s/units", "note": "r/s/note"}),
        f"<r>{XML}</r>".encode(), "path", "/r[1]/s[2]", '<s no="010"><units>x</units><note>a</note></s>',
    ),
    "Parquet": (Parquet(name="d"), parquet(), "row", "2", '{"store":"010","units":"x","note":"a"}'),
    "X12 852": (
        ProductActivity(name="d", labels={"store": "SDQ", "units": "ZA.QS", "note": "LIN.VN"}, nulls=("z",)),
        x12("852", *ACTIVITY), "path", "852[0001].LIN[2].SDQ[010]", "LIN**VN*a~ZA*QS~SDQ*EA*92*010*x~",
    ),
    "X12 867": (
        EdiLoops(name="d", message="867", loops=("PTD",), nulls=("z",),
                 labels={"store": "N1.ST", "units": "QTY.32", "note": "PTD02"}),
        x12("867", *RESALE), "path", "867[0001].PTD[2]", "PTD*SS*a~N1*ST*A*92*010~QTY*32*x~",
    ),
    "EDIFACT": (
        EdiLoops(name="d", message="SLSRPT", loops=("LIN",), nulls=("z",),
                 labels={"store": "LIN.SA", "units": "QTY.1", "note": "FTX01"}),
        edifact(), "path", "SLSRPT[1].LIN[2]", "LIN+1++010:SA'QTY+1:x'FTX+a'",
    ),
}  # fmt: skip


def packed(data):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("texas/week 1.dat", data)
    return archive.getvalue()


def take(source, data, rows=None):
    """The accepted bytes, the quarantine's rows, and the summary; with corrections if there are rows of them."""
    accepted, rejected = io.BytesIO(), io.BytesIO()
    given = parse_corrections(source, rows.encode()) if rows else ()
    raw = RawInput("toy/a.dat", lambda: io.BytesIO(data), len(data))
    outcome = condition(source, raw, accepted, rejected, DEFAULT, given)
    assert isinstance(outcome, Conditioned), outcome
    return accepted.getvalue(), list(csv.DictReader(io.StringIO(rejected.getvalue().decode()))), outcome.summary


@pytest.fixture(params=[(form, inside) for form in FORMS for inside in (False, True)], ids=lambda p: f"{p[0]} {p[1]}")
def case(request, make_source):
    """A source, a file of it (also within an archive), and the rejected row as the quarantine should have it."""
    (form, inside) = request.param
    dialect, data, named, place, raw = FORMS[form]
    columns = (Text("store"), Whole("units"), Text("note", optional=True))
    source = make_source(columns=columns, key=("store",), dialects=(dialect,))
    reject = {
        named: f"texas/week 1.dat:{place}" if inside else place, "rule": "not_a_number", "column": "units",
        "reason": "units: 'x' is no number (decimal mark '.', thousands 'unmarked')", "raw": raw,
    }  # fmt: skip
    return source, packed(data) if inside else data, reject


def test_a_rejected_row_stands_by_its_place_with_reason_and_raw_text(case):
    source, data, reject = case
    _, rejects, _ = take(source, data)

    assert [{**each, "reason": reject["reason"]} for each in rejects] == [reject]
    assert rejects[0]["reason"].startswith("units: 'x' is no number")


def test_a_rejected_row_is_released_once_it_is_mended(case):
    source, data, reject = case
    text = io.StringIO()
    csv.writer(text).writerows([[*reject, *NAMES], [*reject.values(), "010", "6", "a"]])
    accepted, rejects, summary = take(source, data, text.getvalue())

    assert accepted.decode().splitlines()[1:] == ["007,5,b", "011,-2,", "010,6,a"]
    assert (rejects, summary.rows_released) == ([], 1)
    assert (summary.rows_in, summary.rows_out, summary.rows_quarantined, summary.rows_duplicate) == (4, 3, 0, 1)


def test_the_summary_has_counts_nulls_extremes_keys_hash_and_rejects(case):
    source, data, _ = case
    accepted, _, summary = take(source, data)

    assert (summary.rows_in, summary.rows_out, summary.rows_quarantined, summary.rows_duplicate) == (4, 2, 1, 1)
    assert {name: (each.nulls, each.min, each.max) for name, each in summary.columns.items()} == {
        "store": (0, "007", "011"), "units": (0, "-2", "5"), "note": (1, "b", "b"),
    }  # fmt: skip
    assert (summary.distinct_keys, summary.rejects) == (2, {"units not_a_number": 1})
    assert summary.sha256 == hashlib.sha256(accepted).hexdigest()
    assert bool(summary.labels) != isinstance(source.dialects[0], FixedWidth), "labels are what drift is measured by"


@pytest.mark.parametrize("form", FORMS)
def test_small_members_of_an_archive_are_judged_at_once_and_come_out_as_if_each_had_been_read_alone(
    form, make_source, monkeypatch
):  # fmt: skip
    dialect, data, _, place, _ = FORMS[form]
    columns = (Text("store"), Whole("units"), Text("note", optional=True), Text("region", optional=True))
    labelled = replace(dialect, labels={**dialect.labels, "region": "@folder"})
    source = make_source(columns=columns, key=("store", "region"), dialects=(labelled,))
    archive = write_zip([(f"{region}/1.dat", data) for region in ("ohio", "texas", "utah")], zipfile.ZIP_DEFLATED)
    judged, judge = [], Judge.judge
    monkeypatch.setattr(Judge, "judge", lambda *given: judged.append(given) or judge(*given))
    together = take(source, archive)
    batches, (accepted, rejects, summary) = len(judged), together
    monkeypatch.setattr(Together, "add", lambda *_: False)

    assert together == take(source, archive)
    assert (batches, len(judged) > batches + 1) == (1, True)
    rows = accepted.decode().splitlines()[1:]
    assert rows == [row for state in ("ohio", "texas", "utah") for row in (f"007,5,b,{state}", f"011,-2,,{state}")]
    places = [next(iter(reject.values())) for reject in rejects]
    assert places == [f"{state}/1.dat:{place}" for state in ("ohio", "texas", "utah")]
    assert (summary.rows_in, summary.rows_duplicate, len(summary.members)) == (12, 3, 3)


def test_a_number_that_the_file_holds_as_one_has_a_point_for_its_decimals_whatever_marks_thousands(make_source, run):
    european, sheet, packed = Numbers(decimal=",", thousands="."), openpyxl.Workbook(), [io.BytesIO(), io.BytesIO()]
    for row in (["a", "b"], [1.234, 5.5], ["1.234", "5.5"]):
        sheet.active.append(row)
    sheet.save(packed[0])
    pl.DataFrame({"a": [1.234], "b": [5.5]}).write_parquet(packed[1])
    objects = b'{"a":1.234,"b":5.5}\n{"a":"1.234","b":"5.5"}'
    lists = b'{"r":{"a":[1.234,"1.234"],"b":[5.5,"5.5"]}}'
    columns = (Decimal("a", 3), Text("b"))
    paths, parallel = {"a": "[].a", "b": "[].b"}, {"a": "r.a", "b": "r.b"}
    for dialect, data in (
        (Workbook(name="d", numbers=european), packed[0].getvalue()),
        (JsonTree(name="d", records="[]", labels=paths, numbers=european), b"[" + objects.replace(b"\n", b",") + b"]"),
        (JsonLines(name="d", numbers=european), objects),
        (JsonColumns(name="d", records=("r",), labels=parallel, numbers=european), lists),
        (Parquet(name="d", numbers=european), packed[1].getvalue()),
    ):
        rows = run(make_source(columns=columns, key=(), dialects=(dialect,)), data).rows

        assert rows == ["1.234,5.5", "1234.000,5.5"][: len(rows)], dialect
