"""The version of the training code: a digest of its files, for run names and lineage."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest_training_code(project: Path) -> str:
    """SHA-256, in hex, over the training package's files and its locked requirements, names included."""
    digest = hashlib.sha256()
    files = [file for file in (project / "training").rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    for file in [*sorted(files), project / "requirements" / "training.txt"]:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(project).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()
