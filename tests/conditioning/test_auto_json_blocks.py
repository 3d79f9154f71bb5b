"""Reading lists of cells and records by the block changes nothing but the time it takes."""

import json
import random
import sys

import pytest

from conditioners.auto import grid_rows
from conditioners.limits import DEFAULT, Limits
from conditioners.structure import json_blocks, tables
from tests.conditioning.undeclared import condition_undeclared

SMALL = Limits(json_bytes=4096, chunk_bytes=1024)
ODD = [
    [], [None, None], ["", " "], [1], [1, 2, 3], ["day", "units"], ["total", None], [[1], 2], [{"a": 1}, 2],
    [True, 1.50], ['a,"b', "two\nlines"], ["cr\r", "x"], ["\ufdd0", 1], ["\ud83d", 1], ["note", ""],
]  # fmt: skip


def condition(value, limits=DEFAULT):
    """Everything that comes out."""
    return condition_undeclared(json.dumps(value), "file.json", limits)


def make_rows(seed):
    chance = random.Random(seed)
    oddness = chance.choice([0.0, 0.02, 0.2])
    rows = [["day", "units"]] + [[f"d{n}", n] for n in range(chance.choice([5, 40, 120]))]
    return [chance.choice(ODD) if chance.random() < oddness else row for row in rows]


@pytest.mark.parametrize("limits", [DEFAULT, SMALL])
def test_blocks_of_lists_give_what_rows_give(monkeypatch, limits):
    monkeypatch.setattr(tables, "_AHEAD", 12)
    for seed in range(40):
        rows = {"rows": make_rows(seed)}
        with monkeypatch.context() as patch:
            patch.setattr(json_blocks, "_FEWEST", sys.maxsize)
            by_row = condition(rows, limits)
        for together in (7, 16, 250):
            monkeypatch.setattr(json_blocks, "_TOGETHER", together)
            assert condition(rows, limits) == by_row, (seed, together)


@pytest.mark.parametrize("cell", ["a", "two\nlines", "cr\r", "\ufdd0", '"', "x" * 1000])
def test_records_that_are_written_together_give_what_each_gives(monkeypatch, cell):
    monkeypatch.setattr(grid_rows, "_LARGE", 500)
    records = [{"day": n, "note": cell if n % 7 == 0 else n} for n in range(30)]
    with monkeypatch.context() as patch:
        patch.setattr(grid_rows, "_TOGETHER", 1)
        each = condition(records)

    assert condition(records) == each


def test_objects_of_which_only_some_are_rows_of_cells_are_all_read():
    records = [{"f": [{"v": n}]} for n in range(300)] + [{"f": 1, "b": 2}] + [{"f": [{"v": n}]} for n in range(300)]

    small, whole = condition(records, SMALL), condition(records)
    assert (small[1:], small[0].summary.table) == (whole[1:], whole[0].summary.table)
    assert whole[0].summary.table.rows_in == 601
