"""Which columns of a sample are declared: those that several make in their place, and none that nothing can name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from conditioners.drafting.forms import Form
from conditioners.drafting.guesses import Guess
from conditioners.drafting.joined_cells import Joint
from conditioners.drafting.joints import find_joints, name_whole
from conditioners.drafting.sample_forms import has_header_labels
from conditioners.drafting.samples import NoDraft, Sample
from conditioners.drafting.sums import leave_out_sum
from conditioners.readers.headers import normalise

_TOUCHING = "fields without a blank between them are declared as one: compare their places with the file's description"


class Joined(NamedTuple):
    """The guesses, those of which others are made marked as parts, and what is made of them."""

    columns: list[Guess]
    joints: Sequence[Joint]
    wholes: list[Guess]


def join_parts(guesses: Sequence[Guess], sample: Sample) -> Joined:
    """The guesses, and the columns that several of them make."""
    joints = find_joints(guesses, sample.columns, by_label=has_header_labels(sample))
    members = {at for joint in joints for at in joint.members}
    columns = [replace(guess, is_part=at in members) for at, guess in enumerate(guesses)]
    return Joined(columns, joints, [name_whole(joint, guesses) for joint in joints])


def choose_columns(joined: Joined, form: Form, sample: Sample) -> tuple[list[Guess], list[str]]:
    """The columns to declare, and what to check of those that are not; raises NoDraft when there is none to declare."""
    has_header = sample.labels is not None and not sample.odd_header
    kept, left_out = _leave_out(joined.columns, form, has_header=has_header)
    if not kept:
        raise NoDraft("the sample has rows, and no column that could be declared")
    return leave_out_sum(_put_in(kept, joined), sample.sum_name), left_out


def _put_in(declared: Sequence[Guess], joined: Joined) -> list[Guess]:
    """The columns to declare, with those that several make at the place of the first of these."""
    wholes = zip(joined.joints, joined.wholes, strict=True)
    first = {joined.columns[min(joint.members)].name: whole for joint, whole in wholes}
    placed = [first.get(guess.name, guess) for guess in declared]
    return [guess for guess in placed if not guess.is_part]


def _leave_out(guesses: Sequence[Guess], form: Form, *, has_header: bool) -> tuple[list[Guess], list[str]]:
    """The columns without those that a header row cannot name, and what to check."""
    if form.has_paths or form.kind == "FixedWidth" or not has_header:
        return list(guesses), [_TOUCHING] if form.kind == "FixedWidth" else []
    counts = Counter(normalise(guess.label) for guess in guesses)
    are_named = [bool(guess.label.strip()) and counts[normalise(guess.label)] == 1 for guess in guesses]
    kept = [guess for guess, is_named in zip(guesses, are_named, strict=True) if is_named]
    left = [guess for guess, is_named in zip(guesses, are_named, strict=True) if not is_named]
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
