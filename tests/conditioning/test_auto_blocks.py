"""Reading plain stretches by the block changes nothing but the time it takes."""

import random

import pytest

from conditioners.csv_lines import show_line
from conditioners.structure import blocks, tables
from conditioners.structure.ahead import Ahead
from conditioners.structure.field_grammar import Marks
from conditioners.structure.plain_blocks import PlainReader
from conditioners.structure.splitting import Splitter
from conditioners.structure.table_rows import TableReader
from tests.conditioning.undeclared import condition_undeclared

ODD = [
    "{n},007,{n}.50", "{n},007,{n}.50,x,y", '{n},007,"two\nlines",a', '{n},007,"open,a', '{n},00"7,{n}.50,a"b',
    '{n},"x"y,{n}.50,a', "", ",,,", "day,store,price,note", "Note: estimated,,,", "# remark",
    "k,l,m\n1,2,3\n4,5,6\n7,8,9", "x{n},y,z,words", "{n},,,", '{n},007,"a ""b"", c",d', "{n};007;{n}.50;a", "\r",
    "{n},007,,",
]  # fmt: skip
QUOTE = '"'


def make_text(seed, delimiter=","):
    """Some hundred lines, most of them plain."""
    chance = random.Random(seed)
    oddness = chance.choice([0.0, 0.02, 0.1, 0.3])
    lines = ["day,store,price,note"]
    for n in range(chance.choice([20, 90, 260])):
        plain = f'{n},007,{n}.50,"a, {n}"' if chance.random() < 0.3 else f"{n},007,{n}.50,a{n}"
        lines.append(chance.choice(ODD).format(n=n) if chance.random() < oddness else plain)
    end = chance.choice(["\n", "\r\n"])
    return end.join(lines).replace(",", delimiter) + chance.choice(
        ["", end, end + "Total,,1,\n", end + "Source: till\n"]
    )


def condition(text):
    """Everything that comes out."""
    return condition_undeclared(text, "file.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "|"])
@pytest.mark.parametrize("seeds", range(0, 60, 20))
def test_blocks_give_what_rows_give(monkeypatch, seeds, delimiter):
    monkeypatch.setattr(tables, "_AHEAD", 12)
    for seed in range(seeds, seeds + 20):
        text = make_text(seed, delimiter)
        with monkeypatch.context() as patch:
            patch.setattr(blocks.BlockReader, "_read_block", lambda *_: None)
            patch.setattr(tables, "gather", iter)
            by_row = condition(text)
        for lines in (1, 7, 1000):
            monkeypatch.setattr(blocks, "_LINES", lines)
            assert condition(text) == by_row, (seed, lines)


def test_a_long_plain_file_is_read_by_the_block(monkeypatch):
    taken = []
    monkeypatch.setattr(TableReader, "_take", spy(TableReader._take, taken))
    condition("day,store\n" + "".join(f"{n},007\n" for n in range(10_000)))

    assert sum(len(block.rows) for block in taken) >= 9500
    assert all(block.csv for block in taken[1:])


BARS = "\n".join(f"| {n} | 007 |" + (" x |" if n % 3 else "") for n in range(2000))


@pytest.mark.parametrize(
    "text",
    [
        "day,store\n" + "1,2,3\n1,2\n" * 2000,
        "day,store,note\n" + "1,2,3\n\nTitle\n\n1,2,3\n" * 900,
        "day,store,note\n" + "1,2,3\n1,2,\nx,,\nx,y,z,w\n" * 900,
        "day||store||note\n" + "1||2||3\n" * 3000,
        f"| day | store |\n|---|---|\n{BARS}\n",
    ],
)
def test_rows_of_any_width_are_judged_together_and_come_out_as_if_they_were_not(monkeypatch, text):
    taken = []
    with monkeypatch.context() as patch:
        patch.setattr(tables, "gather", iter)
        patch.setattr(blocks.BlockReader, "_read_block", lambda *_: None)
        by_row = condition(text)
    monkeypatch.setattr(Ahead, "take", spy(Ahead.take, taken))

    assert condition(text) == by_row
    assert sum(taken) < 700


@pytest.mark.parametrize(
    ("labels", "usual", "odd"),
    [
        (b"day,store", "1,Caf\u00e9\n".encode(), b"1,Caf\xe9\n"),
        (b"day,store", b'1,"a \\"b\\", c"\n' + b"1,x\n" * 50, b"1,a\\,b\n"),
    ],
)
def test_only_lines_with_damaged_bytes_or_escapes_are_read_by_themselves(monkeypatch, labels, usual, odd):
    text, taken = labels + b"\n" + (usual * 60 + odd) * 60, []
    with monkeypatch.context() as patch:
        patch.setattr(blocks.BlockReader, "_read_block", lambda *_: None)
        by_row = condition(text)
    monkeypatch.setattr(Splitter, "read", counted(Splitter.read, taken))

    assert condition(text) == by_row
    assert len(taken) < 0.5 * text.count(b"\n")


@pytest.mark.parametrize(
    "line",
    [
        "1,2", "1;2", "1,", ",2", "1,2,3", " 1,2", "1, 2", "1,\t", "1, ", " ,2", "\xa0,2", "\xa0,\xa0", "\x1c,\x1c",
        '1,"2"', "1,'2'", "1,2\r", "\x85,\u2003", "é,ß", "1\x0b,2\x0c", "\0,2",
    ],
)  # fmt: skip
@pytest.mark.parametrize("marks", [Marks(","), Marks(";"), Marks(",", "'"), Marks(",", spaced=True), Marks("")])
def test_lines_that_are_standard_csv_as_they_stand_are_told_from_others(line, marks):
    lines = [f"5{marks.delimiter}6", line.replace(",", marks.delimiter or ","), f"7{marks.delimiter}8"]
    width = 2 if marks.delimiter else 1
    found = PlainReader(marks, width).read("\n".join(lines) + "\n", 1)
    rows = [next(Splitter(marks, width).records(each)).fields for each in lines]

    if found is not None:
        assert (list(map(tuple, found.rows)), list(found.lines), found.width) == (rows, lines, width)
        assert found.csv == "".join(map(show_line, rows))
        assert all(map(all, rows)) and any(map(str.strip, rows[1]))
        assert (found.last_cells, found.holds(rows[2]), found.holds(["7"] * width)) == (list(rows[2]), True, False)


@pytest.mark.parametrize("delimiter", [",", ", ", " ,", " , "])
@pytest.mark.parametrize("count", [4, 6000])
def test_rows_of_several_lines_are_whole_wherever_blocks_of_the_file_end(delimiter, count):
    rows = [["number", "said", "note"], *([str(n), f'say "x{n}"', "Oh my.\nGosh, no." * 3] for n in range(count))]
    lines = (delimiter.join(f'"{cell.replace(QUOTE, QUOTE * 2)}"' for cell in row) for row in rows)
    found = condition("\n".join(lines))

    assert (found.tables, found.rejects) == ([rows], [])


@pytest.mark.parametrize(
    ("labels", "usual", "odd"),
    [
        ("þaþ\x14þbþ\x14þcþ", "þ{n}þ\x14þOh {more}þ\x14þxþ", "þ{n}þ\x14þOh my {more}\nGosh, no.þ\x14þxþ"),
        ("a,b,c", '{n},"say hi, {more}\nGosh no.",x', '{n},"say "hi" {more}\nGosh no.",x'),
    ],
)
@pytest.mark.parametrize("count", [6, 9000])
def test_rows_of_several_lines_with_odd_marks_are_whole_wherever_blocks_of_the_file_end(labels, usual, odd, count):
    lines = ((usual, usual, odd)[n % 3].format(n=n, more="oh my " * 9) for n in range(count))
    found = condition("\n".join([labels, *lines]))

    assert ([row[0] for row in found.tables[0]], found.rejects) == (["a", *map(str, range(count))], [])


def counted(function, texts):
    def counting(self, text, start):
        texts.append(text)
        return function(self, text, start)

    return counting


def spy(function, taken):
    def spied(self, block):
        taken.append(block)
        return function(self, block)

    return spied
