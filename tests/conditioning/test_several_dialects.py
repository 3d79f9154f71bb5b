"""A source in several dialects of one format: the one that a file comes in is found by what the file says of itself."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import JsonLines, Parquet, XmlElements

DIALECTS = (
    XmlElements(name="old xml", records="old/s", labels={"store": "old/s/@no", "units": "old/s/@n"}),
    XmlElements(name="new xml", records="new/s", labels={"store": "new/s/@id", "units": "new/s/u"}),
    JsonLines(name="old lines", labels={"store": "no", "units": "n"}),
    JsonLines(name="new lines", labels={"store": "id", "units": "u"}),
    Parquet(name="old parquet", labels={"store": "no", "units": "n"}),
    Parquet(name="new parquet", labels={"store": "id", "units": "u"}),
)


def parquet(**columns):
    data = io.BytesIO()
    pq.write_table(pa.table(columns), data)
    return data.getvalue()


FILES = {
    "old xml": b'<old><s no="007" n="1"/></old>',
    "new xml": b'<?xml version="1.0"?><new><s id="007"><u>1</u></s></new>',
    "old lines": b'{"no":"007","n":1}\n',
    "new lines": b'{"id":"007","u":1}\n{"id":"007","u":1}\n',
    "old parquet": parquet(no=["007"], n=[1]),
    "new parquet": parquet(id=["007"], u=[1]),
}


@pytest.mark.parametrize("name", FILES)
def test_the_dialect_of_a_file_is_found(make_source, run, name):
    source = make_source(columns=(Text("store"), Whole("units")), key=(), dialects=DIALECTS)
    result = run(source, FILES[name])

    assert result.summary.dialect["name"] == name
    assert set(result.rows) == {"007,1"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<other/>", "the document's root is other, not new"),
        (b'{"x":1}\n', "no label is one of toy: x"),
        (parquet(x=[1]), "no row names the columns of toy"),
    ],
)
def test_a_file_in_none_of_them_is_refused_with_the_reason(make_source, run, data, reason):
    source = make_source(columns=(Text("store"), Whole("units")), key=(), dialects=DIALECTS)

    assert reason in run(source, data).refusal.reason
