"""What must not be: looks at how one file was read or conditioned, and says what is wrong with that."""

from __future__ import annotations

import codecs
import csv
import io
import resource
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench.conditioning.fuzz_origins import find_stranger
from bench.conditioning.fuzz_target import Target
from conditioners.auto.conditioning import AutoConditioned, condition_auto
from conditioners.auto.output import TableSummary
from conditioners.declaration import Source
from conditioners.drafting.projects import SOURCES, load_module, write_source
from conditioners.drafting.samples import NoDraft
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Conditioned, Refusal, Refused, Skipped
from conditioners.readers.batches import Located, TextBatch
from conditioners.readings import open_readings

if TYPE_CHECKING:
    import polars as pl

_SECONDS, _MEGABYTES = 2.0, 300
_TWICE, _PIECES, _ORIGINS = 8, 8, 4
"""Of how many inputs one is read again, in small pieces, and has its cells looked for."""
_HEAD = 1024
"""Bytes that the smallest pieces have: header rows are looked for in the first one."""
_BY_PIECES = ("columns of fuzzed", "none of the encodings", "larger than the limit", "is too large")
"""Stands in the reasons of files whose header row is not found, or whose code page is not known, by the first piece, or
of which no more than a piece may be held."""
_WIDE = {
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
"""Encodings in which a byte 10 may be half of another character, by their marks, the longer ones first."""


def find_fault(target: Target, data: bytes) -> tuple[bool, str | None]:
    """Whether a file was read and not refused, and what is wrong with how; None if nothing is."""
    began, check = time.process_time(), _find_check(target)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        read, fault = check(target, data)
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    more = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held) >> 10
    if seconds > _SECONDS or more > _MEGABYTES:
        return read, f"took {seconds:.1f} s and {more} MB more"
    return read, fault


def _find_check(target: Target) -> Callable[[Target, bytes], tuple[bool, str | None]]:
    """What looks at a target's files."""
    if target.is_drafted:
        return _check_draft
    source = target.source
    if source is None:
        return _check_auto
    check = _check_reader if target.only_read else _check_source
    return lambda each, data: check(each, source, data)


def _is_one_of(count: int, data: bytes) -> bool:
    """Whether a file is among those on which more time is spent, one of so many."""
    return zlib.crc32(data) % count == 0


def _check_auto(target: Target, data: bytes) -> tuple[bool, str | None]:
    outcome, outputs = _read_undeclared(target, data)
    if not isinstance(outcome, AutoConditioned):
        return False, None if outcome.reason else "refused without a reason"
    tables = (outcome.summary.table, *outcome.summary.further_tables)
    faults = (_check_table(table, outputs[number]) for number, table in enumerate(tables, start=1))
    fault = next((fault for fault in faults if fault), None)
    if fault is None and _is_one_of(_TWICE, data):
        fault = None if _read_undeclared(target, data)[1] == outputs else "read again, it gives something else"
    if fault is None and target.shows_cells and _is_one_of(_ORIGINS, data):
        rows = [
            row for number, table in enumerate(tables, start=1) for row in _rows(outputs[number])[bool(table.labels) :]
        ]
        fault = find_stranger(data, {cell for row in rows for cell in row})
    return True, fault


def _check_draft(target: Target, data: bytes) -> tuple[bool, str | None]:
    """Draft a source from a file, and have the file and the golden pair conditioned by it."""
    with tempfile.TemporaryDirectory() as folder:
        project, sample = Path(folder), Path(folder) / target.file_name
        (project / SOURCES).mkdir(parents=True)
        sample.write_bytes(data)
        try:
            written = write_source(project, "fuzzed", sample)
        except NoDraft as reason:
            return False, None if str(reason) else "refused without a reason"
        source = load_module(written.module.read_text(encoding="utf-8"))
        return True, _check_source(target, source, data)[1] or _check_pair(target, source, written.golden)


def _check_pair(target: Target, source: Source, golden: Path | None) -> str | None:
    if golden is None:
        return None
    answers = tuple(golden.with_name(f"{golden.name}.{end}.csv").read_bytes() for end in ("accepted", "quarantine"))
    outcome, *found = _condition(target, source, golden.read_bytes())
    is_pair = isinstance(outcome, Conditioned) and tuple(found) == answers
    return None if is_pair else "the golden pair is no pair"


def _read_undeclared(target: Target, data: bytes) -> tuple[AutoConditioned | Refused, dict[int, bytes]]:
    """The outcome, and each table's output by its number, the rows that fit none under 0."""
    outputs: dict[int, io.BytesIO] = {0: io.BytesIO()}
    raw = RawInput(target.file_name, lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, lambda number: outputs.setdefault(number, io.BytesIO()), outputs[0], target.limits)
    return outcome, {number: output.getvalue() for number, output in outputs.items()}


def _check_table(table: TableSummary, output: bytes) -> str | None:
    rows = _rows(output)
    if table.rows_in != table.rows_out + table.rows_quarantined:
        return "rows are not accounted for"
    if len(rows) != table.rows_out + (table.labels is not None):
        return f"{len(rows)} lines, but {table.rows_out} rows"
    if any(len(row) != table.columns for row in rows):
        return "rows of another width"
    return None if _write(rows) == output else "the output is no standard CSV"


def _rows(output: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(output.decode(), newline="")))


def _write(rows: list[list[str]]) -> bytes:
    """Rows as standard CSV."""
    return "".join(f"{','.join(map(_quote, row))}\n" if row != [""] else '""\n' for row in rows).encode()


def _quote(cell: str) -> str:
    escaped = cell.replace('"', '""')
    return f'"{escaped}"' if any(mark in cell for mark in ',"\n\r') else cell


def _check_reader(target: Target, source: Source, data: bytes) -> tuple[bool, str | None]:
    """Take all batches, and have each row of them found again, whatever pieces they are read in."""
    found = _read_declared(target, source, data, target.limits)
    if found.fault is None and _is_one_of(_PIECES, data) and (other := _find_other_pieces(target, data)) is not None:
        found.fault = found.find_difference(_read_declared(target, source, data, other))
    if found.fault is None and target.shows_cells and _is_one_of(_ORIGINS, data):
        found.fault = find_stranger(data, {cell for row in found.rows for cell in row})
    return found.refused is None, found.fault


def _find_other_pieces(target: Target, data: bytes) -> Limits | None:
    """Limits under which a file is read in smaller pieces, or held as a whole; None where it is read in one way."""
    if target.limits is not DEFAULT:
        return DEFAULT
    if target.comes_in_pieces and _has_one_line_end(data):
        return replace(target.limits, chunk_bytes=max(_HEAD, len(data) // 3), portion_records=3)
    return None


def _has_one_line_end(data: bytes) -> bool:
    """Whether the beginning of a file shows what ends all of its lines."""
    encoding = next((name for name, marks in _WIDE.items() if data.startswith(marks)), "latin-1")
    text = data.decode(encoding, "replace").replace("\0", "")
    ends = {end for end in ("\n", "\r") if end in text.replace("\r\n", "\n")}
    return len(ends) == 1 and ends.pop() in text[: _HEAD // 4]


@dataclass
class _Found:
    """What a reader makes of a file."""

    frames: list[pl.DataFrame]
    places: list[tuple[str, str]]
    unread: list[tuple[str, str, str]]
    refused: str | None = None
    fault: str | None = None

    @property
    def rows(self) -> list[tuple[str | None, ...]]:
        """All of them, in order."""
        return [row for frame in self.frames for row in frame.rows()]

    def find_difference(self, other: _Found) -> str | None:
        """What is different in another reading."""
        if any(by in (refused or "") for refused in (self.refused, other.refused) for by in _BY_PIECES):
            return None
        if (self.refused is None) != (other.refused is None):
            return f"in other pieces it is refused by {other.refused!r}, and else by {self.refused!r}"
        same = (self.rows, self.places, self.unread) == (other.rows, other.places, other.unread)
        return None if same or self.refused else "in other pieces it is read differently"


def _read_declared(target: Target, source: Source, data: bytes, limits: Limits) -> _Found:
    raw = RawInput(f"{source.name}/{target.file_name}", lambda: io.BytesIO(data), len(data))
    found = _Found([], [], [])
    try:
        for reading in open_readings(source, raw, limits, Skipped()):
            for part in reading.reader.parts():
                batch = reading.reader.read(part)
                places = batch.locate(range(batch.frame.height)) if batch.frame.height else []
                found.fault = found.fault or _check_batch(batch, reading.reader.columns, places)
                found.frames.append(batch.frame)
                found.places += [(at.place, at.raw) for at in places]
                found.unread += [(row.located.place, row.reason, row.located.raw) for row in batch.unread]
    except Refusal as refusal:
        found.refused, found.fault = refusal.reason, None if refusal.reason else "refused without a reason"
    return found


def _check_batch(batch: TextBatch, columns: Sequence[str], places: Sequence[Located]) -> str | None:
    rows = batch.frame.height
    if batch.frame.columns != list(columns) or any(kind != "String" for kind in map(str, batch.frame.dtypes)):
        return f"the batch's columns are {batch.frame.schema}, and the reader's {columns}"
    if any(not 0 <= row.before <= rows or not row.reason or not row.located.place for row in batch.unread):
        return "a row that was not read has no place or no reason"
    return None if len(places) == rows and all(at.place for at in places) else "a row has no place"


def _check_source(target: Target, source: Source, data: bytes) -> tuple[bool, str | None]:
    outcome, accepted, rejected = _condition(target, source, data)
    if not isinstance(outcome, Conditioned):
        return False, None if outcome.reason else "refused without a reason"
    found = outcome.summary
    if found.rows_in != found.rows_out + found.rows_quarantined + found.rows_duplicate:
        return True, "rows are not accounted for"
    rows, rejects = _rows(accepted)[1:], _rows(rejected)[1:]
    if len(rows) != found.rows_out or len(rejects) < found.rows_quarantined:
        return True, f"{len(rows)} rows and {len(rejects)} rejects are written, but {found} says otherwise"
    if _write(_rows(accepted)) != accepted or any(len(row) != len(source.columns) for row in rows):
        return True, "the output is no standard CSV"
    if any(not (place and rule and reason) for place, rule, _, reason, _ in rejects):
        return True, "a reject has no place, rule or reason"
    if _is_one_of(_TWICE, data) and _condition(target, source, data)[1:] != (accepted, rejected):
        return True, "conditioned again, it gives something else"
    return True, None


def _condition(target: Target, source: Source, data: bytes) -> tuple[Conditioned | Refused, bytes, bytes]:
    raw = RawInput(f"{source.name}/{target.file_name}", lambda: io.BytesIO(data), len(data))
    accepted, rejected = io.BytesIO(), io.BytesIO()
    outcome = condition(source, raw, accepted, rejected, target.limits)
    return outcome, accepted.getvalue(), rejected.getvalue()
