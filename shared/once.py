"""Values that a process makes once, however many threads ask for them at the same time."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class made_once(Generic[Value]):
    """Turns a function without arguments into one that makes its value at the first call and keeps it."""

    def __init__(self, make: Callable[[], Value]) -> None:
        self.__doc__ = make.__doc__
        self._make, self._lock, self._made = make, RLock(), list[Value]()

    def __call__(self) -> Value:
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def put(self, value: Value) -> None:
        """Use this value from now on; for tests, which put doubles in place of what outside systems would do."""
        with self._lock:
            self._made[:] = [value]

    def forget(self) -> None:
        """Make the value anew at the next call."""
        with self._lock:
            self._made.clear()
