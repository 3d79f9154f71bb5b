"""The archive that a sample comes in: which of its members have the table, and what of their paths tells rows apart."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import PurePosixPath

from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.inputs.unpack import Unpacker
from conditioners.inputs.zip_archives import is_office_package
from conditioners.limits import DEFAULT
from conditioners.outcome import Refusal
from conditioners.paths import fit_members


@dataclass(frozen=True)
class Packing:
    """How a sample is packed; nothing is said of one that is no archive."""

    members: tuple[str, ...] = ()
    """Patterns of the members that have the table, where others have not."""
    apart_by: tuple[str, ...] = ()
    """What tells members apart: their folder, the name of their file, or both."""
    remarks: tuple[str, ...] = ()

    def has_table(self, member: str) -> bool:
        """Whether the member of that name is one of those with the table."""
        return not self.members or fit_members(self.members)(member)


def is_archive(data: bytes) -> bool:
    """Whether a sample is an archive, and no workbook."""
    return data.startswith(b"PK\x03\x04") and not is_office_package(data[: 64 << 10])


def name_members(data: bytes, tables: Sequence[str]) -> list[str]:
    """The member that each table of an archive stands in: a sheet's name stands behind that of its workbook."""
    names = sorted(map("/".join, _list_files(data, tables)), key=len, reverse=True)
    return [next((name for name in names if table == name or table.startswith(f"{name}:")), table) for table in tables]


def _list_files(data: bytes, tables: Sequence[str], within: str = "") -> list[tuple[str, ...]]:
    """The paths of an archive's files; that of one in an archive within it, if it has tables, has a part for each."""
    found = list[tuple[str, ...]]()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            path = f"{within}{info.filename}/"
            inner = archive.read(info) if any(table.startswith(path) for table in tables) else b""
            if is_archive(inner):
                found += [(info.filename, *names) for names in _list_files(inner, tables, path)]
            elif not info.is_dir():
                found.append((info.filename,))
    return found


def find_packing(data: bytes, tables: Sequence[str]) -> Packing:
    """How a sample is packed, of which these tables have the same labels."""
    if not is_archive(data):
        return Packing()
    files, alike = _list_files(data, tables), list(dict.fromkeys(name_members(data, tables)))
    # Patterns are of names in one archive, also of archives in it.
    wanted = list(dict.fromkeys(name for path in files if "/".join(path) in alike for name in path))
    others = [name for path in files if "/".join(path) not in alike for name in path if name not in wanted]
    suffixes = dict.fromkeys(PurePosixPath(name).suffix for name in wanted) if others else ()
    patterns = tuple(
        pattern for suffix in suffixes
        for pattern in _find_patterns([name for name in wanted if PurePosixPath(name).suffix == suffix], others)
    )  # fmt: skip
    told = f"of the archive only {', '.join(patterns)} is read; left out are {', '.join(others[:5])}"
    apart_by = _find_difference([PurePosixPath(name) for name in alike])
    added = [
        f"the column that goes by '@{name}' holds each member's {name}: name it after what that tells"
        for name in apart_by
    ]
    return Packing(patterns, apart_by, (*([told] if others else []), *added))


def keep_members(data: bytes, tables: Sequence[str]) -> bytes:
    """The archive with the members of some of its tables alone."""
    kept, names = io.BytesIO(), name_members(data, tables)
    outer = {path[0] for path in _list_files(data, tables) if "/".join(path) in names}
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        for info in archive.infolist():
            if info.filename in outer:
                packed.writestr(info.filename, archive.read(info))
    return kept.getvalue()


def count_members(data: bytes) -> int:
    """How many members an archive has."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return len(archive.infolist())


def _find_patterns(alike: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Patterns that the wanted members fit and no other does: by ending, by name, or each of them.

    The next archive may have other numbers and regions in its names, so these are left open where they can be.
    """
    for pattern in _shared_patterns([PurePosixPath(name) for name in alike]):
        fits = fit_members([pattern])
        if all(map(fits, alike)) and not any(map(fits, others)):
            return (pattern,)
    opened = tuple(dict.fromkeys(re.sub("[0-9]+", "*", name) for name in alike))
    return tuple(alike) if any(map(fit_members(opened), others)) else opened


def _shared_patterns(paths: Sequence[PurePosixPath]) -> Iterator[str]:
    names, suffixes = {path.name for path in paths}, {path.suffix for path in paths}
    suffix = suffixes.pop() if len(suffixes) == 1 else ""
    if suffix:
        yield f"**/*{suffix}"
    if len(names) == 1:
        yield f"**/{names.pop()}"
        return
    letters = takewhile(lambda each: len(set(each)) == 1, zip(*names, strict=False))
    if prefix := re.sub("[0-9]+", "*", "".join(each[0] for each in letters)).rstrip("*"):
        yield f"**/{prefix}*{suffix}"


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


def read_first(file_name: str, data: bytes, packing: Packing) -> bytes:
    """The bytes of the sample, or of the first file that is packed in it and has the table.

    Raises Refusal.
    """
    unpacker = Unpacker(DEFAULT, packing.has_table, lambda *_: None)
    with OpenedRaw(RawInput(file_name, lambda: io.BytesIO(data), len(data)), DEFAULT) as opened:
        for member in unpacker.members(opened):
            return member.read_whole("the sample", DEFAULT.document_bytes)
    raise Refusal("the archive has no member with data")
