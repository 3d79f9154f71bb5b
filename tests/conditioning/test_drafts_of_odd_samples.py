"""Samples that are damaged or hold what hardly a file does: drafted all the same, or refused in words."""

import ast
import io
import zipfile

import openpyxl
import pytest

from conditioners.drafting.samples import NoDraft
from conditioners.drafting.text import show_string

GUIDE = [("field", "meaning"), ("store", "where it was sold")]
SALES = [("store", "day", "units"), *((f"{n:03}", f"2024-01-{n:02}", n * 3) for n in range(1, 13))]


def book_of(**sheets):
    book, packed = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(packed)
    return packed.getvalue()


def pack(**members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name.replace("_", ".")), data)
    return packed.getvalue()


@pytest.mark.parametrize("others", [{}, {"readme_txt": b"a,b\n1,2\n"}], ids=["alone", "beside a text"])
def test_of_a_packed_workbook_the_sheet_with_the_most_rows_is_drafted_from(draft, others):
    written, source = draft("week.zip", pack(sales_xlsx=book_of(Guide=GUIDE, Sales=SALES), **others))

    assert [column.name for column in source.columns] == ["store", "day", "units"]
    assert written.summary.rows_out == 12
    assert "the sample has a further table with other labels, not declared here" in written.remarks


def test_of_packed_documents_that_share_their_second_tables_the_first_is_drafted_from(draft):
    """No member can be left out for the table with the most rows, and no path leads to it alone."""
    shared = b",".join([b'{"c":"x","d":1}'] * 3)
    documents = [
        b'{"first":[%s],"second":[%s]}' % (b",".join(b'{"%s":"%d","n":2}' % (name, at) for at in range(4)), shared)
        for name in (b"one", b"two")
    ]

    written, source = draft("week.zip", pack(one_json=documents[0], two_json=documents[1]))

    assert (source.names, source.members) == (("one", "n"), ("**/one.json",))
    assert written.summary.rows_in == 4


@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029", "\x7f", "\x1c"], ids=ascii)
def test_labels_that_hold_marks_of_other_line_ends_are_declared(draft, mark):
    written, source = draft("week.csv", f"store,all{mark}units\n001,5\n002,6\n003,7\n".encode())

    assert written.summary.rows_out == 3
    assert [name for name in source.names if name.startswith("all")]


@pytest.mark.parametrize(
    "text", ["a\x85b", "\u2028", "\x00\t", "\xa0\\", "\"\x7f'", "\ud800", "\U0001f600\n"], ids=ascii
)
def test_what_is_not_seen_is_written_as_an_escape(text):
    shown = show_string(text)

    assert ast.literal_eval(shown) == text
    assert shown.isprintable()


def test_a_column_whose_cells_hold_every_delimiter_has_no_draft(draft):
    with pytest.raises(NoDraft, match="every delimiter"):
        draft("week.txt", "\n".join(["Note", *["plain"] * 9, "a,;\t|\x1f", "b"]).encode())


def test_a_sample_whose_rows_have_no_column_that_can_be_declared_has_no_draft(draft):
    with pytest.raises(NoDraft, match="no column"):
        draft("manifest.xml", b"<manifest/>")


WHOLE = pack(note_txt=b"nothing" * 9)


@pytest.mark.parametrize("damaged", [WHOLE[:-22], WHOLE[:50] + WHOLE[80:]], ids=["cut off", "cut within"])
def test_an_archive_with_a_damaged_member_that_has_no_rows_is_drafted_from(draft, damaged):
    written, _ = draft("week.zip", pack(inner_zip=damaged, sales_csv=b"store,units\n001,5\n002,6\n"))

    assert written.summary.rows_out == 2
    assert written.golden is not None


@pytest.mark.parametrize("damaged", [WHOLE[:-22], WHOLE[:50] + WHOLE[80:]], ids=["cut off", "cut within"])
def test_a_workbook_beside_a_damaged_archive_is_drafted_from(draft, damaged):
    written, _ = draft("week.zip", pack(inner_zip=damaged, sales_xlsx=book_of(Sales=SALES)))

    assert written.summary.rows_out == 12


def test_beside_what_is_no_document_a_packed_one_is_drafted_from(draft):
    document = b'[{"store":"001","units":1},{"store":"002","units":1}]'

    written, source = draft("week.zip", pack(about_json=b'{"note": no}', sales_json=document))

    assert (source.names, source.members) == (("store", "units"), ("**/sales.json",))
    assert written.summary.rows_out == 2
