"""The form of a sample: which dialect reads it, by its format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from conditioners.drafting import listed
from conditioners.drafting.forms import NO_DIALECT, Form
from conditioners.drafting.guesses import Guess
from conditioners.drafting.path_forms import find_edi, find_json, find_json_rows, find_xml
from conditioners.drafting.samples import NoDraft, Sample
from conditioners.drafting.text_forms import find_delimited, find_drawn_table, find_fixed_width, show_header_rows

AT_PLACES = ("fixed width", "runs of blanks")
_DRAWN = "drawn table"
_BY_STRUCTURE_ALONE = {
    "ARFF": "ARFF files", "runs of blanks": "cells between runs of blanks",
    "key=value pairs": "lines of key=value", "wiki table": "tables of wikis",
    "a field in each line": "records with a field in each line", "TRADACOMS": "messages of TRADACOMS",
}  # fmt: skip


def has_header_labels(sample: Sample) -> bool:
    """Whether the dialect of a sample finds columns by the labels of a header row."""
    by_label = sample.form["format"] in ("delimited text", _DRAWN, "workbook", "HTML", "Parquet", listed.FORMAT)
    return by_label and sample.labels is not None and not sample.odd_header


def find_form(sample: Sample, guesses: Sequence[Guess]) -> Form:
    """The form of a sample; raises NoDraft for those that have to be declared by hand."""
    found = sample.form["format"]
    find = _FINDERS.get(found)
    if find is None or (found in AT_PLACES and "columns" not in sample.form):
        raise NoDraft(_tell_no_form(found))
    return find(sample, guesses)


def _tell_no_form(found: str) -> str:
    if found in _BY_STRUCTURE_ALONE:
        return f"{_BY_STRUCTURE_ALONE[found]} {NO_DIALECT}"
    return f"messages of {found} other than 852, 867 and SLSRPT are declared by hand, as EdiLoops: see docs/sources.md"


def _workbook(sample: Sample, _: Sequence[Guess]) -> Form:
    if sample.labels is None:
        raise NoDraft("the sheet has no header row; give a sample that has one")
    return Form("Workbook", show_header_rows(sample))


_FINDERS: Mapping[str, Callable[[Sample, Sequence[Guess]], Form]] = {
    "delimited text": find_delimited, _DRAWN: find_drawn_table, "workbook": _workbook, "HTML": _workbook,
    "Parquet": lambda *_: Form("Parquet", ()), **dict.fromkeys(AT_PLACES, find_fixed_width),
    "JSON": find_json, listed.FORMAT: find_json_rows, "XML": find_xml, "EDI": find_edi,
}  # fmt: skip
"""By the format of a sample."""
