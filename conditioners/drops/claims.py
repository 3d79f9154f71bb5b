"""Keeps a claim on a raw file for as long as the work on it lasts, so that a dead worker's claim can end soon."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from shared.domain.files import RawFile

if TYPE_CHECKING:
    from shared.ledger.book import Ledger

_LOG = logging.getLogger("headrace.intake")
RENEW_EVERY = 20.0
"""Seconds; a third of the lease, so that two renewals may fail before others take the file."""


@contextmanager
def kept_claim(ledger: Ledger, file: RawFile, now: Callable[[], datetime]) -> Iterator[None]:
    """Renew the claim on a file until the block is left."""
    left = threading.Event()

    def renew_until_left() -> None:
        while not left.wait(RENEW_EVERY):
            try:
                ledger.files.renew(file, now())
            except Exception:
                _LOG.warning("the claim on %s was not renewed", file.path, exc_info=True)

    renewing = threading.Thread(target=renew_until_left, name=f"claim-{file.id}", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        left.set()
        renewing.join()
