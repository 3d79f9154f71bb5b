"""The contract of a Lake, kept by a folder and by a storage account alike."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.blob_names import BlobNameError, check_path
from shared.ports import BlobChanged, BlobMissing
from tests.domain.test_blob_names import HARMLESS, HOSTILE

MIB = 1 << 20


def write(lake, path, content=b"content", metadata=None, container="raw", **condition):
    with lake.open_write(container, path, **condition) as writer:
        writer.write(content)
        return writer.commit(metadata)


def read(lake, path, etag=None, container="raw"):
    with lake.open_read(container, path, etag) as stream:
        return stream.read()


def names(lake, prefix="", container="raw"):
    return [blob.path for blob in lake.list(container, prefix)]


def test_what_was_written_is_read(lake):
    write(lake, "events/a.csv", b"\x00\xff bytes\r\n")

    assert read(lake, "events/a.csv") == b"\x00\xff bytes\r\n"


def test_an_empty_blob_is_a_blob(lake):
    with lake.open_write("raw", "empty.csv") as writer:
        writer.commit()

    assert lake.stat("raw", "empty.csv").size == 0
    assert read(lake, "empty.csv", lake.stat("raw", "empty.csv").etag) == b""


def test_a_blob_written_in_many_pieces_is_read_whole_and_forward(lake):
    pieces = [bytes([number]) * (MIB - 7) for number in range(10)]
    with lake.open_write("raw", "large.bin") as writer:
        for piece in pieces:
            writer.write(piece)
        written = writer.commit()
    digest = hashlib.sha256()
    with lake.open_read("raw", "large.bin") as stream:
        while data := stream.read(300_001):
            digest.update(data)

    assert written.size == 10 * (MIB - 7)
    assert digest.digest() == hashlib.sha256(b"".join(pieces)).digest()


def test_a_blob_is_told_of_without_reading_it(lake):
    written = write(lake, "events/a.csv", b"12345", {"sha256": "ab" * 32, "raw_etag": "0x8D; q=1"})
    told = lake.stat("raw", "events/a.csv")

    assert (told.container, told.path, told.size) == ("raw", "events/a.csv", 5)
    assert told.metadata == {"sha256": "ab" * 32, "raw_etag": "0x8D; q=1"}
    assert told.etag == written.etag
    assert abs(told.modified_at - datetime.now(UTC)) < timedelta(minutes=5)


@pytest.mark.parametrize("path", ["nothing.csv", "folder", "folder/", "folder/blob/below"])
def test_nothing_is_told_of_what_is_not_there(lake, path):
    write(lake, "folder/blob")

    assert lake.stat("raw", path.rstrip("/")) is None
    assert lake.stat("elsewhere", path.rstrip("/")) is None


@pytest.mark.parametrize("path", ["nothing.csv", "folder", "folder/blob/below"])
@pytest.mark.parametrize("container", ["raw", "elsewhere"])
def test_reading_what_is_not_there_says_so(lake, container, path):
    write(lake, "folder/blob")

    with pytest.raises(BlobMissing):
        read(lake, path, container=container)


def test_nobody_sees_a_blob_before_it_is_whole(lake):
    with lake.open_write("raw", "a.csv") as writer:
        writer.write(b"x" * 9 * MIB)
        assert lake.stat("raw", "a.csv") is None
        assert names(lake) == []
        writer.commit()

    assert names(lake) == ["a.csv"]


def test_a_write_without_a_commit_leaves_no_trace(lake):
    write(lake, "kept.csv", b"before", {"version": "1"})
    for path in ("kept.csv", "new.csv"):
        with lake.open_write("raw", path) as writer:
            writer.write(b"x" * 5 * MIB)

    assert names(lake) == ["kept.csv"]
    assert read(lake, "kept.csv") == b"before"
    assert lake.stat("raw", "kept.csv").metadata == {"version": "1"}


def test_a_write_that_fails_halfway_leaves_no_trace(lake):
    with pytest.raises(ZeroDivisionError), lake.open_write("raw", "new.csv") as writer:
        writer.write(b"x" * 5 * MIB)
        1 / 0  # noqa: B018 - a fault in the middle

    assert names(lake) == []


def test_writing_again_replaces_all_of_a_blob(lake):
    first = write(lake, "a.csv", b"the first, longer one", {"version": "1", "old": "yes"})
    second = write(lake, "a.csv", b"second", {"version": "2"})

    assert read(lake, "a.csv") == b"second"
    assert lake.stat("raw", "a.csv").metadata == {"version": "2"}
    assert second.etag != first.etag


def test_a_blob_written_without_metadata_has_none_of_its_predecessor(lake):
    write(lake, "a.csv", metadata={"version": "1"})
    write(lake, "a.csv")

    assert lake.stat("raw", "a.csv").metadata == {}


def test_the_same_bytes_written_again_are_another_version(lake):
    assert write(lake, "a.csv", b"same").etag != write(lake, "a.csv", b"same").etag


def test_a_version_that_was_replaced_is_not_read(lake):
    first = write(lake, "a.csv", b"first")
    second = write(lake, "a.csv", b"second")

    with pytest.raises(BlobChanged):
        read(lake, "a.csv", first.etag)
    assert read(lake, "a.csv", second.etag) == b"second"


@pytest.mark.parametrize("asks_for_its_version", [True, False])
def test_a_blob_that_is_replaced_while_it_is_read_is_one_version_or_none(lake, asks_for_its_version):
    old, new = b"o" * (40 * MIB), b"n" * (41 * MIB)
    etag = write(lake, "a.csv", old).etag
    got = b""
    try:
        with lake.open_read("raw", "a.csv", etag if asks_for_its_version else None) as stream:
            got = stream.read(MIB)
            write(lake, "a.csv", new)
            got += stream.read()
    except BlobChanged:
        assert set(got) <= {ord("o")}
    else:
        assert got == old


def test_a_blob_is_written_where_there_must_be_none_only_once(lake):
    first = write(lake, "a.csv", b"first", if_absent=True)

    with pytest.raises(BlobChanged):
        write(lake, "a.csv", b"second", {"version": "2"}, if_absent=True)
    assert read(lake, "a.csv", first.etag) == b"first"
    assert lake.stat("raw", "a.csv").metadata == {}


def test_a_blob_is_written_over_the_version_that_was_seen_and_no_other(lake):
    first = write(lake, "a.csv", b"first")
    second = write(lake, "a.csv", b"second", if_match=first.etag)

    with pytest.raises(BlobChanged):
        write(lake, "a.csv", b"third", {"version": "3"}, if_match=first.etag)
    assert read(lake, "a.csv", second.etag) == b"second"
    assert lake.stat("raw", "a.csv").metadata == {}


def test_a_version_that_is_gone_is_written_over_by_nobody(lake):
    first = write(lake, "a.csv", b"first")
    lake.delete("raw", "a.csv")

    with pytest.raises(BlobChanged):
        write(lake, "a.csv", b"second", if_match=first.etag)
    assert lake.stat("raw", "a.csv") is None


def test_of_two_writers_under_way_the_first_to_commit_wins(lake):
    with (
        lake.open_write("raw", "a.csv", if_absent=True) as slow,
        lake.open_write("raw", "a.csv", if_absent=True) as fast,
    ):
        slow.write(b"slow")
        fast.write(b"fast")
        fast.commit()
        with pytest.raises(BlobChanged):
            slow.commit()

    assert read(lake, "a.csv") == b"fast"


def test_of_many_writers_at_once_exactly_one_makes_a_blob(lake):
    start = Barrier(6)

    def try_to_write(number):
        start.wait()
        try:
            write(lake, "a.csv", bytes([number]), if_absent=True)
        except BlobChanged:
            return None
        return bytes([number])

    with ThreadPoolExecutor(6) as pool:
        written = [content for content in pool.map(try_to_write, range(6)) if content]

    assert written == [read(lake, "a.csv")]


def test_no_change_is_lost_when_each_writes_over_what_it_saw(lake):
    write(lake, "counter", b"0")

    def count_up(_):
        while True:
            seen = lake.stat("raw", "counter")
            try:
                value = int(read(lake, "counter", seen.etag))
                write(lake, "counter", str(value + 1).encode(), if_match=seen.etag)
            except BlobChanged:
                continue
            return

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(12)))

    assert read(lake, "counter") == b"12"


def test_blobs_are_listed_by_path_with_their_sizes_and_versions(lake):
    for path in ("b/2.csv", "a.csv", "b/10.csv", "b-c.csv", "b/a/x.csv"):
        write(lake, path, path.encode(), {"noted": "yes"})
    listed = list(lake.list("raw"))

    assert [blob.path for blob in listed] == ["a.csv", "b-c.csv", "b/10.csv", "b/2.csv", "b/a/x.csv"]
    for blob in listed:
        told = lake.stat("raw", blob.path)
        assert (blob.size, blob.etag, blob.modified_at) == (len(blob.path), told.etag, told.modified_at)


@pytest.mark.parametrize(
    ("prefix", "found"), [("b/", ["b/1.csv"]), ("b", ["b/1.csv", "b1.csv"]), ("b/1.csv", ["b/1.csv"]), ("c", [])]
)
def test_a_prefix_is_the_beginning_of_a_path_not_a_folder(lake, prefix, found):
    for path in ("a.csv", "b/1.csv", "b1.csv"):
        write(lake, path)

    assert names(lake, prefix) == found


def test_containers_are_apart_and_an_absent_one_is_empty(lake):
    write(lake, "a.csv", container="raw")

    assert names(lake, container="conditioned") == []
    assert lake.stat("conditioned", "a.csv") is None


def test_a_deleted_blob_is_gone_and_may_be_written_anew(lake):
    write(lake, "a/b.csv", metadata={"version": "1"})
    lake.delete("raw", "a/b.csv")

    assert lake.stat("raw", "a/b.csv") is None
    assert names(lake) == []
    write(lake, "a/b.csv", b"anew", if_absent=True)
    assert lake.stat("raw", "a/b.csv").metadata == {}


@pytest.mark.parametrize("path", ["nothing.csv", "a", "a/b.csv/c"])
@pytest.mark.parametrize("container", ["raw", "elsewhere"])
def test_deleting_what_is_not_there_changes_nothing(lake, container, path):
    write(lake, "a/b.csv", b"kept", {"version": "1"})
    lake.delete(container, path)

    assert read(lake, "a/b.csv") == b"kept"
    assert lake.stat("raw", "a/b.csv").metadata == {"version": "1"}


def test_a_version_that_was_replaced_is_not_deleted(lake):
    first = write(lake, "a.csv", b"first")
    second = write(lake, "a.csv", b"second")

    with pytest.raises(BlobChanged):
        lake.delete("raw", "a.csv", if_match=first.etag)
    assert read(lake, "a.csv") == b"second"
    lake.delete("raw", "a.csv", if_match=second.etag)
    assert lake.stat("raw", "a.csv") is None
    lake.delete("raw", "a.csv", if_match=second.etag)


@pytest.mark.parametrize("path", HARMLESS)
def test_a_strange_name_is_only_a_name(lake, path):
    write(lake, path, path.encode())

    assert names(lake) == [path]
    assert read(lake, path, lake.stat("raw", path).etag) == path.encode()
    lake.delete("raw", path)
    assert names(lake) == []


CALLS = {
    "stat": lambda lake, place: lake.stat(*place),
    "read": lambda lake, place: read(lake, place[1], container=place[0]),
    "write": lambda lake, place: write(lake, place[1], container=place[0]),
    "delete": lambda lake, place: lake.delete(*place),
    "list": lambda lake, place: list(lake.list(place[0])),
}


@pytest.mark.parametrize("call", ["stat", "read", "write", "delete"])
def test_a_hostile_name_reaches_nothing(lake, call, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    for path in HOSTILE:
        with pytest.raises(BlobNameError):
            CALLS[call](lake, ("raw", path))

    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("call", list(CALLS))
@pytest.mark.parametrize("container", ["..", "../raw", ".tmp", "Raw", "raw/x", "", "$logs"])
def test_a_hostile_container_reaches_nothing(lake, call, container):
    with pytest.raises(BlobNameError):
        CALLS[call](lake, (container, "a.csv"))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters() | st.sampled_from("/.% "), min_size=1, max_size=30))
def test_whatever_name_is_accepted_is_listed_as_it_was_given(lake, text):
    try:
        path = check_path(text)
    except BlobNameError:
        return
    write(lake, path, b"named")

    assert names(lake) == [path]
    assert read(lake, path) == b"named"
    lake.delete("raw", path)
