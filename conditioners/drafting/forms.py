"""A dialect as a draft declares it: its class, and the text of the arguments that make it so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from conditioners.drafting.guesses import Guess
from conditioners.drafting.text import show_call, show_mapping, show_string
from conditioners.drafting.widening import Widening
from conditioners.parts import WIDE_LABEL

INDENT = 12
"""Blanks before an argument."""
NO_DIALECT = "are read without a declaration only: condition --auto makes delimited text of them to sample"


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
        shown = (f"into={show_string(widening.into)}", show_mapping(patterns, INDENT + 4, before="values="))
        return replace(
            self, arguments=(*self.arguments, show_call("wide=Wide", shown, INDENT, tail="")), has_wide=True,
            called={**self.called, widening.into: WIDE_LABEL},
        )  # fmt: skip


def go_by_name(guesses: Sequence[Guess]) -> dict[str, str]:
    """What columns go by that are declared by their places."""
    return {guess.name: guess.name for guess in guesses}
