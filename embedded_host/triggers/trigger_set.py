"""An app's timer, blob and event triggers, started and stopped together."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from embedded_host.functions.definitions import Function
from embedded_host.web.server import Webhook

if TYPE_CHECKING:
    from embedded_host.host import Host

LOG = logging.getLogger("embedded_host.triggers")


class TriggerSet:
    """All triggers of a host that are not HTTP's or the engine's."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def webhooks(self) -> dict[str, Webhook]:
        return {}

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass

    async def fire_by_hand(self, function: Function, value: str) -> None:
        LOG.info("%s", function.name)
