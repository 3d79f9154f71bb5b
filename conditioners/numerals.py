"""Numbers as people write them: the grammar of a dialect's numerals and their exact values, never through floats."""

from __future__ import annotations

import decimal
import re
from typing import TYPE_CHECKING

from conditioners.dialects import Numbers

if TYPE_CHECKING:
    import polars as pl

_PRECISION = 38


def numeral_pattern(numbers: Numbers, places: int | None) -> str:
    """A regular expression for a whole numeral; `places` bounds the decimal places that are not zero, None does not."""
    mark = re.escape(numbers.decimal)
    digits = "[0-9]+"
    if numbers.thousands:
        between = "".join(re.escape(character) for character in numbers.thousands)
        # Nobody marks thousands in 0.123: that is a decimal mark of other people.
        digits = f"(?:[0-9]+|[1-9][0-9]{{0,2}}(?:[{between}][0-9]{{3}})+)"
    tail = f"{mark}[0-9]+" if places is None else f"{mark}[0-9]{{1,{places}}}0*"
    pattern = f"(?:{digits}(?:{tail})?|{tail})" if places != 0 else f"{digits}(?:{mark}0+)?"
    sign, before, behind = "[+-]?", "", ""
    if numbers.currency:
        names = "|".join(re.escape(name) for name in numbers.currency)
        before, behind = f"(?:(?:{names})\\s?)?", f"(?:\\s?(?:{names}))?"
    whole = f"{sign}{before}{sign if before else ''}{pattern}{behind}{'-?' if numbers.trailing_minus else ''}"
    if numbers.brackets:
        whole = f"(?:{whole}|{before}\\({before}{pattern}{behind}\\)|\\({pattern}\\){behind})"
    return f"^{whole}$"


def is_numeral(cell: pl.Expr, numbers: Numbers, places: int | None) -> pl.Expr:
    """Whether a cell is a numeral of the dialect."""
    return cell.str.contains(numeral_pattern(numbers, places))


def parse_numeral(cell: pl.Expr, numbers: Numbers, places: int) -> pl.Expr:
    """The exact value of a cell that is a numeral, with `places` decimal places (0 gives an integer); else null."""
    import polars as pl

    plain = cell
    for name in numbers.currency:
        plain = plain.str.replace(name, "", literal=True)
    if numbers.currency:
        plain = plain.str.replace_all(r"\s", "")
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
    if places == 0:
        return plain.str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)
    return plain.cast(pl.Decimal(_PRECISION, places), strict=False)


def shift_decimal(value: pl.Expr, shift: int, places: int) -> pl.Expr:
    """A number times a power of ten, exactly, as a decimal with `places` places."""
    import polars as pl

    factor = pl.lit(decimal.Decimal(1).scaleb(shift))
    return (value.cast(pl.Decimal(_PRECISION, max(places, places + shift))) * factor).cast(
        pl.Decimal(_PRECISION, places)
    )
