"""Which blobs a list leaves out: those whose names cannot be used, of which somebody is told."""

from __future__ import annotations

import logging

from shared.domain.blob_names import BlobNameError, check_path
from shared.ports import BlobStat, LeaveOut

_LOG = logging.getLogger("headrace.lake")


def is_usable(blob: BlobStat, leave_out: LeaveOut) -> bool:
    """Whether a blob's name can be used; of one that cannot, `leave_out` is told why."""
    try:
        check_path(blob.path)
    except BlobNameError as error:
        if blob.size or not blob.path.endswith("/"):  # such as tools leave for a folder
            leave_out(blob, str(error))
        return False
    return True


def warn_of_name(blob: BlobStat, reason: str) -> None:
    """Leave a warning in the log."""
    _LOG.warning("skipped a blob in %s: %s", blob.container, reason)
