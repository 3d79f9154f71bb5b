"""What the parser of workbooks would misread is rewritten before: long numbers, negative times, tabs, CDATA."""

import io
import re
import struct
import zipfile

import openpyxl
import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import Workbook
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.mending import MisreadMarks
from conditioners.readers.workbooks.sheet_styles import CellForms
from tests.conditioning.workbook_files import read_shown, rewrite, xlsx_of
from tests.conditioning.workbook_records import record, shown, xls

LONG, SHEET = 1234567890123456789, "xl/worksheets/sheet1.xml"


@pytest.fixture
def source(make_source):
    return make_source(columns=(Text("id"), Whole("units")), key=("id", "units"), dialects=(Workbook(name="w"),))


def cell(content, kind='office:value-type="string"'):
    return f"<table:table-cell {kind}>{content}</table:table-cell>"


def write_ods(*rows):
    names = {"office": "office:1.0", "table": "table:1.0", "text": "text:1.0", "draw": "drawing:1.0"}
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
    book = xlsx_of(["id", "units"])
    return rewrite(book, SHEET, b"</sheetData>", rows.encode() + b"</sheetData>")


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


TIME, DATE, DURATION, RED = "h:mm", "yyyy-mm-dd", "[h]:mm:ss", '0 "days";[Red]-0.00'


@pytest.mark.parametrize(
    ("number", "form", "text"),
    [
        (-0.25, TIME, "-0.25"), (-0.25, DATE, "-0.25"), (-3, "mmm\\-yy", "-3"), (-0.25, DURATION, "-06:00:00"),
        (-0.25, RED, "-0.25"), (0.25, TIME, "06:00:00"), (-5, "General", "-5"),
    ],
)  # fmt: skip
def test_a_negative_number_in_the_form_of_a_time_is_a_number(source, run, number, form, text):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in (["id", "units"], [number, 1], ["=A2", 2]):
        book.active.append(row)
    for cell in ("A2", "A3"):
        book.active[cell].number_format = form
    book.save(data)
    formula = re.compile(rb"<f>A2</f><v ?/>|<f>A2</f><v></v>")
    result = run(source, rewrite(data.getvalue(), SHEET, formula, f"<f>A2</f><v>{number}</v>".encode()))

    assert result.rows == [f"{text},1", f"{text},2"]


def test_what_is_cut_between_two_blocks_is_found_as_well(source, run):
    numbers = range(LONG, LONG + 20_000)
    cells = [f'<c r="{{}}"><v>{number}</v></c>' for number in numbers]

    assert run(source, write_numbers(*cells)).rows == [f"{number},{number}" for number in numbers]


def test_a_mark_is_found_wherever_a_block_ends():
    text = b"<c><v>1234567890123456</v></c>"
    for place in range(len(text)):
        marks = MisreadMarks(SHEET, CellForms())
        marks.feed(text[:place])
        marks.feed(text[place:])

        assert marks.found


OTHER_STYLES = [
    lambda text: re.sub(rb"<(/?)(?=[a-z])", rb"<\1x:", text).replace(b"xmlns=", b"xmlns:x="),
    lambda text: re.sub(rb'(\w+)="([^"]*)"', rb"\1='\2'", text),
    lambda text: text.replace(b"><v>", b">\n  <v>").replace(b"</v><", b"</v>\n<"),
]
"""Sheets with prefixed names, apostrophes, or broken lines."""


@pytest.mark.parametrize("change", OTHER_STYLES)
def test_what_is_misread_is_found_however_the_sheet_is_written(change):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for value, form in ((501, "00000"), (-0.25, TIME), (7, "0"), (45351, DATE), ("#N/A", "0")):
        book.active.append([value, 1])
        book.active.cell(book.active.max_row, 1).number_format = form
    book.save(data)
    with zipfile.ZipFile(data) as package:
        sheet = package.read(SHEET)
    changed = rewrite(data.getvalue(), SHEET, sheet, change(sheet.replace(b"<v>7</v>", b"<v>%d</v>" % LONG)))

    assert read_shown(changed) == ["00501", "-0.25", str(LONG), "2024-02-29", None]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("<v>501.0</v>", "00501"), ("<v>5.01E2</v>", "00501"), ("<v>501.5</v>", "501.5"), ("<v> 501 </v>", "00501"),
        ("<v><!-- five --> 501</v>", "00501"), ("<v>501<!-- five --></v>", "00501"), ("<v>501</v><f>A1</f>", "00501"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_other_programs_write_them(cell, text):
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.active.append([7])
    book.active["A1"].number_format = "00000"
    book.save(data)

    assert read_shown(rewrite(data.getvalue(), SHEET, b"<v>7</v>", cell.encode())) == [text]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('t="inlineStr"><is><t>a</t></is><v>0</v>', "a"), ('t="inlineStr"><is><t>a</t></is><v/>', "a"),
        ('t="str"><v> 5 </v>', " 5 "), ('t="e"><v>#SPILL!</v>', None), ('t="e"><v>#WERT!</v>', None),
    ],
)  # fmt: skip
def test_cells_of_other_kinds_are_read_as_other_programs_write_them(cell, text):
    book = rewrite(xlsx_of([7, 1]), SHEET, b't="n"><v>7</v>', cell.encode())

    assert read_shown(book) == [text]


@pytest.mark.parametrize(
    "extension",
    [
        "<extLst/>", '<extLst ><ext uri="u"/></extLst>',
        ' <extLst><ext uri="u" xmlns:y="y"><y:c><v>9</v></y:c></ext></extLst>',
        "<extLst><ext uri='u'>" + "<y a='1'/>" * 200_000 + "</ext></extLst>",
    ],
)  # fmt: skip
def test_what_a_later_version_adds_to_a_cell_is_passed_over(extension):
    cells = f"<v>1.5</v>{extension}", f"<f>A1</f><v>2</v>{extension}", f"<f>A1</f>{extension}"
    rows = "".join(f'<row r="{at}"><c r="A{at}">{cell}</c></row>' for at, cell in enumerate(cells, start=2))
    text = f'<row r="5"><c r="A5" t="inlineStr"><is><t>a</t></is>{extension}</c></row>'
    book = rewrite(xlsx_of(["id"]), SHEET, b"</sheetData>", f"{rows}{text}</sheetData>{extension}".encode())

    assert read_shown(book) == ["id", "1.5", "2", None, "a"]


def test_text_in_cdata_is_kept(source, run):
    book = xlsx_of(["id", "units"], [7, 1])
    old, new = b'<c r="A2" t="n"><v>7</v>', b'<c r="A2" t="str"><v><![CDATA[<c r="A3">&]]>x</v>'

    assert run(source, rewrite(book, SHEET, old, new)).rows == ['"<c r=""A3"">&x",1']


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


def test_a_cell_of_an_open_document_that_is_merged_over_rows_stands_in_each_of_them(make_source, run):
    source = make_source(columns=(Text("id"), Text("item")), key=(), dialects=(Workbook(name="w"),))
    covered, gap = "<table:covered-table-cell/>", '<table:table-cell table:number-columns-repeated="2"/>'
    header = [gap, *(cell(f"<text:p>{label}</text:p>") for label in ("id", "item"))]
    high = cell("<text:p>A</text:p>", 'office:value-type="string" table:number-rows-spanned="3"')
    book = write_ods(
        header, [gap, high, cell("<text:p>x</text:p>")], [gap, covered, cell("<text:p>y</text:p>")],
        [gap, covered, cell("<text:p>z</text:p>")], [gap, *[cell("<text:p>B</text:p>")] * 2],
    )  # fmt: skip

    assert run(source, book).rows == ["A,x", "A,y", "A,z", "B,B"]


@pytest.mark.parametrize(
    ("time", "text"),
    [
        ("PT36H00M01S", "36:00:01"), ("-PT06H30M00S", "-06:30:00"), ("PT9H5M7.500000000S", "09:05:07.500000"),
        ("PT00H00M00.000000000S", "00:00:00"), ("P1D", "P1D"),
    ],
)  # fmt: skip
def test_durations_of_an_open_document_are_hours_as_in_other_workbooks(source, run, time, text):
    units = cell("<text:p>1</text:p>", 'office:value-type="float" office:value="1"')
    length = cell("<text:p>shown</text:p>", f'office:value-type="time" office:time-value="{time}"')

    assert run(source, write_ods(HEADER, [length, units])).rows == [f"{text},1"]


@pytest.mark.parametrize(
    ("kind", "shown", "text"),
    [
        ("office:value-type='float' office:value='501'", "00501", "00501"),
        ("office:value-type='time' office:time-value='PT36H00M00S'", "x", "36:00:00"),
        (f"office:value-type='float' office:value='{LONG}'", "1E18", str(LONG)),
        ('office:value-type="float" office:value="501.0"', "00501", "00501"), ("", "a", "a"),
        ('table:style-name="it\'s"', "a", "a"),
    ],
)  # fmt: skip
def test_cells_of_an_open_document_are_read_as_other_programs_write_them(kind, shown, text):
    book = write_ods(HEADER, [cell(f"<text:p>{shown}</text:p>", kind)], ["<table:table-cell/>"], [HEADER[0]])

    assert read_shown(book) == ["id", text, None, "id"]


@pytest.mark.parametrize(("name", "prefix"), [("table", "t"), ("office", "o")])
def test_an_open_document_whose_elements_have_other_prefixes_is_refused(name, prefix):
    book = rewrite(
        write_ods(HEADER), "content.xml", re.compile(rb"\b%b(?=[:=][a-z\"])" % name.encode()), prefix.encode()
    )
    with pytest.raises(Refusal, match=f"its elements have the prefix '{prefix}' instead of '{name}'"):
        read_shown(book)


FRAME = "<draw:frame><draw:text-box><text:p>drawn</text:p></draw:text-box></draw:frame>"


@pytest.mark.parametrize(
    "content",
    [
        "\n <text:p>a</text:p>\n ", f"{FRAME}<text:p>a</text:p>", f"<text:p>a{FRAME}</text:p>{FRAME}",
        '\n <draw:g><draw:g/></draw:g>\n <text:p>a</text:p><draw:a xlink:href="x>"></draw:a>',
    ],
)  # fmt: skip
def test_blanks_and_drawings_between_the_tags_of_a_cell_are_no_text_of_it(content):
    units = cell("\n <text:p>00001</text:p>\n ", 'office:value-type="float" office:value="1"')
    error = cell("\n <text:p>#N/A</text:p>\n ", 'office:value-type="float" office:value="0"')

    assert read_shown(write_ods(HEADER, [error], [units], [cell(content)])) == ["id", None, "00001", "a"]


@pytest.mark.parametrize("encoding", ["no-such", "shift_jis"])
def test_an_open_document_in_an_encoding_that_is_not_known_is_refused(source, run, encoding):
    declared = f'<?xml version="1.0" encoding="{encoding}"?><office:document-content'.encode()
    book = rewrite(write_ods(HEADER), "content.xml", b"<office:document-content", declared)

    assert run(source, book).refusal.reason.startswith("the workbook cannot be read: ")


@pytest.mark.parametrize(
    ("value", "shown", "read"),
    [("501", "00501", "00501"), ("501", "501", "501"), ("501", "00502", "501"), ("5", "05%", "5")],
)
def test_zeros_that_an_ods_shows_before_a_number_are_kept(source, run, value, shown, read):
    note = "<office:annotation><text:p>00009</text:p></office:annotation>"
    kind = f'office:value-type="float" office:value="{value}"'
    rows = [cell(f"{note}<text:p>{shown}</text:p>", kind), cell("<text:p>1</text:p>", kind.replace(value, "1"))]

    assert run(source, write_ods(HEADER, rows)).rows == [f"{read},1"]


@pytest.mark.parametrize("cuts", [(4,), (2, 4), (4, 8), (4, 6, 8)])
def test_a_character_that_two_records_of_an_xls_share_is_whole(cuts):
    text = "x😀😀y".encode("utf-16-le")
    parts = [text[begin:end] for begin, end in zip((0, *cuts), (*cuts, len(text)), strict=True)]
    texts = record(0xFC, struct.pack("<IIHB", 1, 1, len(text) // 2, 1) + parts[0])
    texts += b"".join(record(0x3C, b"\1" + part) for part in parts[1:])

    assert read_shown(xls(shown(0, 0), texts)) == ["x😀😀y"]
