"""Rows of a sample that are none of its table's: totals among the rows, and what heads groups of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from conditioners.drafting.title_labels import FIRST_CELL, suggest_title

_TOTAL = re.compile(
    r"\W*+(grand |sub-?|sous[- ])?(totals?|total(e|es|en|t)?|(eind|sub)?totaal|sum|(zwischen|end|teil|gesamt)?summe"
    r"|overall result|result(?=\s*(?:[;,|\t\"]|$))"
    r"|(gesamt)?ergebnis|gesamt|somme|suma|(total)?summa|razem|(общий )?итого?|合计|总计|小计|合計|総計|小計"
    r"|합계|총계|총합계|소계)\b"
    r"|\W*\*(?=[\s|;,\"]|$)",
    re.IGNORECASE,
)
_ENDS_LIKE_TOTAL = re.compile(r"\b(?:sub)?total$|\bgesamt$|\b(?:zwischen|end|teil|gesamt)?summe$", re.IGNORECASE)
_FIRST_CELL = re.compile(r"[\t ]*((?:(?! {2,}[^\w,;|\t]*[0-9])[^,;|\t])*)")
"""The first cell of a line that has one, up to a delimiter, or to a number a column away."""
_USUAL, _MOST = 0.6, 0.4
"""The share of rows that fill a column which rows are to have, and that of asides beyond which they are rows."""
_FEWEST_COLUMNS, _SHORTEST_PREFIX, _TELLING_ROWS = 3, 3, 10


def find_total(text: str) -> str | None:
    """What a row begins with up to a word for a sum; None if it begins otherwise."""
    found = _TOTAL.match(text)
    return found[0] if found else None


@dataclass(frozen=True)
class Asides:
    """Rows without what the others have: sums of these, or a single cell of words above some of them."""

    totals: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    are_names: bool = False
    """Whether so many rows begin like totals that these are names, such as the market `Total US`."""

    @property
    def shared_heading(self) -> str:
        """What all headings begin with, such as `Region:`; empty if that is too little to tell them by."""
        starts = [re.match(r"[^:]*:?", heading)[0] for heading in self.headings]  # type: ignore[index]
        prefix = starts[0] if starts and len(set(starts)) == 1 and starts[0].endswith(":") else ""
        return prefix if len(prefix.strip()) >= _SHORTEST_PREFIX else ""

    @property
    def has_stars(self) -> bool:
        """Whether sums begin with stars alone, as those of SAP do."""
        return any(total.startswith("*") for total in self.totals)

    def match_total(self, raw: str) -> str | None:
        """A pattern for lines that end their first cell as this one, which is one of the totals, does; else None."""
        first = _FIRST_CELL.match(raw)[1]  # type: ignore[index]
        word = _ENDS_LIKE_TOTAL.search(first.strip().strip('"'))
        is_one = any(total.startswith(first.strip().strip('"')) for total in self.totals)
        return rf"[^,;|\t]*\b{word[0]}" if word and is_one else None

    def tell(self) -> tuple[str, ...]:
        """What to check of them."""
        told = []
        if self.totals:
            told.append(f"rows taken for totals, since they lack cells: {_show(self.totals)}")
        if self.headings:
            heads = f"rows of one cell, which may head those below: {_show(self.headings)}"
            label = suggest_title([[heading] for heading in self.headings])
            told.append(f"{heads}; what they tell is in no column, which `labels` such as {label!r} make it")
        return tuple(told)


def _show(rows: Sequence[str]) -> str:
    return f"{len(rows)}, such as {rows[0][:40]!r}"


def part_asides(rows: Sequence[Sequence[str]]) -> tuple[list[Sequence[str]], Asides]:
    """The rows without asides, and these; all rows if so many would be asides that they may be none."""
    usual = _find_usual(rows)
    if begin_like_names(rows):
        return list(rows), Asides(are_names=True)
    totals = {at: _join(row) for at, row in enumerate(rows) if _is_part_total(row, usual)}
    headings = {at: _join(row) for at, row in enumerate(rows) if at not in totals and _is_heading(row, usual)}
    if not (totals or headings) or len(totals) + len(headings) > _MOST * len(rows):
        return list(rows), Asides()
    kept = [row for at, row in enumerate(rows) if at not in totals and at not in headings]
    return kept, Asides(tuple(totals.values()), tuple(headings.values()))


def begin_like_names(rows: Sequence[Sequence[str]]) -> bool:
    """Whether most rows begin like totals, which there can hardly be so many of."""
    return sum(find_total(_first(row)) is not None for row in rows) * 2 > len(rows)


def tell_gaps(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What to check of first columns that only the first row of each group fills."""
    told = list[str]()
    for at, label in enumerate(labels):
        filled = sum(bool(row[at].strip()) for row in rows)
        if len(rows) < _TELLING_ROWS or not rows[0][at].strip() or filled * 2 >= len(rows):
            break
        by_title = "" if told else f": `labels` such as {FIRST_CELL!r} fill those in"
        told.append(f"{label!r} is filled in {filled} of {len(rows)} rows, perhaps for those below as well{by_title}")
    return tuple(told)


def without_bare_sum(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """The rows without a last one that alone has nothing in the first column, as sums without a word have."""
    others = rows[:-1]
    if len(others) < _TELLING_ROWS or rows[-1][0].strip() or not all(row[0].strip() for row in others):
        return list(rows)
    return list(others)


def _find_usual(rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns that most rows fill."""
    width = len(rows[0]) if rows else 0
    return [at for at in range(width) if sum(bool(row[at].strip()) for row in rows) >= _USUAL * len(rows)]


def _is_part_total(row: Sequence[str], usual: Sequence[int]) -> bool:
    first = _first(row)
    is_total = find_total(first) is not None or _ENDS_LIKE_TOTAL.search(first.strip()) is not None
    return is_total and not all(row[at].strip() for at in usual)


def _first(row: Sequence[str]) -> str:
    return next((cell for cell in row if cell.strip()), "")


def _is_heading(row: Sequence[str], usual: Sequence[int]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return len(usual) >= _FEWEST_COLUMNS and len(filled) == 1 and not any(map(str.isdigit, filled[0][:1]))


def _join(row: Sequence[str]) -> str:
    return " ".join(" ".join(row).split())
