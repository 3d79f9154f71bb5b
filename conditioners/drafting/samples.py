"""Looks at a sample by its structure alone: its form, its labels, and the cells of its first table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from conditioners.auto import condition_auto
from conditioners.auto_output import TableSummary
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

    @property
    def has_typed_cells(self) -> bool:
        """Whether the format tells numbers from texts."""
        return self.form["format"] in ("workbook", "JSON", "Parquet")


def look_at_sample(file_name: str, data: bytes) -> Sample:
    """The first table of a sample; raises NoDraft when there is none."""
    outputs: list[io.BytesIO] = []

    def open_table(_: int) -> io.BytesIO:
        outputs.append(io.BytesIO())
        return outputs[-1]

    raw = RawInput(file_name, lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, open_table, io.BytesIO())
    if isinstance(outcome, Refused):
        raise NoDraft(f"the sample cannot be read: {outcome.reason}")
    summary = outcome.summary
    if not summary.table.rows_out:
        raise NoDraft("there is no table in the sample")
    encoding = (summary.encoding or {}).get("name")
    return Sample(
        file_name, data, dict(summary.dialect), encoding if encoding not in ("utf-8", "ascii") else None,
        summary.table.labels, max(1, len(summary.table.header_rows)),
        _read_columns(outputs[0].getvalue(), summary.table.labels is not None, summary.table.columns),
        frozenset(place for place, _ in summary.skipped), _tell_tables(summary.table, summary.further_tables),
        has_alike_sheets=summary.dialect["format"] == "workbook"
        and any(table.labels == summary.table.labels and table.name != summary.table.name
                for table in summary.further_tables),
    )  # fmt: skip


def _read_columns(data: bytes, has_labels: bool, width: int) -> tuple[tuple[str, ...], ...]:
    csv.field_size_limit(16 << 20)
    rows = csv.reader(io.StringIO(data.decode(), newline=""))
    if has_labels:
        next(rows)
    taken = [row for row, _ in zip(rows, range(_ROWS), strict=False)]
    while len(taken) > 1 and is_total(" ".join(taken[-1])):
        taken.pop()
    return tuple(zip(*taken, strict=True)) or ((),) * width


def _tell_tables(first: TableSummary, others: Sequence[TableSummary]) -> tuple[str, ...]:
    unlike = [table for table in others if table.labels != first.labels]
    if not unlike:
        return ()
    return (f"the sample has {len(unlike)} further tables with other labels, which are not declared",)
