"""Hostile files are refused by a limit and with its name, before they cost memory, and nothing of them is followed."""

import io
import struct

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.outcome import Refusal
from conditioners.readers.edi.interchanges import split_segments
from shared.domain.blob_names import BlobNameError, check_path
from tests.conditioning.hostile_files import CONTAINER, MIB, ODS, TEXT, cell, compound, ods, pack, workbook


@pytest.mark.parametrize("path", ["../up", "a/../b", "/rooted", "a\\b", "a\0b", "", "a//b", "./a", "x" * 2000])
def test_a_blob_whose_name_leads_elsewhere_or_nowhere_is_refused(path):
    with pytest.raises(BlobNameError):
        check_path(path)


def test_a_field_of_100_megabytes_is_refused(refuse):
    quoted = TEXT + b'2024-01-14,"' + b"x" * (100 * MIB) + b'",Milk,1,1,1\n'

    assert set(refuse({"field.csv": quoted})) == {"a line is longer than the limit of 12582912 bytes"}


def test_a_string_of_100_megabytes_is_refused(refuse):
    document = b'{"states": [{"name": "' + b"x" * (100 * MIB) + b'"}]}'

    assert set(refuse({"string.json": document})) == {
        "an element of the list is larger than the limit of 16777216 bytes",
    }


SPAN_CELLS = '<td colspan="1000" rowspan="65000">x</td>'


def test_html_cells_that_span_without_end_are_refused(refuse):
    rows = f"<tr>{SPAN_CELLS * 200}</tr>" * 200

    assert set(refuse({"spans.html": f"<html><table>{rows}</table></html>".encode()})) == {
        "the table has more than 4096 columns"
    }


def test_html_cells_that_become_millions_are_refused(refuse):
    spans = "<tr>" + "<td rowspan=999>x</td>" * 4000 + "</tr>" + "<tr><td>1</td></tr>" * 900
    ragged = "<tr>" + "<td>x</td>" * 4000 + "</tr>" + "<tr><td>1</td></tr>" * 900
    pages = {f"{n}.html": f"<html><table>{rows}</table></html>".encode() for n, rows in enumerate((spans, ragged))}

    assert set(refuse(pages)) == {"the HTML document makes more than 1000000 cells of few"}


def test_a_sheet_with_two_cells_far_apart_is_refused(refuse):
    data = workbook(cell(1, "A") + cell(1048576, "XFD"), "A1:XFD1048576")

    assert set(refuse({"far.xlsx": data})) == {"a sheet spans more than 8000000 cells, most of them empty"}


def test_a_sheet_that_only_claims_to_be_large_is_read(condition):
    data = workbook(cell(1, "A") + cell(2, "B"), "A1:XFD1048576")

    assert condition({"claim.xlsx": data}, declared=False)[0]["rows_in"] == 2


def test_a_cell_that_repeats_over_a_whole_sheet_is_refused(refuse, condition):
    assert condition({"a.ods": ods()}, declared=False)[0]["status"] == "conditioned"
    data = ods('table:number-rows-repeated="1048576"', 'table:number-columns-repeated="16384"')

    assert set(refuse({"repeat.ods": data})) == {"more than 100000 rows of the workbook repeat few others"}


DAMAGED = {
    "cut.xlsx": lambda: workbook(cell(1, "A"))[:-100],
    "flipped.xlsx": lambda: workbook(cell(1, "A")).replace(b"PK\x01\x02", b"PK\x01\x03"),
    "no_sheet.xlsx": lambda: pack([("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook")]),
    "cut.ods": lambda: ods()[:-60],
    "not_xml.ods": lambda: pack([("mimetype", ODS), ("META-INF/manifest.xml", "<manifest/>"), ("content.xml", "<a")]),
    "header_only.xls": lambda: CONTAINER + b"\xff" * 100,
    "noise.xls": lambda: CONTAINER + bytes(range(256)) * 40,
    "no_book.xls": lambda: compound("Nothing"),
}


def test_a_damaged_workbook_is_refused(refuse):
    for reason in refuse({name: make() for name, make in DAMAGED.items()}):
        assert reason.startswith(("the workbook cannot be read", "the file is damaged or cut off"))


def test_a_protected_workbook_is_refused(refuse):
    manifest = '<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
    protected = {"a.xlsx": compound("EncryptedPackage"), "a.ods": ods(manifest=manifest)}

    assert set(refuse(protected)) == {"the workbook is protected by a password"}


def parquet(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def test_a_parquet_value_stored_once_and_repeated_in_each_row_is_refused(refuse):
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), ["x" * MIB])
    (reason,) = refuse({"once.parquet": parquet(pa.table({"a": column}), store_schema=False)}, declared=False)

    assert reason == "20000 rows unpack to more than the limit of 134217728 bytes"


def test_nested_parquet_values_that_unpack_to_too_much_are_refused(refuse):
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 2000, pa.int32()), ["x" * MIB])
    lists = pa.ListArray.from_arrays(pa.array(range(0, 2001, 2), pa.int32()), text)
    many = pa.ListArray.from_arrays(pa.array([0, 3_000_000], pa.int32()), pa.array([7] * 3_000_000, pa.int8()))
    deep = pa.array([1])
    for _ in range(40):
        deep = pa.ListArray.from_arrays(pa.array([0, 1], pa.int32()), deep)
    files = {
        "once.parquet": parquet(pa.table({"a": lists}), store_schema=False),
        "many.parquet": parquet(pa.table({"a": many})),
        "deep.parquet": parquet(pa.table({"a": deep})),
    }

    assert refuse(files, declared=False) == [
        "1000 rows unpack to more than the limit of 134217728 bytes",
        "1 rows unpack to more than the limit of 134217728 bytes",
        "a column is nested more than 32 levels deep",
    ]


def test_parquet_metadata_that_lie_are_refused(refuse):
    data = parquet(pa.table({"a": list(range(1000))}))
    footer = len(data) - 8 - struct.unpack("<I", data[-8:-4])[0]
    thousand = bytes([0xD0, 0x0F])  # 1000 as thrift's zigzag varint
    lies = {
        "length.parquet": data[:-8] + struct.pack("<I", 0xFFFFFFF0) + b"PAR1",
        "rows.parquet": data[:footer] + data[footer:].replace(thousand, bytes([0xD2, 0x0F])),
        "cut.parquet": data[: footer // 2] + data[footer:],
    }

    assert data not in lies.values()
    for reason in refuse(lies, declared=False):
        assert reason.startswith("the Parquet file cannot be read")


def test_a_formula_stays_text_in_the_lake(condition, tmp_path):
    text = b'name,units\n"=HYPERLINK(""http://x"",A1)",1\n@SUM(1),2\n-1+1,3\n'
    (told,) = condition({"formula.csv": text}, declared=False)

    assert told["rows_out"] == 3
    assert (tmp_path / "out/formula.csv.csv").read_text().splitlines()[1:] == [
        '"=HYPERLINK(""http://x"",A1)",1', "@SUM(1),2", "-1+1,3",
    ]  # fmt: skip


def test_an_interchange_of_nothing_but_marks_is_refused(refuse):
    head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *200101*0101*U*00401*000000001*0*P*>~"
    files = {
        "segments.edi": f"{head}GS*PD~ST*852*1~".encode() + b"~" * 5_000_000,
        "elements.edi": f"{head}GS*PD~ST*852*1~LIN".encode() + b"*" * 5_000_000 + b"~",
        "parts.edi": b"UNB+UNOA:1+A+B'UNH+1+SLSRPT'LIN" + b"+" * 5_000_000 + b"'",
        "repeats.edi": b"UNB+UNOA:4+A+B'UNH+1+SLSRPT'LIN+" + b"*" * 5_000_000 + b"'",
    }

    assert set(refuse(files, declared=False)) == {"the interchange has more than 2000000 elements"}
    assert refuse({"segments.edi": files["segments.edi"]})[1] == "the interchange has more than 2000000 elements"


def test_an_interchange_of_segments_without_elements_is_refused_before_millions_are_held(refuse):
    head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *200101*0101*U*00401*000000001*0*P*>~"
    files = {
        "names.edi": f"{head}GS*PD~ST*852*1~".encode() + b"Z~" * 1_900_000,
        "marks.edi": f"{head}GS*PD~ST*852*1~".encode() + b"~" * 1_900_000,
    }

    assert set(refuse(files, declared=False)) == {"of the first 100004 segments 100001 are a name without elements"}


def test_segments_without_elements_beside_others_are_read():
    head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *200101*0101*U*00401*000000001*0*P*>~"
    segments = list(split_segments(head + "LIN*1~" * 110_000 + "Z~" * 105_000 + "IEA*0*1~"))

    assert len(segments) == 215_002


def test_an_interchange_of_nothing_but_blanks_or_released_characters_is_refused(refuse):
    head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *200101*0101*U*00401*000000001*0*P*>~"
    files = {
        "blanks.edi": head.encode() + b"\0" * 5_000_000,
        "released.edi": b"UNB+UNOA:1+A+B'UNH+1+SLSRPT'LIN+" + b"?" * 5_000_000 + b"'",
        "second.edi": b"UNB+UNOA:1+A+B'UNZ+0+'UNA:+.! 'UNB+UNOA:1+A+B'UNH+1+SLSRPT'LIN+" + b"!" * 5_000_000 + b"'",
    }

    many = "the interchange has more than 2000000 release characters"
    assert refuse(files, declared=False) == ["the interchange has no end (IEA)", many, many]


def test_a_reason_is_one_line_however_long_or_broken_what_it_tells_of_the_file(refuse):
    head = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *200101*0101*U*00401*000000001*0*P*>~"
    files = {
        "control.edi": f"{head}GS*PD~ST*852*".encode() + b"x" * 100_000 + b"~",
        "name.xml": b"<r><e><a>1</a></e><e><a\n\n/b",
    }
    long, broken = refuse(files, declared=False)

    assert long.startswith("the transaction set xxxx")
    assert long.endswith("x…")
    assert len(long) < 3000
    assert "\n" not in broken
    assert Refusal("first\nsecond").reason == "first second"
