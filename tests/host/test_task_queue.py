"""How many activities run at once, and how many may have run without their results being on disk."""

from __future__ import annotations

from embedded_host.durable.instances import PendingTask
from embedded_host.durable.outgoing import ScheduleTask
from embedded_host.durable.settings import DurableSettings
from embedded_host.durable.task_queue import TaskQueue


class Runner:
    """Notes what is started; ends nothing by itself."""

    def __init__(self):
        self.started = []

    def start(self, task, done):
        self.started.append((task, done))


def queue_of(count, running, unpersisted, is_wanted=lambda task: True):
    runner, ended = Runner(), []
    settings = DurableSettings(max_concurrent_activities=running, max_unpersisted=unpersisted)
    queue = TaskQueue(settings, runner, is_wanted, lambda task, event: ended.append(task))
    queue.put(PendingTask("i", "e", ScheduleTask(number, "a", None)) for number in range(count))
    queue.start_some()
    return queue, runner, ended


def test_no_more_run_at_once_than_the_setting_allows():
    queue, runner, _ = queue_of(10, 4, 32)
    assert len(runner.started) == 4

    queue.note_result()
    queue.start_some()
    assert len(runner.started) == 5


def test_results_that_are_not_on_disk_hold_places_until_the_commit():
    queue, runner, _ = queue_of(100, 4, 6)
    for _ in range(4):
        queue.note_result()
        queue.start_some()
    assert len(runner.started) == 6

    queue.note_commit()
    queue.start_some()
    assert len(runner.started) == 8


def test_activities_of_an_execution_that_is_gone_are_not_started():
    _, runner, _ = queue_of(10, 4, 32, is_wanted=lambda task: task.task.task_id >= 8)

    assert [task.task.task_id for task, _ in runner.started] == [8, 9]


def test_a_closed_queue_starts_nothing():
    queue, runner, _ = queue_of(10, 2, 32)
    queue.close()
    queue.note_result()
    queue.start_some()

    assert len(runner.started) == 2


def test_the_end_of_an_activity_is_told_with_its_task():
    _, runner, ended = queue_of(1, 1, 1)
    task, done = runner.started[0]
    done({})

    assert ended == [task]
