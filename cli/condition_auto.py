"""The command `condition --auto`: brings any file with tables to standard CSV, by its structure alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.raw_files import find_fault
from cli.written_files import Writing, replacing
from conditioners.auto.conditioning import AutoConditioned, AutoSummary, condition_auto
from conditioners.inputs.raw import ByteSink, RawInput
from conditioners.outcome import Refused


@dataclass(frozen=True)
class AutoReport:
    """What became of one file."""

    file: Path
    output: Path
    further: tuple[Path, ...]
    """The outputs of tables behind the first."""
    quarantine: Path | None
    outcome: AutoConditioned | Refused

    def to_json(self) -> dict[str, Any]:
        """One flat object: the file, and its summary or the reason for refusing it."""
        if isinstance(self.outcome, Refused):
            return {
                "file": str(self.file), "status": "refused", "reason": self.outcome.reason, "where": self.outcome.where,
            }  # fmt: skip
        found = self.outcome.summary.to_json()
        for table, path in zip(found["further_tables"], self.further, strict=True):
            table["output"] = str(path)
        quarantine = str(self.quarantine) if self.quarantine else None
        return {
            "file": str(self.file), "status": "conditioned", "output": str(self.output), "quarantine": quarantine,
            "note": _tell_nothing(self.file, self.outcome.summary), **found,
        }  # fmt: skip

    def to_line(self) -> str:
        """One line for people."""
        if isinstance(self.outcome, Refused):
            where = f" ({self.outcome.where})" if self.outcome.where else ""
            return f"{self.file}: refused: {self.outcome.reason}{where}"
        table, further = self.outcome.summary.table, len(self.further)
        more = f", and {further} further table{'s' if further > 1 else ''}" if further else ""
        note = _tell_nothing(self.file, self.outcome.summary)
        refused = self.outcome.summary.refused_members
        left_out = (
            f"; of the archive {refused} member{'s' if refused > 1 else ''} refused, see --json" if refused else ""
        )
        return (
            f"{self.file}: {f'no rows: {note}; ' if note else ''}"
            f"{table.rows_in} rows in, {table.rows_out} out, {table.rows_quarantined} quarantined "
            f"({_show_detected(self.outcome.summary)}) -> {self.output}{more}{left_out}"
        )


def _tell_nothing(file: Path, found: AutoSummary) -> str | None:
    """Why a file that was read has no rows; None if it has some."""
    if found.table.rows_in or found.further_tables:
        return None
    if file.stat().st_size == 0:
        return "the file is empty"
    if found.table.labels is not None:
        return "the file has labels and nothing below them"
    return "there is no table in the file"


def _show_detected(found: AutoSummary) -> str:
    """What the file was taken for, in a few words."""
    parts = [found.dialect["format"]]
    if found.dialect.get("delimiter"):
        parts.append(f"delimiter {found.dialect['delimiter']!r}")
    if found.encoding is not None:
        is_guess = found.encoding.get("confidence") == "low"
        parts.append(found.encoding["name"] + (", which is a guess" if is_guess else ""))
    parts.append("no labels" if found.table.labels is None else " and ".join(found.table.header_rows) or "labels")
    return ", ".join(parts)


def condition_files_auto(files: Sequence[Path], out: Path) -> Iterator[AutoReport]:
    """Condition files one after the other; the first table's output is the file's name plus `.csv`.

    Further tables go to the folder `tables` beside it, numbered from 2; rows that fit no table to `quarantine`.
    """
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        yield _condition_file(file, out)


def _condition_file(file: Path, out: Path) -> AutoReport:
    output, quarantine = out / f"{file.name}.csv", out / "quarantine" / f"{file.name}.csv"
    fault = find_fault(file)
    if fault is not None:
        return AutoReport(file, output, (), None, Refused(fault))
    raw = RawInput(file.name, lambda: file.open("rb"), file.stat().st_size)
    tables: list[Writing] = []
    with ExitStack() as stack:

        def open_table(number: int) -> ByteSink:
            path = output if number == 1 else out / "tables" / f"{file.name}.{number}.csv"
            tables.append(stack.enter_context(replacing(path, out)))
            return tables[-1]

        rejected = stack.enter_context(replacing(quarantine, out))
        outcome = condition_auto(raw, open_table, rejected)
        if not tables:
            open_table(1)
        for table in tables:
            table.keep = isinstance(outcome, AutoConditioned)
        rejected.keep = isinstance(outcome, AutoConditioned) and outcome.summary.rejected > 0
    further = tuple(table.path for table in tables[1:])
    return AutoReport(file, output, further, quarantine if rejected.keep else None, outcome)
