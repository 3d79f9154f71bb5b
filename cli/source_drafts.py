"""The commands `source new` and `source try`: a source from a sample in minutes, and what a source makes of a file."""

from __future__ import annotations

import csv
import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Annotated, Any

import typer

from cli.condition import find_source
from cli.failures import Failure
from cli.known_files import list_recent
from cli.output import print_json, print_table
from conditioners.auto.conditioning import AutoConditioned, condition_auto
from conditioners.drafting.beginnings import take_beginning
from conditioners.drafting.projects import Written, write_source
from conditioners.drafting.samples import NoDraft
from conditioners.drops.drift import compare_with_last, describe_drift
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Refused, Summary

PROJECT = Path(__file__).resolve().parents[1]
_IN_MEMORY, _HEAD = 32 << 20, 1 << 16
_WIDTH = 160


def run_new(
    name: Annotated[str, typer.Argument(help="What to call the source; also its folder in the container raw.")],
    sample: Annotated[Path, typer.Option(help="A file as the source sends it.", exists=True, dir_okay=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look at a sample; write a declaration and a golden pair for it, both to be read and then kept."""
    try:
        written = write_source(PROJECT, name, sample)
    except NoDraft as reason:
        raise Failure(str(reason)) from None
    if as_json:
        print_json(_describe(written))
        return
    print(f"wrote {written.module.relative_to(PROJECT)}\n")
    print(written.module.read_text(encoding="utf-8"))
    if written.golden is not None:
        print(f"wrote {written.golden.relative_to(PROJECT)}, with the rows it becomes beside it")
    _print_counts(written.summary)
    for remark in written.remarks:
        print(f"check: {remark}")
    print(f"next: read the declaration, then python3 headrace.py source try {name} {sample}")


def _describe(written: Written) -> dict[str, Any]:
    golden = str(written.golden.relative_to(PROJECT)) if written.golden else None
    return {
        "module": str(written.module.relative_to(PROJECT)), "golden": golden, "remarks": list(written.remarks),
        "summary": written.summary.to_json(),
    }  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """The beginning of a file, of what becomes of it and of what is rejected, and the summary of all of it."""

    before: list[str]
    after: list[dict[str, str]]
    rejected: list[dict[str, str]]
    summary: Summary
    drift: dict[str, Any] | None
    """How the file differs from the last one of the source that the ledger knows; None if it knows none."""


def run_try(
    name: Annotated[str, typer.Argument(help="The source.")],
    file: Annotated[Path, typer.Argument(help="A raw file.", exists=True, dir_okay=False)],
    rows: Annotated[int, typer.Option(help="How many rows to show of each kind.", min=0)] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show a file before and after, what is rejected and why, and the summary; nothing is written."""
    tried = try_file(name, file, rows)
    if isinstance(tried, Refused):
        where = f" ({tried.where})" if tried.where else ""
        raise Failure(f"{name} refuses {file.name}: {tried.reason}{where}")
    if as_json:
        print_json({**vars(tried), "summary": tried.summary.to_json()})
        return
    print("BEFORE")
    for line in tried.before:
        print(f"  {_cut(line)}")
    _print_rows("AFTER", tried.after)
    _print_rows("REJECTED", tried.rejected)
    _print_summary(tried.summary)
    if tried.drift is not None:
        print(
            f"SINCE THE LAST FILE\n  {describe_drift(tried.drift) or 'no column is new, missing, renamed or retyped'}"
        )


def try_file(name: str, file: Path, rows: int) -> Tried | Refused:
    """What a source makes of a file."""
    raw = RawInput(file.name, lambda: file.open("rb"), file.stat().st_size)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as accepted, tempfile.SpooledTemporaryFile(_IN_MEMORY) as rejected:
        with redirect_stdout(sys.stderr):  # what a hook prints is none of this
            outcome = condition(find_source(name), raw, accepted, rejected)
        if isinstance(outcome, Refused):
            return outcome
        above = _count_above(outcome.summary)
        return Tried(
            _show_raw(file, above + rows, (outcome.summary.encoding or {}).get("name", "utf-8")),
            list(_first_rows(accepted, rows)),
            list(_first_rows(rejected, rows)),
            outcome.summary,
            compare_with_last(list_recent(name), outcome.summary.to_json()),
        )


def _count_above(summary: Summary) -> int:
    """The lines above a text's first row: up to its labels, or in fixed width those that are no rows."""
    header = max((int(place.split()[1]) for place in summary.header_rows if "line " in place), default=0)
    skipped = {place for place, _ in summary.skipped}
    lines = range(header, header + len(skipped) + 1)
    return next(line for line in lines if f"line {line + 1}" not in skipped)


def _first_rows(stream: IO[bytes], count: int) -> Iterator[dict[str, str]]:
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield from islice(csv.DictReader(text), count)
    finally:
        text.detach()


def _show_raw(file: Path, count: int, encoding: str) -> list[str]:
    """The first lines of a text as they are; of any other format the first rows that its structure tells."""
    with file.open("rb") as stream:
        head = stream.read(_HEAD)
    if _is_text(head):
        return head.decode(encoding, "backslashreplace").removeprefix("\ufeff").splitlines()[:count]
    tables: list[io.BytesIO] = []

    def open_table(_: int) -> io.BytesIO:
        tables.append(io.BytesIO())
        return tables[-1]

    data = take_beginning(file).data
    raw = RawInput(file.name, lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, open_table, io.BytesIO())
    if not isinstance(outcome, AutoConditioned):
        return ["(no text)"]
    return tables[0].getvalue().decode().splitlines()[:count]


def _is_text(head: bytes) -> bool:
    """Whether hardly any byte is a control character."""
    odd = sum(byte < 32 and byte not in b"\t\r\n" for byte in head)
    return odd * 100 <= len(head)


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _print_rows(title: str, rows: list[dict[str, str]]) -> None:
    print(title)
    if not rows:
        print("  (none)")
        return
    print_table(list(rows[0]), [[_cut(cell).replace("\n", "⏎") for cell in row.values()] for row in rows])


def _print_counts(summary: Summary) -> None:
    print(
        f"{summary.rows_in} rows in = {summary.rows_out} out + {summary.rows_quarantined} quarantined + "
        f"{summary.rows_duplicate} duplicates"
    )


def _print_summary(summary: Summary) -> None:
    print("SUMMARY")
    _print_counts(summary)
    of_members = (label for member in summary.members.values() for label in member["ignored_labels"])
    facts = {
        "encoding": summary.encoding, "dialect": dict(summary.dialect), "header rows": list(summary.header_rows),
        "ignored labels": list(dict.fromkeys([*summary.ignored_labels, *of_members])), "rejects": dict(summary.rejects),
        "skipped": [f"{place}: {cause}" for place, cause in summary.skipped[:10]],
        "members": len(summary.members), "distinct keys": summary.distinct_keys, "sha256": summary.sha256,
    }  # fmt: skip
    for name, value in facts.items():
        if value:
            print(f"  {name}: {value}")
    columns = summary.columns.items()
    print_table(["column", "nulls", "min", "max"], [(name, each.nulls, each.min, each.max) for name, each in columns])
