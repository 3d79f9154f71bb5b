"""The text of a drafted source's module, as the formatter would leave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap

from conditioners.dialects import ISO_DAY, ISO_MOMENTS, PLAIN, Numbers
from conditioners.drafting.drafts import Draft
from conditioners.drafting.forms import Form
from conditioners.drafting.guesses import Guess
from conditioners.drafting.text import WIDTH, escape_unprintable, show_call, show_mapping, show_string, show_tuple
from conditioners.readers.headers import normalise
from conditioners.values.month_names import list_names

_SURROUNDINGS = ("@file", "@folder", "@sheet")


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
    lines = text.removesuffix("\n").split("\n")
    return "".join(
        f"{line}  # noqa: E501\n" if len(line) > WIDTH and " " in line.strip() else f"{line}\n" for line in lines
    )


def _show_remark(remark: str) -> str:
    lines = wrap(f"Check: {remark}.", WIDTH - 2, break_long_words=True)
    return "".join(f"# {escape_unprintable(line)}\n" for line in lines)


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
    is_found_by_label = guess.label in _SURROUNDINGS or not (form.has_paths or form.kind == "FixedWidth")
    label = _show_label(guess) if is_found_by_label and not guess.is_joint else ()
    return show_call(guess.kind, [show_string(guess.name), *guess.arguments, *label], 8)


def _show_label(guess: Guess) -> tuple[str, ...]:
    if normalise(guess.label) == guess.name:
        return ()
    return (show_tuple([show_string(" ".join(guess.label.split()))], 12, before="labels="),)


def _show_dialects(draft: Draft) -> str:
    shown = _show_dialect(draft)
    line = f"dialects=({shown})"
    return line if "\n" not in shown and len(line) + 5 <= WIDTH else f"dialects=(\n        {shown}\n    )"


def _show_dialect(draft: Draft) -> str:
    columns = draft.columns
    arguments = [
        'name="as sampled"', *draft.form.arguments,
        *_show_by_column("parts", {name: _tuple(labels) for name, labels in draft.parts.items()}),
        *_show_writing(draft),
        *_show_by_column("formats", {name: _tuple(formats) for name, formats in draft.formats.items()}),
        *_show_by_column("sentinels", {guess.name: _tuple(guess.sentinels) for guess in columns if guess.sentinels}),
        *_show_by_column("shifts", {guess.name: str(guess.shift) for guess in columns if guess.shift}),
        *_show_by_column("extract", {guess.name: show_string(guess.extract) for guess in columns if guess.extract}),
    ]  # fmt: skip
    if draft.skip:
        arguments.append(show_tuple([show_string(pattern) for pattern in draft.skip], 12, before="skip="))
    return show_call(draft.form.kind, arguments, 8)


def _show_by_column(argument: str, shown: Mapping[str, str]) -> list[str]:
    """An argument that says something of columns, if it does of any."""
    return [show_mapping(shown, 12, before=f"{argument}=")] if shown else []


def _show_writing(draft: Draft) -> Iterator[str]:
    """How numbers, days and moments are written, as far as it is not as by itself."""
    if draft.numbers != PLAIN:
        yield _show_numbers(draft.numbers)
    if draft.digits:
        yield f"digits={_tuple(draft.digits)}"
    if draft.months:
        yield show_tuple([_show_month(month) for month in draft.months], 12, before="months=")
    if draft.days != (ISO_DAY,):
        yield show_tuple([show_string(each) for each in draft.days], 12, before="days=")
    if draft.moments != ISO_MOMENTS:
        yield show_tuple([show_string(each) for each in draft.moments], 12, before="moments=")
    if draft.two_digit_years_from is not None:
        yield f"two_digit_years_from={draft.two_digit_years_from}"


def _show_month(month: str | tuple[str, ...]) -> str:
    names = list_names(month)
    return _tuple(names) if len(names) > 1 else show_string(names[0])


def _tuple(words: Sequence[str]) -> str:
    return show_tuple([show_string(word) for word in words], 0)


def _show_numbers(numbers: Numbers) -> str:
    arguments = []
    if numbers.decimal != ".":
        arguments.append(f'decimal="{_show_marks(numbers.decimal)}"')
    if numbers.thousands:
        arguments.append(f'thousands="{_show_marks(numbers.thousands)}"')
    if numbers.currency:
        arguments.append(f"currency={_tuple(numbers.currency)}")
    if numbers.trailing_minus:
        arguments.append("trailing_minus=True")
    if numbers.brackets:
        arguments.append("brackets=True")
    if numbers.lakhs:
        arguments.append("lakhs=True")
    if numbers.minus:
        signs = [f'"{_show_marks(sign)}"' for sign in numbers.minus]
        arguments.append(show_tuple(signs, 12, before="minus="))
    return show_call("numbers=Numbers", arguments, 12, tail="")


def _show_marks(marks: str) -> str:
    return "".join(mark if mark.isascii() else ascii(mark)[1:-1] for mark in marks)
