"""The thread that turns the dispatcher's cycle, and what happens when it cannot go on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from embedded_host.durable.dispatcher import Dispatcher

LOG = logging.getLogger("embedded_host.dispatcher")
IDLE_SECONDS = 1.0


class EngineThread:
    """Runs a dispatcher until it is stopped or its state file fails."""

    def __init__(self, dispatcher: Dispatcher, on_failure: Callable[[BaseException], None]) -> None:
        """`on_failure` is called on this thread, once, when the dispatcher cannot go on."""
        self._dispatcher, self._on_failure = dispatcher, on_failure
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        self.failed = False

    def start(self) -> None:
        self._thread.start()

    def stop(self, grace: float) -> None:
        """Start no more activities, wait at most `grace` seconds for those that run, and end the thread."""
        self._dispatcher.stop_starting()
        deadline = time.monotonic() + grace
        while self._dispatcher.running and not self.failed and time.monotonic() < deadline:
            time.sleep(0.02)
        self._stopping.set()
        self._dispatcher.wake()
        if threading.current_thread() is not self._thread and self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._dispatcher.run_once(IDLE_SECONDS)
            self._dispatcher.run_once()
        except BaseException as error:
            self.failed = True
            self._dispatcher.abandon(error)
            LOG.critical("The dispatcher stops: %s", error, exc_info=not _is_explained(error))
            self._on_failure(error)


def _is_explained(error: BaseException) -> bool:
    from embedded_host.durable.task_hub_reader import TaskHubError

    return isinstance(error, TaskHubError)
