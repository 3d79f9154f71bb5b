"""Gives spoiled files to each reader, by itself, under a declaration and without, and looks for what must not be.

Run `python -m bench.conditioning.fuzz --inputs 1000000 --seed 1 --keep DIR --only reader:`; `--only TEXT ...` takes
the targets whose names hold one of them. That many inputs go to each target, in turns of equal length; half of them
are of the same form as its files, so that what lies behind the parsers is tried as well. An input is wrong when a
reader raises, when a batch or summary does not account for every row, when it takes more than two seconds or 300 MB,
or when the process dies of it; when the output is no standard CSV; and, of one input in four or eight, when a cell
stands nowhere in the file, or the same file read again or in smaller pieces gives something else. The first hundred
wrong inputs of a reader are kept in DIR, and `DIR/progress.json` says how far each target is: the same command goes on
from there, also after `--seconds`. The exit code says whether anything was wrong. Each input follows from target, seed
and number alone.
"""

from __future__ import annotations

import argparse
import csv
import faulthandler
import gc
import json
import math
import os
import random
import resource
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from multiprocessing import get_context
from pathlib import Path

from bench.conditioning.fuzz_checks import find_fault
from bench.conditioning.fuzz_target import Target
from bench.conditioning.fuzz_targets import list_targets
from bench.conditioning.mixtures import mix_forms
from bench.conditioning.mutations import mutate

_HANG, _STUCK = 30, 600
"""Seconds of CPU for an input, and of waiting for a turn's, after which the process is ended and its stack told."""
_MEMORY = 4 << 30
"""Of address space; a reader that asks for more ends the process."""
_MOST_KEPT = 100
"""Wrong inputs of one reader."""
_COLLECTED = (50_000, 20, 20)
"""After how many objects garbage is collected: seldom, for small files take longer to be searched for it than read."""
_MIXED = 0.5
"""The share of inputs that are mixed with files of other forms, where a target has some."""
_TURN = 5
"""Seconds of CPU that a reader gets before it is the next one's turn and the progress is kept."""


@dataclass
class Progress:
    """How far one reader is."""

    inputs: int = 0
    read: int = 0
    """Inputs that were conditioned and not refused."""
    wrong: int = 0
    seconds: float = 0.0


@dataclass
class Run:
    """All readers' progress, kept in a folder together with the wrong inputs."""

    keep: Path
    seed: int
    readers: dict[str, Progress] = field(default_factory=dict)

    @classmethod
    def load(cls, keep: Path, seed: int) -> Run:
        """The run in a folder, or a new one; raises ValueError when the one there has another seed."""
        path = keep / "progress.json"
        if not path.is_file():
            return cls(keep, seed)
        saved = json.loads(path.read_text())
        if saved["seed"] != seed:
            raise ValueError(f"{path} is of a run with the seed {saved['seed']}; take another folder")
        return cls(keep, seed, {name: Progress(**each) for name, each in saved["readers"].items()})

    def save(self) -> None:
        """Write how far each reader is, all or nothing."""
        readers = {name: asdict(each) for name, each in self.readers.items()}
        part = self.keep / "progress.part"
        part.write_text(json.dumps({"seed": self.seed, "readers": readers}, indent=1))
        part.replace(self.keep / "progress.json")

    def of(self, target: Target) -> Progress:
        """One reader's progress."""
        return self.readers.setdefault(target.name, Progress())

    def note(self, target: Target, number: int, fault: str) -> None:
        """Keep a wrong input, and count the others where there are many."""
        self.of(target).wrong += 1
        if self.of(target).wrong > _MOST_KEPT:
            return
        name = f"{target.name}-{self.seed}-{number}".replace(" ", "_").replace(":", "").replace(",", "")
        (self.keep / name).write_bytes(make_input(target, self.seed, number))
        print(f"{name}: {fault}", flush=True)


def make_input(target: Target, seed: int, number: int) -> bytes:
    """The input of that number, which is the same each time."""
    chance = random.Random(f"{target.name}:{seed}:{number}")
    data = mutate(chance.choice(target.files), target.files, chance)
    return mix_forms(data, target.foreign, chance) if target.foreign and chance.random() < _MIXED else data


def fuzz(target: Target, seed: int, numbers: range) -> Iterator[tuple[int, bool, str | None]]:
    """For each input its number, whether it was read, and what is wrong."""
    csv.field_size_limit(1 << 30)
    for number in numbers:
        yield number, *find_fault(target, make_input(target, seed, number))


def _work(run: Run, targets: list[Target], inputs: int, until: float, at: Path) -> None:
    """Fuzz all readers in turns until an instant; `at` holds the input at hand, should the process die of it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    faulthandler.register(signal.SIGPROF, chain=True)
    gc.freeze()
    gc.set_threshold(*_COLLECTED)
    with at.open("wb", buffering=0) as hand:
        while waiting := [target for target in targets if run.of(target).inputs < inputs and time.monotonic() < until]:
            _take_turn(run, min(waiting, key=lambda target: run.of(target).seconds), inputs, until, hand.fileno())
            run.save()


def _take_turn(run: Run, target: Target, inputs: int, until: float, hand: int) -> None:
    csv.field_size_limit(1 << 30)
    progress, began = run.of(target), time.process_time()
    faulthandler.dump_traceback_later(_STUCK, exit=True)
    for number in range(progress.inputs, inputs):
        os.pwrite(hand, f"{number:12d} {target.name}\n".encode(), 0)
        signal.setitimer(signal.ITIMER_PROF, _HANG)
        read, fault = find_fault(target, make_input(target, run.seed, number))
        progress.inputs, progress.read = number + 1, progress.read + read
        if fault is not None:
            run.note(target, number, fault)
        if time.process_time() - began > _TURN or time.monotonic() > until:
            break
    signal.setitimer(signal.ITIMER_PROF, 0)
    faulthandler.cancel_dump_traceback_later()
    progress.seconds += time.process_time() - began


def _go_on(keep: Path, seed: int, inputs: int, seconds: float, targets: list[Target]) -> Run:
    """Fuzz in a process of its own; one that dies is noted and followed by another."""
    at, until = keep / "at", time.monotonic() + seconds
    while True:
        run = Run.load(keep, seed)
        worker = get_context("fork").Process(target=_work, args=(run, targets, inputs, until, at))
        worker.start()
        try:
            worker.join()
        finally:
            worker.kill()
        run = Run.load(keep, seed)
        if worker.exitcode == 0:
            return run
        number, name = at.read_text().splitlines()[0].split(maxsplit=1)
        target = next(each for each in targets if each.name == name)
        code = worker.exitcode or 0
        run.note(target, int(number), f"the process died: {signal.Signals(-code).name if code < 0 else code}")
        run.of(target).inputs = int(number) + 1
        run.save()


def main() -> None:
    """Fuzz as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="for each reader")
    parser.add_argument("--seconds", type=float, default=math.inf, help="after which the run ends, to be continued")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[""], help="targets whose name holds one of these")
    parser.add_argument("--keep", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.keep.mkdir(parents=True, exist_ok=True)
    targets = [target for target in list_targets() if any(text in target.name for text in arguments.only)]
    run = _go_on(arguments.keep, arguments.seed, arguments.inputs, arguments.seconds, targets)
    for target in targets:
        each = run.of(target)
        share, rate = each.read / max(each.inputs, 1), each.inputs / max(each.seconds, 1e-9)
        print(f"{target.name}: {each.inputs} inputs, {share:.0%} read, {rate:.0f}/s, {each.wrong} wrong")
    raise SystemExit(1 if any(each.wrong for each in run.readers.values()) else 0)


if __name__ == "__main__":
    main()
