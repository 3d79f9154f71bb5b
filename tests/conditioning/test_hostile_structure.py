"""Text without structure is refused, or read by the block, before looking for its structure costs time or memory."""

import tracemalloc
from random import Random

import pytest

from conditioners.auto.conditioning import AutoConditioned
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Refusal
from conditioners.structure import ahead as ahead_of
from conditioners.structure import blocks, kinds, table_rows, widths
from conditioners.structure.ahead import Ahead
from conditioners.structure.blocks import BlockReader
from conditioners.structure.column_profiles import Column
from conditioners.structure.field_grammar import Marks
from conditioners.structure.kinds import kind_of, shape_of
from conditioners.structure.neighbours import find_neighbour
from conditioners.structure.profiles import Profile
from conditioners.structure.quote_readings import Effort, Exhausted
from conditioners.structure.rows import Row
from conditioners.structure.shifts import realign
from conditioners.structure.sniffing import sniff
from conditioners.structure.splitting import Splitter
from tests.conditioning.undeclared import condition_undeclared
from tests.conditioning.zip_files import pack_zip

TEXT = b"date,state,category,dollars,units,volume\n2024-01-07,Texas,Milk,1,1,1\n"
MANY_WAYS = "the quotes of most rows can be read in several ways; declare its dialect"


def condition(data, limits=DEFAULT):
    found = condition_undeclared(data, "file.csv", limits)
    return found.outcome, b"".join(found.outputs)


@pytest.mark.parametrize("line", [b" ", b"\t", b",", b",,,,,", b"\r", b" , , "])
def test_lines_of_blanks_and_delimiters_are_refused_before_they_are_read(line):
    outcome, written = condition(TEXT + (line + b"\n") * 3000, Limits(blank_lines=2000, chunk_bytes=1 << 16))

    assert outcome.reason == "the file has more than 2000 blank lines and few others"
    assert (outcome.where, written) == ("line 1", b"")


@pytest.mark.parametrize("line", [b" ", b",,,,,", b'""', b'"",""'])
def test_lines_of_nothing_are_read_by_the_block_and_told_one_by_one(monkeypatch, line):
    data = TEXT + (line + b"\n") * 5000 + b"2024-01-08,Texas,Milk,1,1,1\n"
    by_row = []
    monkeypatch.setattr(blocks.Block, "each_row", spy(blocks.Block.each_row, by_row))
    outcome, written = condition(data)

    assert sum(len(block.lines) for block in by_row) < 4000
    assert written == TEXT + b"2024-01-08,Texas,Milk,1,1,1\n"
    assert outcome.summary.skipped == tuple((f"line {number}", "blank") for number in range(3, 103))
    assert outcome.summary.skipped_lines == 5000


def spy(function, taken):
    def spied(block):
        taken.append(block)
        return function(block)

    return spied


def test_rows_behind_megabytes_of_blanks_are_not_taken_for_an_empty_file():
    outcome, _ = condition(b"\n" * DEFAULT.chunk_bytes + TEXT)

    assert outcome.reason == f"the file begins with {DEFAULT.chunk_bytes} bytes of blanks"
    assert isinstance(condition(b"\n" * 1000)[0], AutoConditioned)


def test_text_whose_quotes_can_mostly_be_read_in_several_ways_is_refused():
    outcome, _ = condition((b",".join([b'"a"b'] * 90) + b"\n") * 1500)

    assert (outcome.reason, outcome.where.split()[0]) == (MANY_WAYS, "line")


def test_records_that_run_over_lines_of_nothing_are_refused():
    assert condition(TEXT + b'"\n' * 120_000)[0].reason == MANY_WAYS


def read_records(text, left):
    return list(Splitter(Marks(","), 3, effort=Effort(left)).records(text))


def test_a_row_to_be_read_in_several_ways_for_each_plain_one_is_no_reason_to_refuse():
    odd, plain = 'x,"a "big" one",2\n', "x,y,2\n"
    records = read_records((odd + plain * 5) * 1000, left=20)

    assert {record.fields for record in records} == {("x", 'a "big" one', "2"), ("x", "y", "2")}
    with pytest.raises(Exhausted):
        read_records(odd * 1000, left=20)


def test_a_line_costs_no_more_than_there_is_effort(monkeypatch):
    spent = []
    monkeypatch.setattr(Effort, "spend", counted(Effort.spend, spent))
    sniff((" ,;\t|:".join(['"a"b","c"', "'c'd", "`e`f"] * 18) + "\n") * 300)

    efforts = {id(effort): effort for effort, _ in spent}.values()
    assert efforts
    assert all(sum(count for each, count in spent if each is effort) < 10_000 for effort in efforts)


def counted(function, spent):
    def counting(effort, readings):
        spent.append((effort, readings))
        function(effort, readings)

    return counting


def test_a_thousand_rows_of_a_single_cell_are_no_notes():
    note = b"see also,,,,,\n"

    few, many = condition(TEXT + note * 900)[1], condition(TEXT + note * 1500)[1]
    assert (few, many) == (TEXT, TEXT + note * 1500)


def test_rows_that_could_be_labels_of_a_wide_table_and_are_none_are_compared_with_those_behind_them_only_so_often(
    monkeypatch,
):
    compared = []
    monkeypatch.setattr(Profile, "support_labels", lambda profile, _: compared.append(profile.width) or 0.0)
    outcome, _ = condition(b"a,b\n" + b"1,2\n" * 500 + (b"a," * 3999 + b"a\n") * 200)

    assert outcome.summary.table.rows_quarantined == 200
    assert 100_000 <= sum(width for width in compared if width == 4000) <= 104_000


def test_torn_rows_are_put_together_as_long_as_there_are_some_whole_ones_for_each(monkeypatch):
    def quarantined(whole, torn):
        text = "item size note\n" + ("lamp 5 1.5\n" * whole + "small lamp 5 1.5\n" * torn) * 600
        return condition(text.encode())[0].summary.table.rows_quarantined

    assert quarantined(10, 6) == 0
    monkeypatch.setattr(widths, "_TO_MEND", 700)
    assert quarantined(9, 1) == 0
    assert 800 < quarantined(10, 6) < 3000


def stacked(tables):
    for first in range(1, 6 * tables, 6):
        yield Row(str(first), (f"name{first}", f"size{first}", f"cost{first}"), "")
        yield from (Row(str(first + at), (f"n{at}", str(at), "1.5"), "") for at in range(1, 5))
        yield Row(str(first + 5), ("",), "")


def test_a_neighbour_is_found_without_a_look_at_the_tables_behind_it():
    class Told(list):
        def __iter__(self):
            return (told.append(row) or row for row in super().__iter__())

    told = []
    assert find_neighbour(Told(stacked(60))) == 6
    assert len(told) < 20


def test_what_is_looked_at_far_ahead_again_and_again_grows_with_what_is_taken_alone():
    ahead = Ahead(iter(list(stacked(60))), cells_left=1000)
    looks = []
    while ahead.first() is not None:
        looks.append(sum(row.width for row in ahead.look_far(300)))
        ahead.take(6)

    assert looks[0] == 50 * 16
    assert looks[1] <= 200 + 16
    assert all(2 * 16 <= look <= 3 * 16 for look in looks[3:-1])


def test_a_wide_row_with_a_blank_too_many_is_realigned_where_that_is_plain():
    rows = [tuple("" if at % 10 else str(at) for at in range(2000))] * 5
    profile = Profile(rows, 2000)
    shifted = (*rows[0][:1500], "", *rows[0][1500:])
    assert realign(profile, shifted) == rows[0]
    assert realign(Profile([("", "1", "a")] * 5, 3), ("", "1", "", "a")) == ("", "1", "a")
    assert realign(Profile([("", "", "a")] * 5, 3), (" ", "", "", "a")) is None


def test_long_cells_are_not_remembered():
    cells = [f"{number} " + "x" * 100_000 for number in range(300)]
    tracemalloc.start()
    for cell in cells:
        Profile([[kind_of(cell) + cell, shape_of(cell + "1") + cell]], 2)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert taken < 2_000_000


def test_a_row_wider_than_a_table_may_be_costs_its_row_alone_and_is_not_looked_at_cell_by_cell():
    wide = b"x," * 500_000 + b"\n"
    outcome, written = condition(b"a,b\n1,2\n" + wide + b"3,4\n")

    assert (outcome.summary.table.rows_out, outcome.summary.rejected) == (2, 1)
    assert written == b"a,b\n1,2\n3,4\n"
    with pytest.raises(Refusal, match="the table has more than 4096 columns"):
        Profile([], 4097)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "Lamp",
        "a.b@c.de",
        "www.lamp",
        "yes",
        "red|green|blue",
        "x;;y",
        '"',
        "\u00b2",
        "No. two",
        "e",
        "+",
        "(a)",
        "\u0661",
    ],
)
def test_only_cells_with_digits_are_compared_with_forms_that_have_some(monkeypatch, cell):
    kind, patterns = kind_of(cell), kinds._PATTERNS
    every = next((each for each, pattern in patterns if pattern.fullmatch(cell)), kinds.Kind.ODD)
    monkeypatch.setattr(kinds, "_PATTERNS", ())

    assert kind is (every if cell else kinds.Kind.EMPTY)
    assert (kinds._kind_of.__wrapped__(cell) is kind) == (cell != "\u0661")


@pytest.mark.parametrize(("row", "many"), [("1,2,3", 3000), ("x,y,3", 3000), ("1,2,", 3000), ("1,2,3\n4,5,6", 2000)])
def test_rows_with_blank_lines_between_are_not_asked_one_by_one_whether_they_begin_a_table(monkeypatch, row, many):
    asked = []
    begins_another = table_rows.TableReader._begins_another
    monkeypatch.setattr(
        table_rows.TableReader, "_begins_another", lambda *each: (asked.append(1), begins_another(*each))[1]
    )

    outcome, written = condition(b"a,b,c\n" + f"{row}\n\n".encode() * many)

    assert written == b"a,b,c\n" + f"{row}\n".encode() * many
    hundredth = 1 + 100 * (row.count("\n") + 2)
    assert (outcome.summary.skipped_lines, outcome.summary.skipped[-1]) == (many, (f"line {hundredth}", "blank"))
    assert len(asked) < 100


def test_labels_between_blank_lines_begin_a_table_among_thousands_of_rows():
    above, between = b"a,b,c\n" + b"1,2,3\n\n" * 3000, b"k,l,m\n4,5,6\n7,8,9\n4,5,6\n"
    outcome, _ = condition(above + between + b"\n1,2,3\n" * 3000)

    assert [table.labels for table in (outcome.summary.table, *outcome.summary.further_tables)] == [
        ("a", "b", "c"), ("k", "l", "m"),
    ]  # fmt: skip
    assert outcome.summary.skipped_lines == 6000


def test_equal_cells_of_a_column_are_looked_at_together(monkeypatch):
    looked = []
    add = Column.add
    monkeypatch.setattr(Column, "add", lambda *each: (looked.append(each[1:]), add(*each))[1])
    Profile([["1", "x"], ["1", "y"], ["1", "x"]], 2)

    assert looked == [("1", 3), ("x", 2), ("y", 1)]


def test_an_archive_of_texts_whose_marks_are_hard_to_tell_is_refused_and_one_of_usual_texts_is_not():
    random = Random(5)
    hard = [bytes(random.choices(b" ,;\t|:'\"ab1\n", k=1600)) for _ in range(40)]
    usual = [b"".join(b"%d,%d,x\n" % (row, row % 7) for row in range(300)) for _ in range(40)]
    told = "the marks of too many of its texts are hard to tell; declare their dialect"

    assert condition(pack_files(hard), Limits(tries_free=10_000))[0].reason == told
    assert isinstance(condition(pack_files(usual), Limits(tries_free=10_000))[0], AutoConditioned)


def pack_files(texts):
    return pack_zip(**{f"{number}.csv": text for number, text in enumerate(texts)})


@pytest.mark.parametrize("spaced", [False, True])
@pytest.mark.parametrize("width", [None, 3])
def test_lines_without_quotes_and_escapes_are_split_at_their_delimiters_where_others_have_escapes(
    monkeypatch, spaced, width
):
    text = "1, 2 ,3\n\n,,\r\na,b\n1,2,3,4\n x,y , z"
    marks = Marks(",", '"', "\\", spaced)
    monkeypatch.setattr(Splitter, "_has_marks", lambda *_: True)
    closely = [record._replace(is_odd=False) for record in Splitter(marks, width).records(text)]
    monkeypatch.undo()
    monkeypatch.setattr(Splitter, "_read_strictly", None)

    assert list(Splitter(marks, width).records(text)) == closely


def test_tables_of_a_few_rows_with_equal_labels_are_put_before_the_next_block_only_so_often(monkeypatch):
    together = []
    put_before = ahead_of.put_before
    monkeypatch.setattr(
        ahead_of, "put_before", lambda seen, block: (together.append(len(seen)), put_before(seen, block))[1]
    )
    outcome, _ = condition(b"".join(b"T%d\na,b\n1,2\n\n" % number for number in range(990)))

    assert outcome.summary.table.labels == ("a", "b")
    assert len(outcome.summary.further_tables) == 989
    assert max(together) <= 1000
    assert sum(together) < 10 * 4 * 990


def test_quotes_that_open_cells_are_looked_for_up_to_the_next_escape_alone():
    text = "a\\,b,c\n" * 5000
    reader = BlockReader(Marks(",", '"', "\\"), 2, 1000, Effort())
    searched = []

    class Opening:
        def search(self, _, start, end=0):
            searched.append(end - start)

    reader._opening = Opening()

    assert len(list(reader.read(text, 1))) == 5000
    assert sum(searched) <= len(text)
