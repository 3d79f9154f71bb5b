"""What serves a segment, and when it is stale."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.serving import Role, ServedModel, choose_serving, is_stale

NOW = datetime(2026, 11, 16, 5, tzinfo=UTC)
DAYS = 60


def model(digest, age_days=1.0):
    return ServedModel(digest, f"demand/x/{digest}", NOW - timedelta(days=age_days))


def choose(promoted, unfit=()):
    return choose_serving(promoted, unfit, NOW, DAYS)


def test_the_newest_promotion_is_the_champion():
    serving = choose([model("c"), model("b"), model("a")])

    assert (serving.role, serving.model.digest) == (Role.CHAMPION, "c")
    assert serving.is_model


def test_an_unfit_champion_makes_room_for_the_last_good_model():
    serving = choose([model("c"), model("b"), model("a")], {Role.CHAMPION})

    assert (serving.role, serving.model.digest) == (Role.LAST_GOOD, "b")


def test_the_last_good_model_is_another_one_than_the_champion():
    serving = choose([model("a"), model("a"), model("b"), model("a")], {Role.CHAMPION})

    assert serving.model.digest == "b"


@pytest.mark.parametrize(
    ("promoted", "unfit"),
    [([], ()), (["c"], {Role.CHAMPION}), (["c", "c"], {Role.CHAMPION}), (["c", "b"], {Role.CHAMPION, Role.LAST_GOOD})],
)
def test_the_baseline_serves_when_no_model_can(promoted, unfit):
    serving = choose([model(digest) for digest in promoted], unfit)

    assert (serving.role, serving.model, serving.stale) == (Role.BASELINE, None, False)
    assert not serving.is_model


@given(st.lists(st.sampled_from("abc"), max_size=4), st.sets(st.sampled_from(list(Role))))
def test_nothing_unfit_ever_serves_but_the_baseline(digests, unfit):
    serving = choose([model(digest) for digest in digests], unfit)

    assert serving.role is Role.BASELINE or serving.role not in unfit
    assert (serving.model is None) == (serving.role is Role.BASELINE)


@pytest.mark.parametrize("role", [Role.CHAMPION, Role.LAST_GOOD])
def test_whatever_model_serves_is_flagged_when_it_is_stale(role):
    promoted = [model("new", 61), model("old", 61)] if role is Role.CHAMPION else [model("new", 1), model("old", 61)]
    serving = choose(promoted, set() if role is Role.CHAMPION else {Role.CHAMPION})

    assert (serving.role, serving.stale) == (role, True)


def test_exactly_sixty_days_after_its_training_a_model_is_not_stale_and_an_instant_later_it_is():
    assert not is_stale(NOW - timedelta(days=60), NOW, DAYS)
    assert is_stale(NOW - timedelta(days=60, microseconds=1), NOW, DAYS)


@given(st.integers(-12, 12), st.integers(0, 200 * 24))
def test_staleness_does_not_depend_on_the_zone_in_which_a_time_is_written(zone, hours):
    trained_at = NOW - timedelta(hours=hours)
    elsewhere = trained_at.astimezone(timezone(timedelta(hours=zone)))

    assert is_stale(elsewhere, NOW, DAYS) == is_stale(trained_at, NOW, DAYS) == (hours > 60 * 24)
