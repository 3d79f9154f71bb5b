"""Fleets as YAML files, one fleet each, named like its file."""

from __future__ import annotations

from pathlib import Path

from shared.domain.fleets import Fleet, FleetError, parse_fleet


def read_fleets(folder: Path) -> dict[str, Fleet]:
    """Every fleet in a folder, by name; raises FleetError naming the file and the field."""
    return {file.stem: read_fleet(file) for file in sorted(folder.glob("*.yaml"))}


def read_fleet(file: Path) -> Fleet:
    """One fleet; raises FleetError naming the file and the field."""
    import yaml

    try:
        declared = yaml.safe_load(file.read_text(encoding="utf-8"))
        if not isinstance(declared, dict):
            raise FleetError("must be a table of fields")
        fleet = parse_fleet(declared)
        if fleet.name != file.stem:
            raise FleetError(f"name: {fleet.name!r} must be the file's name, {file.stem!r}")
    except UnicodeDecodeError as error:
        raise FleetError(f"{file.name}: is not text in UTF-8: {error}") from error
    except (yaml.YAMLError, FleetError) as error:
        raise FleetError(f"{file.name}: {error}") from error
    return fleet
