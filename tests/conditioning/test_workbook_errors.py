"""Cells with an error (#N/A, #REF! …) are read as empty, and the summary says how many there were."""

import io
import struct
import zipfile

import pytest

from conditioners.columns import Text
from conditioners.dialects import Workbook
from tests.conditioning.hostile_files import pack
from tests.conditioning.workbook_files import ods_of, xlsx_of
from tests.conditioning.workbook_records import LINES, TABLE, line, number, record, xls, xlsb

NA, IS_ERROR = 0x2A, 1


def xls_error(row, column):
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, NA, IS_ERROR))


def xls_truth(row, column):
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, 1, 0))


def xls_formula(row, column, result):
    return record(0x06, struct.pack("<HHH", row, column, 0) + result + struct.pack("<HIH", 0, 0, 0))


ERROR_RESULT = bytes([2, 0, NA, 0, 0, 0, 0xFF, 0xFF])
TRUE_RESULT = bytes([1, 0, 1, 0, 0, 0, 0xFF, 0xFF])
XLS = xls(
    TABLE + xls_error(3, 0) + xls_truth(3, 1) + xls_formula(4, 0, ERROR_RESULT) + xls_formula(4, 1, TRUE_RESULT)
    + xls_formula(5, 0, struct.pack("<d", 2.0)) + number(5, 1)
)  # fmt: skip
XLSB = xlsb(
    LINES + line(3, 0, kind=0x03, value=bytes([NA])) + line(4, 0, 1, kind=0x0B, value=bytes([NA]) + bytes(8))
    + line(5, 0, 1, kind=0x04, value=b"\1")
)  # fmt: skip
XLSX = xlsx_of(["a", "b"], ["x", "#N/A"], ["y", "#REF!"], ["z", 't="e" <c t="e">'], ["w", True])
ERROR = (
    '<table:table-cell office:value-type="string" office:string-value="" {}="error" xmlns:calcext="urn:x">'
    "<text:p>#N/A</text:p></table:table-cell>"
)


def ods_with_errors():
    plain = ods_of([("string", "a"), ("string", "b")], [("string", "x"), ("string", "error")])
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        members = [(name, package.read(name)) for name in package.namelist()]
    row = f"<table:table-row>{ERROR.format('calcext:value-type') * 2}</table:table-row></table:table>".encode()
    return pack([(name, content.replace(b"</table:table>", row)) for name, content in members])


@pytest.mark.parametrize(
    ("name", "data", "errors"),
    [("a.xlsx", XLSX, 2), ("a.xls", XLS, 2), ("a.xlsb", XLSB, 3), ("a.ods", ods_with_errors(), 2)],
)
def test_cells_with_an_error_are_counted_and_no_others(condition, name, data, errors):
    (told,) = condition({name: data}, declared=False)

    assert told["dialect"] == {"format": "workbook", "error_cells": errors}


def test_a_declared_workbook_tells_of_its_errors_and_one_without_any_says_nothing(make_source, run):
    source = make_source(columns=(Text("a"), Text("b", optional=True)), key=(), dialects=(Workbook(name="w"),))
    result = run(source, XLSX)

    assert result.rows[:2] == ["x,", "y,"]
    assert result.summary.dialect["error_cells"] == 2
    assert "error_cells" not in run(source, xlsx_of(["a", "b"], ["x", "y"])).summary.dialect


@pytest.mark.parametrize(
    ("value", "shown", "read"),
    [
        ("0", "Err:502", ""),
        ("0", "#WERT!", ""),
        ("NaN", "#N/A", ""),
        ("0", "0", "0"),
        ("0", "#0", "0"),
        ("5", "#N/A", "5"),
    ],
)
def test_errors_that_older_programs_write_as_a_number_are_no_values(make_source, run, value, shown, read):
    source = make_source(columns=(Text("a"), Text("b", optional=True)), key=(), dialects=(Workbook(name="w"),))
    plain = ods_of([("string", "a"), ("string", "b")], [("string", "x"), ("float", value)])
    with zipfile.ZipFile(io.BytesIO(plain)) as package:
        members = [(name, package.read(name)) for name in package.namelist()]
    written = (f"<text:p>{value}</text:p>".encode(), f"<text:p>{shown}</text:p>".encode())
    result = run(source, pack([(name, content.replace(*written)) for name, content in members]))

    assert result.rows == [f"x,{read}"]
    assert result.summary.dialect.get("error_cells", 0) == (read == "")
