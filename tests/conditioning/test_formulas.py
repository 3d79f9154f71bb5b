"""Text for spreadsheets cannot become a formula, and comes back as it was."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conditioners.drops.formulas import neutralise, restore

MARKS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize("mark", MARKS)
def test_text_that_begins_like_a_formula_gets_an_apostrophe(mark):
    assert neutralise(f"{mark}1+1") == f"'{mark}1+1"


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("before", ["", " ", '"', "'", '" '])
def test_text_that_would_begin_another_cell_like_a_formula_gets_an_apostrophe(mark, before):
    assert neutralise(f"a;{before}{mark}1;2;b") == f"a;'{before}{mark}1;2;b"


@pytest.mark.parametrize("mark", [mark for mark in MARKS if mark not in "\r\n"])
@pytest.mark.parametrize("before", ["\n", "\r\n", "\r", '\n "'])
def test_text_that_would_begin_another_row_like_a_formula_gets_an_apostrophe(mark, before):
    text = f"a{before}{mark}1"
    listed = io.StringIO()
    csv.writer(listed, lineterminator="\n").writerow(["7", neutralise(text)])

    rows = csv.reader(io.StringIO(listed.getvalue(), newline=""), delimiter=";")
    assert [row[0].strip()[:1] for row in rows if row][1:] == ["'"]
    assert restore(neutralise(text)) == text


@given(st.text(alphabet=f"'\";{MARKS}1a ", max_size=8))
def test_no_neutralised_text_begins_like_a_formula_and_all_come_back(text):
    assert neutralise(text)[:1] not in tuple(MARKS)
    assert not any(cell.strip('" ')[:1] in tuple(MARKS) for cell in neutralise(text).split(";")[1:] if cell.strip())
    assert restore(neutralise(text)) == text


def test_other_text_stays_as_it_is():
    assert [neutralise(text) for text in ("", "1=1", "O'Neil", "'quoted'", " =1")] == [
        "", "1=1", "O'Neil", "'quoted'", " =1",
    ]  # fmt: skip
