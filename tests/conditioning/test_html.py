"""HTML tables, by whatever name: the same declaration as for a workbook's sheets."""

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import Numbers, Workbook
from conditioners.limits import Limits
from conditioners.readers import spilled_rows
from tests.conditioning.undeclared import condition_undeclared

PAGE = """<html><head><title>x</title></head><body><table><tr><td>menu</td></tr></table>
<table><thead><tr><th>Store</th><th>Region</th><th>Units</th></tr></thead>
<tr><td>007</td><td rowspan=2>M&uuml;nchen</td><td>1,200</td></tr>
<tr><td>008</td><td>x</td></tr>
<tr><td>009</td><td>Ulm<br>Ost</td><td>3</td></tr></table></body></html>"""


def make(make_source):
    columns = (Text("store", pattern="[0-9]{3}"), Text("region"), Whole("units"))
    return make_source(columns=columns, key=(), dialects=(Workbook(name="export", numbers=Numbers(thousands=",")),))


@pytest.mark.parametrize("name", ["toy/export.xls", "toy/export.html"])
def test_tables_with_the_header_row_are_read_and_spanning_cells_stand_in_each_row(make_source, run, name):
    result = run(make(make_source), PAGE.encode(), name)

    assert result.rows == ["007,München,1200", "009,Ulm Ost,3"]
    assert [(r["cell"], r["rule"], r["raw"]) for r in result.rejects] == [
        ("table 2!A3", "not_a_number", "008\tMünchen\tx")
    ]
    assert result.summary.dialect["format"] == "HTML"
    assert result.summary.skipped == (("sheet table 1", "no header row"),)


def test_a_page_without_such_a_table_is_refused(make_source, run):
    page = b"<html><table><tr><td>Store</td><td>Units</td></tr></table>"

    assert run(make(make_source), page).refusal.reason.endswith("table 1!A1 lacks region ('region')")
    none = run(make(make_source), b"<html><body>none</body></html>").refusal.reason
    assert none == "no row names the columns of toy; looked for store, region, units"


ROWS = "<tr><td>007</td><td>Łódź</td><td>1</td></tr><tr><td>008</td><td>Kraków – Śródmieście</td><td>2</td></tr>"
TABLE = f"<table><tr><th>Store</th><th>Region</th><th>Units</th></tr>{ROWS}</table>"


@pytest.mark.parametrize(
    ("page", "encoding", "name", "why"),
    [
        ("<html>{}</html>", "utf-8", "utf-8", "all bytes above 127 are valid UTF-8"),
        ("<html>{}</html>", "utf-16", "utf-16-le", "byte order mark FFFE"),
        ("<meta charset=windows-1250>{}", "cp1250", "cp1250", "the document says windows-1250"),
        ("<meta http-equiv=x content='text/html; charset=ISO-8859-2'>{}", "iso8859-2", "iso8859-2", "ISO-8859-2"),
    ],
)
def test_the_encoding_of_a_page_is_told_with_the_evidence(make_source, run, page, encoding, name, why):
    text = page.format(TABLE if encoding != "iso8859-2" else TABLE.replace("–", "-"))
    result = run(make(make_source), text.encode(encoding))

    assert result.rows[0] == "007,Łódź,1"
    assert result.summary.encoding["name"] == name
    assert why in result.summary.encoding["evidence"]


def test_a_page_that_does_not_say_is_in_the_default_of_html_and_rows_with_unknown_bytes_are_quarantined(
    make_source, run
):
    page = f"<html>{TABLE}</html>".replace("Łódź", "Köln").replace("Kraków – Śródmieście", "Gr\xe4z").encode("latin-1")
    result = run(make(make_source), page.replace(b"Gr", b"Gr\x81"))

    assert result.rows == ["007,Köln,1"]
    assert [(r["rule"], r["raw"]) for r in result.rejects] == [("undecodable", "008\tGr\\x81äz\t2")]
    assert "does not say" in result.summary.encoding["evidence"]
    assert result.summary.encoding["evidence"].endswith("it does not know all of the bytes")


@pytest.mark.parametrize("charset", ["zlib", "hex", "no-such-thing", "rot13"])
def test_a_charset_that_is_none_of_text_decides_nothing(make_source, run, charset):
    result = run(make(make_source), f"<meta charset={charset}>{TABLE}".encode())

    assert result.rows[0] == "007,Łódź,1"


def test_a_page_of_single_bytes_that_says_it_is_wide_is_not_believed(make_source, run):
    page = f"<meta charset=utf-16>{TABLE}".replace("Łódź", "Köln").replace("Kraków – Śródmieście", "Graz")
    result = run(make(make_source), page.encode("latin-1"))

    assert result.rows[0] == "007,Köln,1"
    assert result.summary.encoding["name"] == "cp1252"


HEADER = "<tr><th>store</th><th>region</th><th>units</th></tr>"


def test_a_row_all_of_whose_cells_stand_in_the_one_above_is_a_row(make_source, run):
    covered = "<tr><td rowspan=2>007</td><td rowspan=2>Ulm</td><td rowspan=2>1</td></tr><tr></tr>"
    page = f"<table>{HEADER}{covered}<tr><td>008</td><td>Bonn</td><td>2</td></tr></table>"

    assert run(make(make_source), page.encode()).rows == ["007,Ulm,1", "007,Ulm,1", "008,Bonn,2"]


@pytest.mark.parametrize("height", ["0", "3"])
def test_a_cell_ends_with_its_part_of_the_table(make_source, run, height):
    first = f"<tr><td>007</td><td rowspan={height}>Ulm</td><td>1</td></tr><tr><td>008</td><td>2</td></tr>"
    second = "<tr><td>009</td><td>Bonn</td><td>3</td></tr>"
    page = f"<table><thead>{HEADER}</thead><tbody>{first}</tbody><tbody>{second}</tbody></table>"

    assert run(make(make_source), page.encode()).rows == ["007,Ulm,1", "008,Ulm,2", "009,Bonn,3"]


def test_the_rows_of_a_table_that_holds_others_are_told(make_source, run):
    page = f"<table><tr><td>Sales</td></tr><tr><td><table>{HEADER}{ROWS}</table></td></tr></table>".encode()
    auto = condition_undeclared(page)
    declared = run(make(make_source), page).summary

    assert ("sheet table 1", "holds other tables, which are read instead") in declared.skipped
    assert ("cell table 1!A1", "holds other tables, which are read instead") in auto.summary.skipped
    assert (declared.skipped_lines, auto.summary.skipped_lines) == (2, 2)
    assert auto.outputs[0].startswith(b"store,region,units\n007,")


def test_a_page_without_the_labels_tells_which_tables_were_not_read_as_they_hold_others(make_source, run):
    inner = "<table><tr><td>new</td></tr></table>"
    page = f"<table>{HEADER}<tr><td>007</td><td>{inner}</td><td>1</td></tr></table>".encode()
    refusal = run(make(make_source), page).refusal

    assert refusal.reason.endswith("; table 1 holds other tables, which are read instead")


@pytest.mark.parametrize(
    "declared",
    ["", '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x">', "<!-- made by x -->"],
)
def test_a_page_that_is_xml_as_well_is_a_page(make_source, run, declared):
    assert run(make(make_source), (declared + PAGE).encode()).rows == ["007,München,1200", "009,Ulm Ost,3"]


def test_the_xml_declaration_of_a_page_says_its_encoding(make_source, run):
    page = '<?xml version="1.0" encoding="iso-8859-2"?>' + PAGE.replace("M&uuml;nchen", "Łódź")
    result = run(make(make_source), page.encode("iso-8859-2"))

    assert result.rows[0] == "007,Łódź,1200"
    assert result.summary.encoding == {"name": "iso8859-2", "evidence": "the document says iso-8859-2"}


@pytest.mark.parametrize("before", ["<fieldset>", "<nav>Menu</nav>", "<ul><li>Menu</ul>", "<input type=hidden>"])
def test_a_part_of_a_page_may_begin_with_any_element(before):
    found = condition_undeclared(f"{before}<table><tr><th>day<th>units<tr><td>Mon<td>3</table>", "f.xls")

    assert found.outputs == [b"day,units\nMon,3\n"]


@pytest.mark.parametrize(
    "text",
    [
        "<books><book><title>A</title></book><book><title>B</title></book></books>",
        "<tables><table><title>A</title></table><table><title>B</title></table></tables>",
        "<!-- x --><table><row><title>A</title></row><row><title>B</title></row></table>",
        "<details><row><title>A</title></row><row><title>B</title></row></details>",
    ],
)
def test_xml_with_names_of_html_is_none(text):
    found = condition_undeclared(text, "list.xml")

    assert found.summary.dialect["format"] == "XML"
    assert found.outputs == [b"title\nA\nB\n"]


@pytest.mark.parametrize("mark", ["font", "b", "a", "center", "div", "form", "li", "span"])
def test_marks_that_cells_leave_open_take_nothing_from_the_cells_and_rows_behind_them(mark):
    rows = [f"<tr><td><{mark}>a{number}<td rowspan=1>m<b>x{number}<td><{mark}>b{number}" for number in range(20)]
    page = f"<html><table><thead><th>k<th>w<th>v<tbody>{''.join(rows)}</table>"
    found = condition_undeclared(page.encode(), "page.html")

    assert found.outputs[0].decode() == "k,w,v\n" + "".join(f"a{each},mx{each},b{each}\n" for each in range(20))


def test_cells_without_a_row_make_one_of_their_own():
    page = "<html><table><td>k<td>v<tr><td>1<td>2</tr><td>3<td>4<tbody><td>5<td>6</table>"

    assert condition_undeclared(page.encode(), "page.html").outputs == [b"k,v\n1,2\n3,4\n5,6\n"]


@pytest.mark.parametrize(
    ("inside", "reason", "where"),
    [
        ("<div>" * 300, "is nested deeper than 256 levels", "table 1, row 3"),
        ("x" * 10_000_001, "has a text longer than 10000000 bytes", "line 1"),
        (f"{'x' * 500}<br>" * 20_001, "has a text longer than 10000000 bytes", "table 1, row 3"),
    ],
)
def test_a_page_that_the_parser_gives_up_in_is_refused_and_nothing_of_it_lost(inside, reason, where):
    page = f"<html><table><tr><td>k<td>v<tr><td>1<td>2<tr><td>3<td>{inside}<tr><td>5<td>6</table>"
    refusal = condition_undeclared(page.encode(), "page.html").outcome

    assert (refusal.reason, refusal.where) == (f"the HTML document {reason}", where)


@pytest.mark.parametrize(
    ("says", "town", "unknown"),
    [
        ("<meta charset=windows-1252>", "Köln".encode("cp1252"), "81"), ("", "Köln".encode(), "ff"),
        ("<meta charset=iso-8859-1>", "Köln".encode(), "ff"),
    ],
)  # fmt: skip
def test_rows_with_unknown_bytes_are_quarantined_without_a_declaration_too(says, town, unknown):
    damage = bytes.fromhex(unknown)
    rows = b"".join(b"<tr><td>%d<td>%b%b</tr>" % (number, town, damage * (number == 5)) for number in range(9))
    page = says.encode() + b"<table><tr><th>shop<th>town</tr>" + rows + b"</table>"
    found = condition_undeclared(page, "a.html")

    assert found.tables[0][:2] == [["shop", "town"], ["0", "Köln"]]
    assert len(found.tables[0]) == 9
    assert [(r["rule"], r["raw"]) for r in found.rejects] == [("undecodable", f"5,Köln\\x{unknown}")]


LARGE = "".join(f"<tr><td rowspan=2>{n:03}<td>Köln {n}<td>1,{n:03}<tr><td>Ulm<td>{n}" for n in range(300))
SMALL_PIECES = Limits(html_bytes=3000, chunk_bytes=1000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_page_is_read_in_pieces_and_its_rows_wait_in_a_file_where_they_are_many(
    make_source, run, monkeypatch, encoding
):
    monkeypatch.setattr(spilled_rows, "_HELD", 5000)
    monkeypatch.setattr(spilled_rows, "_FRAME", 1000)
    small = "<table><tr><th>k<th>v<tr><td>1<td>2</table>"
    page = f"{small}<p>{'x' * 5000}</p><table>{HEADER}{LARGE}</table>{small}".encode(encoding)
    auto = condition_undeclared(page, "a.html", SMALL_PIECES)
    declared = run(make(make_source), page, limits=SMALL_PIECES)

    rows = [row for n in range(300) for row in ([f"{n:03}", f"Köln {n}", f"1,{n:03}"], [f"{n:03}", "Ulm", f"{n}"])]
    assert auto.tables == [[["k", "v"], ["1", "2"]], [["store", "region", "units"], *rows], [["k", "v"], ["1", "2"]]]
    assert declared.rows == [",".join([*row[:2], str(int(row[2].replace(",", "")))]) for row in rows]
    assert auto.summary.encoding["name"] == declared.summary.encoding["name"] == encoding.replace("16", "16-le")


def test_rows_of_a_page_that_take_too_much_of_the_disk_are_refused(monkeypatch):
    monkeypatch.setattr(spilled_rows, "_HELD", 5000)
    refusal = condition_undeclared(f"<table>{HEADER}{LARGE}</table>", "a.html", Limits(spilled_bytes=1000)).outcome

    assert refusal.reason == "the rows of the HTML document take more than 1000 bytes of temporary disk, packed"


def test_a_damaged_byte_behind_the_first_piece_of_a_page_costs_its_row():
    page = f"<table>{HEADER}{LARGE}</table>".encode().replace("Köln 299".encode(), b"K\xf6ln 299")
    found = condition_undeclared(page, "a.html", SMALL_PIECES)

    assert [reject["raw"] for reject in found.rejects] == ["299,K\\xf6ln 299,1,299"]
    assert found.summary.encoding["evidence"].endswith("it does not know all of the bytes")


def test_the_text_of_a_cell_is_in_the_order_of_the_page_where_marks_stand_in_marks():
    page = "<table><tr><th>k<th>v<tr><td>a<b>b<i>c</i>d</b>e<td>1</table>"

    assert condition_undeclared(page, "page.html").tables == [[["k", "v"], ["abcde", "1"]]]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32-be"])
def test_a_page_in_wide_characters_without_a_mark_is_read_without_a_declaration(encoding):
    page = f"<html><table>{HEADER}<tr><td>007<td>Köln<td>1</table></html>".encode(encoding)

    assert condition_undeclared(page, "page.html").tables == [[["store", "region", "units"], ["007", "Köln", "1"]]]
