"""Opens delimited or fixed-width text in the dialect that it fits best."""

from __future__ import annotations

from collections.abc import Sequence

from conditioners.choosing import ALSO_FITS, Candidate, choose
from conditioners.declaration import Source
from conditioners.dialects import Delimited, Dialect, FixedWidth
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import Reader
from conditioners.readers.text.delimited import DelimitedReader
from conditioners.readers.text.fixed_width import FixedWidthReader, find_fixed_width
from conditioners.readers.text.layouts import Layout, find_layouts
from conditioners.readers.text.syntax import LINES
from conditioners.readers.titles import carry_titles
from conditioners.readers.unfolding import limit_portions, unfold


def open_text(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader]:
    """The dialect that a text comes in, and a reader of it; raises Refusal when it is in none of the source's."""
    fixed, delimited = find_fixed_width(source.dialects_of(FixedWidth), opened), source.dialects_of(Delimited)
    if not fixed and not delimited:
        formats = ", ".join(dialect.name for dialect in source.dialects)
        raise Refusal(f"the file is in none of the dialects of {source.name}: {formats}")
    layouts = _find_layouts(source, delimited, opened, limits, is_needed=not fixed)
    candidates = [_as_fixed_candidate(source, each, opened, limits) for each in fixed]
    candidates += [_as_candidate(source, each, layouts, opened, limits) for each in layouts]
    dialect, reader = choose(source, candidates)
    also_fits = {**(layouts[0].also_fits if layouts else {}), **reader.facts.dialect.get(ALSO_FITS, {})}
    if also_fits:
        reader.facts.dialect[ALSO_FITS] = also_fits
    return dialect, reader


def _find_layouts(
    source: Source, dialects: Sequence[Delimited], opened: OpenedRaw, limits: Limits, *, is_needed: bool
) -> list[Layout]:
    """How the text may be read as delimited; nothing where it is read otherwise if it cannot be."""
    try:
        return find_layouts(source, dialects, opened, limits) if dialects else []
    except Refusal:
        if is_needed:
            raise
        return []


def _as_fixed_candidate(source: Source, dialect: FixedWidth, opened: OpenedRaw, limits: Limits) -> Candidate:
    def open_reader() -> Reader:
        return unfold(dialect, carry_titles(source, dialect, FixedWidthReader(source, dialect, opened, limits), LINES))

    return Candidate(dialect.name, dialect, open_reader)


def _as_candidate(
    source: Source, layout: Layout, others: Sequence[Layout], opened: OpenedRaw, limits: Limits
) -> Candidate:  # fmt: skip
    """A layout with a name that no other one has: a dialect with two delimiters may fit with both."""
    is_twice = sum(other.dialect is layout.dialect for other in others) > 1
    name = f"{layout.dialect.name} with {layout.syntax.shown!r}" if is_twice else layout.dialect.name

    def open_reader() -> Reader:
        kept = limit_portions(limits, layout.header.positions)
        reader = DelimitedReader(source, layout, opened, kept)
        return unfold(layout.dialect, carry_titles(source, layout.dialect, reader, reader.syntax, layout.preamble))

    return Candidate(name, layout.dialect, open_reader)
