"""Cutting and parsing agree, for any text and any chunk size, with reading one record after the other."""

import io
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conditioners.columns import Text
from conditioners.declaration import Source
from conditioners.dialects import Delimited
from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.limits import Limits
from conditioners.readers.opening import open_readers
from conditioners.readers.text import cutting
from conditioners.readers.text.cutting import RecordCutter
from conditioners.readers.text.records import RecordParser
from conditioners.readers.text.syntax import Syntax

HEADER = "a,b,c\n"
PIECES = st.sampled_from(
    ['"', '""', ",", "\n", "\r\n", "\r", "x", "é", " ", "1,2,3\n", '"q",', '"two\nlines"', "a\n,b,,c"]
)
BODIES = st.lists(PIECES, max_size=60).map("".join)


def source_of(**dialect):
    columns = (Text("a"), Text("b", optional=True), Text("c", optional=True))
    return Source(name="t", title="t", files=("**",), columns=columns, dialects=(Delimited(name="d", **dialect),))


def read_by_engine(body, chunk_bytes, **dialect):
    """Every record in order: its fields or the rule that it breaks, its line and raw text."""
    limits = Limits(chunk_bytes=chunk_bytes, record_lines=5)
    raw = RawInput("t", lambda: io.BytesIO((HEADER + body).encode()))
    found = []
    with OpenedRaw(raw, limits) as opened:
        [(_, reader)] = open_readers(source_of(**dialect), opened, limits)
        for part in reader.parts():
            batch = reader.read(part)
            rows = batch.frame.rows()
            located = batch.locate(range(len(rows)))
            unread = list(batch.unread)
            for number in range(len(rows) + 1):
                while unread and unread[0].before == number:
                    row = unread.pop(0)
                    found.append((row.rule, *row.located))
                if number < len(rows):
                    found.append((rows[number], *located[number]))
    return found


def read_one_by_one(body, escape=""):
    parser = RecordParser(Syntax(",", '"', escape, 3), Limits(record_lines=5))
    data, position, found = body.encode(), 0, []
    while position < len(data):
        record = parser.parse_one(data, position, last=True)
        line = str(2 + data.count(b"\n", 0, position))
        raw = data[position : record.end].decode().rstrip("\r\n")
        good = record.fields is not None and len(record.fields) == 3
        found.append((record.fields if good else record.rule or "wrong_field_count", line, raw))
        position = record.end
    return found


def without_blanks(found):
    """A line with nothing in it may come as a row of empty fields or as one of too few; either is skipped later on."""
    return [(what, line, raw) for what, line, raw in found if raw]


@settings(max_examples=400, deadline=None)
@given(BODIES, st.sampled_from([64, 100, 4096]), st.sampled_from([2, 64]))
@example('x,"1,2,3\n",y\n"', 64, 64)
@example('"\n\n\n\n\n\n\n\n",,\n,,\n', 64, 64)
@example('1,x"y,3\r\r"q"z,5,6\n\n7,"8",9\n', 4096, 64)
@example('1,"a""b""c\nd,e,f\n",3\n"x"\n', 4096, 2)
def test_any_text_is_cut_and_parsed_as_one_record_after_the_other(body, chunk_bytes, next_quotes):
    with patch.object(cutting, "_NEXT_QUOTES", next_quotes):
        found = read_by_engine(body, chunk_bytes)

    assert without_blanks(found) == without_blanks(read_one_by_one(body))


def test_fields_that_may_have_swallowed_rows_are_looked_for_no_further_than_the_next_one():
    looked_at = []

    class Counted(cutting._QuotedSplit):
        def _first_telling_of(self, first, until):
            looked_at.append(until - first)
            return super()._first_telling_of(first, until)

    text = b'1,"a\nb,c,d,e\n",3\n' * 100 + b'1,"2",3\n' * 10_000
    with patch.object(cutting, "_QuotedSplit", Counted):
        (chunk,) = RecordCutter(Syntax(",", '"', "", 3), Limits()).cut(iter([text]))

    assert chunk.data == text
    assert sum(looked_at) < 2 * text.count(b'"')


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(['"', ",", "\n", "x", "\\", '\\"', "\\\\", '"a\\",b"']), max_size=40).map("".join))
def test_escapes_change_nothing_of_that(body):
    assert without_blanks(read_by_engine(body, 4096, escape="\\")) == without_blanks(read_one_by_one(body, "\\"))


@pytest.mark.parametrize("line", [b'x",2,3\n', b'"x"y,2,3\n', b'"x",2,3\n', b'"x"y\n1,2,3\nx",2,3\n"\n"\n'])
def test_odd_records_next_to_each_other_are_one_piece_or_few(line):
    odd_first = b'"x"y\n' * 100 + line * 10_000
    (chunk,) = RecordCutter(Syntax(",", '"', "", 3), Limits()).cut(iter([odd_first]))

    assert chunk.data == odd_first
    assert len(chunk.pieces) < 10_000 / 8


@pytest.mark.parametrize("lines", [3, 500])
def test_many_odd_records_are_read_exactly_and_in_time_that_grows_with_their_number(lines):
    body = 'a,"b"x,c\nd,"e\nf","g"\n' * lines

    assert read_by_engine(body, 1 << 20) == read_one_by_one(body)
