"""Packages of the same files: packed in other ways, under other names, in each other."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import struct
import warnings
import zipfile
from collections.abc import Callable
from functools import lru_cache

_NAMES = (
    "a/one.csv", "a/b/c/two.csv", "./one.csv", "../one.csv", "/one.csv", "C:\\one.csv", "a\\one.csv", "a//one.csv",
    "one.csv", "ONE.CSV", "gr\u00f6\u00dfe/one.csv", "gro\u0308\u00dfe.csv", "\u65e5\u672c/one.csv", "one", ".one.csv",
    "__MACOSX/._one.csv", "a/",
    "one.csv.gz", "one.zip", "CON", "a" * 300 + ".csv", "one\n.csv", "=1+1.csv", "one.xlsx", "Thumbs.db",
    "a/one.csv/two.csv",
)  # fmt: skip
_WAYS, _DEAR_WAYS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED), (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
"""The dear ones take milliseconds to begin with: one member of an archive in five is packed by them."""
_LINK, _FOLDER = 0o120777 << 16, 0o040755 << 16
_UNICODE_PATH = 0x7075
_SHEET = re.compile(r"sheet\d|content\.xml|sharedStrings|styles")
"""Parts of a workbook that say what its cells hold."""
_NESTED = 3
Member = tuple[zipfile.ZipInfo, bytes]
Reshape = Callable[[bytes, random.Random], bytes]


def pack_again(data: bytes, chance: random.Random) -> bytes:
    """Content in a package of any kind, at times in two parts, or with something behind it."""
    import pyarrow as pa

    level = chance.choice((1,) * 9 + (6,))
    ways: tuple[Callable[[bytes], bytes], ...] = (
        lambda each: gzip.compress(each, level, mtime=0), lambda each: bz2.compress(each, level),
        lambda each: lzma.compress(each, preset=level),
        lambda each: bytes(pa.Codec("zstd").compress(each, asbytes=True)),
        lambda each: lzma.compress(each, lzma.FORMAT_ALONE, preset=level),
    )  # fmt: skip
    pack = chance.choice(ways)
    at = chance.randrange(len(data) + 1) if chance.random() < 0.3 else len(data)
    behind = chance.choice((b"", b"", b"", b"\0" * 9, b"x"))
    return pack(data[:at]) + (pack(data[at:]) if at < len(data) else b"") + behind


def unpack(data: bytes) -> bytes:
    """What gzip, bzip2 or xz have packed; raises OSError, EOFError and LZMAError."""
    if data.startswith(b"\x1f\x8b"):
        return gzip.decompress(data)
    return bz2.decompress(data) if data.startswith(b"BZ") else lzma.decompress(data)


def reshape_zip(data: bytes, chance: random.Random, reshape: Reshape) -> bytes:
    """An archive or workbook: with a member of the same form, or other members."""
    members = [(zipfile.ZipInfo(name), content) for name, content in list_members(data)]
    is_workbook = members[0][0].filename in ("[Content_Types].xml", "mimetype")
    for _ in range(chance.randint(1, 3)):
        if is_workbook and chance.random() < 0.95:
            _change_content(members, chance, reshape)
        else:
            chance.choice(_OF_MEMBERS)(members, chance, reshape)
    return _write(members, chance)


@lru_cache(maxsize=32)
def list_members(data: bytes) -> tuple[tuple[str, bytes], ...]:
    """Names and contents of an archive, which is mostly one of the few that others are made of."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        return tuple((info.filename, whole.read(info)) for info in whole.infolist())


def _copy(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(info.filename)


def _write(members: list[Member], chance: random.Random) -> bytes:
    way, packed = chance.choice(_WAYS), io.BytesIO()
    dear = chance.randrange(len(members)) if chance.random() < 0.2 else None
    packed.write(chance.choice((b"",) * 19 + (b"#!/bin/sh\n",)))
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(packed, "w", compresslevel=1) as package:
        package.comment = chance.choice((b"", b"", b"of the week"))
        for number, (info, content) in enumerate(members):
            packed_by = chance.choice(_DEAR_WAYS) if number == dear else way
            package.writestr(info, content, zipfile.ZIP_STORED if info.filename == "mimetype" else packed_by)
    return packed.getvalue()


def _change_content(members: list[Member], chance: random.Random, reshape: Reshape) -> None:
    sheets = [at for at, (info, _) in enumerate(members) if _SHEET.search(info.filename)]
    at = chance.choice(sheets if sheets and chance.random() < 0.85 else range(len(members)))
    info, content = members[at]
    if content.startswith(b"<") or not _is_binary(content):
        members[at] = info, reshape(content, chance)
    else:
        members[at] = info, change_in_place(content, chance)


def _is_binary(content: bytes) -> bool:
    return b"\0" in content and not content.startswith((b"PK", b"PAR1", b"\x1f\x8b"))


def change_in_place(data: bytes, chance: random.Random) -> bytes:
    """Binary records in which some bytes stand for others and none are moved."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        if changed:
            at = chance.randrange(len(changed))
            value = chance.choice((changed[at] ^ 1 << chance.randrange(8), 0, 1, 255, chance.randrange(256)))
            changed[at] = value
    return bytes(changed)


def _rename(members: list[Member], chance: random.Random, _reshape: Reshape) -> None:
    at = chance.randrange(len(members))
    _, content = members[at]
    other = zipfile.ZipInfo(chance.choice((*_NAMES, members[0][0].filename)))
    if chance.random() < 0.3:  # As Info-ZIP does it: the name once more, in UTF-8.
        named = struct.pack("<BL", 1, chance.choice((0, 0x12345678))) + chance.choice(_NAMES).encode()
        other.extra = struct.pack("<HH", _UNICODE_PATH, len(named)) + named
    other.external_attr = chance.choice((0, 0, 0, 0o644 << 16, _LINK, _FOLDER))
    other.create_system = chance.choice((0, 3))
    members[at] = other, content


def _drop_member(members: list[Member], chance: random.Random, _reshape: Reshape) -> None:
    if len(members) > 1:
        del members[chance.randrange(len(members))]


def _double_member(members: list[Member], chance: random.Random, _reshape: Reshape) -> None:
    _, content = chance.choice(members)
    for number in range(chance.choice((1, 1, 2, 9))):
        members.insert(chance.randrange(len(members) + 1), (zipfile.ZipInfo(f"a/{number}-{len(members)}.csv"), content))


def _empty_member(members: list[Member], chance: random.Random, _reshape: Reshape) -> None:
    at = chance.randrange(len(members))
    members[at] = members[at][0], chance.choice((b"", b"\n", b"\xef\xbb\xbf", b"day,store,units,price\n"))


def _swap_members(members: list[Member], chance: random.Random, _reshape: Reshape) -> None:
    chance.shuffle(members)


def _pack_member(members: list[Member], chance: random.Random, _reshape: Reshape) -> None:
    """A member becomes a package itself, of itself or of all."""
    at = chance.randrange(len(members))
    info, content = members[at]
    if chance.random() < 0.5:
        members[at] = zipfile.ZipInfo(f"{info.filename}.gz"), pack_again(content, chance)
    elif sum(len(each) for _, each in members) < 20_000:
        for _ in range(chance.randint(1, _NESTED)):
            content = _write([(_copy(inner), each) for inner, each in members], chance)
        members[at] = zipfile.ZipInfo("inner.zip"), content


_OF_MEMBERS: tuple[Callable[[list[Member], random.Random, Reshape], None], ...] = (
    _change_content, _change_content, _change_content, _rename, _rename, _drop_member, _double_member, _empty_member,
    _swap_members, _pack_member,
)  # fmt: skip
