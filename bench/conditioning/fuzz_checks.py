"""What must not be: looks at how one file was read or conditioned, and says what is wrong with that."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence

from bench.conditioning.fuzz_targets import Target
from conditioners.auto import AutoConditioned, condition_auto
from conditioners.auto_output import TableSummary
from conditioners.declaration import Source
from conditioners.engine import condition
from conditioners.outcome import Conditioned, Refusal, Skipped
from conditioners.raw import RawInput
from conditioners.readers.batches import TextBatch
from conditioners.readings import open_readings

_SECONDS = 2.0


def find_fault(target: Target, data: bytes) -> tuple[bool, str | None]:
    """Whether a file was read and not refused, and what is wrong with how; None if nothing is."""
    began, check = time.process_time(), _check_reader if target.only_read else _check_source
    try:
        read, fault = _check_auto(target, data) if target.source is None else check(target, target.source, data)
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    return read, f"took {seconds:.1f} s" if seconds > _SECONDS else fault


def _check_auto(target: Target, data: bytes) -> tuple[bool, str | None]:
    outputs: dict[int, io.BytesIO] = {}
    raw = RawInput(target.file_name, lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, lambda number: outputs.setdefault(number, io.BytesIO()), io.BytesIO(), target.limits)
    if not isinstance(outcome, AutoConditioned):
        return False, None if outcome.reason else "refused without a reason"
    tables = (outcome.summary.table, *outcome.summary.further_tables)
    faults = (_check_table(table, outputs[number]) for number, table in enumerate(tables, start=1))
    return True, next((fault for fault in faults if fault), None)


def _check_table(table: TableSummary, output: io.BytesIO) -> str | None:
    rows = list(csv.reader(io.StringIO(output.getvalue().decode(), newline="")))
    if table.rows_in != table.rows_out + table.rows_quarantined:
        return "rows are not accounted for"
    if len(rows) != table.rows_out + (table.labels is not None):
        return f"{len(rows)} lines, but {table.rows_out} rows"
    return "rows of another width" if any(len(row) != table.columns for row in rows) else None


def _check_reader(target: Target, source: Source, data: bytes) -> tuple[bool, str | None]:
    """Take all batches, and have each row of them found again."""
    raw = RawInput(f"{source.name}/{target.file_name}", lambda: io.BytesIO(data), len(data))
    faults = []
    try:
        for reading in open_readings(source, raw, target.limits, Skipped()):
            batches = (reading.reader.read(part) for part in reading.reader.parts())
            faults += [_check_batch(batch, reading.reader.columns) for batch in batches]
    except Refusal as refusal:
        return False, None if refusal.reason else "refused without a reason"
    return True, next((fault for fault in faults if fault), None)


def _check_batch(batch: TextBatch, columns: Sequence[str]) -> str | None:
    rows = batch.frame.height
    if batch.frame.columns != list(columns) or any(kind != "String" for kind in map(str, batch.frame.dtypes)):
        return f"the batch's columns are {batch.frame.schema}, and the reader's {columns}"
    if any(not 0 <= row.before <= rows or not row.reason or not row.located.place for row in batch.unread):
        return "a row that was not read has no place or no reason"
    places = batch.locate(range(rows)) if rows else []
    return None if len(places) == rows and all(at.place for at in places) else "a row has no place"


def _check_source(target: Target, source: Source, data: bytes) -> tuple[bool, str | None]:
    raw = RawInput(f"{source.name}/{target.file_name}", lambda: io.BytesIO(data), len(data))
    accepted, rejected = io.BytesIO(), io.BytesIO()
    outcome = condition(source, raw, accepted, rejected, target.limits)
    if not isinstance(outcome, Conditioned):
        return False, None if outcome.reason else "refused without a reason"
    found = outcome.summary
    if found.rows_in != found.rows_out + found.rows_quarantined + found.rows_duplicate:
        return True, "rows are not accounted for"
    rows, rejects = _count_rows(accepted), _count_rows(rejected)
    is_whole = rows == found.rows_out and rejects >= found.rows_quarantined
    return True, None if is_whole else f"{rows} rows and {rejects} rejects are written, but {found} says otherwise"


def _count_rows(output: io.BytesIO) -> int:
    """Behind the header; a rejected row may stand there once for each thing that is wrong with it."""
    return sum(1 for _ in csv.reader(io.StringIO(output.getvalue().decode(), newline=""))) - 1
