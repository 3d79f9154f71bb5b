"""Drafted forms: what stands around a table - archives, trees, messages, columns of weeks - is declared as well."""

import io
import json
import zipfile
from datetime import datetime, timedelta

import openpyxl
import pytest

from conditioners.dialects import ProductActivity, Wide
from conditioners.drafting import widening
from tests.conditioning.workbook_files import xlsx_of

WEEKS = ("2025-W01", "2025-W02", "2025-W03", "2025-W04")


def archive(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for name, text in members.items():
            packed.writestr(name.replace("__", "/").replace("_csv", ".csv").replace("_txt", ".txt"), text)
    return data.getvalue()


TABLE = "store,units\n007,1\n010,2\n"
README = "This is the data,\nplease enjoy it\n"


def test_archives_in_an_archive_are_opened(draft):
    for number, (outer, patterns) in enumerate([({}, ("**",)), ({"README_txt": README}, ("**/*.csv", "**/*.zip"))]):
        inner = archive(sales_csv=TABLE)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as members:
            members.writestr("week.zip", inner)
            for name, text in outer.items():
                members.writestr(name.replace("_txt", ".txt"), text)

        written, source = draft("w.zip", packed.getvalue(), f"source_{number}")

        assert written.summary.rows_out == 2
        assert set(source.members) == {*patterns}


def test_workbooks_in_an_archive_are_its_members_and_not_their_sheets(draft):
    book = xlsx_of(("State report",), ("store", "units"), ("007", 1), ("010", 2))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as members:
        for name in ("2024/CA/weekly.xlsx", "2024/NY/weekly.xlsx"):
            members.writestr(name, book)

    written, source = draft("w.zip", packed.getvalue())

    assert source.members == ("**",)
    assert source.names == ("store", "units", "folder")
    assert (written.summary.rows_out, written.summary.columns["folder"].min) == (4, "CA")


@pytest.mark.parametrize(
    ("members", "apart", "smallest"),
    [
        ({"ohio__sales_csv": TABLE, "texas__sales_csv": TABLE}, {"folder": "@folder"}, {"folder": "ohio"}),
        ({"2025__ohio_csv": TABLE, "2025__texas_csv": TABLE}, {"file": "@file"}, {"file": "ohio"}),
        (
            {"a__x_csv": TABLE, "a__y_csv": TABLE, "b__x_csv": TABLE}, {"folder": "@folder", "file": "@file"},
            {"folder": "a", "file": "x"},
        ),
        ({"sales_csv": TABLE}, {}, {}),
    ],
)  # fmt: skip
def test_what_tells_the_members_of_an_archive_apart_is_a_column(draft, members, apart, smallest):
    written, source = draft("sales.zip", archive(**members, README_txt=README))

    assert source.name == "acme"
    assert {column.name: column.labels[0] for column in source.columns if column.labels} == apart
    assert {name: written.summary.columns[name].min for name in apart} == smallest
    assert written.summary.rows_out == 2 * len(members)


def test_members_of_an_archive_without_the_table_are_left_out_and_told(draft):
    written, source = draft("sales.zip", archive(README_txt=README, ohio_csv=TABLE, texas_csv=TABLE))

    assert source.members == ("**/*.csv",)
    assert "of the archive only **/*.csv is read; left out are README.txt" in written.remarks


def test_values_of_the_elements_around_an_xml_record_are_columns(draft):
    weeks = "".join(f'<s:week start="2025-01-{day:02}"><units>{day}</units></s:week>' for day in (6, 13, 20))
    shops = "".join(f'<s:shop id="{shop}"><name>Shop {shop}</name>{weeks}</s:shop>' for shop in ("007", "010"))
    written, source = draft("r.xml", f'<s:r xmlns:s="urn:a" made="2025-02-01">{shops}</s:r>'.encode())

    assert dict(source.dialects[0].labels) == {
        "made": "r/@made", "shop_id": "r/shop/@id", "shop_name": "r/shop/name", "start": "r/shop/week/@start",
        "units": "r/shop/week/units",
    }  # fmt: skip
    assert (written.summary.rows_out, written.summary.columns["shop_id"].max) == (6, "010")


def test_lists_within_the_records_of_a_json_document_are_text(draft):
    shops = [{"id": f"00{number}", "tags": [{"name": "a"}, {"name": "b"}], "kinds": [{"no": 1}]} for number in range(5)]
    written, source = draft("s.json", json.dumps(shops).encode())

    assert (source.dialects[0].records, written.summary.rows_out) == ("[]", 5)
    assert source.dialects[0].labels["tags"] == "[].tags"


def interchange(*segments, kind="852"):
    isa = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240101*1200*U*00401*000000001*0*P*>"
    body = [f"ST*{kind}*0001", *segments]
    whole = [isa, "GS*PD*S*R*20240101*1200*1*X*004010", *body, f"SE*{len(body) + 1}*0001", "GE*1*1", "IEA*1*000000001"]
    return ("~\n".join(whole) + "~\n").encode()


def test_product_activity_is_declared_by_the_values_that_its_messages_have(draft):
    segments = ("N1*SU*Acme*92*0042", "LIN**VN*000123", "ZA*QS", "SDQ*EA*92*007*5*010*7")
    written, source = draft("a.edi", interchange("XQ*H*20240101*20240107", *segments))

    (dialect,) = source.dialects
    assert isinstance(dialect, ProductActivity)
    assert set(dialect.labels.values()) == {"XQ02", "XQ03", "N1.SU", "LIN.VN", "SDQ", "ZA.QS"}
    assert (written.summary.rows_out, written.summary.columns["sdq"].min) == (2, "007")


def test_a_resale_report_and_a_sales_report_are_declared_by_their_loops(draft):
    x12 = interchange(
        "BPT*00*R1*20240108*02", "DTM*090*20240101", "PTD*SS", "N1*ST*Main St*92*007", "QTY*32*5*EA", "LIN**VN*000123",
        kind="867",
    )  # fmt: skip
    written, source = draft("b.edi", x12)
    assert (source.dialects[0].message, source.dialects[0].loops) == ("867", ("PTD", "QTY"))
    assert written.summary.columns["qty_32"].max == "5"

    text = (
        "UNB+UNOA:2+S+R+240101:1200+42'UNH+1+SLSRPT:D:96A:UN'DTM+356:20240101:102'LOC+162+007::92'"
        "LIN+1++4000000000017:EN'QTY+153:5:PCE'UNT+6+1'UNZ+1+42'"
    )
    written, source = draft("c.edi", text.encode(), "other")
    assert source.dialects[0].loops == ("LOC", "LIN")
    assert (written.summary.columns["loc_162"].max, written.summary.columns["lin_en"].max) == ("007", "4000000000017")


def test_codes_in_messages_are_text_though_none_in_the_sample_begins_with_zero(draft):
    text = (
        "UNB+UNOA:2+S+R+240101:1200+42'UNH+1+SLSRPT:D:96A:UN'DTM+356:20240101:102'LOC+162+17'"
        "LIN+1++4000000000017:EN'QTY+153:5:PCE'UNT+6+1'UNZ+1+42'"
    )
    _, source = draft("c.edi", text.encode())

    assert {column.name: type(column).__name__ for column in source.columns} == {
        "dtm_356": "Day", "loc_162": "Text", "lin_en": "Text", "qty_153": "Whole",
    }  # fmt: skip


def test_marks_and_days_of_messages_are_read_as_their_standards_have_them(draft):
    text = (
        "UNB+UNOA:2+S+R+240101:1200+42'UNH+1+SLSRPT:D:96A:UN'DTM+356:240115:101'LOC+162+17'"
        "LIN+1++4000000000017:EN'QTY+153:1,234:KGM'UNT+6+1'UNZ+1+42'"
    )
    written, source = draft("c.edi", text.encode())

    assert (source.dialects[0].numbers.thousands, written.summary.columns["qty_153"].max) == ("", "1.234")
    assert written.summary.columns["dtm_356"].max == "2024-01-15"
    assert not any("thousands" in remark for remark in written.remarks)


def test_of_messages_of_several_kinds_those_that_make_up_most_are_declared_and_the_others_told(draft):
    activity = ("XQ*H*20240101*20240107", "LIN**VN*1", "ZA*QS*3")
    first = interchange(*activity).decode()
    resale = ("DTM*090*20240101", *("PTD*SS", "N1*ST*Main St*92*007", "QTY*32*5*EA", "LIN**VN*000123") * 2)
    written, source = draft("b.edi", (first + interchange(*resale, kind="867").decode()).encode())

    assert source.dialects[0].message == "867"
    assert any("also has messages 852, not declared here" in remark for remark in written.remarks), written.remarks


@pytest.mark.parametrize(
    ("labels", "into", "patterns", "days"),
    [
        (WEEKS, "week", {"value": "([0-9]{4}-W[0-9]{2})"}, ("%G-W%V",)),
        (
            [f"{measure} {week}" for week in WEEKS for measure in ("Units", "Dollars")], "week",
            {"units": "Units ([0-9]{4}-W[0-9]{2})", "dollars": "Dollars ([0-9]{4}-W[0-9]{2})"}, ("%G-W%V",),
        ),
        (("01/06/2025", "01/13/2025", "01/20/2025"), "day", None, ("%m/%d/%Y",)),
        (("Jan 2025", "Feb 2025", "Mar 2025"), "month", None, ("%b %Y",)),
    ],
)  # fmt: skip
def test_columns_of_weeks_become_rows(draft, labels, into, patterns, days):
    rows = "".join(f"{shop},A{shop},{','.join('5' for _ in labels)}\n" for shop in ("007", "010"))
    written, source = draft("w.csv", f"store,product,{','.join(labels)}\n{rows}".encode())

    (dialect,) = source.dialects
    assert dialect.days == days
    assert patterns is None or dialect.wide == Wide(into=into, values=patterns)
    assert written.summary.rows_out == 2 * len(labels) // len(dialect.wide.values)
    assert any(f"become rows by {into}" in remark for remark in written.remarks)


def test_of_columns_that_become_very_many_rows_the_first_rows_alone_are_looked_at_and_that_is_told(draft, monkeypatch):
    monkeypatch.setattr(widening, "_MOST", 5 * 4 * 3)
    rows = "".join(f"{shop:03d},A{shop},{','.join('5' * 5)}\n" for shop in range(20))
    written, _ = draft("w.csv", f"store,product,{','.join(f'2025-W0{week}' for week in range(1, 6))}\n{rows}".encode())

    assert "they become so many that the first 3 rows alone were looked at" in written.remarks
    assert written.summary.rows_out == 100


def test_two_columns_labelled_with_days_stay_columns(draft):
    _, source = draft("w.csv", b"store,2025-W01,2025-W02\n007,1,2\n010,3,4\n")

    assert source.dialects[0].wide is None


def test_midnight_among_the_moments_of_a_workbook_is_one_of_them(draft):
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.active.append(["Reading", "Temp"])
    for step in range(12):
        book.active.append([datetime(2025, 1, 6) + timedelta(hours=6 * step), 20.5 + step])
    book.save(data)
    written, source = draft("hours.xlsx", data.getvalue())

    assert type(source.columns[0]).__name__ == "Moment"
    assert (written.summary.rows_out, written.summary.columns["reading"].min) == (12, "2025-01-06T00:00:00")


def test_moments_with_fractions_of_seconds_are_moments(draft):
    rows = "".join(f'{{"at":"2025-01-06T08:00:{second:02}.250Z","n":{second}}}\n' for second in range(9))
    written, source = draft("l.jsonl", rows.encode())

    assert (type(source.columns[0]).__name__, source.columns[0].utc) == ("Moment", True)
    assert written.summary.columns["at"].max == "2025-01-06T08:00:08Z"


@pytest.mark.parametrize("mark", ["::", "||", "|~|"])
@pytest.mark.parametrize("labels", [[], ["movie_id", "title", "genres", "rating"]])
def test_a_delimiter_of_several_characters_is_declared_as_such(draft, run, mark, labels):
    def spell(*rows):
        return "".join(mark.join(row) + "\n" for row in [labels, *rows] if row).encode()

    part = mark[-2]
    titles = [f"Film {part} part {n}" if n % 4 == 0 else f"Film {n}" for n in range(9)]
    rows = [(str(100 + n), title, "Drama", f"{n}.5") for n, title in enumerate(titles)]
    written, source = draft("films.dat", spell(*rows))

    assert source.dialects[0].delimiters == (mark,)
    assert (written.summary.rows_in, written.summary.rows_out) == (9, 9)
    following = run(source, spell(("200", f"A{part} film", "Crime", "1.0")), "films/next.dat")
    assert following.rows == [f"200,A{part} film,Crime,1.0"]


def test_a_damaged_segment_in_a_sample_is_no_label_of_its_draft(draft):
    segments = ("XQ*H*20240101*20240107", "N1*S U*Acme*92*0042", "LIN**VN*000123", "ZA*QS", "SDQ*EA*92*007*5*010*7")
    _, source = draft("a.edi", interchange(*segments))
    assert set(source.dialects[0].labels.values()) == {"XQ02", "XQ03", "LIN.VN", "SDQ", "ZA.QS"}

    good = ("DTM*090*20240101", "PTD*SS", "N1*ST*Main St*92*007", "QTY*32*5*EA", "LIN**VN*000123")
    bad = interchange(*good, "1TY*33*5", kind="867").decode()
    _, source = draft("b.edi", (interchange(*good, kind="867").decode() + bad).encode(), "other")
    assert "QTY.32" in source.dialects[0].labels.values()


def test_the_backslash_before_yen_in_shift_jis_is_their_currency(draft):
    rows = "".join(f'2024/11/{n:02},おにぎり（鮭）,"\\{n * 137:,}"\n' for n in range(1, 29))
    written, source = draft("orders.csv", f"注文日,商品名,金額\n{rows}".encode("cp932"))

    assert source.dialects[0].numbers.currency == ("\\",)
    assert (written.summary.rows_out, written.summary.columns[source.names[2]].max) == (28, "3836")
