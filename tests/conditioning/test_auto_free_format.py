"""Rows in free format without a declaration: one blank or more between cells, wherever these begin."""

import pytest

from conditioners.dialects import FixedWidth
from conditioners.drafting.drafts import draft_source
from conditioners.drafting.module_text import write_module
from conditioners.drafting.projects import load_module
from conditioners.drafting.samples import look_at_sample
from conditioners.structure.alignment import _begin_label
from tests.conditioning.undeclared import condition_undeclared


def read(text):
    """The rows of the only table with its labels; nothing is in quarantine."""
    conditioned = condition_undeclared(text, "file.txt")
    assert conditioned.summary.rejected == 0
    (rows,) = conditioned.tables
    return rows


LABELS = ["hour", "load", "pressure", "station"]
ROWS = [[str(n), f"{7.5 * 3**n:.1f}", f"{990 + n}", "KJFK"[: 1 + n % 4]] for n in range(30)]


def space(rows):
    """The rows with one, two or three blanks between cells, as it comes."""
    return "".join((" " * (1 + n % 3)).join(row[:2]) + "  " + " ".join(row[2:]) + "\n" for n, row in enumerate(rows))


def test_rows_with_now_one_blank_and_now_more_between_cells_have_the_same_columns():
    assert read(space(ROWS)) == ROWS


def test_labels_above_rows_in_free_format_are_theirs():
    assert read(space([LABELS, *ROWS])) == [LABELS, *ROWS]


@pytest.mark.parametrize("mark", ["#", "!", "%", "~A"])
def test_labels_may_stand_behind_a_mark_of_comments_below_other_ones(mark):
    above = "".join(f"{mark if mark != '~A' else '~W'} note {'of this ' * n}instrument\n" for n in range(20))

    rows = read(f"{above}{mark}  {'  '.join(LABELS)}\n{space(ROWS)}")

    assert rows == [LABELS, *ROWS]


def test_labels_that_run_over_the_columns_of_their_rows_are_not_lost():
    rows = "".join(f"2024 01 {n:02} {n * 7:3} {n / 4:4.1f}    MM {1000 + n:6.1f}\n" for n in range(1, 30))

    (labels, first, *_) = read(f"#YY  MM DD WDIR WSPD   MWDX   PRES\n#yr  mo dy degT m/s   degrees hPa\n{rows}")

    assert labels == ["#YY #yr", "MM mo", "DD dy", "WDIR degT", "WSPD m/s", "MWDX degrees", "PRES hPa"]
    assert first == ["2024", "01", "01", "7", "0.2", "MM", "1001.0"]


def test_words_of_a_comment_that_are_fewer_than_the_columns_are_no_labels():
    rows = read(f"# hour load air pressure station\n{space(ROWS)}")

    assert rows == ROWS


def test_a_few_notes_behind_few_rows_leave_their_columns_apart():
    rows = [[str(1990 + n), *(f"{(n + at) % 7 - 3}.{at}5" for at in range(12))] for n in range(11)]
    text = "     1990      2000\n" + "".join(
        f"{row[0]:>5}{''.join(f'{cell:>9}' for cell in row[1:])}\n" for row in rows
    )

    assert read(f"{text}  -99.99\n  Nino Anom 3.4 Index using ersstv5\n  https://example.com/data/nino/34\n") == rows


def test_a_row_that_lacks_a_cell_is_quarantined_in_free_format():
    text = space(ROWS[:20]) + "99 1.0   990\n" + space(ROWS[20:])

    conditioned = condition_undeclared(text, "file.txt")

    assert conditioned.tables == [ROWS]
    assert [row["raw"] for row in conditioned.rejects] == ["99 1.0   990"]


def test_columns_at_fixed_places_keep_empty_cells_and_words_apart_by_one_blank():
    rows = [["Store", "Units", "Place"], *([f"S{n:02}", str(n * 7), f"New {'Ely' * (1 + n % 3)}"] for n in range(9))]
    text = "".join(f"{a:<8}{b:>5}  {c}\n" for a, b, c in rows)

    assert read(text) == rows


def test_a_draft_of_free_format_declares_the_places_of_its_cells():
    rows = [f"2024 01 {n:02} {n * 7:3} {n / 4:4.1f}    MM {1000 + n:6.1f}\n" for n in range(1, 30)]
    data = f"#YY  MM DD WDIR WSPD   MWDX   PRES\n{''.join(rows)}".encode()

    source = load_module(write_module(draft_source("acme", look_at_sample("file.txt", data))))

    assert isinstance(source.dialects[0], FixedWidth)
    assert [column.name for column in source.columns] == ["yy", "mm", "dd", "wdir", "wspd", "mwdx", "pres"]


def test_a_column_that_begins_behind_all_labels_has_none():
    assert _begin_label("day  units", 14, 5, [True] * 14) == 14
