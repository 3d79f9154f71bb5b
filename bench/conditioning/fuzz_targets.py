"""What is fuzzed: for each reader, small files that it can read, and the declaration under which it does."""

from __future__ import annotations

import bz2
import datetime
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bench.conditioning.pollution import pollute, sample_table
from conditioners.columns import Column, Day, Decimal, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import (
    Delimited,
    Dialect,
    EdiLoops,
    FixedWidth,
    JsonColumns,
    JsonLines,
    JsonTree,
    Numbers,
    Parquet,
    ProductActivity,
    Wide,
    Workbook,
    XmlElements,
)
from conditioners.limits import DEFAULT, Limits
from conditioners.registry import all_sources

_ROOT = Path(__file__).parents[2]
_GOLDEN = _ROOT / "tests" / "conditioning" / "golden"
_MESSY = _ROOT.parent / "shared" / "data" / "messy"
_COLUMNS: tuple[Column, ...] = (
    Day("day"), Text("store", pattern="[0-9]{3}"), Whole("units", minimum=0), Decimal("price", 2, optional=True),
)  # fmt: skip
_ROWS = [("day", "store", "units", "price"), ("2024-01-01", "007", "5", "1.50"), ("2024-01-02", "008", "0", "")]
_IN_PIECES = Limits(json_bytes=1024, chunk_bytes=256)
"""Under which documents of one kilobyte are too large to be held."""
_ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240101*0600*U*00401*000000007*0*P*>~"


@dataclass(frozen=True)
class Target:
    """A reader by name, files that it can read, the declaration (None without one), and the limits it works under."""

    name: str
    files: tuple[bytes, ...]
    source: Source | None
    file_name: str = "file"
    limits: Limits = DEFAULT
    only_read: bool = False
    """Whether rows are read and not judged, which takes most of the time."""


def list_targets() -> list[Target]:
    """Every reader by itself, conditioning under a declaration and without, and all sources that ship."""
    declared = [*_declared(), *_declared_workbooks()]
    readers = [replace(each, name=f"reader: {each.name}", only_read=True) for each in declared]
    return [*readers, *declared, *_undeclared(declared), *_shipped()]


def _declared() -> Iterator[Target]:
    text = "\n".join(",".join(row) for row in _ROWS) + "\n"
    yield _target("delimited", (text.encode(), text.replace("\n", "\r\n").encode("utf-16")), Delimited(name="d"))
    quoted = 'day;store;units;price\n"2024-01-01";"0""07";5;"1\n50"\n2024-01-02;008;1.000;"2,5"\nSumme;;1005;\n'
    european = Delimited(
        name="d", delimiters=(";", "\t"), encodings=("windows-1252",), numbers=Numbers(decimal=",", thousands="."),
        skip=("Summe",), escape="\\",
    )  # fmt: skip
    yield _target("delimited, European", (quoted.encode("cp1252"),), european)
    wide = Delimited(name="d", wide=Wide(into="day", values={"units": r"(\d{4}-\d\d-\d\d)"}))
    yield _target("wide", (b"store,2024-01-01,2024-01-02,price\n007,5,6,1.5\n008,,7,\n",), wide)
    fixed = FixedWidth(name="f", fields={"day": (1, 10), "store": (11, 13), "units": (14, 17), "price": (18, 23)})
    yield _target("fixed width", (b"2024-01-01007   5  1.50\r\n2024-01-02008  12\n",), fixed)
    yield _target("JSON tree", _json_documents(), JsonTree(name="j", records="shops[].sales[]", labels=_TREE_LABELS))
    tree = JsonTree(name="j", records="sales[]")
    yield _target("JSON tree in pieces", (_show_columns(20, in_rows=True),), tree, limits=_IN_PIECES)
    columns = JsonColumns(name="c", records=("hourly",), labels=_LIST_LABELS)
    shown = (_show_columns(25), _show_columns(15, indent=1))
    yield _target("JSON columns in pieces", shown, columns, limits=_IN_PIECES)
    lines = b'{"day":"2024-01-01","store":"007","units":5}\n{"units":6,"store":"008","day":"2024-01-02","price":1.5}\n'
    yield _target("JSON lines", (lines,), JsonLines(name="l"))
    yield _target("XML", _xml_documents(), XmlElements(name="x", records="report/shop/sale", labels=_XML_LABELS))
    yield _target("HTML", _html_documents(), Workbook(name="w"))
    yield _target("xlsx", (_make_xlsx(),), Workbook(name="w"), "file.xlsx")
    yield _target("ods", (_make_ods(),), Workbook(name="w"), "file.ods")
    yield _target("Parquet", _parquet_files(), Parquet(name="p"))
    yield _target("X12 852", (_make_852().encode(),), ProductActivity(name="852", labels=_852_LABELS))
    yield _target("X12 867", (_make_867().encode(),), _867)
    yield _target("EDIFACT", (_make_edifact().encode(),), _SLSRPT)
    packed = (gzip.compress(text.encode()), bz2.compress(text.encode()), lzma.compress(text.encode()))
    yield _target("packed", (*packed, _zip({"a/one.csv": text, "b/two.csv": text})), Delimited(name="d"))


def _declared_workbooks() -> Iterator[Target]:
    """Those of kinds that no library here can write."""
    columns = (Text("first", labels=("text", "1")), Text("second", labels=("date", "2")))
    source = Source(
        name="fuzzed", title="Fuzzed", files=("**",), columns=columns, key=(), dialects=(Workbook(name="w"),)
    )  # fmt: skip
    kinds = {
        "xls": ("csvkit/test.xls", "excel-calamine/base.xls"),
        "xlsb": ("excel-calamine/any_sheets.xlsb", "excel-calamine/base.xlsb"),
    }
    for ending, names in kinds.items():
        paths = [_MESSY / name for name in names]
        if all(path.is_file() for path in paths):
            yield Target(ending, tuple(path.read_bytes() for path in paths), source, f"file.{ending}")


def _target(
    name: str, files: tuple[bytes, ...], dialect: Dialect, file_name: str = "file", limits: Limits = DEFAULT
) -> Target:
    source = Source(
        name="fuzzed", title="Fuzzed", files=("**",), members=("**",), columns=_COLUMNS, key=("day", "store"),
        dialects=(dialect,),
    )  # fmt: skip
    return Target(name, files, source, file_name, limits)


def _undeclared(own: list[Target]) -> Iterator[Target]:
    """The same files without a declaration, and polluted text."""
    for target in own:
        yield Target(f"auto: {target.name}", target.files, None, target.file_name, target.limits)
    polluted = (each.text.encode() for each in pollute(sample_table(4)) if each.name.startswith(("file", "row_extra")))
    yield Target("auto: polluted text", tuple(polluted), None)
    columns = "Store    Units   Remark\n-----  -------  ------\n007          5  good\n008         12  not so\n"
    report = (
        "Report of the week: 3\n\nday | units\n----|-----\n1 Jan | 5\n2 Jan | 6\n\nTotal: 11\n\na;b\n1;2\n3;4\n5;6\n"
    )
    yield Target("auto: reports", (columns.encode(), report.encode(), "город;шт\nКиев;5\n".encode("cp1251")), None)


def _shipped() -> Iterator[Target]:
    for source in all_sources():
        files = [path for path in sorted((_GOLDEN / source.name).iterdir()) if not _is_answer(path)]
        yield Target(f"source {source.name}", tuple(path.read_bytes() for path in files), source, files[0].name)


def _is_answer(path: Path) -> bool:
    return path.name.endswith((".accepted.csv", ".quarantine.csv"))


_TREE_LABELS = {
    "day": "shops[].sales[].day", "store": "shops[].id", "units": "shops[].sales[].units", "price": "shops[].price",
}  # fmt: skip


def _json_documents() -> tuple[bytes, ...]:
    return (
        b'{"shops":[{"id":"007","price":1.50,"sales":[{"day":"2024-01-01","units":5},{"day":"2024-01-02","units":6}]},'
        b'{"id":"008","sales":[{"day":"2024-01-01","units":7e0}]}],"n":[[1,2],[3,4]],"m":"\\u00fc\\ud83d\\ude00"}',
        b'[{"a":{"b":1,"c":[1,2]},"d":null},{"a":{"b":2},"d":true}]',
        b'{"type":"FeatureCollection","features":[{"properties":{"n":1},"geometry":{"coordinates":[1,2]}}]}',
    )


_LIST_LABELS = {"day": "hourly.day", "store": "hourly.store", "units": "hourly.units", "price": "units.price"}


def _show_columns(count: int, indent: int | None = None, *, in_rows: bool = False) -> bytes:
    """A document of lists side by side, or of so many records, larger than may be held; and a long list of no use."""
    lists = {
        "day": [f"2024-01-{number % 28 + 1:02}" for number in range(count)],
        "store": [f"{number:03}" for number in range(count)],
        "units": [number if number % 3 else None for number in range(count)],
        "note": ['a"[{\\', {"n": [1]}, "\u00fc\U0001f600", [], True] * (count // 5),
    }
    rows = [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]
    document = {"sales": rows} if in_rows else {"units": {"price": 1.5}, "hourly": lists, "more": [{"n": 1}] * count}
    return json.dumps(document, indent=indent).encode()


_XML_LABELS = {
    "day": "report/shop/sale/@day", "store": "report/shop/@id", "units": "report/shop/sale/units",
    "price": "report/price",
}  # fmt: skip


def _xml_documents() -> tuple[bytes, ...]:
    sales = '<sale day="2024-01-01"><units> 5 </units></sale><sale day="2024-01-02"><units>6</units></sale>'
    shop = f'<shop id="007">{sales}</shop>'
    return (
        f'<?xml version="1.0"?><report>{shop}<price>1.5</price></report>'.encode(),
        f'<?xml version="1.0" encoding="utf-16"?><report xmlns="urn:r"><!-- c -->{shop}</report>'.encode("utf-16"),
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><report><shop id="&a;"><![CDATA[x]]></shop></report>',
    )


def _html_documents() -> tuple[bytes, ...]:
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in _ROWS]
    plain = f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></body></html>"
    spans = "<table><tr><th rowspan=2>day<th colspan=2>store</tr><tr><td>a<td>b</tr><tr><td>1<td>2<td>3</table>"
    return (plain.encode(), spans.encode())


def _zip(members: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as package:
        for name, text in members.items():
            package.writestr(zipfile.ZipInfo(name), text)
    return data.getvalue()


def _make_xlsx() -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    cells = [
        "".join(f'<c r="{"ABCD"[n]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for n, cell in enumerate(row))
        for number, row in enumerate(_ROWS, start=1)
    ]
    sheet = "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(cells, start=1))
    relation = f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
    sheets = '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
    book = f'<workbook xmlns="{main}" xmlns:r="{office}">{sheets}</workbook>'
    document = f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    return _zip({
        "[Content_Types].xml": f'<Types xmlns="{types}"/>', "xl/workbook.xml": book,
        "_rels/.rels": f'<Relationships xmlns="{package}">{document}</Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{relation}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    })  # fmt: skip


def _make_ods() -> bytes:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in _ROWS)
    table = f'<table:table table:name="S">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return _zip({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<manifest/>",
        "content.xml": f"<office:document-content {names}>{body}</office:document-content>",
    })  # fmt: skip


def _parquet_files() -> tuple[bytes, ...]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({
        "day": [datetime.date(2024, 1, 1), None], "store": ["007", "008"], "units": [5, 6], "price": [1.5, None],
        "at": [datetime.datetime(2024, 1, 1, 2), None], "flag": [True, None],
    })  # fmt: skip
    files = []
    for compression in ("none", "snappy", "zstd"):
        sink = io.BytesIO()
        pq.write_table(table, sink, compression=compression)
        files.append(sink.getvalue())
    return tuple(files)


_852_LABELS = {"day": "XQ02", "store": "SDQ", "units": "ZA.QS", "price": "ZA.QA"}


def _make_852() -> str:
    return (
        f"{_ISA}GS*PD*SENDER*RECEIVER*20240101*0600*7*X*004010~ST*852*0001~XQ*H*20240101*20240107~N1*RL*Here*92*R1~"
        "LIN*1*VN*007~ZA*QS~SDQ*EA*92*001*5*002*6~ZA*QA*9~LIN*2*VN*008~ZA*QS*3~CTT*2~SE*11*0001~GE*1*7~IEA*1*000000007~"
    )


_867 = EdiLoops(
    name="867", message="867", loops=("PTD", "QTY"),
    labels={"day": "DTM.090", "store": "N1.ST", "units": "QTY.32", "price": "AMT.1"},
)  # fmt: skip


def _make_867() -> str:
    body = "BPT*00*R1*20240108*02~DTM*090*20240101~PTD*SS~N1*ST*Main St*92*007~QTY*32*5*EA~AMT*1*12.5~CTT*1~SE*9*0001~"
    return f"{_ISA}GS*PT*S*R*20240101*1200*7*X*004010~ST*867*0001~{body}GE*1*7~IEA*1*000000007~"


_SLSRPT = EdiLoops(
    name="SLSRPT", message="SLSRPT", loops=("LOC", "LIN"), numbers=Numbers(decimal=","),
    labels={"day": "DTM.356", "store": "LOC.162", "units": "QTY.153", "price": "MOA.79"},
)  # fmt: skip


def _make_edifact() -> str:
    body = "BGM+73E+1'DTM+356:20240101:102'LOC+162+007::92'LIN+1++4000862:EN'QTY+153:5'MOA+79:12,5'UNT+8+1'UNZ+1+42'"
    return f"UNA:+,? 'UNB+UNOA:2+S+R+240101:1200+42'UNH+1+SLSRPT:D:96A:UN:EAN004'{body}"
