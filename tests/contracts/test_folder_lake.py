"""What only a lake in a folder can meet: a full disk, killed writers, and folders that nobody may look into."""

from __future__ import annotations

import errno
import logging
import os
import time
import uuid
from pathlib import Path

import pytest

from shared.adapters.folder_lake import ABANDONED_AFTER_SECONDS, FolderLake
from shared.ports import LakeUnavailable


@pytest.mark.parametrize("size", [1_000, 1 << 20])
def test_a_full_disk_is_told_and_left_as_full_as_it_was(folder_lake, tmp_path, monkeypatch, size):
    class Name:
        hex = "on-a-full-disk"

    os.symlink("/dev/full", tmp_path / "lake/.tmp" / Name.hex)
    monkeypatch.setattr(uuid, "uuid4", Name)

    with (
        pytest.raises(LakeUnavailable, match=r"raw/events/a\.csv cannot be written: No space left"),
        folder_lake.open_write("raw", "events/a.csv") as writer,
    ):
        for _ in range(3):
            writer.write(b"x" * size)
        writer.commit()
    assert os.listdir(tmp_path / "lake/.tmp") == []
    assert folder_lake.stat("raw", "events/a.csv") is None


def test_what_a_killed_writer_left_is_removed_after_a_day_and_nothing_else(tmp_path):
    staging = tmp_path / "lake/.tmp"
    staging.mkdir(parents=True)
    for name, age in (("left", ABANDONED_AFTER_SECONDS + 60), ("in-use", 60)):
        (staging / name).write_bytes(b"half")
        os.utime(staging / name, (time.time() - age,) * 2)

    FolderLake(tmp_path / "lake")
    assert os.listdir(staging) == ["in-use"]


def test_a_folder_that_nobody_may_look_into_is_told_and_the_others_are_listed(
    folder_lake, tmp_path, monkeypatch, caplog
):
    for name in ("closed/a.csv", "open/b.csv"):
        file = tmp_path / "lake/raw/events" / name
        file.parent.mkdir(parents=True)
        file.write_bytes(b"x")
    deny(monkeypatch, os, "scandir")

    with caplog.at_level(logging.WARNING):
        assert [blob.path for blob in folder_lake.list("raw")] == ["events/open/b.csv"]
    assert "events/closed: Permission denied" in caplog.text


def test_a_file_that_nobody_may_look_at_is_a_fault_of_the_lake(folder_lake, monkeypatch):
    deny(monkeypatch, Path, "stat")

    with pytest.raises(LakeUnavailable, match=r"raw/closed/a\.csv cannot be looked at: Permission denied"):
        folder_lake.stat("raw", "closed/a.csv")


def test_metadata_and_new_folders_are_on_the_disk_before_the_blob_appears(folder_lake, tmp_path, monkeypatch):
    happened, replace = [], Path.replace

    def appear(file, target):
        happened.append(Path("appears"))
        return replace(file, target)

    monkeypatch.setattr(os, "fsync", lambda file: happened.append(Path(f"/proc/self/fd/{file}").readlink()))
    monkeypatch.setattr(Path, "replace", appear)
    with folder_lake.open_write("conditioned", "events/2026/a.csv") as writer:
        writer.commit({"sha256": "1"})

    lake, before = tmp_path / "lake", happened[: happened.index(Path("appears"))]
    folders = [lake, lake / "conditioned", lake / "conditioned/events"]
    metadata = lake / ".metadata/conditioned/events/2026/a.csv"
    assert {*folders, lake / ".metadata", *metadata.parents, metadata} - {*lake.parents} <= {*before}
    assert [file.suffix for file in before if file.parent == metadata] == [".json"]
    assert happened[-1] == lake / "conditioned/events/2026"


def test_metadata_that_a_power_failure_left_half_written_counts_as_none(folder_lake, tmp_path, caplog):
    with folder_lake.open_write("conditioned", "events/a.csv") as writer:
        writer.commit({"sha256": "1"})
    (file,) = (tmp_path / "lake/.metadata/conditioned/events/a.csv").iterdir()
    file.write_bytes(b"")

    assert folder_lake.stat("conditioned", "events/a.csv").metadata == {}
    assert "the metadata of conditioned/events/a.csv cannot be read" in caplog.text


def test_a_disk_that_fails_while_a_file_is_read_is_a_fault_of_the_lake(folder_lake, monkeypatch):
    with folder_lake.open_write("raw", "events/a.csv") as writer:
        writer.write(b"content")
        writer.commit()

    def fail(descriptor, buffers):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "readv", fail)
    told = r"raw/events/a\.csv cannot be read: Input/output error"
    with folder_lake.open_read("raw", "events/a.csv") as stream, pytest.raises(LakeUnavailable, match=told):
        stream.read()


def deny(monkeypatch, owner, name):
    """Have a call fail for what is in a folder called `closed`, as for users without rights."""
    call = getattr(owner, name)

    def refuse(place, *given, **named):
        if "/closed" in str(place):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
        return call(place, *given, **named)

    monkeypatch.setattr(owner, name, refuse)
