"""What waits to be done: messages by instance, instances in order of readiness, and timers by time."""

from __future__ import annotations

import heapq
import random
from collections import OrderedDict, deque
from collections.abc import Iterator
from datetime import datetime

from embedded_host.durable.history import parse_stamp
from embedded_host.durable.instances import Message, PendingTimer


class WorkQueue:
    """Instances with messages, first come first served; one instance is never in it twice."""

    def __init__(self, shuffle: random.Random | None = None) -> None:
        """`shuffle` draws the next instance by lot, so that a test can try many orders."""
        self._shuffle = shuffle
        self._inboxes: dict[str, deque[Message]] = {}
        self._ready: OrderedDict[str, None] = OrderedDict()

    def put(self, message: Message) -> None:
        """Add a message behind those that its instance has."""
        self._inboxes.setdefault(message.instance_id, deque()).append(message)
        self._ready.setdefault(message.instance_id)

    def wake(self, instance_id: str) -> None:
        """Have an instance run although it may have no message."""
        self._ready.setdefault(instance_id)

    def put_first(self, instance_id: str, messages: list[Message]) -> None:
        """Have an instance run next, on these messages before its others."""
        if messages:
            inbox = self._inboxes.setdefault(instance_id, deque())
            inbox.extendleft(reversed(messages))
        self._ready[instance_id] = None
        self._ready.move_to_end(instance_id, last=False)

    def next_ready(self) -> str | None:
        """Take the next instance out of the order; its messages stay until `take`."""
        if not self._ready:
            return None
        if self._shuffle is None:
            return self._ready.popitem(last=False)[0]
        instance_id = self._shuffle.choice(list(self._ready))
        del self._ready[instance_id]
        return instance_id

    def take(self, instance_id: str) -> list[Message]:
        """Take all messages of an instance."""
        messages = list(self._inboxes.pop(instance_id, ()))
        for message in messages:
            message.taken = True
        return messages

    def waiting(self, instance_id: str) -> list[Message]:
        """The messages of one instance."""
        return list(self._inboxes.get(instance_id, ()))

    def drop(self, instance_id: str) -> None:
        """Forget an instance and its messages."""
        self._ready.pop(instance_id, None)
        self.take(instance_id)

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)


class TimerQueue:
    """Timers by the moment when they are due; those of one moment in the order of their making."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, PendingTimer]] = []
        self._made = 0

    def put(self, timer: PendingTimer) -> None:
        self._made += 1
        heapq.heappush(self._heap, (parse_stamp(timer.fire_at), self._made, timer))

    def take_due(self, now: datetime) -> Iterator[PendingTimer]:
        """Remove and give the timers that are due."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]

    def next_due(self) -> datetime | None:
        """When the first timer is due; None if there is none."""
        return self._heap[0][0] if self._heap else None
