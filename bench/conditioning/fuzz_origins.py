"""Whether cells stand in the file they were read from: their letters and digits, in one piece."""

from __future__ import annotations

import bz2
import html
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

_OTHERS = bytes(byte for byte in range(256) if not chr(byte).isascii() or not chr(byte).isalnum())
_ESCAPE = re.compile(rb"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_TAG = re.compile(rb"<[^>]*>")
_INNERMOST = re.compile(rb"<([^\s<>/!?]+)[^<>]*>[^<>]*</\1\s*>")
"""An element of text alone, which may stand amid the text of another one."""
_APART = re.compile("(?:\ufdd0[0-9a-f]*\ufdd1|[^\\x00-\\x7f]|, )+")
"""What stands between pieces of ASCII: among others, how a cell shows bytes that its encoding does not have, and what
stands between the values of an element that comes several times."""
_CDATA = re.compile(rb"<!\[CDATA\[|\]\]>")
_BROKEN = (OSError, EOFError, ValueError, RuntimeError, lzma.LZMAError, zlib.error, zipfile.BadZipFile)


_POWER = re.compile(rb"\d[eE][+-]?\d")
_NUMBER = re.compile(r"-?[0-9.]+")


def find_stranger(data: bytes, cells: Iterable[str | None]) -> str | None:
    """A cell that stands nowhere in the file, told in words; None where all do. Only ASCII is looked at."""
    has_powers = _POWER.search(data.replace(b"\0", b"")) is not None
    wanted = {_squeeze(part.encode()): cell for cell in cells if cell for part in _split(cell, has_powers=has_powers)}
    for text in _list_texts(data):
        wanted = {letters: cell for letters, cell in wanted.items() if letters not in text}
        if not wanted:
            return None
    return f"a cell stands nowhere in the file: {next(iter(wanted.values()))[:80]!r}" if wanted else None


def _split(cell: str, *, has_powers: bool) -> list[str]:
    """Pieces of ASCII; none of a list or structure, which is written as JSON, nor of what may be a broken tag."""
    if cell[0] in "[{" or "<" in cell or (has_powers and _NUMBER.fullmatch(cell)):
        return []
    return _APART.split(cell)


def _squeeze(text: bytes) -> bytes:
    return text.translate(None, _OTHERS)


def _list_texts(data: bytes) -> Iterator[bytes]:
    """The file as it stands, and as its escapes, entities and marks can be read."""
    for part in _unpack(data):
        yield _squeeze(part)
        part = part.replace(b"\0", b"")
        yield _squeeze(_ESCAPE.sub(_read_escape, part))
        for bare in (_CDATA.sub(b"", part), part):
            shown = html.unescape(_TAG.sub(b"", bare).decode("latin-1"))
            yield _squeeze(shown.encode("latin-1", "replace"))
            yield _squeeze(_TAG.sub(b"", _INNERMOST.sub(b"", bare)))
        yield _squeeze(html.unescape(part.decode("latin-1")).encode("latin-1", "replace"))


def _read_escape(found: re.Match[bytes]) -> bytes:
    if found[1]:
        number = int(found[1], 16)
        return bytes([number]) if number < 128 else b""
    return b"" if found[2] in b"nrtbf" else found[2]


def _unpack(data: bytes, depth: int = 4) -> Iterator[bytes]:
    yield data
    try:
        inner = list(_list_packed(data)) if depth else []
    except _BROKEN:
        return
    for each in inner:
        yield from _unpack(each, depth - 1)


def _list_packed(data: bytes) -> Iterator[bytes]:
    if b"PK\x03\x04" in data[:64]:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            for info in package.infolist():
                yield info.filename.encode("utf-8", "replace")
                with suppress(*_BROKEN):
                    yield package.read(info)
    elif data.startswith(b"\x28\xb5\x2f\xfd"):
        yield _read_zstd(data)
    else:
        opened = next((start for mark, start in _STREAMS.items() if data.startswith(mark)), None)
        if opened is not None:
            yield b"".join(_read_streams(data, opened))


_STREAMS: dict[bytes, Callable[[], Any]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(31), b"BZh": bz2.BZ2Decompressor, b"\xfd7zXZ": lzma.LZMADecompressor,
    b"\x5d\0\0": lzma.LZMADecompressor,
}  # fmt: skip


def _read_streams(data: bytes, start: Callable[[], Any]) -> Iterator[bytes]:
    """What packed streams behind each other hold, as far as they are streams."""
    while data:
        stream = start()
        try:
            yield stream.decompress(data)
        except (OSError, lzma.LZMAError, zlib.error):
            return
        data = stream.unused_data


def _read_zstd(data: bytes) -> bytes:
    import pyarrow as pa

    return bytes(pa.CompressedInputStream(pa.BufferReader(data), "zstd").read())
