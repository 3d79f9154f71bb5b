"""The rows of one table, behind its head: kept or dropped, and told from notes and from where another begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice, takewhile

from conditioners.rules import Rule
from conditioners.structure.ahead import Ahead
from conditioners.structure.block import Block
from conditioners.structure.found import Dropped, Found, Kept, KeptBlock, Passed, PassedLines
from conditioners.structure.heads import Head
from conditioners.structure.kinds import TYPED, kind_of
from conditioners.structure.neighbours import are_labels
from conditioners.structure.profiles import MOST_COLUMNS, Profile
from conditioners.structure.rows import Resplit, Row
from conditioners.structure.widths import WidthMender

_FEW = 3
"""Rows that other labels need behind them to begin a table."""
_FEW_CELLS = 2
"""Cells that a note behind a table may have."""
_TITLE = 2
"""Cells that a title behind a blank line may have, such as `Market:` and its name."""
_TITLE_AND_LABELS = 3
"""Rows of a title and labels, with a blank one between them."""
_FOLLOWING = 12
"""Rows that are looked at to tell whether another table begins, its labels among them."""
_MOST_HELD = 1000
"""Rows in a row that may be notes; more of them are rows."""


def is_sparse(filled: int, head: Head) -> bool:
    """Whether a row has so few cells filled that it may be a note."""
    return head.cells >= 3 and filled * 4 <= max(4, head.cells)


class TableReader:
    """The rows behind one head."""

    def __init__(
        self, ahead: Ahead, head: Head, profile: Profile, resplit: Resplit, words_are_apart: bool, behind: str | None
    ) -> None:  # fmt: skip
        """`behind` is the place of the first row behind the table, if that is known."""
        self._ahead, self._head, self._profile, self._behind = ahead, head, profile, behind
        self._widths = WidthMender(head, profile, resplit, words_are_apart=words_are_apart)
        self._held: list[tuple[Row, Kept | None]] = []
        """Rows that are notes if the table ends here, and kept or dropped if it goes on, as is known by then."""
        self._is_behind_blank = False
        self._has_title = False
        """Whether the held rows stand behind a blank one and have one cell each, as titles do."""
        self._has_notes = not head.is_ragged
        """False once there were too many of them to be notes, and for lists, which may have few cells."""
        self._is_stuck = False
        """Whether the next row has to be looked at by itself."""
        self._look: Callable[[int], Sequence[Row]] = ahead.look
        """Gives the row in question and those behind it, at most `_FOLLOWING`."""

    def read(self) -> Iterator[Found]:
        """The table's rows; stops where another table begins."""
        while True:
            block = None if self._behind is not None or self._is_stuck else self._ahead.take_block()
            self._is_stuck = False
            if block is not None:
                yield from self._take(block)
                continue
            row = self._ahead.first()
            if row is None or row.place == self._behind:
                break
            if self._begins_another(row):
                yield from self._end(is_followed=True)
                return
            yield from self._judge(row)
            self._ahead.take(1)
        yield from self._end()

    def _take(self, block: Block) -> Iterator[Found]:
        """A block's rows at once, if each would be kept by itself, or all of them are blank."""
        if block.is_blank:
            self._is_behind_blank = True
            yield PassedLines(block.first_line, len(block.lines))
            return
        is_odd = block.width != self._head.cells or self._is_behind_blank or self._head.padding
        if block.holds(self._head.labels or ()):
            self._ahead.put(block, len(block.rows))
        elif is_odd or self._is_note(block.last_cells):
            yield from self._take_uneven(block)
        else:
            yield from self._release()
            self._widths.note_kept(len(block.rows) * self._head.cells)
            yield KeptBlock(block.rows, block.csv)

    def _take_uneven(self, block: Block) -> Iterator[Found]:
        """What reading a block's rows one by one gives, those that are kept together; may leave the last few."""
        kept, others = list[Sequence[str]](), list[Found]()
        for at, cells in enumerate(block.rows):
            filled = sum(map(bool, map(str.strip, cells)))
            if not filled:
                self._is_behind_blank = True
                others.append(Passed(block.place(at), "blank"))
                continue
            is_sound = self._is_sound(cells, filled)
            if not is_sound and self._leaves(block, at):
                break
            for found in self._release() if is_sound else self._judge(block.row(at)):
                if isinstance(found, Kept):
                    yield from _together(kept)
                    yield found
                    kept = []
                else:
                    others.append(found)
            if is_sound:
                self._is_behind_blank = False
                self._widths.note_kept(len(cells))
                kept.append((*cells, *self._head.padding) if self._head.padding else cells)
        self._look = self._ahead.look
        yield from _together(kept)
        yield from others

    def _leaves(self, block: Block, at: int) -> bool:
        """Whether the rows of a block from a number on are left, since another table begins there, or may."""
        self._look = partial(block.look, at)
        if at + _FOLLOWING <= len(block.rows) and not self._begins_another(block.row(at)):
            return False
        self._ahead.put(block.behind(at), 1)
        self._is_stuck = True
        return True

    def _is_sound(self, cells: Sequence[str], filled: int) -> bool:
        """Whether a row that is not blank is one of the table whatever follows."""
        if len(cells) != self._head.cells:
            return False
        if self._is_behind_blank and (filled == 1 or self._may_be_labels(cells)):
            return False
        return (filled == len(cells) and not self._is_behind_blank) or not self._is_note(cells)

    def _may_be_labels(self, cells: Sequence[str]) -> bool:
        """Whether a row of the table's width may begin another one behind a blank row."""
        return tuple(cells) == self._head.labels or self._profile.contradicts_everywhere(cells, fewest=1)

    def _judge(self, row: Row) -> list[Found]:
        """What is known now of a row that begins no table, and of those that were held before it."""
        if row.is_blank:
            self._is_behind_blank = True
            return [Passed(row.place, "blank")]
        if row.is_comment and row.width != self._head.cells:
            return [Passed(row.place, "a comment")]
        if (kept := self._keep(row)) is None or self._is_note(row.cells or ()):
            is_title = self._is_behind_blank and row.filled == 1
            self._has_title = is_title and (self._has_title or not self._held)
            self._held.append((row, kept))
            if len(self._held) < _MOST_HELD:
                return []
            self._has_notes = False
            return self._release()
        self._is_behind_blank = False
        return [*self._release(), kept]

    def _keep(self, row: Row) -> Kept | None:
        return self._widths.keep(row, is_behind_blank=self._is_behind_blank)

    def _is_note(self, cells: Sequence[str]) -> bool:
        """Whether a row of the right width is a note, should the table end behind it."""
        if len(cells) != self._head.cells or not self._has_notes:
            return False
        filled = sum(map(bool, map(str.strip, cells)))
        is_short = filled * 2 < len(cells) or (self._is_behind_blank and filled <= _TITLE)
        if self._head.cells >= 3 and is_short and self._profile.lacks_all_typed(cells):
            return True
        if self._is_behind_blank and filled == 1 and self._is_above_labels():
            return True
        return is_sparse(filled, self._head) and self._profile.lacks_all_needed(cells)

    def _is_above_labels(self) -> bool:
        """Whether the table's labels come again behind the next row."""
        behind = [each.cells for each in self._look(_TITLE_AND_LABELS)[1:] if not each.is_blank]
        return bool(behind) and behind[0] == self._head.labels

    def _release(self) -> list[Found]:
        """The held rows, now that the table goes on."""
        found: list[Found] = [kept or self._drop(row) for row, kept in self._held]
        self._held, self._has_title = [], False
        return found

    def _end(self, *, is_followed: bool = False) -> Iterator[Found]:
        """The held rows, now that the table has ended, at its last row or where labels of another one follow."""
        if is_followed and self._has_title:
            yield from (Passed(row.place, "before the table") for row, _ in self._held)
            return
        are_notes = self._head.cells >= 3 and all(self._may_be_note(row) for row, _ in self._held)
        for row, kept in self._held:
            yield Passed(row.place, "behind the table") if are_notes else kept or self._drop(row)

    def _may_be_note(self, row: Row) -> bool:
        """Whether a row with no table behind it says little enough to be none."""
        if row.cells is None or row.filled > _FEW_CELLS or self._head.is_ragged:
            return False
        if row.width == self._head.cells and self._profile.has_form_among(row.cells):
            return False
        return row.width == 1 or row.width == self._head.cells or self._is_behind_blank

    def _drop(self, row: Row) -> Dropped:
        if row.cells is None:
            return Dropped(row, *row.fault)
        return Dropped(row, Rule.WRONG_FIELD_COUNT, f"{row.width} fields where the table has {self._head.cells}")

    def _begins_another(self, row: Row) -> bool:
        """Whether a further table begins here: the header row again, or other labels with rows that suit them."""
        if row.cells is None or not 2 <= row.width <= MOST_COLUMNS or row.is_blank:
            return False
        if self._head.labels is not None and row.cells == self._head.labels:
            return True
        if row.width == self._head.cells:
            fewest = 1 if self._has_title else 2
            if not (self._is_behind_blank and self._profile.contradicts_everywhere(row.cells, fewest)):
                return False
        if any(kind_of(cell) in TYPED for cell in row.cells):
            return False
        # Whether a row can be mended is asked last, for that takes longest.
        is_own = row.width != self._head.cells and self._keep(row) is not None
        return not is_own and self._heads_a_table(row)

    def _heads_a_table(self, row: Row) -> bool:
        behind = self._look(_FOLLOWING)[1:]
        following = list(islice((each for each in behind if not each.is_blank), _FEW))
        stretch = list(takewhile(lambda each: not each.is_blank, behind)) if self._is_behind_blank else []
        if len(stretch) == _FEW - 1:
            following = stretch
        elif len(following) < _FEW:
            return False
        if any(each.width != row.width for each in following) or self._ahead.to_compare < 0:
            return False
        self._ahead.to_compare -= row.width * (len(following) + 1)
        profile = Profile([each.cells or () for each in following], row.width)
        if self._is_behind_blank:
            return are_labels(row.cells or (), profile)
        return profile.support_labels(row.cells or ()) >= 1.0


def _together(rows: list[Sequence[str]]) -> Iterator[KeptBlock]:
    if rows:
        yield KeptBlock(rows)
