"""What the ledger knows of a source's files that came before."""

from __future__ import annotations

from typing import Any

_ON_FILE = "sqlite:///"


def list_recent(source: str) -> list[dict[str, Any]]:
    """The summaries of a source's last files, the latest first; none where there is no ledger, and none is made."""
    from pathlib import Path

    from shared import wiring

    address = wiring.settings().ledger_address
    if address.startswith(_ON_FILE) and not Path(address.removeprefix(_ON_FILE)).is_file():
        return []
    return wiring.ledger().conditioned.list_summaries(source)
