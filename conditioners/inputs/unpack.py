"""Unpacks compressed files and archives as streams, within limits of size and ratio, down to the files with rows."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, NamedTuple

from conditioners.inputs.allowance import Allowance, Unpacking, refuse_damage
from conditioners.inputs.decompression import COMPRESSIONS
from conditioners.inputs.raw import BlockStream, OpenedRaw, RawInput
from conditioners.inputs.zip_archives import (
    ZIP,
    is_link,
    is_office_package,
    join_path,
    list_members,
    open_zip,
    require_readable,
)
from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.paths import without_packing

_DEPTH = 3
_LEFT_BY_ARCHIVER = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$)")
_IN_MEMORY = 32 * MIB
_NAMED = 3
"""Members that a refusal names."""


class _Packed(NamedTuple):
    """A file in a package."""

    raw: RawInput
    member: str
    """Its path in the archive, if it is in one."""
    folder: str
    """What it stands in there."""


@contextmanager
def naming(member: str) -> Iterator[None]:
    """Put an archive's member into what a Refusal says of the place."""
    try:
        yield
    except Refusal as refusal:
        if not member or member in (refusal.where or ""):
            raise
        where = f"{member}: {refusal.where}" if refusal.where else member
        raise type(refusal)(refusal.reason, where) from None


class Unpacker:
    """Finds the files with rows in a raw file: itself, or what is packed in it."""

    def __init__(
        self,
        limits: Limits,
        is_wanted: Callable[[str], bool],
        skip: Callable[[str, str], None],
        refuse: Callable[[str, Refusal], None] | None = None,
    ) -> None:
        """`is_wanted` says which members of an archive have rows, by path; `skip` is told of the others, and why.

        `refuse` is told of members that cannot be unpacked, if the others are to be read nevertheless.
        """
        self._limits, self._is_wanted, self._skip, self._refuse = limits, is_wanted, skip, refuse
        self._allowance = Allowance(limits)

    @property
    def is_exhausted(self) -> bool:
        """Whether the file as a whole has unpacked to more than it may."""
        return self._allowance.is_exhausted

    def members(self, opened: OpenedRaw, depth: int = 0) -> Iterator[OpenedRaw]:
        """The files with rows, each closed when the next one is asked for.

        Raises Refusal when a package is damaged, protected, or unpacks to too much; one of a member names it.
        """
        if depth == 0:
            self._allowance.whole = opened.size
        opener = next((opener for magic, opener in COMPRESSIONS.items() if opened.head.startswith(magic)), None)
        is_archive = opened.head.startswith(ZIP) and not is_office_package(opened.head)
        if opener is None and not is_archive:
            yield opened
            return
        if depth == _DEPTH:
            raise Refusal(f"packages are packed into each other more than {_DEPTH} deep", opened.member or None)
        for packed in self._archived(opened) if opener is None else [self._decompressed(opened, opener)]:
            yield from self._unpacked_one(packed, depth, is_alone=opener is not None)

    def _unpacked_one(self, packed: _Packed, depth: int, *, is_alone: bool) -> Iterator[OpenedRaw]:
        try:
            with naming(packed.member), self._open(packed) as inner:
                yield from self.members(inner, depth + 1)
        except Refusal as refusal:
            if is_alone or self._refuse is None or self.is_exhausted:
                raise
            self._refuse(packed.member, refusal)

    def _open(self, packed: _Packed) -> OpenedRaw:
        return OpenedRaw(packed.raw, self._limits, packed.member, packed.folder, self._allowance.whole)

    def _decompressed(self, opened: OpenedRaw, opener: Callable[[Any, Limits], IO[bytes]]) -> _Packed:
        self._allowance.look_ahead(opened.head, opener)
        count = self._allowance.begin_count()

        def open_stream() -> Unpacking:
            packed = BlockStream(opened.blocks())
            with refuse_damage(packed):
                return Unpacking(opener(packed, self._limits), packed, lambda: packed.taken, count)

        raw = RawInput(without_packing(opened.name), open_stream)
        return _Packed(raw, opened.member, opened.folder)

    def _archived(self, opened: OpenedRaw) -> Iterator[_Packed]:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            for block in opened.blocks():
                spool.write(block)
            with refuse_damage(), open_zip(spool, self._limits) as archive:
                for info in self._listed(archive, opened.member):
                    yield self._archived_one(opened, archive, info)

    def _listed(self, archive: zipfile.ZipFile, within: str) -> list[zipfile.ZipInfo]:
        listed = list_members(archive, within, self._limits)
        wanted = [info for info in listed if not _LEFT_BY_ARCHIVER.search(info.filename) and not is_link(info)]
        wanted = [info for info in wanted if self._is_wanted(info.filename)]
        names = {id(info) for info in wanted}
        for info in listed:
            if id(info) not in names:
                self._skip(join_path(within, info.filename), "a link" if is_link(info) else "no data")
        if not wanted:
            others = f"; it has {_name_some(listed)}" if listed else ""
            raise Refusal(f"the archive has no member with data{others}")
        # Members that claim less than they hold are cut off where their claim ends, so the claims are no less.
        self._allowance.require(sum(info.file_size for info in wanted))
        return wanted

    def _archived_one(self, opened: OpenedRaw, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Packed:
        count = self._allowance.begin_count()

        def open_stream() -> Unpacking:
            with refuse_damage():
                require_readable(archive, info, self._limits)
                self._allowance.look_into(archive, info)
                return Unpacking(archive.open(info), None, lambda: info.compress_size, count)

        raw = RawInput(f"{opened.name}/{info.filename}", open_stream, info.file_size)
        # An archive in an archive is no folder, but stands in one.
        folder = info.filename.rpartition("/")[0].rpartition("/")[2] or opened.folder
        return _Packed(raw, join_path(opened.member, info.filename), folder)


def _name_some(members: Sequence[zipfile.ZipInfo]) -> str:
    """The first members, and whether there are others."""
    names = [ascii(info.filename[:80]) for info in members[:_NAMED]]
    return ", ".join([*names, "..."] if len(members) > _NAMED else names)
