"""Takes of a large sample what a draft is made from: its beginning and its last lines, as a file of the same form."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import BinaryIO, NamedTuple

from conditioners.drafting.compressions import COMPRESSIONS
from conditioners.drafting.text_cutting import cut_before_lines, cut_text, is_of_lines
from conditioners.inputs.allowance import UNPACKING_FAULTS
from conditioners.inputs.zip_archives import is_office_package, open_zip
from conditioners.limits import DEFAULT, KIB, MIB
from conditioners.outcome import Refusal
from conditioners.readers.beginnings import PARQUET, WORKBOOKS

ENOUGH = 4 * MIB
"""Bytes of a sample that show all of its form."""
_END = 256 * KIB
"""Bytes of the end, where notes and totals stand."""
_LEAST = 64 * KIB
"""Bytes of each file in an archive."""
_MAGIC = 64 * KIB
_WIDEST = 4
"""Bytes of a character."""
_WIDE = ((b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"),
         (b"\xfe\xff", "utf-16-be"))  # fmt: skip


class Beginning(NamedTuple):
    """The bytes to draft from, and what was left out, for the author to know; empty if nothing was."""

    data: bytes
    left_out: str = ""


def take_beginning(sample: Path) -> Beginning:
    """All of a small sample, or of one that cannot be cut; of a large one its beginning, packed as it is."""
    with sample.open("rb") as stream:
        data = _take(stream, ENOUGH, has_end=True)
    if data is None:
        return Beginning(sample.read_bytes())
    told = f"only the first {ENOUGH // MIB} MiB of the sample, and of lines the last {_END // KIB} KiB, were looked at"
    return Beginning(data, f"{told}; places are counted without what lies between")


def _take(stream: BinaryIO, room: int, *, has_end: bool = False) -> bytes | None:
    """The beginning of a file that is larger than there is room; None for all of it."""
    head = stream.read(_MAGIC)
    stream.seek(0)
    try:
        for magic, compression in COMPRESSIONS.items():
            if head.startswith(magic):
                inner = cut_beginning(compression.open(stream).read(room + 1), room)
                return compression.pack(inner) if inner is not None else None
        if head.startswith(WORKBOOKS[0]) and not is_office_package(head):
            return _take_members(stream, room)
    except (*UNPACKING_FAULTS, Refusal):
        return None  # conditioning the whole of it says what is wrong
    cut = cut_beginning(stream.read(room + 1), room)
    return cut + _read_end(stream, room) if cut is not None and has_end else cut


def cut_beginning(data: bytes, room: int) -> bytes | None:
    """As much of a text as there is room for, as a file of the same form; None if it is smaller, or cannot be cut."""
    if len(data) <= room or data.startswith((*COMPRESSIONS, *WORKBOOKS, PARQUET)):
        return None
    encoding = _find_encoding(data)
    try:
        cut = cut_text(data[: room // _WIDEST * _WIDEST].decode(encoding, "surrogatepass"))
    except UnicodeDecodeError:
        return None
    return cut.encode(encoding, "surrogatepass") if cut is not None else None


def _find_encoding(data: bytes) -> str:
    """One whose characters are as wide as the text's; those of single bytes need not be known to find line ends."""
    return next((name for mark, name in _WIDE if data.startswith(mark)), "latin-1")


def _read_end(stream: BinaryIO, room: int) -> bytes:
    """The last lines of a text whose beginning was taken, or nothing of one whose rows are no lines."""
    stream.seek(0)
    head = stream.read(_MAGIC)
    encoding = _find_encoding(head)
    if not is_of_lines(head.decode(encoding, "replace")):
        return b""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(room, (size - _END) // _WIDEST * _WIDEST))
    end = stream.read(_END + _WIDEST)
    return cut_before_lines(end.decode(encoding, "replace")).encode(encoding)


def _take_members(stream: BinaryIO, room: int) -> bytes | None:
    """The archive with the beginning of each file in it."""
    packed = io.BytesIO()
    with open_zip(stream, DEFAULT) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if sum(info.file_size for info in infos) <= room:
            return None
        share = max(room // len(infos), _LEAST)
        with zipfile.ZipFile(packed, "w") as beginnings:
            for info in infos:
                with archive.open(info) as member:
                    data = _take(member, share)  # type: ignore[arg-type]
                if data is None and info.file_size > ENOUGH:
                    return None
                kept = archive.read(info) if data is None else data
                beginnings.writestr(zipfile.ZipInfo(info.filename), kept, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
