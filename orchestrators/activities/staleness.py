"""Models that have become stale start a training of their own."""

from __future__ import annotations

import asyncio
from typing import Any

from orchestrators import starters
from shared import wiring
from shared.domain.requests import Pipeline, PipelineRequest
from shared.domain.serving import is_stale
from shared.domain.weeks import IsoWeek


async def retrain_stale_fleets(client: Any) -> list[str]:
    """Start training what is stale, fleet by fleet; answers the instances. Twice in a week is one instance."""
    requests = await asyncio.to_thread(find_stale)
    return [await starters.start_pipeline(client, request) for request in requests]


def find_stale() -> list[PipelineRequest]:
    """A request for each fleet whose champions are too old, narrowed to their segments."""
    now = wiring.now()
    requests = []
    for fleet in wiring.fleets().values():
        promoted = wiring.ledger().models.promoted_models(fleet.name)
        stale = tuple(
            segment.id
            for segment in fleet.segments
            if segment.id in promoted and is_stale(promoted[segment.id][0].trained_at, now, fleet.stale_after_days)
        )
        if stale:
            week = str(IsoWeek.of(now.date()))
            requests.append(PipelineRequest(Pipeline.TRAIN, fleet.name, week, stale, None, None))
    return requests
