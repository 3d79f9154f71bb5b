"""Hostile files, and conditioning them in a child process that tells what it cost."""

import io
import json
import struct
import subprocess
import sys
import zipfile

MIB = 1 << 20
MOST_MEMORY = 512 * MIB
SECONDS = 60
"""A hung reader fails the test; how fast a refusal is, is not asserted here."""
SOURCE = "usda_food"
TEXT = b"date,state,category,dollars,units,volume\n2024-01-07,Texas,Milk,1,1,1\n"
"""A sound file of that source."""
CHILD = """
import json, resource, sys, time, traceback
from typer.testing import CliRunner
import typer
from cli.condition import run_condition

app = typer.Typer()
app.command()(run_condition)
for arguments in json.loads(sys.argv[1]):
    started = time.monotonic()
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        traceback.print_exception(result.exception)
        sys.exit(70)
    print(json.dumps({"exit": result.exit_code, "seconds": time.monotonic() - started, **json.loads(result.stdout)}))
try:
    lines = open("/proc/self/status").read().splitlines()
    peak = next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM"))
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
print(peak)
"""


def condition_files(files, folder, declared=True):
    """Condition files in a child process without a source, and as those of one if asked; answers all outcomes."""
    runs = []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        sources = ["--auto", SOURCE] if declared else ["--auto"]
        runs += [[each, str(folder / name), "--json", "--out", str(folder / "out")] for each in sources]
    command = [sys.executable, "-c", CHILD, json.dumps(runs)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert (done.returncode, done.stderr) == (0, "")
    *outcomes, peak = map(json.loads, done.stdout.splitlines())
    for told in outcomes:
        print(f"{told['seconds']:.2f} s, peak {peak / MIB:.0f} MiB: {told['file']}: {told.get('reason')}")
    assert peak < MOST_MEMORY
    return outcomes


def pack(members):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data, zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def workbook(cells, dimension="A1:B2", **extra):
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    return pack(
        [
            ("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
            (
                "_rels/.rels",
                f'<Relationships xmlns="{relations}"><Relationship Id="r" Type="{office}/officeDocument" '
                'Target="xl/workbook.xml"/></Relationships>',
            ),
            (
                "xl/workbook.xml",
                f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" '
                'r:id="r1"/></sheets></workbook>',
            ),
            (
                "xl/_rels/workbook.xml.rels",
                f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
                f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
            ),
            (
                "xl/worksheets/sheet1.xml",
                f'<worksheet xmlns="{main}"><dimension ref="{dimension}"/><sheetData>{cells}</sheetData></worksheet>',
            ),
            *extra.items(),
        ]
    )


ODS = "application/vnd.oasis.opendocument.spreadsheet"


def ods(row="", attributes="", manifest="<manifest/>"):
    """An OpenDocument spreadsheet of one cell, with attributes of its row and of the cell."""
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"' for short in ("office", "table", "text")
    )
    written = f'<table:table-cell office:value-type="string" {attributes}><text:p>x</text:p></table:table-cell>'
    table = f'<table:table table:name="S"><table:table-row {row}>{written}</table:table-row></table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    content = f"<office:document-content {spaces}>{body}</office:document-content>"
    return pack([("mimetype", ODS), ("META-INF/manifest.xml", manifest), ("content.xml", content)])


def cell(row, column):
    return f'<row r="{row}"><c r="{column}{row}"><v>1</v></c></row>'


CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def compound(name):
    """A compound file ([MS-CFB]) with one empty stream: header, table of sectors, folder."""
    header = bytearray(CONTAINER.ljust(512, b"\0"))
    struct.pack_into("<HHHHH", header, 0x18, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 0x2C, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    header[0x50:] = b"\xff" * (512 - 0x50)
    table = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE).ljust(512, b"\xff")
    text = name.encode("utf-16-le")
    entry = bytearray(text.ljust(128, b"\0"))
    struct.pack_into("<HB", entry, 64, len(text) + 2, 2)
    return bytes(header) + table + bytes(entry).ljust(512, b"\0")
