"""Cells that are often read as something else than they are."""

from __future__ import annotations

VALUES = (
    "", " ", "0", "-0", "007", "1,5", "1.5", "1.500,00", "1e5", "1e999", "NaN", "null", "NULL", "N/A", "-",
    "2024-01-01", "2024-02-30", "31.12.2024", "01/02/2024", "2024-W05", "12:30", "true", "ü", "Ωmega", "日本", "\u00a0",
    "\ufeff", "a\tb", "a\nb", "a\r\nb", 'a"b', "a,b", "a;b", "a|b", "a'b", "=1+1", "x" * 300, "9" * 40, "\U0001f600",
    "e\u0301", "(1.50)", "1.50-", "12 %", "$ 5", "units", "day", "store", "Total", "#N/A", "\\N", "\\", "<b>", "&amp;",
    "\u2028", "\x85", "\x1e",
)  # fmt: skip
