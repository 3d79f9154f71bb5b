"""Spoils files: cuts, repeats, overwrites, mixes and strews marks, also inside of a package's members, or of files of
the same form."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable, Sequence

from bench.conditioning.shapes import reshape
from bench.conditioning.shapes.packages import change_in_place, list_members

_LARGEST = 60_000
_SAME_FORM, _ALONE = 0.5, 0.7
"""The share of inputs that are of the same form, and of these of those that are not spoiled as well."""
_COMPOUND = b"\xd0\xcf\x11\xe0"
_MARKS = (
    b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\\", b'""', b"{", b"[", b"]", b"<",
    b"&", b"\xef\xbb\xbf", b"#", b" ", b"    ", b"~", b"*", b"+", b"PK\x03\x04", b"-1", b"0", b"1e999", b"65536",
    b"4294967295", b"99999999999999999999", b"NaN", b"=1+1", b"</", b"/>", b"<!--", b"]]>", b"&#0;", b"\\u0000",
    b"\\ud800", b"\xc3\xa9", b"\xe9", b"\xe2\x80\xa8", b"\x1a", b"\x85", b"\xff\xfe", b"31.02.2024", b"?'", b"'+:",
)  # fmt: skip
_NUMBER = re.compile(rb"\d+")
Spoil = Callable[[bytearray, random.Random, Sequence[bytes]], None]


def mutate(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """The file with a few things done to it, or another one of its form; parts of `others` may be mixed in."""
    if chance.random() < _SAME_FORM:
        shaped = _reshape(data, chance)
        if chance.random() < _ALONE or len(shaped) > _LARGEST:
            return shaped
        data = shaped
    return _spoil(data, others, chance)


def _reshape(data: bytes, chance: random.Random) -> bytes:
    """A file of the same form, and its own records with other bytes where the form is not known here."""
    if data.startswith(_COMPOUND):
        return change_in_place(data, chance)
    try:
        return reshape(data, chance)
    except (ValueError, LookupError, OSError, EOFError, ArithmeticError, NotImplementedError, zipfile.BadZipFile):
        return data


def _spoil(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    if data.startswith(b"PK\x03\x04") and chance.random() < 0.5:
        return _mutate_member(data, others, chance)
    spoiled = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        chance.choice(_SPOILS)(spoiled, chance, others)
    return bytes(spoiled[:_LARGEST])


def _mutate_member(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """A package of which one member is spoiled."""
    packed, members = io.BytesIO(), list_members(data)
    chosen, _ = chance.choice(members)
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as package:
        for name, member in members:
            package.writestr(zipfile.ZipInfo(name), _spoil(member, others, chance) if name == chosen else member)
    return packed.getvalue()


def _place(data: bytearray, chance: random.Random, longest: int = 50) -> tuple[int, int]:
    at = chance.randrange(len(data) + 1)
    return at, min(len(data), at + chance.randint(0, longest))


def _insert_mark(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    at, _end = _place(data, chance)
    data[at:at] = chance.choice(_MARKS)


def _strew_mark(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    at, _end = _place(data, chance)
    data[at:at] = chance.choice(_MARKS) * chance.randint(2, 300)


def _cut(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    at, end = _place(data, chance)
    del data[at:end]


def _cut_off(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    if chance.random() < 0.3:
        del data[chance.randrange(len(data) + 1) :]


def _overwrite(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    at, end = _place(data, chance, 8)
    data[at:end] = chance.randbytes(end - at)


def _flip(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _repeat(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    at, end = _place(data, chance)
    data[at:at] = data[at:end] * chance.randint(1, 20)


def _mix(data: bytearray, chance: random.Random, others: Sequence[bytes]) -> None:
    other = chance.choice(others)
    at, _end = _place(data, chance)
    begin = chance.randrange(len(other) + 1)
    data[at:at] = other[begin : begin + 300]


def _change_number(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    numbers = list(_NUMBER.finditer(data[:_LARGEST]))
    if numbers:
        found = chance.choice(numbers)
        data[found.start() : found.end()] = str(chance.choice((0, -1, 1, 7, 256, 65535, 1 << 32, 10**30))).encode()


def _swap_lines(data: bytearray, chance: random.Random, _: Sequence[bytes]) -> None:
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    data[:] = b"\n".join(lines)


_SPOILS: tuple[Spoil, ...] = (
    _insert_mark, _insert_mark, _strew_mark, _cut, _cut_off, _overwrite, _flip, _repeat, _mix, _change_number,
    _swap_lines,
)  # fmt: skip
