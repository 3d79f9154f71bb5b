"""Choosing: which of a source's dialects a file comes in where several can read it; on evidence that is told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from conditioners.contract import Contract
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.outcome import Refusal
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
        return f"{self.columns} columns with values and {self.rows} good rows at the beginning"


def open_best(source: Source, dialects: Sequence[D], open_in: Callable[[D], Reader]) -> tuple[D, Reader]:
    """The dialect that the file fits best, and a reader of it.

    Where several fit, the one with more columns and more good rows at the file's beginning is taken, and the summary
    says so. Raises the last one's Refusal when none fits, and a Refusal when two fit equally well and give different
    tables.
    """
    opened, refused = [], Refusal(f"{source.name} has no dialect of this format")
    for dialect in dialects:
        try:
            opened.append((dialect, open_in(dialect)))
        except Refusal as refusal:
            refused = refusal
    if not opened:
        raise refused
    if len(opened) == 1:
        return opened[0]
    fits = [(_measure(source, dialect, reader), dialect) for dialect, reader in opened]
    best = max(fit for fit, _ in fits)
    first, *equals = [dialect for fit, dialect in fits if fit == best]
    for other in equals:
        _require_same_table(source, first, other, open_in)
    reader = open_in(first)
    reader.facts.dialect[ALSO_FITS] = {
        dialect.name: "gives the same table" if fit == best else f"{fit}, and this one {best}"
        for fit, dialect in fits if dialect is not first and (fit.rows or fit == best)
    }  # fmt: skip
    return first, reader


def _measure(source: Source, dialect: Dialect, reader: Reader) -> _Fit:
    try:
        frames = [frame for frame in islice(_judge(source, dialect, reader), 1) if frame.height]
    except Refusal:
        return _Fit(-1, 0)
    filled = {name for frame in frames for name in frame.columns if frame[name].null_count() < frame.height}
    return _Fit(len(filled - set(surroundings(source, dialect))), sum(frame.height for frame in frames))


def _judge(source: Source, dialect: Dialect, reader: Reader) -> Iterator[pl.DataFrame]:
    """The rows of each batch that keep the contract; the reader is of no use afterwards."""
    contract = Contract.of(source, dialect, reader.columns)
    with closing(reader.parts()) as parts:  # type: ignore[type-var]  # readers' parts are generators
        for part in parts:
            batch = reader.read(part)
            # What a hook makes of equal text is equal, and only it knows what makes a good row.
            has_hook = source.hook is not None
            yield batch.frame if has_hook else contract.apply(batch.frame, damaged=batch.damaged).frame


def _require_same_table(source: Source, first: D, other: D, open_in: Callable[[D], Reader]) -> None:
    if _digest(source, first, open_in(first)) != _digest(source, other, open_in(other)):
        raise Refusal(
            f"the file fits the dialects {first.name} and {other.name} equally well, and they give different tables"
        )


def _digest(source: Source, dialect: Dialect, reader: Reader) -> str:
    """Stands for the table that a file is in a dialect."""
    digest = hashlib.sha256()
    for frame in _judge(source, dialect, reader):
        digest.update(frame.select(sorted(frame.columns)).write_csv().encode())
    return digest.hexdigest()
