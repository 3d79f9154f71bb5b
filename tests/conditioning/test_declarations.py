"""Declarations: what cannot be right is told when a source is declared, by name, and not by its first file."""

import pytest

from conditioners.columns import Text
from conditioners.dialects import Delimited, FixedWidth, Wide, Workbook
from conditioners.outcome import SourceError


@pytest.mark.parametrize(
    ("kind", "declared", "told"),
    [
        (Delimited, {"escape": '"'}, "delimiter, quote and escape must differ"),
        (Delimited, {"quote": ","}, "delimiter, quote and escape must differ"),
        (Delimited, {"quote": "\r"}, "must be one ASCII character in a line"),
        (Delimited, {"encodings": ("windows-1252x",)}, "unknown encoding: windows-1252x"),
        (FixedWidth, {"fields": {}, "encodings": ("rot13",)}, "'rot13' is not a text encoding"),
        (FixedWidth, {"fields": {}, "opening": "HDR ("}, r"'HDR \(' is no regular expression"),
        (Delimited, {"skip": ("Total (",)}, r"'Total \(' is no regular expression"),
        (Workbook, {"until": "("}, "is no regular expression"),
        (Workbook, {"header_rows": 0}, "labels stand in one row at least"),
        (Workbook, {"wide": Wide(into="day", values={"units": "week"})}, "'week' has no group that holds the value"),
    ],
)
def test_a_dialect_that_no_file_can_come_in_is_told_with_its_name(kind, declared, told):
    with pytest.raises(SourceError, match=f"dialect 'odd': .*{told}"):
        kind(name="odd", **declared)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"dialects": (Delimited(name="odd", shifts={"store": -1}),)}, "`shifts` are of numbers, and store is none"),
        ({"dialects": (Delimited(name="odd", values={"units": {"x": "1"}}),)}, "`values` are of text, and units is"),
        ({"head": "("}, "source toy: '\\(' is no regular expression"),
        *(({"columns": (Text(name),)}, "no column can be called") for name in ("a,b", "a\nb", "@a", " a", "")),
    ],
)
def test_what_a_source_says_of_a_column_has_to_be_of_use(make_source, declared, told):
    with pytest.raises(SourceError, match=told):
        make_source(**{"key": (), **declared})
