"""Readings: the files with rows in a raw file, each opened in its dialect; and which of their rows are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.limits import Limits
from conditioners.outcome import Skipped
from conditioners.paths import compile_path
from conditioners.raw import OpenedRaw, RawInput
from conditioners.readers.batches import Located, Reader, TextBatch
from conditioners.readers.headers import normalise
from conditioners.readers.opening import open_readers
from conditioners.unpack import Unpacker, naming


@dataclass(frozen=True)
class Reading:
    """One file with rows, or the messages of one kind in it, opened."""

    dialect: Dialect
    reader: Reader


def open_readings(source: Source, raw: RawInput, limits: Limits, skipped: Skipped) -> Iterator[Reading]:
    """Each file with rows in a raw file, opened in one of the source's dialects; closed when the next is asked for.

    Raises Refusal when one of them cannot be read.
    """
    wanted = [compile_path(pattern) for pattern in source.members]
    unpacker = Unpacker(
        limits,
        lambda member: any(pattern.fullmatch(member) for pattern in wanted),
        lambda member, cause: skipped.add(f"member {member}", cause),
    )
    with OpenedRaw(raw, limits) as opened:
        for member in unpacker.members(opened):
            with naming(member.member):
                opened_in = open_readers(source, member, limits)
            for dialect, reader in opened_in:
                reader.facts.member = member.member
                yield Reading(dialect, _MemberReader(reader, member.member) if member.member else reader)


class _MemberReader:
    """A reader of an archive's member, which it names where it refuses or skips lines."""

    def __init__(self, reader: Reader, member: str) -> None:
        self._reader, self._member = reader, member
        self.columns, self.facts = reader.columns, reader.facts

    def parts(self) -> Iterator[Any]:
        """The inner reader's."""
        with naming(self._member):
            for part in self._reader.parts():
                self._name_skipped()
                yield part
            self._name_skipped()

    def _name_skipped(self) -> None:
        listed = self.facts.skipped.listed
        for number, (place, cause) in enumerate(listed):
            what, _, where = place.partition(" ")
            if not where.startswith(f"{self._member}:"):
                listed[number] = (f"{what} {self._member}:{where}", cause)

    def read(self, part: Any) -> TextBatch:
        """The inner reader's."""
        with naming(self._member):
            return self._reader.read(part)


class RowSkipper:
    """Tells rows at fault from lines that are no rows, and notes the latter as skipped."""

    def __init__(self, reading: Reading, skipped: Skipped) -> None:
        self._facts, self._skipped = reading.reader.facts, skipped
        self._says_nothing = self._facts.filler + " \t\r\n"
        dialect = reading.dialect
        self._is_folded = getattr(dialect, "wide", None) is not None or getattr(dialect, "repeated", None) is not None
        self._last = ""
        self._header_labels = [self._spell_labels(text) for text in self._facts.header_texts]
        self._declared = [re.compile(pattern) for pattern in reading.dialect.skip]

    def skips(self, located: Located) -> bool:
        """Whether a row at fault is none at all: blank, the header row again, or declared as such."""
        cause = self._cause(located.raw)
        # Of a wide line each cell is a row; of others several may stand in one line, with CRs between them.
        if cause is not None and not (self._is_folded and located.place == self._last):
            self._last = located.place
            self._skipped.add(f"{self._facts.place} {located.place}", cause)
        return cause is not None

    def _repeats_labels(self, raw: str) -> bool:
        """Whether a row has the labels of a header row in other case, with other blanks or quotes."""
        spelled = raw.casefold()
        return any(
            labels and labels[0] in spelled and labels == self._spell_labels(raw) for labels in self._header_labels
        )

    def _spell_labels(self, raw: str) -> list[str]:
        """The labels of a raw row, as they are compared."""
        parts = re.split(f"[{re.escape(self._facts.filler)}]", raw) if self._facts.filler else [raw]
        return [label for part in parts if (label := normalise(part))]

    def _cause(self, raw: str) -> str | None:
        if not raw.strip(self._says_nothing):
            return "blank"
        if raw in self._facts.header_texts or self._repeats_labels(raw):
            return "the header row again"
        for pattern in self._declared:
            if pattern.match(raw):
                return "declared as no row"
        return None
