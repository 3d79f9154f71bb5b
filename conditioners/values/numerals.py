"""Numbers as people write them: the grammar of a dialect's numerals and their exact values, never through floats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conditioners.columns import MOST_DIGITS
from conditioners.dialects import Numbers

if TYPE_CHECKING:
    import polars as pl


def numeral_pattern(numbers: Numbers, places: int | None) -> str:
    """A regular expression for a whole numeral; `places` bounds the decimal places that are not zero, None does not."""
    led, fraction = _unsigned_patterns(numbers, places)
    unsigned = f"(?:{led}|{fraction})"
    amount, names = unsigned, _currency_pattern(numbers)
    forms = []
    if names:
        behind = f"(?:\\s?{names})?"
        amount = f"(?:{unsigned}|{names}\\s?{led}{_lead_fraction(numbers, fraction)}){behind}"
        forms.append(f"{names}\\s?[+-]{unsigned}{behind}")
        if numbers.brackets:
            forms += [f"{names}\\s?\\({unsigned}{behind}\\)", f"\\({unsigned}\\)\\s?{names}"]
    forms.append(f"[+-]?{amount}")
    if numbers.trailing_minus:
        forms.append(f"{amount}-")
    if numbers.brackets:
        forms.append(f"\\({amount}\\)")
    if numbers.signs:
        forms += [f"{_sign_pattern(numbers)}\\s?{amount}", f"{amount}\\s?{_sign_pattern(numbers)}"]
    return f"^(?:{'|'.join(forms)})$"


def _unsigned_patterns(numbers: Numbers, places: int | None) -> tuple[str, str]:
    """What a number without sign and currency looks like, with digits before its decimal mark and with none."""
    mark = re.escape(numbers.decimal)
    digits = "[0-9]+"
    if numbers.thousands:
        between = "".join(re.escape(character) for character in numbers.thousands)
        # Nobody marks thousands in 0.123: that is a decimal mark of other people.
        groups = f"[1-9][0-9]{{0,2}}(?:[{between}][0-9]{{3}})+"
        if numbers.lakhs:
            groups = f"[1-9][0-9]?(?:[{between}][0-9]{{2}})*[{between}][0-9]{{3}}"
        digits = f"(?:[0-9]+|{groups})"
    if places == 0:
        return f"{digits}(?:{mark}0+)?", f"{mark}0+"
    tail = f"{mark}[0-9]+" if places is None else f"{mark}[0-9]{{1,{places}}}0*"
    return f"{digits}(?:{tail})?", tail


def _currency_pattern(numbers: Numbers) -> str:
    """Any of the names of the currency, a longer one before those that it begins with."""
    names = sorted(numbers.currency, key=len, reverse=True)
    return f"(?:{'|'.join(re.escape(name) for name in names)})" if names else ""


def _sign_pattern(numbers: Numbers) -> str:
    """Any of the words and marks for signs."""
    return f"(?:{'|'.join(map(re.escape, numbers.signs))})"


def _lead_fraction(numbers: Numbers, fraction: str) -> str:
    """Currency before a number that begins with its decimal mark, as a further alternative.

    Behind letters a blank has to stand between: the point in `Rs.500` is the name's own.
    """
    marks = [
        re.escape(name) + (r"\s" if name[-1:].isalpha() else r"\s?")
        for name in sorted(numbers.currency, key=len, reverse=True)
    ]
    return f"|(?:{'|'.join(marks)}){fraction}"


def is_numeral(cell: pl.Expr, numbers: Numbers, places: int | None) -> pl.Expr:
    """Whether a cell is a numeral of the dialect."""
    return cell.str.contains(numeral_pattern(numbers, places))


def parse_numeral(cell: pl.Expr, numbers: Numbers, places: int) -> pl.Expr:
    """The exact value of a cell that is a numeral, with `places` decimal places (0 gives an integer); else null."""
    import polars as pl

    value = _write_plainly(cell, numbers).cast(pl.Decimal(MOST_DIGITS, places), strict=False)
    return value if places else value.cast(pl.Int64, strict=False)


def parse_scaled(cell: pl.Expr, numbers: Numbers, shift: int, places: int) -> pl.Expr:
    """A cell that is a numeral times ten to the power of `shift`, rounded once and half to even; else null."""
    import polars as pl

    scaled = pl.concat_str([_write_plainly(cell, numbers), pl.lit(f"E{shift}")])
    return scaled.cast(pl.Decimal(MOST_DIGITS, places), strict=False)


def is_multiple(cell: pl.Expr, numbers: Numbers, zeros: int) -> pl.Expr:
    """Whether a cell that is a whole numeral is a multiple of ten to the power of `zeros`."""
    return _write_plainly(cell, numbers).str.contains(f"^[+-]?(?:0*|[0-9]*0{{{zeros}}})(?:\\.0*)?$")


def _write_plainly(cell: pl.Expr, numbers: Numbers) -> pl.Expr:
    """A numeral with a point for its decimals and its sign in front, and no other marks."""
    import polars as pl

    plain = cell
    if numbers.signs:
        plain = plain.str.replace(f"^{_sign_pattern(numbers)}|{_sign_pattern(numbers)}$", "").str.strip_chars()
    if numbers.currency:
        plain = plain.str.replace_all(_currency_pattern(numbers), "").str.replace_all(r"\s", "")
    for character in numbers.thousands:
        plain = plain.str.replace_all(character, "", literal=True)
    if numbers.decimal != ".":
        plain = plain.str.replace(numbers.decimal, ".", literal=True)
    if numbers.trailing_minus:
        turned = pl.concat_str([pl.lit("-"), plain.str.head(-1)])
        plain = pl.when(plain.str.ends_with("-")).then(turned).otherwise(plain)
    if numbers.brackets:
        inside = pl.concat_str([pl.lit("-"), plain.str.strip_chars("()")])
        plain = pl.when(plain.str.starts_with("(")).then(inside).otherwise(plain)
    if numbers.minus:
        sign = _sign_pattern(numbers)
        found = pl.coalesce(cell.str.extract(f"^({sign})"), cell.str.extract(f"({sign})$"))
        plain = pl.when(found.is_in(numbers.minus)).then(pl.concat_str([pl.lit("-"), plain])).otherwise(plain)
    return plain
