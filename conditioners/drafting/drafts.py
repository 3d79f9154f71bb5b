"""A draft of a source, made from a sample: its columns, key and dialect, and what its author should check."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from conditioners.dialects import ISO_DAY, ISO_MOMENTS, Numbers
from conditioners.drafting.column_guesses import guess_columns
from conditioners.drafting.date_conventions import DAY_FORMATS, MOMENT_FORMATS
from conditioners.drafting.declared_columns import Joined, choose_columns, join_parts
from conditioners.drafting.forms import Form
from conditioners.drafting.guesses import Guess
from conditioners.drafting.joints import tell_apart
from conditioners.drafting.keys import find_key, tell_key
from conditioners.drafting.month_languages import are_used, find_months, tell_months, translate_sample
from conditioners.drafting.sample_forms import find_form
from conditioners.drafting.samples import NoDraft, Sample
from conditioners.drafting.short_years import find_first_year, forget_weekday
from conditioners.drafting.widening import Widening, unfold_sample
from conditioners.values.contradictions import find_contradiction
from conditioners.values.month_names import Months

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_ALONE = "one column without a label was found: if these are fields that touch each other, declare their places by hand"


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
    months: Months = ()
    two_digit_years_from: int | None = None

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
    language, months = find_months(sample)
    sample, widening = unfold_sample(translate_sample(sample, months), months)
    guessed = guess_columns(sample)
    joined = join_parts(guessed.columns, sample)
    form = find_form(sample, joined.columns).widened(widening)
    declared, left_out = choose_columns(joined, form, sample)
    cells = [*sample.columns, *(joint.cells for joint in joined.joints)]
    key = find_key(_list_possible(declared, widening), [*joined.columns, *joined.wholes], cells)
    declared, key_with_places = _add_places(declared, key, sample)
    own = _find_own_formats(declared)
    first_year = find_first_year(zip([*joined.columns, *joined.wholes], cells, strict=True))
    declared = list(map(forget_weekday, declared)) if first_year else declared
    months = months if are_used(declared) else ()
    shared = [guess for guess in declared if guess.name not in own]
    remarks = (
        *sample.remarks, *((_ALONE,) if sample.labels is None and len(joined.columns) == 1 else ()),
        *guessed.remarks, *tell_apart(guessed.columns, sample.columns, joined.joints), *left_out,
        *((tell_months(language),) if months else ()), *tell_key(key_with_places), *_tell_own_formats(own),
        *((first_year.tell(),) if first_year else ()), *(each for guess in declared for each in guess.remarks),
    )  # fmt: skip
    return Draft(
        name, tuple(declared), key_with_places, form, guessed.numbers,
        _formats(shared, "Day", DAY_FORMATS, (ISO_DAY,)), _formats(shared, "Moment", MOMENT_FORMATS, ISO_MOMENTS), own,
        _name_parts(joined, form), remarks, sample.file_name, sample.packing.members, digits=guessed.digits,
        months=months, two_digit_years_from=first_year.year if first_year else None,
    )  # fmt: skip


def _list_possible(declared: Sequence[Guess], widening: Widening | None) -> list[Guess]:
    """The columns that a key may be of: of a wide table what labels tell, which a year does as well, and no values."""
    if widening is None:
        return list(declared)
    return [
        replace(guess, kind="Day") if guess.name == widening.into else guess
        for guess in declared if guess.name not in widening.patterns
    ]  # fmt: skip


def _add_places(declared: Sequence[Guess], key: tuple[str, ...], sample: Sample) -> tuple[list[Guess], tuple[str, ...]]:
    """The columns and the key, with those of the sheets, folders or files that tell tables apart."""
    columns = list(declared)
    for apart in sample.apart_by:
        column = apart if apart not in {guess.name for guess in columns} else f"in_{apart}"
        columns.append(Guess(column, f"@{apart}"))
        key = (*key, column) if key else ()
    return columns, key


def _name_parts(joined: Joined, form: Form) -> dict[str, tuple[str, ...]]:
    parts = [[joined.columns[at] for at in joint.members] for joint in joined.joints]
    return {
        whole.name: tuple(form.called.get(guess.name, guess.label) for guess in of)
        for whole, of in zip(joined.wholes, parts, strict=True)
    }


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
