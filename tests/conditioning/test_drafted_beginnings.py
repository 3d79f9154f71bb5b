"""Of a large sample the beginning is drafted from, cut so that it is a file of the same form."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import polars as pl
import pyarrow as pa
import pytest

from cli import source_drafts
from conditioners.drafting import beginnings
from conditioners.drafting.text_cutting import cut_text

ROOM = 64 << 10
ROWS = [{"day": f"2025-01-{n % 28 + 1:02}", "store": f"{n:06}", "note": f"said, {n}"} for n in range(9000)]
LABELS = "day;store;note"
LINES = [";".join(row.values()) for row in ROWS]


def zip_up(data, name="a/sales.csv"):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, data)
    return packed.getvalue()


def as_xml(rows):
    cells = [f"<row id='{row['store']}'><day>{row['day']}</day><br/><note>{row['note']}</note></row>" for row in rows]
    return f'<?xml version="1.0"?><!-- <made> --><data><info>x</info><rows>{"".join(cells)}</rows></data>'


def as_html(rows):
    cells = "".join(f"<tr><td>{row['day']}<td>{row['store']}<td>{row['note']}</tr>\n" for row in rows)
    return f"<html><table><tr><th>day<th>store<th>note</tr>{cells}</table></html>"


CSV = "\n".join([LABELS, *LINES, ""]).encode()
LARGE = {
    "csv": CSV,
    "csv in UTF-16": CSV.decode().encode("utf-16"),
    "lines that end with CR": CSV.replace(b"\n", b"\r"),
    "json": json.dumps({"made": {"by": "[me]"}, "rows": ROWS}).encode(),
    "json in an object by key": json.dumps({f"k{n}": row for n, row in enumerate(ROWS)}).encode(),
    "jsonl": "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
    "xml": as_xml(ROWS).encode(),
    "html": as_html(ROWS).encode(),
    "gz": gzip.compress(CSV, mtime=0),
    "bz2": bz2.compress(CSV),
    "xz": lzma.compress(CSV),
    "zst": pa.compress(CSV, "zstd", asbytes=True),
    "zip": zip_up(CSV),
}


@pytest.mark.parametrize("form", LARGE)
def test_a_large_sample_is_drafted_from_its_beginning_and_that_is_told(draft, monkeypatch, form):
    monkeypatch.setattr(beginnings, "ENOUGH", ROOM)
    monkeypatch.setattr(beginnings, "_END", 4 << 10)
    written, source = draft(f"sample.{form.split()[0]}", LARGE[form])

    assert {"day", "note"} <= {column.name for column in source.columns}
    assert 100 < written.summary.rows_out < len(ROWS)
    assert written.summary.rows_quarantined == 0
    assert any(remark.startswith("only the first ") for remark in written.remarks)
    assert written.golden is not None


def test_a_small_sample_is_looked_at_as_a_whole(draft):
    written, _ = draft("sample.csv", CSV)

    assert written.summary.rows_out == len(ROWS)
    assert not any(remark.startswith("only the first ") for remark in written.remarks)


def test_what_stands_below_the_lines_of_a_large_sample_is_looked_at(draft, monkeypatch):
    monkeypatch.setattr(beginnings, "ENOUGH", ROOM)
    monkeypatch.setattr(beginnings, "_END", 4 << 10)
    written, source = draft("sample.csv", CSV + b"Total;;9000\n")

    assert source.dialects[0].skip == ("Total",)
    assert written.summary.rows_quarantined == 0


def test_a_sample_without_rows_to_cut_behind_is_looked_at_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(beginnings, "ENOUGH", 1000)
    parquet = io.BytesIO()
    pl.DataFrame(ROWS).write_parquet(parquet)
    whole = {
        "parquet": parquet.getvalue(),
        "parallel lists": json.dumps({"day": [1] * 900, "units": [2] * 900}).encode(),
        "edi": b"ISA*00*" + b"LIN**UP*000~" * 400,
        "damaged": b"\x1f\x8b\x08" + CSV,
    }
    for name, data in whole.items():
        file = tmp_path / name
        file.write_bytes(data)
        assert beginnings.take_beginning(file) == beginnings.Beginning(data)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('a,b\n1,"x\ny"\n2,"x\ny', 'a,b\n1,"x\ny"\n'),
        ('{"r":[{"a":"},]"},{"a":"x,', '{"r":[{"a":"},]"}]}'),
        ('[{"a":{"b":1}},{"a":{"b":2}},{"a"', '[{"a":{"b":1}},{"a":{"b":2}}]'),
        (
            "<d><r a='>'><!-- </r> --><b/>1</r><r><![CDATA[</r>]]>2</r><r>",
            "<d><r a='>'><!-- </r> --><b/>1</r><r><![CDATA[</r>]]>2</r></d>",
        ),
        ("<d><r>1</d>", None),
        ("[1,2],[3,4]]{", None),
    ],
)  # fmt: skip
def test_text_is_cut_behind_a_row_that_is_whole(text, kept):
    assert cut_text(text) == kept


def test_a_packed_file_is_shown_by_its_beginning_when_it_is_tried(draft, monkeypatch, tmp_path):
    _, source = draft("sample.csv.gz", LARGE["gz"])
    monkeypatch.setattr(beginnings, "ENOUGH", ROOM)
    monkeypatch.setattr(source_drafts, "find_source", lambda _: source)
    monkeypatch.setattr(source_drafts, "list_recent", lambda _: [])
    file = tmp_path / "sales.csv.gz"
    file.write_bytes(LARGE["gz"])
    tried = source_drafts.try_file("acme", file, 2)

    assert tried.before == ["day,store,note", '2025-01-01,000000,"said, 0"', '2025-01-02,000001,"said, 1"']
    assert tried.summary.rows_out == len(ROWS)
