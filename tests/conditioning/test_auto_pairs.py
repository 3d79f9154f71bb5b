"""Lines of key=value without a declaration, as programs log them."""

import pytest

from conditioners.drafting.samples import NoDraft
from tests.conditioning.undeclared import condition_undeclared


def read(text):
    """The first table with its labels, the rejects, and the summary."""
    found = condition_undeclared(text, "app.log")
    table = found.summary.table
    assert table.rows_in == table.rows_out + table.rows_quarantined
    return found.tables[0], found.rejects, found.summary


def line(number, more=""):
    return f'ts=2025-01-07T08:{number:02}:07Z level=info total={number}.50 msg="rang up {number} items"{more}\n'


def test_pairs_are_told_apart_at_their_keys_and_not_at_the_colons_of_times():
    rows, rejects, summary = read("".join(map(line, range(8))))

    assert rows[:2] == [["ts", "level", "total", "msg"], ["2025-01-07T08:00:07Z", "info", "0.50", "rang up 0 items"]]
    assert (len(rows), rejects, summary.dialect["format"]) == (9, [], "key=value pairs")


def test_a_key_that_only_some_lines_have_is_empty_in_the_others():
    rows, _, _ = read(line(1) + line(2, ' err="no \\"paper\\" left"') + line(3))

    assert rows[0] == ["ts", "level", "total", "msg", "err"]
    assert [row[4] for row in rows[1:]] == ["", 'no "paper" left', ""]


def test_what_stands_before_the_first_key_is_a_column_without_a_label():
    rows, _, _ = read("".join(f"2025-01-07 08:00:{n:02} INFO shop: sale=A{n} qty={n}\n" for n in range(5)))

    assert rows[:2] == [["", "sale", "qty"], ["2025-01-07 08:00:00 INFO shop:", "A0", "0"]]


def test_lines_that_are_no_pairs_or_have_keys_of_their_own_are_quarantined_with_the_reason():
    many = "".join(map(line, range(60)))
    odd = "panic: goroutine 1 [running]:\n\n" + line(3, " new=1") + line(4, " level=x")
    rows, rejects, summary = read(many * 8 + odd)

    assert (len(rows), [reject["line"] for reject in rejects]) == (481, ["481", "483", "484"])
    assert [reject["rule"] for reject in rejects] == ["no_pairs", "unknown_key", "no_pairs"]
    assert summary.skipped == (("line 482", "blank"),)


@pytest.mark.parametrize(
    "text", ["a=1,b=2,c=3\n" * 5, "a=1; b=2; c=3\n" * 5, "x = 1 and y=2 are sums\n" * 5, "day,url\n1,/a?b=1&c=2\n" * 5]
)
def test_other_text_with_equals_signs_is_read_as_before(text):
    _, _, summary = read(text)

    assert summary.dialect["format"] != "key=value pairs"


@pytest.mark.parametrize(
    "head, row, width",
    [
        ("id,attributes\n", "{},color=red size=7\n", 2),
        ("id;name;attributes\n", "{};Big shoe;color=red size=7 weight=9\n", 3),
        ("id, name, attributes\n", "{}, Big shoe, color=red size=7\n", 3),
        ("id\tname\tattributes\n", "{}\tBig shoe\tcolor=red size=7\n", 3),
        ("", "chr1\tHAVANA\tgene\t{}\t.\t+\tID=g{};Name=x;type=y\n", 7),
    ],
)
def test_a_table_whose_last_column_holds_pairs_stays_a_table(head, row, width):
    rows, rejects, _ = read(head + "".join(row.format(n, n) for n in range(40)))

    assert ({len(each) for each in rows}, len(rows), rejects) == ({width}, 40 + bool(head), [])


def test_a_draft_of_pairs_says_how_to_make_a_table_of_them(draft):
    with pytest.raises(NoDraft, match="lines of key=value are read without a declaration only: condition --auto makes"):
        draft("app.log", "".join(map(line, range(8))).encode())
