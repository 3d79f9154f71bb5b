"""Looks at a sample by its structure alone: its form, its labels, and the cells of its first table."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from conditioners.auto import AutoSummary, condition_auto
from conditioners.auto_output import TableSummary
from conditioners.drafting import interchanges, trees
from conditioners.drafting.packing import Packing, find_packing, is_archive, keep_members
from conditioners.outcome import Refused
from conditioners.raw import RawInput

_ROWS = 20_000
"""Rows that a guess is made from."""
_TOTAL = re.compile(r"\W*(grand |sub-?)?(totals?|total(e|es|en)?|sum|summe|gesamt(summe)?|somme|suma)\b", re.IGNORECASE)


def is_total(text: str) -> bool:
    """Whether a row begins with a word for a sum."""
    return _TOTAL.match(text) is not None


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

    @property
    def apart_by(self) -> tuple[str, ...]:
        """What tells the tables with the same labels apart: their sheet, their folder or file in an archive."""
        return (*self.packing.apart_by, *(["sheet"] if self.has_alike_sheets else []))

    @property
    def has_paths(self) -> bool:
        """Whether labels are paths."""
        return self.form["format"] in ("JSON", "XML")

    @property
    def has_typed_cells(self) -> bool:
        """Whether the format tells numbers from texts."""
        return self.form["format"] in ("workbook", "JSON", "Parquet")


def look_at_sample(file_name: str, data: bytes) -> Sample:
    """The first table of a sample, in an archive the one with the most rows; raises NoDraft when there is none."""
    summary, first = _find_tables(file_name, data)
    tables = (summary.table, *summary.further_tables)
    if is_archive(data):
        rows: Counter[tuple[str, ...] | None] = Counter()
        for table in tables:
            rows[table.labels] += table.rows_out
        most = rows.most_common(1)[0][0]
        alike = [table.name for table in tables if table.labels == most]
        if most != summary.table.labels:
            inner = look_at_sample(file_name, keep_members(data, alike))
            packing = find_packing(data, alike)
            return replace(inner, data=data, packing=packing, remarks=(*packing.remarks, *inner.remarks))
        packing, tables = find_packing(data, alike), tuple(table for table in tables if table.name in alike)
    else:
        packing = Packing()
    return _look_closer(_describe(file_name, data, summary, tables, packing, first))


def _find_tables(file_name: str, data: bytes) -> tuple[AutoSummary, bytes]:
    """What tables there are, and the first one."""
    outputs: list[io.BytesIO] = []

    def open_table(_: int) -> io.BytesIO:
        outputs.append(io.BytesIO())
        return outputs[-1]

    raw = RawInput(file_name, lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, open_table, io.BytesIO())
    if isinstance(outcome, Refused):
        raise NoDraft(f"the sample cannot be read: {outcome.reason}")
    if not outcome.summary.table.rows_out:
        raise NoDraft("there is no table in the sample")
    return outcome.summary, outputs[0].getvalue()


def _describe(
    file_name: str, data: bytes, summary: AutoSummary, tables: Sequence[TableSummary], packing: Packing, first: bytes
) -> Sample:  # fmt: skip
    encoding, table = (summary.encoding or {}).get("name"), summary.table
    guessed = [f"the code page {encoding} is a guess"] if "confidence" in (summary.encoding or {}) else []
    rows = _read_rows(first, has_labels=table.labels is not None)
    remarks = (*packing.remarks, *guessed, *_tell_tables(table, tables), *_tell_totals(rows))
    return Sample(
        file_name, data, dict(summary.dialect), encoding if encoding not in ("utf-8", "ascii") else None,
        _collapse(table.labels, len(table.header_rows)), max(1, len(table.header_rows)),
        _turn(rows, table.columns),
        frozenset(place for place, _ in summary.skipped), remarks,
        has_alike_sheets=summary.dialect["format"] == "workbook"
        and any(other.labels == table.labels and other.name != table.name for other in tables),
        packing=packing,
    )  # fmt: skip


def _look_closer(sample: Sample) -> Sample:
    """The sample with what a table of structure alone leaves out of trees and of messages."""
    if sample.form["format"] == "XML":
        records, labels, columns = trees.take_values(sample, _ROWS)
        return replace(sample, form={**sample.form, "records": records}, labels=labels, columns=columns)
    if sample.form["format"] in interchanges.FORMATS:
        found = interchanges.take_values(sample, _ROWS)
        return sample if found is None else replace(sample, form=found[0], labels=found[1], columns=found[2])
    return _without_unusual(sample)


def _without_unusual(sample: Sample) -> Sample:
    """The sample without columns of a Parquet file that hold lists, structures or bytes, which no column can take."""
    left = {*sample.form.get("as_json", ()), *sample.form.get("as_hex", ())}
    if not left or sample.labels is None:
        return sample
    kept = [at for at, label in enumerate(sample.labels) if label not in left]
    return replace(
        sample, labels=tuple(sample.labels[at] for at in kept), columns=tuple(sample.columns[at] for at in kept),
        remarks=(*sample.remarks, f"not declared, for they hold no single values: {', '.join(sorted(left))}"),
    )  # fmt: skip


def _collapse(labels: tuple[str, ...] | None, rows: int) -> tuple[str, ...] | None:
    """Labels over several rows, each without the words that only repeat the row above."""
    if labels is None or rows == 1:
        return labels
    halves = [(label[: len(label) // 2], label[len(label) // 2 + 1 :]) for label in labels]
    return tuple(
        first if first == last and first else whole for whole, (first, last) in zip(labels, halves, strict=True)
    )


def _read_rows(data: bytes, has_labels: bool) -> list[list[str]]:
    csv.field_size_limit(16 << 20)
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    if has_labels:
        next(rows)
    return [row for row, _ in zip(rows, range(_ROWS), strict=False)]


def _turn(rows: Sequence[Sequence[str]], width: int) -> tuple[tuple[str, ...], ...]:
    """The columns of rows, without the totals behind them."""
    end = len(rows)
    while end > 1 and is_total(" ".join(rows[end - 1])):
        end -= 1
    return tuple(zip(*rows[:end], strict=True)) or ((),) * width


def _tell_totals(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """What to check where whole rows begin with a word for a sum."""
    totals = [" ".join(row).strip() for row in rows if all(map(str.strip, row)) and is_total(" ".join(row))]
    if not totals:
        return ()
    return (f"rows that begin like totals are rows: {len(totals)}, such as {totals[0]!r}; skip them if they are none",)


def _tell_tables(first: TableSummary, others: Sequence[TableSummary]) -> tuple[str, ...]:
    unlike = [table for table in others if table.labels != first.labels]
    if not unlike:
        return ()
    more = "a further table" if len(unlike) == 1 else f"{len(unlike)} further tables"
    return (f"the sample has {more} with other labels, not declared here",)
