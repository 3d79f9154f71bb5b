"""A process that takes raw files in dies before each thing that it writes; whoever comes next makes it good."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from conditioners.drops.intake import condition_drop
from shared.adapters.folder_lake import FolderLake
from tests.contracts.drops import DAMAGED, calendar, drop, find_wrong, reconcile

A, B, C = "events/a.csv", "events/b.csv", "events/c.csv"
ONE, TWO, BAD_ROWS = calendar("one"), calendar("two", "and"), calendar("three", bad=3)
SIZES = {ONE: (1, 1, 0), TWO: (2, 2, 0), BAD_ROWS: (4, 1, 3)}
STORIES = {
    "a damaged file, then rows in quarantine, then none": [(A, DAMAGED), (A, BAD_ROWS), (A, ONE)],
    "the same bytes again, and a copy whose original is replaced": [(A, ONE), (A, ONE), (B, ONE), (A, TWO)],
    "a file that becomes a copy of another": [(B, TWO), (A, BAD_ROWS), (C, BAD_ROWS), (A, TWO)],
}
LEDGER_WRITES = ("record_landed", "claim", "claim_content", "release", "settle_", "intend", "finish", "note_gone")


class _Killed(BaseException):
    """The process dies; nothing of it runs any more."""


class Doom:
    """Counts what is written, and kills before one of these writes. After one is the same as before the next."""

    def __init__(self, point=None):
        self.point, self.reached = point, 0

    def around(self, write):
        def write_or_die(*given, **named):
            if self.point == self.reached:
                raise _Killed
            self.reached += 1
            return write(*given, **named)

        return write_or_die


class DoomedLake:
    """A lake whose writer may die at each commit and delete."""

    def __init__(self, lake, doom):
        self._lake, self._doom = lake, doom
        self.delete = doom.around(lake.delete)

    def __getattr__(self, name):
        return getattr(self._lake, name)

    @contextmanager
    def open_write(self, container, path, **conditions):
        with self._lake.open_write(container, path, **conditions) as writer:
            writer.commit = self._doom.around(writer.commit)
            yield writer


class DoomedLedger:
    """A ledger whose writer may die at each entry."""

    def __init__(self, ledger, doom):
        self._ledger = ledger
        for name in ("files", "outcomes", "intents"):
            setattr(self, name, _DoomedPart(getattr(ledger, name), doom))

    def __getattr__(self, name):
        return getattr(self._ledger, name)


class _DoomedPart:
    def __init__(self, part, doom):
        self._part, self._doom = part, doom

    def __getattr__(self, name):
        value = getattr(self._part, name)
        return self._doom.around(value) if name.startswith(LEDGER_WRITES) else value


def live_through(story, lake, ledger, clock, doom):
    """Drop after drop, each taken in; the process that reaches its doom leaves the rest to the reconciler."""
    doomed = DoomedLake(lake, doom), DoomedLedger(ledger, doom)
    alive = True
    for path, content in story:
        drop(lake, path, content)
        try:
            if alive:
                condition_drop(*doomed, path, clock)
        except _Killed:
            alive = False
            if doom.point % 2:  # half of the time somebody else is there at once, otherwise only the reconciler
                condition_drop(lake, ledger, path, clock)
    reconcile(lake, ledger, clock)


@pytest.mark.parametrize("story", list(STORIES))
def test_whenever_the_process_dies_each_content_has_one_output_and_every_row_its_place(
    story, tmp_path, make_ledger, clock
):
    survey = Doom()
    live_through(STORIES[story], FolderLake(tmp_path / "whole"), make_ledger("whole.db"), clock, survey)
    assert find_wrong(FolderLake(tmp_path / "whole"), make_ledger("whole.db"), SIZES) == []
    assert survey.reached >= 14

    for point in range(survey.reached):
        lake, ledger = FolderLake(tmp_path / f"lake-{point}"), make_ledger(f"{point}.db")
        live_through(STORIES[story], lake, ledger, clock, Doom(point))
        assert find_wrong(lake, ledger, SIZES) == [], f"killed at point {point} of {survey.reached}"
