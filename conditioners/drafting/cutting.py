"""Cuts a sample down to a small file of the same form, for a golden pair."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from itertools import islice
from typing import Any

from conditioners.drafting.beginnings import cut_beginning
from conditioners.drafting.compressions import COMPRESSIONS
from conditioners.inputs.allowance import UNPACKING_FAULTS
from conditioners.limits import DEFAULT, KIB
from conditioners.outcome import Refusal
from conditioners.readers.json.parsing import parse_json
from conditioners.readers.json.showing import show_json
from conditioners.structure.json_shapes import count_keys

SMALL, _FEW = 256 * KIB, 32 * KIB
_RECORDS = 5


def cut_sample(data: bytes, form: str, lines: int) -> bytes | None:
    """The sample's beginning as a file of its own; None when it is large and cannot be cut.

    `form` is the format that was found in it, and `lines` how many lines of a text to keep. What is packed and damaged,
    as a file without rows in an archive may be, stays as it is.
    """
    try:
        packed = _unpack(data, form)
    except UNPACKING_FAULTS:
        return data if len(data) <= SMALL else None
    if packed is not None:
        files, pack = packed
        kept = [cut for each in files if (cut := cut_sample(each, form, lines)) is not None]
        return pack(kept) if len(kept) == len(files) else None
    if form in ("delimited text", "drawn table", "fixed width", "runs of blanks"):
        return _cut_lines(data, lines)
    if form in ("JSON", "JSON rows"):
        return _cut_json(data, lines, _cut_value if form == "JSON" else _cut_rows)
    return data if len(data) <= SMALL else cut_beginning(data, _FEW) or cut_beginning(data, SMALL)


def _unpack(data: bytes, form: str) -> tuple[list[bytes], Callable[[list[bytes]], bytes]] | None:
    """The files in a package, of an archive the first two, and how they are packed again; None for any other file."""
    compression = next((each for magic, each in COMPRESSIONS.items() if data.startswith(magic)), None)
    if compression is not None:
        return [compression.open(io.BytesIO(data)).read()], lambda files: compression.pack(files[0])
    if not data.startswith(b"PK\x03\x04") or form == "workbook":
        return None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()][:2]
        return [archive.read(info) for info in infos], lambda files: _pack([info.filename for info in infos], files)


def _pack(names: list[str], files: list[bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in zip(names, files, strict=True):
            archive.writestr(zipfile.ZipInfo(name), data)
    return packed.getvalue()


def _cut_lines(data: bytes, lines: int) -> bytes:
    cut = b"".join(re.findall(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)", data)[:lines])
    behind = data[len(cut) :]
    # Of wide characters the last line end may have been cut.
    rest = 0 if 0 not in data[:64] else 3 if behind.startswith(b"\0\0\0") and len(cut) % 4 == 1 else len(cut) % 2
    return cut + behind[:rest]


def _cut_json(data: bytes, lines: int, cut: Callable[[Any], Any]) -> bytes | None:
    try:
        return show_json(cut(parse_json(data.removeprefix(b"\xef\xbb\xbf"), DEFAULT))).encode()
    except (Refusal, UnicodeDecodeError):
        pass
    rows = data.split(b"\n")
    return b"\n".join(rows[:lines]) + b"\n" if len(rows) > 1 else data if len(data) <= SMALL else None


def _cut_value(value: Any) -> Any:
    """A value whose lists of records, and objects of records by key, are short; parallel lists stay equally long."""
    if isinstance(value, dict):
        value = dict(islice(value.items(), _RECORDS)) if count_keys(value) else value
        return {name: _cut_value(item) for name, item in value.items()}
    return [_cut_value(item) for item in value[:_RECORDS]] if isinstance(value, list) else value


def _cut_rows(value: Any) -> Any:
    """A value whose lists of lists are short; cells and labels are all kept."""
    if isinstance(value, dict):
        return {name: _cut_rows(item) for name, item in value.items()}
    has_rows = isinstance(value, list) and any(isinstance(item, list) for item in value)
    return value[: _RECORDS + 1] if has_rows else value
