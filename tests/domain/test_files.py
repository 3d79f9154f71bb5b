"""Raw files and records: their identities and states."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.files import FileState, identify_raw_file, source_folder
from shared.domain.gates import Verdict
from shared.domain.records import Judgement

JUDGEMENT = Judgement("training", "demand", "2026W47", "texas-large-slow", "a" * 64, "run-1", Verdict(True, "good"))


def test_landed_and_conditioning_are_the_states_in_which_something_is_left_to_do():
    assert {state for state in FileState if not state.is_settled} == {FileState.LANDED, FileState.CONDITIONING}


def test_a_version_of_a_file_is_its_path_and_its_etag():
    first = identify_raw_file("events/a.csv", "0x1")

    assert first == identify_raw_file("events/a.csv", "0x1")
    assert len({first, identify_raw_file("events/a.csv", "0x2"), identify_raw_file("events/b.csv", "0x1")}) == 3
    assert identify_raw_file("events/a", ".csv0x1") != first


@pytest.mark.parametrize(("path", "source"), [("events/2026/a.csv", "events"), ("stray.csv", "stray.csv")])
def test_a_file_belongs_to_the_folder_that_its_path_begins_with(path, source):
    assert source_folder(path) == source


def test_the_same_judgement_is_the_same_record_whatever_its_verdict():
    assert replace(JUDGEMENT, verdict=Verdict(False, "bad")).id == JUDGEMENT.id


@pytest.mark.parametrize(
    "changes",
    [
        {"gate": "scoring"},
        {"fleet": "supply"},
        {"week": "2026W48"},
        {"segment": "gulf-large-slow"},
        {"subject": "b" * 64},
        {"run_name": "run-2"},
        {"run_name": None},
    ],
)
def test_another_judgement_is_another_record(changes):
    assert replace(JUDGEMENT, **changes).id != JUDGEMENT.id
