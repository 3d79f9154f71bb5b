"""Titles: lines above or among the rows that tell what holds for all rows below them, such as a market or a store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.inputs.surroundings import TITLE
from conditioners.outcome import Refusal
from conditioners.parts import Part, list_read
from conditioners.readers.batches import Facts, Reader, TextBatch
from conditioners.readers.decoding import show_damage
from conditioners.readers.headers import surroundings
from conditioners.readers.text.chunks import Chunk
from conditioners.readers.text.locating import RecordIndex
from conditioners.readers.text.stand_ins import take_out
from conditioners.readers.text.syntax import Syntax

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

_LONGEST = 512
"""Characters of a title, which stands in each row below it; a sheet's name may have as many."""


class Title(NamedTuple):
    """What a line tells of the rows below it: the first group of the expression that it fits."""

    pattern: re.Pattern[str]
    column: str
    """The column that it is, or is a part of."""
    is_needed: bool
    """Whether no row is accepted without it."""

    @property
    def begins(self) -> str:
        """What lines that fit begin with, as far as that is plain."""
        written = self.pattern.pattern
        if "|" in written or "(?" in written:
            return ""
        plain = re.match(r"[\w :]*", written)[0]  # type: ignore[index]
        return plain[:-1] if written[len(plain) :].startswith(("?", "*", "{")) else plain


def compile_titles(source: Source, dialect: Dialect) -> dict[str, Title]:
    """The columns that titles tell, or parts of columns, by the names that readers call them by."""
    around = {name: label for name, label in surroundings(source, dialect).items() if label.startswith(TITLE)}
    read = [column for column in list_read(source.columns, dialect) if column.name in around]
    return {
        each.name: Title(
            re.compile(around[each.name].removeprefix(TITLE)), each.whole if isinstance(each, Part) else each.name,
            not each.optional,
        ) for each in read
    }  # fmt: skip


class Titles:
    """What the last titles of a file have told."""

    def __init__(self, titles: Mapping[str, Title]) -> None:
        self._titles = titles
        self._found = set[str]()
        self.told: dict[str, str | None] = dict.fromkeys(titles)

    def require_told(self) -> None:
        """Raises Refusal when the file has come to its end, and no line of it has told what each row needs."""
        for name, title in self._titles.items():
            if title.is_needed and name not in self._found:
                told = f"no line of the file fits {title.pattern.pattern!r}, which tells its {title.column}"
                raise Refusal(told)

    def begin_anew(self) -> None:
        """Another sheet begins, whose rows have none of the titles before it."""
        self.told = dict.fromkeys(self._titles)

    def take(self, line: str, place: str) -> bool:
        """Note what a line tells, and say whether it is a title; raises Refusal when that is too long to repeat."""
        found = {name: match[1] or "" for name, title in self._titles.items() if (match := title.pattern.match(line))}
        if any(len(value) > _LONGEST for value in found.values()):
            raise Refusal(f"a title has more than {_LONGEST} characters", place)
        self._found.update(found)
        self.told.update(found)
        return bool(found)


@dataclass(frozen=True)
class _Titled:
    """A chunk, the lines in which titles stand, and what holds before the first of them and behind each."""

    chunk: Chunk
    lines: Sequence[int]
    told: Sequence[Mapping[str, str | None]]

    def tell(self, name: str, rows: NDArray[np.int64] | None, height: int) -> pl.Series:
        """What titles tell of a column in each row, by how many of the chunk's titles stand above it."""
        import polars as pl

        values = pl.Series(name, [told[name] for told in self.told], pl.String)
        return values.new_from_index(0, height) if rows is None else values[rows]


class TitledReader:
    """Reads what another reader of text reads, with what the titles above each row tell."""

    def __init__(
        self, reader: Reader, titles: Mapping[str, Title], syntax: Syntax, above: Sequence[tuple[int, str]]
    ) -> None:
        """`above` are the lines before the reader's first chunk, by number."""
        self._reader, self._syntax, self._above = reader, syntax, above
        self._titles = titles
        self.columns = reader.columns

    @property
    def facts(self) -> Facts:
        """What the inner reader found out."""
        return self._reader.facts

    def parts(self) -> Iterator[_Titled]:
        """The inner reader's chunks, with their titles."""
        titles = Titles(self._titles)
        for number, line in self._above:
            titles.take(line, f"line {number}")
        for chunk in self._reader.parts():
            lines, told = list[int](), [dict(titles.told)]
            for number, line in self._list_lines(chunk):
                if titles.take(line, f"line {number}"):
                    lines.append(number)
                    told.append(dict(titles.told))
            yield _Titled(chunk, lines, told)
        titles.require_told()

    def _list_lines(self, chunk: Chunk) -> Iterator[tuple[int, str]]:
        """The lines of a chunk that begin a record and may be titles, by number."""
        written = chunk.data.decode("utf-8", "replace")
        text = show_damage(take_out(written, self._syntax))
        is_title = [title.pattern.match for title in self._titles.values() if title.begins in text]
        if not is_title:
            return
        if self._syntax.turned:  # of the whole text the line ends would be CRs again
            lines = [show_damage(take_out(line, self._syntax)) for line in written.split("\n")]
        else:
            lines = text.replace("\r\n", "\n").split("\n")
        found = [number for number, line in enumerate(lines) if any(match(line) for match in is_title)]
        begun = self._begin_records(chunk) if found and self._syntax.quote else None
        for number in found:
            if begun is None or number in begun:
                yield chunk.first_line + number, lines[number]

    def _begin_records(self, chunk: Chunk) -> set[int]:
        """The lines of a chunk that a record begins in, counted from 0."""
        import numpy as np

        feeds = np.flatnonzero(np.frombuffer(chunk.data, np.uint8) == ord("\n"))
        return set(np.searchsorted(feeds, RecordIndex(chunk, self._syntax).starts).tolist())

    def read(self, part: _Titled) -> TextBatch:
        """The rows of a chunk."""
        import numpy as np

        batch = self._reader.read(part.chunk)
        height, rows = batch.frame.height, None
        if part.lines:
            places = [int(located.place) for located in batch.locate(range(height))]
            rows = np.searchsorted(part.lines, places, "right")
        return replace(batch, frame=batch.frame.with_columns(part.tell(name, rows, height) for name in self._titles))


def carry_titles(
    source: Source, dialect: Dialect, reader: Any, syntax: Syntax, above: Sequence[tuple[int, str]] = ()
) -> Reader:
    """The reader of a text, or one that has the titles as well where the dialect takes columns from them."""
    titles = compile_titles(source, dialect)
    return TitledReader(reader, titles, syntax, above) if titles else reader
