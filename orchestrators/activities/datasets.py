"""Activities that freeze a dataset and hold it to the data gate."""

from __future__ import annotations

import json
from typing import Any

from shared import wiring
from shared.domain.datasets import Member, content_path, freeze, judge_dataset, manifest_path
from shared.ports import BlobChanged, BlobMissing, Lake

COPY_BYTES = 4 << 20
TRIES = 5


class DatasetRefused(Exception):
    """The data gate refused the dataset; nothing was trained or forecast on it."""


def freeze_dataset(order: dict[str, Any]) -> dict[str, Any]:
    """Freeze what is conditioned now under the name of its content; answers `dataset_version`."""
    fleet = wiring.fleets()[order["fleet"]]
    for attempt in range(TRIES):
        try:
            members = _keep_members(wiring.lake(), fleet.sources)
            break
        except (BlobChanged, BlobMissing):  # a file was replaced between listing and copying: list again
            if attempt == TRIES - 1:
                raise
    dataset = freeze(members)
    manifest = {"version": dataset.version, "members": [vars(member) for member in dataset.members]}
    _write_once(wiring.lake(), manifest_path(dataset.version), json.dumps(manifest).encode())
    wiring.ledger().datasets.record_dataset(dataset, wiring.now())
    return {"dataset_version": dataset.version}


def gate_dataset(order: dict[str, Any]) -> dict[str, Any]:
    """Raise DatasetRefused unless there is something of every source; regions are judged when training is planned."""
    fleet = wiring.fleets()[order["fleet"]]
    verdict = judge_dataset(wiring.ledger().datasets.read_dataset(order["dataset_version"]), fleet)
    if not verdict.passed:
        raise DatasetRefused(f"{verdict.reason}; drop the missing files into raw/ and start the week again")
    return {"reason": verdict.reason}


def _keep_members(lake: Lake, sources: tuple[str, ...]) -> list[Member]:
    standing = {(blob.path, blob.etag): blob for blob in lake.list("conditioned")}
    members = wiring.ledger().datasets.list_members(sources, standing.keys())
    kept = {blob.path for blob in lake.list("datasets", "content/")}
    etags = dict(standing.keys())
    for member in members:
        if content_path(member.sha256) not in kept:
            _copy(lake, member, etags[member.path])
    return members


def _copy(lake: Lake, member: Member, etag: str) -> None:
    with (
        lake.open_read("conditioned", member.path, etag) as stream,
        lake.open_write("datasets", content_path(member.sha256)) as writer,
    ):
        while data := stream.read(COPY_BYTES):
            writer.write(data)
        writer.commit()


def _write_once(lake: Lake, path: str, content: bytes) -> None:
    if lake.stat("datasets", path) is None:
        with lake.open_write("datasets", path) as writer:
            writer.write(content)
            writer.commit()
