"""Checks zip packages (xlsx, xlsb, ods) before a parser sees them: whole, and not larger inside than allowed."""

from __future__ import annotations

import io
import zipfile
import zlib

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal
from conditioners.readers.sheet_extents import SheetExtent


def check_package(data: bytes, limits: Limits) -> None:
    """Unpack every member once, counting; raises Refusal when the package is damaged or too large inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if len(package.infolist()) > limits.members:
                raise Refusal(f"the package has more than {limits.members} members")
            _count_inside(package, len(data), limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Refusal(f"the file is damaged or cut off: {error or 'it ends early'}") from None


_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_BEGINNING, _FILE_PASSWORD = b"\x09\x08\x10\x00\x00\x06", b"\x2f\x00"
"""Records of an xls workbook ([MS-XLS] 2.4.21 and 2.4.117): its first, and the one that says the rest is encrypted."""
_MANIFEST = "META-INF/manifest.xml"


def is_protected(data: bytes) -> bool:
    """Whether a workbook is encrypted: an xlsx or xlsb in a container, an xls by a record, an ods by its manifest."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if _MANIFEST not in package.namelist():
                return False
            with package.open(_MANIFEST) as manifest:
                return b"manifest:encryption-data" in manifest.read(MIB)
    beginning = data.find(_BEGINNING)
    return _ENCRYPTED_STREAM in data or (beginning >= 0 and _FILE_PASSWORD in data[beginning + 16 : beginning + 40])


def _count_inside(package: zipfile.ZipFile, packed: int, limits: Limits) -> None:
    most = min(limits.workbook_bytes, max(16 * MIB, packed * limits.unpacked_ratio))
    total = 0
    for member in package.infolist():
        with package.open(member) as stream:
            extent = SheetExtent(member.filename, limits)
            while block := stream.read(MIB):
                total += len(block)
                if total > most:
                    raise Refusal(f"the package unpacks to more than {most} bytes", member.filename)
                extent.feed(block)
