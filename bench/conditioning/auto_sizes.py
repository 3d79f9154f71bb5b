"""What a large file costs, against one of a tenth of its size: neither memory nor CPU per byte grow.

    python -m bench.conditioning.auto_sizes [--megabytes 300] [--only TEXT]

Files of JSON Lines and a JSON document with ten columns, JSON of ten parallel lists, and delimited text, each
conditioned by `condition --auto` in a process of its own; and the parallel lists once more under a declaration. Told
are CPU (user and system) and the most memory of that process, and the ratios of the two sizes; --only takes the forms
whose name holds the text.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.conditioning.generator import SIZES, generate

PROJECT = Path(__file__).parents[2]
MOST_MEMORY, MOST_GROWTH = 512, 1.25
"""MB for either file; and how many times as much the large one may take, of memory and of CPU per byte."""
_CHILD = """
import resource, sys
from pathlib import Path
from conditioners.auto.conditioning import condition_auto
from conditioners.columns import Decimal, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import JsonColumns
from conditioners.engine import condition
from conditioners.outcome import Refused
from conditioners.inputs.raw import RawInput

path, nowhere = Path(sys.argv[1]), open("/dev/null", "wb")
raw = RawInput(path.name, lambda: path.open("rb"), path.stat().st_size)
if sys.argv[2] == "declared":
    kinds = {"units": Whole("units"), "dollars": Decimal("dollars", 2)}
    names = ("week_start", "store_id", "sku", "state", "category", "units", "dollars", "note", "lat", "lon")
    dialect = JsonColumns(name="columns", records=("sales",), labels={name: f"sales.{name}" for name in names})
    columns = tuple(kinds.get(name, Text(name, optional=True)) for name in names)
    source = Source(name="sales", title="Sales", files=("**",), columns=columns, key=(), dialects=(dialect,))
    outcome = condition(source, raw, nowhere, nowhere)
else:
    outcome = condition_auto(raw, lambda _: nowhere, nowhere)
assert not isinstance(outcome, Refused), outcome
used = resource.getrusage(resource.RUSAGE_SELF)
peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
print(used.ru_utime + used.ru_stime, peak)
"""


def main() -> None:
    """Run the benchmark; exit 1 if a figure is not kept."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--megabytes", type=int, default=300)
    options.add_argument("--only", default="")
    given = options.parse_args()
    writers = {
        "JSON Lines": _write_lines, "JSON document": _write_document, "JSON columns": _write_columns,
        "JSON columns, declared": _write_columns, "delimited text": _write_delimited,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="headrace-bench-") as folder:
        path = Path(folder) / "file"
        chosen = [(form, writer) for form, writer in writers.items() if given.only in form]
        kept = [_compare(form, writer, path, given.megabytes) for form, writer in chosen]
    sys.exit(not all(kept))


def _compare(form: str, write: Callable[[Path, int], None], path: Path, megabytes: int) -> bool:
    costs = []
    for size in (megabytes // 10, megabytes):
        write(path, size)
        cpu, peak = _condition(path, "declared" if "declared" in form else "auto")
        costs.append((cpu / size, peak))
        print(f"{form:<24}{size:5} MB {cpu:8.2f} s CPU {peak:6.0f} MB of memory")
    (small_cpu, small_peak), (large_cpu, large_peak) = costs
    cpu, memory = large_cpu / small_cpu, large_peak / small_peak
    is_kept = max(cpu, memory) <= MOST_GROWTH and large_peak <= MOST_MEMORY
    verdict = "kept" if is_kept else "LOST"
    print(f"{form:<24}large to small: CPU per byte {cpu:.2f}, memory {memory:.2f} (at most {MOST_GROWTH}) {verdict}")
    return is_kept


def _condition(path: Path, how: str) -> tuple[float, float]:
    """Seconds of CPU, and megabytes."""
    command = [sys.executable, "-c", _CHILD, str(path), how]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    cpu, peak = done.stdout.split()
    return float(cpu), int(peak) / 1e6


def _write_lines(path: Path, megabytes: int) -> None:
    chance, written = random.Random(5), 0
    with path.open("w", encoding="utf-8") as file:
        while written < megabytes * 1_000_000:
            written += file.write(json.dumps(_make_record(chance)) + "\n")


def _write_document(path: Path, megabytes: int) -> None:
    chance, written, mark = random.Random(5), 0, '{"made": "2024-01-01", "sales": ['
    with path.open("w", encoding="utf-8") as file:
        while written < megabytes * 1_000_000:
            written += file.write(mark + json.dumps(_make_record(chance)))
            mark = ",\n"
        file.write('], "next": null}\n')


def _write_columns(path: Path, megabytes: int) -> None:
    """The same megabyte of records again and again, list by list."""
    chance, texts, written = random.Random(5), dict[str, list[str]](), 0
    while written < 1_000_000:
        record = _make_record(chance)
        place = record.pop("place")
        assert isinstance(place, dict)
        for name, value in {**record, **place}.items():
            texts.setdefault(name, []).append(text := json.dumps(value))
            written += len(text) + 1
    with path.open("w", encoding="utf-8") as file:
        mark = '{"made": "2024-01-01", "sales": {'
        for name, each in texts.items():
            file.write(f'{mark}"{name}": [' + ",".join(each))
            file.writelines(["," + ",".join(each)] * (megabytes - 1))
            mark = "],\n"
        file.write("]}}\n")


def _make_record(chance: random.Random) -> dict[str, object]:
    return {
        "week_start": f"2024-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        "store_id": f"{chance.randrange(100_000):05}", "sku": f"SKU-{chance.randrange(1_000_000):06}",
        "state": chance.choice(("Texas", "New York", "Ohio")), "category": chance.choice(("cereal", "snacks, salty")),
        "units": chance.randrange(500), "dollars": round(chance.random() * 1000, 2),
        "note": chance.choice((None, "on promotion")),
        "place": {"lat": round(chance.random() * 90, 4), "lon": round(chance.random() * 90, 4)},
    }  # fmt: skip


def _write_delimited(path: Path, megabytes: int) -> None:
    generate(path, SIZES["200MB"] * megabytes // 200)


if __name__ == "__main__":
    main()
