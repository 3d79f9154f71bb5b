"""Identities: what makes two things the same."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blob_names import BlobNameError, check_path
from shared.domain.identities import child_id, conditioned_path, digest_of, is_below, quarantine_path

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
WEEKLY = "weekly-demand-2026W47"


@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_the_order_in_which_fields_were_written_makes_no_difference(value):
    assert digest_of(dict(reversed(value.items()))) == digest_of(value)


@given(st.lists(st.text(max_size=3), max_size=3), st.lists(st.text(max_size=3), max_size=3))
def test_different_texts_have_different_digests_wherever_they_are_cut(first, second):
    assert (digest_of(first) == digest_of(second)) == (first == second)


@pytest.mark.parametrize(("one", "other"), [(1, "1"), (1, True), (None, "null"), ([], {}), ("", None), (1, 1.5)])
def test_values_of_different_kinds_have_different_digests(one, other):
    assert digest_of([one]) != digest_of([other])


def test_a_digest_is_of_the_bytes_that_anybody_can_write_down():
    import hashlib

    assert digest_of({"b": [1, "ü"], "a": None}) == hashlib.sha256('{"a":null,"b":[1,"ü"]}'.encode()).hexdigest()


@pytest.mark.parametrize("value", [math.nan, math.inf, {"deep": [-math.inf]}])
def test_what_json_does_not_have_has_no_digest(value):
    with pytest.raises(ValueError, match="JSON compliant"):
        digest_of(value)


@pytest.mark.parametrize(
    "instance", [f"{WEEKLY}-1-train", f"{WEEKLY}-12-train-1-texas", f"{WEEKLY}-1-train-1-a-2-watch"]
)
def test_a_child_is_below_its_parent_at_any_depth_and_of_any_attempt(instance):
    assert is_below(WEEKLY, instance)


@pytest.mark.parametrize(
    "instance",
    [
        WEEKLY,
        f"{WEEKLY}-2b5f9a01",
        f"{WEEKLY}-12345678-1-train",
        f"{WEEKLY}0-1-train",
        "weekly-demand-2026W4-1-train",
        f"x{WEEKLY}-1-train",
        f"{WEEKLY}-a-train",
        "weekly-demand-2026W47.1-train",
    ],
)
def test_an_instance_that_only_looks_like_a_child_is_not_below(instance):
    assert not is_below(WEEKLY, instance)


@given(st.text(min_size=1), st.integers(1, 9_999), st.text())
def test_whatever_is_called_a_child_is_below_whoever_called_it(parent, attempt, part):
    child = child_id(parent, attempt, part)

    assert is_below(parent, child)
    assert is_below(parent, child_id(child, 1, "x"))


def test_a_narrowed_request_is_not_below_the_whole_one():
    narrowed = f"{WEEKLY}-{digest_of(['texas'])[:8]}"

    assert not is_below(WEEKLY, child_id(narrowed, 1, "train"))


def test_a_conditioned_file_is_called_like_its_raw_file():
    assert conditioned_path("events/2026/calendar.csv") == "events/2026/calendar.csv.csv"
    assert quarantine_path("events/2026/calendar.csv") == "events/2026/calendar.csv.csv"


@given(st.text(st.characters() | st.sampled_from("/ab"), min_size=1, max_size=60), st.integers(1, 40))
def test_every_raw_name_that_a_lake_takes_has_an_output_name_that_it_takes_in_the_same_folder(text, times):
    raw_path = "/".join([f"events/{text}"] * times)
    try:
        check_path(raw_path)
    except BlobNameError:
        return

    path = check_path(conditioned_path(raw_path))
    assert path.split("/")[0] == "events"
    assert path.endswith(".csv")


@pytest.mark.parametrize("length", [196, 197, 200])
def test_a_name_too_long_to_be_lengthened_is_replaced_by_its_digest(length):
    raw_path = f"events/{'x' * length}"

    assert conditioned_path(raw_path) == (f"{raw_path}.csv" if length == 196 else f"events/{digest_of(raw_path)}.csv")
    assert conditioned_path(raw_path) != conditioned_path(f"{raw_path[:-1]}y")
