"""Forms of formats whose columns are found by path: JSON, XML and EDI; and of JSON whose rows are lists of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conditioners.drafting.forms import INDENT, Form, go_by_name
from conditioners.drafting.guesses import Guess
from conditioners.drafting.label_paths import find_paths, find_records
from conditioners.drafting.listed import load_values, split_path
from conditioners.drafting.samples import NoDraft, Sample
from conditioners.drafting.text import show_mapping, show_string, show_tuple
from conditioners.readers.json.paths import join_all, step


def find_json(sample: Sample, guesses: Sequence[Guess]) -> Form:
    """The form of a document with a list of records or parallel lists, or of lines each of which is a record."""
    value, is_lines = load_values(sample)
    at = split_path(value, sample.form["records"])
    held = step(value, at)
    if isinstance(held, dict) and all(isinstance(item, list) for item in held.values()) and held and not is_lines:
        called = {guess.name: ".".join((*at, guess.label)) for guess in guesses}
        records = show_tuple([show_string(".".join(at))], INDENT, before="records=")
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


def find_json_rows(sample: Sample, guesses: Sequence[Guess]) -> Form:
    """The form of JSON whose rows are lists of cells."""
    arguments = [f"records={show_string(sample.form['path'])}"]
    if sample.form["header"]:
        arguments.append(f"header={show_string(sample.form['header'])}")
    if sample.form["cells"]:
        arguments.append(f"cells={show_string(sample.form['cells'])}")
    if sample.labels is None:
        arguments.append(show_tuple([show_string(guess.name) for guess in guesses], INDENT, before="fields="))
    return Form("JsonRows", tuple(arguments), called=go_by_name(guesses) if sample.labels is None else {})


def find_xml(sample: Sample, guesses: Sequence[Guess]) -> Form:
    """The form of a document whose records are elements."""
    records = f"records={show_string(sample.form['records'])}"
    return Form("XmlElements", (records, _show_labels(guesses)), has_paths=True)


def find_edi(sample: Sample, guesses: Sequence[Guess]) -> Form:
    """The form of messages whose labels are known, or of those whose loops have to be named."""
    shown = _show_labels(guesses)
    if not sample.form["loops"]:
        return Form("ProductActivity", (shown,), has_paths=True)
    loops = show_tuple([show_string(name) for name in sample.form["loops"]], INDENT, before="loops=")
    return Form("EdiLoops", (f"message={show_string(sample.form['message'])}", loops, shown), has_paths=True)


def _show_labels(guesses: Sequence[Guess], called: Mapping[str, str] | None = None) -> str:
    """What columns go by, which is their label where nothing else is told."""
    called = called or {guess.name: guess.label for guess in guesses}
    labels = {guess.name: show_string(called[guess.name]) for guess in guesses if not guess.is_part}
    return show_mapping(labels, INDENT, before="labels=")
