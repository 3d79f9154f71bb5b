"""Targets of files that others wrote: those of ../shared/data, where it is there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.conditioning.fuzz_target import Target

_DATA = Path(__file__).parents[3] / "shared" / "data"
_KINDS = {
    "text": ("csv", "tsv", "txt", "md"), "documents": ("json", "geojson", "topojson", "html", "xml"),
    "interchanges": ("edi",), "workbooks": ("xls", "xlsx", "xlsb", "ods"), "packed files": ("gz", "bz2", "zip"),
}  # fmt: skip
_LARGEST = {"text": 3000, "documents": 6000, "interchanges": 4000, "workbooks": 30_000, "packed files": 30_000}
"""Bytes; of longer text and interchanges the beginning is taken, and of the others those that are smaller."""


def list_found(foreign: tuple[bytes, ...]) -> Iterator[Target]:
    """Files of each kind without a declaration, and as samples; some mixed with others of other forms."""
    for kind, endings in _KINDS.items():
        paths = sorted(path for ending in endings for path in _DATA.rglob(f"*.{ending}") if path.is_file())
        whole = kind not in ("text", "interchanges")
        files = (_read(path, _LARGEST[kind]) for path in paths if not whole or path.stat().st_size <= _LARGEST[kind])
        if found := tuple(dict.fromkeys(data for data in files if data)):
            yield Target(f"auto: found {kind}", found, None, foreign=foreign)
            yield Target(f"draft: found {kind}", found, None, is_drafted=True, foreign=foreign)


def _read(path: Path, most: int) -> bytes:
    """A file, or its first lines or segments."""
    with path.open("rb") as stream:
        data = stream.read(most + 1)
    cut = max(data.rfind(end, 0, most) for end in (b"\n", b"\r", b"~", b"'"))
    return data if len(data) <= most else data[: cut + 1]
