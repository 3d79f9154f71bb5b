"""The command `condition`: outputs appear whole or not at all, and the exit code is honest."""

import json
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from cli.condition import run_condition
from conditioners.registry import get_source

HEADER = "week_start,region,store_id,store_format,product_id,mover,units,dollars\n"
GOOD = HEADER + "2024-01-01,texas,00001,large,000001,fast,1,2.5\n"
BAD_ROW = "2024-01-02,texas,00001,large,000001,fast,1,2.5\n"


@pytest.fixture
def invoke(tmp_path):
    app = typer.Typer()
    app.command()(run_condition)

    def call(*arguments):
        return CliRunner().invoke(app, [*map(str, arguments), "--out", str(tmp_path / "out")])

    return call


def test_each_output_is_named_like_its_input_and_summed_up_in_a_json_line(tmp_path, invoke):
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "b.txt").write_text(GOOD + BAD_ROW)
    result = invoke("shipments", tmp_path / "a.csv", tmp_path / "b.txt", "--json")
    first, second = map(json.loads, result.stdout.splitlines())

    assert result.exit_code == 0
    assert (tmp_path / "out/a.csv.csv").read_text() == GOOD.replace("2.5", "2.50")
    assert (first["status"], first["rows_in"], first["quarantine"]) == ("conditioned", 1, None)
    assert (second["rows_quarantined"], second["quarantine"]) == (1, str(tmp_path / "out/quarantine/b.txt.csv"))
    assert "wrong_weekday" in (tmp_path / "out/quarantine/b.txt.csv").read_text()


def test_what_a_hook_prints_is_no_report(tmp_path, invoke, monkeypatch):
    def chat(frame):
        print("3 rows to look at")
        return frame

    talking = replace(get_source("shipments"), hook=chat)
    monkeypatch.setattr("cli.condition.find_source", lambda name: talking)
    (tmp_path / "a.csv").write_text(GOOD)
    result = invoke("shipments", tmp_path / "a.csv", "--json")

    assert json.loads(result.stdout)["rows_out"] == 1
    assert "3 rows to look at" in result.stderr


def test_a_refused_file_leaves_no_output_and_the_others_go_on(tmp_path, invoke):
    (tmp_path / "a.csv").write_text("nothing\n")
    (tmp_path / "b.csv").write_text(GOOD)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a.csv.csv").write_text("what was there before")
    result = invoke("shipments", tmp_path / "a.csv", tmp_path / "missing.csv", tmp_path / "b.csv")

    assert result.exit_code == 1
    assert sorted(path.name for path in (tmp_path / "out").rglob("*.csv")) == ["b.csv.csv"]
    assert "a.csv: refused: no row names the columns of shipments" in result.stdout
    assert "missing.csv: refused: there is no such file" in result.stdout


def test_an_unknown_source_or_two_files_of_one_name_are_told_before_anything_is_done(tmp_path, invoke):
    (tmp_path / "a.csv").write_text(GOOD)

    assert invoke("shipment", tmp_path / "a.csv").exit_code == 2
    assert invoke("shipments", tmp_path / "a.csv", tmp_path / "x/a.csv").exit_code == 2
    assert not (tmp_path / "out").exists()


def test_drift_against_the_file_before_is_told_per_file(tmp_path, invoke):
    (tmp_path / "a.csv").write_text(GOOD)
    (tmp_path / "b.csv").write_text(GOOD.replace("dollars", "dollars,Promo Code", 1).replace("2.5", "2.5,x", 1))
    (tmp_path / "c.csv").write_text(GOOD.replace("dollars", "dollars,promo_code", 1).replace("2.5", "2.5,x", 1))
    files = [tmp_path / f"{name}.csv" for name in "abc"]
    first, second, third = map(json.loads, invoke("shipments", *files, "--json").stdout.splitlines())

    assert first["drift"] is None
    assert second["drift"] == {"new": ["Promo Code"], "missing": [], "renamed": [], "retyped": []}
    assert third["drift"]["renamed"] == [["Promo Code", "promo_code"]]
    lines = invoke("shipments", *files).stdout.splitlines()
    assert "since the file before" not in lines[0]
    assert lines[1].endswith("; since the file before: new 'Promo Code'")


@pytest.mark.parametrize(
    ("content", "note"),
    [
        (b"", "the file is empty"),
        (b"\n \n\n", "there is no table in the file"),
        (b"a,b\n", "the file has labels and nothing below them"),
        (b"a,b\n1,2\n", None),
    ],
)
def test_a_file_without_rows_is_told_in_words_by_the_auto_mode_and_is_no_failure(tmp_path, invoke, content, note):
    (tmp_path / "a.csv").write_bytes(content)
    told = invoke("--auto", tmp_path / "a.csv", "--json")

    assert told.exit_code == 0
    assert json.loads(told.stdout)["note"] == note
    line = invoke("--auto", tmp_path / "a.csv").stdout
    assert (f"a.csv: no rows: {note}; 0 rows in" in line) == (note is not None)


def test_an_empty_file_of_a_source_is_refused(tmp_path, invoke):
    (tmp_path / "a.csv").write_bytes(b"")
    told = invoke("shipments", tmp_path / "a.csv")

    assert (told.exit_code, "a.csv: refused: the file is empty" in told.stdout) == (1, True)
