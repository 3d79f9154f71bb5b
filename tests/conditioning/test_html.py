"""HTML tables, by whatever name: the same declaration as for a workbook's sheets."""

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import Numbers, Workbook

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
