"""Repeated rows: equal ones are dropped, contradicting ones quarantined, at any distance and in bounded memory."""

import random

import numpy as np
import polars as pl
import pytest

from conditioners import candidates, duplicates
from conditioners.candidates import find_candidates
from conditioners.duplicates import CONFLICT, DUPLICATE, NEW, Identities, KeyTable
from conditioners.limits import Limits

HEADER = "day,store,units,price,note\n"


def test_an_equal_row_is_a_duplicate_and_one_with_other_values_a_conflict(toy, run):
    result = run(toy, (HEADER + "2024-01-01,001,1,,a\n2024-01-01,001, 1 ,,a\n2024-01-01,001,2,,a\n").encode())

    assert result.rows == ["2024-01-01,001,1,,a"]
    assert (result.summary.rows_in, result.summary.rows_duplicate, result.summary.rows_quarantined) == (3, 1, 1)
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("4", "key_conflict")]


def test_a_rejected_row_claims_no_key(toy, run):
    result = run(toy, (HEADER + "2024-01-01,001,x,,\n2024-01-01,001,1,,\n").encode())

    assert result.rows == ["2024-01-01,001,1,,"]


def test_a_source_without_a_key_keeps_every_row(make_source, run):
    result = run(make_source(key=()), (HEADER + "2024-01-01,001,1,,\n" * 3).encode())

    assert (result.summary.rows_out, result.summary.distinct_keys) == (3, None)


def test_rows_of_nothing_but_their_key_are_duplicates():
    frame = pl.DataFrame({"store": ["1", "1", "2"], "week": [1, 1, 1]})

    rows = Identities(frame, ("store", "week"))

    assert KeyTable().classify(rows.keys, rows.checks).tolist() == [NEW, DUPLICATE, NEW]


def test_values_that_change_places_within_a_key_are_another_key():
    frame = pl.DataFrame({"shipped": ["1", "2", None], "billed": ["2", "1", None], "units": [1, 1, 1]})

    rows = Identities(frame, ("shipped", "billed"))

    assert KeyTable().classify(rows.keys, rows.checks).tolist() == [NEW, NEW, NEW]


@pytest.mark.parametrize("column", ["c0", "c63", "c64", "c4199"])
def test_thousands_of_columns_are_hashed_few_at_a_time_and_each_of_them_counts(monkeypatch, column):
    hashed = []
    hash_columns = duplicates.hash_columns
    monkeypatch.setattr(duplicates, "hash_columns", lambda *each: (hashed.append(len(each[0])), hash_columns(*each))[1])
    frame = pl.DataFrame({"key": ["1", "1", "1"]} | {f"c{number}": ["a", "a", "a"] for number in range(4200)})
    frame = frame.with_columns(pl.Series(column, ["a", "a", "b"]))

    alike, keys = Identities(frame, ("key",)), Identities(frame, ("key", column))

    assert KeyTable().classify(alike.keys, alike.checks).tolist() == [NEW, DUPLICATE, CONFLICT]
    assert KeyTable().classify(keys.keys, keys.checks).tolist() == [NEW, DUPLICATE, NEW]
    assert max(hashed) <= 64


@pytest.mark.parametrize("keys_in_memory", [1, 10, 500, 10_000])
@pytest.mark.parametrize("chunk_bytes", [200, 4 << 20])
def test_repeats_at_any_distance_are_found_within_any_budget_of_memory(toy, run, keys_in_memory, chunk_bytes):
    shuffled = random.Random(5)
    rows = [f"2024-01-{1 + n % 28:02d},{n // 28:03d},{n},,\n" for n in range(1500)]
    rows += [shuffled.choice(rows) for _ in range(200)]
    rows += [row.replace(",,", ",9.99,") for row in shuffled.sample(rows[:1500], 100)]
    shuffled.shuffle(rows)
    limits = Limits(keys_in_memory=keys_in_memory, chunk_bytes=chunk_bytes)
    result = run(toy, (HEADER + "".join(rows)).encode(), limits=limits)

    seen, kept = {}, []
    for row in rows:
        if row.split(",")[:2] not in seen.values() and tuple(row.split(",")[:2]) not in seen:
            seen[tuple(row.split(",")[:2])] = row
            kept.append(row.replace(",9.99,", ",9.99,").strip())
    assert result.rows == kept
    assert result.summary.rows_duplicate == sum(seen[tuple(r.split(",")[:2])] == r for r in rows) - len(kept)


def test_keys_that_share_a_slot_of_the_table_are_told_apart():
    table = KeyTable()
    keys = np.array([5, 6, 5, 7, 6], np.uint64)
    checks = np.array([1, 1, 1, 1, 2], np.uint64)

    assert table.classify(keys, checks).tolist() == [NEW, NEW, DUPLICATE, NEW, CONFLICT]


def test_keys_whose_first_hash_collides_are_told_apart_by_the_second():
    table = KeyTable()
    half = np.uint64(1) << np.uint64(32)
    keys = np.array([5, 5, 5], np.uint64)

    assert table.classify(keys, np.array([1 * half, 2 * half, 2 * half], np.uint64)).tolist() == [NEW, NEW, DUPLICATE]


def test_the_table_grows_without_forgetting():
    table = KeyTable()
    keys = np.random.default_rng(1).integers(0, 2**63, 200_000).astype(np.uint64) * np.uint64(2)
    checks = keys ^ np.uint64(0xFFFFFFFFFFFFFFFF)
    for start in range(0, len(keys), 7_000):
        assert not table.classify(keys[start : start + 7_000], checks[start : start + 7_000]).any()

    assert (table.classify(keys, checks) == DUPLICATE).all()


def test_every_key_that_comes_again_is_a_candidate_and_hardly_any_other():
    keys = np.random.default_rng(3).integers(0, 1 << 64, 200_000, np.uint64)
    again = keys[::100]
    candidates = find_candidates([keys[:150_000], np.concatenate([keys[150_000:], again])])

    assert candidates.hold(again).all()
    assert len(candidates) < len(again) + 20
    assert candidates.hold(keys).sum() < len(again) + 20


def test_a_key_that_comes_twice_in_one_batch_is_a_candidate():
    assert find_candidates([np.array([1, 7, 7], np.uint64)]).hold(np.array([1, 7], np.uint64)).tolist() == [False, True]


def test_a_table_keeps_each_key_once_however_often_it_comes():
    table, seen = KeyTable(), {}
    drawn = np.random.default_rng(4)
    for most in (3, 1 << 40, 3, 40, 1 << 40, 7):
        keys = drawn.integers(0, most, 5000).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        checks = drawn.integers(0, 2, 5000).astype(np.uint64)
        expected = []
        for key, check in zip(keys.tolist(), checks.tolist(), strict=True):
            expected.append(NEW if key not in seen else DUPLICATE if seen[key] == check else CONFLICT)
            seen.setdefault(key, check)
        assert table.classify(keys, checks).tolist() == expected
    assert len(table) < 11_000


def test_candidates_that_are_found_again_and_again_are_kept_once(monkeypatch):
    monkeypatch.setattr(candidates, "_MANY", 800)
    keys = np.arange(1, 51, dtype=np.uint64) << np.uint64(50)

    assert len(find_candidates([keys] * 100)) < 50 * 20
    assert find_candidates([keys] * 100).hold(keys).all()


@pytest.mark.parametrize("keys", [[], [5], [5, 5, 5], [9, 1, 9, 1, 3], list(range(100)) * 3])
def test_candidates_that_are_put_in_order_in_place_are_all_there_and_each_once(monkeypatch, keys):
    monkeypatch.setattr(candidates, "_PORTION", 4)
    found = bytearray(np.array(keys, np.uint64))

    candidates._keep_once(found)

    assert np.frombuffer(found, np.uint64).tolist() == sorted(set(keys))
