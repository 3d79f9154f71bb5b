"""Small workbooks, changes to their members, and what is shown of them."""

import io
import re
import zipfile

import openpyxl

from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.limits import DEFAULT
from conditioners.readers.workbooks.workbook import load_sheets

NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in [("office", "office"), ("table", "table"), ("text", "text")]
)


def xlsx_of(*rows):
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(packed)
    return packed.getvalue()


def ods_of(*rows):
    """A small OpenDocument spreadsheet; a cell is its type and value."""

    def show(kind, value):
        attribute = {"string": "", "float": f'office:value="{value}"', "date": f'office:date-value="{value}"'}[kind]
        return f'<table:table-cell office:value-type="{kind}" {attribute}><text:p>{value}</text:p></table:table-cell>'

    body = "".join(f"<table:table-row>{''.join(show(*cell) for cell in row)}</table:table-row>" for row in rows)
    table = f'<table:table table:name="Sales">{body}</table:table>'
    spreadsheet = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = f"<office:document-content {NAMESPACES}>{spreadsheet}</office:document-content>"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", content)
    return data.getvalue()


def rewrite(package, member, old, new):
    """The package with a text, or what an expression fits, in one member replaced."""
    old = re.compile(re.escape(old)) if isinstance(old, bytes) else old
    data = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as parts, zipfile.ZipFile(data, "w") as copy:
        for name in parts.namelist():
            text = parts.read(name)
            assert old.search(text) or name != member
            copy.writestr(name, old.sub(lambda _: new, text) if name == member else text)
    return data.getvalue()


def read_shown(data):
    """What is shown in the first column."""
    with OpenedRaw(RawInput("book", lambda: io.BytesIO(data), len(data)), DEFAULT) as opened:
        (sheet,) = load_sheets(opened, DEFAULT).sheets
        return [cells[0] for cells in sheet.rows()]
