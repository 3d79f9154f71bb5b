"""Every raw file that lies beside the checkout, without a declaration, as the command's user would have it done."""

import csv
import json
import os
import resource
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")
FIXTURES = DATA / "messy" / "frictionless-py-data.tar.xz"
CPU_SECONDS = 300
"""A guard against a file that never ends; all of them together take about a tenth of it."""
MEMORY = 512 << 20
PROGRAM = """
import sys
from pathlib import Path
import typer
from cli.condition import run_condition
app = typer.Typer()
app.command()(run_condition)
try:
    app(["--auto", *sys.stdin.read().split("\\0"), "--out", sys.argv[1], "--json"])
finally:
    # Not what getrusage tells: a child begins with the most that its parent had.
    print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) << 10, file=sys.stderr)
"""


def gather(folder):
    """Every file under a name of its own, as the command asks for."""
    folder.mkdir()
    for kind in ("messy", "edi", "weather"):
        for path in sorted((DATA / kind).rglob("*")):
            if path.is_file():
                (folder / "__".join(path.relative_to(DATA).parts)).symlink_to(path)
    with tarfile.open(FIXTURES) as archive:
        for member in archive:
            if member.isfile():
                name = "fixture__" + member.name.replace("/", "__")
                (folder / name).write_bytes(archive.extractfile(member).read())
    return sorted(folder.iterdir())


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Each file's report, the folder of outputs, and the most memory the one process had."""
    folder = tmp_path_factory.mktemp("auto")
    files = gather(folder / "in")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder / "out")],
        input="\0".join(map(str, files)),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS)),
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    *errors, memory = done.stderr.splitlines()
    assert errors == [], done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()], len(files), int(memory)


def test_every_file_gets_an_answer_and_no_one_ends_the_run(run):
    reports, files, _ = run

    assert len(reports) == files > 900
    assert {report["status"] for report in reports} == {"conditioned", "refused"}


def test_every_file_together_stays_within_the_memory_of_one_instance(run):
    assert run[2] < MEMORY


def test_every_row_of_every_table_is_in_an_output_or_in_quarantine(run):
    csv.field_size_limit(1 << 30)
    for report in run[0]:
        if report["status"] == "conditioned":
            tables = [report, *report["further_tables"]]
            for table in tables:
                assert table["rows_in"] == table["rows_out"] + table["rows_quarantined"], report["file"]
                check_output(table)
            check_quarantine(report["quarantine"], sum(table["rows_quarantined"] for table in tables))


def check_output(table):
    """As many rows as the summary says, each of as many cells."""
    with open(table["output"], newline="", encoding="utf-8") as output:
        widths = [len(row) for row in csv.reader(output)]
    assert len(widths) == table["rows_out"] + (table["labels"] is not None), table["output"]
    assert set(widths) <= {table["columns"]}, table["output"]


def check_quarantine(path, rows):
    if path is None:
        assert rows == 0
        return
    with open(path, newline="", encoding="utf-8") as rejected:
        found = list(csv.DictReader(rejected))
    assert len(found) == rows
    assert all(row["rule"] and row["reason"] for row in found)


def test_what_was_detected_is_told_of_every_text(run):
    for report in run[0]:
        if report["status"] == "conditioned" and report["dialect"]["format"] == "delimited text":
            assert report["encoding"]["name"], report["file"]
            assert report["encoding"]["evidence"], report["file"]
            assert {"delimiter", "quote", "escape", "line_end"} <= set(report["dialect"])
            assert len(report["skipped"]) == min(report["skipped_lines"], 100)


REFUSALS = {
    "the workbook is protected by a password", "the HTML document has no table",
    "the file is a PDF document; have its table sent as text or as a workbook",
    "the file is a tar archive, which must be unpacked first",
    "the file is a dBase file; export its table as text or Parquet",
    "the ISA segment declares no usable delimiters", "the interchange has no end (UNZ)",
    "not JSON",
}  # fmt: skip


def test_every_refusal_outside_of_the_json_suite_says_what_the_file_is(run):
    found = {
        report["reason"].partition(":")[0]
        for report in run[0]
        if report["status"] == "refused" and "json-suite" not in report["file"]
    }

    assert found == REFUSALS


def test_every_valid_json_document_of_the_suite_that_has_records_is_read_unless_a_name_comes_twice(run):
    valid = [report for report in run[0] if "json-suite__y_" in report["file"]]
    refused = {
        Path(report["file"]).stem.partition("__y_")[2]: report["reason"]
        for report in valid
        if report["status"] == "refused" and isinstance(json.loads(Path(report["file"]).read_bytes()), list | dict)
    }

    assert len(valid) > 80
    assert refused == dict.fromkeys(
        ("object_duplicated_key", "object_duplicated_key_and_value"), "the name 'a' stands twice in an object"
    )
