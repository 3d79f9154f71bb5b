"""Workbooks that would cost the parser gigabytes, minutes or the process are refused before it sees them."""

import io
import struct
import zipfile

import pytest

from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.limits import DEFAULT
from conditioners.readers.workbooks.workbook import load_sheets
from tests.conditioning.hostile_files import cell, ods, pack, workbook
from tests.conditioning.workbook_records import (
    LINES,
    NUMBER,
    TABLE,
    formula,
    line,
    number,
    record,
    shown,
    small,
    texts,
    wide,
    xls,
    xlsb,
)

SPARSE = "a sheet spans more than 8000000 cells, most of them empty"
ROOM = "the cells of the workbook would take more than 320 MiB of memory"
NESTED = "the workbook cannot be read: a tag begins within another one"
FAR = cell(1, "A") + cell(1048576, "XFD")
GOOD = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>1</v></c></row>' for n in (1, 2))


ADD_SPACES = b"\x1e\x01\0" + b"\x19\x40\0\xff" * 2000
"""A formula of 8 KB; each token puts 255 blanks before a text that is half a megabyte in the end."""


def test_an_xls_workbook_is_read(condition):
    (told,) = condition({"a.xls": xls(TABLE)}, declared=False)

    assert told["rows_in"] == 3


XLS = {
    "far.xls": (xls(number(0, 0) + number(65535, 255)), SPARSE),
    "formulas.xls": (xls(TABLE + formula(0, 0, b"") + formula(65535, 255, b"")), SPARSE),
    "repeated.xls": (xls(number(0, 0) + number(60000, 99), named=20), ROOM),
    "sheets.xls": (xls(TABLE, named=2000), "the workbook has more than 1000 sheets"),
    "text.xls": (xls(b"".join(shown(n // 99, n % 99) for n in range(20_000)), texts(b"x" * 30_000)), ROOM),
    "untold.xls": (
        xls(b"".join(shown(n // 99, n % 99) for n in range(20_000)), texts(b"x" * 30_000, told=0)),
        ROOM,
    ),
    "cut_text.xls": (
        xls(TABLE, record(0xFC, struct.pack("<IIHB", 1, 1, 9, 0) + b"x")),
        "the workbook cannot be read: a text that cells share is cut off",
    ),
    "texts.xls": (
        xls(TABLE, texts(b"x", 2**31 - 1)),
        "the workbook cannot be read: it tells of more texts than it has",
    ),
    "pieces.xls": (
        xls(TABLE, texts(b"x" * 4) + record(0x3C, b"") * 20_000),
        "the texts that cells share go on over more than 16384 records",
    ),
    "claim.xls": (
        xls(record(0x0200, struct.pack("<IIHHH", 5, 2, 0, 200, 0)) + TABLE),
        "the workbook cannot be read: a sheet claims more cells than there can be",
    ),
    "long_claim.xls": (
        xls(record(0x0200, struct.pack("<IIII", 0x02005D00, 0xB2000000, 0x01000100, 0)) + TABLE),
        "the workbook cannot be read: the record of a sheet's size is too short or too long",
    ),
    "merged.xls": (
        xls(TABLE + record(0xE5, b"\xff\0")),
        "the workbook cannot be read: it tells of more merged cells than it has",
    ),
    "cut.xls": (
        xls(TABLE + struct.pack("<HH", 0x0203, 9000)),
        "the workbook cannot be read: a record runs over its end",
    ),
    "password.xls": (xls(TABLE, record(0x2F, b"\0\0\1\2\3\4")), "the workbook is protected by a password"),
    "package.xls": (
        xls(record(0x0203, b"") + record(10, b"") + workbook(FAR)),
        "the workbook cannot be read: Cannot detect file format",
    ),
}


def test_a_sheet_that_claims_rows_without_columns_is_read_by_its_cells(condition):
    claims = [(131073, 0x999A000F, 0x9999, 0x9999), (7, 7, 3, 60000), (0, 0, 0, 0)]
    files = {
        f"{n}.xls": xls(TABLE + record(0x0200, struct.pack("<IIHHH", *claim, 0))) for n, claim in enumerate(claims)
    }

    assert [told["rows_in"] for told in condition(files, declared=False)] == [3, 3, 3]


def test_a_hostile_xls_workbook_is_refused(refuse):
    reasons = refuse({name: data for name, (data, _) in XLS.items()}, declared=False)

    assert dict(zip(XLS, reasons, strict=True)) == {name: reason for name, (_, reason) in XLS.items()}


def test_formulas_of_an_xls_workbook_are_not_written_out(condition):
    (told,) = condition(
        {"spaces.xls": xls(TABLE + b"".join(formula(3, n, ADD_SPACES) for n in range(60)))}, declared=False
    )

    assert told["rows_in"] == 4


REPEATED = b"".join(line(n, *range(100), kind=7, value=bytes(4)) for n in range(200))
XLSB = {
    "far.xlsb": (xlsb(line(0, 0) + line(1048575, 16383)), SPARSE),
    "column.xlsb": (xlsb(line(0, 0) + line(1, 2**32 - 1)), SPARSE),
    "wide.xlsb": (
        xlsb(line(0, 0) + line(1, 3_999_998)),
        "a sheet has a cell in column 3999999, and no sheet has so many",
    ),
    "elsewhere.xlsb": (
        xlsb(line(0, 0) + line(1048575, 16383), "worksheets/_rels/a.bin"),
        "a sheet of the workbook is said to be where no sheet can be",
    ),
    "twice.xlsb": (xlsb(LINES, named=2), "several sheets of the workbook are one and the same part"),
    "text.xlsb": (xlsb(REPEATED, text="x" * 32_000), ROOM),
    "cut.xlsb": (xlsb(LINES + b"\x05\x7f"), "the workbook cannot be read: a record runs over its part's end"),
    "short_row.xlsb": (
        xlsb(LINES + small(0, b"\x05") + small(5, struct.pack("<II", 3, 0) + NUMBER)),
        "the workbook cannot be read: a record of kind 0 is cut off",
    ),
    "short_cell.xlsb": (
        xlsb(LINES + small(5, bytes(8))),
        "the workbook cannot be read: a record of kind 5 is cut off",
    ),
    "long_text.xlsb": (
        xlsb(LINES + line(9, 0, kind=6, value=struct.pack("<I", 500) + b"x\0")),
        "the workbook cannot be read: a record of kind 6 is cut off",
    ),
    "lost_text.xlsb": (
        xlsb(LINES, texts=small(0x13, b"\0" + wide("x" * 9)) + small(0x13, b"")),
        "the workbook cannot be read: a record of kind 19 is cut off",
    ),
    "lie.xlsb": (xlsb(LINES + b"\x05\xff\xff\xff\x7f"), "the workbook has a record longer than 1048576 bytes"),
    "cut_sheet.xlsb": (
        xlsb(LINES, names=small(0x9C, struct.pack("<III", 0, 9, 9) + b"r")),
        "the workbook cannot be read: the record of a sheet is cut off",
    ),
    "no_sheet.xlsb": (
        xlsb(LINES, names=small(0x9C, struct.pack("<II", 0, 9) + wide("r9") + wide("S9"))),
        "the workbook cannot be read: it names a sheet that it does not have",
    ),
    "no_way.xlsb": (
        xlsb(LINES, names=small(0x9C, struct.pack("<II", 0, 9) + wide("") + wide("S9"))),
        "the workbook cannot be read: it names a sheet that it does not have",
    ),
    "epoch.xlsb": (
        xlsb(LINES, book=small(0x99, b"")),
        "the workbook cannot be read: a record of kind 153 is cut off",
    ),
    "formats.xlsb": (
        xlsb(LINES, styles=small(0x267, b"")),
        "the workbook cannot be read: a record of kind 615 is cut off",
    ),
    "styles.xlsb": (
        xlsb(LINES, styles=small(0x269, struct.pack("<I", 1)) + small(0x2F, b"\0\0")),
        "the workbook cannot be read: a record of kind 47 is cut off",
    ),
    "no_target.xlsb": (
        xlsb(LINES, 'worksheets/a"b".bin'),
        "the workbook cannot be read: it names a sheet that it does not have",
    ),
    "no_text.xlsb": (
        xlsb(LINES + line(9, 0, kind=7, value=struct.pack("<I", 1))),
        "the workbook cannot be read: a cell shows a text that is not there",
    ),
    "no_count.xlsb": (
        xlsb(LINES, begin_texts=b""),
        "the workbook cannot be read: a record of kind 159 is cut off",
    ),
    "name.xlsb": (
        xlsb(
            LINES, names=small(0x27, bytes(9) + wide("n") + struct.pack("<I", 50_003) + b"\x1e\1\0" + b"\x12" * 50_000)
        ),
        "the workbook has a defined name longer than 32768 bytes",
    ),
}


def test_an_xlsb_workbook_is_read(condition):
    (told,) = condition({"a.xlsb": xlsb(LINES)}, declared=False)

    assert told["rows_in"] == 3


def test_a_hostile_xlsb_workbook_is_refused(refuse):
    reasons = refuse({name: data for name, (data, _) in XLSB.items()}, declared=False)

    assert dict(zip(XLSB, reasons, strict=True)) == {name: reason for name, (_, reason) in XLSB.items()}


def unpack(data):
    """The members of a package by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


SHARED_TEXT = "<sst><si><t>" + "x" * 32_000 + "</t></si></sst>"
SHOWN = "".join(
    f'<row r="{n}">' + "".join(f'<c r="{c}{n}" t="s"><v>0</v></c>' for c in "ABCDEFGHIJ") + "</row>"
    for n in range(1, 2001)
)
XLSX = {
    "digits.xlsx": (workbook(cell(1, "A") + cell(10_000_000, "ZZZ")), SPARSE),
    "beyond.xlsx": (
        workbook(cell(1, "A") + cell(2, "AAAA")),
        "a sheet has a cell in column 18279, and no sheet has so many",
    ),
    "row.xlsx": (workbook(cell(1, "A") + '<row r="4000000000"><c><v>1</v></c></row>'), SPARSE),
    "quoted.xlsx": (workbook(cell(1, "A") + '<row r="9"><c z=">" r="ZZ900000"><v>1</v></c></row>'), SPARSE),
    "prefixed.xlsx": (workbook(FAR.replace("<", "<x:").replace("<x:/", "</x:")), SPARSE),
    "nested.xlsx": (workbook('<row r="4000000000"><c <c r="A1"><v>1</v></c></row>'), NESTED),
    "text.xlsx": (workbook(SHOWN, **{"xl/sharedStrings.xml": SHARED_TEXT}), ROOM),
    "wide.xlsx": (
        workbook(GOOD, **{"xl/other.xml": "<a/>".encode("utf-16")}),
        "a part of the workbook is not written in UTF-8",
    ),
    "long.xlsx": (
        workbook(f'<row r="1"><c r="A1" t="str"><v>{"x" * 3_000_000}</v></c></row>'),
        "the workbook has a tag or text longer than 1048576 bytes",
    ),
}


def test_a_hostile_xlsx_workbook_is_refused(refuse):
    reasons = refuse({name: data for name, (data, _) in XLSX.items()}, declared=False)

    assert dict(zip(XLSX, reasons, strict=True)) == {name: reason for name, (_, reason) in XLSX.items()}


@pytest.mark.parametrize("part", ["xl/evil.xml", "other/evil.dat"])
def test_a_sheet_is_measured_under_whatever_name_it_has(refuse, part):
    relations, members = "xl/_rels/workbook.xml.rels", unpack(workbook(FAR))
    members[relations] = members[relations].replace(b"worksheets/sheet1.xml", f"/{part}".encode())
    members[part] = members.pop("xl/worksheets/sheet1.xml")

    assert refuse({"named.xlsx": pack(members.items())}, declared=False) == [SPARSE]


def test_a_workbook_that_names_one_sheet_many_times_is_refused(refuse):
    members = unpack(workbook(GOOD))
    book = members["xl/workbook.xml"]
    sheet = book[book.index(b"<sheet ") : book.index(b"</sheets>")]
    twice, often = (
        pack({**members, "xl/workbook.xml": book.replace(sheet, sheet * count)}.items()) for count in (2, 2000)
    )

    assert refuse({"twice.xlsx": twice, "often.xlsx": often}, declared=False) == [
        "several sheets of the workbook are one and the same part", "the workbook has more than 1000 sheets",
    ]  # fmt: skip


def test_styled_but_empty_cells_and_rows_far_away_take_no_room(condition):
    end = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    (told,) = condition({"styled.xlsx": workbook(GOOD + end)}, declared=False)

    assert told["rows_in"] == 2


def test_an_ods_row_or_text_that_repeats_is_reckoned_as_often_as_it_does(refuse):
    rows = ods('table:number-rows-repeated="100000"', 'table:number-columns-repeated="40"')

    assert refuse({"rows.ods": rows}, declared=False) == [ROOM]


def test_a_sheet_whose_name_would_stand_before_the_place_of_each_rejected_row_for_megabytes_is_refused(refuse):
    name = "n" * 60_000
    members = unpack(workbook(GOOD))
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(b'name="S"', f'name="{name}"'.encode())
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    table = f'<ss:Worksheet ss:Name="{name}"><ss:Table><ss:Row/></ss:Table></ss:Worksheet>'
    older = f'<?xml version="1.0"?><ss:Workbook xmlns:ss="{space}">{table}</ss:Workbook>'

    assert (
        refuse({"named.xlsx": pack(members.items()), "named.xml": older.encode()}, declared=False)
        == ["the name of a sheet is longer than the limit of 512 characters"] * 2
    )


def test_a_page_of_ods_that_says_it_is_a_million_rows_is_refused_and_one_of_a_thousand_read(refuse, condition):
    million, thousand = (ods(f'table:number-rows-repeated="{count}"', "") for count in (1_000_000, 1000))

    assert refuse({"million.ods": million}, declared=False) == [
        "more than 100000 rows of the workbook repeat few others"
    ]
    assert condition({"thousand.ods": thousand}, declared=False)[0]["rows_in"] == 1000


def test_empty_cells_of_an_ods_are_reckoned_as_the_parser_holds_them_twice_over(refuse, condition):
    many, some = (
        ods(f'table:number-rows-repeated="{count}"', 'table:number-columns-repeated="100"')
        for count in (30_000, 10_000)
    )
    blank = '<table:table-cell table:number-columns-repeated="999"/><table:table-cell office:value-type="string" '

    def sparse(rows):
        members = unpack(ods(f'table:number-rows-repeated="{rows}"'))
        content = members["content.xml"].replace(b'<table:table-cell office:value-type="string" ', blank.encode())
        return pack({**members, "content.xml": content}.items())

    assert refuse({"many.ods": many, "sparse.ods": sparse(5000)}, declared=False) == [ROOM] * 2
    told = condition({"some.ods": some, "sparse.ods": sparse(2000)}, declared=False)
    assert [each["rows_in"] for each in told] == [10_000, 2000]


def test_blanks_that_an_ods_says_are_thousands_of_millions_are_reckoned_as_that_many(refuse, condition):
    def with_blanks(count):
        members = unpack(ods())
        blanks = f'<text:p>x<text:s text:c="{count}"/>'.encode()
        return pack({**members, "content.xml": members["content.xml"].replace(b"<text:p>x", blanks)}.items())

    assert refuse({"blanks.ods": with_blanks(2_000_000_000)}, declared=False) == [ROOM]
    assert condition({"few.ods": with_blanks(3)}, declared=False)[0]["status"] == "conditioned"


def test_a_cell_of_ods_that_stands_in_no_row_refuses_the_workbook_with_its_place(refuse):
    stray = b'<table:table-cell table:number-rows-spanned="2"/>'
    members = unpack(ods())
    content, row = members["content.xml"], b"<table:table-row >"
    before = content.replace(row, stray + row)
    behind = content.replace(b"</table:table-row>", b"</table:table-row>" + stray)
    empty = content.replace(row, b"<table:table-row/>" + stray + row)
    files = {
        f"{name}.ods": pack({**members, "content.xml": made}.items())
        for name, made in {"before": before, "behind": behind, "empty": empty}.items()
    }

    assert refuse(files, declared=False) == [
        f"the workbook cannot be read: a cell behind row {row} stands in no row" for row in (0, 1, 1)
    ]


def test_a_sheet_that_leads_outside_of_its_workbook_is_refused_by_name(refuse):
    members = unpack(workbook(cell(1, "A")))
    relations = "xl/_rels/workbook.xml.rels"
    members[relations] = members[relations].replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")

    assert refuse({"outside.xlsx": pack(list(members.items()))}, declared=False) == [
        "the workbook has no part in which its sheet 'S' would be"
    ]


def test_a_workbook_that_tells_of_billions_of_texts_is_refused_before_room_is_made_for_them(refuse):
    texts = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="1" uniqueCount="4294967296"/>'
    )

    book = pack([("xl/workbook.xml", "<workbook/>"), ("xl/sharedStrings.xml", texts)])

    assert refuse({"told.xlsx": book}, declared=False) == ["the workbook tells of more than 20000000 texts"]


def test_a_number_that_many_cells_have_is_shown_by_one_text():
    sheet = b"".join(line(row, *range(10)) for row in range(100))
    book = xlsb(sheet)
    with OpenedRaw(RawInput("book", lambda: io.BytesIO(book), len(book)), DEFAULT) as opened:
        (loaded,) = load_sheets(opened, DEFAULT).sheets
        cells = [cell for cells in loaded.rows() for cell in cells]

    assert len(cells) == 1000
    assert set(cells) == {"1.5"}
    assert len(set(map(id, cells))) == 1
