"""What a zip file is: an archive or the package of a workbook, and which of its members can be read."""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from struct import Struct
from typing import IO, cast

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal

_ROOTED = re.compile(r"[/\\]|[A-Za-z]:")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MEMBER_HEADER = 30
_ENCRYPTED, _UNIX = 1, 3
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04", b"PK\x07\x08PK\x03\x04")
"""What one begins with: a member, the end of a list of none, or marks of an archive that was to be split before it."""
_LISTED_MARK, _LISTED = b"PK\x01\x02", Struct("<28xHHH12x")
"""A member in the list: its mark, and the sizes of the name, fields and comment behind it."""
_HEADER, _SIZE_BEHIND, _UTF8 = Struct("<6xH10xI4xHH"), 8, 0x800
_EXTRA_HEADER, _PATH_HEADER, _UNICODE_PATH = Struct("<HH"), Struct("<BI"), 0x7075
"""Number and size of what stands behind a member's name; version and hash of that name, before it in Unicode."""
_LZMA = Struct("<5xI")
"""Two bytes of version, two with the size of what follows, one of other properties, and the size of the dictionary."""
_PACKAGE = re.compile(rb"\.(?:xls[bmx]|od[st]|docx|pptx|zip)$", re.IGNORECASE)
_OFFICE = re.compile(rb"PK\x03\x04[\s\S]{26}(?:\[Content_Types\]|_rels/|docProps/|xl/|mimetypeapplication/vnd\.oasis)")


def is_office_package(head: bytes) -> bool:
    """Whether a zip file's first bytes are those of a workbook, and not of an archive that workbooks may be in."""
    if not head.startswith(ZIP) or _OFFICE.match(head) is not None:
        return head.startswith(ZIP)
    names = set(_find_names(head))
    return b"[Content_Types].xml" in names or names >= {b"content.xml", b"META-INF/manifest.xml"}


def _find_names(head: bytes) -> Iterator[bytes]:
    """The names of a zip file's own members, as far as its first bytes tell where each of them ends."""
    at = 0
    while head.startswith(ZIP[0], at) and at + _MEMBER_HEADER <= len(head):
        flags, size, name_size, extra = _HEADER.unpack_from(head, at)
        begin = at + _MEMBER_HEADER
        name = head[begin : begin + name_size]
        yield name
        if size or not flags & _SIZE_BEHIND:
            at = begin + name_size + extra + size
        elif _PACKAGE.search(name):
            return
        else:
            at = head.find(ZIP[0], begin + name_size)
            if at < 0:
                return


def is_link(info: zipfile.ZipInfo) -> bool:
    """Whether a member is a symbolic link, which holds nothing but the path of another file."""
    return info.create_system == _UNIX and stat.S_ISLNK(info.external_attr >> 16)


def require_readable(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limits: Limits) -> None:
    """Raises Refusal for a member that is protected, packed in a way that is not read, or takes too much memory."""
    if info.flag_bits & _ENCRYPTED:
        raise Refusal("the member is protected by a password; unpack the archive first", info.filename)
    if info.compress_type not in _METHODS:
        name = zipfile.compressor_names.get(info.compress_type, f"method {info.compress_type}")  # type: ignore[attr-defined]
        reason = f"the member is packed by {name}, which is not read here; unpack the archive first"
        raise Refusal(reason, info.filename)
    if info.compress_type == zipfile.ZIP_LZMA and _read_dictionary_size(archive, info) > limits.dictionary_bytes:
        reason = f"the member takes more than {limits.dictionary_bytes // MIB} MiB of memory to unpack"
        raise Refusal(reason, info.filename)


def _read_dictionary_size(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> int:
    """In bytes, as a member packed by LZMA says before its data; 0 if it is cut off, which is seen when it is read."""
    file = cast(IO[bytes], archive.fp)
    file.seek(info.header_offset)
    header = file.read(_MEMBER_HEADER)
    if len(header) < _MEMBER_HEADER:
        return 0
    *_, name_size, extra = _HEADER.unpack_from(header)
    file.seek(name_size + extra, os.SEEK_CUR)
    properties = file.read(_LZMA.size)
    return _LZMA.unpack(properties)[0] if len(properties) == _LZMA.size else 0


class _Zip:
    """A zip file of which only so much is read at a time: its list of members, or a block of one."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self._file, self._limits = file, limits
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        """Raises Refusal when the list is too long, or tells too much of a member."""
        most = self._limits.listing_bytes
        if size > most:
            raise Refusal(f"the list of the archive's members is larger than the limit of {most} bytes")
        data = self._file.read(size)
        if data.startswith(_LISTED_MARK):
            _require_short_fields(data, self._limits)
        return data


def _require_short_fields(listing: bytes, limits: Limits) -> None:
    """Zipfile reads the fields behind each name one by one, and copies those behind each of them."""
    at = 0
    while listing.startswith(_LISTED_MARK, at) and at + _LISTED.size <= len(listing):
        name_size, extra, comment = _LISTED.unpack_from(listing, at)
        if extra > limits.listing_fields_bytes:
            most = limits.listing_fields_bytes
            raise Refusal(f"the archive's list has more than {most} bytes of fields for a member")
        at += _LISTED.size + name_size + extra + comment


def open_zip(file: IO[bytes], limits: Limits) -> zipfile.ZipFile:
    """A zip file, its list of members read; raises Refusal when that is too long, and what zipfile raises."""
    return zipfile.ZipFile(cast(IO[bytes], _Zip(file, limits)))


def list_members(archive: zipfile.ZipFile, within: str, limits: Limits) -> list[zipfile.ZipInfo]:
    """The files in an archive, itself at `within` in another; raises Refusal for names and places that are tricks."""
    for info in archive.infolist():
        # Programs of Windows write its own mark between folders, for which the format has a slash.
        info.filename = _read_name(info).replace("\\", "/")
    if not all(info.filename for info in archive.infolist()):
        raise Refusal("a member of the archive has no name")
    listed = [info for info in archive.infolist() if info.file_size or not info.is_dir()]
    if len(listed) > limits.members:
        raise Refusal(f"the archive has more than {limits.members} members")
    for info in listed:
        _require_inside(info.orig_filename)
        _require_inside(info.filename)
        _require_short(join_path(within, info.filename), limits)
    require_apart(listed)
    _require_names_apart(listed)
    return listed


def _read_name(info: zipfile.ZipInfo) -> str:
    """A member's name: in Unicode behind it, or where it is UTF-8 without saying so, as macOS has it; else in CP437."""
    if info.flag_bits & _UTF8:
        return info.filename
    written = info.orig_filename.encode("cp437")
    told = _find_extra(info.extra, _UNICODE_PATH)
    is_of_it = len(told) > _PATH_HEADER.size and _PATH_HEADER.unpack_from(told) == (1, zlib.crc32(written))
    try:
        return told[_PATH_HEADER.size :].decode() if is_of_it else written.decode()
    except UnicodeDecodeError:
        return info.filename


def _find_extra(extra: bytes, kind: int) -> bytes:
    """What stands behind a member's name under a number; nothing if there is none."""
    at = 0
    while at + _EXTRA_HEADER.size <= len(extra):
        found, size = _EXTRA_HEADER.unpack_from(extra, at)
        at += _EXTRA_HEADER.size
        if found == kind:
            return extra[at : at + size]
        at += size
    return b""


def join_path(within: str, path: str) -> str:
    """A member's path, behind that of the archive in the archive that it stands in."""
    return f"{within}/{path}" if within else path


def require_apart(members: Sequence[zipfile.ZipInfo]) -> None:
    """Members that are partly or wholly the same packed bytes unpack to many times what any packed file does."""
    ordered = sorted(members, key=lambda info: info.header_offset)
    for info, following in pairwise(ordered):
        if info.header_offset + info.compress_size + _MEMBER_HEADER > following.header_offset:
            raise Refusal("members of the archive overlap", ascii(following.filename[:80]))


def _require_names_apart(members: Sequence[zipfile.ZipInfo]) -> None:
    """Of two members with one name, the second may stand instead of the first or beside it: nobody can tell."""
    names = Counter(info.filename for info in members)
    twice = next((name for name, count in names.items() if count > 1), None)
    if twice is not None:
        raise Refusal("two members of the archive have the same name", ascii(twice[:80]))


def _require_inside(path: str) -> None:
    """Members are never written under their names; but a name that leads elsewhere shows what the archive is for."""
    if _ROOTED.match(path) or ".." in re.split(r"[/\\]", path) or "\0" in path:
        raise Refusal("a member's path leads out of the archive", ascii(path[:80]))
    if _CONTROLS.search(path):
        raise Refusal("a member's name has control characters", ascii(path[:80]))


def _require_short(path: str, limits: Limits) -> None:
    """Each rejected row's place begins with its member's path: a long one would make gigabytes of small rows."""
    if len(path) > limits.path_characters:
        most = limits.path_characters
        raise Refusal(f"a member's path is longer than the limit of {most} characters", ascii(path[:80]))
