"""Lines that each close a quote and open another: a record goes on from any of them to the fault behind them all."""

import itertools
import random
import sys
from dataclasses import replace

import pytest

from conditioners.limits import DEFAULT
from conditioners.readers.text.records import RecordParser
from conditioners.readers.text.syntax import Syntax
from conditioners.structure.field_grammar import Grammar, Marks
from conditioners.structure.splitting import Splitter

CHAIN = b'50""07";5;"1\n'


def count_fields(monkeypatch, owner, name):
    """How often a method is called from now on."""
    calls, method = itertools.count(), getattr(owner, name)

    def counted(*given, **named):
        next(calls)
        return method(*given, **named)

    monkeypatch.setattr(owner, name, counted)
    return calls


@pytest.mark.parametrize("fault", [b"", b'"x"y\n', b"\n" * 1100 + b'"\n'], ids=["open", "stray", "long"])
def test_fields_of_records_that_run_into_each_other_are_read_once(monkeypatch, fault):
    calls = count_fields(monkeypatch, RecordParser, "_text")
    parser = RecordParser(Syntax(";", width=3), DEFAULT)

    odd = parser.parse(CHAIN * 2000 + fault, 0, last=True)

    assert odd is not None
    assert odd.ends[:2000].tolist() == [len(CHAIN) * number for number in range(1, 2001)]
    assert next(calls) < 15_000


def test_fields_of_lines_that_run_into_each_other_are_looked_at_once_without_a_declaration(monkeypatch):
    calls = count_fields(monkeypatch, Grammar, "match_field")
    text = CHAIN.decode() * 2000

    records = list(Splitter(Marks(";"), 3).records(text))

    assert [record.fields for record in records] == [('50""07"', "5", '"1')] * 2000
    assert next(calls) < 30_000


@pytest.mark.parametrize("marks", ['";\na', '";\na b', '"";;\n1', '";\r\na', '";\\\na'])
def test_records_are_the_same_behind_others_that_could_not_be_read_as_by_themselves(marks):
    chance = random.Random(marks)
    for number in range(300):
        data = "".join(chance.choices(marks, k=60)).encode()
        syntax = Syntax(";", escape="\\" * ("\\" in marks), width=chance.choice((1, 3, 5)))
        limits = replace(DEFAULT, line_bytes=chance.choice((12, 40, 1000)), record_lines=chance.choice((2, 1000)))
        most = chance.choice((3, sys.maxsize))
        parser, last, position = RecordParser(syntax, limits, most), number % 3 > 0, 0
        while position < len(data):
            record = parser.parse_one(data, position, last=last)
            assert record == RecordParser(syntax, limits, most).parse_one(data, position, last=last)
            if record is None:
                break
            position = max(record.end, position + 1)
