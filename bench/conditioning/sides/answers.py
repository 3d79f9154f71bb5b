"""What every side has to leave behind, and what all peers may use for the few bad rows."""

from __future__ import annotations

import csv
import hashlib
import json
import mmap
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.conditioning.job import DIALECT, SOURCE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMES = [column.name for column in SOURCE.columns]
FAULTS = [
    ("", ""), ("week_start", "not_a_day"), ("week_start", "wrong_weekday"), ("store_id", "missing"),
    ("store_id", "bad_format"), ("units", "not_a_number"), ("units", "too_small"), ("dollars", "not_a_number"),
    ("dollars", "too_small"), ("", "key_conflict"),
]  # fmt: skip
"""Column and rule of each fault, by the number that sides give it; 0 for a good row."""
KEY_CONFLICT = len(FAULTS) - 1
Bad = tuple[int, int, str | None]
"""A bad row: number of its record from 0, number of its fault, and the cell at fault."""


def arguments() -> tuple[Path, Path]:
    """The input and the folder for answers."""
    return Path(sys.argv[1]), Path(sys.argv[2])


def finish(
    raw: Path, folder: Path, bad: Sequence[Bad], broken: Sequence[int], duplicates: int, rows: int,
    columns: dict[str, Any],
) -> None:  # fmt: skip
    """Write rejects and summary; `broken` are the records that run over two lines, `rows` those accepted."""
    rejects = _write_rejects(raw, folder / "rejected.csv", sorted(bad), broken)
    rows_in = rows + len(bad) + duplicates
    with (folder / "accepted.csv").open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    write_summary(
        folder, rows_in=rows_in, rows_out=rows, rows_quarantined=len(bad), rows_duplicate=duplicates, sha256=sha256,
        columns=columns, rejects=rejects, skipped_lines=1,
    )  # fmt: skip


def write_summary(folder: Path, **figures: Any) -> None:
    """The figures that all sides must agree on."""
    (folder / "summary.json").write_text(json.dumps(figures, sort_keys=True))


def describe(nulls: int, least: object, most: object) -> dict[str, Any]:
    """The figures of a column."""
    return {"nulls": nulls, "min": str(least), "max": str(most)}


def _write_rejects(raw: Path, path: Path, bad: Sequence[Bad], broken: Sequence[int]) -> Counter[str]:
    import numpy as np

    from conditioners.values.reasons import explain

    columns = {column.name: column for column in SOURCE.columns}
    records = np.array([record for record, _, _ in bad], np.int64)
    lines = records + np.searchsorted(np.array(broken, np.int64), records)
    rejects: Counter[str] = Counter()
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["line", "rule", "column", "reason", "raw"])
        texts = _raw_texts(raw, lines, np.isin(records, broken))
        for (_, fault, cell), line, text in zip(bad, lines.tolist(), texts, strict=True):
            name, rule = FAULTS[fault]
            conflict = "an earlier row has the same key and other values"
            reason = explain(rule, columns[name], cell, DIALECT) if name else conflict
            rows.writerow([line + 2, rule, name, reason, text])
            rejects[f"{name} {rule}".strip()] += 1
    return rejects


def _raw_texts(raw: Path, lines: NDArray[np.int64], is_broken: NDArray[np.bool_]) -> list[str]:
    """Records as they stand in the file, by the number of their first line behind the header row."""
    import numpy as np

    with raw.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        feeds = np.flatnonzero(np.frombuffer(data[:], np.uint8) == ord("\n"))
        ends = feeds[lines + 1 + is_broken]
        return [
            data[start + 1 : end].decode("latin-1").rstrip("\r")
            for start, end in zip(feeds[lines].tolist(), ends.tolist(), strict=True)
        ]
