"""Holds back Python's collector of reference cycles while values are parsed, which have none, or libraries imported.

It looks at all young values again and again while a long list grows, or modules come: that took two thirds of the time,
and a tenth of an import's.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from threading import Lock

_lock = Lock()
_users = 0
_was_enabled = False


@contextmanager
def collector_paused() -> Iterator[None]:
    """Until the end, no cycles are looked for; may be entered by several threads at once."""
    global _users, _was_enabled
    with _lock:
        if _users == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0 and _was_enabled:
                gc.enable()


def import_libraries(*names: str) -> None:
    """Import modules that are large, unless they are there; what they consist of is not looked at for cycles again."""
    missing = [name for name in names if name not in sys.modules]
    if missing:
        with collector_paused():
            for name in missing:
                import_module(name)
            gc.freeze()
