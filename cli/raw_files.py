"""Files that a command was told to read: whether they can be."""

from __future__ import annotations

from pathlib import Path


def find_fault(file: Path) -> str | None:
    """Why a file cannot be read; None if it can."""
    if file.is_dir():
        return "it is a folder; name the files in it"
    if not file.is_file():
        return "it is no file, but a device, socket or pipe" if file.exists() else "there is no such file"
    try:
        with file.open("rb"):
            return None
    except OSError as error:
        return f"it cannot be read: {error.strerror}"
