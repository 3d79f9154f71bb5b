"""Asks the SDK in the chosen replay mode, and keeps what serves the next time: sessions or histories."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from embedded_host.durable import history
from embedded_host.durable.answer import Answer
from embedded_host.durable.catalog import Orchestrator
from embedded_host.durable.history import Event
from embedded_host.durable.instances import Instance
from embedded_host.durable.orchestrator import ask, payload_head, payload_text
from embedded_host.durable.replay import Replay
from embedded_host.durable.session import Session
from embedded_host.durable.settings import DurableSettings, ReplayMode
from embedded_host.durable.task_hub_reader import events_of

MAX_SESSIONS = 20_000
"""How many generators are kept; each takes some 20 KB."""
STRICT_SAMPLE_EVERY = 64
"""A session is dropped and replayed from its history once in so many episodes, longer histories less often."""


class Asker:
    """Asks what an orchestration does next. Not for several threads at once."""

    def __init__(self, settings: DurableSettings, load_rows: Callable[[str], list[str]]) -> None:
        """`load_rows` gives an instance's stored history, one text of comma-joined events per episode."""
        self._settings, self._load_rows = settings, load_rows
        self._asked = 0
        self._kept: OrderedDict[str, Instance] = OrderedDict()

    def ask(self, instance: Instance, orchestrator: Orchestrator, news: list[Event]) -> tuple[Answer, Replay]:
        """The SDK's answer to an episode's events, and the engine's replay of all before them."""
        self._asked += 1
        if self._settings.replay is ReplayMode.STRICT or orchestrator.handle is None:
            return self._ask_strictly(instance, orchestrator, news)
        if instance.session and (instance.session.has_ended or self._is_sampled(instance)):
            instance.forget_session()
        if instance.session is None or instance.replay is None:
            return self._begin_session(instance, orchestrator.handle, news)
        self._keep(instance)
        answer = instance.session.go_on(instance.unfed, news)
        if answer.aborted or (answer.actions and instance.replay.is_ahead):
            self.forget(instance)
            return self._ask_strictly(instance, orchestrator, news)
        instance.replay.listen(answer)
        return answer, instance.replay

    def _ask_strictly(self, instance: Instance, orchestrator: Orchestrator, news: list[Event]) -> tuple[Answer, Replay]:
        answer = ask(orchestrator.call, self._payload(instance, news))
        return answer, self._fresh_replay(instance, answer)

    def _keep(self, instance: Instance) -> None:
        """Note that a session was used; beyond the limit the one that rested longest is dropped."""
        self._kept[instance.instance_id] = instance
        self._kept.move_to_end(instance.instance_id)
        while len(self._kept) > MAX_SESSIONS:
            _, longest_unused = self._kept.popitem(last=False)
            longest_unused.forget_session()

    def forget(self, instance: Instance) -> None:
        """An instance has ended: keep nothing of it."""
        self._kept.pop(instance.instance_id, None)
        instance.forget_session()

    def _is_sampled(self, instance: Instance) -> bool:
        return self._asked % max(STRICT_SAMPLE_EVERY, 4 * instance.episodes) == 0

    def _begin_session(
        self, instance: Instance, handle: Callable[..., str], news: list[Event]
    ) -> tuple[Answer, Replay]:
        instance_id = instance.instance_id
        session = Session(handle, lambda: events_of(self._load_rows(instance_id)))
        answer = session.begin(self._payload(instance, news), news)
        replay = self._fresh_replay(instance, answer)
        if session.is_alive:
            instance.session, instance.replay = session, replay
            self._keep(instance)
        return answer, replay

    def _payload(self, instance: Instance, news: list[Event]) -> str:
        texts = [*self._rows(instance), *map(history.as_text, news)]
        head = payload_head(instance.instance_id, instance.input_text, instance.parent_id, self._settings.http_sleep_ms)
        return payload_text(",".join(texts), head, is_replaying=instance.episodes > 0)

    def _fresh_replay(self, instance: Instance, answer: Answer) -> Replay:
        replay = Replay(instance.instance_id, instance.execution_id, self._settings.default_version)
        replay.listen(answer)
        for event in events_of(self._rows(instance)):
            replay.feed(event)
        return replay

    def _rows(self, instance: Instance) -> list[str]:
        if not instance.episodes:
            return []
        if instance.history is not None:
            return instance.history
        rows = self._load_rows(instance.instance_id)
        if self._settings.replay is ReplayMode.STRICT:
            instance.history = rows
        return rows
