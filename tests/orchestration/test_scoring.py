"""Scoring: what serves each segment, what is let out, and what is flagged."""

from __future__ import annotations

from datetime import timedelta


def row_of(headrace, segment: str, week: str) -> dict[str, str]:
    header, row = (headrace.home / f"lake/predictions/{week}/tiny/{segment}.csv").read_text().splitlines()
    return dict(zip(header.split(","), row.split(","), strict=True))


def test_a_champions_absurd_forecast_is_refused_and_the_average_serves(headrace):
    headrace.backend.script.forecast = lambda segment, role: (
        1e6 if segment == "texas-large-fast" and role == "champion" else 50.0
    )
    headrace.start()

    cell = headrace.cells()["texas-large-fast"]
    assert (cell["state"], cell["role"], cell["fallback"]) == ("passed", "baseline", True)
    assert row_of(headrace, "texas-large-fast", "2026W47")["role"] == "baseline"
    assert headrace.cells()["texas-large-slow"]["role"] == "champion"


def test_the_last_good_model_serves_before_the_average_does(headrace):
    headrace.start(week="2026W46")
    headrace.backend.script.mape = lambda segment: 0.1
    headrace.backend.script.forecast = lambda segment, role: 1e6 if role == "champion" else 50.0
    headrace.start()

    cell = headrace.cells()["texas-large-fast"]
    assert (cell["role"], cell["fallback"]) == ("last-good", True)


def test_a_negative_forecast_is_never_published(headrace):
    headrace.backend.script.forecast = lambda segment, role: -1.0
    run = headrace.run(headrace.start())

    assert run["output"]["forecast_rows"] == 0
    assert not (headrace.home / "lake/predictions/2026W47").exists()


def test_a_model_of_more_than_sixty_days_is_flagged_where_it_serves(headrace):
    headrace.start(week="2026W46")
    headrace.host.virtual_clock.advance_to(headrace.host.virtual_clock.now() + timedelta(days=61))
    headrace.start("score")

    assert row_of(headrace, "texas-large-fast", "2026W47")["stale"] == "true"
    assert headrace.cells()["texas-large-fast"]["stale"]


def test_a_stale_fleet_is_trained_again_by_the_timer(headrace):
    headrace.start(week="2026W46")
    before = len(headrace.backend.specs)
    headrace.host.virtual_clock.advance_to(headrace.host.virtual_clock.now() + timedelta(days=61))
    headrace.host.run_for(days=1)

    instances = [run["id"] for run in headrace.host.get("/api/runs?pipeline=train").json()["runs"]]
    assert len(instances) == 1 and instances[0].startswith("train-tiny-2027W0")
    assert len(headrace.backend.specs) == before  # its region has no fresh data by then, so nothing was submitted


def test_scoring_alone_uses_the_champions_that_are_there(headrace):
    headrace.start("train")
    headrace.start("score")

    assert {cell["role"] for cell in headrace.cells().values() if cell["mover"]} == {"champion"}
