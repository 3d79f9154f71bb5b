"""What a run is asked to do: `job.json`, checked field by field before anything else happens."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SCHEMA = 1
MAX_JOB_BYTES = 4 << 20
MAX_SEGMENTS = 2000
_SAFE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_WEEK = re.compile(r"(\d{4})-?W(\d{2})")
_ROLES = {"train": ("champion",), "score": ("champion", "last-good")}


class JobError(ValueError):
    """The job cannot be run as it is written; the message names the field."""


@dataclass(frozen=True)
class Cell:
    """A segment (with a mover) or a baseline (without one) of the job."""

    id: str
    region: str
    store_format: str
    mover: str | None = None


@dataclass(frozen=True)
class Settings:
    """How to train; a fleet's `job` table may set each of these."""

    target: str = "units"
    holdout_weeks: int = 12
    validation_weeks: int = 26
    """Weeks before the hold-out on which penalty and mixture are chosen; fewer when there is little history."""
    seed: int = 0
    epochs: int = 12
    """How often the networks see each training row."""


@dataclass(frozen=True)
class Job:
    """One run: which cells to train or score, for which week, knowing what is known on `as_of`."""

    kind: str
    run: str
    fleet: str
    week: str
    shard: str
    as_of: date
    code_version: str
    dataset_version: str
    segments: tuple[Cell, ...]
    baselines: tuple[Cell, ...]
    models: Mapping[str, str] = field(default_factory=dict)
    """Segment id to the role of the model that came with the job."""
    settings: Settings = field(default_factory=Settings)

    @property
    def monday(self) -> date:
        """The first day of the week to forecast."""
        return self.as_of + timedelta(days=1)


def read_job(path: Path) -> Job:
    """Read a job's file; raises JobError when it is no JSON object or a field is wrong."""
    if not path.is_file():
        raise JobError(f"--job: there is no file {path}")
    if path.stat().st_size > MAX_JOB_BYTES:
        raise JobError(f"--job: {path.name} is larger than {MAX_JOB_BYTES} bytes")
    try:
        document = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise JobError(f"--job: {path.name} is not JSON: {error}") from error
    return parse_job(document)


def parse_job(document: Any) -> Job:
    """Check a job's document; raises JobError naming the first wrong field."""
    if not isinstance(document, Mapping):
        raise JobError("job: must be a JSON object")
    if document.get("schema") != SCHEMA:
        raise JobError(f"schema: {document.get('schema')!r} is not {SCHEMA}, the only one this code reads")
    kind = _text(document, "kind")
    if kind not in _ROLES:
        raise JobError(f"kind: {kind!r} is neither 'train' nor 'score'")
    week = _text(document, "week")
    segments = _cells(document, "segments", "mover")
    return Job(
        kind=kind, run=_text(document, "run"), fleet=_text(document, "fleet"), week=week,
        shard=_text(document, "shard"), as_of=_as_of(document, week), code_version=_text(document, "code_version"),
        dataset_version=_text(document, "dataset_version"), segments=segments, baselines=_cells(document, "baselines"),
        models=_models(document, kind, {cell.id for cell in segments}), settings=_settings(document),
    )  # fmt: skip


def _text(document: Mapping[str, Any], name: str, where: str = "") -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise JobError(f"{where}{name}: must be a text that is not empty, is {value!r}")
    return value


def _as_of(document: Mapping[str, Any], week: str) -> date:
    match = _WEEK.fullmatch(week)
    try:
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else None
    except ValueError:
        monday = None
    if monday is None:
        raise JobError(f"week: {week!r} is not an ISO week such as 2026W47")
    sunday = monday - timedelta(days=1)
    if document.get("as_of") != sunday.isoformat():
        raise JobError(f"as_of: {document.get('as_of')!r} is not {sunday}, the Sunday before {week}")
    return sunday


def _cells(document: Mapping[str, Any], name: str, *more: str) -> tuple[Cell, ...]:
    entries = document.get(name)
    if not isinstance(entries, list) or len(entries) > MAX_SEGMENTS:
        raise JobError(f"{name}: must be a list of at most {MAX_SEGMENTS} objects")
    cells = [_cell(entry, f"{name}[{place}]", more) for place, entry in enumerate(entries)]
    seen: set[str] = set()
    for place, cell in enumerate(cells):
        if cell.id in seen:
            raise JobError(f"{name}[{place}].id: {cell.id!r} stands twice")
        seen.add(cell.id)
    return tuple(cells)


def _cell(entry: Any, where: str, more: tuple[str, ...]) -> Cell:
    if not isinstance(entry, Mapping):
        raise JobError(f"{where}: must be an object")
    fields = {name: _text(entry, name, f"{where}.") for name in ("id", "region", "store_format", *more)}
    if _SAFE_ID.fullmatch(fields["id"]) is None:
        raise JobError(f"{where}.id: {fields['id']!r} cannot name a folder; use letters, digits, '.', '_' and '-'")
    return Cell(**fields)


def _models(document: Mapping[str, Any], kind: str, ids: set[str]) -> dict[str, str]:
    models = document.get("models", {})
    if not isinstance(models, Mapping):
        raise JobError("models: must be an object of segment ids and roles")
    for name, role in models.items():
        if name not in ids:
            raise JobError(f"models.{name}: is not the id of a segment of this job")
        if role not in _ROLES[kind]:
            raise JobError(f"models.{name}: {role!r} is no role of a {kind} job ({' or '.join(_ROLES[kind])})")
    return dict(models)


_BOUNDS = {"holdout_weeks": (1, 104), "validation_weeks": (1, 104), "seed": (0, 2**63 - 1), "epochs": (1, 1000)}


def _settings(document: Mapping[str, Any]) -> Settings:
    settings = document.get("settings", {})
    if not isinstance(settings, Mapping):
        raise JobError("settings: must be an object")
    for name, value in settings.items():
        if name == "target":
            if value != "units":
                raise JobError(f"settings.target: {value!r} cannot be forecast; only 'units' can")
            continue
        if name not in _BOUNDS:
            raise JobError(f"settings.{name}: is not a setting; there are target, {', '.join(_BOUNDS)}")
        least, most = _BOUNDS[name]
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise JobError(f"settings.{name}: {value!r} is not a whole number from {least} to {most}")
    return Settings(**settings)
