"""Forms of text: delimited, in drawn tables, and at fixed places."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conditioners.drafting.forms import INDENT, NO_DIALECT, Form, go_by_name
from conditioners.drafting.guesses import Guess
from conditioners.drafting.packing import read_first
from conditioners.drafting.places import make_room
from conditioners.drafting.samples import NoDraft, Sample
from conditioners.drafting.text import show_mapping, show_string, show_tuple

_OPENING = 40
_RULER = re.compile(r"\s*[-=]{2,}(\s+[-=]+)+\s*")
"""A line that tells how far fields reach."""
_BARS = "|\u2502\u2503\u2551"
"""The bar of ASCII and those of box drawing."""
_DELIMITERS = (",", ";", "\t", "|")


def find_delimited(sample: Sample, guesses: Sequence[Guess]) -> Form:
    """The form of text by the marks between its cells; columns that no header row names go by their places."""
    form, arguments = sample.form, list[str]()
    if form.get("skip_blanks") and f"{form['delimiter']} {form['quote']}".encode() in _read_text(sample):
        raise NoDraft("blanks stand between delimiters and quotes, which are then no quotes; declare it by hand")
    if form["line_end"] == "rs":
        raise NoDraft(f"records that end with 0x1E {NO_DIALECT}")
    delimiter = form["delimiter"] or _find_unused(sample)
    if delimiter != ",":
        arguments.append(show_tuple([show_string(delimiter)], INDENT, before="delimiters="))
    if form["quote"] not in ('"', ""):
        arguments.append(f"quote={show_string(form['quote'])}")
    if form["escape"]:
        arguments.append(f"escape={show_string(form['escape'])}")
    arguments += _encodings(sample)
    if sample.labels is None or sample.odd_header:
        arguments.append(show_tuple([show_string(guess.name) for guess in guesses], INDENT, before="fields="))
        return Form("Delimited", tuple(arguments), called=go_by_name(guesses))
    return Form("Delimited", (*arguments, *show_header_rows(sample)))


def find_drawn_table(sample: Sample, _: Sequence[Guess]) -> Form:
    """The form of a table drawn with bars; its rulers and outer bars are columns without labels, which hold nothing."""
    if sample.labels is None:
        raise NoDraft(f"tables drawn with bars that have no row of labels {NO_DIALECT}")
    text = _read_text(sample).decode(sample.encoding or "utf-8", "replace")
    bar = next((mark for mark in _BARS if mark in text), sample.form["delimiter"])
    delimiter = show_tuple([show_string(bar)], INDENT, before="delimiters=")
    return Form("Delimited", (delimiter, *_encodings(sample), *show_header_rows(sample)))


def show_header_rows(sample: Sample) -> tuple[str, ...]:
    """The argument that says how many header rows there are, if there are several."""
    return (f"header_rows={sample.header_rows}",) if sample.header_rows > 1 else ()


def _find_unused(sample: Sample) -> str:
    """A delimiter that the cells of a file with one column do not have."""
    cells = "".join(cell for column in sample.columns for cell in column)
    unused = next((mark for mark in (*_DELIMITERS, "\x1f") if mark not in cells), None)
    if unused is None:
        raise NoDraft("the cells of its one column hold every delimiter; declare it by hand")
    return unused


def _encodings(sample: Sample) -> tuple[str, ...]:
    if sample.encoding is None or sample.encoding == "utf-8":
        return ()
    return (show_tuple([show_string(sample.encoding)], INDENT, before="encodings="),)


def _read_text(sample: Sample) -> bytes:
    return read_first(sample.file_name, sample.data, sample.packing)


def find_fixed_width(sample: Sample, guesses: Sequence[Guess]) -> Form:
    """The form of fields at fixed places, with room for longer values where no ruler says how far they reach."""
    text = _read_text(sample).decode(sample.encoding or "utf-8", "replace").removeprefix("\ufeff")
    lines = re.split(r"\r\n|\n|\r", text)
    rows = [line for number, line in enumerate(lines, start=1) if f"line {number}" not in sample.outside]
    numeric = [guess.kind in ("Whole", "Decimal") for guess in guesses]
    spans = list(sample.form["columns"])
    spans = [*spans[:-1], (spans[-1][0], None)]
    if not any(map(_RULER.fullmatch, lines)):
        spans = make_room(rows, spans, numeric)
    fields = {guess.name: str(span) for guess, span in zip(guesses, spans, strict=True)}
    arguments = [show_mapping(fields, INDENT, before="fields="), *_encodings(sample)]
    # Titles above the labels tell a day or place that the next file has another of.
    if sample.labels is not None and lines[0].lstrip().startswith(sample.labels[0].split(" ")[0]):
        opening = re.sub(r"\\ ", " ", re.escape(lines[0][:_OPENING].rstrip()))
        arguments.append(f"opening={show_string(opening)}")
    return Form("FixedWidth", tuple(arguments), called=go_by_name(guesses))
