"""Drafting: from a sample to a declaration that reads it, with a golden pair that holds as written."""

import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.dialects import Numbers
from conditioners.drafting.projects import GOLDEN, SOURCES
from conditioners.drafting.samples import NoDraft

DATA = Path(__file__).parents[3] / "shared" / "data"
WEEKS = [f"2025-01-{day:02}" for day in (6, 13, 20, 27)]
SALES = [(week, store, units) for week in WEEKS for store in ("007", "010") for units in (f"{len(week + store)}",)]


def columns_of(source):
    return {column.name: type(column).__name__ for column in source.columns}


def test_a_european_export_is_read_with_its_marks_dates_codes_and_totals(draft):
    rows = "".join(f"{week[8:]}.{week[5:7]}.{week[:4]};{store};1.2{units},50 €\r\n" for week, store, units in SALES)
    text = f"Bericht\r\n\r\nWoche ab;Filiale Nr.;Umsatz\r\n{rows}Summe;;9.999,00 €\r\n"
    written, source = draft("export.csv", text.encode("cp1252"))

    assert (written.summary.rows_in, written.summary.rows_out) == (8, 8)
    assert columns_of(source) == {"woche_ab": "Day", "filiale_nr": "Text", "umsatz": "Decimal"}
    (dialect,) = source.dialects
    assert dialect.numbers == Numbers(decimal=",", thousands=".", currency=("€",))
    assert (dialect.delimiters, dialect.encodings, dialect.days) == ((";",), ("cp1252",), ("%d.%m.%Y",))
    assert source.columns[0].weekday == 1
    assert source.columns[1].pattern == "[0-9]{3}", "leading zeros make a code"
    assert dialect.skip == ("Summe",)
    assert "the code page cp1252 is a guess" in written.remarks


def test_dates_that_can_be_read_either_way_are_told_and_never_settled_silently(draft):
    text = "day,units\n" + "".join(f"{day:02}/{month:02}/2025,1\n" for day in (1, 2) for month in (3, 4))
    written, source = draft("days.csv", text.encode())

    assert [remark for remark in written.remarks if "month/day and as day/month" in remark]
    assert "# Check: every date of 'day' can be read as" in written.module.read_text()
    assert columns_of(source)["day"] == "Day"


def test_a_mark_that_may_stand_for_thousands_or_decimals_is_told(draft):
    written, _ = draft("n.csv", b"store,units\na,1.234\nb,5.678\n")

    assert any("thousands or for decimals" in remark for remark in written.remarks)


def test_words_for_nothing_are_null_in_numbers_and_kept_in_texts(draft):
    written, source = draft("w.csv", b"region,units,day\nNA,5,2025-01-06\nEU,N/A,2025-01-07\nAS,7,-\n")

    assert source.dialects[0].sentinels == {"units": ("N/A",), "day": ("-",)}
    assert written.summary.columns["region"].nulls == 0
    assert [column.optional for column in source.columns] == [False, True, True]


def test_a_key_is_what_tells_all_rows_of_a_larger_sample_apart(draft):
    rows = [f"2025-01-{day:02},{store:03},{day % 3},same\n" for day in range(1, 11) for store in range(5)]
    _, source = draft("k.csv", ("day,store,units,note\n" + "".join(rows)).encode())

    assert source.key == ("day", "store")
    _, small = draft("k2.csv", ("day,store,units,note\n" + "".join(rows[:9])).encode(), "small")
    assert small.key == ()


def test_labels_that_stand_twice_or_are_empty_above_numbers_of_rows_are_left_out_and_told(draft):
    written, source = draft("t.csv", b"id,units,,units\n1,2,0,3\n2,3,1,4\n")

    assert list(columns_of(source)) == ["id"]
    assert len([remark for remark in written.remarks if "is not declared" in remark]) == 3


def test_labels_of_any_length_and_names_in_any_script_are_declared(draft):
    long = "sales of the " + "very " * 30 + "large stores"
    written, source = draft("l.csv", f"Größe (m²),数量,{long},2024\n1,2,3,4\n2,3,4,5\n".encode())

    assert list(columns_of(source))[:2] == ["grosse_m2", "column_2"]
    assert source.columns[3].name == "c_2024"
    assert source.columns[2].labels == (long,)
    assert written.summary.rows_out == 2


def test_a_file_of_one_column_is_declared_under_a_delimiter_that_it_does_not_have(draft):
    written, source = draft("one.csv", b"note\nred\ngreen\nblue\n")

    assert list(columns_of(source)) == ["note"]
    assert written.summary.rows_out == 3


def test_a_single_column_with_a_long_label_is_written_as_the_formatter_would(draft):
    written, _ = draft("one.txt", b"DXS-8050880508-DX-004010UCS-113-9254850000\nred\ngreen\n")

    assert written.summary.rows_out == 2


def test_a_file_without_a_header_row_is_declared_by_its_fields(draft):
    rows = "".join(f"{week},{store},{units}\n" for week, store, units in SALES)
    _, source = draft("bare.csv", rows.encode())

    assert source.dialects[0].fields == ("column_1", "column_2", "column_3")
    assert list(columns_of(source).values()) == ["Day", "Text", "Whole"]


def workbook():
    book, data = openpyxl.Workbook(), io.BytesIO()
    for title in ("North", "South"):
        sheet = book.create_sheet(title)
        for row in [["Report"], [], ["Week", "Store", "Units"], *SALES, ["Note: see below"]]:
            sheet.append(list(row))
    del book["Sheet"]
    book.save(data)
    return data.getvalue()


def parquet():
    data = io.BytesIO()
    pq.write_table(pa.table({"store": ["007", "010"], "units": [1, 2]}), data)
    return data.getvalue()


def archive():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        packed.writestr("a/1.csv", "store,units\n007,1\n")
        packed.writestr("b/2.csv", "store,units\n010,2\n")
    return data.getvalue()


XML = "<r>" + "".join(f'<s id="{store}"><u>{units}</u></s>' for _, store, units in SALES) + "</r>"
LINES = "\n".join(json.dumps({"store": store, "w": {"day": week, "units": int(units)}}) for week, store, units in SALES)
TREE = json.dumps({"shops": [{"id": s, "weeks": [{"day": w, "units": 1} for w in WEEKS]} for s in ("007", "010")]})
FIXED = "WEEKEND   STATE               CATEGORY            UNITS\n" + "".join(
    f"{week}{'New Hampshire' if store == '007' else 'Iowa':<20}{'Fats and oils':<20}{units:>5}\n"
    for week, store, units in SALES
)
FORMATS = {
    "book.xlsx": (workbook(), "Workbook", 16), "tree.json": (TREE.encode(), "JsonTree", 8),
    "lines.jsonl": (LINES.encode(), "JsonLines", 8),
    "columns.json": (b'{"d":{"a":["007","x"],"b":[1,2]}}', "JsonColumns", 2),
    "lists.json": (b'{"a":["007","x"],"b":[1,2]}', "JsonColumns", 2),
    "shops.xml": (XML.encode(), "XmlElements", 8), "sales.parquet": (parquet(), "Parquet", 2),
    "sales.txt": (FIXED.encode(), "FixedWidth", 8), "sales.zip": (archive(), "Delimited", 2),
    "page.xls": (b"<table><tr><td>store</td><td>units</td></tr><tr><td>007</td><td>1</td></tr></table>", "Workbook", 1),
}  # fmt: skip


@pytest.mark.parametrize("file_name", FORMATS)
def test_a_sample_of_each_format_is_read_to_the_last_row_by_what_is_drafted(draft, file_name):
    data, kind, rows = FORMATS[file_name]
    written, source = draft(file_name, data)

    assert type(source.dialects[0]).__name__ == kind
    assert (written.summary.rows_in, written.summary.rows_out) == (rows, rows)
    assert any("compare their places" in remark for remark in written.remarks) == (kind == "FixedWidth")


def test_sheets_with_the_same_labels_are_told_apart_by_a_column(draft):
    written, source = draft("book.xlsx", workbook())

    assert columns_of(source)["sheet"] == "Text"
    assert (written.summary.columns["sheet"].min, written.summary.columns["sheet"].max) == ("North", "South")


def test_a_large_text_is_cut_for_its_golden_pair_and_a_large_package_is_left_to_hand(draft):
    rows = "".join(f'{number},"a\nb"\n' for number in range(5000))
    written, _ = draft("large.csv", ("id,note\n" + rows).encode())
    assert written.golden.stat().st_size < 1000
    assert written.golden.with_name("large.csv.quarantine.csv").read_text().count("\n") == 1

    noise = [f"{number:x}" * 9 for number in range(30_000)]
    data = io.BytesIO()
    pq.write_table(pa.table({"store": noise}), data, compression="none")
    written, _ = draft("noise.parquet", data.getvalue(), "noise")
    assert written.golden is None
    assert "too large for a golden pair" in written.remarks[-1]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("Acme", b"a,b\n1,2\n", "is no name for a source"),
        ("../acme", b"a,b\n1,2\n", "is no name for a source"),
        ("", b"a,b\n1,2\n", "is no name for a source"),
        ("acme", b"", "it is empty; give a file"),
        ("acme", b"UNB+UNOA:2+S+R+240101:1200+42'UNH+1+SLSRPT:D'UNT+2+1'UNZ+1+42'", "declared by hand"),
        ("acme", b"STX=ANA:1+S+R+240101+REFS'MHD=1+ORDERS:9'OLD=1+2'MTR=3'END=1'", "read without a declaration only"),
        ("acme", b"\x00\x01\x02" * 100, "sample.dat cannot be read"),
        ("acme", b'[1, "x"]\n[2, "y"]\n[3, "z"]\n', "no dialect reads lines each of which is a list of cells"),
    ],
)
def test_a_sample_that_gives_no_declaration_is_told_why_and_nothing_is_written(draft, tmp_path, name, data, reason):
    with pytest.raises(NoDraft, match=reason):
        draft("sample.dat", data, name)
    assert not [*(tmp_path / SOURCES).iterdir(), *(tmp_path / GOLDEN).iterdir()]


def test_a_source_that_is_there_is_never_replaced(draft):
    written, _ = draft("a.csv", b"id,units\na,1\nb,2\n")
    before = written.module.read_bytes()

    with pytest.raises(NoDraft, match="a source acme already"):
        draft("b.csv", b"other,units\na,1\nb,2\n")
    assert written.module.read_bytes() == before

    written.module.unlink()
    with pytest.raises(NoDraft, match="or delete tests/conditioning/golden/acme first"):
        draft("b.csv", b"other,units\na,1\nb,2\n")


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")
@pytest.mark.parametrize(
    ("path", "rows", "kinds"),
    [
        ("variants/04_us_dates_thousands_quoted_preamble_footer.csv", 520, "Day Text Text Whole Whole Whole"),
        ("variants/12_x12_852.edi", 520, "Day Day Text Text Text Whole Whole Whole"),
        ("variants/13_zip_state_in_path.zip", 520, "Day Text Whole Whole Whole Text"),
        ("messy/pollock-sample/csv/file_header_multirow_2.csv", 83, None),
        ("variants/06_fixed_width.txt", 520, "Day Text Text Whole Whole Whole"),
        ("variants/09_nested.json", 520, "Text Text Day Whole Whole Whole"),
        ("messy/excel-readxl/deaths.xlsx", 20, "Text Text Whole Text Day Day Text"),
        ("stores/walmart_store_openings_1962_2006.csv", 2992, None),
        ("weather/us-weather-history/KCLT.csv", 365, None),
    ],
)
def test_odd_real_files_are_read_to_the_last_row_by_what_is_drafted(draft, path, rows, kinds):
    written, source = draft(Path(path).name, (DATA / path).read_bytes())

    assert (written.summary.rows_in, written.summary.rows_out) == (rows, rows)
    assert kinds is None or list(columns_of(source).values()) == kinds.split()
