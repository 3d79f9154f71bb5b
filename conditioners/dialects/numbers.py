"""How a dialect writes numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from conditioners.declared_types import require_types
from conditioners.outcome import SourceError

_SIGNS = "+-()"


@dataclass(frozen=True)
class Numbers:
    """How numbers are written: the decimal mark, marks between thousands (any one of the characters), currency."""

    decimal: str = "."
    thousands: str = ""
    currency: tuple[str, ...] = ()
    trailing_minus: bool = False
    """Whether `12-` is minus twelve."""
    brackets: bool = False
    """Whether `(12)` is minus twelve, as accountants write it."""
    lakhs: bool = False
    """Whether marks stand before each two digits above the last three, as in `12,34,567`."""
    minus: tuple[str, ...] = ()
    """Words or marks before or behind a number that make it minus, such as `CR` and the long minus of U+2212."""
    plus: tuple[str, ...] = ()
    """Those that leave it as it is, such as `DR`."""

    def __post_init__(self) -> None:
        require_types("numbers", self)
        if self.decimal in self.thousands or len(self.decimal) != 1:
            raise SourceError(f"decimal mark {self.decimal!r} must be one character and no thousands mark")
        for mark in self.decimal + self.thousands:
            if mark.isalnum() or mark in _SIGNS:
                raise SourceError(f"{mark!r} can be no mark in a number, for it is a part of others")
        for name in self.currency:
            if not name.strip() or any(character.isdigit() for character in name):
                raise SourceError(f"{name!r} can be no currency")
        self._check_signs()

    @property
    def signs(self) -> tuple[str, ...]:
        """All words and marks for signs, a longer one before those that it begins with."""
        return tuple(sorted((*self.minus, *self.plus), key=len, reverse=True))

    def _check_signs(self) -> None:
        taken = (self.decimal, *self.thousands, *_SIGNS, *self.currency)
        for at, sign in enumerate((*self.minus, *self.plus)):
            if sign != sign.strip() or not sign or any(map(str.isdigit, sign)):
                raise SourceError(f"{sign!r} can be no sign of a number")
            if sign in (*taken, *(*self.minus, *self.plus)[:at]):
                raise SourceError(f"{sign!r} can be no sign of a number, for it stands for something else")


PLAIN = Numbers()


@dataclass(frozen=True)
class ShiftBy:
    """A power of ten that depends on what stands in another column of the row."""

    column: str
    shifts: Mapping[str, int]
    """By the text of the column, as the file has it, or as it is extracted; 0 for any other."""
