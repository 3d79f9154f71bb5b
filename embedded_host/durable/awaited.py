"""Things that the engine awaits, alone and combined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Awaited:
    """Something awaited: an activity, a child, a timer, an event, or several of them."""

    done: bool = False
    failed: bool = False
    then: list[Callable[[Awaited], None]] = field(default_factory=list)

    def end(self, failed: bool = False) -> None:
        """Note the end, and tell whoever waits; only the first end counts."""
        if self.done:
            return
        self.done, self.failed = True, failed
        for callback in self.then:
            callback(self)

    def on_end(self, callback: Callable[[Awaited], None]) -> None:
        """Have a callback called at the end, at once if it has come."""
        if self.done:
            callback(self)
        else:
            self.then.append(callback)


def when_all(parts: list[Awaited]) -> Awaited:
    """Ends when all parts have ended, also after a failure."""
    whole, left = Awaited(done=not parts), len(parts)

    def count(_: Awaited) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            whole.end(failed=any(part.failed for part in parts))

    for part in parts:
        part.on_end(count)
    return whole


def when_any(parts: list[Awaited]) -> Awaited:
    """Ends when the first part ends."""
    whole = Awaited(done=not parts)
    for part in parts:
        part.on_end(lambda _: whole.end())
    return whole


class EventWaits:
    """External events and the waits for them; names do not differ by case."""

    def __init__(self) -> None:
        self._waiters: dict[str, list[tuple[str, Awaited]]] = {}
        self._early: dict[str, list[str]] = {}
        self.case_differences: list[tuple[str, str]] = []
        """Events taken by a wait whose name differs in case: (event, wait)."""

    def wait(self, name: str) -> Awaited:
        """Wait for an event; of several that came early the first is taken."""
        early = self._early.get(name.upper())
        if early:
            self._note(early.pop(0), name)
            return Awaited(done=True)
        awaited = Awaited()
        self._waiters.setdefault(name.upper(), []).append((name, awaited))
        return awaited

    def take(self, name: str) -> None:
        """An event came; of several waits the youngest has it, as in the engine."""
        waiters = self._waiters.get(name.upper())
        if not waiters:
            self._early.setdefault(name.upper(), []).append(name)
            return
        waited_for, awaited = waiters.pop()
        self._note(name, waited_for)
        awaited.end()

    def _note(self, name: str, waited_for: str) -> None:
        if name != waited_for:
            self.case_differences.append((name, waited_for))
