"""Dropping the sample business's raw files into a lake, each once."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.domain.weeks import IsoWeek
from shared.ports import BlobMissing, Lake


@dataclass(frozen=True)
class Dropped:
    """How many raw files the sample has, and how many of them were new to the lake."""

    files: int
    written: int


def drop_sample(lake: Lake, week: IsoWeek, seed: int, regions: Sequence[str], **shape: Any) -> Dropped:
    """Write the raw files of the business up to the week before `week`; a file that is there already stays.

    `shape` may make the business smaller, in the words of `simulate`.
    """
    from cli.sample.business import simulate
    from cli.sample.drops import write_drops

    written = 0

    def write(path: str, data: bytes) -> None:
        nonlocal written
        if not _holds(lake, path, data):
            with lake.open_write("raw", path) as writer:
                writer.write(data)
                writer.commit()
            written += 1

    drops = write_drops(simulate(seed, week, regions, **shape), write, seed)
    return Dropped(len(drops), written)


def _holds(lake: Lake, path: str, data: bytes) -> bool:
    try:
        with lake.open_read("raw", path) as stream:
            return stream.read() == data
    except BlobMissing:
        return False


def main(fleet: str, week: str, seed: str) -> None:
    """Drop the sample of a fleet's regions into the lake of the settings; prints what was dropped as JSON."""
    from shared import wiring

    made = drop_sample(wiring.lake(), IsoWeek.parse(week), int(seed), wiring.fleets()[fleet].regions)
    print(json.dumps(asdict(made)))


if __name__ == "__main__":
    main(*sys.argv[1:])
