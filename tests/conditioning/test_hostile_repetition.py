"""A value that stands around very many rows is refused before it is written, or copied, once for each of them."""

import gzip

import polars as pl
import pytest

from conditioners import faults
from conditioners.columns import Text, Whole
from conditioners.dialects import (
    Delimited,
    EdiLoops,
    JsonColumns,
    JsonLines,
    JsonTree,
    ProductActivity,
    Wide,
    XmlElements,
)
from conditioners.limits import MIB, Limits
from conditioners.outcome import Conditioned
from conditioners.readers import headers
from conditioners.readers.unfolding import limit_rows, name_repetition

LONG, ROWS = "x" * 20_000, 1500
ISA = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *240101*0101*U*00401*000000001*0*P*:~"
X12 = f"{ISA}GS*PD*A*B*20240101*0101*1*X*004010~ST*852*1~{{}}SE*6*1~GE*1*1~IEA*1*000000001~"
STORES = "".join(f"*S{number}*5" for number in range(ROWS))
RECORDS, ITEMS = ",".join(['{"b":1}'] * ROWS), "LIN+1'QTY+153:1'" * ROWS
LABELS = ",".join(f"w{number}" for number in range(ROWS))
FILES = {
    "JSON": (
        JsonTree(name="json", records="[].l[]", labels={"a": "[].h", "b": "[].l[].b"}),
        f'[{{"h":"{LONG}","l":[{RECORDS}]}}]',
    ),
    "JSON Lines": (
        JsonLines(name="lines", records="l[]", labels={"a": "h", "b": "l[].b"}),
        f'{{"h":"{LONG}","l":[{RECORDS}]}}\n',
    ),
    "parallel lists": (
        JsonColumns(name="lists", records=("d",), labels={"a": "h", "b": "d.b"}),
        f'{{"h":"{LONG}","d":{{"b":[{",".join("1" * ROWS)}]}}}}',
    ),
    "XML": (
        XmlElements(name="xml", records="r/s/e", labels={"a": "r/s/h", "b": "r/s/e/b"}),
        f"<r><s><h>{LONG}</h>{'<e><b>1</b></e>' * ROWS}</s></r>",
    ),
    "852": (
        ProductActivity(name="852", labels={"a": "N1.SU", "b": "SDQ"}),
        X12.format(f"N1*SU*{LONG}~LIN**VN*7~ZA*QS*5*EA~SDQ*EA*92{STORES}~"),
    ),
    "SLSRPT": (
        EdiLoops(name="edi", message="SLSRPT", loops=("LOC", "LIN"), labels={"a": "LOC02", "b": "QTY.153"}),
        f"UNB+UNOA:1+A+B+1+7'UNH+1+SLSRPT'LOC+1+{LONG}'{ITEMS}UNT+{2 * ROWS + 3}+1'UNZ+1+7'",
    ),
    "wide": (
        Delimited(name="wide", wide=Wide(into="b", values={"v": "w([0-9]+)"})),
        f"a,{LABELS}\n{LONG}{',1' * ROWS}\n",
    ),
}  # fmt: skip
files = pytest.mark.parametrize("kind", FILES)
REASON = "values that stand in several rows make these far larger than the file"


def read(make_source, run, kind, limits, pack=bytes):
    dialect, text = FILES[kind]
    columns = (Text("a"), Text("b"), *([Text("v")] if kind == "wide" else []))
    return run(make_source(columns=columns, key=(), dialects=(dialect,)), pack(text.encode()), limits=limits)


@files
def test_a_long_value_around_many_rows_is_refused_once_they_are_far_larger_than_the_file(make_source, run, kind):
    few = Limits(shown_free=MIB, shown_ratio=10)

    assert read(make_source, run, kind, few).refusal.reason == REASON
    assert read(make_source, run, kind, Limits(shown_free=MIB, shown_ratio=2000)).summary.rows_out == ROWS
    assert isinstance(read(make_source, run, kind, Limits(), gzip.compress).outcome, Conditioned)


@files
def test_a_batch_that_would_fill_memory_with_one_value_is_refused_before_it_is_judged(make_source, run, kind):
    together = Limits(shown_free=1 << 40, shown_together=6 * MIB)
    outcome = read(make_source, run, kind, together, gzip.compress)

    assert outcome.refusal.reason == REASON
    assert outcome.rows == []


def test_a_wide_table_of_more_labels_than_a_spreadsheet_has_columns_is_refused(make_source, run, monkeypatch):
    monkeypatch.setattr(headers, "_MOST_REPEATED", ROWS - 1)

    reason = f"more than {ROWS - 1} labels are columns to be made rows of"
    assert read(make_source, run, "wide", Limits()).refusal.reason == reason


def test_a_frame_of_thousands_of_repetitions_is_asked_for_its_columns_a_few_times(make_source, run, monkeypatch):
    asked, columns = [], pl.DataFrame.columns
    monkeypatch.setattr(pl.DataFrame, "columns", property(lambda frame: (asked.append(1), columns.fget(frame))[1]))
    dialect = Delimited(name="weeks", wide=Wide(into="week", values={"units": "(w.*)"}))
    source = make_source(columns=(Text("a"), Text("week"), Text("units")), key=(), dialects=(dialect,))

    result = run(source, f"a,{LABELS}\n1{',2' * ROWS}\n".encode())

    assert len(result.rows) == ROWS
    assert len(asked) < ROWS


def test_a_portion_has_some_rows_however_many_each_of_them_becomes():
    assert limit_rows(1 << 16, ["a"], Limits()) == 1 << 16
    assert limit_rows(1 << 16, ["a", *list_repetitions(520)], Limits()) == 126
    assert limit_rows(1 << 16, ["a", *list_repetitions(16_000)], Limits()) == 8


def test_a_portion_has_fewer_rows_the_more_stands_beside_each_repetition():
    beside = [f"c{number}" for number in range(1000)]

    assert limit_rows(1 << 16, [*beside, *list_repetitions(1500)], Limits()) == 2
    assert limit_rows(1 << 16, [*beside, *list_repetitions(3000)], Limits()) == 1


def test_a_row_that_becomes_more_cells_than_are_held_at_a_time_is_refused_before_it_is_read(make_source, run):
    refusal = read(make_source, run, "wide", Limits(repeated_cells=2 * ROWS - 1)).refusal

    assert refusal.reason == f"each of its rows becomes {ROWS} rows of 2 columns, more than {2 * ROWS - 1} cells"
    assert read(make_source, run, "wide", Limits(repeated_cells=2 * ROWS)).summary.rows_out == ROWS


def list_repetitions(count):
    return [name_repetition("v", str(number)) for number in range(count)]


def test_a_reason_is_put_into_words_once_for_all_rows_of_a_batch_that_have_the_same_cell(make_source, run, monkeypatch):
    told = []
    monkeypatch.setattr(faults, "explain", lambda rule, column, text, dialect: told.append(text) or f"{rule} {text}")
    source = make_source(columns=(Text("a"), Whole("n")), key=(), dialects=(Delimited(name="d"),))

    result = run(source, b"a,n\n" + b"A,x\nB,y\nC,\n" * 500)

    assert sorted(told, key=str) == [None, "x", "y"]
    assert [row["reason"] for row in result.rejects[:3]] == ["not_a_number x", "not_a_number y", "missing None"]
