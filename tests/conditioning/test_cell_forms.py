"""Forms of codes: which declared patterns have their places, and that cells are judged by these as by the pattern."""

import polars as pl
import pytest

from conditioners.values.cell_forms import DIGIT, form_of_code
from conditioners.values.short_forms import are_written

_CELLS = ["12345", "1234", "123456", "", "1234a", "a1234", "12 45", "1234٤", "12/45", "12:45", "A-123", "A-12x",
          "AB123", "a.1", "ab1", None, "12345\n", "\x0012345", "12345\0"]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "places"),
    [
        ("[0-9]{5}", DIGIT * 5), ("[0-9]", DIGIT), ("[0-9]{0}", ""), ("A-[0-9]{3}", "A-" + DIGIT * 3),
        (r"a\.[0-9]", "a." + DIGIT), ("x", "x"), ("", ""),
    ],
)  # fmt: skip
def test_a_pattern_of_digits_and_characters_has_its_places(pattern, places):
    assert form_of_code(pattern, f"^(?:{pattern})$").places == places


@pytest.mark.parametrize(
    "pattern",
    ["[0-9]{1,5}", "[0-9]+", "[0-9]{5}?", "A?[0-9]{4}", "[0-9]{5}|x", r"\d{5}", "[0-9]{4}.", "(?i)ab1", "[1-9][0-9]{4}",
     "x{2}", "ä"],
)  # fmt: skip
def test_any_other_pattern_has_none(pattern):
    assert form_of_code(pattern, f"^(?:{pattern})$").places is None


@pytest.mark.parametrize(
    "pattern", ["[0-9]{5}", "A-[0-9]{3}", r"a\.[0-9]", "[0-9]{0}", "12/[0-9]{2}", "[0-9]{2}:[0-9]{2}"]
)
def test_cells_are_judged_at_once_as_by_the_pattern(pattern):
    whole = f"^(?:{pattern})$"
    at_once = are_written(pl.Series(_CELLS), form_of_code(pattern, whole))

    assert at_once.to_list() == pl.Series(_CELLS).fill_null("").str.contains(whole).to_list()
