"""The dialect of a sample: which kind it is, and the text of the arguments that make it so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from conditioners.drafting import listed
from conditioners.drafting.guesses import Guess
from conditioners.drafting.label_paths import find_paths, find_records
from conditioners.drafting.listed import load_values, split_path
from conditioners.drafting.packing import read_first
from conditioners.drafting.places import make_room
from conditioners.drafting.samples import NoDraft, Sample
from conditioners.drafting.text import show_call, show_mapping, show_string, show_tuple
from conditioners.drafting.widening import Widening
from conditioners.parts import WIDE_LABEL
from conditioners.readers.json.paths import join_all, step

_INDENT = 12
_OPENING = 40
_RULER = re.compile(r"\s*[-=]{2,}(\s+[-=]+)+\s*")
"""A line that tells how far fields reach."""
_DRAWN = "drawn table"
_BARS = "|\u2502\u2503\u2551"
"""The bar of ASCII and those of box drawing."""
AT_PLACES = ("fixed width", "runs of blanks")
_NO_DIALECT = "are read without a declaration only: condition --auto makes delimited text of them to sample"
_BY_STRUCTURE_ALONE = {
    "ARFF": "ARFF files", "runs of blanks": "cells between runs of blanks",
    "key=value pairs": "lines of key=value", "wiki table": "tables of wikis",
    "a field in each line": "records with a field in each line", "TRADACOMS": "messages of TRADACOMS",
}  # fmt: skip
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Form:
    """A dialect's class, its arguments as text, and whether columns are found by path instead of by header label."""

    kind: str
    arguments: tuple[str, ...]
    has_paths: bool = False
    has_wide: bool = False
    called: Mapping[str, str] = field(default_factory=dict)
    """What columns go by here, where that is not their label."""

    def widened(self, widening: Widening | None) -> Form:
        """The form with columns that become rows."""
        if widening is None:
            return self
        patterns = {name: show_string(pattern) for name, pattern in widening.patterns.items()}
        shown = (f"into={show_string(widening.into)}", show_mapping(patterns, _INDENT + 4, before="values="))
        return replace(
            self, arguments=(*self.arguments, show_call("wide=Wide", shown, _INDENT, tail="")), has_wide=True,
            called={**self.called, widening.into: WIDE_LABEL},
        )  # fmt: skip


def has_header_labels(sample: Sample) -> bool:
    """Whether the dialect of a sample finds columns by the labels of a header row."""
    by_label = sample.form["format"] in ("delimited text", _DRAWN, "workbook", "HTML", "Parquet", listed.FORMAT)
    return by_label and sample.labels is not None and not sample.odd_header


def find_form(sample: Sample, guesses: Sequence[Guess]) -> Form:
    """The form of a sample; raises NoDraft for those that have to be declared by hand."""
    found = sample.form["format"]
    if found == "delimited text":
        return _delimited(sample, guesses)
    if found == _DRAWN:
        return _drawn(sample)
    if found in ("workbook", "HTML"):
        if sample.labels is None:
            raise NoDraft("the sheet has no header row; give a sample that has one")
        return Form("Workbook", _header_rows(sample))
    if found == "Parquet":
        return Form("Parquet", ())
    if "columns" in sample.form and found in AT_PLACES:
        return _fixed_width(sample, guesses)
    if found == "JSON":
        return _json(sample, guesses)
    if found == listed.FORMAT:
        return _json_rows(sample, guesses)
    if found == "XML":
        records = sample.form["records"]
        labels = {guess.name: show_string(guess.label) for guess in guesses if not guess.is_part}
        shown = (f"records={show_string(records)}", show_mapping(labels, _INDENT, before="labels="))
        return Form("XmlElements", shown, has_paths=True)
    if found == "EDI":
        return _edi(sample, guesses)
    if found in _BY_STRUCTURE_ALONE:
        raise NoDraft(f"{_BY_STRUCTURE_ALONE[found]} {_NO_DIALECT}")
    raise NoDraft(
        f"messages of {found} other than 852, 867 and SLSRPT are declared by hand, as EdiLoops: see docs/sources.md"
    )


def _header_rows(sample: Sample) -> tuple[str, ...]:
    return (f"header_rows={sample.header_rows}",) if sample.header_rows > 1 else ()


def _delimited(sample: Sample, guesses: Sequence[Guess]) -> Form:
    form, arguments = sample.form, list[str]()
    if form.get("skip_blanks") and f"{form['delimiter']} {form['quote']}".encode() in _read_text(sample):
        raise NoDraft("blanks stand between delimiters and quotes, which are then no quotes; declare it by hand")
    if form["line_end"] == "rs":
        raise NoDraft(f"records that end with 0x1E {_NO_DIALECT}")
    delimiter = form["delimiter"] or _find_unused(sample)
    if delimiter != ",":
        arguments.append(show_tuple([show_string(delimiter)], _INDENT, before="delimiters="))
    if form["quote"] not in ('"', ""):
        arguments.append(f"quote={show_string(form['quote'])}")
    if form["escape"]:
        arguments.append(f"escape={show_string(form['escape'])}")
    arguments += _encodings(sample)
    if sample.labels is None or sample.odd_header:
        arguments.append(show_tuple([show_string(guess.name) for guess in guesses], _INDENT, before="fields="))
        return Form("Delimited", tuple(arguments), called=_by_name(guesses))
    return Form("Delimited", (*arguments, *_header_rows(sample)))


def _drawn(sample: Sample) -> Form:
    """A table drawn with bars, whose rulers and outer bars hold nothing: to its labels these are empty columns."""
    if sample.labels is None:
        raise NoDraft(f"tables drawn with bars that have no row of labels {_NO_DIALECT}")
    text = _read_text(sample).decode(sample.encoding or "utf-8", "replace")
    bar = next((mark for mark in _BARS if mark in text), sample.form["delimiter"])
    delimiter = show_tuple([show_string(bar)], _INDENT, before="delimiters=")
    return Form("Delimited", (delimiter, *_encodings(sample), *_header_rows(sample)))


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
    return (show_tuple([show_string(sample.encoding)], _INDENT, before="encodings="),)


def _read_text(sample: Sample) -> bytes:
    return read_first(sample.file_name, sample.data, sample.packing)


def _fixed_width(sample: Sample, guesses: Sequence[Guess]) -> Form:
    text = _read_text(sample).decode(sample.encoding or "utf-8", "replace").removeprefix("\ufeff")
    lines = re.split(r"\r\n|\n|\r", text)
    rows = [line for number, line in enumerate(lines, start=1) if f"line {number}" not in sample.outside]
    numeric = [guess.kind in ("Whole", "Decimal") for guess in guesses]
    spans = list(sample.form["columns"])
    spans = [*spans[:-1], (spans[-1][0], None)]
    if not any(map(_RULER.fullmatch, lines)):
        spans = make_room(rows, spans, numeric)
    fields = {guess.name: str(span) for guess, span in zip(guesses, spans, strict=True)}
    arguments = [show_mapping(fields, _INDENT, before="fields="), *_encodings(sample)]
    # Titles above the labels tell a day or place that the next file has another of.
    if sample.labels is not None and lines[0].lstrip().startswith(sample.labels[0].split(" ")[0]):
        opening = re.sub(r"\\ ", " ", re.escape(lines[0][:_OPENING].rstrip()))
        arguments.append(f"opening={show_string(opening)}")
    return Form("FixedWidth", tuple(arguments), called=_by_name(guesses))


def _by_name(guesses: Sequence[Guess]) -> dict[str, str]:
    """What columns go by that are declared by their places."""
    return {guess.name: guess.name for guess in guesses}


def _edi(sample: Sample, guesses: Sequence[Guess]) -> Form:
    labels = {guess.name: show_string(guess.label) for guess in guesses if not guess.is_part}
    shown = show_mapping(labels, _INDENT, before="labels=")
    if not sample.form["loops"]:
        return Form("ProductActivity", (shown,), has_paths=True)
    loops = show_tuple([show_string(name) for name in sample.form["loops"]], _INDENT, before="loops=")
    return Form("EdiLoops", (f"message={show_string(sample.form['message'])}", loops, shown), has_paths=True)


def _json_rows(sample: Sample, guesses: Sequence[Guess]) -> Form:
    arguments = [f"records={show_string(sample.form['path'])}"]
    if sample.form["header"]:
        arguments.append(f"header={show_string(sample.form['header'])}")
    if sample.form["cells"]:
        arguments.append(f"cells={show_string(sample.form['cells'])}")
    if sample.labels is None:
        arguments.append(show_tuple([show_string(guess.name) for guess in guesses], _INDENT, before="fields="))
    return Form("JsonRows", tuple(arguments), called=_by_name(guesses) if sample.labels is None else {})


def _json(sample: Sample, guesses: Sequence[Guess]) -> Form:
    value, is_lines = load_values(sample)
    at = split_path(value, sample.form["records"])
    held = step(value, at)
    if isinstance(held, dict) and all(isinstance(item, list) for item in held.values()) and held and not is_lines:
        called = {guess.name: ".".join((*at, guess.label)) for guess in guesses}
        records = show_tuple([show_string(".".join(at))], _INDENT, before="records=")
        return Form("JsonColumns", (records, _show_labels(guesses, called)), has_paths=True, called=called)
    paths = find_paths(
        held, "" if is_lines else join_all("", at), [guess.label for guess in guesses], is_lines=is_lines
    )
    records = find_records(paths)
    if not records and not is_lines:
        raise NoDraft(
            "the document holds one record, and no list of them nor enough of them by key to tell; declare it by hand, "
            "as JsonTree with {} in its records if they are by key: see docs/sources.md"
        )
    called = {guess.name: path for guess, path in zip(guesses, paths, strict=True)}
    shown = (*((f"records={show_string(records)}",) if records else ()), _show_labels(guesses, called))
    return Form("JsonLines" if is_lines else "JsonTree", shown, has_paths=True, called=called)


def _show_labels(guesses: Sequence[Guess], called: Mapping[str, str]) -> str:
    labels = {guess.name: show_string(called[guess.name]) for guess in guesses if not guess.is_part}
    return show_mapping(labels, _INDENT, before="labels=")
