"""The archive that a sample comes in: which of its members have the table, and what of their paths tells rows apart."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw, RawInput
from conditioners.unpack import Unpacker, is_office_package


@dataclass(frozen=True)
class Packing:
    """How a sample is packed; nothing is said of one that is no archive."""

    members: tuple[str, ...] = ()
    """Patterns of the members that have the table, where others have not."""
    apart_by: tuple[str, ...] = ()
    """What tells members apart: their folder, the name of their file, or both."""
    remarks: tuple[str, ...] = ()


def is_archive(data: bytes) -> bool:
    """Whether a sample is an archive, and no workbook."""
    return data.startswith(b"PK\x03\x04") and not is_office_package(data[: 64 << 10])


def find_packing(data: bytes, alike: Sequence[str]) -> Packing:
    """How a sample is packed, of which the members called `alike` hold tables with the same labels."""
    if not is_archive(data):
        return Packing()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir()]
    others = [name for name in names if name not in alike]
    patterns = _find_patterns(alike, others) if others else ()
    told = f"of the archive only {', '.join(patterns)} is read; left out are {', '.join(others[:5])}"
    apart_by = _find_difference([PurePosixPath(name) for name in alike])
    added = [f"the column {name!r} holds each member's {name}: name it after what that tells" for name in apart_by]
    return Packing(patterns, apart_by, (*([told] if others else []), *added))


def keep_members(data: bytes, names: Collection[str]) -> bytes:
    """The archive with some of its members alone."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        for info in archive.infolist():
            if info.filename in names:
                packed.writestr(info.filename, archive.read(info))
    return kept.getvalue()


def _find_patterns(alike: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Patterns that the wanted members fit and no other does: by ending, by name, or each of them."""
    for part in ("suffix", "name"):
        shared = {getattr(PurePosixPath(name), part) for name in alike}
        if len(shared) == 1 and not shared & {getattr(PurePosixPath(name), part) for name in others}:
            return (f"**/*{shared.pop()}" if part == "suffix" else f"**/{shared.pop()}",)
    return tuple(alike)


def _find_difference(paths: Sequence[PurePosixPath]) -> tuple[str, ...]:
    folders, files = [path.parent.name for path in paths], [path.name.split(".")[0] for path in paths]
    if len(paths) < 2:
        return ()
    if all(folders) and len(set(folders)) == len(paths):
        return ("folder",)
    if len(set(files)) == len(paths):
        return ("file",)
    is_told = all(folders) and len(set(zip(folders, files, strict=True))) == len(paths)
    return ("folder", "file") if is_told else ()


def read_first(file_name: str, data: bytes) -> bytes:
    """The bytes of the sample, or of the first file that is packed in it; raises Refusal."""
    unpacker = Unpacker(DEFAULT, lambda _: True, lambda *_: None)
    with OpenedRaw(RawInput(file_name, lambda: io.BytesIO(data), len(data)), DEFAULT) as opened:
        for member in unpacker.members(opened):
            return member.read_whole("the sample", DEFAULT.document_bytes)
    raise Refusal("the archive has no member with data")
