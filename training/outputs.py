"""What a run leaves behind: progress, results and predictions, each file whole or not there at all."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS, PROGRESS = "results.json", "progress.json"


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Replace a file by a JSON document at once; raises ValueError for a number that JSON does not have."""
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    _replace(path, text)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Replace a file by a table in standard CSV."""
    beside = path.with_name(path.name + ".part")
    with beside.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    beside.replace(path)


@dataclass(frozen=True)
class Progress:
    """Tells whoever watches the output folder how far the run is."""

    folder: Path

    def tell(self, phrase: str, done: int, total: int) -> None:
        """Replace what was told before."""
        write_json(self.folder / PROGRESS, {"phrase": phrase, "done": done, "total": total})


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(path.name + ".part")
    with beside.open("w", encoding="utf-8", newline="") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
