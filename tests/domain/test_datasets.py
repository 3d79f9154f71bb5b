"""Datasets: frozen by content, and the gate in front of training at its limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blob_names import check_path
from shared.domain.datasets import (
    Coverage,
    Member,
    content_path,
    forecast_date,
    freeze,
    judge_dataset,
    judge_region,
    manifest_path,
)
from shared.domain.fleets import DataGate
from shared.domain.gates import Verdict
from shared.domain.weeks import IsoWeek

WEEK = IsoWeek(2026, 47)


def member(number=0, source="shipments", rows=10, **changes):
    found = Member(f"{source}/{number}.csv.csv", source, f"{number:064x}", rows, f"{number:016x}")
    return replace(found, **changes)


MEMBERS = st.lists(
    st.builds(member, st.integers(0, 30), st.sampled_from(["shipments", "weather"]), st.integers(0, 9)),
    unique_by=lambda found: found.path,
)


@given(MEMBERS, st.randoms(use_true_random=False))
def test_the_order_in_which_files_are_found_makes_no_difference(members, random):
    shuffled = random.sample(members, len(members))

    assert freeze(shuffled) == freeze(members)
    assert freeze(members).rows == sum(found.rows for found in members)


@given(MEMBERS.filter(bool))
def test_one_file_less_is_another_version(members):
    assert freeze(members[1:]).version != freeze(members).version


def test_other_bytes_or_another_source_is_another_version():
    one = freeze([member()])

    assert freeze([member(sha256="f" * 64)]).version != one.version
    assert freeze([member(source="weather")]).version != one.version


def test_the_same_bytes_under_another_path_are_the_same_version():
    assert freeze([member(path="shipments/again.csv.csv", raw_file_id="f" * 16)]).version == freeze([member()]).version


def test_a_dataset_with_rows_of_every_source_passes(make_fleet):
    verdict = judge_dataset(freeze([member(1), member(2, "weather", rows=5)]), make_fleet())

    assert verdict == Verdict(True, "2 files, 15 rows")


@pytest.mark.parametrize("weather", [[], [member(2, "weather", rows=0)]])
def test_a_source_without_rows_is_named(make_fleet, weather):
    verdict = judge_dataset(freeze([member(1), *weather]), make_fleet())

    assert verdict == Verdict(False, "the dataset has no rows of weather")


def test_all_missing_sources_are_named(make_fleet):
    assert judge_dataset(freeze([]), make_fleet()).reason == "the dataset has no rows of shipments, weather"


def judge(fleet, weeks, last_week):
    return judge_region(Coverage("texas", weeks, last_week), WEEK, fleet)


def test_exactly_enough_weeks_pass_and_one_less_is_refused(make_fleet):
    fleet = make_fleet(data_gate={"min_weeks": 104, "max_age_weeks": 1})

    assert judge(fleet, 104, WEEK.plus(-1)) == Verdict(True, "104 weeks up to 2026W46")
    assert judge(fleet, 103, WEEK.plus(-1)) == Verdict(False, "103 weeks of texas, 104 needed")


def test_a_history_exactly_as_old_as_may_be_passes_and_a_week_older_is_refused(make_fleet):
    fleet = make_fleet(data_gate={"min_weeks": 1, "max_age_weeks": 2})

    assert judge(fleet, 104, WEEK.plus(-2)).passed
    assert judge(fleet, 104, WEEK.plus(-3)) == Verdict(
        False, "the last week of texas is 2026W44, 3 weeks before 2026W47"
    )


def test_ages_are_counted_across_a_year_of_53_weeks(make_fleet):
    fleet = make_fleet(data_gate={"min_weeks": 1, "max_age_weeks": 2})
    week = IsoWeek(2027, 1)

    assert judge_region(Coverage("texas", 9, IsoWeek(2026, 52)), week, fleet).passed
    assert not judge_region(Coverage("texas", 9, IsoWeek(2026, 51)), week, fleet).passed


def test_a_region_without_rows_is_refused(make_fleet):
    fleet = replace(make_fleet(), data_gate=DataGate(0, 10_000))

    assert judge(fleet, 0, None) == Verdict(False, "no rows of texas")


def test_a_forecast_is_made_on_the_sunday_before_its_week():
    assert forecast_date(WEEK) == date(2026, 11, 15)
    assert forecast_date(WEEK).isoweekday() == 7


def test_manifests_and_contents_stand_under_names_that_lakes_take():
    version = freeze([member()]).version

    assert check_path(manifest_path(version)) == f"manifests/{version}.json"
    assert check_path(content_path("a" * 64)) == f"content/{'a' * 64}.csv"
