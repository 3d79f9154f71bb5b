"""A draft: the text of a source's module, written from a sample."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from textwrap import wrap

from conditioners.dialects import ISO_DAY, ISO_MOMENTS, PLAIN, Numbers
from conditioners.drafting.conventions import DAY_FORMATS, MOMENT_FORMATS, Conventions, find_numbers
from conditioners.drafting.forms import Form, find_form
from conditioners.drafting.guessing import Guess, guess_column
from conditioners.drafting.naming import name_columns, names_code, shorten_paths
from conditioners.drafting.samples import NoDraft, Sample
from conditioners.drafting.text import WIDTH, show_call, show_mapping, show_string, show_tuple
from conditioners.drafting.typed_cells import find_typed_numerals
from conditioners.drafting.widening import unfold_sample
from conditioners.readers.headers import normalise

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_KEY_ROWS, _KEY_COLUMNS = 20, 3
_ALONE = "one column without a label was found: if these are fields that touch each other, declare their places by hand"
_KEY_KINDS = ("Day", "Moment", "Text")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?( ?[AaPp][Mm])?")
"""Times of day, which tell few rows apart."""
_PERIOD = re.compile(r"year|month|week|period|jahr|monat|woche|ann[eé]e|mois|a[nñ]o", re.IGNORECASE)
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
    remarks: tuple[str, ...]
    file_name: str
    members: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()

    def skipping(self, patterns: Sequence[str]) -> Draft:
        """The draft, with lines that are no rows."""
        return replace(self, skip=tuple(dict.fromkeys((*self.skip, *patterns))))

    def remarking(self, *remarks: str) -> Draft:
        """The draft, with more to check."""
        return replace(self, remarks=(*self.remarks, *remarks))

    def without_key(self) -> Draft:
        """The draft without its key, which does not tell all rows apart."""
        told = f"no key: {' and '.join(self.key)} tell the first rows apart, but not all; declare one if there is one"
        kept = tuple(remark for remark in self.remarks if remark != _tell_key(self.key)[0])
        return replace(self, key=(), remarks=(*kept, told))


def draft_source(name: str, sample: Sample) -> Draft:
    """Draft a source from a sample; raises NoDraft when that cannot be done."""
    if not _IDENTIFIER.fullmatch(name):
        raise NoDraft(f"{name!r} is no name for a source: lower-case letters, digits and _, a letter first")
    sample, widening = unfold_sample(sample)
    labels = sample.labels or ("",) * len(sample.columns)
    if sample.labels is None or sample.odd_header:
        labels = tuple(label.strip() or f"column_{number}" for number, label in enumerate(labels, start=1))
    filled = [Counter(stripped for cell in cells if (stripped := cell.strip())) for cells in sample.columns]
    conventions = find_numbers(
        filled, has_typed_cells=sample.has_typed_cells, delimiter=sample.form.get("delimiter", "")
    )  # fmt: skip
    named = shorten_paths(labels) if sample.has_paths else labels
    guesses = [
        guess_column(canonical, label, cells, conventions.numbers, has_typed_cells=sample.has_typed_cells)
        for canonical, label, cells in zip(name_columns(named), labels, sample.columns, strict=True)
    ]
    guesses = _settle_doubts(guesses)
    form = find_form(sample, guesses).widened(widening)
    alone = (_ALONE,) if sample.labels is None and len(guesses) == 1 else ()
    declared, remarks = _leave_out(guesses, form, has_header=sample.labels is not None and not sample.odd_header)
    told = (*conventions.remarks, *_tell_doubtful(conventions, sample))
    key = _find_key(declared, guesses, sample.columns)
    for apart in sample.apart_by:
        column = apart if apart not in {guess.name for guess in declared} else f"in_{apart}"
        declared.append(Guess(column, f"@{apart}"))
        key = (*key, column) if key else ()
    return Draft(
        name, tuple(declared), key, form, conventions.numbers,
        _formats(declared, "Day", DAY_FORMATS, (ISO_DAY,)), _formats(declared, "Moment", MOMENT_FORMATS, ISO_MOMENTS),
        (
            *sample.remarks, *alone, *told, *remarks, *_tell_key(key),
            *(each for guess in declared for each in guess.remarks),
        ),
        sample.file_name, sample.packing.members,
    )  # fmt: skip


def _tell_doubtful(conventions: Conventions, sample: Sample) -> tuple[str, ...]:
    """What to check of marks that may mean either; in numbers that a workbook holds as such they never do."""
    typed = find_typed_numerals(sample) if conventions.doubtful else frozenset()
    cells = [cell for cell in conventions.doubtful if cell not in typed]
    return (f"the mark in {cells[0]} may stand for thousands or for decimals: check numbers",) if cells else ()


def _tell_key(key: Sequence[str]) -> tuple[str, ...]:
    """What a key, which a sample cannot but suggest, does to rows that have the same one."""
    told = f"the key is {' and '.join(key)}, which no two rows of the sample share"
    return (f"{told}: where rows of later files do, all but the first are duplicates or rejected",) if key else ()


def _settle_doubts(guesses: Sequence[Guess]) -> list[Guess]:
    """The guesses; dates that could be read either way are read as those of columns that leave no doubt."""
    settled = {written for guess in guesses if not guess.doubtful for written in guess.formats}
    return [guess.settle_doubt(settled) for guess in guesses]


def _leave_out(guesses: Sequence[Guess], form: Form, *, has_header: bool) -> tuple[list[Guess], list[str]]:
    """The columns without those that a header row cannot name, and what to check."""
    if form.has_paths or form.kind == "FixedWidth" or not has_header:
        return list(guesses), [_TOUCHING] if form.kind == "FixedWidth" else []
    counts = Counter(normalise(guess.label) for guess in guesses)
    kept = [guess for guess in guesses if guess.label.strip() and counts[normalise(guess.label)] == 1]
    left = [guess for guess in guesses if guess not in kept]
    if not any(guess.is_required for guess in kept):
        raise NoDraft("no column with a label of its own is filled in every row; declare it by hand")
    return kept, [
        f"the label {guess.label!r} is empty or stands twice, so its column is not declared{_tell_example(guess)}"
        for guess in left if guess.label.strip() or guess.example
    ]  # fmt: skip


def _tell_example(guess: Guess) -> str:
    return f": {guess.example[:20]!r} and so on" if guess.example else ""


def _formats(
    guesses: Sequence[Guess], kind: str, order: Sequence[str], default: tuple[str, ...]
) -> tuple[str, ...]:  # fmt: skip
    used = {written for guess in guesses if guess.kind == kind for written in guess.formats}
    return tuple(written for written in dict.fromkeys((*order, ISO_DAY, *sorted(used))) if written in used) or default


def _find_key(
    declared: Sequence[Guess], guesses: Sequence[Guess], columns: Sequence[Sequence[str]]
) -> tuple[str, ...]:  # fmt: skip
    """The fewest columns, days and codes before others, that tell all rows of a sample of some size apart."""
    cells = {guess.name: values for guess, values in zip(guesses, columns, strict=True)}
    rows = len(columns[0]) if columns else 0
    required = [each for each in declared if each.is_required]
    fixed = {each.name for each in required if len(set(cells[each.name])) == 1}
    fit = [
        each for each in required
        if each.kind in _KEY_KINDS and each.name not in fixed and not all(map(_TIME.fullmatch, cells[each.name]))
    ]  # fmt: skip
    if rows < _KEY_ROWS:
        return ()
    # What is the same in all of the sample tells nothing here, but may in the next file, as the week and the store do.
    around = {each.name for each in required if each.name in fixed and (_is_period(each) or names_code(each.label))}
    for count in range(1, _KEY_COLUMNS + 1):
        for chosen in sorted(combinations(fit, count), key=_weigh_key):
            names = {each.name for each in chosen}
            if count == 1 and not _may_be_alone(chosen[0], required, cells):
                continue
            if len(set(zip(*(cells[name] for name in names), strict=True))) == rows:
                return tuple(each.name for each in required if each.name in names | around)
    return ()


def _may_be_alone(guess: Guess, required: Sequence[Guess], cells: Mapping[str, Sequence[str]]) -> bool:
    """Whether a column may be a key by itself: a code, the days of a series, the names in a list without days."""
    if names_code(guess.label):
        return True
    others = [each for each in required if each.name != guess.name]
    if guess.kind == "Text":
        return not any(each.kind in ("Day", "Moment") for each in others)
    return not any(each.kind == "Text" and len(set(cells[each.name])) > 1 for each in others)


def _is_period(guess: Guess) -> bool:
    return guess.kind in ("Day", "Moment") or (guess.kind == "Whole" and _PERIOD.search(guess.label) is not None)


def _weigh_key(guesses: Sequence[Guess]) -> int:
    """How little columns look like those of a key: days and codes by their labels do, any text hardly."""
    unlike = {"Day": 0, "Moment": 1, "Text": 2}
    return sum(0 if names_code(guess.label) else unlike[guess.kind] for guess in guesses)


def write_module(draft: Draft) -> str:
    """The text of the source's module."""
    kinds = sorted({guess.kind for guess in draft.columns})
    remarks = "".join(_show_remark(remark) for remark in dict.fromkeys(draft.remarks))
    needed = (("Numbers", draft.numbers != PLAIN), ("Wide", draft.form.has_wide))
    names = sorted({draft.form.kind, *(name for name, is_needed in needed if is_needed)})
    body = [
        f'name="{draft.name}"',
        f"title={show_string(_title(draft))}",
        f'files=("{draft.name}/**",)',
        *([f"members={_tuple(draft.members)}"] if draft.members else []),
        _one_line_each("columns=(", [_show_column(guess, draft.form) for guess in draft.columns]),
        *([show_tuple([show_string(name) for name in draft.key], 4, before="key=")] if draft.key else []),
        _show_dialects(draft),
    ]
    text = (
        f'"""{_title(draft)}; drafted from a sample."""\n\n'
        f"from conditioners.columns import {', '.join(kinds)}\n"
        "from conditioners.declaration import Source\n"
        f"from conditioners.dialects import {', '.join(names)}\n\n"
        f"{remarks}SOURCE = Source(\n" + "".join(f"    {part},\n" for part in body) + ")\n"
    )
    # A label cannot be broken, however long the file has it.
    too_long = (len(line) > WIDTH and " " in line.strip() for line in text.splitlines())
    return "".join(
        f"{line}  # noqa: E501\n" if long else f"{line}\n"
        for line, long in zip(text.splitlines(), too_long, strict=True)
    )


def _show_remark(remark: str) -> str:
    lines = wrap(f"Check: {remark}.", WIDTH - 2, break_long_words=True)
    return "".join(f"# {line}\n" for line in lines)


def _title(draft: Draft) -> str:
    words = draft.name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _one_line_each(opening: str, items: Sequence[str]) -> str:
    """Items with a line for each; the formatter keeps a single one on the line of its bracket."""
    line = f"{opening}{items[0]})"
    if len(items) == 1 and "\n" not in line and len(line) + 5 <= WIDTH:
        return line
    return opening + "\n" + "".join(f"        {item}\n" for item in items) + "    )"


def _show_column(guess: Guess, form: Form) -> str:
    label = () if form.has_paths or form.kind == "FixedWidth" else _show_label(guess)
    return show_call(guess.kind, [show_string(guess.name), *guess.arguments, *label], 8)


def _show_label(guess: Guess) -> tuple[str, ...]:
    if normalise(guess.label) == guess.name:
        return ()
    return (show_tuple([show_string(guess.label)], 12, before="labels="),)


def _show_dialects(draft: Draft) -> str:
    shown = _show_dialect(draft)
    line = f"dialects=({shown})"
    return line if "\n" not in shown and len(line) + 5 <= WIDTH else f"dialects=(\n        {shown}\n    )"


def _show_dialect(draft: Draft) -> str:
    arguments = ['name="as sampled"', *draft.form.arguments]
    if draft.numbers != PLAIN:
        arguments.append(_show_numbers(draft.numbers))
    if draft.days != (ISO_DAY,):
        arguments.append(show_tuple([show_string(each) for each in draft.days], 12, before="days="))
    if draft.moments != ISO_MOMENTS:
        arguments.append(show_tuple([show_string(each) for each in draft.moments], 12, before="moments="))
    sentinels = {guess.name: _tuple(guess.sentinels) for guess in draft.columns if guess.sentinels}
    if sentinels:
        arguments.append(show_mapping(sentinels, 12, before="sentinels="))
    shifts = {guess.name: str(guess.shift) for guess in draft.columns if guess.shift}
    if shifts:
        arguments.append(show_mapping(shifts, 12, before="shifts="))
    extract = {guess.name: show_string(guess.extract) for guess in draft.columns if guess.extract}
    if extract:
        arguments.append(show_mapping(extract, 12, before="extract="))
    if draft.skip:
        arguments.append(show_tuple([show_string(pattern) for pattern in draft.skip], 12, before="skip="))
    return show_call(draft.form.kind, arguments, 8)


def _tuple(words: Sequence[str]) -> str:
    return show_tuple([show_string(word) for word in words], 0)


def _show_numbers(numbers: Numbers) -> str:
    arguments = []
    if numbers.decimal != ".":
        arguments.append(f"decimal={show_string(numbers.decimal)}")
    if numbers.thousands:
        arguments.append(f"thousands={_show_marks(numbers.thousands)}")
    if numbers.currency:
        arguments.append(f"currency={_tuple(numbers.currency)}")
    if numbers.trailing_minus:
        arguments.append("trailing_minus=True")
    if numbers.brackets:
        arguments.append("brackets=True")
    return show_call("numbers=Numbers", arguments, 12, tail="")


def _show_marks(marks: str) -> str:
    return '"' + "".join(mark if mark.isascii() else ascii(mark)[1:-1] for mark in marks) + '"'
