"""The documents in a local run's folder, written so that each appears whole and survives a power failure."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from shared.domain.runs import RunState


def read_document(file: Path) -> dict[str, Any] | None:
    """A JSON document; None when it is not there."""
    try:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return document


def write_document(file: Path, document: Mapping[str, Any]) -> None:
    """Let a JSON document appear in place of what was there."""
    temporary = file.with_suffix(f".{os.getpid()}")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(document, stream)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)


def write_end(folder: Path, state: RunState, error: str | None) -> None:
    """Note how a run ended."""
    write_document(folder / "end.json", {"state": state, "error": error, "at": datetime.now(UTC).isoformat()})
