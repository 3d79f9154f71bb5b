"""Files whose form, not their size, would cost time or memory are refused by counts that cost next to nothing."""

import io
import struct
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.outcome import Refusal
from conditioners.readers.markup import check_html_encodings, check_xml_encoding
from tests.conditioning.hostile_files import MIB, pack

ROW = "<tr><td>a<td>b"


def attributes(count):
    return " ".join(f"a{number}" for number in range(count))


TAG = "a tag of the HTML document has more than 500 attributes"
HTML = {
    "tables.html": (f"</table><table>{ROW}" * 10_001, "the HTML document has more than 10000 tables"),
    "tag.html": (f"<tr><td {attributes(100_000)}>x", TAG),
    "values.html": ("<tr><td " + " ".join(f"a{n}='>'" for n in range(100_000)) + ">x", TAG),
    "hidden.html": (f"<tr><td a='<script>' {attributes(100_000)}>x</script>", TAG),
    "slashes.html": (f"<!--><tr><td/{attributes(100_000).replace(' ', '/')}>x-->", TAG),
    "bare.html": (f"{ROW}{'<' * 2 * MIB}", "the HTML document has more than 1000000 marks < that begin no tag"),
    "title.html": (f"<title><script></title><tr><td {attributes(100_000)}>x</script>", TAG),
}


def test_html_whose_form_costs_the_parser_time_or_memory_is_refused(refuse):
    reasons = refuse({name: f"<html><table>{body}".encode() for name, (body, _) in HTML.items()}, declared=False)

    assert dict(zip(HTML, reasons, strict=True)) == {name: reason for name, (_, reason) in HTML.items()}


def test_what_stands_in_scripts_comments_and_values_counts_for_no_attributes(condition):
    words = "if (a <b && c) " + "x = 1 " * 2000
    rows = "".join(f"<tr><td title='{words}'>{number}<td>2" for number in range(3))
    page = f"<html><script>{words}</script><!-- <p {words} --><table>{rows}</table>"
    (told,) = condition({"page.html": page.encode()}, declared=False)

    assert told["rows_in"] == 3


@pytest.mark.parametrize("name", ["utf-7", "UTF7", "cp037", "x-unknown", "unicode_escape"])
def test_markup_in_an_encoding_that_hides_its_marks_is_refused(name):
    with pytest.raises(Refusal, match="an encoding in which it is not read"):
        check_xml_encoding(f'<?xml version="1.0" encoding="{name}"?><a/>'.encode())
    with pytest.raises(Refusal, match="an encoding in which it is not read"):
        check_xml_encoding(f"\ufeff<?xml version='1.0' encoding='{name}'?><a/>".encode("utf-16-le"))
    with pytest.raises(Refusal, match="an encoding in which it is not read"):
        check_html_encodings(f"<html><meta charset={name}>".encode() + b"\xff")
    with pytest.raises(Refusal, match="EBCDIC"):
        check_xml_encoding('<?xml version="1.0"?><a/>'.encode("cp037"))


@pytest.mark.parametrize(
    "name", ["UTF-8", "utf-16", "ISO-8859-15", "windows-1252", "Shift_JIS", "GB18030", "koi8-r", "us-ascii", "UTF-32"]
)
def test_markup_in_any_usual_encoding_is_let_pass(name):
    xml = f'<?xml version="1.0" encoding="{name}"?><a/>'.encode()
    html = f'<html><meta content="text/html; charset={name}">'.encode() + b"\xff"

    assert (check_xml_encoding(xml), check_html_encodings(html)) == (None, None)


def test_html_that_says_to_be_in_an_encoding_that_hides_its_marks_is_refused(refuse):
    page = b"<html><meta charset=utf-7><table><tr><td>a<td>b<tr><td>1<td>\xff</table>"

    assert refuse({"page.html": page}, declared=False) == [
        "the HTML document is in 'utf-7', an encoding in which it is not read"
    ]


NAMES = "".join(f"<row><n{number}>1</n{number}></row>" for number in range(20_000))
XML = {
    "elements.xml": (f"<t>{NAMES}</t>", "the XML document has elements of more than 10000 names"),
    "attributes.xml": (
        "<t>" + "".join(f"<row a{number}='1'/>" for number in range(20_000)) + "</t>",
        "the XML document has attributes of more than 10000 names",
    ),
    "values.xml": (
        "<t>" + "".join(f"<row{number % 200} a{number % 101}='1'/>" for number in range(20_200)) + "</t>",
        "the XML document has values at more than 10000 different paths",
    ),
    "utf7.xml": (
        '<?xml version="1.0" encoding="utf-7"?><t>' + "<row><a>1</a></row>" * 3 + "</t>",
        "the XML document is in 'utf-7', an encoding in which it is not read",
    ),
}


def test_xml_of_endless_names_or_hidden_marks_is_refused(refuse):
    reasons = refuse({name: text.encode() for name, (text, _) in XML.items()}, declared=False)

    assert dict(zip(XML, reasons, strict=True)) == {name: reason for name, (_, reason) in XML.items()}


def test_json_whose_objects_have_endless_names_together_is_refused(refuse):
    objects = ("{" + ",".join(f'"n{n}":1' for n in range(at, at + 20)) + "}" for at in range(0, 120_000, 20))

    assert set(refuse({"names.json": f'{{"states":[{",".join(objects)}]}}'.encode()})) == {
        "the JSON document has more than 100000 different names in its objects"
    }


def parquet(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


def test_parquet_metadata_or_values_of_many_megabytes_are_refused(refuse):
    rows = pa.table({"a": ["1", "2"]})
    files = {
        "columns.parquet": parquet(pa.table({f"c{number}": ["1"] for number in range(100_000)})),
        "metadata.parquet": parquet(rows.replace_schema_metadata({"k": "v" * (13 * MIB)})),
        "value.parquet": parquet(pa.table({"a": ["x" * (65 * MIB), "y"]}), compression="snappy"),
    }

    assert refuse(files, declared=False) == [
        "the metadata of the Parquet file are larger than the limit of 12582912 bytes",
        "the metadata of the Parquet file are larger than the limit of 12582912 bytes",
        "the texts of one column in a row group take more than the limit of 67108864 bytes",
    ]


def test_an_archive_whose_list_of_members_is_megabytes_is_refused(refuse):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(150):
            archive.writestr(f"{number:03}" + "n" * 60_000, b"")
    book = pack([("[Content_Types].xml", "<Types/>")])

    assert set(refuse({"names.zip": packed.getvalue(), "names.xlsx": _append(packed, book)})) == {
        "the list of the archive's members is larger than the limit of 8388608 bytes"
    }


def test_an_archive_whose_list_has_thousands_of_fields_behind_a_name_is_refused(refuse):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.extra = struct.pack("<HH", 0xCAFE, 0) * 1025
        archive.writestr(info, b"a\n1\n")
    book = pack([("[Content_Types].xml", "<Types/>")])

    assert set(refuse({"fields.zip": packed.getvalue(), "fields.xlsx": _append(packed, book)})) == {
        "the archive's list has more than 4096 bytes of fields for a member"
    }


def _append(packed, book):
    """The same archive, begun as a workbook is."""
    members = zipfile.ZipFile(packed)
    found = io.BytesIO(book)
    with zipfile.ZipFile(found, "a") as archive:
        for info in members.infolist():
            archive.writestr(info, b"")
    return found.getvalue()
