"""Reading plain stretches by the block changes nothing but the time it takes."""

import random

import pytest

from conditioners.structure import blocks, tables
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
            by_row = condition(text)
        for lines in (1, 7, 1000):
            monkeypatch.setattr(blocks, "_LINES", lines)
            assert condition(text) == by_row, (seed, lines)


def test_a_long_plain_file_is_read_by_the_block(monkeypatch):
    taken = []
    monkeypatch.setattr(tables._Table, "_take", spy(tables._Table._take, taken))
    condition("day,store\n" + "".join(f"{n},007\n" for n in range(10_000)))

    assert sum(len(block.rows) for block in taken) >= 6000


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


def spy(function, taken):
    def spied(self, block):
        taken.append(block)
        return function(self, block)

    return spied
