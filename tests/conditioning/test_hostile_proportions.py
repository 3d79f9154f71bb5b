"""Small packed files of millions of rows, and rejects that take far more than their file, are refused by proportion."""

import gzip
import lzma
import random
import tracemalloc

import pytest

from conditioners.auto.conditioning import AutoConditioned
from conditioners.columns import Text
from conditioners.dialects import EdiLoops, ProductActivity
from conditioners.limits import DEFAULT, MIB, Limits
from conditioners.outcome import Conditioned
from tests.conditioning.undeclared import condition_undeclared
from tests.conditioning.zip_files import pack_zip

TEXT = b"day,store,units\n2024-01-01,001,1\n"
FEW = Limits(odd_rows_free=100, odd_rows_ratio=1)
UNLIKE = "the file has more than 100 rows, and 1 more for each of its packed bytes, that are blank, rejected or unlike"
PACK = {
    "gzip": gzip.compress, "xz": lzma.compress, "zip": lambda data: pack_zip(**{"a.csv": data}),
    "a zip in a zip": lambda data: pack_zip(**{"a.zip": pack_zip(**{"a.csv": data})}),
}  # fmt: skip
pack = pytest.mark.parametrize("pack", PACK.values(), ids=PACK)


@pack
@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,b\n" + b"1,2\n" * (3 * MIB), "250000 lines and 80"),
        (b"a,b\r" + b"1,2\r" * (3 * MIB), "250000 lines and 80"),
        (b"[" + b'{"a":1},' * 1_500_000 + b'{"a":1}]', "100000 objects and lists and 10"),
        (b"<r>" + b"<e><a>1</a></e>" * 1_000_000 + b"</r>", "100000 tags and 80"),
    ],
    ids=["lines", "lines that end with CR", "objects", "tags"],
)
def test_a_small_packed_file_of_millions_of_rows_is_refused_before_the_first_is_read(toy, run, pack, data, told):
    packed, reason = pack(data), f"the file unpacks to more than {told} more for each of its bytes; unpack it first"
    found = condition_undeclared(packed)

    assert (found.outcome.reason, found.outputs) == (reason, [])
    assert run(toy, packed).refusal.reason == reason


@pack
def test_a_packed_file_that_begins_with_far_too_many_rows_for_its_bytes_is_refused_whatever_follows(pack):
    other = b'{"a":"' + random.Random(1).randbytes(600_000).hex().encode() + b'"}'
    packed = pack(b"[" + b'{"a":1},' * 1_200_000 + other + b"]")

    outcome = condition_undeclared(packed, limits=Limits(unpacked_free=8 * MIB, unpacked_objects_ratio=2)).outcome

    assert outcome.reason.startswith("the file unpacks to more than 100000 objects and lists and 2 more for each")


def test_files_of_zeros_and_flags_are_packed_well_and_read():
    hours = "".join(f"2024-01-{day:02},{hour:02},0,0\n" for day in range(1, 29) for hour in range(24)) * 100
    chance = random.Random(1)
    flags = "".join(f"{chance.random() < 0.01:d}\n" for _ in range(600_000))

    for text, rows in ((hours, 67_200), (flags, 600_000)):
        for packed in (gzip.compress(text.encode()), lzma.compress(text.encode())):
            assert condition_undeclared(packed).summary.table.rows_in == rows


@pytest.mark.parametrize("terminator", [b"~", b"!"])
def test_a_small_packed_interchange_of_very_many_segments_is_refused_before_they_are_cut(terminator):
    header = (
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *240101*0101*U*00401*000000001*0*P*:~"
    )
    segments = b"GS*PD*A*B*20240101*0101*1*X*004010~ST*852*0001~" + b"LIN*1~" * 3000 + b"SE*3002*0001~GE*1*1~"
    text = (header + segments + b"IEA*1*000000001~").replace(b"~", terminator)
    limits = Limits(segments_free=1000, segments_ratio=1)
    reason = (
        "the interchange has more than 1000 segments and 1 more for each of the packed file's bytes; unpack it first"
    )

    assert condition_undeclared(gzip.compress(text), limits=limits).outcome.reason == reason
    assert condition_undeclared(text, limits=limits).summary.table.rows_in == 3006


def test_rows_of_text_that_is_not_delimited_count_as_such_that_are_read_one_by_one():
    text = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 2000

    assert condition_undeclared(gzip.compress(text.encode()), limits=FEW).outcome.reason.startswith(UNLIKE)
    assert condition_undeclared(text, limits=FEW).summary.table.rows_in == 2000


def test_members_of_an_archive_are_held_to_its_size_together():
    members = {f"{number}.csv": b"a,b\n" + f"{number},2\n".encode() * 99 for number in range(9)}
    limits = Limits(unpacked_lines_free=800, unpacked_lines_ratio=0)

    assert isinstance(condition_undeclared(pack_zip(**members)).outcome, AutoConditioned)
    assert "more than 800 lines" in condition_undeclared(pack_zip(**members), limits=limits).outcome.reason


@pytest.mark.parametrize("odd", ["\n1,2,3\n", "1,2\n", "x,\n,,\n1,2\n"], ids=["blank", "short", "several"])
def test_a_packed_file_of_few_bytes_and_many_odd_rows_is_refused_and_its_text_is_not(odd):
    text = "a,b,c\n" + ("1,2,3\n" * 9 + odd) * 400
    refused = condition_undeclared(gzip.compress(text.encode()), limits=FEW).outcome

    assert refused.reason.startswith(UNLIKE)
    assert isinstance(condition_undeclared(text, limits=FEW).outcome, AutoConditioned)
    assert isinstance(condition_undeclared(gzip.compress(text.encode())).outcome, AutoConditioned)


def test_short_blocks_between_odd_rows_of_a_packed_file_count_as_odd_rows_and_long_ones_do_not():
    short, long = (gzip.compress(b"a,b,c\n" + (b'1,"2,3\n' + b"1,2,3\n" * rows) * 1000) for rows in (3, 50))
    limits = Limits(odd_rows_free=1600, odd_rows_ratio=0)

    assert "unlike others" in condition_undeclared(short, limits=limits).outcome.reason
    assert isinstance(condition_undeclared(long, limits=limits).outcome, AutoConditioned)


@pytest.mark.parametrize("odd", ["2024-01-01,001\n", "2024-02-30,001,1\n", "2024-01-01,001,2\n"])
def test_a_packed_file_of_few_bytes_and_many_rejected_rows_is_refused_and_its_text_is_not(toy, run, odd):
    text = TEXT + odd.encode() * 400

    assert run(toy, gzip.compress(text), limits=FEW).refusal.reason.startswith(UNLIKE)
    assert isinstance(run(toy, text, limits=FEW).outcome, Conditioned)
    assert len(run(toy, gzip.compress(text)).rejects) == 400


def test_rejected_rows_that_take_far_more_than_their_file_are_refused_in_all_of_an_archive(toy, run):
    folder = "d" * 500
    rows = b"".join(b"2024-01-01,%03d,1\n" % store for store in range(90))
    members = {f"{folder}/{number}.csv": TEXT + rows + b"2024-01-01,001\n" * 60 for number in range(9)}
    limits = Limits(rejected_free=1 << 17, rejected_ratio=0)
    reason = "its rejected rows take more than 0 times the size of the file"

    assert run(toy, pack_zip(**members), limits=limits).refusal.reason == reason
    assert condition_undeclared(pack_zip(**members), limits=limits).outcome.reason == reason
    assert len(run(toy, pack_zip(**members)).rejects) == 540


def test_one_rejected_row_in_twenty_is_quarantined_however_many_there_are(toy, run):
    text = TEXT + b"".join(
        b"2024-01-01,%03d,1\n" % (number % 1000) if number % 20 else b"2024-02-30,%d,x\n" % number
        for number in range(100_000)
    )

    for data in (text, gzip.compress(text), lzma.compress(text)):
        assert len(run(toy, data).rejects) == 5000
    assert DEFAULT.odd_rows_free >= 5000


HEADER = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *240101*0101*U*00401*000000001*0*P*:~"
STORES = "".join(f"*S{number}*5" for number in range(4000))


@pytest.mark.parametrize("item", ["LIN**VN*x", "LIN*"], ids=["by the contract", "by the reader"])
def test_rejected_rows_that_show_one_long_segment_each_are_refused_before_all_are_shown(make_source, run, item):
    columns = (Text("item", pattern="[0-9]+"), Text("store"))
    dialect = ProductActivity(name="852", labels={"item": "LIN.VN", "store": "SDQ"})
    source = make_source(columns=columns, key=(), dialects=(dialect,))
    segments = f"XQ*H*20240101~{item}~PID*{'x' * 50_000}~ZA*QS*5*EA~SDQ*EA*92{STORES}~"
    data = f"{HEADER}GS*PD*A*B*20240101*0101*1*X*004010~ST*852*1~{segments}SE*7*1~GE*1*1~IEA*1*000000001~".encode()
    limits = Limits(rejected_free=4 * MIB, rejected_ratio=1, shown_together=1 << 40)
    run(source, data[:0], limits=limits)
    tracemalloc.start()
    refusal = run(source, data, limits=limits).refusal
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert refusal.reason == "its rejected rows take more than 1 times the size of the file"
    assert peak < 100 * MIB < 4000 * 50_000


ITEMS = "LIN+1'QTY+153:x'" * 4000
INTERCHANGES = {
    "852": (
        ProductActivity(name="852", labels={"item": "LIN.VN", "store": "SDQ"}),
        f"{HEADER}GS*PD*A*B*20240101*0101*1*X*004010~ST*852*1~XQ*H*20240101~LIN**VN*x~PID*{'x' * 5000}~ZA*QS~"
        f"SDQ*EA*92{STORES}~SE*7*1~GE*1*1~IEA*1*000000001~",
    ),
    "SLSRPT": (
        EdiLoops(name="edi", message="SLSRPT", loops=("LOC", "LIN"), labels={"item": "QTY.153", "store": "LOC.162"}),
        f"UNB+UNOA:1+A+B+1+7'UNH+1+SLSRPT'LOC+162+1'FTX+{'x' * 5000}'{ITEMS}UNT+8004+1'UNZ+1+7'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", INTERCHANGES)
def test_rejected_rows_that_show_what_stands_around_all_of_them_are_refused_before_they_fill_memory(
    make_source, run, kind
):
    dialect, text = INTERCHANGES[kind]
    source = make_source(columns=(Text("item", pattern="[0-9]+"), Text("store")), key=(), dialects=(dialect,))
    much, few = (Limits(rejected_free=1 << 40, shown_together=size) for size in (1 << 40, 2 * MIB))
    assert len(run(source, text.encode(), limits=much).rejects) == 4000
    together = run(source, text.encode(), limits=few)

    assert together.refusal.reason == "rejected rows that are judged together take more than 2097152 bytes"


def test_an_interchange_whose_control_number_is_long_has_places_that_are_not(make_source, run):
    columns = (Text("item"), Text("store"))
    dialect = ProductActivity(name="852", labels={"item": "LIN.VN", "store": "SDQ"})
    source = make_source(columns=columns, key=(), dialects=(dialect,))
    sets = "".join(
        f"ST*852*{'9' * 5000}{last}~XQ*H*20240101~LIN**VN*~ZA*QS*5*EA~SDQ*EA*92*S1*5~SE*6*{'9' * 5000}{last}~"
        for last in "12"
    )
    data = f"{HEADER}GS*PD*A*B*20240101*0101*1*X*004010~{sets}GE*2*1~IEA*1*000000001~".encode()

    places = [row["path"] for row in run(source, data).rejects]
    assert places == [f"852[{'9' * 100}].LIN[1].SDQ[S1]", f"852[{'9' * 100}][2].LIN[1].SDQ[S1]"]


def test_blank_lines_of_an_archive_are_counted_in_all_of_its_members_together(toy, run):
    texts = {f"{number}.csv": TEXT + b"\n" * 20_000 for number in range(9)}
    packed = pack_zip(**texts)
    limits = Limits(blank_lines=100_000, odd_rows_ratio=10)
    reason = "the file has more than 100000 blank lines, and 10 more for each of its packed bytes; unpack it first"

    assert len(packed) < 8_000
    assert condition_undeclared(packed, limits=limits).outcome.reason == reason
    assert run(toy, packed, limits=limits).refusal.reason == reason
    assert isinstance(run(toy, packed).outcome, Conditioned)
    assert isinstance(condition_undeclared(packed).outcome, AutoConditioned)
    assert isinstance(run(toy, gzip.compress(texts["0.csv"]), limits=limits).outcome, Conditioned)
