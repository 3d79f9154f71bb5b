"""The functions that are registered: by nobody but blueprints, under the names that orchestrators call."""

from __future__ import annotations

import ast
import subprocess
import sys

from shared.domain.requests import Pipeline

CALLS = {
    "call_activity": "activityTrigger",
    "call_activity_with_retry": "activityTrigger",
    "call_sub_orchestrator": "orchestrationTrigger",
    "call_sub_orchestrator_with_retry": "orchestrationTrigger",
    "call_entity": "entityTrigger",
    "signal_entity": "entityTrigger",
}


def calls_by_name(root):
    """Every call of another function in the orchestrators' modules: where, the kind of function, its name's node."""
    for module in sorted((root / "orchestrators").glob("*.py")):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
                yield f"{module.name}:{node.lineno}", CALLS[node.func.attr], node.args[0]


def triggers(indexed):
    """Each function's name and the type of its trigger."""
    return {
        function["name"]: next(binding["type"] for binding in function["bindings"] if "Trigger" in binding["type"])
        for function in indexed["functions"]
    }


def test_the_function_app_registers_blueprints_and_does_nothing_else(root):
    docstring, *statements = ast.parse((root / "function_app.py").read_text(encoding="utf-8")).body
    work = [node for node in statements if not isinstance(node, ast.Import | ast.ImportFrom)]
    app, *registrations = [ast.unparse(node) for node in work]

    assert isinstance(docstring, ast.Expr)
    assert app.startswith("app = df.DFApp(")
    assert registrations
    assert all(line.startswith("app.register_functions(") for line in registrations)


def test_every_name_that_an_orchestrator_calls_is_registered_as_what_it_is_called(root, indexed):
    registered = triggers(indexed)
    calls = list(calls_by_name(root))

    assert len(calls) > 20
    for place, trigger, name in calls:
        assert isinstance(name, ast.Constant), f"{place}: call it by a literal name, so that this test can look it up"
        assert registered.get(name.value) == trigger, f"{place}: {name.value} is not registered"


def test_every_registered_activity_is_called(root, indexed):
    called = {name.value for _, _, name in calls_by_name(root)}
    activities = {name for name, trigger in triggers(indexed).items() if trigger == "activityTrigger"}

    assert activities <= called


def test_every_pipeline_that_can_be_asked_for_is_registered(indexed):
    registered = triggers(indexed)

    for pipeline in Pipeline:
        assert registered[pipeline.orchestrator] == "orchestrationTrigger"


def test_no_route_is_open_to_everybody(indexed):
    routes = [
        binding
        for function in indexed["functions"]
        for binding in function["bindings"]
        if binding["type"] == "httpTrigger"
    ]

    assert routes
    assert {str(route["authLevel"]).upper() for route in routes} == {"FUNCTION"}


def test_no_orchestrator_does_what_a_replay_could_not_repeat(root):
    linted = subprocess.run(
        [sys.executable, "-m", "embedded_host", "lint", "--app", "."], cwd=root, capture_output=True, text=True
    )

    assert (linted.returncode, linted.stdout.strip()) == (0, ""), linted.stdout + linted.stderr
