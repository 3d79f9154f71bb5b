"""Gives mutated files to the readers, without a declaration and with each source's, and looks for what must not be.

Run `python -m bench.conditioning.fuzz --inputs 1000000 --seed 1 --keep DIR`. An input is wrong when a reader raises,
when a summary does not account for every row, or when it takes more than two seconds. Wrong inputs are kept in DIR; the
exit code says whether there were any. The seeds are the raw files beside the checkout, and a few of our own.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.conditioning.pollution import pollute, sample_table
from conditioners.auto import AutoConditioned, condition_auto
from conditioners.auto_output import TableSummary
from conditioners.declaration import Source
from conditioners.engine import condition
from conditioners.outcome import Conditioned
from conditioners.raw import RawInput
from conditioners.registry import all_sources

_DATA = Path(__file__).parents[3] / "shared" / "data"
_LARGEST = 20_000
_SECONDS = 2.0
_MEMORY = 4 << 30
"""Of address space; a reader that asks for more ends the run, and the last input is in the folder."""
_MARKS = (
    b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\\", b'""', b"{", b"[", b"]", b"<",
    b"&", b"\xef\xbb\xbf", b"#", b" ", b"    ", b"1e999", b"~", b"*", b"+", b"PK\x03\x04",
)  # fmt: skip


@dataclass(frozen=True)
class Seed:
    """A file to mutate."""

    name: str
    data: bytes


def gather_seeds() -> list[Seed]:
    """Small files of every format, and some polluted ones of our own."""
    own = [Seed(each.name, each.text.encode()) for each in pollute(sample_table(8)) if each.name.startswith("file")]
    paths = (path for kind in ("messy", "edi", "weather", "variants") for path in sorted((_DATA / kind).rglob("*")))
    return own + [
        Seed(path.name, path.read_bytes()) for path in paths if path.is_file() and path.stat().st_size < _LARGEST
    ]


def mutate(seed: Seed, seeds: Sequence[Seed], chance: random.Random) -> bytes:
    """The file with a few things done to it: cut, repeated, overwritten, mixed with another, or strewn with marks."""
    data = bytearray(seed.data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randint(0, 50))
        kind = chance.randrange(7)
        if kind == 0:
            data[at:at] = chance.choice(_MARKS)
        elif kind == 1:
            del data[at:end]
        elif kind == 2:
            data[at:end] = chance.randbytes(end - at)
        elif kind == 3:
            data[at:at] = data[at:end] * chance.randint(1, 20)
        elif kind == 4:
            del data[at:]
        elif kind == 5:
            other = chance.choice(seeds).data
            begin = chance.randrange(len(other) + 1)
            data[at:at] = other[begin : begin + 300]
        else:
            data[at:at] = chance.choice(_MARKS) * chance.randint(1, 300)
    return bytes(data)


def find_fault(name: str, data: bytes, source: Source | None) -> str | None:
    """What is wrong with how a file is read; None if nothing is."""
    began = time.process_time()
    try:
        fault = _check_auto(name, data) if source is None else _check_source(name, data, source)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    return f"took {seconds:.1f} s" if seconds > _SECONDS else fault


def _check_auto(name: str, data: bytes) -> str | None:
    outputs: dict[int, io.BytesIO] = {}
    raw = RawInput(name, lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, lambda number: outputs.setdefault(number, io.BytesIO()), io.BytesIO())
    if not isinstance(outcome, AutoConditioned):
        return None if outcome.reason else "refused without a reason"
    tables = (outcome.summary.table, *outcome.summary.further_tables)
    return next((fault for n, table in enumerate(tables, start=1) if (fault := _check_table(table, outputs[n]))), None)


def _check_table(table: TableSummary, output: io.BytesIO) -> str | None:
    rows = list(csv.reader(io.StringIO(output.getvalue().decode(), newline="")))
    if table.rows_in != table.rows_out + table.rows_quarantined:
        return "rows are not accounted for"
    if len(rows) != table.rows_out + (table.labels is not None):
        return f"{len(rows)} lines, but {table.rows_out} rows"
    return "rows of another width" if any(len(row) != table.columns for row in rows) else None


def _check_source(name: str, data: bytes, source: Source) -> str | None:
    raw = RawInput(f"{source.name}/{name}", lambda: io.BytesIO(data), len(data))
    outcome = condition(source, raw, io.BytesIO(), io.BytesIO())
    if not isinstance(outcome, Conditioned):
        return None if outcome.reason else "refused without a reason"
    found = outcome.summary
    accounted = found.rows_in == found.rows_out + found.rows_quarantined + found.rows_duplicate
    return None if accounted else "rows are not accounted for"


def fuzz(inputs: int, seed: int, last: Path | None = None) -> Iterator[tuple[Seed, str]]:
    """The wrong ones among that many inputs, and what is wrong; the input at hand is written to `last`."""
    csv.field_size_limit(1 << 30)
    chance = random.Random(seed)
    seeds, sources = gather_seeds(), [None, None, None, *all_sources()]
    for _ in range(inputs):
        chosen, source = chance.choice(seeds), chance.choice(sources)
        data = mutate(chosen, seeds, chance)
        if last is not None:
            last.write_bytes(data)
        fault = find_fault(chosen.name, data, source)
        if fault is not None:
            yield Seed(chosen.name, data), f"{source.name if source else 'auto'}: {fault}"


def main() -> None:
    """Fuzz as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    wrong = 0
    for number, (found, fault) in enumerate(fuzz(arguments.inputs, arguments.seed, arguments.keep / "last"), start=1):
        wrong = number
        (arguments.keep / f"{number}-{found.name}").write_bytes(found.data)
        print(f"{number}-{found.name}: {fault}", flush=True)
    print(f"{arguments.inputs} inputs, {wrong} wrong")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
