"""The contract of the ledger of runs, models, forecasts and instances: every entry counts once, in any order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from shared.domain.runs import RunKind, RunState, RunStatus
from shared.ledger.models import PromotionRefused
from tests.contracts.books import (
    FLEET,
    REQUEST,
    SEGMENT,
    SPEC,
    START,
    WEEK,
    admit,
    at,
    attempt,
    champions,
    condition,
    freeze,
    judge,
    model,
    promote,
    publish,
    result,
    roll_back,
)

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


def read_state(ledger):
    return ledger.runs.read_run(SPEC.name)["state"]


def observe(ledger, state, minutes=0, **more):
    ledger.runs.record_observed([RunStatus(SPEC.name, state, **more)], at(minutes))


def test_the_first_to_ask_for_an_instance_starts_it_and_nobody_else_does(ledger):
    assert ledger.instances.claim_instance(REQUEST, at(0))
    assert not ledger.instances.claim_instance(REQUEST, at(9))
    assert ledger.instances.find_instance(REQUEST.instance_id)["requested_at"] == at(0).isoformat()
    assert ledger.instances.find_instance("none") is None


def test_instances_are_listed_newest_first_page_by_page_and_only_of_what_was_asked(ledger):
    requests = [type(REQUEST)(**{**vars(REQUEST), "week": f"2026W4{number}"}) for number in range(5)]
    for number, request in enumerate(requests):
        ledger.instances.claim_instance(request, at(number))
    pages = [[row["week"] for row in ledger.instances.list_instances(top=2, skip=skip)] for skip in (0, 2, 4)]

    assert pages == [["2026W44", "2026W43"], ["2026W42", "2026W41"], ["2026W40"]]
    assert len(ledger.instances.list_instances(top=9, skip=0, week="2026W41", fleet=FLEET)) == 1


def test_a_run_that_is_submitted_twice_is_one_run(ledger):
    ledger.runs.record_submitted(SPEC, at(0))
    observe(ledger, RunState.COMPLETED)
    ledger.runs.record_submitted(SPEC, at(9))

    assert len(ledger.runs.list_runs(week=(FLEET, WEEK))) == 1
    assert read_state(ledger) == "completed"


@pytest.mark.parametrize("end", [RunState.COMPLETED, RunState.FAILED, RunState.CANCELED])
@pytest.mark.parametrize("late", list(RunState))
def test_what_is_seen_late_does_not_change_a_run_that_has_ended(ledger, end, late):
    ledger.runs.record_submitted(SPEC, at(0))
    observe(ledger, end, minutes=1, error="the first word")
    before = ledger.runs.read_run(SPEC.name)
    observe(ledger, late, minutes=2, error="a later word")

    assert ledger.runs.read_run(SPEC.name) == before
    assert before["ended_at"] == at(1).isoformat()


def test_the_end_of_a_run_keeps_its_start(ledger):
    ledger.runs.record_submitted(SPEC, at(0))
    observe(ledger, RunState.RUNNING, started_at="2026-11-16T05:01:00")
    observe(ledger, RunState.CANCELED, error="canceled: deadline")

    assert ledger.runs.read_run(SPEC.name)["started_at"] == "2026-11-16T05:01:00"


def test_a_run_that_nobody_submitted_is_not_made_up_by_seeing_it(ledger):
    observe(ledger, RunState.RUNNING)

    with pytest.raises(LookupError, match=SPEC.name):
        ledger.runs.read_run(SPEC.name)


def test_results_of_a_run_are_noted_in_place_of_those_noted_before(ledger):
    ledger.runs.record_submitted(SPEC, at(0))
    ledger.runs.record_results(SPEC.name, [result("x"), result("y", metrics={"mape": 0.2})], at(1))
    ledger.runs.record_results(SPEC.name, [result("y", metrics={"mape": 0.1})], at(2))

    assert ledger.runs.read_results(SPEC.name) == [result("y", metrics={"mape": 0.1})]


def test_the_latest_attempt_speaks_for_a_cell_in_its_week(ledger):
    for number in (1, 2):
        ledger.runs.record_submitted(attempt(number), at(0))
        ledger.runs.record_results(attempt(number).name, [result(error=f"of {number}")], at(number))

    assert ledger.runs.results_of_week(RunKind.TRAIN, FLEET, WEEK)[SEGMENT].error == "of 2"
    assert ledger.runs.results_of_week(RunKind.TRAIN, FLEET, WEEK, code_version="other") == {}
    assert ledger.runs.results_of_week(RunKind.SCORE, FLEET, WEEK) == {}


def test_a_fault_of_a_region_is_noted_with_its_cells_once(ledger):
    order = {"kind": "train", "fleet": FLEET, "week": WEEK, "region": "texas", "root": "r", "dataset_version": "d"}
    for _ in range(2):
        ledger.runs.record_fault(order, [SEGMENT], "no quota", at(1))

    assert ledger.runs.results_of_week(RunKind.TRAIN, FLEET, WEEK)[SEGMENT].error == "no quota"
    assert len(ledger.runs.list_runs(week=(FLEET, WEEK))) == 1


def test_the_runs_of_an_instance_are_those_below_it_and_not_those_of_its_namesakes(ledger):
    names = {"weekly-demand-2026W47-1-x": True, "weekly-demand-2026W47-abc-1-x": False, "weekly-demand_2026W47": False}
    for number, instance in enumerate(names):
        ledger.runs.record_submitted(type(SPEC)(**{**vars(attempt(number)), "instance_id": instance}), at(0))
    found = {run["instance_id"] for run in ledger.runs.list_runs_below("weekly-demand-2026W47")}

    assert found == {name for name, below in names.items() if below}


def test_a_verdict_noted_again_stays_as_it_was_given_first(ledger):
    first = judge(ledger, A, passed=False)
    again = judge(ledger, A, passed=True, minutes=5)

    assert first == again
    (record,) = ledger.models.judgements_of_run("training", SPEC.name)
    assert not record["passed"]
    assert ledger.models.judgements_of_week("training", FLEET, WEEK)[SEGMENT] == record


def test_a_model_registered_again_keeps_the_day_of_its_training(ledger):
    ledger.models.record_model(model(A, minutes=0))
    ledger.models.record_model(model(A, minutes=9))

    assert ledger.models.registered_models([A, B]) == {A: model(A, minutes=0)}


def test_the_last_promoted_model_is_champion_and_the_ones_before_stand_behind_it(ledger):
    for minutes, digest in enumerate((A, B, C)):
        assert promote(ledger, digest, admit(ledger, digest), minutes)

    assert champions(ledger) == [C, B, A]
    assert ledger.models.find_broken_link() is None


def test_a_promotion_asked_for_again_changes_nothing_however_late(ledger):
    records = {digest: admit(ledger, digest) for digest in (A, B)}
    promote(ledger, A, records[A])
    assert not promote(ledger, A, records[A], minutes=1)
    promote(ledger, B, records[B], minutes=2)

    assert not promote(ledger, A, records[A], minutes=3)
    assert champions(ledger) == [B, A]


@pytest.mark.parametrize(
    "wrong",
    [
        {"passed": False},
        {"gate": "scoring"},
        {"segment": "texas-small-fast"},
        {"digest": B},
    ],
)
def test_no_model_is_promoted_without_a_passing_record_of_the_training_gate_for_just_that_model(ledger, wrong):
    ledger.models.record_model(model(A))
    ledger.models.record_model(model(B))
    record = judge(ledger, **{"digest": A, **wrong})

    with pytest.raises(PromotionRefused, match="no passing gate record"):
        promote(ledger, A, record)
    assert champions(ledger) == []


def test_no_model_is_promoted_under_a_record_that_is_not_there(ledger):
    ledger.models.record_model(model(A))

    with pytest.raises(PromotionRefused):
        promote(ledger, A, "0" * 64)


def test_an_operator_goes_back_to_a_former_champion_and_that_is_one_more_promotion(ledger):
    records = {digest: admit(ledger, digest) for digest in (A, B)}
    for digest, record in records.items():
        promote(ledger, digest, record)

    assert roll_back(ledger, A, minutes=5)
    assert champions(ledger) == [A, B, A]
    assert not roll_back(ledger, A, minutes=6)
    assert roll_back(ledger, B, minutes=7)
    assert champions(ledger) == [B, A, B, A]
    assert ledger.models.find_broken_link() is None


def test_nobody_goes_back_to_a_model_that_never_was_champion(ledger):
    admit(ledger, B)

    with pytest.raises(PromotionRefused, match="was never the champion"):
        roll_back(ledger, B)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["promote", "roll back"]), st.sampled_from([A, B, C])), max_size=8))
def test_whatever_is_promoted_and_rolled_back_the_chain_is_whole_and_tells_the_champion(make_ledger, steps):
    ledger = make_ledger(f"{abs(hash(tuple(steps)))}.db")
    records = {digest: admit(ledger, digest) for digest in (A, B, C)}
    expected = []
    for minutes, (step, digest) in enumerate(steps):
        if step == "roll back" and digest not in expected:
            with pytest.raises(PromotionRefused):
                roll_back(ledger, digest, minutes)
            continue
        new = digest not in expected if step == "promote" else digest != expected[0]
        done = promote(ledger, digest, records[digest], minutes) if step == "promote" else roll_back(ledger, digest)
        assert done is new
        expected = [digest, *expected] if new else expected
        assert champions(ledger) == expected

    assert ledger.models.find_broken_link() is None


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE promotion SET digest = (SELECT digest FROM promotion WHERE number = 2) WHERE number = 1",
        "UPDATE promotion SET actor = 'nobody' WHERE number = 1",
        "DELETE FROM promotion WHERE number = 1",
        "UPDATE promotion SET promoted_at = '2020-01-01' WHERE number = 3",
    ],
)
def test_a_promotion_that_was_changed_afterwards_is_found(ledger, tmp_path, tampering):
    for digest in (A, B, C):
        promote(ledger, digest, admit(ledger, digest))
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with engine.begin() as connection:
        connection.execute(text(tampering))
    engine.dispose()

    assert ledger.models.find_broken_link() in (1, 2, 3)


def test_a_forecast_published_again_takes_the_place_of_the_one_before(ledger):
    ledger.forecasts.record_published(publish(units=50.0), at(0))
    ledger.forecasts.record_published(publish(units=60.0, stores=("00001",)), at(1))

    assert ledger.forecasts.count_forecast_rows(FLEET, WEEK) == 1
    assert ledger.forecasts.publications_of_week(FLEET, WEEK)[SEGMENT]["rows"] == 1


def test_a_forecast_without_rows_is_published_as_such(ledger):
    ledger.forecasts.record_published(publish(stores=()), START)

    assert ledger.forecasts.publications_of_week(FLEET, WEEK)[SEGMENT]["rows"] == 0


def test_the_last_week_of_a_fleet_is_that_of_its_runs(ledger):
    assert ledger.reports.latest_week(FLEET) is None
    for number, week in enumerate(("2026W47", "2027W01", "2026W53")):
        ledger.runs.record_submitted(type(SPEC)(**{**vars(attempt(number)), "week": week}), at(number))

    assert ledger.reports.latest_week(FLEET) == "2027W01"
    assert ledger.reports.latest_week("other") is None


def test_what_a_person_did_is_kept_each_time(ledger, tmp_path):
    for minutes in (0, 1):
        ledger.instances.record_audit("terminate", REQUEST.instance_id, "an operator", "wrong week", at(minutes))
    engine = create_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT action, reason FROM audit_event")).all()
    engine.dispose()

    assert [tuple(row) for row in rows] == [("terminate", "wrong week")] * 2


def test_a_dataset_names_only_files_that_the_ledger_knows(ledger):
    dataset = freeze(ledger, condition(ledger))
    stranger = type(dataset)("e" * 64, (type(dataset.members[0])("x", "events", "a" * 64, 1, "unknown"),))

    with pytest.raises(Exception, match="FOREIGN KEY"):
        ledger.datasets.record_dataset(stranger, START)
    with pytest.raises(LookupError):
        ledger.datasets.read_dataset("e" * 64)
