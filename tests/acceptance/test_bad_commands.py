"""What is mistyped on the command line is answered in a few lines that name it, without a trace of the inside."""

from __future__ import annotations

import sys

import pytest

from cli.__main__ import main
from shared import wiring


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """Run a command in this process, in an empty home; answers its exit code, and what it said to the user."""
    monkeypatch.setenv("HEADRACE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("cli.__main__.register_commands", once_registered())
    wiring.forget()

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["headrace", *map(str, words)])
        try:
            code = main()
        except SystemExit as ended:
            code = ended.code
        told = capsys.readouterr()
        return code, told.out + told.err

    yield run
    wiring.forget()


def once_registered():
    """Commands are mounted once in a process, however many run in it."""
    from cli import __main__ as command_line

    real = command_line.register_commands
    return lambda: None if command_line.app.registered_commands else real()


@pytest.fixture
def raw(tmp_path):
    """A raw file that no source can read."""
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n")
    return file


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["runs"], "Usage: python3 headrace.py runs"),
        (["runs", "explode"], "No such command 'explode'"),
        (["runs", "ls", "--top", "0"], "'--top'"),
        (["runs", "ls", "--top", "many"], "'--top'"),
        (["runs", "show"], "Missing argument 'instance'"),
        (["start", "weekly", "--week", "2026W47"], "Missing option '--fleet'"),
        (["start", "weekly", "--fleet", "demand"], "Missing option '--week'"),
        (["fleet", "nowhere"], "there is no fleet 'nowhere'; there are demand"),
        (["fleet", "demand", "--week", "soon"], "--week: 'soon' is not a week; write it like 2026W47"),
        (["fleet", "demand", "--week", "2025W53"], "--week: '2025W53' is not a week that 2025 has"),
        (["fleet", "demand", "--colour"], "No such option: --colour"),
        (["demo", "--week", "2026W99"], "--week: '2026W99'"),
        (["demo", "--seed", "many"], "'--seed'"),
        (["up", "--port", "99999"], "'--port'"),
        (["up", "--port", "http"], "'--port'"),
        (["test", "nonsense"], "there is no tier 'nonsense'; there are domain"),
        (["condition", "events"], "Missing option '--out'"),
        (["condition", "events", "--out", "."], "give at least one file"),
        (["condition", "nowhere", "a.csv", "--out", "."], "no source is called 'nowhere'; there are"),
        (["condition", "events", "x/a.csv", "y/a.csv", "--out", "."], "two files are called a.csv"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_mistyped_is_named(run, words, said):
    code, told = run(*words)

    assert code in (1, 2), told
    assert said in " ".join(told.split())
    assert_no_inside(told)


def assert_no_inside(told):
    assert "Traceback" not in told
    assert len(told.splitlines()) < 25


@pytest.mark.parametrize("auto", [[], ["--auto"]])
@pytest.mark.parametrize("out", ["a.csv", "a.csv/below", "\0"])
def test_a_folder_that_cannot_be_written_to_is_named(run, raw, auto, out):
    source = [] if auto else ["events"]
    code, told = run("condition", *auto, *source, raw, "--out", raw.parent / out)

    assert code == 2
    assert "--out" in told
    assert_no_inside(told)


@pytest.mark.parametrize("name", ["none.csv", ".", "a\nb.csv"])
def test_a_file_that_is_none_is_refused_by_its_name_and_the_others_are_taken(run, raw, tmp_path, name):
    code, told = run("condition", "--auto", tmp_path / name, raw, "--out", tmp_path / "out")

    assert code == 1
    assert "refused: " in told
    assert (tmp_path / "out" / "a.csv.csv").read_text() == "a,b\n1,2\n"
    assert_no_inside(told)


@pytest.mark.parametrize(
    ("setting", "value", "words", "said"),
    [
        ("SLOTS", "0", ["source", "ls"], "HEADRACE_SLOTS: "),
        ("ENVIRONMENT", "moon", ["source", "ls"], "HEADRACE_ENVIRONMENT: "),
        ("TELEMETRY", "smoke", ["source", "ls"], "HEADRACE_TELEMETRY: "),
        ("LEDGER", "nonsense", ["source", "ls"], "HEADRACE_LEDGER: Could not parse"),
        ("LEDGER", "postgresql+psycopg://me:s3cret@127.0.0.1:1/x", ["fleet"], "check HEADRACE_LEDGER"),
        ("LEDGER", "sqlite:////dev/null/x.db", ["fleet"], "check the permissions"),
        ("HOME", "/dev/null/x", ["source", "ls"], "/dev/null/x"),
        ("URL", "file:///etc", ["runs", "ls"], "HEADRACE_URL: 'file:///etc' is no address"),
        ("URL", "nonsense", ["runs", "ls"], "HEADRACE_URL: 'nonsense' is no address"),
        ("URL", "http://127.0.0.1:1", ["runs", "ls"], "http://127.0.0.1:1 does not answer"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_without_a_secret(run, monkeypatch, setting, value, words, said):
    monkeypatch.setenv(f"HEADRACE_{setting}", value)
    wiring.forget()
    code, told = run(*words)

    assert code == 1
    assert said in told
    assert "s3cret" not in told
    assert len(told.splitlines()) == 1
