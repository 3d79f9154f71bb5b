"""Packed files of nothing, with names that would speak to a terminal, or that take too much to unpack are refused."""

import bz2
import gzip
import io
import lzma
import struct
import zipfile

import pyarrow as pa
import pytest

from conditioners.inputs.zip_archives import _find_extra
from tests.conditioning.hostile_files import MIB, TEXT, pack
from tests.conditioning.undeclared import condition_undeclared

PACK = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def condition(name, data):
    found = condition_undeclared(data, name)
    return found.outcome, b"".join(found.outputs)


@pytest.mark.parametrize("form", PACK)
def test_members_one_behind_the_other_are_read_as_one_file(form):
    half = len(TEXT) // 2
    outcome, written = condition(f"a.csv.{form}", PACK[form](TEXT[:half]) + PACK[form](b"") + PACK[form](TEXT[half:]))

    assert written == TEXT, outcome


@pytest.mark.parametrize("form", PACK)
def test_a_packed_file_of_thousands_of_empty_members_is_refused(form):
    data = PACK[form](TEXT) + PACK[form](b"") * 1001 + PACK[form](TEXT)

    assert condition(f"a.csv.{form}", data)[0].reason == "the file has more than 1000 empty members in a row"


@pytest.mark.parametrize("form", PACK)
def test_bytes_behind_the_last_member_that_are_none_are_damage(form):
    assert condition(f"a.csv.{form}", PACK[form](TEXT) + b"rest")[0].reason.startswith("the file is damaged")


def test_an_xz_file_that_takes_too_much_memory_to_unpack_is_refused():
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 256 * MIB}]
    outcome, _ = condition("a.csv.xz", lzma.compress(TEXT, filters=filters))

    assert outcome.reason == "the file takes more than 128 MiB of memory to unpack"
    assert condition("a.csv.xz", lzma.compress(TEXT, preset=9))[1] == TEXT


@pytest.mark.parametrize("form", ["gz", "xz"])
def test_a_bomb_is_refused_before_its_first_row_is_read(form):
    outcome, written = condition(f"a.csv.{form}", PACK[form](b"a,b\n" + b"1,2\n" * (5 * MIB)))

    assert (outcome.reason, written) == ("the file unpacks to more than 250 times its size", b"")


@pytest.mark.parametrize("size", [1 << 20, 1 << 30])
def test_a_member_packed_by_lzma_is_read_unless_it_takes_too_much_memory_to_unpack(size):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.csv", TEXT)
    at = 30 + len("a.csv") + 5
    data = packed.getvalue()
    outcome, written = condition("a.zip", data[:at] + size.to_bytes(4, "little") + data[at + 4 :])

    if size == 1 << 20:
        assert written == TEXT
    else:
        assert (outcome.reason, outcome.where) == ("the member takes more than 128 MiB of memory to unpack", "a.csv")


def test_an_archive_with_a_path_that_would_fill_a_disk_before_each_rejected_row_is_refused():
    folder = "d" * 255
    inner = pack([(f"{folder}/a.csv", TEXT)])
    outcome, _ = condition("a.zip", pack([(f"{folder}/a.zip", inner)]))

    assert outcome.reason == "a member's path is longer than the limit of 512 characters"
    assert condition("a.zip", inner)[1] == TEXT


@pytest.mark.parametrize("name", ["a\n.csv", "a\x1b[2J.csv", "\x7f.csv"])
def test_an_archive_with_a_member_whose_name_has_control_characters_is_refused(name):
    outcome, _ = condition("a.zip", pack([(name, TEXT)]))

    assert (outcome.reason, outcome.where) == ("a member's name has control characters", ascii(name))


def test_an_archive_that_lies_about_sizes_or_places_is_refused():
    data = pack([("a.csv", TEXT * 100)])
    entry = data.rfind(b"PK\x01\x02")
    lies = {24: 5, 42: 1 << 30}
    reasons = [
        condition("a.zip", data[: entry + at] + value.to_bytes(4, "little") + data[entry + at + 4 :])[0].reason
        for at, value in lies.items()
    ]

    assert all(reason.startswith("the file is damaged or cut off") for reason in reasons)


def test_an_archive_of_a_hundred_thousand_members_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", TEXT)
        archive.filelist.extend(archive.filelist * 99_999)

    assert condition("a.zip", packed.getvalue())[0].reason == "the archive has more than 10000 members"


@pytest.mark.parametrize(("size", "told"), [(1 << 20, "the file is damaged or cut off"), (1 << 30, "the member takes")])
def test_a_workbook_packed_by_lzma_that_is_damaged_or_takes_too_much_memory_is_refused(size, told):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as package:
        package.writestr("[Content_Types].xml", "<Types/>" * 30)
    at = 30 + len("[Content_Types].xml") + 5
    data = bytearray(packed.getvalue())
    data[at : at + 4] = size.to_bytes(4, "little")
    data[at + 8 : at + 20] = b"\xff" * 12
    outcome, _ = condition("a.xlsx", bytes(data))

    assert outcome.reason.startswith(told)


class Sliced(bytes):
    """Counts how often a part of it is copied."""

    copied = 0

    def __getitem__(self, at):
        Sliced.copied += 1
        return super().__getitem__(at)


def test_what_stands_behind_a_members_name_is_looked_through_without_copies():
    extra = Sliced(struct.pack("<HH", 7, 0) * 10_000 + struct.pack("<HH", 9, 3) + b"abc")

    assert (_find_extra(extra, 9), _find_extra(extra, 8), Sliced.copied) == (b"abc", b"", 1)


def overlapping():
    """An archive whose 9,000 members are all the same packed bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", TEXT + b" " * (16 * MIB))
        archive.filelist.extend(archive.filelist * 8999)
    return packed.getvalue()


ZEROS = TEXT + (b"0" * (MIB - 1) + b"\n") * 64
BOMBS = {
    "flat.zip": lambda: pack([("a.csv", ZEROS)]),
    "many.zip": lambda: pack([(f"{n}.csv", TEXT + b"0\n" * (4 * MIB)) for n in range(8)]),
    "nested.zip": lambda: pack([(f"{n}.zip", pack([("a.csv", ZEROS)])) for n in range(4)]),
    "a.csv.gz": lambda: gzip.compress(ZEROS) * 8,
    "a.csv.bz2": lambda: bz2.compress(ZEROS) * 8,
    "a.csv.xz": lambda: lzma.compress(ZEROS, preset=0) * 8,
    "a.csv.zst": lambda: pa.Codec("zstd").compress(ZEROS * 4, asbytes=True),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unpacks_to_too_much_is_refused(refuse, name):
    reasons = refuse({name: BOMBS[name]()}, declared=name != "nested.zip")

    assert set(reasons) == {"the file unpacks to more than 250 times its size"}


def test_an_archive_whose_members_are_the_same_packed_bytes_is_refused(refuse):
    assert set(refuse({"overlapping.zip": overlapping()})) == {"members of the archive overlap"}


def test_a_bomb_in_an_archive_whose_members_are_declared_is_not_even_opened(refuse):
    told = "the archive has no member with data; it has '0.zip', '1.zip', '2.zip', ..."
    assert refuse({"nested.zip": BOMBS["nested.zip"]()})[1] == told


TRICKS = ["../up.csv", "a/../../up.csv", "/rooted.csv", "..\\up.csv", "C:\\up.csv", "a\0.csv", "\0.csv"]


def archive_with(path):
    """An archive with a member under a path that an archiver would not write."""
    stand_in = "q" * len(path)
    return pack([("Texas/good.csv", TEXT), (stand_in, TEXT)]).replace(stand_in.encode(), path.encode())


def test_an_archive_with_a_member_whose_path_leads_elsewhere_is_refused(refuse, tmp_path):
    files = {f"{number}.zip": archive_with(path) for number, path in enumerate(TRICKS)}

    assert set(refuse(files)) == {"a member's path leads out of the archive"}
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == sorted(files)


def test_an_archive_with_a_member_without_a_name_is_refused(refuse):
    # The name's one byte becomes one of the field behind it, in the member's header and in the list.
    named, nameless = struct.pack("<HH", 1, 0), struct.pack("<HH", 0, 1)
    packed = pack([("Texas/good.csv", TEXT), ("q", TEXT)]).replace(named, nameless)

    assert set(refuse({"a.zip": packed})) == {"a member of the archive has no name"}


def test_gzip_members_without_end_that_hold_nothing_are_refused(refuse):
    assert set(refuse({"nothing.csv.gz": gzip.compress(TEXT) + gzip.compress(b"") * 2000})) == {
        "the file has more than 1000 empty members in a row"
    }


def test_a_gzip_header_of_megabytes_costs_no_more_than_reading_it(refuse):
    named = b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * (64 * MIB)

    assert set(refuse({"named.csv.gz": named})) == {"the file is damaged or cut off: it ends early"}
