"""Judges one batch on its own: hook, contract and row identities; batches can be judged at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conditioners.contract import Contract
from conditioners.declaration import Source
from conditioners.duplicates import Identities, hash_keys
from conditioners.faults import BadRow, BadRows
from conditioners.header_rows import HeaderRows
from conditioners.hook_cells import read_dated
from conditioners.hooks import apply_hook
from conditioners.parts import put_together
from conditioners.proportions import Proportions
from conditioners.readers.batches import Located, TextBatch, Unread
from conditioners.readers.titles import compile_titles
from conditioners.readings import Reading
from conditioners.rejected_rows import RejectedRow, reject_conflict
from conditioners.rules import Rule

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


_FEW, _TIMES = 16, 64
"""Rows that are located together at first, and how many times as many then, and again."""


@dataclass(frozen=True)
class Judged:
    """A batch after all that can be said without knowing the batches before it; its text cells are let go."""

    rows_read: int
    """All rows of the batch, readable or not."""
    frame: pl.DataFrame
    """The rows that keep the contract, typed."""
    rows: NDArray[np.int64]
    """Their numbers in the batch."""
    bad: BadRows
    """Rows that break it, by number in the batch."""
    left_out: Sequence[BadRow]
    """Rows that the hook has not given back."""
    unread: Sequence[Unread]
    """As in TextBatch."""
    identities: Identities | None
    passed: Sequence[tuple[Located, str, int]]
    """As in TextBatch."""
    locate: Callable[[Sequence[int]], list[Located]]
    """As in TextBatch."""
    proportions: Proportions
    """Those of the raw file."""
    shown: int
    """What the cells take, in bytes, where values may be repeated."""

    def list_rejected(self) -> list[RejectedRow]:
        """The rows that are not accepted, and where they stand: first those that could not be read, then the others."""
        self.proportions.note_shown(self.shown)
        self.proportions.note_blank(sum(count for *_, count in self.passed))
        bad = sorted([*self.bad.explain(), *self.left_out], key=lambda each: each.row)
        self._note_rejected([unread.located for unread in self.unread])
        located = self._locate([each.row for each in bad])
        rejected = [RejectedRow((each.before, 0), each.located, each.rule, "", each.reason) for each in self.unread]
        for each, at in zip(bad, located, strict=True):
            rejected.append(RejectedRow((each.row, 1), at, each.rule, each.column, each.reason))
        return rejected

    def list_conflicts(self, numbers: NDArray[np.int64]) -> list[RejectedRow]:
        """Typed rows, by number in `frame`, whose key an earlier and different row has."""
        rows = self.rows[numbers].tolist()
        return [reject_conflict(row, at) for row, at in zip(rows, self._locate(rows), strict=True)]

    def _locate(self, rows: Sequence[int]) -> list[Located]:
        """Where rows stand: of a few first, for each may show what stands around very many of them."""
        located, few = list[Located](), _FEW
        while len(located) < len(rows):
            some = self.locate(rows[len(located) : len(located) + few])
            self._note_rejected(some)
            located += some
            few *= _TIMES
        return located

    def _note_rejected(self, located: Sequence[Located]) -> None:
        self.proportions.note_odd(len(located))
        self.proportions.note_rejected(sum(len(at.place) + len(at.raw) for at in located))


class Judge:
    """Judges the batches of one file."""

    def __init__(self, source: Source, reading: Reading) -> None:
        self._source, self._reader = source, reading.reader
        self._dialect, self._proportions = reading.dialect, reading.proportions
        self._may_repeat = self._dialect.may_repeat or bool(compile_titles(source, self._dialect))
        """Whether a value may stand in several rows; what workbooks and Parquet have of them is measured before."""
        self._dialects = {frozenset[str](): self._dialect}
        """By the columns of which the hook made days or moments."""
        self._headers = HeaderRows(source, reading.dialect, reading.reader)

    def judge(self, part: Any) -> Judged:
        """Read one part of the file and judge its rows."""
        import numpy as np

        batch = self._read(part)
        shown = self._measure(batch.frame)
        frame, kept, dated = apply_hook(self._source, self._dialect, batch.frame)
        headers = self._headers.find(batch.frame)
        if len(headers):
            is_row = ~np.isin(kept, headers)
            frame, kept = frame.filter(is_row), kept[is_row]
        typed = self._contract(frame, dated).apply(frame, damaged=batch.damaged)
        rows = np.delete(kept, typed.bad.numbers)
        bad = replace(typed.bad, numbers=[int(kept[row]) for row in typed.bad.numbers])
        left_out = self._find_left_out(batch.frame.height, kept, headers.tolist())
        identities = Identities(typed.frame, self._source.key) if self._source.key else None
        rows_read = batch.frame.height + len(batch.unread)
        return Judged(
            rows_read, typed.frame, rows, bad, left_out, batch.unread, identities, batch.passed, batch.locate,
            self._proportions, shown,
        )  # fmt: skip

    def _measure(self, frame: pl.DataFrame) -> int:
        """The bytes of all cells where values may be repeated, which are held once until the rows are typed."""
        if not self._may_repeat:
            return 0
        shown = sum(int(column.str.len_bytes().sum()) for column in frame)
        self._proportions.require_batch(shown)
        return shown

    def _find_left_out(self, rows: int, kept: NDArray[np.int64], headers: Sequence[int]) -> list[BadRow]:
        import numpy as np

        if len(kept) == rows:
            return []
        reason = f"left out by the hook of {self._source.name}"
        gone = np.setdiff1d(np.arange(rows), [*kept.tolist(), *headers]).tolist()
        found = [BadRow(row, Rule.LEFT_OUT, "", reason) for row in gone]
        return found + [BadRow(row, Rule.LABELS, "", "the row holds nothing but labels of columns") for row in headers]

    def _contract(self, frame: pl.DataFrame, dated: frozenset[str]) -> Contract:
        if dated not in self._dialects:
            self._dialects[dated] = read_dated(self._source, self._dialect, dated)
        return Contract.of(self._source, self._dialects[dated], frame.columns, frame.height)

    def _read(self, part: Any) -> TextBatch:
        """A batch whose places name the archive's member, if there is one."""
        batch, member = self._reader.read(part), self._reader.facts.member
        batch = replace(batch, frame=put_together(self._dialect, batch.frame))
        if not member:
            return batch

        def name(located: Located) -> Located:
            return Located(f"{member}:{located.place}", located.raw)

        unread = [replace(row, located=name(row.located)) for row in batch.unread]
        passed = [(name(at), cause, count) for at, cause, count in batch.passed]
        return replace(
            batch, unread=unread, passed=passed, locate=lambda rows: [name(located) for located in batch.locate(rows)]
        )

    def read_keys(self, part: Any) -> NDArray[np.uint64]:
        """The hashed keys of one part's rows: of all that can be accepted, and maybe of others."""
        frame, _, dated = apply_hook(self._source, self._dialect, self._read(part).frame)
        return hash_keys(self._contract(frame, dated).type_columns(frame, self._source.key), self._source.key)
