"""Which model serves a segment: its champion, else the last good one, else the baseline; and when a model is stale."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """In what capacity a segment's forecast was made; all but the first are fallbacks."""

    CHAMPION = "champion"
    LAST_GOOD = "last-good"
    BASELINE = "baseline"


@dataclass(frozen=True)
class ServedModel:
    """A model that was promoted for a segment."""

    digest: str
    folder: str
    trained_at: datetime


@dataclass(frozen=True)
class Serving:
    """What forecasts a segment."""

    role: Role
    model: ServedModel | None
    stale: bool

    @property
    def is_model(self) -> bool:
        """Whether a trained model serves, behind which something else could step in."""
        return self.model is not None


def choose_serving(
    promoted: Sequence[ServedModel], unfit: Collection[Role], at: datetime, stale_after_days: int
) -> Serving:
    """Choose what serves a segment.

    `promoted` holds the segment's promotions, newest first; roles in `unfit` have failed the scoring gate this week.
    """
    champion = promoted[0] if promoted else None
    if champion is not None and Role.CHAMPION not in unfit:
        return Serving(Role.CHAMPION, champion, is_stale(champion.trained_at, at, stale_after_days))
    last_good = next((model for model in promoted if champion and model.digest != champion.digest), None)
    if last_good is not None and Role.LAST_GOOD not in unfit:
        return Serving(Role.LAST_GOOD, last_good, is_stale(last_good.trained_at, at, stale_after_days))
    return Serving(Role.BASELINE, None, False)


def is_stale(trained_at: datetime, at: datetime, stale_after_days: int) -> bool:
    """Whether a model trained then is too old to be trusted now; exactly at the limit it is not."""
    return at - trained_at > timedelta(days=stale_after_days)
