"""The command `condition`: brings raw files of a source to standard CSV in a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from conditioners.declaration import Source
from conditioners.engine import condition
from conditioners.outcome import Conditioned, Refused
from conditioners.raw import RawInput
from conditioners.registry import UnknownSource, get_source


@dataclass(frozen=True)
class Report:
    """What became of one file."""

    file: Path
    output: Path
    quarantine: Path | None
    """Where rejected rows stand; None when there are none."""
    outcome: Conditioned | Refused

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
        return {"file": str(self.file), "status": "conditioned", **written, **self.outcome.summary.to_json()}

    def to_line(self) -> str:
        """One line for people."""
        if isinstance(self.outcome, Refused):
            where = f" ({self.outcome.where})" if self.outcome.where else ""
            return f"{self.file}: refused: {self.outcome.reason}{where}"
        found = self.outcome.summary
        return (
            f"{self.file}: {found.rows_in} rows in, {found.rows_out} out, {found.rows_quarantined} quarantined, "
            f"{found.rows_duplicate} duplicates -> {self.output}"
        )


def condition_files(source: Source, files: Sequence[Path], out: Path) -> Iterator[Report]:
    """Condition files one after the other; each output is the file's name plus `.csv`, there only when it is whole.

    Rejected rows go to a file of the same name in the folder `quarantine` beside it.
    """
    out.mkdir(parents=True, exist_ok=True)
    for file in files:
        yield _condition_file(source, file, out)


def _condition_file(source: Source, file: Path, out: Path) -> Report:
    output, quarantine = out / f"{file.name}.csv", out / "quarantine" / f"{file.name}.csv"
    if not file.is_file():
        return Report(file, output, None, Refused("there is no such file"))
    raw = RawInput(file.name, lambda: file.open("rb"), file.stat().st_size)
    with _replacing(output, out) as accepted, _replacing(quarantine, out) as rejected:
        outcome = condition(source, raw, accepted.stream, rejected.stream)
        accepted.keep = isinstance(outcome, Conditioned)
        rejected.keep = isinstance(outcome, Conditioned) and outcome.summary.rows_quarantined > 0
    return Report(file, output, quarantine if rejected.keep else None, outcome)


@dataclass
class _Writing:
    stream: BinaryIO
    keep: bool = False


@contextmanager
def _replacing(path: Path, workshop: Path) -> Iterator[_Writing]:
    """A new file that takes the place of `path` at the end, or leaves nothing there unless it is to be kept.

    Until then it stands in the folder `workshop`.
    """
    partial = workshop / f".{path.parent.name}.{path.name}.part"
    try:
        with partial.open("wb") as stream:
            writing = _Writing(stream)
            yield writing
        if writing.keep:
            path.parent.mkdir(exist_ok=True)
            partial.replace(path)
        else:
            path.unlink(missing_ok=True)
    finally:
        partial.unlink(missing_ok=True)


def run_condition(
    source: Annotated[str, typer.Argument(help="The source that the files belong to.")],
    files: Annotated[list[Path], typer.Argument(help="Raw files.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")] = False,
) -> None:
    """Bring raw files of a source to standard CSV. Exits 0 only if no file was refused."""
    try:
        known = get_source(source)
    except UnknownSource as unknown:
        raise typer.BadParameter(str(unknown), param_hint="SOURCE") from None
    names = [file.name for file in files]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise typer.BadParameter(
            f"two files are called {twice}; their output would be the same file", param_hint="FILES"
        )
    refused = 0
    for report in condition_files(known, files, out):
        refused += isinstance(report.outcome, Refused)
        typer.echo(json.dumps(report.to_json()) if as_json else report.to_line())
    raise typer.Exit(1 if refused else 0)
