"""Reads a line whose quotes break the rules in every way they allow, as text or as marks, to find the least odd one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from conditioners.outcome import Refusal
from conditioners.structure.field_grammar import Grammar

_LENIENT, _LITERAL = 1, 2
"""What it costs to read a quote inside a quoted field, or at the start of one, as text."""
_FIELDS_OF_A_READING = 32
"""Fields without a choice that cost as much as one way to read a quote."""


class Exhausted(Refusal):
    """The quotes of a text can be read in too many ways."""


@dataclass
class Effort:
    """How many ways to read quotes may still be tried; each record adds one to what a text is given at first."""

    left: int = 100_000
    line: int = 1
    """Where the reading is."""

    def spend(self, readings: int) -> None:
        """Some ways to read a quote are tried; raises Exhausted when there were too many before."""
        self.left -= readings
        if self.left < 0:
            raise Exhausted(
                "the quotes of most rows can be read in several ways; declare its dialect", f"line {self.line}"
            )


class Reading(NamedTuple):
    """The fields of a line, or of its rest, in one way to read its quotes."""

    cost: int
    fields: tuple[str, ...]
    is_only: bool


class _Step(NamedTuple):
    state: tuple[int, int] | None
    cost: int
    fields: tuple[str, ...]


class Search:
    """Finds the least odd reading of one odd line, by the number of fields it has."""

    def __init__(self, grammar: Grammar, effort: Effort, line: str, width: int | None) -> None:
        self._grammar, self._effort, self._line, self._width = grammar, effort, line, width
        self._found: dict[tuple[int, int], Reading | None] = {}
        """The best reading of the rest of the line, by where that begins and how many fields stand before it."""
        self._closings = [match.start() for match in grammar.closing.finditer(line)] if grammar.closing else []

    def best(self) -> Reading | None:
        """The cheapest reading; None when there is none with the wanted number of fields."""
        begin = (0, 0)
        stack = [begin]
        while stack:
            state = stack[-1]
            if state in self._found:
                stack.pop()
                continue
            steps = list(self._steps(*state))
            missing = [step.state for step in steps if step.state is not None and step.state not in self._found]
            if missing:
                stack += missing
                continue
            fields = sum(len(step.fields) for step in steps)
            self._effort.spend(sum(step.cost for step in steps) + fields // _FIELDS_OF_A_READING)
            self._found[state] = self._choose(steps)
            stack.pop()
        return self._found[begin]

    def _steps(self, position: int, number: int) -> Iterator[_Step]:
        """The ways to read the next fields, up to the first that has several: the state behind it, cost, and texts.

        The state is None at the line's end.
        """
        run, position = self._plain_run(position)
        number += len(run)
        if position < 0:
            if self._width in (None, number):
                yield _Step(None, 0, run)
            return
        if self._width is not None and number >= self._width:
            return
        for end, cost, field in self._fields_at(position):
            fields = (*run, field)
            if end == len(self._line):
                if self._width in (None, number + 1):
                    yield _Step(None, cost, fields)
            else:
                behind = end + len(self._grammar.marks.delimiter)
                yield _Step((behind, number + 1 if self._width is not None else 0), cost, fields)

    def _plain_run(self, position: int) -> tuple[tuple[str, ...], int]:
        """The fields from a position on that have one reading each, and the place behind; -1 at the line's end."""
        behind, fields = len(self._grammar.marks.delimiter), list[str]()
        while True:
            match, is_quoted = self._grammar.match_field(self._line, position)
            if match is None:
                return tuple(fields), position
            fields.append(self._grammar.clean(match[1], is_quoted=is_quoted))
            if match.end() == len(self._line):
                return tuple(fields), -1
            position = match.end() + behind

    def _fields_at(self, position: int) -> Iterator[tuple[int, int, str]]:
        """The ways to read a field that begins with a quote and does not end by the rules: end, cost, and text."""
        grammar, line = self._grammar, self._line
        assert grammar.opening is not None
        opening, plain = grammar.opening.match(line, position), grammar.plain.match(line, position)
        assert opening is not None and plain is not None
        yield plain.end(), _LITERAL, grammar.clean(plain[1], is_quoted=False)
        for closing in self._closings:
            if closing >= opening.end():
                end = closing + 1
                while line.startswith(" ", end) and grammar.marks.delimiter != " ":
                    end += 1
                yield end, _LENIENT, grammar.clean(line[opening.end() : closing], is_quoted=True)

    def _choose(self, steps: list[_Step]) -> Reading | None:
        best: Reading | None = None
        for state, cost, fields in steps:
            rest = self._found[state] if state is not None else Reading(0, (), True)
            if rest is None:
                continue
            found = Reading(cost + rest.cost, (*fields, *rest.fields), rest.is_only)
            if best is None or found.cost < best.cost:
                best = found
            elif found.cost == best.cost and found.fields != best.fields:
                best = best._replace(is_only=False)
        return best
