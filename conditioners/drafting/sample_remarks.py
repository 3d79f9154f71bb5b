"""What an author should check of a sample's table: labels, totals among its rows, and further tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conditioners.auto.conditioning import AutoSummary
from conditioners.auto.output import TableSummary
from conditioners.drafting.asides import find_total

_MAY_LACK_LABELS, _SHOWN = ("delimited text", "fixed width"), 60
_TOTAL_NAME = re.compile(
    r"\s*(all|total|overall|alle|gesamt|tous|toutes|todos|todas)( [^\W\d_]+){0,2}\s*", re.IGNORECASE
)


def tell_unlabelled(summary: AutoSummary, table: TableSummary, rows: Sequence[Sequence[str]]) -> str:
    """What is odd about labels if a column of delimited text has none and more than the numbers of its rows."""
    if summary.dialect["format"] != "delimited text" or table.labels is None or table.header_note:
        return ""
    without = [at for at, label in enumerate(table.labels) if not label.strip()]
    held = [[row[at].strip() for row in rows] for at in without]
    return "a column with values has no label" if any(any(cells) and not _are_counted(cells) for cells in held) else ""


def tell_no_labels(summary: AutoSummary, table: TableSummary, rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What to check where no row was taken for labels, of which the first row may be one."""
    if table.labels is not None or table.columns == 1 or summary.dialect["format"] not in _MAY_LACK_LABELS:
        return ()
    told = (
        f"no row of labels was found, so columns are declared by their places and the first row is {_join(rows[0])!r}"
    )
    return (f"{told}: if these are labels, leave `fields` out and declare the labels of columns",)


def _join(cells: Sequence[str]) -> str:
    joined = " ".join(" ".join(cells).split())
    return joined if len(joined) <= _SHOWN else f"{joined[:_SHOWN]}\u2026"


def _are_counted(cells: Sequence[str]) -> bool:
    """Whether they are the numbers of their rows, from 0 or 1 on."""
    return any(all(cell == str(at) for at, cell in enumerate(cells, start=first)) for first in (0, 1))


def is_of_units(line: str, raw: str, labels_end: int) -> bool:
    """Whether a line right below the labels has words alone, in two cells or more, as those with units have."""
    cells = [cell for cell in re.split(r"[\t,;|]|\s{2,}", raw.strip()) if re.search(r"[^\W\d_]", cell)]
    is_below = labels_end > 0 and line == str(labels_end + 1)
    return is_below and not any(map(str.isdigit, raw)) and len(cells) > 1


def tell_units(raw: str) -> str:
    """What to check of a line that is taken for one of units."""
    return f"the line below the labels is taken for their units, and skipped: {_join([raw])!r}"


def tell_totals(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What to check where whole rows begin with a word for a sum, or name one in another cell."""
    whole = [" ".join(row).strip() for row in rows if all(map(str.strip, row)) and _names_total(row)]
    if not whole or len(whole) * 2 > len(rows):
        return ()
    told = f"rows that begin like totals are rows: {len(whole)}, such as {whole[0]!r}; where they are none, declare"
    return (f"{told} their names as `sentinels` of a required column, and `skip` the lines",)


def _names_total(row: Sequence[str]) -> bool:
    """Whether a row begins like a total, or has a cell that is one's name."""
    return find_total(" ".join(row)) is not None or any(map(_TOTAL_NAME.fullmatch, row))


def is_sheet_like(table: TableSummary, first: TableSummary) -> bool:
    """Whether a table on another sheet has all labels of the first, in whatever order and with others among them."""
    return table.name != first.name and bool(first.labels) and set(first.labels or ()) <= set(table.labels or ())


def tell_tables(
    first: TableSummary, others: Sequence[TableSummary], *, has_until: bool, has_paths: bool
) -> tuple[str, ...]:  # fmt: skip
    """What to check where the sample has other tables beside the one that is declared."""
    unlike = [table for table in others if table.labels != first.labels]
    if not unlike and has_paths and len(others) > 1:
        told = f"the sample has {len(others)} tables with these labels, of which the declaration reads one alone"
        return (f"{told}: `{{}}` in the place of a name in its paths leads to the tables under all names",)
    if not unlike:
        return ()
    more = "a further table" if len(unlike) == 1 else f"{len(unlike)} further tables"
    told = f"the sample has {more} with other labels, not declared here"
    return (f"{told}: where it stands behind the first, `until` leaves it out" if has_until else told,)
