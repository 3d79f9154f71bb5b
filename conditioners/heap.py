"""Keeps memory that is let go in the process while a large file is conditioned, and gives it back afterwards.

Batches take and let go the same few megabytes again and again. By itself glibc hands them back to the system each time
and asks for them anew, and the system fills them with zeros: that took a tenth of the time, and more with two threads.
Other C libraries are left as they are.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock

from conditioners.limits import KIB, MIB

# Parameters of mallopt, from malloc.h; what the environment says of them, and the defaults, are in its manual page.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_DEFAULT_THRESHOLD = 128 * KIB
_KEPT, _LARGEST = 64 * MIB, 32 * MIB
"""Free memory that is kept at most, and the largest piece of memory that comes from it, which glibc limits to this."""

_lock = Lock()
_users = 0


@contextmanager
def freed_memory_kept() -> Iterator[None]:
    """Until the end, memory that is let go stays with the process; may be entered by several threads at once."""
    global _users
    library = _glibc()
    if library is None:
        yield
        return
    with _lock:
        _users += 1
        _set_thresholds(library, _KEPT, _LARGEST)
        if "MALLOC_ARENA_MAX" not in os.environ:
            library.mallopt(_ARENA_MAX, 1)  # What one thread lets go, another can use.
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                _give_back(library)


def _give_back(library: ctypes.CDLL) -> None:
    """Thresholds that somebody has chosen for the process hold again."""
    trim, mmap = (os.environ.get(name) for name in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"))
    if trim is not None or mmap is not None:
        _set_thresholds(library, int(trim or _DEFAULT_THRESHOLD), int(mmap or _DEFAULT_THRESHOLD))
    library.malloc_trim(0)


def _set_thresholds(library: ctypes.CDLL, trim: int, mmap: int) -> None:
    library.mallopt(_MMAP_THRESHOLD, mmap)
    library.mallopt(_TRIM_THRESHOLD, trim)


@lru_cache(maxsize=1)
def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None
