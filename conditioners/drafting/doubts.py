"""What to check of a column whose cells may mean something else than its type says: told, and never acted on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from conditioners.drafting.fitting import NOTHING, Fit
from conditioners.drafting.naming import names_code
from conditioners.structure.kinds import Kind, kind_of
from conditioners.values.date_forms import pattern_of

_MOST = 0.9
_EXPONENT = re.compile("[0-9][eE][-+]?[0-9]+$")
_CODE_LIKE_MONEY = re.compile("[A-Z]{3}[-+]?[0-9]")
_LOOKS_LIKE = {
    Kind.NUMBER: "numbers", Kind.MONEY: "amounts", Kind.SHARE: "shares", Kind.DAY: "days", Kind.MOMENT: "moments",
}  # fmt: skip
_MONTH_WORD = re.compile(r"(?:[0-9]{1,2}[. -]+)?([^\W\d_]{3,})\.?(?:[ .-]+(?:19|20)[0-9]{2}|[/'-][0-9]{2,4})")
_MONTHS = range(2, 13)
_FRACTION = r"(?:\.[0-9]{1,9})?"
_NINES = re.compile(r"-?(?:9{3,}(?:[.,][09]+)?|9{2}[.,]9+)")
_RECURRING, _FAR = 2, 0.9
_ZERO = re.compile("-?0+(?:[.,]0+)?")
_AMOUNT = re.compile(
    r"\D{0,4}(?:\d{1,3}(?:[.,'\u2019 \u00a0\u202f]\d{3})+|\d+(?=[.,]))(?:[.,]\d{1,4})?(?P<behind>\D{0,6})"
)
_MARKED = re.compile(r"-?[0-9][0-9.,]* ?(?![km])[a-z*]{1,2}")
"""Numbers with a mark that says what is special about them, as statistics have, and not how many thousands they are."""
_FEW_WORDS, _MANY_NUMBERS = 5, 0.25
_WHOLE_NAME = re.compile(r"[^\W\d_]{5,}")


def tell_missing(label: str, fit: Fit) -> tuple[str, ...]:
    """What to know of a number of nines, such as -9999, that recurs far from all others: it may stand for no value."""
    nines = [cell for cell, count in fit.fitting.items() if count >= _RECURRING and _NINES.fullmatch(cell)]
    sizes = {cell: _size(cell) for cell in fit.fitting} if nines else {}
    told = [f"{cell!r} ({fit.fitting[cell]} cells)" for cell in nines if _stands_apart(cell, sizes)]
    if not told:
        return ()
    return (f"{label!r} keeps {', '.join(told)}: declare it as `sentinels` where it stands for no value",)


def _stands_apart(cell: str, sizes: Mapping[str, float]) -> bool:
    """Whether all other numbers of a column are far nearer to zero, or there are none and it is below zero."""
    others = {other: size for other, size in sizes.items() if size != sizes[cell]}
    if not others:
        return cell.startswith("-")
    are_known = any(others.values()) or all(_ZERO.fullmatch(other) for other in others)
    return are_known and max(others.values()) < _FAR * sizes[cell]


def _size(cell: str) -> float:
    """How far a numeral is from zero, near enough to compare; zero where its marks leave that open."""
    plain = cell.lstrip("+-").replace(",", ".")
    return float(plain) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", plain) else 0


def tell_currencies(label: str, cells: Iterable[str], currency: Sequence[str]) -> tuple[str, ...]:
    """What to know of amounts in several currencies, of which a number keeps none."""
    names = sorted(currency, key=len, reverse=True)
    found = {next((name for name in names if name in cell), "") for cell in cells} - {""}
    if len(found) < 2:
        return ()
    pattern = "|".join(map(re.escape, sorted(sorted(found), key=len, reverse=True)))
    told = f"{label!r} has amounts in {', '.join(sorted(found))}, and keeps none of these"
    return (f"{told}: a text of the same label takes them, by `extract` of `.*?({pattern}).*`",)


def tell_fractions(label: str, written: str, cells: Iterable[str]) -> tuple[str, ...]:
    """What to know of moments that have more than seconds, which no column keeps."""
    if "%.f" not in written:
        return ()
    pattern = re.compile(pattern_of(written).replace(_FRACTION, r"(?:\.([0-9]{1,9}))?"))
    cut = next((cell for cell in cells if (found := pattern.match(cell)) and (found[1] or "").strip("0")), None)
    if cut is None:
        return ()
    return (f"{label!r} loses the fractions of its seconds, such as those of {cut}: moments are kept to the second",)


def tell_mixed(label: str, fit: Fit) -> tuple[str, ...]:
    """What to know of a text many of whose cells are numbers, the others a few words or numbers with marks."""
    numerals, others = fit.fitting.total(), fit.words + fit.misfits
    marked = [cell for cell in fit.misfits if _MARKED.fullmatch(cell)]
    with_marks = numerals + sum(others[cell] for cell in marked) if numerals >= _FEW_WORDS else 0
    few = len(others) - len(marked) <= _FEW_WORDS and with_marks > _MANY_NUMBERS * (numerals + others.total())
    if names_code(label) or not (numerals > others.total() or few):
        return ()
    odd = ", ".join(repr(cell[:20]) for cell, _ in others.most_common(3))
    told = f"{label!r} is text, since {others.total()} of {numerals + others.total()} cells are no numbers: {odd}"
    if not marked:
        return (told,)
    return (f"{told}; {_show_extracts(others)}, as in {marked[0]!r}",)


def _show_extracts(others: Iterable[str]) -> str:
    """What takes numbers with marks apart, cells of no number alone among them."""
    absent = sorted({cell.partition(" ")[0] for cell in others} & NOTHING)
    number = "|".join(["([0-9.,-]+)", *map(re.escape, absent)])
    number = f"(?:{number})" if absent else number
    before = "|".join(["[0-9.,-]+", *map(re.escape, absent)])
    return (
        f"an optional number takes those before marks by `extract` of `{number} ?[a-z*]*`, "
        f"and a text of the same label the marks by `(?:{before}) ?([a-z*]*)`"
    )


def tell_undated(label: str, kind: str, fit: Fit, formats: Sequence[str]) -> tuple[str, ...]:
    """What to know of a text most of whose cells are days or moments."""
    others = fit.words + fit.misfits
    odd, total = ", ".join(repr(cell[:20]) for cell, _ in others.most_common(3)), others.total() + fit.fitting.total()
    what = f"no {kind.lower()}s written like {formats[0]}"
    return (f"{label!r} is text, since {others.total()} of {total} cells are {what}: {odd}",)


def tell_unknown_form(label: str, counts: Counter[str]) -> tuple[str, ...]:
    """What to know of a text that looks like numbers or dates, in a form that is not known here."""
    months = [found[1].casefold() for cell in counts if (found := _MONTH_WORD.fullmatch(cell))]
    if len(months) == len(counts) and len(set(months)) in _MONTHS:
        cell = next(iter(counts))
        told = f"{label!r} is text, though it may hold days, such as {cell!r}: formats know months in English"
        return (f"{told}, and those that `months` of their dialect declares",)
    kind = () if names_code(label) else _tell_kind(label, counts)
    return _tell_foreign_digits(label, counts) or kind or _tell_amounts(label, counts)


def _tell_foreign_digits(label: str, counts: Counter[str]) -> tuple[str, ...]:
    found = sum(count for cell, count in counts.items() if any(map(str.isdecimal, cell)) and not _has_ascii_digit(cell))
    if found <= _MOST * counts.total() or any(any(map(str.isalpha, cell)) for cell in counts):
        return ()
    told = f"{label!r} is text, since digits such as those of {next(iter(counts))!r} are none of ASCII"
    return (f"{told}: where it holds numbers or days, `digits` of its dialect has them read",)


def _has_ascii_digit(cell: str) -> bool:
    return re.search("[0-9]", cell) is not None


def _tell_kind(label: str, counts: Counter[str]) -> tuple[str, ...]:
    kinds: Counter[Kind] = Counter()
    for cell, count in counts.items():
        kinds[kind_of(cell)] += count
    kind, count = kinds.most_common(1)[0]
    if kind not in _LOOKS_LIKE or count < _MOST * counts.total():
        return ()
    cell = next(cell for cell in counts if kind_of(cell) is kind)
    if _CODE_LIKE_MONEY.match(cell):
        return ()
    if kind is Kind.NUMBER and (long := next(filter(_EXPONENT.search, counts), None)):
        told = f"{label!r} is text, since numbers such as {long!r} may lack digits, and no form reads their exponents"
        return (f"{told}: have them sent whole, or read them in a hook",)
    return (f"{label!r} is text, though it looks like {_LOOKS_LIKE[kind]}, such as {cell!r}: declare its form",)


def _tell_amounts(label: str, counts: Counter[str]) -> tuple[str, ...]:
    """What to know of numbers with a mark or word around them that no convention has, such as `12.50 CR`."""
    cells = {cell: found for cell in counts if (found := _AMOUNT.fullmatch(cell))}
    behind = {found["behind"].strip() for found in cells.values()} - {""}
    if sum(counts[cell] for cell in cells) < _MOST * counts.total() or any(map(_WHOLE_NAME.search, behind)):
        return ()
    told = f"{label!r} is text, though it looks like amounts, such as {max(cells, key=len)!r}"
    if {word.upper() for word in behind} & {"CR", "DR"}:
        return (f"{told}: declare which of CR and DR is `minus`, and the other one as `plus`, in its numbers",)
    return (f"{told}: declare their marks in its numbers, or take the number out by `extract`",)


def tell_kept(label: str, counts: Counter[str]) -> tuple[str, ...]:
    """What to check of words that often stand for no value, in a text, where they are kept."""
    words = ", ".join(f"{cell!r} ({count} cells)" for cell, count in sorted(counts.items()) if cell in NOTHING)
    told = f"{label!r} is text and keeps {words}: declare these as `sentinels` where they stand for no value"
    return (told.replace("(1 cells)", "(1 cell)"),) if words else ()
