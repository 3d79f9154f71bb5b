"""A draft of a source, made from a sample: its columns, key and dialect, and what its author should check."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from conditioners.dialects import ISO_DAY, ISO_MOMENTS, Numbers
from conditioners.dialects.common import find_contradiction
from conditioners.drafting.conventions import DAY_FORMATS, MOMENT_FORMATS, Conventions, find_numbers
from conditioners.drafting.forms import Form, find_form, has_header_labels
from conditioners.drafting.guessing import Guess, guess_column
from conditioners.drafting.joined_cells import Joint
from conditioners.drafting.joints import find_joints, name_whole, tell_apart
from conditioners.drafting.keys import find_key, tell_key
from conditioners.drafting.naming import name_columns, shorten_paths
from conditioners.drafting.sample_digits import find_digits, keep_texts, tell_digits
from conditioners.drafting.samples import NoDraft, Sample
from conditioners.drafting.typed_cells import find_typed_numerals
from conditioners.drafting.widening import unfold_sample
from conditioners.foreign_digits import translate
from conditioners.readers.headers import normalise

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_ALONE = "one column without a label was found: if these are fields that touch each other, declare their places by hand"
_TOUCHING = "fields without a blank between them are declared as one: compare their places with the file's description"


@dataclass(frozen=True)
class Draft:
    """A source that was drafted, and what its author should check."""

    name: str
    columns: tuple[Guess, ...]
    key: tuple[str, ...]
    form: Form
    numbers: Numbers
    days: tuple[str, ...]
    moments: tuple[str, ...]
    formats: Mapping[str, tuple[str, ...]]
    """Formats of single columns, which those of others contradict."""
    parts: Mapping[str, tuple[str, ...]]
    """By column that several make, what the dialect calls these."""
    remarks: tuple[str, ...]
    file_name: str
    members: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    digits: tuple[str, ...] = ()

    def skipping(self, patterns: Sequence[str]) -> Draft:
        """The draft, with lines that are no rows."""
        return replace(self, skip=tuple(dict.fromkeys((*self.skip, *patterns))))

    def remarking(self, *remarks: str) -> Draft:
        """The draft, with more to check."""
        return replace(self, remarks=(*self.remarks, *remarks))

    def without_key(self) -> Draft:
        """The draft without its key, which does not tell all rows apart."""
        told = f"no key: {' and '.join(self.key)} tell the first rows apart, but not all; declare one if there is one"
        kept = tuple(remark for remark in self.remarks if remark != tell_key(self.key)[0])
        return replace(self, key=(), remarks=(*kept, told))


def check_name(name: str) -> None:
    """Raise NoDraft for a name that no source can have."""
    if not _IDENTIFIER.fullmatch(name):
        raise NoDraft(f"{name!r} is no name for a source: lower-case letters, digits and _, a letter first")


def draft_source(name: str, sample: Sample) -> Draft:
    """Draft a source from a sample; raises NoDraft when that cannot be done."""
    sample, widening = unfold_sample(sample)
    labels = sample.labels or ("",) * len(sample.columns)
    if sample.labels is None or sample.odd_header:
        labels = tuple(label.strip() or f"column_{number}" for number, label in enumerate(labels, start=1))
    digits = find_digits(sample)
    plain = [[translate(cell, digits) for cell in cells] for cells in sample.columns] if digits else sample.columns
    filled = [Counter(stripped for cell in cells if (stripped := cell.strip())) for cells in plain]
    conventions = find_numbers(
        filled, has_typed_cells=sample.has_typed_cells, delimiter=sample.form.get("delimiter", ""),
        has_thousands=sample.form["format"] != "EDI", has_foreign_digits=bool(digits),
    )  # fmt: skip
    named = shorten_paths(labels) if sample.has_paths else labels
    guesses = [
        guess_column(canonical, label, cells, conventions.numbers, has_typed_cells=sample.has_typed_cells)
        for canonical, label, cells in zip(name_columns(named), labels, plain, strict=True)
    ]
    if digits:
        guesses = keep_texts(guesses, sample.columns, conventions.numbers)
    guesses = _settle_doubts(guesses, conventions.numbers)
    told = (*conventions.remarks, *_tell_doubtful(conventions, sample), *tell_digits(digits))
    joints = find_joints(guesses, sample.columns, by_label=has_header_labels(sample))
    told += tell_apart(guesses, sample.columns, joints)
    wholes = [name_whole(joint, guesses) for joint in joints]
    members = {at for joint in joints for at in joint.members}
    guesses = [replace(guess, is_part=at in members) for at, guess in enumerate(guesses)]
    form = find_form(sample, guesses).widened(widening)
    alone = (_ALONE,) if sample.labels is None and len(guesses) == 1 else ()
    declared, remarks = _leave_out(guesses, form, has_header=sample.labels is not None and not sample.odd_header)
    declared = _put_in(declared, guesses, joints, wholes)
    key = find_key(declared, [*guesses, *wholes], [*sample.columns, *(joint.cells for joint in joints)])
    for apart in sample.apart_by:
        column = apart if apart not in {guess.name for guess in declared} else f"in_{apart}"
        declared.append(Guess(column, f"@{apart}"))
        key = (*key, column) if key else ()
    own = _find_own_formats(declared)
    shared = [guess for guess in declared if guess.name not in own]
    return Draft(
        name, tuple(declared), key, form, conventions.numbers,
        _formats(shared, "Day", DAY_FORMATS, (ISO_DAY,)), _formats(shared, "Moment", MOMENT_FORMATS, ISO_MOMENTS), own,
        _name_parts(guesses, joints, wholes, form),
        (
            *sample.remarks, *alone, *told, *remarks, *tell_key(key), *_tell_own_formats(own),
            *(each for guess in declared for each in guess.remarks),
        ),
        sample.file_name, sample.packing.members, digits=digits,
    )  # fmt: skip


def _put_in(
    declared: Sequence[Guess], guesses: Sequence[Guess], joints: Sequence[Joint], wholes: Sequence[Guess]
) -> list[Guess]:
    """The columns to declare, with those that several make at the place of the first of these."""
    first = {guesses[min(joint.members)].name: whole for joint, whole in zip(joints, wholes, strict=True)}
    placed = [first.get(guess.name, guess) for guess in declared]
    return [guess for guess in placed if not guess.is_part]


def _name_parts(
    guesses: Sequence[Guess], joints: Sequence[Joint], wholes: Sequence[Guess], form: Form
) -> dict[str, tuple[str, ...]]:
    parts = [[guesses[at] for at in joint.members] for joint in joints]
    return {
        whole.name: tuple(form.called.get(guess.name, guess.label) for guess in of)
        for whole, of in zip(wholes, parts, strict=True)
    }


def _tell_doubtful(conventions: Conventions, sample: Sample) -> tuple[str, ...]:
    """What to check of marks that may mean either; in numbers that a workbook holds as such they never do."""
    typed = find_typed_numerals(sample) if conventions.doubtful else frozenset()
    cells = [cell for cell in conventions.doubtful if cell not in typed]
    return (f"the mark in {cells[0]} may stand for thousands or for decimals: check numbers",) if cells else ()


def _settle_doubts(guesses: Sequence[Guess], numbers: Numbers) -> list[Guess]:
    """The guesses; dates that could be read either way are read as those of columns that leave no doubt.

    Where no column tells, the day stands first beside decimal commas: nobody writes these and the month first.
    """
    settled = {written for guess in guesses if not guess.doubtful for written in guess.formats}
    guesses = [guess.settle_doubt(settled) for guess in guesses]
    return [guess.prefer_day_first() for guess in guesses] if numbers.decimal == "," else guesses


def _leave_out(guesses: Sequence[Guess], form: Form, *, has_header: bool) -> tuple[list[Guess], list[str]]:
    """The columns without those that a header row cannot name, and what to check."""
    if form.has_paths or form.kind == "FixedWidth" or not has_header:
        return list(guesses), [_TOUCHING] if form.kind == "FixedWidth" else []
    counts = Counter(normalise(guess.label) for guess in guesses)
    kept = [guess for guess in guesses if guess.label.strip() and counts[normalise(guess.label)] == 1]
    left = [guess for guess in guesses if guess not in kept]
    if not any(guess.is_required for guess in kept):
        raise NoDraft(f"no column with a label of its own is filled in every row; declare it by hand{_hint(counts)}")
    return kept, [
        f"the label {guess.label!r} is empty or stands twice, so its column is not declared{_tell_example(guess)}"
        for guess in left if guess.label.strip() or guess.example
    ]  # fmt: skip


def _hint(counts: Counter[str]) -> str:
    """What may have to be declared where labels come again."""
    again = [label for label, count in counts.items() if label and count > 1]
    if not again:
        return ""
    return (
        f". {again[0]!r} is a label of {counts[again[0]]} columns: where a row above tells them apart, `header_rows=2` "
        "joins both, and `wide` makes rows of the days or weeks that it tells"
    )


def _tell_example(guess: Guess) -> str:
    return f": {guess.example[:20]!r} and so on" if guess.example else ""


def _find_own_formats(guesses: Sequence[Guess]) -> dict[str, tuple[str, ...]]:
    """By column, formats that those of the columns before it contradict."""
    shared: list[str] = []
    own: dict[str, tuple[str, ...]] = {}
    for guess in guesses:
        if find_contradiction((*shared, *guess.formats)) is None:
            shared += guess.formats
        else:
            own[guess.name] = guess.formats
    return own


def _tell_own_formats(own: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"{name} is read as {formats[0]}, unlike the columns before it: check both" for name, formats in own.items()
    ]


def _formats(
    guesses: Sequence[Guess], kind: str, order: Sequence[str], default: tuple[str, ...]
) -> tuple[str, ...]:  # fmt: skip
    used = {written for guess in guesses if guess.kind == kind for written in guess.formats}
    return tuple(written for written in dict.fromkeys((*order, ISO_DAY, *sorted(used))) if written in used) or default
