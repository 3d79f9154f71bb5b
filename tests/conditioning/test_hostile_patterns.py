"""Text made to be looked through again from each of its characters is answered at once: each of these took minutes."""

import tracemalloc
from collections import Counter

import pytest

from conditioners.dialects import Numbers
from conditioners.drafting.asides import find_total
from conditioners.drafting.date_conventions import DAY_FORMATS, find_leading_words, fit_formats
from conditioners.drafting.numeral_conventions import count_places
from conditioners.drafting.samples import look_at_sample
from conditioners.drafting.widening import unfold_sample
from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal, Skipped
from conditioners.readers.html.encodings import HtmlDecoder
from conditioners.readers.json.paths import join, read_path
from conditioners.readers.markup import check_html_encodings
from conditioners.readers.text.ending import stop_behind_table
from conditioners.readers.workbooks.mending import ODS_CONTENT, MisreadMarks
from conditioners.readers.workbooks.ods_extents import OdsSheets
from conditioners.readers.workbooks.ods_mending import OdsMending
from conditioners.readers.workbooks.room import Room
from conditioners.readers.workbooks.sheet_relations import XLSB, SheetRelations
from conditioners.readers.workbooks.sheet_styles import CellForms, XlsxStyles
from conditioners.readers.workbooks.spreadsheet_values import Reading, show_data
from conditioners.readers.workbooks.xlsx_extents import XlsxSheet
from conditioners.readers.workbooks.xlsx_mending import XlsxMending
from conditioners.structure.rows import Row
from conditioners.structure.sheets import without_tags
from conditioners.structure.side_by_side import part_sides
from tests.conditioning.hostile_files import MIB
from tests.conditioning.undeclared import condition_undeclared

LONG = 500_000


def condition(name, data):
    """The reason of a refusal, or none, and what is written."""
    found = condition_undeclared(data, name)
    return getattr(found.outcome, "reason", None), b"".join(found.outputs)


def arff(attribute, row):
    return b"@relation r\n@attribute a numeric\n@attribute b " + attribute + b"\n@data\n{0 1, 1 x}\n" + row + b"\n"


TEXTS = {
    "of a ruler of dashes alone": (
        "ruled.txt", b"a,b\n1,2\n" + b"-" * LONG + b"\n3,4\n", b"a,b\n1,2\n3,4\n",
    ),
    "of a long cell before one of a code page": (
        "page.csv", b"name,city\n" + b"a" * LONG + b",x\nZo\xeb,Orl\xe9ans\n",
        b"name,city\n" + b"a" * LONG + ",x\nZoë,Orléans\n".encode(),
    ),
    "of a sparse row whose blanks end in a quote": (
        "blanks.arff", arff(b"{x,y}", b"{1" + b" " * LONG + b"'}"), b"a,b\n1,x\n",
    ),
    "of a sparse row with a value of nothing": ("row.arff", arff(b"{x,y}", b"{0  , 1 y}"), b"a,b\n1,x\n"),
    "of an attribute whose values are none": ("values.arff", arff(b"{  }", b"{1 y}"), b"a,b\n1,x\n0,y\n"),
}  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_the_rows_are_read(text):
    name, data, rows = TEXTS[text]
    reason, written = condition(name, data)

    assert (reason, written) == (None, rows)


def test_the_encoding_of_a_page_of_tags_without_an_end_is_told():
    told = []
    HtmlDecoder(lambda data: told.append(without_tags(data))).decode(b"<table>" + b"<" * LONG + b"\xe9", last=True)

    assert told == [b"\n" + b"<" * LONG + b"\xe9"]


def test_blanks_behind_charset_declare_none():
    blanks = b"charset=" + b" " * LONG + b">\xe9"
    meta = b"<meta " * 300 + b"charset=" + b" " * 2000 + b">\xe9"
    check_html_encodings(blanks)

    decoder = HtmlDecoder()
    decoder.decode(meta, last=True)

    assert decoder.facts["evidence"] == "not UTF-8, and the document does not say; this is HTML's default"


@pytest.mark.parametrize(
    ("kind", "end", "errors"), [(b"e", b">", 1), (b"e", b"/>", 0), (b"s", b"><v>0</v></c>", 0), (b"s", b">0</c>", 0)]
)
def test_a_cell_that_tells_its_type_a_hundred_thousand_times_is_measured(kind, end, errors):
    room = Room(DEFAULT)
    sheet = XlsxSheet("sheet", room, [1000])
    sheet.feed(b'<sheetData><row r="1"><c r="A1"' + b' t="%b"' % kind * 100_000 + end + b"</row></sheetData>")
    sheet.close()

    assert room.errors == errors


def test_a_name_of_half_a_million_letters_leads_to_no_sheet():
    relations = SheetRelations("xl/workbook.xml", DEFAULT)
    relations.feed(b"<sheet " + b"a" * LONG + b"/>")
    relations.close()

    assert relations.wanted == set()


def test_a_relation_whose_target_is_quoted_twice_is_known_by_its_name():
    relations = SheetRelations("xl/_rels/workbook.bin.rels", DEFAULT)
    relations.feed(b"<!-- sheet --><Relationship Target=\"'" + b"a" * LONG + b'" Id="rId1"/>')

    assert (XLSB, relations.known) == ("xl/workbook.bin", {b"rId1"})


def test_formats_of_brackets_without_an_end_show_no_days():
    formats = b"".join(b'<numFmt numFmtId="%d" formatCode="0%b"/>' % (each, b"[" * 1023) for each in range(200, 8200))
    styles = b"".join(b'<xf numFmtId="%d"/>' % each for each in range(200, 8200))
    found = XlsxStyles()
    found.feed("xl/styles.xml", formats + b"<cellXfs>" + styles + b"</cellXfs>")

    assert found.find() == CellForms()


CELL = b'<table:table-cell office:value-type="float" %b office:value="%b">%b<text:p>%b</text:p></table:table-cell>'
NOTE, SHORT_NOTE = b"<office:annotation><text:p>09</text:p></office:annotation>", b'<office:annotation a="/>"/>'
VALUES = b"a='" + b'office:value="1" ' * 50_000 + b"'"


@pytest.mark.parametrize("note", [b"", NOTE, SHORT_NOTE])
@pytest.mark.parametrize(
    ("value", "shown", "is_misread"),
    [(b"1", b"01", True), (b"1", b"1", False), (b"0", b"#N/A", True), (b"0", b"zero", False)],
)
def test_numbers_of_an_ods_are_told_beside_notes(note, value, shown, is_misread):
    marks = MisreadMarks(ODS_CONTENT, CellForms())
    marks.feed(CELL % (b"", value, note, shown))

    assert marks.found is is_misread


OPENED = b'<table:table-cell office:value-type="float"><office:annotation a="1"><text:p>' * 10_000


@pytest.mark.parametrize(
    "cell", [CELL % (VALUES, b"1", b"", b"1"), CELL % (b"", b"0", SHORT_NOTE, b"0") * 10_000, OPENED]
)
def test_values_and_notes_by_the_thousand_are_not_misread(cell):
    marks = MisreadMarks(ODS_CONTENT, CellForms())
    marks.feed(cell)

    assert not marks.found


CODES = CellForms(days=frozenset({1}), digits={2: 5})
XLSX_TEXTS = {
    "tags without an end": b"<c " * LONG,
    "a tag of styles": b'<c r="A1"' + b' s="3"' * 100_000 + b"><v>1</v></c>",
    "values of blanks": b'<c t="str"><v>' + b" " * LONG + b"x</v></c>",
    "comments without an end": b'<c t="str"><v>' + b"<!--" * 200_000,
    "formulas without an end": b"<c><v>1</v><f>" * 100_000,
    "prefixes without an element": b"<" + b"a" * LONG + b"<a:" * 200_000,
    "values behind texts": b"</is><v>" * 100_000,
}


@pytest.mark.parametrize("text", XLSX_TEXTS)
def test_text_that_is_no_misread_cell_of_an_xlsx_stays(text):
    mending = XlsxMending(CODES)

    assert not mending.is_misread(XLSX_TEXTS[text])
    assert mending.mend(XLSX_TEXTS[text]) == XLSX_TEXTS[text]


@pytest.mark.parametrize("text", [b"<draw:a>" * 100_000, b"</draw:a>" * 100_000, b"<draw:a" * 100_000])
def test_drawings_without_a_beginning_or_end_stay(text):
    assert OdsMending().mend(text) == text


def test_the_text_of_a_cell_of_nothing_is_not_held():
    sheets = OdsSheets("content.xml", Room(DEFAULT))
    sheets.feed(b'<table:table table:name="a"><table:table-row><table:table-cell office:value="0">')
    tracemalloc.start()
    for _ in range(12):
        sheets.feed(b"<text:p>a</text:p>" * (MIB // 18))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 6 * MIB


def test_digits_by_the_hundred_thousand_before_a_letter_are_text():
    assert show_data("Number", "1" * LONG + "x", None, Reading()) == "1" * LONG + "x"


def test_the_sheets_of_a_name_of_digits_are_told_apart():
    rows = [["a", "b", None, "c", "d"], *([str(n), "x", None, "y", str(n)] for n in range(3))]
    shown = [
        Row(f"{'1' * LONG}!A{number}", tuple(cell or "" for cell in row), "") for number, row in enumerate(rows, 1)
    ]

    assert list(part_sides(rows, lambda _: iter(shown))) == [rows]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("a" * LONG, ""), ("wk ending 1/5/25", "wk ending "), ("wk: of 5", "wk: of "), (": 5", ""), ("5 wk 5", ""),
        ("a: b%", "a: "),
    ],
)  # fmt: skip
def test_the_words_before_a_day_end_at_their_last_blank_or_colon(cell, words):
    assert find_leading_words([cell, cell]) == words


@pytest.mark.parametrize(("words", "formats"), [("as of " * 10, ["as of " * 10 + "%Y-%m-%d"]), ("as of " * 1000, None)])
def test_words_before_days_are_part_of_their_format_up_to_a_hundred_characters(words, formats):
    found = fit_formats(Counter(f"{words}2024-01-{day}" for day in range(10, 31)), DAY_FORMATS)

    assert (found and found[1]) == formats


def test_the_sample_of_a_label_of_half_a_million_letters_is_looked_at():
    sample = look_at_sample("wide.csv", b"id,%b,day\n1,a,2\n2,b,3\n3,c,4\n" % (b"aB" * LONG))

    assert unfold_sample(sample) == (sample, None)


def test_places_end_before_words_and_line_breaks():
    assert count_places([f"1,50{'a' * LONG}\n\n"], Numbers(decimal=",")) == 2


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("*" * LONG + "x", None), ("* " * LONG + "x", "* " * (LONG - 1) + "*"), ("** , x", "**"), ("* ** ;", "* **"),
        ("- Sub-Total 5", "- Sub-Total"),
        ("*Summe", "*Summe"), ("*sums", None), ("**", "**"), ("* total x", "* total"),
    ],
)  # fmt: skip
def test_stars_and_words_for_sums_begin_totals(text, total):
    assert find_total(text) == total


def test_a_line_that_may_end_the_table_is_held_up_to_the_limit():
    blocks = iter([b"a\nb\n", *[b"c" * 1000] * 10])

    with pytest.raises(Refusal, match="a line is longer than the limit of 2500 bytes"):
        list(stop_behind_table(blocks, "Total", 2, Skipped(), 2500))
    assert len(list(blocks)) == 7


@pytest.mark.parametrize("name", ["k" * LONG, "[" * LONG, "a.b" + "'" * LONG])
def test_the_path_of_a_long_name_takes_little_more_memory_than_the_name(name):
    tracemalloc.start()
    try:
        levels = read_path(join("rows[]", name))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert levels[-1].names == (name,)
    assert peak < 20 * LONG
