"""The functions that take raw files in: the trigger on each drop, and the timer that finds what no event told of."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df
import azure.functions as func

from conditioners.drops.drop_binding import RawDrop
from conditioners.drops.intake import condition_drop
from shared import wiring

bp = df.Blueprint()

RAW_PATH = "raw/{name}"
RECONCILE_EVERY_15_MINUTES = "0 */15 * * * *"


@bp.function_name("condition_raw_drop")
@bp.blob_trigger(arg_name="drop", path=RAW_PATH, connection="LakeStorage", source=func.BlobSource.EVENT_GRID)
def condition_raw_drop(drop: RawDrop) -> None:
    """Condition a raw file as soon as it lands. The event carries the name alone; the conditioner streams the rest."""
    with wiring.telemetry().span("condition", path=drop.path):
        state = condition_drop(wiring.own_lake(), wiring.ledger(), drop.path, wiring.now)
    wiring.telemetry().event("drop_settled", path=drop.path, state=state)


@bp.function_name("reconcile_drops")
@bp.timer_trigger(arg_name="timer", schedule=RECONCILE_EVERY_15_MINUTES)
@bp.durable_client_input(client_name="client")
async def reconcile_drops(timer: func.TimerRequest, client: Any) -> None:
    """Start an ingest when raw files wait that no event told of."""
    from orchestrators.starters import start_reconciliation

    await start_reconciliation(client)
