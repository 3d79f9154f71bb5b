"""A storm of drops: half of the events are lost, the rest come three times in any order, workers are killed at random,
files are overwritten meanwhile; then everything is counted.

    python -m bench.event_storm --files 10000 --kills 200

Every file must be accounted for, the newest version must win, no version may ever have had two different outputs, and
no output may stand in the lake that no dataset would hold.
tests/acceptance/test_event_storm.py runs the same, smaller.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
HEADER = "Event,Kind,Name,Region,Item,First day,Last day,Discount %,Announced\n"
WORKERS = 2
EMPTY, DAMAGED = "", "this is no table\n"


@dataclass(frozen=True)
class Outcome:
    """What a storm came to."""

    files: int
    events: int
    kills: int
    states: Mapping[str, int]
    seconds: float
    wrong: tuple[str, ...]
    """What should not be, in words; empty when all is well."""


def run_storm(home: Path, files: int, kills: int, seed: int = 1) -> Outcome:
    """Do all of it in a home; needs no settings."""
    os.environ["HEADRACE_HOME"] = str(home)
    from shared import wiring

    wiring.forget()
    started, rng = time.monotonic(), random.Random(seed)
    expected = dict(_make_drops(files, rng))
    for path, content in expected.items():
        _drop(path, content)
    events = [path for path in expected if rng.random() < 0.5] * 3
    rng.shuffle(events)
    replaced = rng.sample(sorted(expected), files // 20)
    killed = _deliver(home, events, kills, rng, lambda: expected.update(_replace(replaced)))
    _reconcile()
    wrong = [*_find_unaccounted(expected), *_find_two_faced(home), *_find_untold()]
    states = wiring.ledger().files.count_by_state()
    wiring.forget()
    return Outcome(files, len(events), killed, states, time.monotonic() - started, tuple(wrong))


def work_through(home: Path, shard: int) -> None:
    """A worker: condition what the events of its shard name, from where an earlier worker was killed."""
    from conditioners.drops.intake import condition_drop
    from shared import wiring
    from shared.adapters.folder_lake import FolderLake

    lake, done = _WatchedLake(FolderLake(home / "lake"), home / "writes.log"), home / f"done-{shard}"
    events = (home / f"events-{shard}").read_text().splitlines()
    first = done.stat().st_size if done.exists() else 0
    with done.open("ab", buffering=0) as progress:
        for path in events[first:]:
            condition_drop(lake, wiring.ledger(), path, wiring.now, raise_faults=False)
            progress.write(b".")


class _WatchedLake:
    """A lake that notes which content was written for which version of a raw file."""

    def __init__(self, lake: Any, log: Path) -> None:
        self._lake, self._log = lake, log

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake, name)

    @contextmanager
    def open_write(self, container: str, path: str, **conditions: Any) -> Iterator[Any]:
        """The lake's own writer, whose commits into `conditioned` are noted."""
        with self._lake.open_write(container, path, **conditions) as writer:
            if container == "conditioned":
                commit = writer.commit

                def commit_and_note(metadata: Mapping[str, str]) -> Any:
                    with self._log.open("a") as log:
                        log.write(f"{path} {metadata['raw_etag']} {metadata['sha256']}\n")
                    return commit(metadata)

                writer.commit = commit_and_note
            yield writer


def _make_drops(files: int, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Mostly calendars of one event each; some files are empty, damaged, or hold the bytes of another."""
    for number in range(files):
        chance = rng.random()
        content = _render(number, version=1)
        if chance < 0.02:
            content = EMPTY
        elif chance < 0.04:
            content = DAMAGED
        elif chance < 0.06 and number > 10:
            content = _render(rng.randrange(number), version=1)
        yield f"events/{number % 97:02d}/{number:06d}.csv", content


def _render(number: int, version: int) -> str:
    return f"{HEADER}E{number:06d},festival,Fair v{version},texas,ALL,05/01/2026,05/03/2026,,04/01/2026\n"


def _drop(path: str, content: str) -> None:
    from shared import wiring

    with wiring.lake().open_write("raw", path) as writer:
        writer.write(content.encode())
        writer.commit()


def _replace(paths: list[str]) -> dict[str, str]:
    """Drop newer versions, one in five of which is damaged, so that what was made before stays in use."""
    newer = {path: _render(int(Path(path).stem), version=2) for path in paths}
    newer |= dict.fromkeys(paths[::5], DAMAGED)
    for path, content in newer.items():
        _drop(path, content)
    return newer


def _deliver(home: Path, events: list[str], kills: int, rng: random.Random, midway: Any) -> int:
    """Have workers take the events, and kill them at random instants; answers how many were killed."""
    for shard in range(WORKERS):
        (home / f"events-{shard}").write_text("\n".join(events[shard::WORKERS]))
    killed, replaced = 0, False
    while _delivered(home) < len(events):
        workers = [_start_worker(home, shard) for shard in range(WORKERS)]
        if not replaced and _delivered(home) > len(events) // 3:
            midway()
            replaced = True
        until = _delivered(home) + rng.uniform(0.1, 0.9) * len(events) / (kills / WORKERS)
        killed += _kill_amid_work(workers, home, until) if killed < kills else _let_finish(workers)
    if not replaced:
        midway()
    return killed


def _delivered(home: Path) -> int:
    return sum(file.stat().st_size for file in home.glob("done-*"))


def _start_worker(home: Path, shard: int) -> subprocess.Popen[bytes]:
    code = "import sys, pathlib; from bench.event_storm import work_through; "
    code += "work_through(pathlib.Path(sys.argv[1]), int(sys.argv[2]))"
    return subprocess.Popen([sys.executable, "-c", code, str(home), str(shard)], cwd=PROJECT)


def _kill_amid_work(workers: list[subprocess.Popen[bytes]], home: Path, until: float) -> int:
    """Kill the workers once so many events are delivered; answers how many were still at work."""
    while _delivered(home) < until and any(worker.poll() is None for worker in workers):
        time.sleep(0.002)
    killed = 0
    for worker in workers:
        worker.send_signal(signal.SIGKILL)
        killed += worker.wait() == -signal.SIGKILL
    return killed


def _let_finish(workers: list[subprocess.Popen[bytes]]) -> int:
    for worker in workers:
        worker.wait()
    return 0


def _reconcile() -> None:
    """What the timer does, with the leases of the killed run out."""
    from orchestrators.activities.ingest import condition_drops, find_drops
    from shared import wiring
    from shared.ledger.files import LEASE

    now = wiring.now
    wiring.now = lambda: datetime.now(UTC) + LEASE
    try:
        while (found := find_drops({}))["batches"]:
            for batch in found["batches"]:
                condition_drops({"paths": batch})
    finally:
        wiring.now = now


def _find_unaccounted(expected: Mapping[str, str]) -> Iterator[str]:
    from shared import wiring
    from shared.domain.files import identify_raw_file
    from shared.domain.identities import conditioned_path

    for path, content in expected.items():
        blob = wiring.lake().stat("raw", path)
        assert blob is not None
        story = wiring.ledger().reports.tell_file(identify_raw_file(path, blob.etag))
        if story is None:
            yield f"{path}: the ledger does not know its newest version"
            continue
        state = story["state"]
        if state == "duplicate":
            story = wiring.ledger().reports.tell_file(story["same_as"]) or {}
            path, state = story.get("path", path), story.get("state", "lost")
        wanted = "quarantined" if content in (EMPTY, DAMAGED) else "conditioned"
        if state != wanted:
            yield f"{path}: is {state}, should be {wanted}"
        elif wanted == "conditioned":
            with wiring.lake().open_read("conditioned", conditioned_path(path)) as stream:
                if content.split(",")[9].strip() not in stream.read().decode():
                    yield f"{path}: its output is of another version"


def _find_two_faced(home: Path) -> Iterator[str]:
    log = home / "writes.log"
    contents: dict[tuple[str, str], set[str]] = {}
    for line in log.read_text().splitlines() if log.exists() else []:
        path, etag, sha256 = line.rsplit(" ", 2)
        contents.setdefault((path, etag), set()).add(sha256)
    for (path, _), different in contents.items():
        if len(different) > 1:
            yield f"{path}: one version had {len(different)} different outputs"


def _find_untold() -> Iterator[str]:
    from shared import wiring

    standing = {(blob.path, blob.etag) for blob in wiring.lake().list("conditioned")}
    members = {member.path for member in wiring.ledger().datasets.list_members(["events"], standing)}
    for path, _ in standing:
        if path not in members:
            yield f"{path}: stands in the lake and would be in no dataset"


def main() -> None:
    """Run one storm and print what it came to; exit code 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        outcome = run_storm(Path(home), options.files, options.kills, options.seed)
    print(f"{outcome.files} files, {outcome.events} events of half of them, {outcome.kills} workers killed")
    print(f"states: {dict(Counter(outcome.states))}")
    print(f"{len(outcome.wrong)} wrong, {outcome.seconds:.0f} s")
    for line in outcome.wrong[:20]:
        print(f"  {line}")
    raise SystemExit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    main()
