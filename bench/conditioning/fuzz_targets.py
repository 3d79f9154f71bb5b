"""What is fuzzed: for each reader, small files that it can read, and the declaration under which it does."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bench.conditioning.fuzz_files import (
    ROWS,
    make_852,
    make_867,
    make_columns,
    make_edifact,
    make_html,
    make_json,
    make_json_rows,
    make_keyed,
    make_ods,
    make_other_trees,
    make_parquet,
    make_xlsx,
    make_xml,
    make_xml_spreadsheet,
    make_zip,
)
from bench.conditioning.fuzz_found import list_found
from bench.conditioning.fuzz_options import list_options
from bench.conditioning.fuzz_target import Target, make_target
from bench.conditioning.pollution import pollute, sample_table
from conditioners.columns import Text
from conditioners.declaration import Source
from conditioners.dialects import (
    Delimited,
    EdiLoops,
    FixedWidth,
    JsonColumns,
    JsonLines,
    JsonRows,
    JsonTree,
    Numbers,
    Parquet,
    ProductActivity,
    Wide,
    Workbook,
    XmlElements,
)
from conditioners.limits import Limits
from conditioners.registry import all_sources

_ROOT = Path(__file__).parents[2]
_GOLDEN = _ROOT / "tests" / "conditioning" / "golden"
_TEXT = "\n".join(",".join(row) for row in ROWS) + "\n"
_MESSY = _ROOT.parent / "shared" / "data" / "messy"
_IN_PIECES = Limits(json_bytes=1024, chunk_bytes=512)
"""Under which documents of one kilobyte are too large to be held."""


def list_targets() -> list[Target]:
    """Every reader by itself, conditioning under a declaration and without, and all sources that ship."""
    either_way = [*_declared(), *_declared_workbooks()]
    declared = [*either_way, _keyed_in_pieces(), *list_options()]
    readers = [replace(each, name=f"reader: {each.name}", only_read=True) for each in declared]
    mixed = [*_mixed(either_way), *list_found(tuple(target.files[0] for target in either_way))]
    return [*readers, *declared, *_undeclared(either_way), *_shipped(), *mixed]


def _declared() -> Iterator[Target]:
    yield from _declared_text()
    yield from _declared_json()
    yield from _declared_documents()
    text = _TEXT.encode()
    packed = (gzip.compress(text, mtime=0), bz2.compress(text), lzma.compress(text))
    yield make_target("packed", (*packed, make_zip({"a/one.csv": _TEXT, "b/two.csv": _TEXT})), Delimited(name="d"))
    many = make_zip({f"{number % 3}/{number}.csv": _TEXT for number in range(5)})
    yield make_target("archive of text", (many,), Delimited(name="d"))
    yield make_target("archive of text, folders in columns", (many,), Delimited(name="d", labels={"price": "@folder"}))
    (document, *_) = make_json()
    many = make_zip({f"{number}.json": document.decode() for number in range(4)})
    yield make_target("archive of JSON", (many,), JsonTree(name="j", records="shops[].sales[]", labels=_TREE_LABELS))


def _declared_text() -> Iterator[Target]:
    yield make_target("delimited", (_TEXT.encode(), _TEXT.replace("\n", "\r\n").encode("utf-16")), Delimited(name="d"))
    quoted = 'day;store;units;price\n"2024-01-01";"0""07";5;"1\n50"\n2024-01-02;008;1.000;"2,5"\nSumme;;1005;\n'
    european = Delimited(
        name="d", delimiters=(";", "\t"), encodings=("windows-1252",), numbers=Numbers(decimal=",", thousands="."),
        skip=("Summe",), escape="\\",
    )  # fmt: skip
    yield make_target("delimited, European", (quoted.encode("cp1252"),), european)
    wide = Delimited(name="d", wide=Wide(into="day", values={"units": r"(\d{4}-\d\d-\d\d)"}))
    yield make_target("wide", (b"store,2024-01-01,2024-01-02,price\n007,5,6,1.5\n008,,7,\n",), wide)
    fixed = FixedWidth(name="f", fields={"day": (1, 10), "store": (11, 13), "units": (14, 17), "price": (18, 23)})
    yield make_target("fixed width", (b"2024-01-01007   5  1.50\r\n2024-01-02008  12\n",), fixed)


def _declared_json() -> Iterator[Target]:
    yield make_target("JSON tree", make_json(), JsonTree(name="j", records="shops[].sales[]", labels=_TREE_LABELS))
    tree = JsonTree(name="j", records="sales[]")
    yield make_target("JSON tree in pieces", (make_columns(20, in_rows=True),), tree, limits=_IN_PIECES)
    columns = JsonColumns(name="c", records=("hourly",), labels=_LIST_LABELS)
    shown = (make_columns(25), make_columns(15, indent=1))
    yield make_target("JSON columns in pieces", shown, columns, limits=_IN_PIECES)
    rows = JsonRows(name="r", records="data[]", header="meta.labels[]")
    yield make_target("JSON rows", (make_json_rows(),), rows)
    yield make_target("JSON by key", (make_keyed(),), JsonTree(name="k", records="shops{}{}", labels=_KEYED_LABELS))
    lines = b'{"day":"2024-01-01","store":"007","units":5}\n{"units":6,"store":"008","day":"2024-01-02","price":1.5}\n'
    yield make_target("JSON lines", (lines,), JsonLines(name="l"))


def _declared_documents() -> Iterator[Target]:
    yield make_target("XML", make_xml(), XmlElements(name="x", records="report/shop/sale", labels=_XML_LABELS))
    yield make_target("HTML", make_html(), Workbook(name="w"))
    yield make_target("XML spreadsheet", (make_xml_spreadsheet(),), Workbook(name="w"), file_name="file.xls")
    yield make_target("xlsx", (make_xlsx(),), Workbook(name="w"), file_name="file.xlsx")
    yield make_target("ods", (make_ods(),), Workbook(name="w"), file_name="file.ods")
    yield make_target("Parquet", make_parquet(), Parquet(name="p"))
    yield make_target("X12 852", (make_852().encode(),), ProductActivity(name="852", labels=_852_LABELS))
    yield make_target("X12 867", (make_867().encode(),), _867)
    yield make_target("EDIFACT", (make_edifact().encode(),), _SLSRPT)


def _keyed_in_pieces() -> Target:
    """What is too large to be read without a declaration."""
    keyed = JsonTree(name="k", records="shops{}{}", labels=_KEYED_LABELS)
    return make_target("JSON by key in pieces", (make_keyed(12),), keyed, limits=_IN_PIECES)


def _declared_workbooks() -> Iterator[Target]:
    """Those of kinds that no library here can write, or that programs write with more in them."""
    columns = (Text("first", labels=("text", "1")), Text("second", labels=("date", "2", "1.1")))
    source = Source(
        name="fuzzed", title="Fuzzed", files=("**",), columns=columns, key=(), dialects=(Workbook(name="w"),)
    )  # fmt: skip
    kinds = {
        "xls": ("csvkit/test.xls", "excel-calamine/base.xls"),
        "xlsb": ("excel-calamine/any_sheets.xlsb", "excel-calamine/base.xlsb"),
        "xlsx of Excel": ("excel-calamine/any_sheets.xlsx", "excel-calamine/base.xlsx"),
        "ods of LibreOffice": ("excel-calamine/any_sheets.ods", "excel-calamine/base.ods"),
    }
    for name, names in kinds.items():
        paths = [_MESSY / name for name in names]
        if all(path.is_file() for path in paths):
            files = tuple(path.read_bytes() for path in paths)
            yield Target(name, files, source, f"file.{name.split()[0]}")


def _undeclared(own: list[Target]) -> Iterator[Target]:
    """The same files without a declaration, and polluted text."""
    for target in own:
        yield Target(f"auto: {target.name}", target.files, None, target.file_name, target.limits)
    polluted = (each.text.encode() for each in pollute(sample_table(4)) if each.name.startswith(("file", "row_extra")))
    yield Target("auto: polluted text", tuple(polluted), None)
    yield Target("auto: other trees", make_other_trees(), None)
    columns = "Store    Units   Remark\n-----  -------  ------\n007          5  good\n008         12  not so\n"
    report = (
        "Report of the week: 3\n\nday | units\n----|-----\n1 Jan | 5\n2 Jan | 6\n\nTotal: 11\n\na;b\n1;2\n3;4\n5;6\n"
    )
    pairs = 'at=2024-01-01T06:00:00 till=3 units=5\nat=2024-01-01T06:00:09 till=4 note="not so"\n'
    texts = (columns.encode(), report.encode(), pairs.encode(), "город;шт\nКиев;5\n".encode("cp1251"))
    yield Target("auto: reports", texts, None)


def _shipped() -> Iterator[Target]:
    for source in all_sources():
        files = [path for path in sorted((_GOLDEN / source.name).iterdir()) if not _is_answer(path)]
        yield Target(f"source {source.name}", tuple(path.read_bytes() for path in files), source, files[0].name)


def _mixed(own: list[Target]) -> Iterator[Target]:
    """Files of all forms, spliced and packed with each other, under a declaration of all dialects and without one."""
    files = tuple(target.files[0] for target in own)
    dialects = (
        Delimited(name="d"), JsonTree(name="j", records="shops[].sales[]", labels=_TREE_LABELS), JsonLines(name="l"),
        XmlElements(name="x", records="report/shop/sale", labels=_XML_LABELS), Workbook(name="w"), Parquet(name="p"),
        ProductActivity(name="852", labels=_852_LABELS), _867, _SLSRPT,
    )  # fmt: skip
    mixed = replace(make_target("mixtures", files, *dialects), foreign=files)
    yield replace(mixed, name="reader: mixtures", only_read=True)
    yield mixed
    yield replace(mixed, name="auto: mixtures", source=None)
    yield replace(mixed, name="draft: mixtures", source=None, is_drafted=True)


def _is_answer(path: Path) -> bool:
    return path.name.endswith((".accepted.csv", ".quarantine.csv"))


_TREE_LABELS = {
    "day": "shops[].sales[].day", "store": "shops[].id", "units": "shops[].sales[].units", "price": "shops[].price",
}  # fmt: skip


_KEYED_LABELS = {"day": "shops{}{key}", "store": "shops{key}", "units": "shops{}{}.units", "price": "meta['1. of']"}


_LIST_LABELS = {"day": "hourly.day", "store": "hourly.store", "units": "hourly.units", "price": "units.price"}


_XML_LABELS = {
    "day": "report/shop/sale/@day", "store": "report/shop/@id", "units": "report/shop/sale/units",
    "price": "report/price",
}  # fmt: skip


_852_LABELS = {"day": "XQ02", "store": "SDQ", "units": "ZA.QS", "price": "ZA.QA"}


_867 = EdiLoops(
    name="867", message="867", loops=("PTD", "QTY"),
    labels={"day": "DTM.090", "store": "N1.ST", "units": "QTY.32", "price": "AMT.1"},
)  # fmt: skip


_SLSRPT = EdiLoops(
    name="SLSRPT", message="SLSRPT", loops=("LOC", "LIN"), numbers=Numbers(decimal=","),
    labels={"day": "DTM.356", "store": "LOC.162", "units": "QTY.153", "price": "MOA.79"},
)  # fmt: skip
