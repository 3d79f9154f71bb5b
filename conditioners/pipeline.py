"""Works on several items of a stream at the same time, in threads, and gives the results in the items' order."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

# Batches are what is worked on at the same time here. The threads that polars and numpy start for a process when they
# are first imported add nothing to a large file, and cost a small one an eighth more.
for setting in ("POLARS_MAX_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(setting, "1")

_TURN = 0.0001
"""Seconds for which a thread keeps Python's lock while another one wants it. By default that is 5 ms, a tenth of what a
batch takes, and the other one's core has nothing to do as long."""
_lock = Lock()
_turns: list[float] = []
"""For each that works in threads now, how long a turn was before."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def usable_cores() -> int:
    """The processor cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(function: Callable[[_Item], _Result], items: Iterable[_Item], threads: int) -> Generator[_Result]:
    """The function's result for each item. Items are read here; `function` runs in that many threads beside.

    At most `threads` + 1 items are held at a time. When an item cannot be read, or fails, the results of all items
    before it come first and then the exception, as if the items had been taken one after the other. Without threads
    they are.
    """
    if threads == 0:
        yield from map(function, items)
        return
    waiting: deque[Future[_Result]] = deque()
    with _short_turns(), ThreadPoolExecutor(threads, thread_name_prefix="condition") as pool:
        try:
            for future in _submit(pool, function, items):
                waiting.append(future)
                if len(waiting) > threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


@contextmanager
def _short_turns() -> Iterator[None]:
    """May be entered by several threads at once; when the last one leaves, turns are as long as they were."""
    with _lock:
        _turns.append(sys.getswitchinterval())
        sys.setswitchinterval(min(_turns[0], _TURN))
    try:
        yield
    finally:
        with _lock:
            before = _turns.pop()
            if not _turns:
                sys.setswitchinterval(before)


def _submit(
    pool: ThreadPoolExecutor, function: Callable[[_Item], _Result], items: Iterable[_Item]
) -> Iterator[Future[_Result]]:
    try:
        for item in items:
            yield pool.submit(function, item)
    except Exception as error:
        unread: Future[_Result] = Future()
        unread.set_exception(error)
        yield unread
