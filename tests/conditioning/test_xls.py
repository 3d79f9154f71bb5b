"""What xls workbooks hold that their parser loses or takes for something else is read: old ones, charts, long texts."""

import struct

import pytest

from conditioners.columns import Text
from conditioners.dialects import Workbook
from conditioners.outcome import Refusal
from conditioners.readers.workbooks.containers import wrap
from tests.conditioning.workbook_files import read_shown
from tests.conditioning.workbook_records import TABLE, number, record, shown, texts, xls

CHART = record(0x0809, struct.pack("<HHHHII", 0x600, 0x20, 0, 0, 0, 6))
END = record(10, b"")


def label(row, text, kind=0x0204, behind=b""):
    return record(kind, struct.pack("<HHHHB", row, 0, 0, len(text), 0) + text.encode("latin-1") + behind)


def formula_text(row, text, cuts, flags):
    """A formula that gives a text, which goes on in further records where it is cut."""
    head = record(0x06, struct.pack("<HHH", row, 0, 0) + bytes([0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) + bytes(8))
    codes = ["utf-16-le" if flag else "latin-1" for flag in flags]
    parts = [text[begin:end] for begin, end in zip((0, *cuts), (*cuts, len(text)), strict=True)]
    first, *others = [bytes([flag]) + part.encode(code) for flag, part, code in zip(flags, parts, codes, strict=True)]
    return head + record(0x0207, struct.pack("<H", len(text)) + first) + b"".join(record(0x3C, it) for it in others)


def test_cells_of_a_chart_within_a_sheet_are_none_of_the_sheet():
    chart = record(0x5D, bytes(20)) + CHART + record(0x0203, struct.pack("<HHHd", 0, 0, 0, 99)) + END
    merged = record(0xE5, struct.pack("<HHHHH", 1, 1, 2, 0, 0))

    assert read_shown(xls(number(0, 0) + label(1, "a") + number(2, 1) + chart + merged)) == ["1.5", "a", "a"]


@pytest.mark.parametrize("sheet", [TABLE + CHART, TABLE])
def test_a_sheet_or_a_chart_without_an_end_is_refused(sheet):
    whole = bytearray(xls(sheet + record(0x1002, bytes(5000))))
    at = whole.rindex(END)
    whole[at : at + 2] = b"\xff\xff"
    with pytest.raises(Refusal, match="a sheet, or a chart within it, does not end"):
        read_shown(bytes(whole))


@pytest.mark.parametrize("cut", [1, 4096, 9000])
def test_an_xls_that_is_cut_off_is_refused_however_much_of_it_is_there(cut):
    whole = xls(TABLE + label(3, "a" * 200) * 40)
    with pytest.raises(Refusal, match="the file is damaged or cut off"):
        read_shown(whole[: len(whole.rstrip(b"\0")) - cut])


def test_a_text_with_fonts_in_it_is_a_text():
    assert read_shown(xls(label(0, "a") + label(1, "bold", 0xD6, struct.pack("<HHH", 1, 2, 5)))) == ["a", "bold"]


@pytest.mark.parametrize(("cuts", "flags"), [((), (1,)), ((3,), (0, 0)), ((3,), (0, 1)), ((3, 5), (1, 0, 1))])
def test_a_text_of_a_formula_is_read_to_its_end_however_wide_its_parts_are(cuts, flags):
    text = "x" * 7 + ("Ω" if flags[-1] else "é")

    assert read_shown(xls(label(0, "a") + formula_text(1, text, cuts, flags))) == ["a", text]


def test_a_text_of_a_formula_that_is_longer_than_a_record_is_refused():
    with pytest.raises(Refusal, match="a formula gives a text longer than a record"):
        read_shown(xls(formula_text(0, "x" * 33_000, (30_000,), (0, 0))))


PAGES = {1252: "Müller", 1251: "Юг", 932: "東京", 10000: "Ünal", 437: "Müller", 367: "plain", 32769: "Müller"}
CODECS = {1252: "cp1252", 1251: "cp1251", 932: "cp932", 10000: "mac_roman", 437: "cp437", 367: "ascii", 32769: "cp1252"}


def old_xls(sheet, name=b"old", page=None, codes=()):
    """A workbook as Excel 95 writes it: texts are in a code page, and do not say how wide they are."""
    begin = record(0x0809, struct.pack("<HHHH", 0x500, 5, 0, 0))
    before = record(0x42, struct.pack("<H", page)) if page else b""
    before += b"".join(record(0x041E, struct.pack("<HB", at, len(code)) + code) for at, code in enumerate(codes, 164))
    before += b"".join(record(0xE0, struct.pack("<HH", 0, at).ljust(16, b"\0")) for at in range(164, 164 + len(codes)))
    size = len(begin) + len(before) + 11 + len(name) + 4
    named = record(0x85, struct.pack("<IBBB", size, 0, 0, len(name)) + name)
    return wrap("Book", bytearray(begin + before + named + END + begin + sheet + END))


def old_label(row, text, kind=0x0204, behind=b""):
    return record(kind, struct.pack("<HHHH", row, 0, 0, len(text)) + text + behind)


@pytest.mark.parametrize("page", PAGES)
def test_texts_of_an_old_xls_are_in_the_code_page_that_it_names(page):
    text = PAGES[page].encode(CODECS[page])
    formula = record(0x06, struct.pack("<HHH", 2, 0, 0) + bytes([0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) + bytes(8))
    cells = old_label(0, text) + old_label(1, text, 0xD6, b"\1\0\5")
    formula_cell = formula + record(0x0207, struct.pack("<H", len(text)) + text)

    assert read_shown(old_xls(cells + formula_cell, text, page)) == [PAGES[page]] * 3


@pytest.mark.parametrize(
    ("page", "name", "evidence"),
    [
        (None, "cp1252", "the workbook does not say; this is the default"),
        (1252, "cp1252", "the code page that the workbook names"),
    ],
)
def test_the_encoding_of_an_old_xls_is_told_and_without_a_code_page_it_is_that_of_windows(
    make_source, run, page, name, evidence
):
    source = make_source(columns=(Text("name"),), key=(), dialects=(Workbook(name="w"),))
    result = run(source, old_xls(old_label(0, b"name") + old_label(1, b"M\xfcller"), page=page))

    assert result.rows == ["Müller"]
    assert result.summary.encoding == {"name": name, "evidence": evidence}


def test_a_module_of_a_program_in_an_old_xls_may_begin_nowhere():
    module = record(0x85, struct.pack("<IBBB", 0xFFFFFFFF, 0, 6, 3) + b"Vba")
    begin, page = record(0x0809, struct.pack("<HHHH", 0x500, 5, 0, 0)), record(0x42, struct.pack("<H", 1252))
    sheet = record(0x85, struct.pack("<IBBB", len(begin + page) + 14 + 14 + 4, 0, 0, 3) + b"old")

    stream = begin + page + sheet + module + END + begin + old_label(0, b"a") + END
    assert read_shown(wrap("Book", bytearray(stream))) == ["a"]


def test_a_cell_of_an_xls_that_shows_a_text_that_is_not_there_is_refused():
    with pytest.raises(Refusal, match="a cell shows a text that is not there"):
        read_shown(xls(shown(0, 0) + record(0xFD, struct.pack("<HHHI", 1, 0, 0, 1)), texts(b"only")))


def test_two_sheets_of_one_name_are_refused():
    second = record(0x85, struct.pack("<IBBBB", 0, 0, 0, 5, 0) + b"00000")
    with pytest.raises(Refusal, match="two sheets of the workbook have the same name"):
        read_shown(xls(TABLE, second))


def test_numbers_of_an_old_xls_are_shown_by_its_formats():
    codes = (b"dd.mm.yyyy", b"0.00", b"00000")
    cells = (45351.0, 45351.0, 501.0)
    numbers = b"".join(record(0x0203, struct.pack("<HHHd", at, 0, at, cell)) for at, cell in enumerate(cells))

    assert read_shown(old_xls(numbers, codes=codes)) == ["2024-02-29", "45351", "00501"]


@pytest.mark.parametrize(
    ("page", "text", "reason"),
    [
        (1234, b"a", "the workbook is in the code page 1234, which is not known"),
        (1252, b"a\x81", "the workbook is said to be in cp1252, which does not have all bytes of a text"),
    ],
)
def test_an_old_xls_whose_texts_cannot_be_read_is_refused(page, text, reason):
    with pytest.raises(Refusal) as raised:
        read_shown(old_xls(old_label(0, text), page=page))

    assert raised.value.reason == reason
