"""Opening a raw file: what reads a format is there when a file comes in it, and not before."""

import subprocess
import sys

CODE = """
import io, sys
from conditioners.columns import Text
from conditioners.declaration import Source
from conditioners.dialects import Delimited, JsonLines, Workbook
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput

source = Source(
    name="toy", title="Toy", files=("toy/*",), columns=(Text("a"),), dialects=({dialects},),
)
data = {data!r}
outcome = condition(source, RawInput("toy", lambda: io.BytesIO(data), len(data)), io.BytesIO(), io.BytesIO())
assert outcome.summary.rows_out == 1, outcome
print(*sorted(name.split(".", 2)[2] for name in sys.modules if name.startswith("conditioners.readers.")))
"""


def _modules_after(dialects: str, data: bytes) -> set[str]:
    code = CODE.format(dialects=dialects, data=data)
    return set(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split())


def test_a_text_imports_nothing_that_reads_other_formats():
    modules = _modules_after('Delimited(name="text")', b"a\nx\n")

    assert "text.delimited" in modules
    assert not [
        name for name in modules if name.startswith(("json.", "xml.", "workbooks.", "edi.", "html.", "parquet."))
    ]


def test_json_lines_import_no_workbooks():
    modules = _modules_after('JsonLines(name="lines")', b'{"a": "x"}\n')

    assert "json.lines" in modules
    assert not [name for name in modules if name.startswith(("workbooks.", "edi."))]
