"""Joints: columns of a sample that make one day or moment, such as a year and its week, if all of their cells do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from conditioners.drafting.guesses import Guess
from conditioners.drafting.joined_cells import Joint
from conditioners.drafting.joined_times import join_times, tell_hours
from conditioners.drafting.joined_years import join_years, tell_parts
from conditioners.drafting.naming import name_columns
from conditioners.readers.headers import normalise


def find_joints(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], *, by_label: bool) -> list[Joint]:
    """What columns of a sample make together: moments of dates and their times, else one day of years and their parts.

    Where they are found `by_label`, each has to have one of its own.
    """
    counts = Counter(normalise(guess.label) for guess in guesses)
    fit = [
        at for at, guess in enumerate(guesses)
        if not by_label or (guess.label.strip() and counts[normalise(guess.label)] == 1)
    ]  # fmt: skip
    joints = list(join_times(guesses, columns, fit))
    if any(guess.kind in ("Day", "Moment") for guess in guesses):
        return joints
    return list(join_years(guesses, columns, fit))[:1]


def tell_apart(guesses: Sequence[Guess], columns: Sequence[Sequence[str]], joints: Sequence[Joint]) -> tuple[str, ...]:
    """What to know of columns that look like parts of a date and stay apart, since some of their cells are none."""
    joined = {at for joint in joints for at in joint.members}
    apart = [at for at in range(len(guesses)) if at not in joined]
    left, cells = [guesses[at] for at in apart], [columns[at] for at in apart]
    is_dated = bool(joints) or any(guess.kind in ("Day", "Moment") for guess in guesses)
    return (*([] if is_dated else tell_parts(left, cells)), *tell_hours(left, cells))


def name_whole(joint: Joint, guesses: Sequence[Guess]) -> Guess:
    """The guess of a joint, under a name that no other column has."""
    taken = [guess.name for at, guess in enumerate(guesses) if at not in joint.members]
    return replace(joint.guess, name=name_columns([*taken, joint.guess.name])[-1])
