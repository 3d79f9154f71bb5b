"""JSON whose rows are lists of cells, with their labels elsewhere in the document."""

import json

import pytest

from conditioners.limits import DEFAULT, Limits
from tests.conditioning.undeclared import condition_undeclared

SMALL = Limits(json_bytes=4096, chunk_bytes=512)
"""Under which a document of many rows cannot be held."""
ROWS = [[f"2024-01-{n % 28 + 1:02d}", "lamp", n] for n in range(270)]
SHOWN = [[day, name, str(units)] for day, name, units in ROWS]
LABELS = ["day", "article", "units"]
NAMED = [{"id": n, "name": label} for n, label in enumerate(LABELS)]


def read(value, limits=DEFAULT):
    """The rows of the first table with its labels, if it has any, and the path of these."""
    conditioned = condition_undeclared(json.dumps(value), "file.json", limits)
    assert conditioned.summary.table.rows_quarantined == 0
    return conditioned.tables[0], conditioned.summary.dialect.get("labels")


@pytest.mark.parametrize("limits", [DEFAULT, SMALL])
@pytest.mark.parametrize(
    ("value", "path"),
    [
        ({"columns": LABELS, "index": ["a", "b", "c"], "data": ROWS}, "columns[]"),
        ({"data": ROWS, "meta": {"view": {"columns": NAMED}}}, "meta.view.columns[].name"),
        ({"resultSetMetaData": {"rowType": NAMED}, "data": ROWS}, "resultSetMetaData.rowType[].name"),
        ({"a": {"columns": ["x", "y", "z"]}, "b": {"columns": LABELS, "rows": ROWS}}, "b.columns[]"),
        ({"my.fields": LABELS, "rows": ROWS}, "['my.fields'][]"),
    ],
)
def test_labels_beside_the_rows_are_their_labels(value, path, limits):
    assert read(value, limits) == ([LABELS, *SHOWN], path)


@pytest.mark.parametrize(
    "beside",
    [{"tags": ["red", "green", "blue"]}, {"columns": ["day", "units"]}, {"columns": ["day", "day", "units"]}],
)
def test_lists_of_other_words_are_no_labels(beside):
    assert read({**beside, "data": ROWS}) == (SHOWN, None)


def test_labels_in_the_first_row_are_those_of_the_rows():
    assert read({"labels": ["x", "y", "z"], "data": [LABELS, *ROWS]}) == ([LABELS, *SHOWN], None)


def test_a_row_of_other_cells_than_there_are_labels_is_rejected_with_its_path():
    conditioned = condition_undeclared(json.dumps({"columns": LABELS, "data": [*ROWS, ["2024-02-01", 5]]}))

    assert [row["path"] for row in conditioned.rejects] == ["$.data[270]"]
