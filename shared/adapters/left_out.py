"""Which blobs a list leaves out: those whose names cannot be used, of which somebody is told."""

from __future__ import annotations

import logging

from shared.domain.blob_names import BlobNameError, check_path, check_raw_path
from shared.domain.files import UNREADABLE, UNUSABLE_NAME
from shared.ports import BlobStat, LakeUnavailable, LeaveOut

_LOG = logging.getLogger("headrace.lake")


def is_usable(blob: BlobStat, leave_out: LeaveOut) -> bool:
    """Whether a blob's name can be used; of one that cannot, `leave_out` is told why."""
    try:
        check_raw_path(blob.path) if blob.container == "raw" else check_path(blob.path)
    except BlobNameError as error:
        if blob.size or not blob.path.endswith("/"):  # such as tools leave for a folder
            leave_out(blob, f"{UNUSABLE_NAME}{error}")
        return False
    return True


def warn_of_untaken(blob: BlobStat, reason: str) -> None:
    """Leave a warning in the log; raises LakeUnavailable where the list would lack what nobody could see."""
    if reason.startswith(UNREADABLE):
        raise LakeUnavailable(f"{blob.container}/{blob.path} cannot be looked into: {reason}")
    _LOG.warning("skipped %s in %s: %s", blob.path, blob.container, reason)
