"""Years in one column of a sample and their weeks, quarters, months and days in others: the days that they make."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from conditioners.drafting.date_conventions import parse_day
from conditioners.drafting.digit_dates import are_years, find_year, labels_months, labels_own_years, labels_weeks
from conditioners.drafting.guesses import Guess
from conditioners.drafting.joined_cells import Joint, are_filled_alike, join_cells

_LABELS_QUARTERS = re.compile(r"quarter|\bqtr\b|quartal|trimestre|kwarta", re.IGNORECASE)
_LABELS_DAYS = re.compile(r"\bdays?\b|_day\b|\btag\b|\bjour\b|\bd[ií]a\b|\bdag\b|\bgiorno\b|\bdd\b", re.IGNORECASE)
_CODES: Mapping[str, Sequence[str]] = {
    "week": ("%V",), "month": ("%m", "%b", "%B"), "day": ("%d",), "quarter": ("%q",),
}  # fmt: skip
_WORDED = re.compile(r"([^0-9%]*)[0-9]{1,2}")
_FLOATED = re.compile(r"[0-9]+\.0")


def join_years(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], fit: Sequence[int]) -> Iterator[Joint]:
    """A year with its week, or with its month and maybe day; none of a company's own year."""
    year = find_year([guess.label for guess in guesses], columns)
    if year is None or year not in fit:
        return
    parts = {at: _find_year_part(guesses[at].label, columns[at]) for at in fit if at != year}
    by_kind = {kind: [at for at, part in parts.items() if part == kind] for kind in ("week", "month", "day", "quarter")}
    for kinds in (("week",), ("month", "day"), ("month",), ("quarter",)):
        chosen = [by_kind[kind] for kind in kinds]
        if all(len(each) == 1 for each in chosen):
            members = (year, *(each[0] for each in chosen))
            joint = _join_year(guesses, columns, members, kinds)
            if joint is not None:
                yield joint


def tell_parts(guesses: Sequence[Guess], columns: Sequence[Sequence[str]]) -> list[str]:
    """What to know of columns that look like parts of a day and make none, where no column is a date."""
    labels = [guess.label for guess in guesses]
    year = find_year(labels, columns)
    if year is None:
        return _tell_yearless(labels, columns)
    told = list[str]()
    for label, cells in zip(labels, columns, strict=True):
        if _find_year_part(label, cells) == "week":
            whole = join_cells((columns[year], cells), (0, 1))
            formats = list(_list_formats((columns[year], cells), (0, 1), ("week",)))
            odd = next((cell for cell in whole if not any(parse_day(cell, each) for each in formats)), None)
            if odd is not None:
                told.append(f"{labels[year]!r} and {label!r} are no ISO weeks, since {odd!r} is none, and stay apart")
        elif labels_months(label) and _has_other_months(cells):
            told.append(f"{labels[year]!r} and {label!r} stay apart: where these are months, declare `months`")
    return told


def _has_other_months(cells: Iterable[str]) -> bool:
    words = {cell.strip() for cell in cells if len(cell.strip()) > 2 and cell.strip().isalpha()}
    return any(not parse_day(word, "%b") and not parse_day(word, "%B") for word in words)


def _tell_yearless(labels: Sequence[str], columns: Sequence[Sequence[str]]) -> list[str]:
    """What to know of weeks and months whose year stands in no column."""
    if any(map(labels_own_years, labels)) or any(
        are_years(label, cells) for label, cells in zip(labels, columns, strict=True)
    ):
        return []
    parts = {label: _find_year_part(label, cells) for label, cells in zip(labels, columns, strict=True)}
    return [
        f"{label!r} has {part}s without a year: where it stands around the rows, `parts` takes it, such as "
        f"('@sheet', {label!r}) from a sheet's name"
        for label, part in parts.items() if part in ("week", "month")
    ]  # fmt: skip


def _find_year_part(label: str, cells: Sequence[str]) -> str | None:
    """Which part of a year a column holds, by its label; None if it holds others."""
    filled = {cell.strip().removesuffix(".0") for cell in cells} - {""}
    if not filled:
        return None
    for kind, is_labelled in (
        ("week", labels_weeks(label)), ("month", labels_months(label)), ("quarter", _LABELS_QUARTERS.search(label)),
    ):  # fmt: skip
        if is_labelled and all(_WORDED.fullmatch(cell) or (kind == "month" and cell.isalpha()) for cell in filled):
            return kind
    is_day = _LABELS_DAYS.search(label) and all(cell.isdigit() and 1 <= int(cell) <= 31 for cell in filled)
    return "day" if is_day else None


def _join_year(
    guesses: Sequence[Guess], columns: Sequence[Sequence[str]], members: tuple[int, ...], kinds: Sequence[str]
) -> Joint | None:  # fmt: skip
    if not are_filled_alike(columns, members):
        return None
    cells = join_cells(columns, members)
    filled = {cell for cell in cells if cell}
    written = next((each for each in _list_formats(columns, members, kinds) if _are_days(filled, each)), None)
    if written is None:
        return None
    last, labels = guesses[members[-1]], [guesses[at].label for at in members]
    meant = {
        "week": "the Monday of an ISO week: check that they are no fiscal weeks",
        "month": "the first day of a month", "day": "one day",
        "quarter": "the first day of a quarter: check that they are no fiscal ones",
    }[kinds[-1]]  # fmt: skip
    told = f"{' and '.join(map(repr, labels))} are read as {meant}"
    is_required = all(cells)
    return Joint(
        Guess(
            last.name, " ".join(labels), "Day", () if is_required else ("optional=True",), (written,),
            remarks=(told,), is_required=is_required, is_joint=True,
        ), members, cells,
    )  # fmt: skip


def _are_days(cells: Iterable[str], written: str) -> bool:
    return all(parse_day(cell, written) for cell in cells)


def _list_formats(columns: Sequence[Sequence[str]], members: Sequence[int], kinds: Sequence[str]) -> Iterator[str]:
    """Formats that the parts of days may have, each with a blank before the next."""
    year = "%G" if "week" in kinds else "%Y"
    possible = [[year + _float(columns[members[0]])]]
    for at, kind in zip(members[1:], kinds, strict=True):
        worded = {found[1] for cell in columns[at] if (found := _WORDED.match(cell.strip()))}
        words = worded.pop() if len(worded) == 1 else ""
        possible.append([words + code + _float(columns[at]) for code in _CODES[kind]])
    return (" ".join(parts) for parts in product(*possible))


def _float(cells: Sequence[str]) -> str:
    """The point and zero behind the whole numbers of programs that know no others."""
    return ".0" if all(_FLOATED.fullmatch(cell.strip()) for cell in cells if cell.strip()) else ""
