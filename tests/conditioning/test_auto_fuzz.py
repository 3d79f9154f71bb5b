"""Some mutated files of every format; `python -m bench.conditioning.fuzz` tries as many as one likes."""

import random

from bench.conditioning.fuzz import Seed, find_fault, fuzz, gather_seeds, mutate


def test_mutated_files_are_read_or_refused_and_every_row_is_accounted_for():
    assert [fault for _, fault in fuzz(600, seed=5)] == []


def test_the_same_seed_gives_the_same_inputs():
    seeds = gather_seeds()

    assert mutate(seeds[0], seeds, random.Random(3)) == mutate(seeds[0], seeds, random.Random(3))


def test_a_reader_that_raises_or_loses_a_row_is_found_out(monkeypatch):
    monkeypatch.setattr("bench.conditioning.fuzz._check_auto", lambda *_: 1 / 0)

    assert find_fault("a.csv", Seed("a.csv", b"a,b\n1,2\n").data, None) == "ZeroDivisionError: division by zero"
