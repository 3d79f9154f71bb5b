"""Schema drift: what is new, missing, renamed or retyped in a file against the one that its source sent before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from itertools import chain
from typing import Any

from conditioners.rules import Rule

_ALIKE = 0.75
_MOST_COMPARED, _COMPARED = 50, 100
"""Labels that are new or missing, and characters of each, beyond which it takes long to say which are alike."""
_MOST = 0.5
_UNREADABLE = (
    Rule.NOT_A_NUMBER, Rule.NOT_A_DAY, Rule.NOT_A_MOMENT, Rule.TOO_MANY_PLACES, Rule.BAD_FORMAT, Rule.NOT_ALLOWED,
)  # fmt: skip
_KINDS = {
    "digits": re.compile(r"-?[0-9]+"), "number": re.compile(r"-?[0-9]+(\.[0-9]+)?"),
    "day": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"), "moment": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*"),
}  # fmt: skip


@dataclass(frozen=True)
class Retyped:
    """A column whose values are of another kind than before, as far as their extremes and rejects tell."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Drift:
    """How a file differs from the one before; labels are those of the files."""

    new: tuple[str, ...]
    missing: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    """Labels before and after: at the same place, or alike."""
    retyped: tuple[Retyped, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.missing or self.renamed or self.retyped)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)


def describe_drift(drift: Mapping[str, Any]) -> str:
    """A drift, as plain JSON values, in words; empty when nothing differs."""
    parts = [
        *(f"new {label!r}" for label in drift["new"]),
        *(f"missing {label!r}" for label in drift["missing"]),
        *(f"{old!r} renamed to {new!r}" for old, new in drift["renamed"]),
        *(f"{each['column']} was {_say(each['before'])} and is {_say(each['after'])}" for each in drift["retyped"]),
    ]
    return ", ".join(parts)


def _say(kind: str) -> str:
    return kind.replace("_", " ")


def compare_with_last(recent: Iterable[Mapping[str, Any]], told: Mapping[str, Any]) -> dict[str, Any] | None:
    """The drift of a summary against the last one of its dialect, as plain JSON values; None if there is none."""
    before = find_last_alike(recent, told)
    return find_drift(before, told).to_json() if before is not None else None


def find_drift(before: Mapping[str, Any], after: Mapping[str, Any]) -> Drift:
    """Compare two summaries (as JSON) of files that came in the same dialect."""
    old, new = _by_name(_list_labels(before)), _by_name(_list_labels(after))
    gone = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    renamed = _pair_used(before, after)
    left = [name for name in gone if name not in renamed], [name for name in come if name not in renamed.values()]
    renamed.update(_pair(*left, list(old), list(new)))
    return Drift(
        new=tuple(new[name] for name in come if name not in renamed.values()),
        missing=tuple(old[name] for name in gone if name not in renamed),
        renamed=tuple((old[name], new[other]) for name, other in renamed.items()),
        retyped=tuple(_find_retyped(before, after)),
    )


def find_last_alike(summaries: Iterable[Mapping[str, Any]], summary: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Of summaries, the latest first, the first one of the same dialect."""
    dialect = summary["dialect"].get("name")
    return next((each for each in summaries if each.get("dialect", {}).get("name") == dialect), None)


def _list_labels(summary: Mapping[str, Any]) -> list[str]:
    """The labels of a file; of an archive those of all of its members, each once."""
    members = (member["labels"] for member in summary.get("members", {}).values())
    return list(dict.fromkeys(chain(summary["labels"], *members)))


def _by_name(labels: Sequence[str]) -> dict[str, str]:
    """Labels by what they are compared as."""
    return {" ".join(label.split()).casefold(): label for label in labels if label.strip()}


def _pair(gone: Sequence[str], come: Sequence[str], old: Sequence[str], new: Sequence[str]) -> list[tuple[str, str]]:
    """Which missing label is which new one."""
    places = {name: at for at, name in enumerate(old)} if len(old) == len(new) else {}
    are_few = max(len(gone), len(come)) <= _MOST_COMPARED
    pairs, left = [], dict.fromkeys(come)
    for name in gone:
        found = new[places[name]] if name in places else None
        if found not in left:
            alike = max(left, key=lambda other: _likeness(name, other), default=None) if are_few else None
            found = alike if alike is not None and _likeness(name, alike) >= _ALIKE else None
        if found is not None:
            pairs.append((name, found))
            del left[found]
    return pairs


def _pair_used(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """The one label of a column that is missing and the one that is new, where they must be names of the same column.

    So it is, however unlike they are, where the same columns have values as before, each of them under one label.
    """
    old, new = _list_used(before), _list_used(after)
    gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
    filled = _list_filled(before)
    is_certain = filled == _list_filled(after) and len(old) == len(filled) == len(new)
    return {gone[0]: come[0]} if is_certain and len(gone) == len(come) == 1 else {}


def _list_used(summary: Mapping[str, Any]) -> list[str]:
    """Labels that columns go by; of an archive those of all of its members."""
    used = dict[str, None]()
    for part in (summary, *summary.get("members", {}).values()):
        ignored = _by_name(part.get("ignored_labels", ()))
        used.update(dict.fromkeys(name for name in _by_name(part["labels"]) if name not in ignored))
    return list(used)


def _list_filled(summary: Mapping[str, Any]) -> list[str]:
    """Columns that have values."""
    return [name for name, held in summary["columns"].items() if held["min"] is not None]


def _likeness(name: str, other: str) -> float:
    return SequenceMatcher(None, name[:_COMPARED], other[:_COMPARED]).ratio()


def _find_retyped(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[Retyped]:
    for column, held in after["columns"].items():
        known = before["columns"].get(column)
        if known is None:
            continue
        was, now = _tell_kind(before, column, known), _tell_kind(after, column, held)
        if was != now and "empty" not in (was, now):
            yield Retyped(column, was, now)


def _tell_kind(summary: Mapping[str, Any], column: str, held: Mapping[str, Any]) -> str:
    """What a column held: the rule that most of its rows break, else the kind of its extremes."""
    for rule in _UNREADABLE:
        if summary["rejects"].get(f"{column} {rule}", 0) > _MOST * summary["rows_in"]:
            return rule
    extremes = [held[end] for end in ("min", "max") if held[end] is not None]
    if not extremes:
        return "empty"
    fitting = (kind for kind, pattern in _KINDS.items() if all(pattern.fullmatch(value) for value in extremes))
    return next(fitting, "text")
