"""Compressed files and archives: the same rows as unpacked, and bombs refused."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib

import pyarrow as pa
import pytest

from conditioners.columns import Text
from conditioners.dialects import Delimited, Workbook
from conditioners.limits import Limits
from tests.conditioning.workbook_files import ods_of, xlsx_of
from tests.conditioning.zip_files import pack_zip, write_zip

TEXT = b"day,store,units\n2024-01-01,001,1\n2024-01-02,001,x\n"
ROWS = ["2024-01-01,001,1,,"]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda data: pack_zip(**{"a.csv": data})])
def test_a_compressed_file_gives_the_rows_of_the_file_inside(toy, run, pack):
    result = run(toy, pack(TEXT))

    assert result.rows == ROWS
    assert result.summary.rows_quarantined == 1


def test_zstandard_is_unpacked_too(toy, run):
    packed = pa.Codec("zstd").compress(TEXT, asbytes=True)

    assert run(toy, packed).rows == ROWS


def test_the_members_of_an_archive_are_one_table_and_places_name_the_member(toy, run):
    result = run(toy, pack_zip(**{"a.csv": TEXT, "b.csv": TEXT, "__MACOSX/._a.csv": b"junk"}))

    assert (result.summary.rows_in, result.summary.rows_duplicate) == (4, 1)
    assert [r["line"] for r in result.rejects] == ["a.csv:3", "b.csv:3"]
    assert list(result.summary.members) == ["a.csv", "b.csv"]
    assert result.summary.skipped == (("member __MACOSX/._a.csv", "no data"),)


def test_labels_that_no_column_goes_by_are_told_of_each_member(toy, run):
    lines = TEXT.decode().splitlines()
    more = "\n".join([f"{lines[0]},colour", *(f"{line},red" for line in lines[1:])]).encode()
    told = run(toy, pack_zip(**{"a.csv": TEXT, "b.csv": more})).summary.members

    assert [member["ignored_labels"] for member in told.values()] == [[], ["colour"]]


def test_lines_that_are_no_rows_are_told_with_their_member(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", until="END"),))
    text = b"report\n" + TEXT + b"\nEND\n"
    result = run(source, pack_zip(**{"a.csv": text, "b.csv": text}), limits=Limits(keys_in_memory=0))

    assert [place for place, _ in result.summary.skipped] == [
        f"line {member}:{line}" for member in ("a.csv", "b.csv") for line in (1, 5, 6)
    ]  # fmt: skip


def test_the_folder_of_a_member_may_be_a_column(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", labels={"store": "@folder"}),))
    result = run(
        source, pack_zip(**{"x/007/a.csv": b"day,units\n2024-01-01,1\n", "x/008/a.csv": b"day,units\n2024-01-01,2\n"})
    )

    assert result.rows == ["2024-01-01,007,1,,", "2024-01-01,008,2,,"]
    assert "in no folder" in run(source, b"day,units\n2024-01-01,1\n").refusal.reason


def test_the_folder_of_an_archive_in_an_archive_is_that_of_its_members_which_stand_in_none(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", labels={"store": "@folder"}),))
    rows = b"day,units\n2024-01-01,1\n"
    inner = pack_zip(**{"a.csv": rows, "009/b.csv": rows})

    assert run(source, pack_zip(**{"x/007/2024.zip": inner, "008/c.csv.gz": gzip.compress(rows)})).rows == [
        "2024-01-01,007,1,,", "2024-01-01,009,1,,", "2024-01-01,008,1,,",
    ]  # fmt: skip
    assert "in no folder" in run(source, pack_zip(**{"2024.zip": inner})).refusal.reason


def test_a_member_that_cannot_be_read_refuses_the_archive_unless_it_is_declared_as_no_data(make_source, run):
    data = pack_zip(**{"a.csv": TEXT, "README.txt": b"hello"})

    assert "no row names the columns" in run(make_source(), data).refusal.reason
    assert run(make_source(members=("*.csv",)), data).rows == ROWS


@pytest.mark.parametrize("name", ["b.csv.gz", "B.CSV", "B.Csv.GZ", "b.csv"])
def test_a_member_fits_a_pattern_in_any_case_and_by_the_name_of_what_is_compressed_in_it(make_source, run, name):
    data = gzip.compress(TEXT) if name.lower().endswith("gz") else TEXT
    result = run(make_source(members=("**/*.csv",)), pack_zip(**{"a.csv": b"day,store,units\n", f"north/{name}": data}))

    assert result.rows == ROWS
    assert list(result.summary.members) == ["a.csv", f"north/{name}"]


def test_an_archive_without_a_member_that_fits_is_refused_with_what_it_has(make_source, run):
    result = run(
        make_source(members=("**/*.csv",)), pack_zip(**{"README.txt": b"x", "a.dat": TEXT, "b": b"", "c": b""})
    )

    assert result.refusal.reason == "the archive has no member with data; it has 'README.txt', 'a.dat', 'b', ..."


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda data: pack_zip(**{"a.csv": data})])
def test_a_cut_off_package_is_refused(toy, run, pack):
    packed = pack(TEXT * 1000)

    assert "damaged or cut off" in run(toy, packed[: len(packed) * 2 // 3]).refusal.reason


@pytest.mark.parametrize("pack", [gzip.compress, lzma.compress, lambda data: pack_zip(**{"a.csv": data})])
def test_a_bomb_is_refused_by_ratio_before_it_is_unpacked(toy, run, pack):
    bomb = pack(TEXT + b"2024-01-03,001,1\n" + b" " * 100_000_000)

    assert run(toy, bomb).refusal.reason in (
        "the file unpacks to more than 250 times its size",
        "a line is longer than the limit of 12582912 bytes",
    )


def test_packages_in_packages_have_an_end(toy, run):
    data = TEXT
    for _ in range(4):
        data = pack_zip(**{"a.zip": data})

    assert run(toy, data).refusal.reason == "packages are packed into each other more than 3 deep"


def test_too_many_members_and_too_much_inside_are_refused(toy, run):
    data = pack_zip(**{f"{n}.csv": TEXT for n in range(9)})

    assert "more than 8 members" in run(toy, data, limits=Limits(members=8)).refusal.reason
    assert "limit of 99 bytes" in run(toy, data, limits=Limits(unpacked_bytes=99)).refusal.reason


def test_a_protected_archive_is_refused(toy, run):
    data = bytearray(pack_zip(**{"a.csv": TEXT}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1

    reason = "the member is protected by a password; unpack the archive first"
    assert run(toy, bytes(data)).refusal.reason == reason


def test_a_member_that_is_packed_by_another_method_is_no_damaged_one(toy, run):
    data = bytearray(pack_zip(**{"a.csv": TEXT}))
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(mark) + at] = 9

    reason = "the member is packed by deflate64, which is not read here; unpack the archive first"
    assert run(toy, bytes(data)).refusal.reason == reason


def test_a_fault_of_the_stream_below_is_no_damage(toy):
    from conditioners.engine import condition
    from conditioners.inputs.raw import RawInput

    class Broken(io.BytesIO):
        reads = 0

        def read(self, size=-1):
            self.reads += 1
            if self.reads > 1:
                raise ConnectionError("the lake is gone")
            return super().read(2000)

    packed = gzip.compress(TEXT + b"".join(b"%d\n" % (n * n) for n in range(9_000)))
    with pytest.raises(ConnectionError):
        condition(
            toy, RawInput("a.csv.gz", lambda: Broken(packed)), io.BytesIO(), io.BytesIO(), Limits(chunk_bytes=2000)
        )


@pytest.mark.parametrize(
    ("member", "reason", "where"),
    [
        (b"", "the file is empty", "se/b.csv"),
        (b"nothing\n", "no row names the columns of toy; looked for day, store, units", "se/b.csv"),
        (b"day,store,units\n" + b"x" * 5000, "a line is longer than the limit of 4000 bytes", "se/b.csv: line 2"),
    ],
)
def test_a_refusal_names_the_member_that_it_is_about(toy, run, member, reason, where):
    data = pack_zip(**{"ne/a.csv": b"day,store,units\n2024-01-01,001,1\n", "se/b.csv": member})
    refusal = run(toy, data, limits=Limits(line_bytes=4000, chunk_bytes=1000)).refusal

    assert (refusal.reason, refusal.where) == (reason, where)


def test_members_of_archives_in_an_archive_are_told_apart_by_the_archive(toy, run):
    data = pack_zip(**{"CA.zip": pack_zip(**{"a.csv": TEXT}), "TX.zip": pack_zip(**{"a.csv": TEXT})})
    result = run(toy, data)

    assert [r["line"] for r in result.rejects] == ["CA.zip/a.csv:3", "TX.zip/a.csv:3"]
    assert list(result.summary.members) == ["CA.zip/a.csv", "TX.zip/a.csv"]


def test_two_members_with_one_name_are_refused_since_nobody_can_tell_which_one_counts(toy, run):
    data = pack_zip(**{"a.csv": TEXT, "b.csv": TEXT}).replace(b"b.csv", b"a.csv")
    refusal = run(toy, data).refusal

    assert (refusal.reason, refusal.where) == ("two members of the archive have the same name", "'a.csv'")


@pytest.mark.parametrize("pack", [lambda d: gzip.compress(d)[:-9], lambda d: pack_zip(**{"c.csv": d})[:-30]])
def test_the_refusal_of_a_member_that_is_cut_off_names_it(toy, run, pack):
    assert run(toy, pack_zip(**{"ne/a.csv": TEXT, "se/b.packed": pack(TEXT)})).refusal.where == "se/b.packed"


@pytest.mark.parametrize("at", ["before", "behind"])
def test_frames_of_zstandard_that_hold_no_data_are_skipped(toy, run, at):
    packed = pa.Codec("zstd").compress(TEXT, asbytes=True)
    empty = b"\x50\x2a\x4d\x18\x04\x00\x00\x00size"

    assert run(toy, empty + packed if at == "before" else packed + empty).rows == ROWS


def test_a_tar_archive_is_refused_by_name(toy, run):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("a.csv")
        member.size = len(TEXT)
        archive.addfile(member, io.BytesIO(TEXT))

    assert run(toy, packed.getvalue()).refusal.reason == "the file is a tar archive, which must be unpacked first"


def test_folders_may_be_written_with_the_mark_of_windows(make_source, run):
    source = make_source(members=("007/*.csv",), dialects=(Delimited(name="plain", labels={"store": "@folder"}),))
    data = pack_zip(**{"007|": b"", "007|a.csv": b"day,units\n2024-01-01,1\n"}).replace(b"007|", b"007\\")
    result = run(source, data)

    assert result.rows == ["2024-01-01,007,1,,"]
    assert list(result.summary.members) == ["007/a.csv"]


def without_utf8_flag(data):
    """An archive whose names are UTF-8 without saying so, as macOS writes them."""
    return data.replace(b"PK\3\4\x14\0\0\x08", b"PK\3\4\x14\0\0\0").replace(b"\x14\0\0\x08", b"\x14\0\0\0")


def named_in_unicode(name, written, crc=None):
    """An archive of one file under a name in CP437, and in Unicode behind it."""
    packed, hashed = io.BytesIO(), zlib.crc32(written.encode("cp437")) if crc is None else crc
    member = zipfile.ZipInfo(written)
    member.extra = struct.pack("<HHBI", 0x7075, 5 + len(name.encode()), 1, hashed) + name.encode()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(member, NAMED)
    return packed.getvalue()


NAMED = b"day,units\n2024-01-01,1\n"
IN_UTF8 = pack_zip(**{"größe/ü.csv": NAMED})
IN_CP437 = without_utf8_flag(pack_zip(**{"????/?.csv": NAMED}).replace(b"????/?", "grün/é".encode("cp437")))


@pytest.mark.parametrize(
    ("data", "folder"),
    [
        (IN_UTF8, "größe"), (without_utf8_flag(IN_UTF8), "größe"), (IN_CP437, "grün"),
        (named_in_unicode("größe/ü.csv", "gr__e/_.csv"), "größe"),
        (named_in_unicode("größe/ü.csv", "old/_.csv", 7), "old"),
    ],
    ids=["UTF-8", "UTF-8 that is not told", "CP437", "Unicode behind it", "Unicode of another name behind it"],
)  # fmt: skip
def test_names_in_archives_are_read_in_the_encoding_they_are_written_in(make_source, run, data, folder):
    source = make_source(dialects=(Delimited(name="plain", labels={"note": "@folder", "store": "=001"}),))

    assert run(source, data).rows == [f"2024-01-01,001,1,,{folder}"]


def test_names_in_unicode_lead_no_more_out_of_an_archive_than_others(toy, run):
    assert "leads out of the archive" in run(toy, named_in_unicode("../a.csv", "a.csv")).refusal.reason


def test_what_is_named_like_a_folder_and_holds_something_is_no_folder(toy, run):
    assert run(toy, pack_zip(**{"a|": TEXT, "b/": b""}).replace(b"a|", b"a/")).rows == ROWS


@pytest.mark.parametrize("mark", [b"PK00", b"PK\7\x08"])
def test_an_archive_that_was_to_be_split_is_read(toy, run, mark):
    assert run(toy, mark + pack_zip(**{"a.csv": TEXT})).rows == ROWS


def test_a_link_in_an_archive_is_no_file_with_rows(toy, run):
    packed, link = io.BytesIO(), zipfile.ZipInfo("latest.csv")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", TEXT)
        archive.writestr(link, "a.csv")
    result = run(toy, packed.getvalue())

    assert result.rows == ROWS
    assert result.summary.skipped == (("member latest.csv", "a link"),)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_workbooks_that_an_archive_holds_as_they_are_make_it_no_workbook(make_source, run, method):
    source = make_source(columns=(Text("a"), Text("b")), key=(), dialects=(Workbook(name="w"),))
    north, south = (xlsx_of(["a", "b"], [name, "x"]) for name in ("north", "south"))

    assert run(source, write_zip([("n.xlsx", north), ("s.xlsx", south)], method)).rows == ["north,x", "south,x"]


def test_an_open_document_that_was_packed_anew_is_a_workbook(make_source, run):
    source = make_source(columns=(Text("a"), Text("b")), key=(), dialects=(Workbook(name="w"),))
    with zipfile.ZipFile(
        io.BytesIO(ods_of([("string", "a"), ("string", "b")], [("string", "x"), ("string", "y")]))
    ) as book:
        members = [(name, book.read(name)) for name in sorted(book.namelist())]

    assert run(source, write_zip(members, zipfile.ZIP_DEFLATED)).rows == ["x,y"]
