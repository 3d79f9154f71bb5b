"""What answers the activities of a fleet's training: a fleet of any size, whose runs end when they are told to."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

from shared.adapters.fleet_files import read_fleet
from shared.domain.fleets import Fleet
from shared.once import made_once

PROJECT = Path(__file__).resolve().parents[2]


class World:
    """A fleet that is trained without anything being trained. `activity_cpu` is what its answers have cost."""

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.calls: Counter[str] = Counter()
        self.activity_cpu = 0.0

    def perform(self, name: str, order: dict[str, Any]) -> dict[str, Any]:
        """Answer one activity."""
        began = time.process_time()
        try:
            answer: dict[str, Any] = getattr(self, name)(order)
        finally:
            self.activity_cpu += time.process_time() - began
        self.calls[name] += 1
        return answer

    def plan_training(self, order: dict[str, Any]) -> dict[str, Any]:
        """Every group."""
        return {"groups": list(self.fleet.groups)}

    def cut_training(self, order: dict[str, Any]) -> dict[str, Any]:
        """Every shard of a group."""
        shards = self.fleet.shards(self.fleet.groups[order["group"]])
        return {
            "shards": [
                {"shard": name, "segments": [segment.id for segment in members], "attempt": 1}
                for name, members in shards.items()
            ],
            "rounds": self.fleet.attempts,
        }

    def collect_training(self, order: dict[str, Any]) -> dict[str, Any]:
        """Nothing failed."""
        return {"failed": []}

    def gate_models(self, order: dict[str, Any]) -> dict[str, Any]:
        """All passed."""
        return {"passed": len(order["runs"])}

    def register_models(self, order: dict[str, Any]) -> dict[str, Any]:
        """All are listed."""
        return {"listed": len(order["runs"])}

    def promote_models(self, order: dict[str, Any]) -> dict[str, Any]:
        """All are promoted."""
        return {"promoted": len(order["runs"])}

    def record_fault(self, order: dict[str, Any]) -> dict[str, Any]:
        """No fault is foreseen here."""
        raise RuntimeError(order["fault"])

    def summarize_training(self, order: dict[str, Any]) -> dict[str, Any]:
        """How many models there are."""
        return {"models": len(self.fleet.segments)}


class ScriptedWorld(World):
    """Runs that end at a certain look, in no place and at no cost: what is left is the orchestration's own."""

    def __init__(self, fleet: Fleet, looks: int, fails: bool = False) -> None:
        """`fails` has every segment fail in every round, which makes the longest histories."""
        super().__init__(fleet)
        self._looks, self._fails = looks, fails
        self._seen: Counter[str] = Counter()

    def submit_training(self, order: dict[str, Any]) -> dict[str, Any]:
        """Names for some shards' runs."""
        names = [
            f"train-{self.fleet.name}-{order['week']}-{shard['shard']}-{shard['attempt']:012x}"
            for shard in order["shards"]
        ]
        return {"runs": names, "first": 30, "most": 300, "deadline_minutes": self.fleet.deadline_minutes}

    def observe_runs(self, order: dict[str, Any]) -> dict[str, Any]:
        """All end at the look that was foretold."""
        self._seen.update(order["runs"])
        return {"ended": {name: "completed" for name in order["runs"] if self._seen[name] >= self._looks}}

    def cancel_runs(self, order: dict[str, Any]) -> dict[str, Any]:
        """They end."""
        return {"ended": dict.fromkeys(order["runs"], "canceled")}

    def collect_training(self, order: dict[str, Any]) -> dict[str, Any]:
        """All failed, or none."""
        failed = [{"shard": name, "segments": [name], "attempt": 2} for name in order["runs"]] if self._fails else []
        return {"failed": failed}


def make_fleet(regions: int, formats: int, movers: int, shard_by: str) -> Fleet:
    """The demand fleet with as many regions, formats and movers, each called by its number."""
    from dataclasses import replace

    def names(kind: str, count: int) -> tuple[str, ...]:
        return tuple(f"{kind}{number:04}" for number in range(count))

    return replace(
        read_fleet(PROJECT / "fleets" / "demand.yaml"),
        regions=names("r", regions),
        store_formats=names("f", formats),
        movers=names("m", movers),
        shard_by=shard_by,
    )


@made_once
def present() -> World:
    """The world of the run that is going on; put there by whoever starts it."""
    raise RuntimeError("no world was put in place")
