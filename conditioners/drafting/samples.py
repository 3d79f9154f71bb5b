"""Looks at a sample by its structure alone: its form, its labels, and the cells of its first table."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conditioners.auto.conditioning import AutoSummary, condition_auto
from conditioners.auto.output import TableSummary
from conditioners.drafting import interchanges, listed, trees
from conditioners.drafting.asides import Asides, begin_like_names, find_total, part_asides, tell_gaps, without_bare_sum
from conditioners.drafting.json_surroundings import tell_surroundings
from conditioners.drafting.packing import Packing, count_members, find_packing, is_archive, keep_members, name_members
from conditioners.drafting.preambles import tell_preamble
from conditioners.drafting.sample_remarks import (
    is_sheet_like,
    tell_no_labels,
    tell_tables,
    tell_totals,
    tell_unlabelled,
)
from conditioners.drafting.sums import find_sum, tell_sum
from conditioners.drafting.trailers import find_trailer
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Refusal, Refused
from conditioners.structure.rows import line_of

_ROWS = 20_000
"""Rows that a guess is made from."""


class NoDraft(Exception):
    """No declaration can be drafted from this sample; the message says why, and what to do instead."""


@dataclass(frozen=True)
class Sample:
    """What a sample is made of."""

    file_name: str
    data: bytes
    form: dict[str, Any]
    encoding: str | None
    """The code page beyond UTF-8 that its text is in."""
    labels: tuple[str, ...] | None
    """None for a table without a header row."""
    header_rows: int
    columns: tuple[tuple[str, ...], ...]
    """The cells of each column."""
    outside: frozenset[str]
    """Places of lines that stand outside of the table: titles, notes, totals."""
    remarks: tuple[str, ...]
    has_alike_sheets: bool = False
    """Whether further sheets hold tables with the same labels."""
    packing: Packing = field(default_factory=Packing)
    asides: Asides = field(default_factory=Asides)
    sum_name: str = ""
    """The first cell of a last row that fills all columns with the sums of those above, or tells how many there are."""
    odd_header: tuple[str, ...] = ()
    """Where labels stand that are not as many as the rows have cells, as with a delimiter behind the rows alone."""

    labels_end: int = 0
    """The line that labels end in, of a text that has some."""

    @property
    def apart_by(self) -> tuple[str, ...]:
        """What tells the tables with the same labels apart: their sheet, their folder or file in an archive."""
        return (*self.packing.apart_by, *(["sheet"] if self.has_alike_sheets else []))

    @property
    def has_paths(self) -> bool:
        """Whether labels are paths."""
        return self.form["format"] in ("JSON", "XML")

    @property
    def has_typed_days(self) -> bool:
        """Whether the format tells days and moments from texts."""
        return self.form["format"] in ("workbook", "Parquet")

    @property
    def has_typed_cells(self) -> bool:
        """Whether the format tells numbers from texts."""
        return self.form["format"] in ("workbook", "JSON", listed.FORMAT, "Parquet")


def look_at_sample(file_name: str, data: bytes) -> Sample:
    """The first table of a sample, in an archive or workbook the one with the most rows; raises NoDraft for none."""
    summary, outputs = _find_tables(file_name, data)
    tables = (summary.table, *summary.further_tables)
    has_sheets, largest = summary.dialect["format"] in ("workbook", "HTML"), _find_largest(tables)
    if not is_archive(data):
        at = [table.labels for table in tables].index(largest) if has_sheets else 0
        rows = _read_rows(outputs[at], tables[at])
        return _look_closer(_describe(_Main(file_name, data, summary, tables, tables[at], rows, Packing())))
    if largest != summary.table.labels:
        alike = _name_alike(tables, largest)
        kept = keep_members(data, alike)
        if count_members(kept) < count_members(data):
            inner, packing = look_at_sample(file_name, kept), find_packing(data, alike)
            return replace(inner, data=data, packing=packing, remarks=(*packing.remarks, *inner.remarks))
    # Of the tables in one member only sheets can be told from each other.
    names = [table.name for table in tables]
    alike = _name_alike(tables, largest if has_sheets else summary.table.labels)
    beside = set(name_members(data, alike)) if has_sheets else ()
    shown = [
        table for table, member in zip(tables, name_members(data, names), strict=True)
        if table.name in alike or member in beside
    ]  # fmt: skip
    table = next(table for table in shown if table.name == alike[0])
    rows = _read_rows(outputs[names.index(alike[0])], table)
    return _look_closer(_describe(_Main(file_name, data, summary, shown, table, rows, find_packing(data, alike))))


def _name_alike(tables: Sequence[TableSummary], labels: tuple[str, ...] | None) -> list[str]:
    """The names of the tables with these labels."""
    return [table.name for table in tables if table.labels == labels]


def _find_largest(tables: Sequence[TableSummary]) -> tuple[str, ...] | None:
    """The labels that stand over the most rows; of sheets, a page to read has fewer than the table it tells of."""
    rows: Counter[tuple[str, ...] | None] = Counter()
    for table in tables:
        rows[table.labels] += table.rows_out
    return rows.most_common(1)[0][0]


def _find_tables(file_name: str, data: bytes) -> tuple[AutoSummary, list[bytes]]:
    """What tables there are, as facts and as standard CSV."""
    outputs: list[io.BytesIO] = []

    def open_table(_: int) -> io.BytesIO:
        outputs.append(io.BytesIO())
        return outputs[-1]

    raw = RawInput(file_name, lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, open_table, io.BytesIO())
    if isinstance(outcome, Refused):
        place = f" ({outcome.where})" if outcome.where else ""
        raise NoDraft(f"the sample {file_name} cannot be read: {outcome.reason}{place}")
    if not outcome.summary.table.rows_out:
        found = "there is no table in it" if data.strip() else "it is empty"
        raise NoDraft(f"no use as a sample is {file_name}: {found}; give a file with at least one row below its labels")
    return outcome.summary, [output.getvalue() for output in outputs]


@dataclass(frozen=True)
class _Main:
    """The table of a sample that is drafted from."""

    file_name: str
    data: bytes
    summary: AutoSummary
    tables: Sequence[TableSummary]
    """The tables that are told of, itself among them."""
    table: TableSummary
    rows: Sequence[Sequence[str]]
    """Its first ones."""
    packing: Packing


def _describe(main: _Main) -> Sample:
    summary, table, has_labels = main.summary, main.table, main.table.labels is not None
    format_, encoding = summary.dialect["format"], (summary.encoding or {}).get("name")
    trailer = find_trailer(main.rows) if format_ == "delimited text" else ""
    rows = _without_totals(main.rows[:-1] if trailer else main.rows)
    rows, asides = part_asides(rows) if has_labels else (rows, Asides())
    sum_name = find_sum(main.rows) if has_labels else ""
    # To a dialect of fixed width the labels are lines as any others.
    labelled = table.header_rows if format_ == "fixed width" else ()
    odd_labels = table.header_note if "labels for" in table.header_note else tell_unlabelled(summary, table, rows)
    remarks = (
        *_tell_around(main, odd_labels), *asides.tell(), *tell_gaps(table.labels or (), rows),
        *(tell_sum(sum_name) or tell_totals(main.rows[:-1] if trailer else main.rows)),
    )  # fmt: skip
    return Sample(
        main.file_name, main.data, dict(summary.dialect), encoding if encoding not in ("utf-8", "ascii") else None,
        _collapse(table.labels, len(table.header_rows)), max(1, len(table.header_rows)),
        tuple(zip(*without_bare_sum(rows), strict=True)) or ((),) * table.columns,
        frozenset([*(place for place, _ in summary.skipped), *labelled]), remarks,
        has_alike_sheets=format_ == "workbook" and _has_alike_sheets(main.data, table, main.tables),
        packing=main.packing, asides=asides, sum_name=sum_name or trailer,
        odd_header=table.header_rows if odd_labels else (), labels_end=_find_labels_end(table),
    )  # fmt: skip


def _find_labels_end(table: TableSummary) -> int:
    """The line of a text that a table's labels end in; 0 where they are elsewhere, or nowhere."""
    lines = [place for place in table.header_rows if place.startswith("line ")]
    return line_of(lines[-1]) if lines else 0


def _tell_around(main: _Main, odd_labels: str) -> list[str]:
    """What is to be known of a table's packing, code page, labels and surroundings."""
    summary, table = main.summary, main.table
    told, encoding = [*main.packing.remarks], summary.encoding or {}
    if "confidence" in encoding:
        told.append(f"the code page {encoding['name']} is a guess")
    if odd_labels and table.header_rows:
        told.append(f"{odd_labels}: columns are declared by their places, whatever the labels are")
    is_on_sheet = any(other.name == table.name and other.labels != table.labels for other in main.tables)
    has_until = summary.dialect["format"] == "delimited text" or is_on_sheet
    has_paths = summary.dialect["format"] == "JSON" and not is_archive(main.data)
    told += tell_no_labels(summary, table, main.rows)
    are_sheets = summary.dialect["format"] == "workbook" and not is_archive(main.data)
    others = [other for other in main.tables if not (are_sheets and is_sheet_like(other, table))]
    told += tell_tables(table, others, has_until=has_until, has_paths=has_paths)
    if not is_archive(main.data):
        told += tell_preamble(main.file_name, main.data, summary.skipped, table, main.tables)
    return told


def _has_alike_sheets(data: bytes, table: TableSummary, tables: Sequence[TableSummary]) -> bool:
    """Whether a workbook has several sheets with the labels of a table."""
    if not is_archive(data):
        return any(
            other.labels == table.labels or is_sheet_like(other, table) for other in tables if other is not table
        )
    alike = [other.name for other in tables if other.labels == table.labels]
    return len(alike) > len(set(name_members(data, alike)))


def _look_closer(sample: Sample) -> Sample:
    """The sample with what a table of structure alone leaves out of trees and of messages."""
    if sample.form["format"] == "XML":
        records, labels, columns = trees.take_values(sample, _ROWS)
        return replace(sample, form={**sample.form, "records": records}, labels=labels, columns=columns)
    if sample.form["format"] == "JSON":
        return _look_at_lists(sample)
    if sample.form["format"] in interchanges.FORMATS:
        found = interchanges.take_values(sample, _ROWS)
        if found is None:
            return sample
        told = (*sample.remarks, *found.remarks)
        return replace(sample, form=found.form, labels=found.labels, columns=found.columns, remarks=told)
    return _without_unusual(sample)


def _look_at_lists(sample: Sample) -> Sample:
    """The sample, if its rows are lists, with the labels that stand elsewhere, and with rows that lack their end."""
    try:
        rows = listed.find_rows(sample, _ROWS)
        if rows is None and listed.are_lines_of_rows(sample):
            raise NoDraft(
                "no dialect reads lines each of which is a list of cells: have them sent as one list, or as CSV"
            )
    except Refusal as refusal:
        raise NoDraft(f"the sample is not held as a whole: {refusal.reason}; give a smaller one") from None
    if rows is not None:
        told = (*sample.remarks, *tell_surroundings(sample, are_lists=True))
        return replace(
            sample, form={**sample.form, **rows.form}, labels=rows.labels, columns=rows.columns, remarks=told
        )
    told = (*tell_surroundings(sample), *listed.tell_lists(sample.labels or (), sample.columns))
    return replace(sample, remarks=(*sample.remarks, *told))


def _without_unusual(sample: Sample) -> Sample:
    """The sample without columns of a Parquet file that hold lists, structures or bytes, which no column can take."""
    left = sorted({*sample.form.get("as_json", ()), *sample.form.get("as_hex", ())})
    if not left:
        return sample
    told = f"not declared, for they hold no single values: {', '.join(left)}"
    return replace(_without(sample, left), remarks=(*sample.remarks, told))


def _without(sample: Sample, left: Sequence[str]) -> Sample:
    """The sample without the columns of some labels."""
    labels = sample.labels or ()
    kept = [at for at, label in enumerate(labels) if label not in left]
    if not left or not kept:
        return sample
    return replace(
        sample, labels=tuple(labels[at] for at in kept), columns=tuple(sample.columns[at] for at in kept)
    )  # fmt: skip


def _collapse(labels: tuple[str, ...] | None, rows: int) -> tuple[str, ...] | None:
    """Labels over several rows, each without the words that only repeat the row above."""
    if labels is None or rows == 1:
        return labels
    halves = [(label[: len(label) // 2], label[len(label) // 2 + 1 :]) for label in labels]
    return tuple(
        first if first == last and first else whole for whole, (first, last) in zip(labels, halves, strict=True)
    )


def _read_rows(output: bytes, table: TableSummary) -> list[list[str]]:
    """The first rows of a table, from its output."""
    csv.field_size_limit(16 << 20)
    rows = csv.reader(io.StringIO(output.decode(), newline=""))
    if table.labels is not None:
        next(rows)
    return [row for row, _ in zip(rows, range(_ROWS), strict=False)]


def _without_totals(rows: Sequence[Sequence[str]]) -> list[Sequence[str]]:
    """Rows without the totals behind them."""
    if begin_like_names(rows):
        return list(rows)
    end = len(rows)
    while end > 1 and find_total(" ".join(rows[end - 1])):
        end -= 1
    return list(rows[:end])
