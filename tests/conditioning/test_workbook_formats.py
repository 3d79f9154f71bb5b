"""Workbooks of all four formats: the same rows from xls, xlsx, xlsb and ods, and refused when they are protected."""

import io
import zipfile
from pathlib import Path

import pytest

from conditioners.columns import Day, Text, Whole
from conditioners.dialects import Workbook
from conditioners.readers.workbooks.containers import Container, wrap
from tests.conditioning.workbook_files import ods_of

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "messy" / "excel-calamine"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the shared data are not beside this checkout")


def test_an_open_document_keeps_leading_zeros_and_days(make_source, run):
    source = make_source(columns=(Text("store"), Day("day"), Whole("units")), key=(), dialects=(Workbook(name="w"),))
    header = [("string", "store"), ("string", "day"), ("string", "units")]
    result = run(source, ods_of(header, [("string", "007"), ("date", "2024-02-29"), ("float", "12")]))

    assert result.rows == ["007,2024-02-29,12"]
    assert result.summary.header_rows == ("Sales!A1",)


@needs_samples
@pytest.mark.parametrize("ending", ["xls", "xlsx", "ods"])
def test_the_same_sheet_gives_the_same_rows_in_every_format(make_source, run, ending):
    source = make_source(
        columns=(Whole("one", labels=("1",)), Whole("two", labels=("2",)), Text("sheet", labels=("@sheet",))),
        key=(), dialects=(Workbook(name="w", skip=("This workbook",)),),
    )  # fmt: skip
    result = run(source, (SAMPLES / f"any_sheets.{ending}").read_bytes())

    assert [row for row in result.rows if row.endswith("Visible")] == ["3,4,Visible", "5,6,Visible"]
    assert result.rejects == []


@needs_samples
@pytest.mark.parametrize("ending", ["xls", "xlsx", "xlsb", "ods"])
def test_the_first_row_of_one_workbook_is_found_in_every_format(make_source, run, ending):
    source = make_source(columns=(Text("a", labels=("String",)),), key=(), dialects=(Workbook(name="w"),))
    summary = run(source, (SAMPLES / f"base.{ending}").read_bytes()).summary

    assert summary.labels[:7] == ("String", "1", "1.1", "true", "false", "2010-10-10", "2010-10-10 10:10:10")
    assert (summary.rows_in, summary.header_rows) == (0, ("Sheet1!A2",))


@needs_samples
@pytest.mark.parametrize("ending", ["xls", "xlsx", "xlsb", "ods"])
def test_a_protected_workbook_of_any_format_is_refused(make_source, run, ending):
    source = make_source(dialects=(Workbook(name="w"),))

    refusal = run(source, (SAMPLES / f"password.{ending}").read_bytes()).refusal
    assert refusal.reason == "the workbook is protected by a password"


@pytest.mark.parametrize("damage", [b"</table:table>", b"</table:table-row>", b"</office:document-content>"])
def test_an_open_document_with_an_element_that_never_ends_is_refused_and_not_waited_for(make_source, run, damage):
    whole = ods_of([("string", "store"), ("string", "units")], [("string", "007"), ("float", "1")])
    cut = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as package, zipfile.ZipFile(cut, "w") as spoiled:
        for name in package.namelist():
            spoiled.writestr(name, package.read(name).replace(damage, b"</t"))
    source = make_source(columns=(Text("store"), Whole("units")), key=(), dialects=(Workbook(name="w"),))

    assert run(source, whole).rows == ["007,1"]
    assert run(source, cut.getvalue()).refusal.reason.startswith("the workbook cannot be read: ")


def xls_of_1904():
    """A workbook whose record of the epoch (Date1904, [MS-XLS] 2.4.77) is set."""
    name, stream = Container((SAMPLES / "base.xls").read_bytes()).find_workbook()
    at = stream.index(b"\x22\0\2\0\0\0")
    stream[at + 4] = 1
    return wrap(name, stream)


def xlsb_of_1904():
    """A workbook in whose properties (BrtWbProp, [MS-XLSB] 2.4.822) the bit of the epoch is set."""
    changed = io.BytesIO()
    with zipfile.ZipFile(SAMPLES / "base.xlsb") as package, zipfile.ZipFile(changed, "w") as written:
        for name in package.namelist():
            content = bytearray(package.read(name))
            if name == "xl/workbook.bin":
                content[content.index(b"\x99\1\x0c") + 3] |= 1
            written.writestr(name, bytes(content))
    return changed.getvalue()


@needs_samples
@pytest.mark.parametrize("make", [xls_of_1904, xlsb_of_1904])
def test_days_of_binary_workbooks_count_from_1904_where_they_say_so(make_source, run, make):
    source = make_source(columns=(Text("a", labels=("String",)),), key=(), dialects=(Workbook(name="w"),))

    assert run(source, make()).summary.labels[5:7] == ("2014-10-11", "2014-10-11 10:10:10")
