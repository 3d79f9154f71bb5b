"""The command `condition`: brings raw files of a source to standard CSV in a folder."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.condition_auto import AutoReport, condition_files_auto
from cli.raw_files import find_fault
from cli.written_files import replacing
from conditioners.declaration import Source
from conditioners.drops.drift import compare_with_last, describe_drift
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Conditioned, Refused
from conditioners.registry import UnknownSource, get_source


@dataclass(frozen=True)
class Report:
    """What became of one file."""

    file: Path
    output: Path
    quarantine: Path | None
    """Where rejected rows stand; None when there are none."""
    outcome: Conditioned | Refused
    drift: Mapping[str, Any] | None = None
    """How the file differs from the last one before it in the same dialect; None for the first one."""

    def to_json(self) -> dict[str, Any]:
        """One flat object: the file, and its summary or the reason for refusing it."""
        if isinstance(self.outcome, Refused):
            return {
                "file": str(self.file),
                "status": "refused",
                "reason": self.outcome.reason,
                "where": self.outcome.where,
            }
        written = {"output": str(self.output), "quarantine": str(self.quarantine) if self.quarantine else None}
        return {
            "file": str(self.file),
            "status": "conditioned",
            **written,
            **self.outcome.summary.to_json(),
            "drift": self.drift,
        }

    def to_line(self) -> str:
        """One line for people."""
        if isinstance(self.outcome, Refused):
            where = f" ({self.outcome.where})" if self.outcome.where else ""
            return f"{self.file}: refused: {self.outcome.reason}{where}"
        found = self.outcome.summary
        drift = describe_drift(self.drift) if self.drift else ""
        return (
            f"{self.file}: {found.rows_in} rows in, {found.rows_out} out, {found.rows_quarantined} quarantined, "
            f"{found.rows_duplicate} duplicates -> {self.output}{f'; since the file before: {drift}' if drift else ''}"
        )


def condition_files(source: Source, files: Sequence[Path], out: Path) -> Iterator[Report]:
    """Condition files one after the other; each output is the file's name plus `.csv`, there only when it is whole.

    Rejected rows go to a file of the same name in the folder `quarantine` beside it.
    """
    out.mkdir(parents=True, exist_ok=True)
    before: dict[str, dict[str, Any]] = {}
    for file in files:
        report = _condition_file(source, file, out)
        if isinstance(report.outcome, Conditioned):
            told = report.outcome.summary.to_json()
            report = replace(report, drift=compare_with_last(before.values(), told))
            before[told["dialect"]["name"]] = told
        yield report


def _condition_file(source: Source, file: Path, out: Path) -> Report:
    output, quarantine = out / f"{file.name}.csv", out / "quarantine" / f"{file.name}.csv"
    fault = find_fault(file)
    if fault is not None:
        return Report(file, output, None, Refused(fault))
    raw = RawInput(file.name, lambda: file.open("rb"), file.stat().st_size)
    with replacing(output, out) as accepted, replacing(quarantine, out) as rejected:
        with redirect_stdout(sys.stderr):  # what a hook prints is no report
            outcome = condition(source, raw, accepted, rejected)
        accepted.keep = isinstance(outcome, Conditioned)
        rejected.keep = isinstance(outcome, Conditioned) and outcome.summary.rows_quarantined > 0
    return Report(file, output, quarantine if rejected.keep else None, outcome)


def run_condition(
    arguments: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE FILE", help="The source that the files belong to, and raw files; with --auto only files."
        ),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    auto: Annotated[bool, typer.Option("--auto", help="Without a source: find the tables by structure alone.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")] = False,
) -> None:
    """Bring raw files to standard CSV, as rows of a source or by structure alone. Exits 0 only if none was refused."""
    names = arguments if auto else arguments[1:]
    if not names:
        raise typer.BadParameter("give at least one file", param_hint="FILES")
    files = [Path(name) for name in names]
    _require_different_names(files)
    source = None if auto else find_source(arguments[0])
    _make_folder(out)
    reports: Iterator[Report | AutoReport]
    reports = condition_files_auto(files, out) if source is None else condition_files(source, files, out)
    refused = 0
    for report in reports:
        refused += isinstance(report.outcome, Refused)
        typer.echo(json.dumps(report.to_json()) if as_json else report.to_line())
    raise typer.Exit(1 if refused else 0)


def find_source(name: str) -> Source:
    """The source of that name; a name that there is none of is the caller's mistake."""
    try:
        return get_source(name)
    except UnknownSource as unknown:
        raise typer.BadParameter(str(unknown), param_hint="SOURCE") from None


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written to: {error.strerror}", param_hint="--out") from None


def _require_different_names(files: Sequence[Path]) -> None:
    names = [file.name for file in files]
    twice = next((name for name, count in Counter(names).items() if count > 1), None)
    if twice is not None:
        raise typer.BadParameter(
            f"two files are called {twice}; their output would be the same file", param_hint="FILES"
        )
