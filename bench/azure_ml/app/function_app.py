"""The app's own orchestrators and Event Grid function, over activities that the present world of the bench answers."""

from __future__ import annotations

from typing import Any

import azure.durable_functions as df
import azure.functions as func

from bench.azure_ml import worlds
from orchestrators.activities import hints
from orchestrators.run_events import read_run_event
from orchestrators.train_fleet import train_fleet, train_groups, train_region
from orchestrators.watch_runs import watch_runs

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
ACTIVITIES = (
    "plan_training", "cut_training", "submit_training", "collect_training", "gate_models", "register_models",
    "promote_models", "summarize_training", "observe_runs", "cancel_runs", "record_fault",
)  # fmt: skip


def answer_as(name: str) -> Any:
    """The activity of a name."""

    def activity(order: dict[str, Any]) -> dict[str, Any]:
        return worlds.present().perform(name, order)

    activity.__name__ = name
    return activity


for _orchestrator in (train_fleet, train_groups, train_region, watch_runs):
    app.orchestration_trigger(context_name="context")(_orchestrator)
for _name in ACTIVITIES:
    app.activity_trigger(input_name="order")(answer_as(_name))


@app.event_grid_trigger(arg_name="event")
@app.durable_client_input(client_name="client")
async def notice_run(event: func.EventGridEvent, client: Any) -> None:
    """As in the app."""
    worlds.present().calls["notice_run"] += 1
    run_name = read_run_event(event.event_type, event.subject, event.get_json())
    if run_name is not None:
        await hints.follow_hint(client, run_name)
