"""What the parser of workbooks would lose is rewritten before it sees it: digits, tabs, line breaks, CDATA."""

import io
import zipfile

import openpyxl
import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import Workbook
from conditioners.readers.mending import MisreadMarks

LONG = 1234567890123456789


@pytest.fixture
def source(make_source):
    return make_source(columns=(Text("id"), Whole("units")), key=("id",), dialects=(Workbook(name="w"),))


def write_xlsx(*rows):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def rewrite(package, member, old, new):
    """The package with a text in one member replaced."""
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as parts, zipfile.ZipFile(data, "w") as copy:
        for name in parts.namelist():
            text = parts.read(name)
            assert old in text or name != member
            copy.writestr(name, text.replace(old, new) if name == member else text)
    return data.getvalue()


def cell(content, kind='office:value-type="string"'):
    return f"<table:table-cell {kind}>{content}</table:table-cell>"


def write_ods(*rows):
    names = {"office": "office:1.0", "table": "table:1.0", "text": "text:1.0"}
    declared = " ".join(f'xmlns:{each}="urn:oasis:names:tc:opendocument:xmlns:{name}"' for each, name in names.items())
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    sheet = f'<office:spreadsheet><table:table table:name="S">{body}</table:table></office:spreadsheet>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr(
            "content.xml", f"<office:document-content {declared}><office:body>{sheet}</office:body>"
            "</office:document-content>",
        )  # fmt: skip
    return data.getvalue()


HEADER = [cell(f"<text:p>{label}</text:p>") for label in ("id", "units")]


def write_numbers(*cells):
    """A book with a row for each number, written as it stands in a cell."""
    rows = "".join(
        f'<row r="{at}">{text.format(f"A{at}")}{text.format(f"B{at}")}</row>' for at, text in enumerate(cells, start=2)
    )
    book = write_xlsx(["id", "units"])
    return rewrite(book, "xl/worksheets/sheet1.xml", b"</sheetData>", rows.encode() + b"</sheetData>")


@pytest.mark.parametrize(
    "form",
    [
        '<c r="{{}}"><v>{}</v></c>', '<c r="{{}}" s="0" t="n"><v>{}</v></c>', '<c r="{{}}"><f>A1*2</f><v>{}</v></c>',
        '<c r="{{}}" t="str"><v>{}</v></c>', "<c><v>{}</v></c>",
    ],
)  # fmt: skip
def test_whole_numbers_of_a_workbook_keep_all_of_their_digits(source, run, form):
    numbers = (LONG, LONG + 1, -LONG, 2**53 + 1)

    assert run(source, write_numbers(*map(form.format, numbers))).rows == [f"{each},{each}" for each in numbers]


def test_numbers_and_texts_beside_long_ones_stay_what_they_are(source, run):
    book = write_numbers(f'<c r="{{}}"><v>{LONG}</v></c>', '<c r="{}"><v>0.30000000000000004</v></c>')
    (reject,) = run(source, book).rejects

    assert (reject["rule"], reject["raw"]) == ("too_many_places", "0.3\t0.3")


def test_what_is_cut_between_two_blocks_is_found_as_well(source, run):
    numbers = range(LONG, LONG + 20_000)
    cells = [f'<c r="{{}}"><v>{number}</v></c>' for number in numbers]

    assert run(source, write_numbers(*cells)).rows == [f"{number},{number}" for number in numbers]


def test_a_mark_is_found_wherever_a_block_ends():
    text = b"<v>1234567890123456</v>"
    for place in range(len(text)):
        marks = MisreadMarks()
        marks.feed(text[:place])
        marks.feed(text[place:])

        assert marks.found


def test_text_in_cdata_is_kept(source, run):
    book = write_xlsx(["id", "units"], [7, 1])
    old, new = b'<c r="A2" t="n"><v>7</v>', b'<c r="A2" t="str"><v><![CDATA[<c r="A3">&]]>x</v>'

    assert run(source, rewrite(book, "xl/worksheets/sheet1.xml", old, new)).rows == ['"<c r=""A3"">&x",1']


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("a<text:tab/>b", "a\tb"), ('a<text:tab text:tab-ref="1"/>b', "a\tb"), ("a<text:tab></text:tab>b", "a\tb"),
        ("a<text:line-break/>b", '"a\nb"'), ("a<![CDATA[<&]]>b", "a<&b"), ("<![CDATA[<table:table-cell]]>", None),
    ],
)  # fmt: skip
def test_texts_of_an_open_document_are_kept_whole(source, run, content, text):
    units = cell("<text:p>1</text:p>", 'office:value-type="float" office:value="1"')
    book = write_ods(HEADER, [cell(f"<text:p>{content}</text:p>"), units])

    assert run(source, book).accepted == f"id,units\n{text or '<table:table-cell'},1\n"


def test_whole_numbers_of_an_open_document_keep_all_of_their_digits(source, run):
    number = cell("<text:p>1.2E+18</text:p>", f'office:value-type="float" office:value="{LONG}"')

    assert run(source, write_ods(HEADER, [number, number])).rows == [f"{LONG},{LONG}"]
