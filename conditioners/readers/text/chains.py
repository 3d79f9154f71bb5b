"""Records that run into each other by their quotes, of which each would else be read to where all of them end."""

from __future__ import annotations


class Chain:
    """The fields of a record that could not be read, and of those behind it that run into these.

    Where each line closes a quote and opens another, a record goes on to the fault in the last of them, and so does the
    one that begins a line further on: without this each would be read to there.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._numbers: dict[int, int] = {}
        """By where a field begins, its number in the chain."""
        self._last = 0
        """Where its last field begins."""
        self._begun: list[int] = []
        """Where the fields of the record at hand begin, until it runs into the chain."""
        self.fields = 0
        """Of the record at hand."""
        self.is_joined = False

    def begin(self) -> None:
        """A record begins."""
        self._begun, self.fields, self.is_joined = [], 0, False

    def pass_by(self, position: int) -> int:
        """Where to read on, a field of the record at hand beginning here: here, or at the last field of the chain."""
        self.fields += 1
        number = None if self.is_joined else self._numbers.get(position)
        if number is not None:
            self.is_joined = True
            self._numbers.update((each, number - back) for back, each in enumerate(reversed(self._begun), start=1))
            self.fields += self._numbers[self._last] - number
        elif self.is_joined:
            self._numbers[position] = self._numbers[self._last] + 1
            self._last = position
        else:
            self._begun.append(position)
        return self._last if self.is_joined else position

    def keep(self) -> None:
        """The record at hand cannot be read: it is the chain, if it is no part of it yet."""
        if not self.is_joined:
            self._numbers = {position: number for number, position in enumerate(self._begun)}
            self._last = self._begun[-1]
