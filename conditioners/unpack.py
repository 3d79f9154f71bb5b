"""Unpacks compressed files and archives as streams, within limits of size and ratio, down to the files with rows."""

from __future__ import annotations

import lzma
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, NamedTuple, cast

from conditioners.decompression import COMPRESSIONS
from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.raw import BlockStream, OpenedRaw, RawInput
from conditioners.zip_archives import (
    ZIP,
    is_link,
    is_office_package,
    open_zip,
    require_apart,
    require_inside,
    require_names_apart,
    require_readable,
    require_short,
)

_DEPTH = 3
_LEFT_BY_ARCHIVER = re.compile(r"(^|/)(__MACOSX/|\._|\.DS_Store$|Thumbs\.db$)")
_USUAL_RATIO = 10
"""How many times its packed size text mostly unpacks to, or less."""
_IN_MEMORY = 32 * MIB
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


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
        self._unpacked = 0
        self._whole: int | None = None
        """The size of the raw file that everything is packed in, if that is known."""

    @property
    def is_exhausted(self) -> bool:
        """Whether the file as a whole has unpacked to more than it may."""
        most = self._limits.unpacked_free + (self._whole or 0) * self._limits.unpacked_ratio
        return self._unpacked > self._limits.unpacked_bytes or (self._whole is not None and self._unpacked > most)

    def members(self, opened: OpenedRaw, depth: int = 0) -> Iterator[OpenedRaw]:
        """The files with rows, each closed when the next one is asked for.

        Raises Refusal when a package is damaged, protected, or unpacks to too much; one of a member names it.
        """
        self._whole = opened.size if depth == 0 else self._whole
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
            with naming(packed.member), OpenedRaw(packed.raw, self._limits, packed.member, packed.folder) as inner:
                yield from self.members(inner, depth + 1)
        except Refusal as refusal:
            if is_alone or self._refuse is None or self.is_exhausted:
                raise
            self._refuse(packed.member, refusal)

    def _decompressed(self, opened: OpenedRaw, opener: Callable[[Any, Limits], IO[bytes]]) -> _Packed:
        self._look_ahead(opened.head, opener)
        count = self._begin_count()

        def open_stream() -> _Unpacking:
            packed = BlockStream(opened.blocks())
            with _refuse_damage(packed):
                return _Unpacking(opener(packed, self._limits), packed, lambda: packed.taken, count)

        raw = RawInput(re.sub(r"\.(gz|bz2|xz|zst)$", "", opened.name), open_stream)
        return _Packed(raw, opened.member, opened.folder)

    def _look_ahead(self, head: bytes, opener: Callable[[Any, Limits], IO[bytes]]) -> None:
        """Refuse what unpacks to too much from its beginning on, before any row of it is read."""
        packed, total = BlockStream(iter([head])), 0
        try:
            stream = opener(packed, self._limits)
            while total <= self._limits.unpacked_free and (block := stream.read(MIB)):
                total += len(block)
                if total < packed.taken * _USUAL_RATIO:
                    return
        except (*_DAMAGE, Refusal):
            return  # What is wrong with it is told where it is read.
        if total > self._limits.unpacked_free:
            self._count(0, total, packed.taken)

    def _archived(self, opened: OpenedRaw) -> Iterator[_Packed]:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as spool:
            for block in opened.blocks():
                spool.write(block)
            with _refuse_damage(), open_zip(spool, self._limits) as archive:
                for info in self._listed(archive, opened.member):
                    yield self._archived_one(opened, archive, info)

    def _listed(self, archive: zipfile.ZipFile, within: str) -> list[zipfile.ZipInfo]:
        for info in archive.infolist():
            # Programs of Windows write its own mark between folders, for which the format has a slash.
            info.filename = info.filename.replace("\\", "/")
        if not all(info.filename for info in archive.infolist()):
            raise Refusal("a member of the archive has no name")
        listed = [info for info in archive.infolist() if not info.is_dir()]
        if len(listed) > self._limits.members:
            raise Refusal(f"the archive has more than {self._limits.members} members")
        for info in listed:
            require_inside(info.orig_filename)
            require_short(_join(within, info.filename), self._limits)
        require_apart(listed)
        require_names_apart(listed)
        wanted = [info for info in listed if not _LEFT_BY_ARCHIVER.search(info.filename) and not is_link(info)]
        wanted = [info for info in wanted if self._is_wanted(info.filename)]
        names = {id(info) for info in wanted}
        for info in listed:
            if id(info) not in names:
                self._skip(_join(within, info.filename), "a link" if is_link(info) else "no data")
        if not wanted:
            raise Refusal("the archive has no member with data")
        # Members that claim less than they hold are cut off where their claim ends, so the claims are no less.
        self._require_in_proportion(sum(info.file_size for info in wanted))
        return wanted

    def _require_in_proportion(self, unpacked: int) -> None:
        most = self._limits.unpacked_free + (self._whole or 0) * self._limits.unpacked_ratio
        if self._whole is not None and unpacked > most:
            raise Refusal(f"the file unpacks to more than {self._limits.unpacked_ratio} times its size")

    def _archived_one(self, opened: OpenedRaw, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Packed:
        count = self._begin_count()

        def open_stream() -> _Unpacking:
            with _refuse_damage():
                require_readable(archive, info, self._limits)
                return _Unpacking(archive.open(info), None, lambda: info.compress_size, count)

        raw = RawInput(f"{opened.name}/{info.filename}", open_stream, info.file_size)
        # An archive in an archive is no folder, but stands in one.
        folder = info.filename.rpartition("/")[0].rpartition("/")[2] or opened.folder
        return _Packed(raw, _join(opened.member, info.filename), folder)

    def _begin_count(self) -> Callable[[int, int], None]:
        """A count for one file, in which bytes that are read a second time do not count again."""
        most = 0

        def count(total: int, packed: int) -> None:
            nonlocal most
            new, most = max(0, total - most), max(most, total)
            self._count(new, total, packed)

        return count

    def _count(self, new: int, total: int, packed: int) -> None:
        """Hold a stream to the limits: bytes not read before, those of this stream, and those they were packed in."""
        self._unpacked += new
        if self._unpacked > self._limits.unpacked_bytes:
            raise Refusal(f"the file unpacks to more than the limit of {self._limits.unpacked_bytes} bytes")
        if self.is_exhausted:
            raise Refusal(f"the file unpacks to more than {self._limits.unpacked_ratio} times its size")
        if total > self._limits.unpacked_free and total > packed * self._limits.unpacked_ratio:
            raise Refusal(f"the file unpacks to more than {self._limits.unpacked_ratio} times its size")


def _join(within: str, path: str) -> str:
    """A member's path, behind that of the archive in the archive that it stands in."""
    return f"{within}/{path}" if within else path


class _Unpacking:
    """A stream of unpacked bytes whose faults are Refusals."""

    def __init__(
        self, stream: IO[bytes], packed: BlockStream | None, packed_bytes: Callable[[], int],
        count: Callable[[int, int], None],
    ) -> None:  # fmt: skip
        self._stream, self._packed, self._packed_bytes, self._count = stream, packed, packed_bytes, count
        self._total = 0

    def __enter__(self) -> BinaryIO:
        return cast(BinaryIO, self)

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def read(self, size: int) -> bytes:
        """At most that many bytes; none at the end."""
        with _refuse_damage(self._packed):
            block = self._stream.read(size)
        self._total += len(block)
        self._count(self._total, self._packed_bytes())
        return block


@contextmanager
def _refuse_damage(packed: BlockStream | None = None) -> Iterator[None]:
    """Turn what unpackers raise for damaged data into a Refusal; a fault of the stream below stays what it is."""
    try:
        yield
    except _DAMAGE as error:
        if packed is not None and packed.fault is not None:
            raise packed.fault from None
        raise Refusal(f"the file is damaged or cut off: {error or 'it ends early'}") from None
