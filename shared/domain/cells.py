"""The cells of a fleet in one week: what is known of each, and the sums that people ask for first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from shared.domain.gates import Verdict
from shared.domain.serving import Role


class CellState(StrEnum):
    """How a cell came through the week."""

    WAITING = "waiting"
    """Nothing is known of it yet."""
    PASSED = "passed"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Cell:
    """One ensemble or baseline in one week; MAPE is a share, `mover` is None for a baseline."""

    id: str
    region: str
    store_format: str
    mover: str | None
    state: CellState
    reason: str | None
    mape: float | None
    baseline_mape: float | None
    champion: str | None
    """The digest of the model that is champion now."""
    trained_at: str | None
    age_days: int | None
    stale: bool
    role: str | None
    """What forecast it this week, as Role has it; None when nothing was published."""
    forecast_path: str | None

    @property
    def is_ensemble(self) -> bool:
        """Whether it is a model cell, not a historical average."""
        return self.mover is not None

    @property
    def on_fallback(self) -> bool:
        """Whether something other than a champion forecast it."""
        return self.role is not None and self.role != Role.CHAMPION


def decide_state(
    status: str | None, error: str | None, training: Verdict | None, data: Verdict | None, *, is_ensemble: bool
) -> tuple[CellState, str | None]:
    """The state of a cell and its reason, from its latest training result and the gates' verdicts.

    A baseline needs no verdict of the training gate; an ensemble without one has not passed.
    """
    if data is not None and not data.passed:
        return CellState.REFUSED, data.reason
    if status == "failed":
        return CellState.FAILED, error
    if training is not None:
        return (CellState.PASSED if training.passed else CellState.REFUSED), training.reason
    if status == "trained" and not is_ensemble:
        return CellState.PASSED, None
    return CellState.WAITING, None


def count_states(cells: Iterable[Cell]) -> dict[str, int]:
    """How many cells are in each state; every state has a count."""
    states = [cell.state for cell in cells]
    return {str(state): states.count(state) for state in CellState}


def median_mape(cells: Iterable[Cell]) -> tuple[float | None, float | None]:
    """The median MAPE of the ensembles, and of the baselines on the same rows; None where no cell has one."""
    measured = [cell for cell in cells if cell.is_ensemble and cell.mape is not None]
    own = [cell.mape for cell in measured if cell.mape is not None]
    baseline = [cell.baseline_mape for cell in measured if cell.baseline_mape is not None]
    return (median(own) if own else None), (median(baseline) if baseline else None)


def mape_by_region(cells: Sequence[Cell]) -> Mapping[str, tuple[float | None, float | None]]:
    """The two medians for each region, in the order of the cells."""
    regions = dict.fromkeys(cell.region for cell in cells)
    return {region: median_mape(cell for cell in cells if cell.region == region) for region in regions}
