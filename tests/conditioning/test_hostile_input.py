"""Hostile files are refused by a limit and with its name, before they cost memory, and nothing of them is followed."""

import bz2
import gzip
import io
import lzma
import socket
import struct
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.outcome import Refusal
from conditioners.readers.edi.interchanges import split_segments
from shared.domain.blob_names import BlobNameError, check_path
from tests.conditioning.hostile_files import CONTAINER, MIB, ODS, cell, compound, ods, pack, workbook
from tests.conditioning.undeclared import condition_undeclared

TEXT = b"date,state,category,dollars,units,volume\n2024-01-07,Texas,Milk,1,1,1\n"


def overlapping():
    """An archive whose 9,000 members are all the same packed bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", TEXT + b" " * (16 * MIB))
        archive.filelist.extend(archive.filelist * 8999)
    return packed.getvalue()


ZEROS = TEXT + (b"0" * (MIB - 1) + b"\n") * 64
BOMBS = {
    "flat.zip": lambda: pack([("a.csv", ZEROS)]),
    "many.zip": lambda: pack([(f"{n}.csv", TEXT + b"0\n" * (4 * MIB)) for n in range(8)]),
    "nested.zip": lambda: pack([(f"{n}.zip", pack([("a.csv", ZEROS)])) for n in range(4)]),
    "a.csv.gz": lambda: gzip.compress(ZEROS) * 8,
    "a.csv.bz2": lambda: bz2.compress(ZEROS) * 8,
    "a.csv.xz": lambda: lzma.compress(ZEROS, preset=0) * 8,
    "a.csv.zst": lambda: pa.Codec("zstd").compress(ZEROS * 4, asbytes=True),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unpacks_to_too_much_is_refused(refuse, name):
    reasons = refuse({name: BOMBS[name]()}, declared=name != "nested.zip")

    assert set(reasons) == {"the file unpacks to more than 250 times its size"}


def test_an_archive_whose_members_are_the_same_packed_bytes_is_refused(refuse):
    assert set(refuse({"overlapping.zip": overlapping()})) == {"members of the archive overlap"}


def test_a_bomb_in_an_archive_whose_members_are_declared_is_not_even_opened(refuse):
    assert refuse({"nested.zip": BOMBS["nested.zip"]()})[1] == "the archive has no member with data"


TRICKS = ["../up.csv", "a/../../up.csv", "/rooted.csv", "..\\up.csv", "C:\\up.csv", "a\0.csv", "\0.csv"]


def archive_with(path):
    """An archive with a member under a path that an archiver would not write."""
    stand_in = "q" * len(path)
    return pack([("Texas/good.csv", TEXT), (stand_in, TEXT)]).replace(stand_in.encode(), path.encode())


def test_an_archive_with_a_member_whose_path_leads_elsewhere_is_refused(refuse, tmp_path):
    files = {f"{number}.zip": archive_with(path) for number, path in enumerate(TRICKS)}

    assert set(refuse(files)) == {"a member's path leads out of the archive"}
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == sorted(files)


def test_an_archive_with_a_member_without_a_name_is_refused(refuse):
    # The name's one byte becomes one of the field behind it, in the member's header and in the list.
    named, nameless = struct.pack("<HH", 1, 0), struct.pack("<HH", 0, 1)
    packed = pack([("Texas/good.csv", TEXT), ("q", TEXT)]).replace(named, nameless)

    assert set(refuse({"a.zip": packed})) == {"a member of the archive has no name"}


@pytest.mark.parametrize("path", ["../up", "a/../b", "/rooted", "a\\b", "a\0b", "", "a//b", "./a", "x" * 2000])
def test_a_blob_whose_name_leads_elsewhere_or_nowhere_is_refused(path):
    with pytest.raises(BlobNameError):
        check_path(path)


ENTITIES = "the XML document declares entities of its own, which are not followed"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


def test_entities_that_multiply_are_refused(refuse):
    data = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a><b><c>&l11;</c></b></a>'

    assert refuse({"laughs.xml": data.encode()}, declared=False) == [ENTITIES]


@pytest.mark.parametrize(
    ("declarations", "told"),
    [
        ('<!ENTITY a "&b;"><!ENTITY b "&a;">', "the XML document declares entities of its own, which are not followed"),
        (
            "<!ENTITY % p '<!ENTITY b \"c\">'><!ENTITY % x '%p;%p;%p;'>%x;",
            "not well-formed XML: PEReferences forbidden",
        ),
    ],
    ids=["entities in each other", "parameter entities"],
)
def test_a_document_that_declares_entities_is_xml_whatever_its_name_and_form_are(declarations, told):
    outcome = condition_undeclared(f"<!DOCTYPE r [{declarations}]><r><e>&a;</e></r>", "feed.dat").outcome

    assert outcome.reason.startswith(told)


def test_an_entity_or_a_document_type_elsewhere_is_not_fetched(condition, tmp_path):
    (tmp_path / "secret").write_text("SECRET")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        web = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        rows = "".join(f"<row><a>{n}</a><b>&e;</b></row>" for n in range(3))
        entities = [f'{how} SYSTEM "{where}"' for how in ("e", "% p") for where in (f"file://{tmp_path}/secret", web)]
        types = [f"[<!ENTITY {entity}>{'%p;' if '%' in entity else ''}]" for entity in entities]
        files = {f"{n}.xml": f"<!DOCTYPE t {each}><t>{rows}</t>".encode() for n, each in enumerate(types)}
        files["type.xml"] = f'<!DOCTYPE t SYSTEM "{web}"><t>{rows}</t>'.replace("&e;", "1").encode()
        *told, without = condition(files, declared=False)
        assert {each["reason"] for each in told} == {ENTITIES}
        assert (without["status"], without["rows_out"]) == ("conditioned", 3)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_json_of_200000_levels_is_refused(refuse):
    files = {
        "closed.json": b"[" * 200_000 + b"]" * 200_000,
        "open.json": b"[" * 200_000,
        "objects.json": b'{"a":' * 200_000,
    }

    assert set(refuse(files)) == {"the JSON document is nested deeper than 64 levels"}


def test_xml_of_200000_levels_is_refused(refuse):
    (reason,) = refuse({"deep.xml": b"<a>" * 200_000 + b"</a>" * 200_000}, declared=False)

    assert reason == "the XML document is nested deeper than 64 levels"


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


ROWS = "".join(f"<row><a>{n}</a><b>{n}</b></row>" for n in range(3))
XML = {
    "names.xml": (
        "<t " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(50_000)) + f">{ROWS}</t>",
        "a tag of the XML document declares more than 100 namespaces",
    ),
    "tag.xml": (
        "<t><row " + " ".join(f'a{n}="1"' for n in range(200_000)) + f"/>{ROWS}</t>",
        "the XML document has a tag or text longer than 1048576 bytes",
    ),
    "pieces.xml": (
        f"<t>{ROWS}<row><a>" + ("x" * 900_000 + "<i/>") * 20 + "</a></row></t>",
        "a record of the XML document, or what stands before its root, is over 12582912 bytes",
    ),
    "types.xml": (
        "<!DOCTYPE t [" + "".join(f"<!ELEMENT e{n} ANY>" for n in range(100_000)) + f"]><t>{ROWS}</t>",
        "a record of the XML document, or what stands before its root, is over 1048576 bytes",
    ),
}


def test_xml_whose_form_costs_the_parser_time_or_memory_is_refused(refuse):
    reasons = refuse({name: text.encode() for name, (text, _) in XML.items()}, declared=False)

    assert dict(zip(XML, reasons, strict=True)) == {name: reason for name, (_, reason) in XML.items()}


def test_namespaces_declared_anew_in_each_row_are_read(condition):
    rows = "".join(f'<row xmlns:n="u{n}"><n:a>{n}</n:a><n:b>1</n:b></row>' for n in range(1000))
    (told,) = condition({"rows.xml": f"<t>{rows}</t>".encode()}, declared=False)

    assert told["rows_out"] == 1000


def names(count, last):
    return ",".join([*(f'"a{n}":1' for n in range(count)), last])


JSON = {
    "twice.json": ("[{" + names(99_999, '"a99998":2') + "}]", "the name 'a99998' stands twice in an object"),
    "names.json": ("[{" + names(200_000, '"b":2') + "}]", "an object has more than 100000 names"),
    "objects.json": (
        "[" + '{"a":1},' * 500_000 + "1]",
        "a list that is neither a list of records nor one of parallel lists is too large",
    ),
    "halves.json": (
        '[{"a":"' + "\\ud800" * 20_000 + '"}]',
        "the JSON document has more than 10000 halves of characters",
    ),
}


def test_json_whose_form_costs_time_or_memory_is_refused(refuse):
    reasons = refuse({name: text.encode() for name, (text, _) in JSON.items()}, declared=False)

    assert dict(zip(JSON, reasons, strict=True)) == {name: reason for name, (_, reason) in JSON.items()}


def test_gzip_members_without_end_that_hold_nothing_are_refused(refuse):
    assert set(refuse({"nothing.csv.gz": gzip.compress(TEXT) + gzip.compress(b"") * 2000})) == {
        "the file has more than 1000 empty members in a row"
    }


def test_a_gzip_header_of_megabytes_costs_no_more_than_reading_it(refuse):
    named = b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * (64 * MIB)

    assert set(refuse({"named.csv.gz": named})) == {"the file is damaged or cut off: it ends early"}


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
