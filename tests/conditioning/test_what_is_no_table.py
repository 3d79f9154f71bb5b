"""A source that is given something else than its tables says what it was given, and what to do about it."""

import io
import zipfile

import polars as pl
import pytest

from conditioners.dialects import Delimited, FixedWidth, JsonTree, Workbook
from tests.conditioning.undeclared import condition_undeclared

DIALECTS = {
    "text": Delimited(name="d"), "workbook": Workbook(name="d"), "json": JsonTree(name="d", records="[]"),
    "fixed": FixedWidth(name="d", fields={"store": (1, 3), "units": (4, 5), "day": (6, 15)}, opening="[0-9]{5}"),
}  # fmt: skip
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def pack_zip(*names):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, TYPES)
    return packed.getvalue()


def pack_text():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", TYPES)
    return packed.getvalue()


def pack_columns():
    packed = io.BytesIO()
    pl.DataFrame({"store": ["007"]}).write_parquet(packed)
    return packed.getvalue()


FOREIGN = {
    "a PDF document; have its table sent as text or as a workbook": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
    "a picture; have its table sent as text or as a workbook": b"\x89PNG\r\n\x1a\n" + bytes(50),
    "a program": b"MZ\x90\0\3\0\0\0" + bytes(50),
    "a Word document; have its table sent as text or as a workbook":
        pack_zip("[Content_Types].xml", "word/document.xml"),
    "a presentation; have its table sent as text or as a workbook":
        pack_zip("ppt/presentation.xml", "[Content_Types].xml"),
    "an OpenDocument file; have its table sent as text or as a workbook": pack_text(),
    "a web archive or mail; have its table sent as text or as a workbook":
        b"MIME-Version: 1.0\nX-Document-Type: Workbook\n\n<table><tr><td>day</td></tr></table>",
    "a flat OpenDocument file; have its table sent as text or as a workbook":
        b'<?xml version="1.0"?>\n<office:document xmlns:office="urn:x"><office:body/></office:document>',
    "a text document (RTF); have its table sent as text or as a workbook": rb"{\rtf1\ansi day,store\par}",
    "a 7z archive, which must be unpacked first": b"7z\xbc\xaf\x27\x1c" + bytes(50),
    "an Access database; export its table as text or Parquet": b"\0\1\0\0Standard ACE DB\0" + bytes(50),
    "a workbook of Excel 4 or older, or without its container; have it saved anew":
        b"\x09\x08\x08\0\0\0\x10\0\0\0\0\0" + b"\x03\x02\x0e\0" + bytes(14) + b"\x0a\0\0\0",
    "a dBase file; export its table as text or Parquet":
        b"\x03n\x0c\x03\x01\0\0\0\x41\0\x0b\0" + bytes(20) + b"STORE".ljust(11, b"\0") + b"C" + bytes(20),
    "encrypted by PGP, and must be decrypted first": b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n",
}  # fmt: skip


@pytest.mark.parametrize("told", FOREIGN)
def test_a_file_that_holds_no_table_is_refused_by_name_with_what_to_do(make_source, run, told):
    for dialect in DIALECTS.values():
        assert run(make_source(dialects=(dialect,)), FOREIGN[told]).refusal.reason == f"the file is {told}"

    assert condition_undeclared(FOREIGN[told]).outcome.reason == f"the file is {told}"


@pytest.mark.parametrize("dialect", ["text", "fixed"])
@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("a JSON document", b'[{"day": "2024-01-01"}]'),
        ("an XML document", b"<?xml version='1.0'?><a><b>1</b></a>"),
        ("a Parquet file", pack_columns()),
        ("an EDI interchange", b"UNB+UNOA:1+A+B+240101:1200+1'UNZ+0+1'"),
        ("an HTML page", b"<!DOCTYPE html>\n<html><body><h1>403 Forbidden</h1></body></html>"),
    ],
)
def test_a_refusal_tells_the_form_that_the_source_does_not_come_in(make_source, run, dialect, form, data):
    reason = run(make_source(dialects=(DIALECTS[dialect],)), data).refusal.reason

    assert reason.endswith(f"; it seems to be {form}, and toy does not come as such")


def test_a_missing_label_among_others_in_brackets_makes_no_json_document(make_source, run):
    refusal = run(make_source(), b"[day],[shop],[units]\n2024-01-01,001,1\n").refusal

    assert "JSON" not in refusal.reason


def test_a_word_where_tar_archives_have_their_mark_makes_no_archive(make_source, run):
    before = "day,store,units\n" + "2024-01-01,001,1\n" * 13
    row = "2024-01-02," + "x" * (256 - len(before) - 11) + "mustard,1\n"
    result = run(make_source(), (before + row).encode())

    assert (before + row)[257:262] == "ustar"
    assert (result.summary.rows_in, result.summary.rows_out) == (14, 1)


@pytest.mark.parametrize("begins", ["BM", "ORC", "MZ", "II*", "ARROW1", "FEA1", "{", "<b>", "%", "ISA", "UNB"])
def test_a_table_may_begin_as_something_else_does(make_source, run, begins):
    columns = make_source().columns
    source = make_source(dialects=(Delimited(name="d", labels={"note": f"{begins} note"}),), columns=columns)
    result = run(source, f"{begins} note,day,store,units\nx,2024-01-01,001,1\n".encode())

    assert result.rows == ["2024-01-01,001,1,,x"]
