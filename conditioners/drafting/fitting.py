"""How well a column's cells fit a type: which do, which are words for "no value", and which are misfits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

NOTHING = frozenset(
    {
        "NA", "N/A", "n/a", "na", "n.a.", "N.A.", "#N/A", "NULL", "Null", "null", "None", "none", "NaN", "nan", "NaT",
        "nil", "k.A.", "k. A.", "TBD", "tbd", "TBA", "-", "--", "---", "\u2013", "\u2014", ".", "..", "...", "\u2026",
        "?", "*", "\\N", "(NA)", "(S)", "(X)", "(D)", "(blank)", "(null)", ":", "/",
    }
)  # fmt: skip
_MARKS = re.compile("([-*._?=\u2013\u2014\u2026])\\1+")
"""One mark several times, such as the `***` of a printed report."""
_RECURRING, _LONGEST_WORD, _MOST_WORDS = 2, 24, 5
_MOST_MISFIT, _MOST_NAMED = 0.1, 1 / 3
_SHORTEST_WORD = 3
_CODE = re.compile(r"[A-Za-z]{1,2}|(?=.*[A-Za-z])(?=.*[0-9])[A-Za-z0-9-]+")
_CODE_WEIGHT = 10
_MANY, _MANY_OF = 5, 0.01
_BLANK_DATE = re.compile(r"[09]{1,4}([-/. ]?)[09]{2}\1[09]{2,4}(?:[ T]00:00(?::00)?)?")


@dataclass(frozen=True)
class Fit:
    """A column's distinct cells with their counts, under one type."""

    fitting: Counter[str]
    words: Counter[str]
    """For "no value": well-known ones, and others without digits that recur."""
    misfits: Counter[str]

    @property
    def is_good(self) -> bool:
        """Whether by far the most cells fit. One that looks like a code weighs more: then others may be codes, too."""
        fitting = self.fitting.total()
        named = sum(count for word, count in self.words.items() if not _is_nothing(word))
        odd = sum(count * (_CODE_WEIGHT if _CODE.fullmatch(cell) else 1) for cell, count in self.misfits.items())
        return (
            fitting > 0
            and not self._has_other_form()
            and odd <= _MOST_MISFIT * (fitting + named + self.misfits.total())
            and named <= _MOST_NAMED * (fitting + named)
        )

    def _has_other_form(self) -> bool:
        """Whether misfits of one form are so many that they mean something, such as years among months."""
        usual = {_show_form(cell) for cell in self.fitting}
        forms: Counter[str] = Counter()
        for cell, count in self.misfits.items():
            forms[_show_form(cell)] += count
        most = max((count for form, count in forms.items() if form not in usual), default=0)
        return most >= _MANY and most > _MANY_OF * (self.fitting.total() + self.misfits.total())

    @property
    def has_categories(self) -> bool:
        """Whether cells that are no numbers come again, such as `5+` or `A`: then numbers may be names as well."""
        return any(count >= _RECURRING and not cell.startswith("#") for cell, count in self.misfits.items())

    def tell_words(self, label: str) -> str | None:
        """Which words are read as no value, with their counts."""
        if not self.words:
            return None
        told = ", ".join(f"{word!r} ({count} cells)" for word, count in sorted(self.words.items()))
        return f"{label!r} has words that are read as no value: {told}".replace("(1 cells)", "(1 cell)")


def _show_form(cell: str) -> str:
    """What a cell is made of: `9` for any digit, `a` for any letter."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"[0-9]", "9", cell))


def find_fit(cells: Counter[str], fits: Callable[[str], bool]) -> Fit:
    """Which cells fit, and what the others are."""
    fitting = Counter({cell: count for cell, count in cells.items() if fits(cell)})
    others = Counter({cell: count for cell, count in cells.items() if cell not in fitting})
    words = Counter({cell: count for cell, count in others.items() if _is_nothing(cell)})
    recurring = [cell for cell, count in others.most_common() if _is_word(cell, count) and cell not in words]
    words.update({cell: others[cell] for cell in recurring[:_MOST_WORDS]})
    return Fit(fitting, words, others - words)


def _is_nothing(cell: str) -> bool:
    """Whether a cell is a well-known word for "no value", or marks alone."""
    return cell in NOTHING or _MARKS.fullmatch(cell) is not None


def _is_word(cell: str, count: int) -> bool:
    """Whether a cell may be a word for "no value", such as `closed`; errors of a spreadsheet are none."""
    if count < _RECURRING or not _SHORTEST_WORD <= len(cell) <= _LONGEST_WORD or cell.startswith("#"):
        return False
    return not any(map(str.isdigit, cell)) or _BLANK_DATE.fullmatch(cell) is not None
