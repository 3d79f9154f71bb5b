"""What only a lake in a folder can meet: a full disk, killed writers, and folders that nobody may look into."""

from __future__ import annotations

import errno
import os
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.folder_lake import ABANDONED_AFTER_SECONDS, FolderLake
from shared.domain.files import NO_FILE, UNREADABLE
from shared.ports import BlobMissing, LakeUnavailable, NameTaken


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


def test_a_folder_that_nobody_may_look_into_is_told_and_the_others_are_listed(folder_lake, tmp_path, monkeypatch):
    for name in ("closed/a.csv", "open/b.csv"):
        file = tmp_path / "lake/raw/events" / name
        file.parent.mkdir(parents=True)
        file.write_bytes(b"x")
    deny(monkeypatch, os, "scandir")
    left_out = []

    listed = folder_lake.list("raw", leave_out=lambda blob, reason: left_out.append((blob.path, reason)))
    assert [blob.path for blob in listed] == ["events/open/b.csv"]
    assert left_out == [("events/closed", f"{UNREADABLE}Permission denied")]


@pytest.mark.parametrize("folder", ["conditioned/closed", "closed"])
def test_a_list_that_would_lack_what_nobody_could_see_is_a_fault_of_the_lake(
    folder_lake, tmp_path, monkeypatch, folder
):
    (tmp_path / "lake" / folder).mkdir(parents=True)
    deny(monkeypatch, os, "scandir")

    with pytest.raises(LakeUnavailable, match=rf"{UNREADABLE}Permission denied"):
        list(folder_lake.list(folder.split("/")[0]))


def test_links_and_what_is_no_file_are_told_and_not_followed(folder_lake, tmp_path):
    folder, elsewhere = tmp_path / "lake/raw/events", tmp_path / "elsewhere"
    for each in (folder, elsewhere):
        each.mkdir(parents=True)
    for file in (folder / "a.csv", elsewhere / "b.csv"):
        file.write_bytes(b"x")
    (folder / "linked.csv").symlink_to(elsewhere / "b.csv")
    (folder / "dangling.csv").symlink_to(elsewhere / "none.csv")
    (folder / "more").symlink_to(elsewhere)
    os.mkfifo(folder / "pipe")
    left_out = {}

    listed = list(folder_lake.list("raw", leave_out=lambda blob, reason: left_out.update({blob.path: reason})))
    assert [blob.path for blob in listed] == ["events/a.csv"]
    links = ["events/dangling.csv", "events/linked.csv", "events/more"]
    assert left_out == {
        **dict.fromkeys(links, f"{NO_FILE}it is a link, which is not followed or read"),
        "events/pipe": f"{NO_FILE}it is no file, which is not followed or read",
    }


def test_a_blob_behind_a_linked_folder_is_none_and_none_can_be_written_there(folder_lake, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "passwd").write_bytes(b"secret")
    (tmp_path / "lake/raw/events").mkdir(parents=True)
    (tmp_path / "lake/raw/events/etc").symlink_to(elsewhere)

    assert folder_lake.stat("raw", "events/etc/passwd") is None
    with pytest.raises(BlobMissing), folder_lake.open_read("raw", "events/etc/passwd"):
        pass
    folder_lake.delete("raw", "events/etc/passwd")
    with pytest.raises(NameTaken, match="behind a link"), folder_lake.open_write("raw", "events/etc/new") as writer:
        writer.commit()
    assert [file.name for file in elsewhere.iterdir()] == ["passwd"]


def test_a_container_may_be_a_link_to_a_larger_disk(folder_lake, tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "lake/raw").symlink_to(tmp_path / "disk")

    with folder_lake.open_write("raw", "events/a.csv") as writer:
        writer.write(b"x")
        writer.commit()
    assert [blob.path for blob in folder_lake.list("raw")] == ["events/a.csv"]
    with folder_lake.open_read("raw", "events/a.csv") as stream:
        assert stream.read() == b"x"


@pytest.mark.parametrize("prefix", ["events/../", "../lake/raw/events/", "/", "events//", "\0/", "none/", "more/"])
def test_a_prefix_that_is_no_beginning_of_a_path_finds_nothing(folder_lake, tmp_path, prefix):
    (tmp_path / "lake/raw/events").mkdir(parents=True)
    (tmp_path / "lake/raw/events/a.csv").write_bytes(b"x")
    (tmp_path / "lake/raw/more").symlink_to(tmp_path / "lake/raw/events")

    assert list(folder_lake.list("raw", prefix)) == []
    assert [blob.path for blob in folder_lake.list("raw", "events/")] == ["events/a.csv"]


@pytest.mark.parametrize("moment", [0, 16_000_000_000, 10**15, -(10**15)])
def test_a_blob_is_as_old_as_it_is_in_the_lake_whatever_time_its_file_was_given(folder_lake, monkeypatch, moment):
    with folder_lake.open_write("raw", "events/a.csv") as writer:
        writer.commit()
    stand_in = Path.stat

    def give_time(file, **options):
        found = stand_in(file, **options)
        return os.stat_result((*found[:8], moment, found[9]), {"st_mtime": moment, "st_mtime_ns": 10**9 * moment})

    monkeypatch.setattr(Path, "stat", give_time)  # on this disk no file may have all of these
    told = [folder_lake.stat("raw", "events/a.csv"), *folder_lake.list("raw")]
    assert [abs(blob.modified_at - datetime.now(UTC)) < timedelta(minutes=5) for blob in told] == [True, True]


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


def test_metadata_that_cannot_be_read_are_a_fault_of_the_lake(folder_lake, tmp_path):
    with folder_lake.open_write("conditioned", "events/a.csv") as writer:
        writer.commit({"sha256": "x"})
    (file,) = (tmp_path / "lake/.metadata/conditioned/events/a.csv").iterdir()
    file.unlink()
    file.mkdir()

    with pytest.raises(LakeUnavailable, match=r"the metadata of conditioned/events/a\.csv cannot be read: Is a dir"):
        folder_lake.stat("conditioned", "events/a.csv")


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


def test_a_file_written_over_with_as_many_bytes_within_a_tick_of_the_clock_is_read_as_it_is_afterwards(
    folder_lake, tmp_path, monkeypatch
):
    file = tmp_path / "lake/raw/events/a.csv"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"first")
    seen = folder_lake.stat("raw", "events/a.csv")

    def write_over(_):
        file.write_bytes(b"newer")
        os.utime(file, ns=(written.st_atime_ns, written.st_mtime_ns))

    written = file.stat()
    monkeypatch.setattr("shared.adapters.folder_files.time.time", lambda: written.st_mtime + 0.004)
    monkeypatch.setattr("shared.adapters.folder_files.time.sleep", write_over)

    with folder_lake.open_read("raw", "events/a.csv", seen.etag) as stream:
        assert stream.read() == b"newer"
