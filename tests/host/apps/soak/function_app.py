"""A workload for kills: activities, timers, children, continue-as-new; each call is a line in the file CALLS."""

import os
from datetime import timedelta

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
CALLS = os.open(os.environ["CALLS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
STEPS, ROUNDS = 4, 2


@app.activity_trigger(input_name="call")
def step(call):
    os.write(CALLS, (call + "\n").encode())
    return 1


@app.orchestration_trigger(context_name="context")
def chain(context):
    state = context.get_input()
    done = state["done"]
    for number in range(STEPS):
        done += yield context.call_activity("step", f"{state['name']}/{state['round']}/{number}")
        yield context.create_timer(context.current_utc_datetime + timedelta(milliseconds=50))
    if state["round"] + 1 < ROUNDS:
        context.continue_as_new({**state, "round": state["round"] + 1, "done": done})
        return None
    return done


@app.orchestration_trigger(context_name="context")
def group(context):
    given = context.get_input()
    children = [
        context.call_sub_orchestrator("chain", {"name": f"{given['name']}-{number}", "round": 0, "done": 0})
        for number in range(given["size"])
    ]
    return sum((yield context.task_all(children)))
