"""Archives without a declaration: each member counts by itself, also one that is damaged far behind its beginning."""

import gzip
import io
import tracemalloc
import zipfile

from conditioners.auto import conditioning as auto
from conditioners.auto import tables as auto_tables
from conditioners.auto.conditioning import condition_auto
from conditioners.auto.output import holding
from conditioners.inputs.raw import RawInput
from conditioners.limits import Limits
from tests.conditioning.undeclared import condition_undeclared
from tests.conditioning.zip_files import write_zip

SMALL = b"day,store\n2024-01-01,001\n2024-01-02,002\n3\n"
LONG = b"day,store\n" + b"".join(b"2024-01-%02d,%03d\n" % (n % 28 + 1, n * n % 1000) for n in range(20_000))

SMALL_BLOCKS = Limits(chunk_bytes=1 << 16)


def condition(members, limits=SMALL_BLOCKS):
    """The outcome, each table's rows, and those in quarantine."""
    found = condition_undeclared(write_zip(members.items(), zipfile.ZIP_STORED), "a.zip", limits)
    return found.outcome, found.tables, found.rejects


def test_a_member_that_is_damaged_behind_its_first_rows_is_refused_and_nothing_of_it_comes_out():
    damaged = gzip.compress(SMALL + LONG)[:-9]
    outcome, tables, rejects = condition({"a.csv": SMALL, "b.csv.gz": damaged, "c.csv": SMALL})

    assert [table.name for table in (outcome.summary.table, *outcome.summary.further_tables)] == ["a.csv", "c.csv"]
    assert [len(rows) for rows in tables] == [3, 3]
    assert [reject["place"] for reject in rejects] == ["a.csv:line 4", "c.csv:line 4"]
    assert outcome.summary.skipped == (
        ("member b.csv.gz", "refused: the file is damaged or cut off: it ends early"),
    )  # fmt: skip
    assert outcome.summary.refused_members == 1


def test_a_member_that_breaks_a_limit_is_refused_with_the_place_where_it_does():
    limits = Limits(chunk_bytes=1 << 12, line_bytes=1 << 14)
    outcome, (rows,), _ = condition({"a.csv": LONG + b"x" * 90_000, "b.csv": SMALL}, limits)

    assert len(rows) == 3
    assert outcome.summary.skipped == (
        ("member a.csv", "refused: a line is longer than the limit of 16384 bytes (line 20002)"),
    )


def test_an_archive_of_too_many_tables_is_refused_as_a_whole_and_none_of_its_members_alone(monkeypatch):
    monkeypatch.setattr(auto_tables, "MOST_TABLES", 3)
    outcome, _, _ = condition({f"{n}.csv": SMALL for n in range(5)})

    assert (outcome.reason, outcome.where) == ("the file has more than 3 tables", "3.csv")


def test_an_archive_none_of_whose_members_can_be_read_is_refused_with_the_first_reason():
    outcome, _, _ = condition({"a.csv.gz": gzip.compress(LONG)[:-9], "b.pdf": b"%PDF-1.4"})

    assert (outcome.reason, outcome.where) == ("the file is damaged or cut off: it ends early", "a.csv.gz")


def test_an_archive_of_many_files_most_of_whose_rows_fit_no_table_is_refused(monkeypatch):
    monkeypatch.setattr(auto, "_UNREAD_IN_MEMBERS", 100)
    rows = b"day,store\n" + b"2024-01-01,001\n" * 9
    unread, last = b"3\n" * 12, b"2024-01-02,%d\n"
    refused, *_ = condition({f"m{n}.csv": rows + unread + last % n for n in range(30)})
    few, *_ = condition({f"m{n}.csv": rows + unread + last % n for n in range(9)})
    mostly, *_ = condition({f"m{n}.csv": rows + b"2024-01-03,1\n" * 9 + unread + last % n for n in range(30)})

    assert (refused.reason, refused.where) == ("of the first 220 rows of the archive 120 fit no table", "m9.csv")
    assert few.summary.rejected == 108
    assert mostly.summary.rejected == 360


def test_what_is_long_comes_out_of_an_archive_as_it_went_in():
    _, (first, second), _ = condition({"a.csv": LONG, "b.csv": SMALL})

    assert "\n".join(map(",".join, first)).encode() + b"\n" == LONG
    assert len(second) == 3


def test_files_that_were_written_one_behind_the_other_give_the_same_tables_packed_or_not():
    outcomes = []
    for data in (SMALL + SMALL, gzip.compress(SMALL) + gzip.compress(SMALL)):
        tables = {}
        raw = RawInput("a", lambda data=data: io.BytesIO(data), len(data))
        condition_auto(raw, lambda number, tables=tables: tables.setdefault(number, io.BytesIO()), io.BytesIO())
        outcomes.append([tables[number].getvalue() for number in sorted(tables)])

    assert outcomes[0] == outcomes[1] == [b"day,store\n2024-01-01,001\n2024-01-02,002\n"] * 2


def test_outputs_that_are_held_back_together_come_out_apart_and_are_not_all_held_in_memory():
    block, sinks = b"x" * 100_000, [io.BytesIO(), io.BytesIO()]
    tracemalloc.start()
    with holding() as hold:
        many = [hold() for _ in range(20)]
        for number in range(300):
            many[number % 20].write(b"%d" % (number % 20) + block)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        for held, sink in zip((many[3], many[17]), sinks, strict=True):
            held.hand_on(sink)

    assert [sink.getvalue() for sink in sinks] == [(b"3" + block) * 15, (b"17" + block) * 15]
    assert most < 12 << 20
