"""The settings of host.json's `extensions.durableTask` that the engine heeds."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from enum import StrEnum


class ReplayMode(StrEnum):
    """How the SDK is asked: by the whole history each time, or through a generator that is kept."""

    STRICT = "strict"
    SESSION = "session"


@dataclass(frozen=True)
class DurableSettings:
    """Defaults are the extension's."""

    hub_name: str = "TestHubName"
    default_version: str | None = None
    version_match_strategy: str = "CurrentOrOlder"
    store_inputs: bool = False
    max_actions: int = 100_000
    any_state_overridable: bool = False
    http_sleep_ms: int = 30_000
    max_concurrent_activities: int = 20
    replay: ReplayMode = ReplayMode.SESSION
    max_unpersisted: int = 32
    """How many activities may have run whose result is not on disk yet."""


@dataclass
class Ids:
    """Gives identifiers; the same seed gives the same ones."""

    seed: int | None = None
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed) if self.seed is not None else random.SystemRandom()  # noqa: S311

    def dashed(self) -> str:
        """A GUID with dashes, as HTTP starts get."""
        return str(self._uuid())

    def plain(self) -> str:
        """32 hex digits, as children, restarts and continued executions get."""
        return self._uuid().hex

    def _uuid(self) -> uuid.UUID:
        return uuid.UUID(int=self._random.getrandbits(128), version=4)


def is_served(version: str | None, settings: DurableSettings) -> bool:
    """Whether this app may run an instance of a version (host.json `versionMatchStrategy`)."""
    strategy, own = settings.version_match_strategy.casefold(), settings.default_version
    if strategy == "none" or not version:
        return True
    if strategy == "strict":
        return version == own
    return own is not None and _order(version, own) <= 0


def _order(one: str, other: str) -> int:
    try:
        first, second = (tuple(map(int, text.split("."))) for text in (one, other))
    except ValueError:
        left, right = one.casefold(), other.casefold()
        return (left > right) - (left < right)
    return (first > second) - (first < second)
