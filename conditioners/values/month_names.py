"""Names of months that a dialect declares, in whatever language: written as English ones, which formats know."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from conditioners.outcome import SourceError

if TYPE_CHECKING:
    import polars as pl

Months = tuple[str | tuple[str, ...], ...]
"""The names of the twelve months, from January on; a tuple where one has several."""
_ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.])*")


def require_months(dialect: str, months: Months) -> None:
    """Raises SourceError for names that are none, or not those of twelve months."""
    if months and len(months) != len(_ENGLISH):
        raise SourceError(f"dialect {dialect!r}: `months` are the names of twelve, from January on")
    names = [name for several in map(list_names, months) for name in dict.fromkeys(map(str.lower, several))]
    for name in names:
        if not _NAME.fullmatch(name) or names.count(name) > 1:
            told = "is that of two" if names.count(name) > 1 else "begins with a letter, and has no blank or digit"
            raise SourceError(f"dialect {dialect!r}: the name {name!r} of a month {told}")


def list_names(month: str | tuple[str, ...]) -> tuple[str, ...]:
    """The names of one month."""
    return (month,) if isinstance(month, str) else month


def write_in_english(cell: pl.Expr, months: Months) -> pl.Expr:
    """The same text with the first name of a month that stands in it as a word in English, by three letters."""
    import polars as pl

    english = _table(months)
    pattern = f"(?i){_pattern(months)}"
    month = cell.str.extract(pattern, 2).str.to_lowercase()
    month = month.replace_strict(list(english), list(english.values()), default=None, return_dtype=pl.String)
    before, behind = (cell.str.extract(pattern, group).fill_null("") for group in (1, 3))
    return pl.when(month.is_null()).then(cell).otherwise(pl.concat_str([before, month, behind]))


def translate_month(text: str, months: Months) -> str:
    """The same of one text."""
    # Python's expressions have no classes of Unicode, and Rust's do not know these.
    found = re.fullmatch(_pattern(months).replace(r"\P{L}", r"(?:[\W\d_])"), text, re.IGNORECASE | re.DOTALL)
    month = _table(months).get(found[2].lower()) if found else None
    return f"{found[1] or ''}{month}{found[3] or ''}" if found and month else text


@lru_cache(maxsize=64)
def _table(months: Months) -> dict[str, str]:
    return {name.lower(): _ENGLISH[at] for at, month in enumerate(months) for name in list_names(month)}


@lru_cache(maxsize=64)
def _pattern(months: Months) -> str:
    """Three groups: what stands before a name, the name, and what stands behind; a longer name before a shorter one."""
    names = "|".join(map(re.escape, sorted(_table(months), key=len, reverse=True)))
    return rf"^(?:([\s\S]*?\P{{L}})|)({names})(?:(\P{{L}}[\s\S]*)|)$"
