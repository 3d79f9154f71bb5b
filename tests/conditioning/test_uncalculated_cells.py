"""Formulas that have no value yet are read as empty, and the summary says how many there were."""

import random
from itertools import pairwise

import pytest

from conditioners.readers.workbooks.uncalculated import UncalculatedCells
from tests.conditioning.workbook_files import ods_of, rewrite, xlsx_of

SHEET, CONTENT = "xl/worksheets/sheet1.xml", "content.xml"
XLSX = xlsx_of(["a", "b"], ["x", 1], ["y", 2])
ODS = ods_of([("string", "a"), ("string", "b")], [("string", "x"), ("float", 1)])
OPEN = [
    "<c r='B2'><f>1+1</f></c>",
    '<c r="B2" s="1"><f>1+1</f><v></v></c>',
    '<c r="B2" t="n"><f t="shared" si="0"/><v/></c>',
    '<c r="B2"> <f>A2&gt;1</f> <v /> </c>',
]
CALCULATED = [
    '<c r="B2"><f>1+1</f><v>2</v></c>',
    '<c r="B2" t="str"><f>""</f><v></v></c>',
    '<c r="B2"/>',
    '<c r="B2"><v>2</v></c>',
    '<c r="B2" t="inlineStr"><is><t>&lt;f>1&lt;/f></t></is></c>',
]


def count_in_xlsx(condition, cell):
    data = rewrite(XLSX, SHEET, b'<c r="B2" t="n"><v>1</v></c>', cell.encode())
    (told,) = condition({"a.xlsx": data}, declared=False)
    return told["dialect"].get("uncalculated_cells")


@pytest.mark.parametrize("cell", OPEN)
def test_a_formula_without_a_value_is_told(condition, cell):
    assert count_in_xlsx(condition, cell) == 1


@pytest.mark.parametrize("cell", CALCULATED)
def test_a_formula_with_a_value_is_none_without(condition, cell):
    assert count_in_xlsx(condition, cell) is None


@pytest.mark.parametrize(
    ("attributes", "count"),
    [
        ('table:formula="of:=1+1"', 1),
        ('table:formula="of:=1+1" table:number-columns-repeated="3"', 3),
        ('table:formula="of:=1+1" office:value-type="float" office:value="2"', None),
    ],
)
def test_a_formula_of_an_ods_without_a_value_is_told(condition, attributes, count):
    cell = f"<table:table-cell {attributes}/></table:table-row></table:table>"
    data = rewrite(ODS, CONTENT, b"</table:table-row></table:table>", cell.encode())
    (told,) = condition({"a.ods": data}, declared=False)

    assert told["dialect"].get("uncalculated_cells") == count


def test_formulas_are_counted_wherever_the_blocks_of_a_sheet_end():
    cells = [*OPEN, *CALCULATED] * 20
    text = "".join(cells).encode()
    ends = [at for at in range(1, len(text) + 1) if text[at - 1 : at] == b">"]
    for seed in range(20):
        cuts = sorted({0, len(text), *random.Random(seed).sample(ends, 30)})
        counter = UncalculatedCells()
        for start, end in pairwise(cuts):
            counter.feed(text[start:end])

        assert counter.count == 20 * len(OPEN)
