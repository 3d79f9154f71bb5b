"""What columns are called that a batch has beside its values while it is judged."""

from __future__ import annotations


def name_cell(column: str) -> str:
    """A column's cleaned text."""
    return f"@{column}"


def name_form(column: str, form: str) -> str:
    """The flag for cells of a column that are in a form."""
    return f"@{column} is {form}"


def name_inexact(column: str) -> str:
    """The flag for cells of a column that are no exact numerals, where they were read at once."""
    return f"@{column} is inexact"
