"""The sales department's workbook: an xlsx file with title rows, real dates, and codes as text."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import escape

import numpy as np
import polars as pl

from cli.sample.formats.spoiling import Fault, Rendered, spoil
from cli.sample.formats.texts import write_money

_HEADERS = ("Week of", "Region", "Store no.", "Store format", "Item", "Mover", "Units", "Net sales")
_NUMBERS = ("units", "dollars")
_DAY_ONE = pl.date(1899, 12, 30)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
    '<sheet name="Shipments" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>',
}


def render_workbook(shipments: pl.DataFrame, stream: np.random.Generator) -> Rendered:
    """Shipments as the sales department sends them."""
    faults = (
        Fault("week_start", "30.02.2024"), Fault("units", "tbd"), Fault("store_id", ""), Fault("units", "-2"),
        Fault("units", "12.5"), Fault("mover", "medium"), Fault("product_id", "n/a"),
    )  # fmt: skip
    cells = shipments.select(
        (pl.col("week_start") - _DAY_ONE).dt.total_days().cast(pl.String).alias("week_start"),
        "region", "store_id", "store_format", "product_id", "mover",
        pl.col("units").cast(pl.String),
        write_money("dollars"),
    )  # fmt: skip
    spoilt = spoil(cells, faults, Fault("units", "1"), stream)
    titles = ["Shipments by store and item", f"Region: {shipments['region'][0]}", ""]
    return spoilt.render(_pack(_write_sheet(spoilt.frame, titles)))


def _write_sheet(cells: pl.DataFrame, titles: list[str]) -> str:
    top = [_text_row(number, [title]) for number, title in enumerate(titles, start=1)]
    top.append(_text_row(len(titles) + 1, list(_HEADERS)))
    rows = (
        cells.with_row_index("@row", offset=len(titles) + 2)
        .select(
            pl.concat_str(
                pl.format('<row r="{}">', "@row"),
                *(_write_cell(name, letter) for name, letter in zip(cells.columns, "ABCDEFGH", strict=True)),
                pl.lit("</row>"),
            )
        )
        .to_series()
        .to_list()
    )
    total = _text_row(len(titles) + 2 + cells.height, ["Grand total", str(cells.height)])
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join([*top, *rows, total])}</sheetData></worksheet>'


def _write_cell(name: str, letter: str) -> pl.Expr:
    """A cell as XML: a number where the text is one and the column has numbers, else text."""
    text = pl.format('<c r="' + letter + '{}" t="inlineStr"><is><t>{}</t></is></c>', "@row", name)
    if name not in (*_NUMBERS, "week_start"):
        return text
    style = ' s="1"' if name == "week_start" else ""
    number = pl.format('<c r="' + letter + '{}"' + style + "><v>{}</v></c>", "@row", name)
    return pl.when(pl.col(name).str.contains(r"^-?[0-9]+(\.[0-9]+)?$")).then(number).otherwise(text)


def _text_row(number: int, texts: list[str]) -> str:
    cells = "".join(
        f'<c r="{letter}{number}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
        for letter, text in zip("ABCDEFGH", texts, strict=False)
    )
    return f'<row r="{number}">{cells}</row>'


def _pack(sheet: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            package.writestr(zipfile.ZipInfo(name), _DECLARATION + content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()
