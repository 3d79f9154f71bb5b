"""Checks zip packages (xlsx, xlsb, ods) before a parser sees them: whole, and not larger inside than allowed."""

from __future__ import annotations

import io
import zipfile
import zlib

from conditioners.limits import MIB, Limits
from conditioners.outcome import Refusal


def check_package(data: bytes, limits: Limits) -> None:
    """Unpack every member once, counting; raises Refusal when the package is damaged or too large inside."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if len(package.infolist()) > limits.members:
                raise Refusal(f"the package has more than {limits.members} members")
            _count_inside(package, len(data), limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError) as error:
        raise Refusal(f"the file is damaged or cut off: {error or 'it ends early'}") from None


def _count_inside(package: zipfile.ZipFile, packed: int, limits: Limits) -> None:
    most = min(limits.workbook_bytes, max(16 * MIB, packed * limits.unpacked_ratio))
    total = 0
    for member in package.infolist():
        with package.open(member) as stream:
            while block := stream.read(MIB):
                total += len(block)
                if total > most:
                    raise Refusal(f"the package unpacks to more than {most} bytes", member.filename)
