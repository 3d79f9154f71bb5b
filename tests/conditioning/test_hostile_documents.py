"""Documents of elements and values that hold nothing, or lie about it, are refused before they cost much."""

import io
import random
import struct
import tracemalloc

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.auto.conditioning import AutoConditioned
from conditioners.columns import Text
from conditioners.dialects import Delimited, JsonTree, Parquet, Workbook, XmlElements
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Refused
from conditioners.readers.text.records import RecordParser
from conditioners.readers.text.syntax import Syntax
from conditioners.structure import records
from tests.conditioning.undeclared import condition_undeclared
from tests.conditioning.workbook_records import formula, number, xls


def condition(name, data, limits=DEFAULT):
    return condition_undeclared(data, name, limits).outcome


@pytest.fixture
def declared(make_source):
    columns = (Text("a"),)
    return {
        "xml": make_source(
            columns=columns, key=(), dialects=(XmlElements(name="x", records="t/r", labels={"a": "t/r/a"}),)
        ),
        "json": make_source(
            columns=columns, key=(), dialects=(JsonTree(name="j", records="rows[]", labels={"a": "rows[].a"}),)
        ),
        "parquet": make_source(columns=columns, key=(), dialects=(Parquet(name="p"),)),
    }


FEW = Limits(unread_rows=1000)
ELEMENTS = {
    "nothing": (b"<r/>" * 3000, "of the first 1002 elements of the XML document 1001 hold nothing"),
    "namespaces": (
        b"".join(b"<r xmlns:n%d='u%d'/>" % (n, n) for n in range(3000)),
        "of the first 1002 elements of the XML document 1001 hold nothing",
    ),
    "names": (
        b"".join(b"<r><a>1</a><n%d>1</n%d></r>" % (n, n) for n in range(11_000)),
        "the XML document has elements of more than 10000 names",
    ),
    "attributes": (
        b"".join(b"<r n%d='1'><a>1</a></r>" % n for n in range(11_000)),
        "the XML document has attributes of more than 10000 names",
    ),
    "deep": (b"<r>" * 200_000, "the XML document is nested deeper than 64 levels"),
}


@pytest.mark.parametrize("kind", ELEMENTS)
def test_an_xml_document_of_hardly_anything_is_refused_with_and_without_a_declaration(declared, run, kind):
    elements, reason = ELEMENTS[kind]
    data = b"<?xml version='1.0'?><t>" + elements + b"</t>"

    assert run(declared["xml"], data, limits=FEW).refusal.reason == reason
    assert isinstance(condition("a.xml", data, FEW), Refused)


def test_xml_elements_that_hold_nothing_beside_others_are_read(declared, run):
    result = run(declared["xml"], b"<t>" + b"<r><a>1</a><b/><c/><d/><e/></r>" * 3000 + b"</t>", limits=FEW)

    assert result.summary.rows_out == 3000


@pytest.mark.parametrize("inner", [b"[" * 200_000, b'{"a":' * 200_000])
def test_a_declared_json_document_of_200000_levels_inside_of_a_record_is_refused(declared, run, inner):
    result = run(declared["json"], b'{"rows": [{"a": 1, "b": ' + inner)

    assert result.refusal.reason == "the JSON document is nested deeper than 64 levels"


@pytest.mark.parametrize("nothing", [b"{}\n", b"[]\n", b"null\n"])
def test_json_lines_of_hardly_anything_but_nothing_are_refused(nothing):
    outcome = condition("a.jsonl", (nothing * 25 + b'{"a": 1}\n') * 1000, FEW)

    assert outcome.reason == "of the first 1041 lines of JSON 1001 hold nothing"
    assert outcome.where == "line 1041"
    assert not isinstance(condition("a.jsonl", (nothing * 15 + b'{"a": 1}\n') * 1000, FEW), Refused)


def test_json_lines_of_which_most_are_none_are_refused_when_that_is_seen():
    outcome = condition("a.jsonl", b'{"a": 1}\n' + b"x\n" * 3000 + b'{"a": 1}\n' * 9000, FEW)

    assert (outcome.reason, outcome.where) == ("not JSON: Expecting value", "line 2")


def parquet(values):
    file = io.BytesIO()
    pq.write_table(pa.table({"a": values}), file, compression="none")
    return file.getvalue()


def test_a_parquet_text_or_label_that_is_no_utf8_is_refused(declared, run):
    data = parquet(["first", "second"])
    for damaged in (data.replace(b"second", b"sec\xffnd"), data.replace(b"\x18\x01a", b"\x18\x01\xff")):
        assert damaged != data
        for outcome in (condition("a.parquet", damaged), run(declared["parquet"], damaged).outcome):
            assert isinstance(outcome, Refused)
            assert "no UTF-8" in outcome.reason


COUNT = {"list": b"\x15\x02\x19\xfc%b\x48\x01a", "text": b"\x15\x02\x19\x2c\x48%babc", "nested": b"\x15\x02%b"}
HUGE = {"list": b"\xff\xff\xff\xff\x07", "text": b"\x80\x94\xeb\xdc\x03", "nested": b"\x69" + b"\xf9\x01" * 300_000}


@pytest.mark.parametrize("kind", COUNT)
def test_parquet_metadata_that_tell_of_more_than_there_is_are_refused(declared, run, kind):
    metadata = COUNT[kind] % HUGE[kind]
    data = b"PAR1" + bytes(16) + metadata + struct.pack("<I", len(metadata)) + b"PAR1"

    for outcome in (condition("a.parquet", data), run(declared["parquet"], data).outcome):
        assert outcome.reason.startswith("the Parquet file cannot be read")


def test_parquet_with_any_byte_of_its_metadata_changed_is_read_or_refused():
    data, chance = parquet([str(n) for n in range(100)]), random.Random(5)
    begin = len(data) - 8 - struct.unpack("<I", data[-8:-4])[0]
    for _ in range(150):
        changed = bytearray(data)
        for _ in range(chance.choice([1, 1, 3])):
            changed[chance.randrange(begin, len(data) - 8)] = chance.choice([0, 0x7F, 0x80, 0xFF, 0x1C, 0xF9])

        assert isinstance(condition("a.parquet", bytes(changed)), AutoConditioned | Refused)


def test_the_area_of_an_xls_sheets_formulas_is_reckoned_beside_that_of_its_values():
    corners, limits = [(0, 0), (4999, 69)], Limits(workbook_room=22 << 20)
    values = b"".join(number(row, column) for row, column in corners)
    formulas = b"".join(formula(row, column, b"") for row, column in corners)

    assert condition("values.xls", xls(values), limits).summary.table.rows_in > 0
    reason = condition("formulas.xls", xls(values + formulas), limits).reason
    assert reason == "the cells of the workbook would take more than 22 MiB of memory"


def sparse(kind):
    """Records of 200 labels that have one of them each."""
    numbers = [n % 200 for n in range(4000)]
    return {
        "json": b"[" + b",".join(b'{"k%d":1}' % n for n in numbers) + b"]",
        "jsonl": b"".join(b'{"k%d":1}\n' % n for n in numbers),
        "xml": b"<?xml version='1.0'?><t>" + b"".join(b"<r><k%d>1</k%d></r>" % (n, n) for n in numbers) + b"</t>",
    }[kind]


@pytest.mark.parametrize("kind", ["json", "jsonl", "xml"])
def test_records_of_many_labels_that_have_hardly_any_of_them_are_refused_without_a_declaration(monkeypatch, kind):
    assert isinstance(condition(f"a.{kind}", sparse(kind)), AutoConditioned)

    monkeypatch.setattr(records, "_MOST_LEFT_OUT", 300_000)
    outcome = condition(f"a.{kind}", sparse(kind))
    assert outcome.reason == "the records have hardly any of 200 values each"
    assert "150" in outcome.where


REPEATED = {
    "a.xml": b"<t><s><h>%s</h>%s</s><s><h>1</h><r><a>1</a></r></s></t>" % (b"x" * 30_000, b"<r><a>1</a></r>" * 400),
    "a.json": b'[{"h":"%s","l":[%s]}]' % (b"x" * 30_000, b",".join([b'{"a":1,"b":2}'] * 400)),
}


@pytest.mark.parametrize("name", REPEATED)
def test_a_long_text_above_many_records_is_no_reason_to_write_it_a_thousand_times(name):
    assert isinstance(condition(name, REPEATED[name]), AutoConditioned)

    outcome = condition(name, REPEATED[name], Limits(written_free=1 << 20))
    assert outcome.reason == "its tables are more than 100 times as large as the file"


@pytest.mark.parametrize("spans", ["rowspan=1000>", "colspan=1000>"])
def test_html_that_shows_long_texts_in_very_many_places_is_refused_before_they_stand_there(run, make_source, spans):
    rows = "<tr><td>1</td></tr>" * 999
    long = f"<tr><td {spans}{'x' * 100_000}</td></tr>"
    page = f"<!DOCTYPE html><html><body><table><tr><td>a</td><td>b</td></tr>{long}{rows}</table>".encode()
    source = make_source(columns=(Text("a"),), key=(), dialects=(Workbook(name="w"),))
    outcomes = [condition("a.html", page), run(source, page).refusal]

    reason = "the HTML document repeats too many characters in cells that span several places"
    assert [outcome.reason for outcome in outcomes] == [reason] * 2


LONG = b"p" * 5000


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.json", b'{"%s":[[1,2],[3,4],[5,6]]}' % LONG),
        ("a.json", b'[{"%s":[{"a":1,"b":2},{"a":3,"b":4}]},{"%s":[{"a":1,"b":2},{"a":3,"b":4}]}]' % (LONG, LONG)),
        ("a.xml", b"<t><%s><r><a>1</a></r><r><a>2</a></r></%s></t>" % (LONG, LONG)),
    ],
)
def test_records_whose_paths_are_longer_than_many_rows_are_refused_without_a_declaration(name, data):
    outcome = condition(name, data)
    assert outcome.reason == "the path of the records is longer than 4096 characters"
    assert isinstance(condition(name, data.replace(LONG, LONG[:2000])), AutoConditioned)


def test_a_label_over_thousands_of_columns_is_not_held_once_for_each_if_it_is_long(run, make_source):
    source = make_source(columns=(Text("g c0"),), key=(), dialects=(Delimited(name="d", header_rows=2),))
    labels = [",".join(f"c{number}" for number in range(3000)), "1," * 2999 + "1", ""]
    tracemalloc.start()
    result = run(source, "\n".join(["a" * 500_000 + "," * 2999, *labels]).encode())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert result.refusal.reason.startswith("no row names the columns")
    assert peak < 100_000_000
    assert run(source, "\n".join(["g" + "," * 2999, *labels]).encode()).summary.rows_out == 1


def test_a_header_row_of_more_labels_than_any_table_has_is_refused(toy, run):
    data = b"day,store,units" + b",x" * 200 + b"\n2024-01-01,001,1" + b",1" * 200 + b"\n"
    refusal = run(toy, data, limits=Limits(labels=202)).refusal

    assert refusal.reason == "a row has more than 202 cells before any row names the columns"
    assert refusal.where == "line 1"
    assert run(toy, data, limits=Limits(labels=203)).summary.rows_out == 1
    assert DEFAULT.labels > 16_384, "as many as a spreadsheet has"


def test_of_a_line_with_more_cells_than_labels_may_be_no_more_are_read():
    record = RecordParser(Syntax(","), DEFAULT, most_fields=3).parse_one(b"1," * 1000 + b"\n", 0, last=True)

    assert record.fields == ("1", "1", "1", "1")


def test_records_with_few_of_many_labels_have_their_values_below_these():
    names = [f"k{number}" for number in range(40)]
    text = "[" + ",".join(f'{{"{name}": "{number}"}}' for number, name in enumerate(names * 3)) + "]"
    (labels, *rows) = condition_undeclared(text, "a.json").tables[0]

    assert labels == names
    assert [(row.index(str(number)), "".join(row)) for number, row in enumerate(rows)] == [
        (number % 40, str(number)) for number in range(120)
    ]


def test_a_json_document_of_lists_of_nothing_is_refused_as_one_of_objects_is():
    data = b"[[1, 2]" + b", []" * 999 + b"]"

    reason = "of the first 1000 elements of the list 999 hold nothing"
    assert condition("a.json", data, Limits(unread_rows=998)).reason == reason
    assert isinstance(condition("a.json", data, Limits(unread_rows=999)), AutoConditioned)
