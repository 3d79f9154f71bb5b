"""Names and signs of currencies, as they stand before or behind amounts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

_SIGNS = (
    r"R\$|US\$|C\$|A\$|\$|€|£|¥|₹|₺|₽|zł|Kč|Ft|kr\.?|￥|Rs\.?|RM|Rp|S\$|HK\$|NT\$|NZ\$|円|元|원|руб\.?|TL|lei|лв\.?|грн\.?"
    r"|₴|₫|đ|₱|฿|บาท|₩|₦|GH₵|₵|KSh|USh|TSh|S/\.?|৳|₡|₲|₸|₼|₾|₭|₮|֏|RMB|din\.|дин\.?"
    r"|ر\.س\.?|د\.إ\.?|ج\.م\.?|د\.ك\.?|د\.م\.?|د\.ج\.?|ر\.ق\.?|ريال|درهم|جنيه|دينار|₪|﷼"
)
_CODES = (
    "USD|EUR|GBP|CHF|CAD|AUD|BRL|MXN|PLN|CZK|HUF|SEK|NOK|DKK|JPY|CNY|INR|SGD|HKD|NZD|ZAR|KRW|TRY|RON|ILS|AED"
    "|THB|RUB|UAH|BGN|RSD|HRK|ISK|BYN|MDL|MKD|BAM|GEL|AMD|AZN|KZT|UZS|KGS|TJS|TMT|ARS|CLP|COP|UYU|PYG|BOB|PEN"
    "|VES|CRC|GTQ|DOP|HNL|NIO|PAB|JMD|TTD|BBD|BSD|XCD|SAR|QAR|KWD|BHD|OMR|JOD|EGP|MAD|TND|DZD|LYD|IQD|IRR|LBP"
    "|SYP|YER|NGN|GHS|KES|UGX|TZS|ETB|RWF|ZMW|BWP|NAD|MZN|AOA|MUR|XOF|XAF|XPF|PKR|BDT|LKR|NPR|MMK|KHR|LAK|MNT"
    "|TWD|MYR|IDR|PHP|VND|FJD|PGK|MOP|BND|MVR|AFN"
)
MARK = f"{_SIGNS}|{_CODES}"
_BEFORE = re.compile(rf"^[+(-]?\s?({MARK}|\\)\s?[0-9.,(]")
"""A backslash stands where code pages of Japan and Korea have the sign of the yen or won."""
_BEHIND = re.compile(rf"[0-9)]\s?({MARK})[)-]?$")
_IN_THOUSANDTHS = frozenset({"KWD", "BHD", "OMR", "JOD", "TND", "LYD", "IQD", "د.ك", "د.ك.", "دينار"})
"""Currencies that are written with three decimal places."""
_MOST = 0.5


def find_marks(cell: str) -> Iterable[str]:
    """The name or sign of a currency beside a number."""
    found = _BEFORE.search(cell) or _BEHIND.search(cell)
    return [found[1]] if found else []


def is_currency(text: str) -> bool:
    """Whether a text is the name or sign of a currency."""
    return re.fullmatch(MARK, text) is not None


def begin_with_currency(cells: Collection[str]) -> bool:
    """Whether most cells have the name or sign of a currency before their number."""
    return sum(_BEFORE.search(cell) is not None for cell in cells) > _MOST * len(cells)


def has_hundredths(cell: str) -> bool:
    """Whether a cell is an amount in a currency of which there are no thousandths."""
    return any(mark not in _IN_THOUSANDTHS for mark in find_marks(cell))
