"""Zip archives of some members, in memory."""

import io
import zipfile


def pack_zip(**members):
    return write_zip(members.items(), zipfile.ZIP_DEFLATED)


def write_zip(members, method):
    """An archive of members by name, packed by one of zipfile's methods."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()
