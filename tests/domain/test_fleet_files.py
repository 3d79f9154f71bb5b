"""Fleets as files: the one that is declared, one more region, and files that are no fleets."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.adapters.fleet_files import read_fleet, read_fleets
from shared.domain.fleets import FleetError

FLEETS = Path(__file__).resolve().parents[2] / "fleets"
DEMAND = (FLEETS / "demand.yaml").read_text(encoding="utf-8")


@pytest.fixture
def write(tmp_path):
    """A fleet file with some text."""

    def make(text, name="demand.yaml"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return make


def test_the_reference_fleet_has_eighty_four_cells():
    fleet = read_fleets(FLEETS)["demand"]

    assert (len(fleet.regions), len(fleet.segments), len(fleet.baselines)) == (14, 56, 28)
    assert len({cell.id for cell in (*fleet.segments, *fleet.baselines)}) == 84
    assert fleet.target_source == "shipments"
    assert len(fleet.shards(fleet.segments)) == 14
    assert (fleet.training_gate.max_mape, fleet.stale_after_days) == (0.45, 60)


def test_a_fifteenth_region_comes_by_configuration_alone(write):
    fleet = read_fleet(write(DEMAND.replace("  - pacific\n", "  - pacific\n  - hawaii\n")))

    assert fleet.regions[-1] == "hawaii"
    assert len(fleet.segments) + len(fleet.baselines) == 90
    assert [segment.id for segment in fleet.shards(fleet.segments)["hawaii"]] == [
        "hawaii-large-slow", "hawaii-large-fast", "hawaii-small-slow", "hawaii-small-fast",
    ]  # fmt: skip


def test_every_file_of_the_folder_is_a_fleet_by_its_name(write):
    write(DEMAND)
    folder = write(DEMAND.replace("name: demand", "name: supply"), "supply.yaml").parent
    write("not a fleet", "README.md")

    assert sorted(read_fleets(folder)) == ["demand", "supply"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (DEMAND.replace("attempts: 2", "attempts: two"), "attempts: 'two' is not a whole number"),
        (DEMAND.replace("name: demand", "name: supply"), "name: 'supply' must be the file's name"),
        (DEMAND.replace("max_mape: 0.45", "max_mape: .nan"), "training_gate.max_mape: nan"),
        (DEMAND + "colour: red\n", "unknown field 'colour'"),
        ("regions: [texas", "expected"),
        ("", "must be a table of fields"),
        ("- a\n- b\n", "must be a table of fields"),
        ("just text", "must be a table of fields"),
        ("!!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("name: \x07", "special characters are not allowed"),
        (DEMAND.encode("utf-16"), "not text in UTF-8"),
        (b"name: \xff\xfe", "not text in UTF-8"),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong_in_it(write, text, words):
    with pytest.raises(FleetError, match=f"(?s)^demand.yaml: .*({words})"):
        read_fleet(write(text))
