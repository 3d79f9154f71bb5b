"""Tables beside each other on a sheet are told apart where that is certain, and stay one where it is not."""

import io

import openpyxl
import pytest

from tests.conditioning.undeclared import condition_undeclared

STORES = [["Store", "Town"], ["007", "Bonn"], ["008", "Kiel"], ["009", "Ulm"]]
WEEKS = [["Week", "Region", "Units"], ["2024-W01", "North", 5], ["2024-W02", "South", 6], ["2024-W03", "North", 7]]
YEARS = [["Units", "Share"], [5, 0.5], [6, 0.25], [7, 0.125]]

RETURNS = [["Sales", None], ["Region", "Units"], [None], ["North", 5], ["South", 6], ["East", 7]]
SHARES = [["Region", "Units", "Share"], ["North", 5, 0.5], ["South", 6, 0.25], ["East", 7, 0.25]]


def read(*placed):
    """The tables of a sheet, and where their labels stand; each block of rows is placed at a row and column."""
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "S"
    for top, left, rows in placed:
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                book.active.cell(top + at, left + column).value = value
    book.save(data)
    found = condition_undeclared(data.getvalue(), "book.xlsx")
    places = [table.header_rows for table in (found.summary.table, *found.summary.further_tables)]
    return found.tables, places, found.summary


def show(rows):
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def test_tables_that_begin_at_different_heights_are_several():
    rows, places, summary = read((1, 1, STORES), (3, 4, WEEKS))

    assert rows == [show(STORES), show(WEEKS)]
    assert places == [("S!A1",), ("S!D3",)]
    assert summary.skipped == (("cell S!D1", "blank"), ("cell S!D2", "blank"))


MANAGERS = [["Manager", "Since"], *([name, 2000 + n] for n, name in enumerate(["Ann", "Bo", "Cy", "Di", "Eve"]))]


@pytest.mark.parametrize("placed", [((1, 1, STORES), (1, 4, MANAGERS)), ((2, 1, MANAGERS), (2, 5, STORES))])
def test_tables_of_which_each_names_its_rows_are_several_if_they_end_at_different_heights(placed):
    assert read(*placed)[0] == [show(rows) for _, _, rows in placed]


def test_columns_that_end_first_belong_to_the_table_if_they_name_no_rows_or_are_not_full():
    notes = [["Checked by", "Note"], ["Ann", "a"], ["Ann", "b"], ["Bo", "c"]]
    days = [["Shipped", "Cost"], *([f"2024-01-0{n}", n] for n in range(1, 5))]
    gaps = [["Carrier", "Cost"], ["Ann", 1], ["Bo", None], ["Cy", 2]]
    for right in (notes, days, gaps, [["Boss", "From"], *MANAGERS[1:3]], [row[:2] for row in WEEKS]):
        assert len(read((1, 1, MANAGERS), (1, 4, right))[0]) == 1


def test_tables_with_the_same_labels_are_several_and_a_title_stands_above_its_own():
    rows, places, summary = read((1, 4, [["Southern stores"]]), (2, 1, STORES), (2, 4, STORES[:3]))

    assert rows == [show(STORES), show(STORES[:3])]
    assert places == [("S!A2",), ("S!D2",)]
    assert ("cell S!D1", "before the table") in summary.skipped


@pytest.mark.parametrize(
    "placed",
    [
        ((1, 1, STORES), (1, 4, WEEKS)),
        ((1, 1, STORES), (1, 4, WEEKS[:3])),
        ((1, 1, YEARS), (1, 4, YEARS)),
        ((2, 1, STORES), (1, 4, [["Sales", None, None], *WEEKS])),
        ((1, 1, STORES), (2, 4, [["a", "b"]])),
        ((1, 1, STORES), (3, 4, [["note"]])),
        ((1, 1, STORES), (3, 4, [["Units", 5], ["Share", 6]])),
        ((1, 1, [STORES[0], [None], *STORES[1:] * 2]), (1, 4, RETURNS)),
    ],
)
def test_columns_that_may_belong_to_one_table_stay_together_and_no_cell_is_lost(placed):
    rows, _, summary = read(*placed)

    assert len(rows) == 1
    told = {cell for row in rows[0] for cell in row}
    assert {cell for _, _, block in placed for row in show(block) for cell in row} - {"Sales"} <= {
        word for cell in told for word in (cell, *cell.split())
    }
    assert summary.table.rows_in == summary.table.rows_out


@pytest.mark.parametrize(("first", "second"), [(STORES, WEEKS), (SHARES, STORES)])
def test_tables_of_other_widths_below_each_other_are_several(first, second):
    first = [*first, *([f"{cell}{at}", *rest] for at, (cell, *rest) in enumerate(first[1:] * 2))]
    rows, places, _ = read((1, 1, first), (len(first) + 2, 1, second))

    assert [row[: len(first[0])] for row in rows[0]] == show(first)
    assert [row[: len(second[0])] for row in rows[1]] == show(second)
    assert places == [("S!A1",), (f"S!A{len(first) + 2}",)]
