"""Mixes files of two forms: one's beginning before the other's end, one within the other, both packed in each other."""

from __future__ import annotations

import io
import random
import warnings
import zipfile
from collections.abc import Callable, Sequence

from bench.conditioning.shapes.packages import pack_again

_LARGEST = 120_000
_DEEPEST = 4
_NAMES = ("one.csv", "a/two.json", "b/three.xml", "four.xlsx", "five", "a/b/six.csv.gz", "seven.zip", "xl/workbook.xml",
          "content.xml", "mimetype")  # fmt: skip
_WIDE = ("utf-16", "utf-16-be", "utf-32", "utf-8-sig", "cp037")


def mix_forms(data: bytes, foreign: Sequence[bytes], chance: random.Random) -> bytes:
    """The file spliced or packed with one or two of another form, which may be spliced as well."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if len(data) < _LARGEST:
            data = chance.choice(_WAYS)(data, chance.choice(foreign), chance)
    return data


def _splice(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """The beginning of one and the end of the other."""
    first, second = (data, other) if chance.random() < 0.5 else (other, data)
    return first[: chance.randrange(len(first) + 1)] + second[chance.randrange(len(second) + 1) :]


def _append(data: bytes, other: bytes, chance: random.Random) -> bytes:
    between = chance.choice((b"", b"\n", b"\n\n", b"\0"))
    return data + between + other if chance.random() < 0.5 else other + between + data


def _put_within(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """All of the other one before a line, or anywhere."""
    ends = [at + 1 for at, byte in enumerate(data) if byte == 10] if chance.random() < 0.5 else []
    at = chance.choice(ends) if ends else chance.randrange(len(data) + 1)
    return data[:at] + other + data[at:]


def _weave(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Lines of both in turn."""
    length = chance.choice((1, 1, 2, 5))
    lines, others = data.splitlines(keepends=True), other.splitlines(keepends=True)
    woven = []
    for at in range(0, max(len(lines), len(others)), length):
        woven += [*lines[at : at + length], *others[at : at + length]]
    return b"".join(woven)


def _widen(data: bytes, _other: bytes, chance: random.Random) -> bytes:
    """The bytes as text of another encoding, whatever they were."""
    return data.decode("latin-1").encode(chance.choice(_WIDE), "replace")


def _pack(data: bytes, _other: bytes, chance: random.Random) -> bytes:
    """In up to four packages within each other, of any kinds."""
    for _ in range(chance.randint(1, _DEEPEST)):
        data = pack_again(data, chance) if chance.random() < 0.5 else _zip([data], chance)
    return data


def _archive(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Both in an archive, as they are or packed."""
    files = [data, other, *([data] if chance.random() < 0.3 else [])]
    chance.shuffle(files)
    return _zip([pack_again(each, chance) if chance.random() < 0.2 else each for each in files], chance)


def _zip(files: list[bytes], chance: random.Random) -> bytes:
    packed = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(packed, "w", compresslevel=1) as package:
        for each in files:
            way = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            package.writestr(zipfile.ZipInfo(chance.choice(_NAMES)), each, way)
    return packed.getvalue()


_WAYS: tuple[Callable[[bytes, bytes, random.Random], bytes], ...] = (
    _splice, _splice, _append, _put_within, _weave, _widen, _pack, _archive,
)  # fmt: skip
