"""What those left behind who died at work: their intents are finished or withdrawn, and staged rows removed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conditioners.drops.made_output import MadeOutput
from conditioners.drops.places import OutputContested
from shared.domain.blob_names import STAGED
from shared.domain.files import Intent
from shared.domain.identities import staged_path
from shared.ports import BlobChanged, BlobMissing, BlobStat, Lake, LakeUnavailable

if TYPE_CHECKING:
    from shared.ledger.book import Ledger

_LOG = logging.getLogger("headrace.intake")
WITHDRAWN_AFTER = timedelta(days=1)
"""Until then whoever intended an output may be alive, though nobody renews the claim, and may still write it."""


def finish_path(lake: Lake, ledger: Ledger, path: str, found: BlobStat | None, now: Callable[[], datetime]) -> None:
    """Finish what others have written for a raw path, but for the version that is to be conditioned anew anyway."""
    for intent, _ in ledger.intents.list_open(now(), path):
        is_due = found is not None and found.etag == intent.file.etag and not intent.file.state.is_settled
        if not is_due:
            _finish(MadeOutput(lake, ledger, intent, now))


def finish_all(lake: Lake, ledger: Ledger, now: Callable[[], datetime]) -> None:
    """Finish what was written for versions that nobody will look at again, and withdraw what is a day old."""
    left = ledger.intents.list_open(now())
    for intent, intended_at in left:
        made = MadeOutput(lake, ledger, intent, now)
        try:
            if intent.file.state.is_settled and not _finish(made) and intended_at < now() - WITHDRAWN_AFTER:
                made.withdraw()
        except LakeUnavailable as outage:
            _LOG.warning("the output of %s stays unfinished: %s", intent.file.path, outage)
    _unstage(lake, [intent for intent, _ in left], now() - WITHDRAWN_AFTER)


def _finish(made: MadeOutput) -> bool:
    try:
        return made.finish()
    except (BlobChanged, BlobMissing, OutputContested) as changed:
        _LOG.info("others are at work on %s: %s", made.intent.file.path, changed)
        return False


def _unstage(lake: Lake, left: list[Intent], until: datetime) -> None:
    """Remove staged rows of which no intent tells any more, or never did."""
    known = {staged_path(intent.id) for intent in left}
    for blob in lake.list("quarantine", STAGED):
        if blob.path not in known and blob.modified_at < until:
            lake.delete(blob.container, blob.path, if_match=blob.etag)
