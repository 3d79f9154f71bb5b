"""One episode of an orchestration: new messages in, the SDK asked, and out what it scheduled or how it ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from embedded_host.clock import Clock
from embedded_host.durable import history
from embedded_host.durable.answer import Answer, Outcome, UnusableAction
from embedded_host.durable.asking import Asker
from embedded_host.durable.catalog import Catalog, Orchestrator
from embedded_host.durable.dotnet_json import dump
from embedded_host.durable.history import Event, EventType
from embedded_host.durable.instances import Episode, Instance, Message, PendingTask, PendingTimer, Status
from embedded_host.durable.outgoing import CreateSubOrchestration, CreateTimer, Outgoing, ScheduleTask, SendEvent
from embedded_host.durable.replay import Replay
from embedded_host.durable.settings import DurableSettings, Ids, is_served

LOG = logging.getLogger("embedded_host.durable")
CUSTOM_STATUS_LIMIT_KB = 16
SLOW_EPISODE_SECONDS = 5.0


@dataclass
class _Verdict:
    """What an episode decided."""

    outgoing: list[Outgoing] = field(default_factory=list)
    outcome: Outcome | None = None
    answer: Answer | None = None
    leftover: list[Event] = field(default_factory=list)
    next_id: int = 0
    withheld: bool = False
    """Write `outgoing` into the history, but run none of it."""


class EpisodeRunner:
    """Runs episodes. Not for several threads at once."""

    def __init__(
        self,
        catalog: Catalog,
        settings: DurableSettings,
        clock: Clock,
        ids: Ids,
        load_rows: Callable[[str], list[str]],
    ) -> None:
        """`load_rows` gives an instance's stored history, one text of comma-joined events per episode."""
        self._catalog, self._settings, self._clock, self._ids = catalog, settings, clock, ids
        self._asker = Asker(settings, load_rows)

    def run(self, instance: Instance, batch: list[Event]) -> Episode:
        """Run an episode on messages in their order of arrival; changes the instance, stores nothing."""
        begun = time.perf_counter()
        news = self._opening(instance, batch)
        verdict = self._decide(instance, news)
        episode = self._conclude(instance, news, verdict)
        instance.replay_seconds = time.perf_counter() - begun
        if instance.replay_seconds > SLOW_EPISODE_SECONDS:
            LOG.warning(
                "An episode of %s (%s) took %.1f s. Orchestrators must not block: move the work into an activity.",
                instance.name,
                instance.instance_id,
                instance.replay_seconds,
            )
        return episode

    # --- in ------------------------------------------------------------------------------------------------------

    def _opening(self, instance: Instance, batch: list[Event]) -> list[Event]:
        now = self._clock.now()
        if instance.episodes:
            return [history.orchestrator_started(now), *batch]
        opening = [history.orchestrator_started(now), instance.start_event]
        if not instance.continued:
            return [*opening, *batch]
        carried = [{**event, "IsPlayed": True} for event in batch]
        return [*opening, *carried, history.orchestrator_completed(now)]

    def _decide(self, instance: Instance, news: list[Event]) -> _Verdict:
        orchestrator = self._catalog.orchestrator(instance.name)
        problem = self._problem(instance, orchestrator)
        if problem or orchestrator is None:
            return _Verdict(outcome=_failure(instance, problem))
        try:
            answer, replay = self._asker.ask(instance, orchestrator, news)
            verdict = self._follow(replay, news, answer)
        except UnusableAction as error:
            LOG.error("%s (%s) hangs, as it would in Azure: %s", instance.name, instance.instance_id, error)
            self._asker.forget(instance)
            return _Verdict()
        except Exception as error:
            LOG.exception("The host cannot go on with %s (%s).", instance.name, instance.instance_id)
            told = f"The host cannot go on with it: {type(error).__name__}: {error}"
            return _Verdict(outcome=_failure(instance, told))
        self._warn_of_case(instance, replay)
        return self._review(instance, replay, verdict)

    def _problem(self, instance: Instance, orchestrator: Orchestrator | None) -> str | None:
        if orchestrator is None:
            return self._catalog.unknown("orchestrator", instance.name)
        if not is_served(instance.version, self._settings):
            own = self._settings.default_version
            return (
                f"The instance has version '{instance.version}', which this app does not serve: host.json's "
                f"extensions.durableTask.defaultVersion is {own!r}. In Azure it would stay Pending for ever."
            )
        return None

    # --- the engine's side ---------------------------------------------------------------------------------------

    def _follow(self, replay: Replay, news: list[Event], answer: Answer) -> _Verdict:
        leftover: list[Event] = []
        for index, event in enumerate(news):
            replay.feed(event)
            if replay.outcome is not None:
                leftover = news[index + 1 :]
                break
        return _Verdict(list(replay.outgoing.values()), replay.outcome, answer, leftover, replay.next_id)

    def _review(self, instance: Instance, replay: Replay, verdict: _Verdict) -> _Verdict:
        if replay.difference is not None:
            new = [action for action in verdict.outgoing if action.task_id not in replay.scheduled_ids]
            outcome = Outcome("Failed", replay.difference)
            return _Verdict(new, outcome, verdict.answer, next_id=verdict.next_id, withheld=True)
        if replay.action_count > self._settings.max_actions:
            LOG.error(
                "%s (%s) hangs, as it would in Azure: more than %d actions (maxOrchestrationActions).",
                instance.name,
                instance.instance_id,
                self._settings.max_actions,
            )
            return _Verdict(answer=verdict.answer, next_id=verdict.next_id)
        for action in verdict.outgoing:
            refusal = self._catalog.refusal(action, instance.instance_id, instance.parent_id)
            if refusal:
                return _Verdict([], _failure(instance, refusal), verdict.answer, next_id=verdict.next_id)
        return self._review_outcome(instance, verdict)

    def _review_outcome(self, instance: Instance, verdict: _Verdict) -> _Verdict:
        outcome, answer = verdict.outcome, verdict.answer
        too_large = answer and custom_status_problem(answer.custom_status)
        if too_large:
            verdict.outcome, verdict.outgoing = _failure(instance, too_large), []
        elif outcome and outcome.status == "Failed":
            verdict.outcome = _failure(instance, outcome.result)
        elif outcome and outcome.status == "ContinuedAsNew":
            for event in verdict.leftover:  # the engine loses a termination here; it must not be lost
                if event["EventType"] == EventType.EXECUTION_TERMINATED:
                    verdict.outcome = Outcome("Terminated", event["Input"])
        return verdict

    def _warn_of_case(self, instance: Instance, replay: Replay) -> None:
        for raised, waited_for in replay.case_differences:
            LOG.warning(
                "%s: the event %r used up the wait for %r, and the SDK waits on: names must match in case.",
                instance.instance_id,
                raised,
                waited_for,
            )
        replay.case_differences.clear()

    # --- out -----------------------------------------------------------------------------------------------------

    def _conclude(self, instance: Instance, news: list[Event], verdict: _Verdict) -> Episode:
        now = self._clock.now()
        tail = [self._scheduling_event(action, now) for action in verdict.outgoing]
        outcome = verdict.outcome
        if outcome and outcome.status != "ContinuedAsNew":
            tail.append(history.execution_completed(now, verdict.next_id, outcome.status, outcome.result))
        tail.append(history.orchestrator_completed(now))
        episode = Episode(instance, _row(instance, news, tail), history.stamp(now))
        self._set_status(instance, news, verdict)
        if not verdict.withheld:
            for action, event in zip(verdict.outgoing, tail, strict=False):
                self._send(episode, action, event, now)
        if outcome:
            self._finish(episode, outcome, verdict, now)
        else:
            self._keep(instance, tail)
        if instance.history is not None:
            instance.history.append(episode.history_row)
        instance.episodes += 1
        instance.updated_at = episode.at
        return episode

    def _keep(self, instance: Instance, tail: list[Event]) -> None:
        if instance.session and instance.replay:
            instance.replay.acknowledge()
            instance.unfed = [event for event in tail if event["EventType"] == EventType.EVENT_SENT]

    def _scheduling_event(self, action: Outgoing, now: datetime) -> Event:
        stores = self._settings.store_inputs
        if isinstance(action, ScheduleTask):
            shown = dump([action.input_text]) if stores else None
            return history.task_scheduled(now, action.task_id, action.name, shown)
        if isinstance(action, CreateSubOrchestration):
            shown = dump(action.input_text) if stores else None
            return history.sub_orchestration_created(
                now, action.task_id, action.name, action.version, action.instance_id, shown
            )
        if isinstance(action, CreateTimer):
            return history.timer_created(now, action.task_id, action.fire_at)
        return history.event_sent(now, action.task_id, action.instance_id, action.name, action.input_text)

    def _send(self, episode: Episode, action: Outgoing, event: Event, now: datetime) -> None:
        instance = episode.instance
        if isinstance(action, ScheduleTask):
            episode.tasks.append(PendingTask(instance.instance_id, instance.execution_id, action))
        elif isinstance(action, CreateTimer):
            episode.timers.append(
                PendingTimer(
                    instance.instance_id, instance.execution_id, action.task_id, event["FireAt"], event["Timestamp"]
                )
            )
        elif isinstance(action, SendEvent):
            episode.messages.append(
                Message(action.instance_id, history.event_raised(now, action.name, action.input_text))
            )
        else:
            episode.messages.append(Message(action.instance_id, self._child_start(instance, action, now)))

    def _child_start(self, parent: Instance, action: CreateSubOrchestration, now: datetime) -> Event:
        return history.execution_started(
            history.stamp(now),
            instance_id=action.instance_id,
            execution_id=self._ids.plain(),
            name=action.name,
            version=action.version,
            input_text=dump(action.input_text),
            parent=history.parent_instance(
                parent.name, parent.instance_id, parent.execution_id, action.task_id, parent.version
            ),
        )

    def _set_status(self, instance: Instance, news: list[Event], verdict: _Verdict) -> None:
        suspended = instance.status is Status.SUSPENDED
        for event in news:
            if event["EventType"] == EventType.EXECUTION_SUSPENDED:
                suspended, instance.output = True, event["Reason"]
            elif event["EventType"] == EventType.EXECUTION_RESUMED:
                suspended = False
        instance.status = Status.SUSPENDED if suspended else Status.RUNNING
        ends_otherwise = verdict.outcome is not None and verdict.outcome.status == "Terminated"
        told = verdict.answer.custom_status if verdict.answer else None
        keeps_old = instance.continued and not instance.episodes and told is None
        if not ends_otherwise and not keeps_old:
            instance.custom_status = told if custom_status_problem(told) is None else None

    def _finish(self, episode: Episode, outcome: Outcome, verdict: _Verdict, now: datetime) -> None:
        instance = episode.instance
        self._asker.forget(instance)
        if outcome.status == "ContinuedAsNew":
            episode.continued_as = self._next_execution(instance, outcome, now)
            episode.carried = [event for event in verdict.leftover if event["EventType"] == EventType.EVENT_RAISED]
            return
        instance.status, instance.output = Status(outcome.status), outcome.result
        if instance.parent:
            episode.messages.append(_tell_parent(instance.parent, outcome, now))

    def _next_execution(self, instance: Instance, outcome: Outcome, now: datetime) -> Instance:
        return Instance(
            instance_id=instance.instance_id,
            execution_id=self._ids.plain(),
            name=instance.name,
            version=instance.version,
            input_text=dump(outcome.result),
            parent=instance.parent,
            generation=None,
            created_at=history.stamp(now),
            status=Status.RUNNING,
            custom_status=instance.custom_status,
            continued=True,
        )


def custom_status_problem(text: str | None) -> str | None:
    """Why a custom status is too large for the engine; None if it is not."""
    size = len(text.encode("utf-16-le")) // 1024 if text else 0
    if size <= CUSTOM_STATUS_LIMIT_KB:
        return None
    return (
        f"The UTF-16 size of the JSON-serialized payload must not exceed {CUSTOM_STATUS_LIMIT_KB} KB. "
        f"The current payload size is {size} KB."
    )


def _row(instance: Instance, news: list[Event], tail: list[Event]) -> str:
    texts = [history.as_played_text(event) for event in news]
    if instance.continued and not instance.episodes:
        texts[-1] = history.as_text({**news[-1], "IsPlayed": True})
    return ",".join([*texts, *map(history.as_text, tail)])


def _failure(instance: Instance, what: str | None) -> Outcome:
    return Outcome("Failed", f"Orchestrator function '{instance.name}' failed: {what}")


def _tell_parent(parent: dict[str, object], outcome: Outcome, now: datetime) -> Message:
    identity = parent["OrchestrationInstance"]
    assert isinstance(identity, dict)
    task_id = parent["TaskScheduleId"]
    assert isinstance(task_id, int)
    if outcome.status == "Completed":
        event = history.sub_orchestration_completed(now, task_id, outcome.result)
    elif outcome.status == "Failed":
        details = f"Message: {outcome.result}, StackTrace: "
        event = history.sub_orchestration_failed(now, task_id, outcome.result, details)
    else:
        event = history.sub_orchestration_failed(now, task_id, outcome.result, None)
    return Message(identity["InstanceId"], event, identity["ExecutionId"])
