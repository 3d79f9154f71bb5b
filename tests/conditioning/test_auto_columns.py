"""Text in columns without a declaration, whose cells hold marks that delimit elsewhere, and lists of one column."""

import pytest

from tests.conditioning.undeclared import condition_undeclared


def read(data, name="file.txt"):
    """The rows of the only table with its labels; nothing is in quarantine."""
    conditioned = condition_undeclared(data, name)
    assert conditioned.summary.rejected == 0
    (rows,) = conditioned.tables
    return rows


def lay_out(rows, *, is_right=False):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    adjust = str.rjust if is_right else str.ljust
    return "\n".join("  ".join(map(adjust, row, widths)).rstrip() for row in rows) + "\n"


PLACES = [
    ["Code", "Place", "People"], ["31099", "Kearney, NE", "6514"], ["31101", "Keith, NE", "8284"],
    ["31103", "Keya Paha, NE", "742"], ["31105", "Kimball, NE", ""], ["31107", "Knox, NE", "8576"],
]  # fmt: skip


@pytest.mark.parametrize("is_right", [False, True])
@pytest.mark.parametrize("mark", [",", ";", ":"])
def test_a_mark_in_words_of_each_line_but_not_in_the_labels_is_no_delimiter_of_columns(mark, is_right):
    rows = [[cell.replace(",", mark) for cell in row] for row in PLACES]

    assert read(lay_out(rows, is_right=is_right)) == rows


def test_sentences_right_below_a_table_leave_its_columns_apart():
    rows = [["Code", "Name", "Sales", "Units"]]
    rows += [
        [f"{n:05}", f"Place {'New ' * (n % 3)}Town", f"{n * 731 % 997}" if n % 4 else "", f"{n}.5"] for n in range(16)
    ]
    notes = "Note that all of the figures are estimated from a sample survey.\nSource: Bureau of the Census, 2024\n"

    assert read(lay_out(rows) + notes) == rows


def test_words_that_end_below_each_other_belong_to_the_label_above_the_last():
    rows = [["Name", "Address", "Since"]]
    rows += [[f"Ann {'Lee' * n}", f"{n} {'Elm' * n} St, Ely, TX 4812{n}", f"202{n}"] for n in range(1, 6)]

    assert read(lay_out(rows, is_right=True)) == rows


def test_padded_cells_with_delimiters_below_a_title_of_two_parts_are_delimited():
    rows = read("Report of sales   2024\n" + "".join(f"A{n},   lamp,   {n}.50\n" for n in range(1, 9)))

    assert rows[0] == ["A1", "lamp", "1.50"]


@pytest.mark.parametrize("note", ["Report of sales\n\n{}", "{}\nSource: our own survey.\n"])
def test_a_list_of_one_column_with_a_note_has_one_column(note):
    cells = [f"9{n}.05" for n in range(9)]
    rows = read(note.format("\n".join(["amount", *cells])))

    assert [row for row in rows if row[0] in cells] == [[cell] for cell in cells]


@pytest.mark.parametrize("count", [9, 60, 200])
def test_labels_that_are_wider_than_the_numbers_below_their_end_are_not_lost(count):
    rows = [
        ["STORE", "ON HAND", "Quantity", "X"],
        *([f"S{n:03}", str(n), str(n % 7), "AB"[n % 2]] for n in range(count)),
    ]
    text = "".join(f"{store:<8}{units:>10}{sold:>12}{mark:>3}\n" for store, units, sold, mark in rows)

    assert read(text) == rows
