"""Readings: the files with rows in a raw file, each opened in its dialect; and which of their rows are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conditioners.declaration import Source
from conditioners.dialects import Dialect, Workbook
from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.inputs.unpack import Unpacker, naming
from conditioners.limits import Limits
from conditioners.other_headers import OtherHeaders
from conditioners.outcome import Refusal, Skipped
from conditioners.paths import fit_members
from conditioners.proportions import Proportions
from conditioners.readers.batches import Facts, Located, Reader
from conditioners.readers.gathered import FewRows, GatheredReader, Together
from conditioners.readers.headers import normalise
from conditioners.readers.members import MemberReader
from conditioners.readers.opening import open_readers
from conditioners.readers.text.joined import JoinedReader, Taken
from conditioners.readers.titles import compile_titles


@dataclass(frozen=True)
class Reading:
    """One file with rows, or the messages of one kind in it, or several small files that are read as one; opened."""

    source: Source
    dialect: Dialect
    reader: Reader
    facts: Sequence[Facts]
    """Of each file."""
    proportions: Proportions
    """Those of the raw file."""


def open_readings(source: Source, raw: RawInput, limits: Limits, skipped: Skipped) -> Iterator[Reading]:
    """Each file with rows in a raw file, opened in one of the source's dialects; closed when the next is asked for.

    Raises Refusal when one of them cannot be read.
    """
    noted = Skipped()
    readings = _open_each(source, raw, limits, noted)
    group = _Group(source, limits)
    try:
        for reading in readings:
            if noted.total or not group.add(reading):
                yield from group.let_go()
                skipped.take_from(noted)
                if not group.add(reading):
                    yield reading
    except Refusal:
        # What comes before it is looked at first, as if the members had been read one after the other.
        yield from group.let_go()
        raise
    yield from group.let_go()


def _open_each(source: Source, raw: RawInput, limits: Limits, skipped: Skipped) -> Iterator[Reading]:
    proportions = Proportions(limits, raw.size)
    unpacker = Unpacker(
        limits,
        fit_members(source.members),
        lambda member, cause: skipped.add(f"member {member}", cause),
    )
    with OpenedRaw(raw, limits) as opened:
        for member in unpacker.members(opened):
            with naming(member.member):
                opened_in = open_readers(source, member, limits)
            for dialect, reader in opened_in:
                proportions.is_packed = member.is_packed or isinstance(dialect, Workbook)
                reader.facts.member = member.member
                named = MemberReader(reader, member, dialect, limits) if member.member else reader
                yield Reading(source, dialect, named, [reader.facts], proportions)


class _Group:
    """Small members of an archive that follow each other, and are read or judged as one where they are alike."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source, self._limits = source, limits
        self._together: Together[Taken | FewRows] = Together(limits)
        self._first: Reading | None = None
        self._facts = list[Facts]()

    def add(self, reading: Reading) -> bool:
        """Append a member, if it can stand in one batch with those that are held, and tell whether it can."""
        # What a hook says of rows may hold within their file alone.
        if self._source.hook is not None or not isinstance(reading.reader, MemberReader):
            return False
        small = reading.reader.small
        if small is None or not self._together.add(small):
            return False
        self._first = self._first or reading
        self._facts += reading.facts
        return True

    def let_go(self) -> Sequence[Reading]:
        """What is held, which is no longer held then."""
        files, first, facts = self._together.files, self._first, self._facts
        self._together, self._first, self._facts = Together(self._limits), None, []
        if first is None or len(files) == 1:
            return [first] if first else []
        return [Reading(first.source, first.dialect, _read_together(files), facts, first.proportions)]


def _read_together(files: Sequence[Taken | FewRows]) -> Reader:
    """A reader of files that are alike, which those of one format alone are."""
    texts = [file for file in files if isinstance(file, Taken)]
    rows = [file for file in files if isinstance(file, FewRows)]
    return JoinedReader(texts) if texts else GatheredReader(rows)


class RowSkipper:
    """Tells rows at fault from lines that are no rows, and notes the latter as skipped."""

    def __init__(self, reading: Reading, skipped: Skipped) -> None:
        self._facts, self._skipped = reading.reader.facts, skipped
        self._says_nothing = self._facts.filler + " \t\r\n"
        dialect = reading.dialect
        self._is_folded = dialect.is_folded
        self._last = ""
        self._header_labels = list(filter(None, map(self._spell_labels, self._facts.header_texts)))
        self._declared = [re.compile(pattern) for pattern in reading.dialect.skip]
        self._titles = [title.pattern for title in compile_titles(reading.source, dialect).values()]
        self._others = OtherHeaders(reading.source, dialect, self._facts)

    def skips(self, located: Located) -> bool:
        """Whether a row at fault is none at all: blank, the header row again, or declared as such.

        Raises Refusal where it is the header row of another table.
        """
        cause = self._cause(located.raw)
        if cause is None:
            self._others.require_none(located)
        # Of a wide line each cell is a row; of others several may stand in one line, with CRs between them.
        if cause is not None and not (self._is_folded and located.place == self._last):
            self._last = located.place
            self._skipped.add(f"{self._facts.place} {located.place}", cause)
        return cause is not None

    def _repeats_labels(self, raw: str) -> bool:
        """Whether a row has the labels of a header row in other case, with other blanks or quotes."""
        spelled = raw.casefold()
        likely = [labels for labels in self._header_labels if labels[0] in spelled]
        return bool(likely) and self._spell_labels(raw) in likely

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
        if any(pattern.match(raw) for pattern in self._titles):
            return "a title"
        return None
