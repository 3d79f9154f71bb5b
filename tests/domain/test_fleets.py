"""A fleet: its cells and shards, and what is wrong with a declaration, by the name of the field."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.fleets import SHARD_KEYS, FleetError, parse_fleet
from shared.domain.segments import Baseline, Segment
from tests.domain.conftest import DECLARED

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=6,
)


def test_the_cells_are_every_region_with_every_format_and_mover(make_fleet):
    fleet = make_fleet()

    assert len(fleet.segments) == len({segment.id for segment in fleet.segments}) == 8
    assert fleet.segments[0] == Segment("texas", "large", "slow")
    assert fleet.segments[0].id == "texas-large-slow"
    assert fleet.segments[0].baseline == fleet.baselines[0] == Baseline("texas", "large")
    assert [baseline.id for baseline in fleet.baselines] == [
        "texas-large-baseline", "texas-small-baseline", "gulf-large-baseline", "gulf-small-baseline",
    ]  # fmt: skip


def test_the_first_source_holds_the_target(make_fleet):
    assert make_fleet(sources=["weather", "shipments"]).target_source == "weather"


@pytest.mark.parametrize(
    ("shard_by", "shards", "members"), [("region", 2, 4), ("region-format", 4, 2), ("segment", 8, 1)]
)
def test_a_fleet_is_cut_into_shards_by_its_key(make_fleet, shard_by, shards, members):
    fleet = make_fleet(shard_by=shard_by)
    cut = fleet.shards(fleet.segments)

    assert len(cut) == shards
    assert {len(segments) for segments in cut.values()} == {members}


@given(st.sampled_from(sorted(SHARD_KEYS)), st.sets(st.integers(0, 7)))
def test_shards_hold_each_segment_once_and_no_other(shard_by, chosen):
    fleet = parse_fleet({**DECLARED, "shard_by": shard_by})
    wanted = [fleet.segments[place] for place in chosen]
    cut = fleet.shards(wanted)

    assert sorted(segment for members in cut.values() for segment in members) == sorted(wanted)
    for name, members in cut.items():
        assert members
        assert all(segment.id == name or segment.id.startswith(f"{name}-") for segment in members)


def test_all_segments_are_selected_when_nothing_narrows_them(make_fleet):
    fleet = make_fleet()

    assert fleet.select(None) == fleet.segments


def test_segments_are_selected_by_id_or_region_once_and_in_declared_order(make_fleet):
    chosen = make_fleet().select(["gulf-large-slow", "texas", "texas-small-fast"])

    assert [segment.id for segment in chosen] == [
        "texas-large-slow", "texas-large-fast", "texas-small-slow", "texas-small-fast", "gulf-large-slow",
    ]  # fmt: skip


@pytest.mark.parametrize("selector", ["ohio", "texas-large", "texas-large-baseline", "", "TEXAS", "large"])
def test_a_selector_that_fits_nothing_is_named(make_fleet, selector):
    with pytest.raises(FleetError, match=f"no segment or region {selector!r}"):
        make_fleet().select(["gulf", selector])


@pytest.mark.parametrize("field", sorted(DECLARED))
def test_a_missing_field_is_named(declare, field):
    with pytest.raises(FleetError, match=f"field '{field}' is missing"):
        parse_fleet(declare(**{field: ...}))


@pytest.mark.parametrize("field", ["colour", 3])
def test_an_unknown_field_is_named(declare, field):
    with pytest.raises(FleetError, match=f"unknown field {field!r}"):
        parse_fleet({**declare(), field: 1})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Demand"), ("name", ""), ("name", "a_b"), ("name", "a--b"), ("name", "a-"), ("name", "../a"),
        ("name", 3), ("name", None), ("name", "a\n"),
        ("regions", []), ("regions", "texas"), ("regions", None), ("regions", ["texas", "texas"]),
        ("regions", ["Texas"]), ("regions", ["a/b"]), ("regions", [["a"]]), ("regions", {"a": 1}),
        ("movers", [True]), ("store_formats", ["l,"]), ("sources", ["my-source"]), ("sources", ["../up"]),
        ("shard_by", "store"), ("shard_by", None), ("shard_by", ["region"]), ("shard_by", {}),
        ("attempts", 0), ("attempts", 6), ("attempts", 1.5), ("attempts", "2"), ("attempts", True),
        ("deadline_minutes", 0), ("deadline_minutes", 21 * 24 * 60 + 1),
        ("stale_after_days", 0), ("stale_after_days", 3651),
        ("data_gate", 3), ("training_gate", None), ("scoring_gate", []), ("job", "x"), ("job", None),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_the_name_of_its_field(declare, field, value):
    with pytest.raises(FleetError, match=f"^{field}"):
        parse_fleet(declare(**{field: value}))


@pytest.mark.parametrize(
    ("gate", "name", "value"),
    [
        ("data_gate", "min_weeks", 1.5), ("data_gate", "max_age_weeks", -1), ("data_gate", "min_weeks", True),
        ("training_gate", "max_mape", "0.45"), ("training_gate", "max_mape", -0.1),
        ("training_gate", "max_mape", math.nan), ("training_gate", "max_mape", math.inf),
        ("training_gate", "min_coverage", None), ("scoring_gate", "max_times_history", math.nan),
        ("scoring_gate", "min_rows_share", [1]),
    ],
)  # fmt: skip
def test_a_wrong_limit_is_refused_by_the_name_of_its_gate_and_field(declare, gate, name, value):
    with pytest.raises(FleetError, match=f"^{gate}.{name}: "):
        parse_fleet(declare(**{gate: {**DECLARED[gate], name: value}}))


@pytest.mark.parametrize("gate", ["data_gate", "training_gate", "scoring_gate"])
def test_a_gate_has_its_fields_and_no_others(declare, gate):
    first = next(iter(DECLARED[gate]))

    with pytest.raises(FleetError, match=f"^{gate}.more: is not a field"):
        parse_fleet(declare(**{gate: {**DECLARED[gate], "more": 1}}))
    with pytest.raises(FleetError, match=f"^{gate}.{first}: is missing"):
        parse_fleet(declare(**{gate: {name: 1 for name in DECLARED[gate] if name != first}}))


def test_two_cells_of_one_id_are_refused(declare):
    with pytest.raises(FleetError, match="two cells are called a-b-c-slow"):
        parse_fleet(declare(regions=["a", "a-b"], store_formats=["b-c", "c"]))
    with pytest.raises(FleetError, match="two cells are called texas-large-baseline"):
        parse_fleet(declare(movers=["slow", "baseline"]))


@pytest.mark.parametrize("value", [date(2026, 1, 1), math.nan, {1, 2}])
def test_what_a_run_could_not_be_told_is_refused(declare, value):
    with pytest.raises(FleetError, match=r"^job: "):
        parse_fleet(declare(job={"since": value}))


@given(st.sampled_from(sorted(DECLARED)), ANYTHING)
def test_any_value_gives_a_fleet_or_an_error_that_names_its_field(field, value):
    try:
        fleet = parse_fleet({**DECLARED, field: value})
    except FleetError as error:
        assert field in str(error) or "two cells" in str(error)
    else:
        assert len(fleet.segments) == len(fleet.regions) * len(fleet.store_formats) * len(fleet.movers)


@given(st.dictionaries(st.text(max_size=5) | st.integers() | st.none() | st.booleans(), ANYTHING, max_size=5))
def test_any_table_that_is_no_fleet_is_a_fleet_error(declared):
    with pytest.raises(FleetError):
        parse_fleet(declared)
