"""Which model serves, week after week: promoted, refused, rolled back, grown stale and trained again."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from cli.sample.lake import drop_sample
from shared import wiring
from shared.adapters.folder_lake import FolderLake
from shared.domain.weeks import IsoWeek
from tests.orchestration.conftest import REGIONS

CELL = "texas-large-fast"


def champion(headrace, week="2026W47"):
    return headrace.cells(week)[CELL]["champion"]


def published(headrace, week, cell=CELL):
    """The rows of a published forecast."""
    with (headrace.home / f"lake/predictions/{week}/tiny/{cell}.csv").open() as file:
        return list(csv.DictReader(file))


def start_with(headrace, mape, week):
    headrace.backend.script.mape = lambda segment: mape
    return headrace.start(week=week)


def test_over_the_weeks_only_better_models_take_over_and_each_promotion_rests_on_a_passing_record(headrace):
    champions, serving = [], None
    for week, mape in (("2026W43", 0.39), ("2026W44", 0.46), ("2026W45", 0.3), ("2026W46", 0.35), ("2026W47", 0.2)):
        headrace.backend.script.champion_mape = lambda segment, mape=serving: mape
        start_with(headrace, mape, week)
        champions.append(champion(headrace, week))
        serving = mape if serving is None else min(serving, mape)
    first, _, better, _, best = champions

    assert champions == [first, first, better, better, best]
    assert len({first, better, best}) == 3
    assert [model.digest for model in wiring.ledger().models.promoted_models("tiny")[CELL]] == [best, better, first]
    assert wiring.ledger().models.find_broken_link() is None
    assert headrace.registry.champions[f"tiny-{CELL}"] == "3"


def test_a_refused_ensemble_leaves_its_cell_to_the_average_and_the_forecast_says_so(headrace):
    headrace.backend.script.mape = lambda segment: 0.5 if segment == CELL else 0.2
    output = headrace.run(headrace.start())["output"]

    cell = headrace.cells()[CELL]
    assert (cell["state"], cell["role"], cell["fallback"], cell["champion"]) == ("refused", "baseline", True, None)
    (row,) = published(headrace, "2026W47")
    assert (row["role"], row["model"], row["stale"]) == ("baseline", "", "false")
    assert published(headrace, "2026W47", "texas-small-fast")[0]["role"] == "champion"
    assert output["fallback"] == 1
    assert [told["cell"] for told in output["not_passed"]] == [CELL]


@pytest.mark.parametrize("mape", [float("nan"), float("inf"), None])
def test_a_model_whose_accuracy_makes_no_sense_never_serves(headrace, mape):
    headrace.backend.script.mape = lambda segment: mape if segment == CELL else 0.2
    headrace.start()

    assert headrace.cells()[CELL]["state"] == "refused"
    assert champion(headrace) is None
    assert headrace.cells()["texas-small-fast"]["role"] == "champion"


def test_repeating_an_older_week_does_not_bring_its_model_back(headrace):
    failing = ["texas-small-slow"]
    headrace.backend.script.segment_error = lambda segment, attempt: "diverged" if segment in failing else None
    older = start_with(headrace, 0.3, "2026W46")
    start_with(headrace, 0.1, "2026W47")
    best = champion(headrace)
    failing.clear()
    assert headrace.host.post(f"/api/runs/{older}/rerun", {"reason": "the data was mended"}).status == 202
    headrace.settle()

    assert headrace.run(older)["status"] == "Completed"
    assert champion(headrace) == best
    assert headrace.registry.champions[f"tiny-{CELL}"] == "2"


def test_a_promotion_that_is_delivered_again_after_a_newer_one_changes_nothing_also_in_the_registry(headrace):
    from orchestrators.activities.training import promote_models

    start_with(headrace, 0.3, "2026W46")
    runs = [spec.name for spec in headrace.backend.specs.values() if spec.kind == "train"]
    start_with(headrace, 0.1, "2026W47")
    before = champion(headrace)

    assert promote_models({"fleet": "tiny", "week": "2026W46", "runs": runs}) == {"promoted": 0}
    assert champion(headrace) == before
    assert headrace.registry.champions[f"tiny-{CELL}"] == "2"


def test_after_a_rollback_the_former_model_forecasts_and_the_next_candidate_is_measured_against_it(headrace):
    start_with(headrace, 0.3, "2026W45")
    former = champion(headrace, "2026W45")
    start_with(headrace, 0.1, "2026W46")
    models = wiring.ledger().models
    assert models.roll_back("tiny", CELL, former, "an operator", "it orders too much", wiring.now())
    start_with(headrace, 0.25, "2026W47")

    trained = [spec for spec in headrace.backend.specs.values() if spec.kind == "train" and spec.week == "2026W47"]
    (measured,) = [spec.models[CELL] for spec in trained if CELL in spec.models]
    assert former[:16] in measured
    assert headrace.cells("2026W45")[CELL]["role"] == "champion"


def test_a_fleet_that_is_rolled_back_publishes_with_the_former_model(headrace):
    start_with(headrace, 0.3, "2026W45")
    former = champion(headrace, "2026W45")
    start_with(headrace, 0.1, "2026W46")
    wiring.ledger().models.roll_back("tiny", CELL, former, "an operator", "it orders too much", wiring.now())
    headrace.start("score")

    (row,) = published(headrace, "2026W47")
    assert former.startswith(row["model"])
    assert (row["role"], champion(headrace)) == ("champion", former)


def test_models_that_grow_stale_are_flagged_then_trained_anew_by_the_timer_and_fresh_again(headrace):
    headrace.start()
    old = headrace.cells()
    later = headrace.host.virtual_clock.now() + timedelta(days=61)
    week = IsoWeek.of(later.date())
    drop_sample(FolderLake(headrace.home / "lake"), week, 1, REGIONS, first_week="2025W44", stores_per_format=1)
    headrace.host.run()
    headrace.backend.script.mape = lambda segment: 0.1
    headrace.host.virtual_clock.advance_to(later)
    assert {cell["stale"] for cell in headrace.cells().values() if cell["mover"]} == {True}
    headrace.host.run_for(days=2)

    (instance,) = [run["id"] for run in headrace.host.get("/api/runs?pipeline=train").json()["runs"]]
    assert headrace.run(instance)["status"] == "Completed"
    cells = headrace.cells(str(week))
    assert {cell["stale"] for cell in cells.values() if cell["mover"]} == {False}
    assert all(cells[name]["champion"] != cell["champion"] for name, cell in old.items() if cell["mover"])


def test_models_of_sixty_days_are_left_alone_by_the_timer(headrace):
    headrace.start()
    headrace.host.virtual_clock.advance_to(headrace.host.virtual_clock.now() + timedelta(days=59))
    headrace.settle()

    assert headrace.host.get("/api/runs?pipeline=train").json()["runs"] == []
    assert {cell["stale"] for cell in headrace.cells().values()} == {False}
