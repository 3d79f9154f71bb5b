"""Reports on several pages without a declaration."""

import pytest

from tests.conditioning.ruled_report import FOUND, LABELS, ROWS, draw
from tests.conditioning.undeclared import condition_undeclared


def test_titles_and_labels_that_come_again_on_each_page_above_a_ruler_are_no_rows(read):
    sold = [[[region, store, str(n)] for region, store, _ in ROWS] for n in (1, 2, 3)]
    pages = [f"Nov 22      page    {n}\n   Sales by Store\n\n{draw('-', page)}\n" for n, page in enumerate(sold, 1)]
    rows, rejects, found = read("\f".join(pages) + "9 rows selected.\n")

    assert (rows, rejects) == ([LABELS, *(row for page in sold for row in page)], [])
    assert ("line 10", "the head of a page") in found.skipped
    assert not found.further_tables


@pytest.mark.parametrize("number", ["PAGE {:4}", "Seite: {}/9", "Page {} of 9"])
def test_a_report_of_more_pages_than_files_have_tables_is_one_table_with_its_totals_rejected(read, number):
    total = f"{'** TOTAL OF ALL STORES **':<20} {'12':>5}\n"
    sold = [[[region, store, str(n * 7)] for region, store, _ in ROWS] for n in range(1, 1101)]
    heads = [f"1{'ACME STORES':<30}{number.format(n)}\n RUN DATE 01/08/24\n" for n in range(1, 1101)]
    text = "".join(head + draw("-", page) + total for head, page in zip(heads, sold, strict=True))
    rows, rejects, _ = read(text)

    assert rows == [LABELS, *(row for page in sold for row in page)]
    assert rejects == [str(8 * n) for n in range(1, 1100)]


def test_pages_that_are_alike_as_a_whole_keep_all_of_their_rows(read):
    rows, _, _ = read("".join(f"Sales      page    {n}\n\n{draw('-')}\n" for n in (1, 2, 3)))

    assert [row for row in rows if row != LABELS] == ROWS * 3


def test_titles_that_differ_by_more_than_the_page_begin_tables_of_their_own(read):
    pages = [f"Store {101 + page}      page    {page}\n\n{draw('-')}\n" for page in (1, 2, 3)]
    rows, _, found = read("\f".join(pages))

    assert rows == FOUND * 3
    assert len(found.further_tables) == 2


def test_titles_on_each_page_do_not_join_the_columns_that_they_run_over(read):
    def write(row):
        return f"{row[0]:<8}{row[1]:<20}{row[2]:>6}\n"

    page = [LABELS[1:2] + LABELS[:1] + LABELS[2:], *([f"10{n:02}", "RIO GRANDE", str(n)] for n in range(8))]
    text = "".join(f"INVENTORY OF ALL STORES       Page {n}\n\n{''.join(map(write, page))}\n" for n in (1, 2, 3))
    rows, rejects, _ = read(text)

    assert (rows, rejects) == (page * 3, [])


def test_columns_are_found_below_the_heads_of_pages_that_run_over_them(read):
    def write(row):
        return f" {row[0]:<4}{row[1]:<12}{row[2]:>9}\n"

    labels = ["WH", "ITEM", "ON HAND"]
    pages = [[[f"{n:02}", f"A-{n}{at}00-22", str(n * at)] for at in range(10, 22)] for n in range(1, 9)]
    text = "".join(
        f" INV410R STATUS OF ALL STOCK  PAGE {n:2}\n{''.join(map(write, [labels, *page]))}"
        for n, page in enumerate(pages, start=1)
    )  # fmt: skip
    rows, rejects, found = read(text)

    assert (rows, rejects) == ([labels, *(row for page in pages for row in page)], [])
    assert not found.further_tables


def show_pages(sizes, between=""):
    head = "    DEPT NAME           SALES\n-------- ---------- ---------\n"
    pages = ["".join(f"{n * size:8} {'SHOP ' + str(n):<10} {n * 7:9}\n" for n in range(size)) for size in sizes]
    return "\n" + f"{between}\n".join(head + page for page in pages) + "\n"


def test_labels_above_rulers_that_come_again_behind_as_many_rows_are_heads_of_pages():
    found = condition_undeclared(show_pages([11, 11, 11, 5]), "list.txt")

    assert [len(table) for table in found.tables] == [1 + 38]
    assert found.rejects == []
    assert [place for place, cause in found.summary.skipped if cause == "the head of a page"] == [
        "line 16", "line 30", "line 44",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "between"), [([11, 11, 5], "\n11 rows selected.\n"), ([7, 11, 9], ""), ([11, 11], "")]
)
def test_labels_above_rulers_that_are_no_heads_of_pages_begin_further_tables(sizes, between):
    assert len(condition_undeclared(show_pages(sizes, between), "list.txt").tables) == len(sizes)
