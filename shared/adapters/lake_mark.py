"""The mark in a storage account that tells which ledger knows its outputs; a folder is held by its host instead."""

from __future__ import annotations

from shared.ports import BlobChanged, BlobMissing, Lake

CONTAINER, MARK = "quarantine", "_ledger"
"""No raw file's rejects stand there: all of their names end with `.csv`."""
LONGEST = 100


def mark_lake(lake: Lake, ledger: str) -> str:
    """Mark a lake as a ledger's unless it is marked already; answers whose it is. Raises LakeUnavailable."""
    try:
        return _read_mark(lake)
    except BlobMissing:
        pass
    try:
        with lake.open_write(CONTAINER, MARK, if_absent=True) as writer:
            writer.write(ledger.encode())
            writer.commit()
    except BlobChanged:
        pass  # another host has just marked it
    return _read_mark(lake)


def _read_mark(lake: Lake) -> str:
    with lake.open_read(CONTAINER, MARK) as stream:
        return stream.read(LONGEST).decode(errors="replace").strip()
