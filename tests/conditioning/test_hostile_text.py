"""Text of blank lines, junk, quotes or damage is refused, or counted in bulk, and says the same either way."""

import codecs
import random
from dataclasses import replace

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import Delimited, FixedWidth, JsonLines
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.decoding import Decoder
from conditioners.readers.json.lines import JsonLinesReader
from conditioners.readers.misfits import Misfits
from conditioners.readers.text.cutting import RecordCutter
from conditioners.readers.text.locating import RecordIndex
from conditioners.readers.text.portions import cut_portions
from conditioners.readers.text.syntax import Syntax
from tests.conditioning.hostile_files import MIB

HEADER = b"day,store,units,price,note\n"
TEXT = b"date,state,category,dollars,units,volume\n2024-01-07,Texas,Milk,1,1,1\n"
FEW = Limits(blank_lines=2000, unread_rows=2000, portion_records=500, chunk_bytes=1 << 16)


def good(number):
    return b"2024-01-%02d,%03d,1,,a\n" % (number % 28 + 1, number // 28)


def mixed():
    """Rows among thousands of blank and bad ones, some of which run over several lines."""
    parts = [HEADER]
    for number in range(60):
        parts += [good(number), b"\n" * 150, b" ,, \n" * 40, b",,,,\r\n" * 90, b"\t\r" * 30, b'","\n', b"x\n" * 3]
        parts += [b'2024-02-01,%03d,1,,"two\n\nlines"\n' % number, b'"open\n', b"2024-02-01,1,1,,\n"]
    return b"".join(parts)


@pytest.mark.parametrize("threads", [0, 1, 2])
@pytest.mark.parametrize("portion", [700, 3000])
def test_blank_lines_counted_in_bulk_say_what_each_of_them_says(toy, run, portion, threads):
    one_by_one = run(toy, mixed(), limits=Limits(portion_records=400))
    found = run(toy, mixed(), limits=Limits(portion_records=portion, threads=threads))
    at_once = run(toy, mixed())

    assert one_by_one.summary.skipped_lines == 60 * (150 + 40 + 90 + 30 + 1)
    assert one_by_one.summary.rows_out == 120
    assert found == at_once == one_by_one


def test_the_rows_behind_many_blank_lines_are_found_at_their_lines(toy, run):
    result = run(toy, HEADER + b"\n" * 5000 + b"x\n" + good(1) + b",,,,\n" * 5000 + b"2024-01-01,1,1,,\n")

    assert [each["line"] for each in result.rejects] == ["5002", "10004"]
    assert result.summary.skipped[:2] == (("line 2", "blank"), ("line 3", "blank"))
    assert (len(result.summary.skipped), result.summary.skipped_lines) == (100, 10_000)


def test_an_empty_row_of_a_source_that_takes_them_stays_a_row(make_source, run):
    columns = (Text("shop"), Text("a", optional=True), Text("b", optional=True))
    dialects = (Delimited(name="p", labels={"shop": "=Acme"}),)
    source = make_source(columns=columns, key=(), dialects=dialects)

    assert run(source, b"a,b\n" + b",\n" * 5000).summary.rows_out == 5000


BLANK = "the file has more than 2000 blank lines and few others"
MOST = {
    "blank": (HEADER + good(1) + b"\n" * 5000, BLANK),
    "spaces": (HEADER + good(1) + b" \n" * 5000, BLANK),
    "delimiters": (HEADER + good(1) + b",,,,\n" * 5000, BLANK),
    "returns": ((HEADER + good(1)).replace(b"\n", b"\r") + b"\r" * 5000, BLANK),
    "returns among feeds": (HEADER + good(1) + (b"\r" * 999 + b"\n") * 5, BLANK),
    "junk": (HEADER + good(1) + b"x\n" * 5000, "cannot be read; the file is in another form"),
    "quotes": (HEADER + good(1) + b'"x\n' * 5001, "cannot be read; the file is in another form"),
}


@pytest.mark.parametrize("name", MOST)
def test_text_of_hardly_anything_but_blank_or_unreadable_lines_is_refused(make_source, run, name):
    data, reason = MOST[name]
    dialects = (Delimited(name="plain", encodings=("latin-1",)),)
    sizes = {"blank_lines": 2000, "unread_rows": 2000, "portion_records": 3000, "chunk_bytes": 1 << 14}
    results = [
        run(make_source(dialects=dialects), data, limits=Limits(threads=threads, **sizes)) for threads in (0, 1, 2)
    ]

    assert reason in results[0].refusal.reason
    assert results[0].refusal == results[1].refusal
    assert results[0].refusal.where.startswith("line ")


def test_lines_whose_quotes_cannot_be_read_are_refused_when_they_are_cut_already():
    limits, syntax = Limits(unread_rows=2000), Syntax(",", width=5)
    chunks = RecordCutter(syntax, limits).cut(iter([b'"x\n' * 4000]))

    with pytest.raises(Refusal, match="of the first 2001 rows 2001 cannot be read"):
        list(cut_portions(chunks, syntax, limits, Misfits(limits)))


def test_no_more_records_than_may_be_odd_are_read_one_by_one_before_they_are_counted():
    limits = Limits(unread_rows=999)
    text = b'1,"2\n' * 3500 + b'1,"2",3\n' * 5
    chunks = list(RecordCutter(Syntax(",", width=2), limits).cut(iter([text[:5], text[5:]])))

    assert b"".join(chunk.data for chunk in chunks) == text
    assert [chunk.first_line for chunk in chunks] == [1, 1001, 2001, 3001]
    assert [len(RecordIndex(chunk, Syntax(",", width=2)).ends) for chunk in chunks] == [1000, 1000, 1000, 505]


def test_text_of_nothing_but_marks_is_refused_before_its_lines_count_as_blank(toy, run):
    marks = "".join(random.Random(7).choices('",\n', k=50_000))
    result = run(toy, HEADER + marks.encode(), limits=replace(FEW, portion_records=1 << 16, blank_lines=1 << 20))

    assert result.refusal.reason.endswith("cannot be read; the file is in another form")


def test_empty_cells_in_quotes_are_blank_rows_also_behind_odd_quotes(toy, run):
    rows = [b'2024-01-%02d,%03d,1,,5" pipe\n' % (number % 28 + 1, number // 28) for number in range(1800)]
    result = run(toy, HEADER + b"".join(rows) + b'"","","","",""\n' * 3000, limits=FEW)

    assert (result.summary.rows_out, result.summary.skipped_lines) == (1800, 3000)


def test_text_with_as_many_rows_as_lines_that_are_none_is_conditioned(toy, run):
    rows = [b"2024-01-01,%03d,1,,a\n\nx\n" % number for number in range(1000)] * 3

    assert run(toy, HEADER + b"".join(rows), limits=FEW).summary.rows_quarantined == 3000


def test_fixed_width_of_hardly_anything_but_blank_or_unreadable_lines_is_refused(make_source, run):
    dialect = FixedWidth(name="f", fields={"code": (1, 3), "units": (4, 6)}, width=6)
    source = make_source(columns=(Text("code"), Whole("units")), key=(), dialects=(dialect,))

    assert run(source, b"abc  1\n" + b"\n" * 5000, limits=FEW).refusal.reason == BLANK
    assert "in another form" in run(source, b"abc  1\n" + b"abc   1\n" * 5000, limits=FEW).refusal.reason
    assert run(source, b"abc  1\n" + b"\n" * 1500, limits=FEW).summary.skipped_lines == 1500


def test_json_lines_of_hardly_anything_but_junk_are_refused(make_source, run):
    source = make_source(columns=(Text("a"),), key=(), dialects=(JsonLines(name="l"),))

    assert run(source, b'{"a":"1"}\n' + b"\n" * 5000, limits=FEW).refusal.reason == BLANK
    for junk in (b"{,}\n", b"{}\n", b'{"b":[1]}\n'):
        assert "in another form" in run(source, b'{"a":"1"}\n' + junk * 5000, limits=FEW).refusal.reason
        assert run(source, b'{"a":"1"}\n' * 2500 + junk * 2400, limits=FEW).summary.rows_out == 2500


def test_json_lines_that_hold_nothing_are_counted_before_any_is_parsed(make_source, run, monkeypatch):
    source = make_source(columns=(Text("a"),), key=(), dialects=(JsonLines(name="l"),))
    monkeypatch.setattr(JsonLinesReader, "read", lambda *_: pytest.fail("a line is parsed"))

    for line in (b"{}\n", b" { }\r\n", b"[ ]\n"):
        refusal = run(source, b'{"a":"1"}\n' + line * 5000, limits=FEW).refusal
        assert refusal.reason == "of the first 5001 rows 5000 cannot be read; the file is in another form"


@pytest.mark.parametrize("line", [b"{}\n", b'{"a":"1"}\n', b'{"a":"1","rows":[]}\n', b'{"a":"1","rows":[{}]}\n'])
def test_json_lines_whose_lists_hold_nothing_are_refused(make_source, run, line):
    labels = {"a": "a", "b": "rows[].b"}
    source = make_source(
        columns=(Text("a"), Text("b")), key=(), dialects=(JsonLines(name="l", records="rows[]", labels=labels),)
    )

    first = b'{"a":"1","rows":[{"b":"1"}]}\n'
    assert "in another form" in run(source, first + line * 5000, limits=FEW).refusal.reason
    assert run(source, first * 2500 + line * 2400, limits=FEW).summary.rows_out == 2500


def test_text_of_hardly_anything_but_damage_is_refused(toy, run):
    result = run(toy, HEADER + b"2024-01-01,001,1,," + b"\xff" * MIB + b"\n")

    assert result.refusal.reason == "of the first 131072 bytes 131027 or more are no characters in utf-8"


def test_damage_here_and_there_costs_its_rows_alone(make_source, run):
    rows = b"".join(b"2024-01-01,%05d,1,,M\xfcller und S\xf6hne, %b\n" % (n, b"x" * 40) for n in range(60_000))
    source = make_source(columns=(Text("note"),), key=(), dialects=(Delimited(name="p", delimiters=(";",)),))
    result = run(source, b"note\n" + rows + "Müller\n".encode())

    assert result.summary.rejects == {"note undecodable": 60_000}
    assert result.rows == ["Müller"]
    assert result.rejects[0]["raw"].startswith("2024-01-01,00000,1,,M\\xfcller und S\\xf6hne")


def test_a_character_cut_by_a_block_is_whole_beside_damage(toy, run):
    line = codecs.BOM_UTF16_LE + (HEADER.decode() + "2024-01-01,001,1,,aé\n" * 1).encode("utf-16-le")
    damaged = line + b"\x00\xdc" + "\n".encode("utf-16-le") + "2024-01-02,001,1,,é\n".encode("utf-16-le")

    for size in (64, 65, 67, 1 << 20):
        assert run(toy, damaged, limits=Limits(chunk_bytes=size)).rows == [
            "2024-01-01,001,1,,aé", "2024-01-02,001,1,,é",
        ]  # fmt: skip


def test_megabytes_of_blank_lines_are_refused(refuse):
    files = {"feeds.csv": TEXT + b"\n" * (40 * MIB), "returns.csv": TEXT.replace(b"\n", b"\r") + b"\r" * (40 * MIB)}

    assert set(refuse(files)) == {"the file has more than 1048576 blank lines and few others"}


def test_megabytes_of_quotes_in_a_line_are_read(condition):
    outcomes = condition({"quotes.csv": TEXT + b'"' * (11 * MIB)})

    assert [told["status"] for told in outcomes] == ["conditioned", "conditioned"]


def test_short_records_are_judged_in_portions_of_whole_records_at_their_lines():
    limits, syntax = Limits(portion_records=100), Syntax(",", width=2)
    data = b'a,b\n"c\nd",e\n"open\n' * 500
    portions = list(cut_portions(RecordCutter(syntax, limits).cut(iter([data])), syntax, limits, Misfits(limits)))

    assert b"".join(portion.data for portion in portions) == data
    assert [RecordIndex(portion, syntax).ends.size for portion in portions] == [100] * 14 + [99, 1]
    assert [portion.number for portion in portions] == list(range(16))
    for portion in portions:
        before = b"".join(each.data for each in portions[: portion.number])
        assert portion.first_line == 1 + before.count(b"\n")


def test_damage_behind_a_switch_of_characters_leaves_what_stands_before_it_as_it_is():
    decoder = Decoder.of("iso2022_jp_2", "")

    assert decoder.feed(b'ab\x1b$B$"\xff\x1b(Bcd', last=True).decode() == "abあ\ufdd0ff\ufdd1cd"
