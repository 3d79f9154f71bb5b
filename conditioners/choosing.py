"""Choosing: which of a source's dialects a file comes in where several can read it; on evidence that is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from conditioners.contract import Contract
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.outcome import Refusal
from conditioners.parts import name_whole, put_together
from conditioners.readers.batches import Reader
from conditioners.readers.headers import surroundings

if TYPE_CHECKING:
    import polars as pl

ALSO_FITS = "also_fits"
"""In the summary's dialect: the other dialects that the file can be read in, and why they were not taken."""
D = TypeVar("D", bound=Dialect)


class _Fit(NamedTuple):
    """How well a dialect fits the beginning of a file; the larger the better."""

    columns: int
    """Those that have a value in the rows themselves, and not only in what stands around them."""
    rows: int
    """Those that keep the contract."""

    def __str__(self) -> str:
        if self.columns < 0:
            return "it cannot be read to the end"
        return f"{self.columns} columns with values and {self.rows} good rows at the beginning"


@dataclass(frozen=True)
class Candidate:
    """One way to read a file."""

    name: str
    dialect: Dialect
    open: Callable[[], Reader]


class _Whole(NamedTuple):
    """What a file is in a dialect: the rows that keep the contract, and what stands for the table they are."""

    rows: int
    rejected: int
    unread: int
    """Of the rejected rows, those whose cells cannot be told apart."""
    digest: str


def open_best(source: Source, dialects: Sequence[D], open_in: Callable[[D], Reader]) -> tuple[Dialect, Reader]:
    """The dialect that the file fits best, and a reader of it; as choose says."""
    return choose(source, [Candidate(dialect.name, dialect, partial(open_in, dialect)) for dialect in dialects])


def choose(source: Source, candidates: Sequence[Candidate]) -> tuple[Dialect, Reader]:
    """The dialect that the file fits best, and a reader of it.

    Where several fit, the one with more columns and more good rows at the file's beginning is taken, and then the one
    with more good rows in all of it; the summary says so. Raises the last one's Refusal when none fits, and a Refusal
    when two fit equally well and give different tables.
    """
    opened, refused = [], Refusal(f"{source.name} has no dialect of this format")
    for candidate in candidates:
        try:
            opened.append((candidate, candidate.open()))
        except Refusal as refusal:
            refused = refusal
    if not opened:
        raise refused
    if len(opened) == 1:
        return opened[0][0].dialect, opened[0][1]
    fits = {candidate.name: _measure(source, candidate.dialect, reader) for candidate, reader in opened}
    best = max(fits.values())
    equals = [candidate for candidate, _ in opened if fits[candidate.name] == best]
    first, told = _settle(source, equals) if len(equals) > 1 else (equals[0], {})
    told |= {name: f"{fit}, and this one {best}" for name, fit in fits.items() if fit != best}
    reader = first.open()
    reader.facts.dialect[ALSO_FITS] = told
    return first.dialect, reader


def _measure(source: Source, dialect: Dialect, reader: Reader) -> _Fit:
    try:
        frames = [frame for frame, *_ in islice(_judge(source, dialect, reader), 1) if frame.height]
    except Refusal:
        return _Fit(-1, 0)
    filled = {name for frame in frames for name in frame.columns if frame[name].null_count() < frame.height}
    return _Fit(len(filled - set(surroundings(source, dialect))), sum(frame.height for frame in frames))


def _settle(source: Source, equals: Sequence[Candidate]) -> tuple[Candidate, dict[str, str]]:
    """The one of several with equal beginnings that reads the most rows of the whole file, and why not the others."""
    whole = {candidate.name: _read_through(source, candidate) for candidate in equals}
    most = max(whole.values(), key=lambda each: each.rows)
    fitting = [candidate for candidate in equals if whole[candidate.name].rows == most.rows]
    # Where the header row was read as data, that is one more row to reject; and where no row is good, those that can be
    # read are rejected for what is wrong with them.
    first, *others = sorted(fitting, key=lambda each: (whole[each.name].rejected, whole[each.name].unread))
    for other in others:
        if whole[other.name].digest != whole[first.name].digest:
            raise Refusal(
                f"the file fits the dialects {first.name} and {other.name} equally well, and they give different tables"
            )
    told = {name: f"{each.rows} good rows in all, and this one {most.rows}" for name, each in whole.items()}
    told |= dict.fromkeys((other.name for other in others), "gives the same table")
    return first, {name: why for name, why in told.items() if name != first.name}


def _judge(source: Source, dialect: Dialect, reader: Reader) -> Iterator[tuple[pl.DataFrame, int, int]]:
    """The rows of each batch that keep the contract, how many do not, and of them those that were not read.

    The reader is of no use afterwards.
    """
    with closing(reader.parts()) as parts:  # type: ignore[type-var]  # readers' parts are generators
        for part in parts:
            batch = reader.read(part)
            frame = put_together(dialect, batch.frame)
            contract = Contract.of(source, dialect, name_whole(dialect, reader.columns), frame.height)
            # What a hook makes of equal text is equal, and only it knows what makes a good row.
            has_hook = source.hook is not None
            good = frame if has_hook else contract.apply(frame, damaged=batch.damaged).frame
            yield good, frame.height + len(batch.unread) - good.height, len(batch.unread)


def _read_through(source: Source, candidate: Candidate) -> _Whole:
    digest, rows, rejected, unread = hashlib.sha256(), 0, 0, 0
    try:
        for frame, bad, odd in _judge(source, candidate.dialect, candidate.open()):
            digest.update(frame.select(sorted(frame.columns)).write_csv(include_header=False).encode())
            rows += frame.height
            rejected += bad
            unread += odd
    except Refusal:
        return _Whole(-1, 0, 0, "")
    return _Whole(rows, rejected, unread, digest.hexdigest())
