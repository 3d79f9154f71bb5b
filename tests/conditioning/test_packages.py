"""Every declared format inside of every package: the same rows as unpacked, and places on the member's path."""

import bz2
import gzip
import io
import json
import lzma
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import (
    Delimited,
    EdiLoops,
    FixedWidth,
    JsonColumns,
    JsonLines,
    JsonTree,
    Parquet,
    Workbook,
    XmlElements,
)

ROWS = [("007", "1"), ("008", "2")]
OBJECTS = [{"store": store, "units": int(units)} for store, units in ROWS]


def sheet():
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in [("store", "units"), *ROWS]:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def columns():
    data = io.BytesIO()
    pq.write_table(pa.table({"store": ["007", "008"], "units": [1, 2]}), data)
    return data.getvalue()


def message():
    body = "".join(f"LIN+1++{store}:SA'QTY+153:{units}'" for store, units in ROWS)
    return f"UNB+UNOA:2+S+R+240101:1200+42'UNH+1+SLSRPT:D:96A:UN'{body}UNT+6+1'UNZ+1+42'".encode()


XML = "<a>" + "".join(f'<b store="{store}"><units>{units}</units></b>' for store, units in ROWS) + "</a>"
HTML = "<table>" + "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in [("store", "units"), *ROWS]) + "</table>"
FORMATS = {
    "delimited": (Delimited(name="d"), b"store,units\n007,1\n008,2\n"),
    "fixed": (FixedWidth(name="d", fields={"store": (1, 3), "units": (4, 5)}), b"007 1\n008 2\n"),
    "json": (JsonTree(name="d", records="[]", labels={"store": "[].store", "units": "[].units"}),
             json.dumps(OBJECTS).encode()),
    "json columns": (JsonColumns(name="d", records=("x",), labels={"store": "x.store", "units": "x.units"}),
                     b'{"x":{"store":["007","008"],"units":[1,2]}}'),
    "json lines": (JsonLines(name="d"), "\n".join(map(json.dumps, OBJECTS)).encode()),
    "xml": (XmlElements(name="d", records="a/b", labels={"store": "a/b/@store", "units": "a/b/units"}), XML.encode()),
    "html": (Workbook(name="d"), HTML.encode()),
    "xlsx": (Workbook(name="d"), sheet()),
    "parquet": (Parquet(name="d"), columns()),
    "edifact": (EdiLoops(name="d", message="SLSRPT", loops=("LIN",), labels={"store": "LIN.SA", "units": "QTY.153"}),
                message()),
}  # fmt: skip


def pack_zip(data):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("2025/texas/sales.dat", data)
    return packed.getvalue()


PACKAGES = {
    "plain": lambda data: data, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zip": pack_zip,
    "zstd": lambda data: pa.Codec("zstd").compress(data, asbytes=True),
}  # fmt: skip


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_read_inside_of_every_package(make_source, run, form, package):
    dialect, data = FORMATS[form]
    source = make_source(columns=(Text("store"), Whole("units")), key=(), dialects=(dialect,))
    result = run(source, PACKAGES[package](data))

    assert result.rows == ["007,1", "008,2"]


@pytest.mark.parametrize("form", FORMATS)
def test_the_region_in_a_members_path_is_a_column_and_the_path_a_place_in_every_format(make_source, run, form):
    dialect, data = FORMATS[form]
    declared = {**vars(dialect), "labels": {**dialect.labels, "region": "@folder"}}
    source = make_source(
        columns=(Text("store"), Whole("units", maximum=1), Text("region")), key=(),
        dialects=(type(dialect)(**declared),),
    )  # fmt: skip
    result = run(source, pack_zip(data))
    (reject,) = result.rejects

    assert result.rows == ["007,1,texas"]
    assert next(iter(reject.values())).startswith("2025/texas/sales.dat:")
