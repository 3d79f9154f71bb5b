"""Small files of each format, which their readers can read."""

from __future__ import annotations

import datetime
import io
import json
import zipfile

ROWS = [("day", "store", "units", "price"), ("2024-01-01", "007", "5", "1.50"), ("2024-01-02", "008", "0", "")]
_ISA = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240101*0600*U*00401*000000007*0*P*>~"


def make_json() -> tuple[bytes, ...]:
    return (
        b'{"shops":[{"id":"007","price":1.50,"sales":[{"day":"2024-01-01","units":5},{"day":"2024-01-02","units":6}]},'
        b'{"id":"008","sales":[{"day":"2024-01-01","units":7e0}]}],"n":[[1,2],[3,4]],"m":"\\u00fc\\ud83d\\ude00"}',
        b'{"shops":[{"id":7,"sales":[{"day":"2024-01-01","units":{"b":1,"c":[1,2]}},{"day":null,"units":true}]}]}',
    )


def make_other_trees() -> tuple[bytes, ...]:
    """Documents with other records in them, and one that is refused for its entities."""
    return (
        b'[{"a":{"b":1,"c":[1,2]},"d":null},{"a":{"b":2},"d":true}]',
        b'{"type":"FeatureCollection","features":[{"properties":{"n":1},"geometry":{"coordinates":[1,2]}}]}',
        b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "b">]><report><shop id="&a;"><![CDATA[x]]></shop></report>',
    )


def make_columns(count: int, indent: int | None = None, *, in_rows: bool = False) -> bytes:
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


def make_json_rows() -> bytes:
    return json.dumps(
        {"meta": {"labels": ROWS[0]}, "data": [*ROWS[1:], ["2024-01-03", 9, None], [1, [2], {}]]}
    ).encode()


def make_keyed(count: int = 2) -> bytes:
    """Records under two keys; many are larger than may be held."""
    note = {"more": ['a"[{\\', {"n": 1}], "k.\u00fc": 1}
    days = {f"2024-01-{number % 28 + 1:02}": {"units": number, "price": 1.5, **note} for number in range(2)}
    shops = {f"{number:03}": days if number % 5 != 4 else [{}] for number in range(count)}
    return json.dumps({"meta": {"1. of": "x"}, "shops": shops, "next": None}).encode()


def make_xml() -> tuple[bytes, ...]:
    sales = '<sale day="2024-01-01"><units> 5 </units></sale><sale day="2024-01-02"><units>6</units></sale>'
    shop = f'<shop id="007">{sales}</shop>'
    return (
        f'<?xml version="1.0"?><report>{shop}<price>1.5</price></report>'.encode(),
        f'<?xml version="1.0" encoding="utf-16"?><report xmlns="urn:r"><!-- c -->{shop}</report>'.encode("utf-16"),
        b'<report><shop id="&lt;7"><sale day="2024-01-01"><units><![CDATA[5]]></units><!----></sale></shop></report>',
    )


def make_html() -> tuple[bytes, ...]:
    rows = ["".join(f"<td>{cell}</td>" for cell in row) for row in ROWS]
    plain = f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table></body></html>"
    labels = "<tr><th rowspan=2>day<th rowspan=2>store<th rowspan=2>units<th colspan=2>more</tr><tr><td>a<td>b</tr>"
    spans = f"<table>{labels}<tr><td>1<td>2<td>3<td>4<td>5</table>"
    return (plain.encode(), spans.encode())


def make_xml_spreadsheet() -> bytes:
    """As Excel 2003 writes it, with a cell that tells its place, a merged one and one of text in parts."""
    labels = "".join(f'<Cell><Data ss:Type="String">{label}</Data></Cell>' for label in ROWS[0])
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Styles><Style ss:ID="s1"><NumberFormat'
        ' ss:Format="Short Date"/></Style></Styles><Worksheet ss:Name="Week"><Table>'
        f'<Row><Cell ss:MergeAcross="3"><Data ss:Type="String">1st</Data></Cell></Row><Row ss:Index="3">{labels}</Row>'
        '<Row><Cell ss:StyleID="s1"><Data ss:Type="DateTime">2024-01-01T00:00:00.000</Data></Cell><Cell><ss:Data'
        ' ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>00</B>7</ss:Data></Cell>'
        '<Cell ss:Index="4"><Data ss:Type="Number">1.5</Data></Cell></Row></Table></Worksheet></Workbook>'
    ).encode()


def make_zip(members: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_STORED) as package:
        for name, text in members.items():
            package.writestr(zipfile.ZipInfo(name), text)
    return data.getvalue()


def make_xlsx() -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    cells = [
        "".join(f'<c r="{"ABCD"[n]}{number}" t="inlineStr"><is><t>{cell}</t></is></c>' for n, cell in enumerate(row))
        for number, row in enumerate(ROWS, start=1)
    ]
    sheet = "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(cells, start=1))
    relation = f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
    sheets = '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets>'
    book = f'<workbook xmlns="{main}" xmlns:r="{office}">{sheets}</workbook>'
    document = f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    return make_zip({
        "[Content_Types].xml": f'<Types xmlns="{types}"/>', "xl/workbook.xml": book,
        "_rels/.rels": f'<Relationships xmlns="{package}">{document}</Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}">{relation}</Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    })  # fmt: skip


def make_ods() -> bytes:
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in ROWS)
    table = f'<table:table table:name="S">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return make_zip({
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": "<manifest/>",
        "content.xml": f"<office:document-content {names}>{body}</office:document-content>",
    })  # fmt: skip


def make_parquet() -> tuple[bytes, ...]:
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


def make_852() -> str:
    return (
        f"{_ISA}GS*PD*SENDER*RECEIVER*20240101*0600*7*X*004010~ST*852*0001~XQ*H*20240101*20240107~N1*RL*Here*92*R1~"
        "LIN*1*VN*007~ZA*QS~SDQ*EA*92*001*5*002*6~ZA*QA*9~LIN*2*VN*008~ZA*QS*3~CTT*2~SE*11*0001~GE*1*7~IEA*1*000000007~"
    )


def make_867() -> str:
    body = "BPT*00*R1*20240108*02~DTM*090*20240101~PTD*SS~N1*ST*Main St*92*007~QTY*32*5*EA~AMT*1*12.5~CTT*1~SE*9*0001~"
    return f"{_ISA}GS*PT*S*R*20240101*1200*7*X*004010~ST*867*0001~{body}GE*1*7~IEA*1*000000007~"


def make_edifact() -> str:
    body = "BGM+73E+1'DTM+356:20240101:102'LOC+162+007::92'LIN+1++4000862:EN'QTY+153:5'MOA+79:12,5'UNT+8+1'UNZ+1+42'"
    return f"UNA:+,? 'UNB+UNOA:2+S+R+240101:1200+42'UNH+1+SLSRPT:D:96A:UN:EAN004'{body}"
