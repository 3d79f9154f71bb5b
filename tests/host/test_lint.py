"""The lint command names what would hang or fail in Azure."""

from __future__ import annotations

import pytest

from embedded_host.lint import lint_app

HEAD = """
import random
import uuid
from datetime import datetime, timedelta, timezone
import azure.durable_functions as df

app = df.DFApp()
NAME = "misspelt"


@app.function_name("ShoutLoud")
@app.activity_trigger(input_name="value")
def shout(value):
    return value.upper()


@app.activity_trigger(input_name="value")
def whisper(value):
    return datetime.now().isoformat()


@app.orchestration_trigger(context_name="context")
def flow(context):
"""


def lint(tmp_path, *lines):
    (tmp_path / "function_app.py").write_text(HEAD + "".join(f"    {line}\n" for line in lines))
    return [problem.message for problem in lint_app(tmp_path)]


def test_a_correct_app_has_no_problems(tmp_path):
    assert lint(
        tmp_path,
        "yield context.call_activity('shoutloud', 'a')",
        "yield context.call_activity(whisper, 'a')",
        "yield context.create_timer(context.current_utc_datetime + timedelta(days=1))",
        "yield context.create_timer(datetime(2030, 1, 1, tzinfo=timezone.utc))",
        "return context.new_uuid()",
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("yield context.call_activity('shot', 'a')", "The function 'shot' doesn't exist"),
        ("yield context.call_activity(NAME, 'a')", "The function 'misspelt' doesn't exist"),
        ("yield context.call_sub_orchestrator('flaw')", "not an orchestrator function"),
        ("yield context.call_entity(df.EntityId('nobody', 'k'), 'op')", "not an entity function"),
        ("yield context.call_activity(shout, 'a')", "is sent as 'shout', but is known as 'ShoutLoud'"),
        ("yield context.create_timer(datetime(2030, 1, 1))", "a naive datetime"),
        ("yield context.create_timer(datetime.utcnow() + timedelta(days=1))", "a naive datetime"),
        ("yield context.call_activity('whisper', datetime.now())", "the time of day"),
        ("yield context.call_activity('whisper', str(uuid.uuid4()))", "a random id"),
        ("yield context.call_activity('whisper', random.random())", "chance"),
    ],
)
def test_a_line_that_would_hang_or_fail_is_named(tmp_path, line, what):
    messages = lint(tmp_path, line)

    assert any(what in message for message in messages), messages


def test_what_the_worker_refuses_is_a_problem(tmp_path):
    wrong = "\n\n@app.activity_trigger(input_name='value')\ndef wrong(val):\n    return val\n"
    (tmp_path / "function_app.py").write_text(HEAD + "    return 1\n" + wrong)

    (problem,) = lint_app(tmp_path)
    assert "cannot load the wrong function: the following parameters are declared in Python" in problem.message
