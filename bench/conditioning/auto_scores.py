"""Scores detection without a declaration: the pollution benchmark's measures, dialects of real files, and speed.

Run `python -m bench.conditioning.auto_scores`. The table that is polluted is the benchmark's own if it lies beside the
checkout, and our sample otherwise.
"""

from __future__ import annotations

import csv
import io
import re
import statistics
import tarfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from bench.conditioning.pollution import Polluted, Rows, Table, pollute, sample_table, score
from conditioners.auto.conditioning import AutoConditioned, condition_auto
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Refusal
from conditioners.structure.blocks import BlockReader
from conditioners.structure.encodings import open_decoder
from conditioners.structure.sniffing import sniff

_ROOT = Path(__file__).parents[2]
_DATA = _ROOT.parent / "shared" / "data"
_SOURCE = _DATA / "messy" / "pollock-sample" / "clean" / "source.csv"
_FIXTURES = "messy/frictionless-py-data.tar.xz"
_HEAD = 1 << 20
_PLAIN_ROWS = 100_000
PUBLISHED = {"simple, dialect given": 9.961, "weighted, dialect given": 9.599, "weighted, detected": 9.453}
PUBLISHED_F1 = 0.926


def load(polluted: Polluted) -> Rows:
    """The rows of the first table that is found in a polluted file; none when the file is refused."""
    data, tables = polluted.text.encode(), defaultdict[int, io.BytesIO](io.BytesIO)
    raw = RawInput(polluted.name, lambda: io.BytesIO(data), len(data))
    if not isinstance(condition_auto(raw, tables.__getitem__, io.BytesIO()), AutoConditioned):
        return []
    return list(csv.reader(io.StringIO(tables[1].getvalue().decode(), newline="")))


def score_pollutions(table: Table) -> dict[str, tuple[float, float]]:
    """The score out of ten, and the weight, of each polluted file."""
    return {each.name: (score(each.expected, load(each)), each.weight) for each in pollute(table)}


def read_annotated(annotations: Path, data: Path = _DATA) -> Iterator[tuple[dict[str, str], str]]:
    """Each annotation with the beginning of its file's text; raises OSError when a file is missing."""
    with tarfile.open(data / _FIXTURES) as archive:
        for row in csv.DictReader(annotations.read_text().splitlines()):
            archived = row["file"].partition(":")[2]
            opened = archive.extractfile(archived) if archived else (data / row["file"]).open("rb")
            assert opened is not None, f"{row['file']} is no file"
            with opened:
                head = opened.read(_HEAD)
            yield row, _decode(head)


def _decode(head: bytes) -> str:
    """The text; marks can be told even where the code page of its letters cannot."""
    try:
        return open_decoder(head).feed(head, last=True).decode()
    except Refusal:
        return head.decode("latin-1")


def score_dialects(annotations: Path) -> tuple[float, list[str]]:
    """F1 of the detected dialects, and the files whose dialect is wrong.

    Each file gets exactly one answer, so precision, recall and F1 are the same number.
    """
    wrong, total = [], 0
    for row, text in read_annotated(annotations):
        marks = sniff(text).marks
        total += 1
        if (marks.delimiter, marks.quote) != (row["delimiter"], row["quote"]):
            wrong.append(row["file"])
    return 1 - len(wrong) / total, wrong


def _print_pollutions() -> None:
    table = sample_table()
    if _SOURCE.is_file():
        with _SOURCE.open(newline="") as source:
            table = Table(list(csv.reader(source)), table.quoted)
    scores = score_pollutions(table)
    simple = sum(value for value, _ in scores.values()) / len(scores)
    weighted = sum(value * weight for value, weight in scores.values()) / sum(weight for _, weight in scores.values())
    print(f"{len(scores)} polluted files of {'the benchmark' if _SOURCE.is_file() else 'our sample'}, out of ten:")
    print(f"  simple {simple:.4f}, weighted {weighted:.4f}; best published: {PUBLISHED}")
    kinds = defaultdict[str, list[float]](list)
    for name, (value, _) in scores.items():
        kinds[re.sub(r"_?(?:row)?\d+_(?:col\d+|0x20)\.csv$|\.csv$", "", name)].append(value)
    for kind, values in kinds.items():
        if min(values) < 9.9995:
            print(f"  {kind}: mean {sum(values) / len(values):.3f}, worst {min(values):.3f}, {len(values)} files")


class _Nowhere:
    """Takes bytes and keeps none."""

    def write(self, data: bytes) -> int:
        return len(data)


def _measure_seconds(data: bytes) -> float:
    """CPU seconds of conditioning one file."""
    began = time.process_time()
    raw = RawInput("plain.csv", lambda: io.BytesIO(data), len(data))
    outcome = condition_auto(raw, lambda _: _Nowhere(), _Nowhere())
    assert isinstance(outcome, AutoConditioned), outcome
    assert outcome.summary.table.rows_out == _PLAIN_ROWS
    return time.process_time() - began


def _print_speed() -> None:
    lines = (f'2024-01-{n % 28 + 1:02d};{n % 900:03d};"Lamp; small";{n % 1000},50\r\n' for n in range(_PLAIN_ROWS))
    data = f"day;store;article;dollars\r\n{''.join(lines)}".encode()
    by_block, by_row = [], []
    for _ in range(3):
        by_block.append(_measure_seconds(data))
        with mock.patch.object(BlockReader, "_read_block", lambda *_: None):
            by_row.append(_measure_seconds(data))
    block, row = statistics.median(by_block), statistics.median(by_row)
    print(f"{len(data) / 1e6:.0f} MB of plain text, CPU: by block {block:.2f} s, by row {row:.2f} s, {block / row:.2f}")


def main() -> None:
    """Print all figures."""
    _print_pollutions()
    if _DATA.is_dir():
        f1, wrong = score_dialects(_ROOT / "tests" / "conditioning" / "dialects.csv")
        print(f"dialects of real files: F1 {f1:.4f}; best published {PUBLISHED_F1}; wrong: {wrong or 'none'}")
    _print_speed()


if __name__ == "__main__":
    main()
