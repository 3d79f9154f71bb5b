"""A small source, and the engine run on bytes in memory."""

import csv
import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from conditioners.columns import Day, Decimal, Text, Whole
from conditioners.declaration import Source
from conditioners.dialects import Delimited
from conditioners.drafting.projects import GOLDEN, SOURCES, load_module, write_source
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.limits import DEFAULT
from conditioners.outcome import Conditioned, Refused
from tests.conditioning.hostile_files import condition_files
from tests.conditioning.undeclared import condition_undeclared


@dataclass(frozen=True)
class Result:
    outcome: Conditioned | Refused
    accepted: str
    quarantined: str

    @property
    def summary(self):
        assert isinstance(self.outcome, Conditioned), self.outcome
        return self.outcome.summary

    @property
    def refusal(self):
        assert isinstance(self.outcome, Refused), self.outcome
        return self.outcome

    @property
    def rows(self):
        """The accepted rows, as text lines without the header."""
        return self.accepted.splitlines()[1:]

    @property
    def rejects(self):
        """The quarantine's rows as dictionaries."""
        return list(csv.DictReader(io.StringIO(self.quarantined, newline="")))


def run(source, data, name="toy/file.csv", limits=DEFAULT):
    accepted, rejected = io.BytesIO(), io.BytesIO()
    outcome = condition(source, RawInput(name, lambda: io.BytesIO(data), len(data)), accepted, rejected, limits)
    return Result(outcome, accepted.getvalue().decode(), rejected.getvalue().decode())


def make_source(**changes):
    declared = {
        "name": "toy",
        "title": "A toy",
        "files": ("toy/**",),
        "columns": (
            Day("day", labels=("Tag",)),
            Text("store", pattern="[0-9]{3}"),
            Whole("units", minimum=0),
            Decimal("price", 2, optional=True),
            Text("note", optional=True),
        ),
        "key": ("day", "store"),
        "dialects": (Delimited(name="plain"),),
    }
    return Source(**{**declared, **changes})


@pytest.fixture
def toy():
    """day, store, units, price, note; by day and store."""
    return make_source()


@pytest.fixture(name="make_source")
def _make_source():
    return make_source


@pytest.fixture(name="run")
def _run():
    return run


@pytest.fixture
def judge():
    """Tells the value, or the rule that is broken, of each cell of one column, in order."""

    def call(column, cells, **dialect):
        dialects = (Delimited(name="d", delimiters=("|",), **dialect),)
        source = make_source(columns=(Whole("id"), column), key=(), dialects=dialects)
        lines = "".join(f"{number}|{cell}\n" for number, cell in enumerate(cells))
        result = run(source, f"id|{column.name}\n{lines}".encode())
        found = {int(row.split(",")[0]): row.split(",", 1)[1] for row in result.rows}
        found |= {int(reject["line"]) - 2: reject["rule"] for reject in result.rejects}
        return [found[number] for number in range(len(cells))]

    return call


@pytest.fixture(params=[0, 1 << 40], ids=["as of many rows", "as of few rows"])
def contract_of_any_size(request, monkeypatch):
    """Judges all batches as those of many rows are, and again as those of few: either way gives the same."""
    monkeypatch.setattr("conditioners.contract._FEW", request.param)


@pytest.fixture
def read():
    """Reads files without a declaration: all tables with their labels, places of rejected rows, and the summary."""

    def call(data, name="report.txt"):
        found = condition_undeclared(data, name)
        table = found.summary.table
        assert table.rows_in == table.rows_out + table.rows_quarantined
        rows = [row for each in found.tables for row in each]
        return rows, [next(iter(reject.values())) for reject in found.rejects], found.summary

    return call


@pytest.fixture
def draft(tmp_path, run):
    """Draft a source from a sample; what was written is formatted and holds together."""
    (tmp_path / SOURCES).mkdir(parents=True)
    (tmp_path / GOLDEN).mkdir(parents=True)

    def call(file_name, data, name="acme"):
        sample = tmp_path / file_name
        sample.write_bytes(data)
        written = write_source(tmp_path, name, sample)
        tools = [sys.executable, "-m", "ruff"]
        config = ["--config", str(Path(__file__).parents[2] / "pyproject.toml"), str(written.module)]
        assert subprocess.run([*tools, "format", "--check", *config], capture_output=True).returncode == 0
        assert subprocess.run([*tools, "check", *config], capture_output=True).returncode == 0
        source = load_module(written.module.read_text())
        if written.golden:
            result = run(source, written.golden.read_bytes(), written.golden.name)
            assert isinstance(result.outcome, Conditioned)
            assert result.accepted == Path(f"{written.golden}.accepted.csv").read_text()
            assert result.quarantined == Path(f"{written.golden}.quarantine.csv").read_text()
        return written, source

    return call


@pytest.fixture(name="condition")
def _condition(tmp_path):
    """Conditions files in a child process without a source, and as those of one if asked; answers all outcomes."""
    return lambda files, declared=True: condition_files(files, tmp_path, declared)


@pytest.fixture
def refuse(tmp_path):
    """Conditions files that have to be refused, whichever way; answers the reasons."""

    def call(files, declared=True):
        outcomes = condition_files(files, tmp_path, declared)
        assert [(each["status"], each["exit"]) for each in outcomes] == [("refused", 1)] * len(outcomes)
        return [each["reason"] for each in outcomes]

    return call
