"""Session replay writes the same task hub as strict replay, to the last byte, for programs of any shape."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedded_host.testing import SteppedHost

EXAMPLES = int(os.environ.get("EXAMPLES", "100"))
"""100 are always the same ones; another number draws new ones."""
ATOM = st.one_of(
    st.tuples(st.just("echo"), st.integers(0, 9)),
    st.tuples(st.just("fail")),
    st.tuples(st.just("retry")),
    st.tuples(st.just("timer"), st.sampled_from([0, 1, 2, 200])),
    st.tuples(st.just("wait"), st.sampled_from(["a", "b"])),
    st.tuples(st.just("add"), st.integers(0, 9)),
)
TASK = st.recursive(
    ATOM, lambda inner: st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, max_size=3)), max_leaves=4
)
STEP = st.one_of(
    TASK,
    st.tuples(st.just("status"), st.sampled_from(["x", 0, {"a": 1}])),
    st.tuples(st.just("signal"), st.integers(0, 9)),
    st.tuples(st.just("continue")),
    st.tuples(st.just("child"), st.lists(ATOM, max_size=3)),
)
OUTSIDE = st.lists(
    st.tuples(st.sampled_from(["a", "b", "A", "suspend", "resume", "hours", "terminate"]), st.integers(1, 5)),
    max_size=8,
)


def run(app_dir, mode, steps, outside):
    """Run a program with what comes from outside; the task hub's digest and the final status."""
    with tempfile.TemporaryDirectory() as folder:
        host = SteppedHost(app_dir, Path(folder) / "state.db", replay=mode, seed=7)
        try:
            host.start("program", "i", steps)
            host.run()
            for what, number in outside:
                if what == "hours":
                    host.run_for(hours=number)
                elif what in ("suspend", "resume", "terminate"):
                    host.post(f"/runtime/webhooks/durabletask/instances/i/{what}?reason=r")
                else:
                    host.raise_event("i", what, number)
                host.run()
            host.run_for(days=20)
            return host.trace(), host.status("i", with_history=True)
        finally:
            host.close()


@settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES == 100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEP, max_size=5), outside=OUTSIDE)
def test_both_modes_leave_the_same_task_hub(apps, steps, outside):
    session, told = run(apps / "flows", "session", steps, outside)
    strict, wanted = run(apps / "flows", "strict", steps, outside)

    assert told == wanted
    assert session == strict
