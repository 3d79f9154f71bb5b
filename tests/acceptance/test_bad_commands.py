"""What is mistyped on the command line is answered in a few lines that name it, without a trace of the inside."""

from __future__ import annotations

import sys

import pytest

from cli.__main__ import main
from conditioners import sources
from conditioners.drops.intake import condition_drop
from conditioners.registry import get_source
from shared import wiring
from tests.contracts.drops import calendar, drop


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
        (["source", "rejects", "../a.csv"], "'..' step"),
        (["source", "release", "events\\a.csv", "/dev/null"], "holds a backslash"),
        (["source", "replay", "events/a.csv", ""], "a blob's path has 1 to 1024 bytes, not 0"),
        (["source", "replay"], "give paths, or a --source"),
        (["source", "replay", "--source", "nowhere"], "no source is called 'nowhere'; there are"),
        (["source", "rejects", "raw/events/a.csv"], "give its path in the container raw, without the container's name"),
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
        ("LAKE", "https://a.blob.core.windows.net?sv=1&sig=s3cret", ["up"], "HEADRACE_LAKE: write folder:PATH or"),
        ("LAKE", "AccountName=a;AccountKey=s3cret", ["up"], "HEADRACE_LAKE: write folder:PATH or"),
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


@pytest.mark.parametrize("auto", [[], ["--auto"]])
@pytest.mark.parametrize(
    ("taken", "said"),
    [("out/week.csv.csv/", "Is a directory"), ("out/.out.week.csv.csv.part", "No space left on device")],
)
def test_an_output_that_cannot_be_written_is_named_and_leaves_nothing(run, tmp_path, auto, taken, said):
    week = tmp_path / "week.csv"
    week.write_bytes(calendar("one"))
    if taken.endswith("/"):
        (tmp_path / taken).mkdir(parents=True)
    else:
        (tmp_path / "out").mkdir()
        (tmp_path / taken).symlink_to("/dev/full")
    code, told = run("condition", *(auto or ["events"]), week, "--out", tmp_path / "out")

    assert code == 1
    assert f"{tmp_path / 'out/week.csv.csv'} cannot be written: {said}" in told
    assert_no_inside(told)
    assert not [file for file in (tmp_path / "out").rglob("*") if not file.is_dir()]


@pytest.mark.parametrize("out", ["none/rows.csv", "."])
def test_a_list_of_rejects_that_cannot_be_written_is_named(run, tmp_path, out):
    land("events/a.csv", calendar("one", bad=1))
    code, told = run("source", "rejects", "events/a.csv", "--out", tmp_path / out)

    assert code == 1
    assert "cannot be written: " in told
    assert_no_inside(told)


def test_a_device_is_refused_as_such(run, tmp_path):
    code, told = run("condition", "--auto", "/dev/null", "--out", tmp_path / "out")

    assert (code, "refused: it is no file, but a device" in told) == (1, True)


def test_a_refused_file_has_no_rows_to_mend_and_says_so(run, tmp_path):
    land("events/a.csv", b"this is no table\n")
    rows = tmp_path / "rows.csv"
    columns = [column.name for column in get_source("events").columns]
    rows.write_text(f"place,rule,column,reason,raw,{','.join(columns)}\n,file_refused,,no row,,{','.join(columns)}\n")

    for words in (["rejects", "events/a.csv"], ["release", "events/a.csv", rows]):
        code, told = run("source", *words)
        assert (code, told.count("\n")) == (1, 1)
        assert told.startswith("headrace: events/a.csv was refused as a whole, so it has no rows to mend: no row names")


def test_a_copy_has_no_rejects_and_says_whose_it_is(run):
    for path in ("events/a.csv", "events/b.csv"):
        land(path, calendar("one", bad=1))

    code, told = run("source", "rejects", "events/b.csv")
    assert (code, told) == (
        1, "headrace: events/b.csv has no rows in quarantine: it is duplicate, same bytes as events/a.csv\n",
    )  # fmt: skip
    assert run("source", "replay", "events/b.csv") == (0, "events/b.csv: duplicate same bytes as events/a.csv\n")


def test_a_replay_goes_on_behind_a_file_that_is_gone(run):
    for path in ("events/a.csv", "events/b.csv"):
        land(path, calendar("one" if "a" in path else "two", bad=1))
    wiring.lake().delete("raw", "events/a.csv")

    code, told = run("source", "replay", "events/a.csv", "events/b.csv")
    assert code == 1
    assert "there is no raw file events/a.csv" in told
    assert "events/b.csv: conditioned rows_in=2" in told
    code, told = run("source", "replay", "--source", "events")
    assert (code, "events/a.csv" in told) == (0, False)


def test_a_source_without_rejects_has_nothing_to_replay_and_says_so(run):
    assert run("source", "replay", "--source", "events") == (
        0, "no file of events that is in the lake has rejected rows or was refused\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [("def (:\n", "SyntaxError: "), ("raise SystemExit(3)\n", "SystemExit: 3"), ("X = 1\n", "has no SOURCE")],
)
def test_a_module_that_declares_no_source_is_named_and_nothing_is_undone_for_it(run, tmp_path, monkeypatch, text, said):
    land("events/a.csv", calendar("one", bad=1))
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules/broken.py").write_text(text)
    monkeypatch.setattr(sources, "__path__", [*sources.__path__, str(tmp_path / "modules")])
    monkeypatch.delitem(sys.modules, "conditioners.sources.broken", raising=False)

    for words in (["replay", "events/a.csv"], ["rejects", "events/a.csv"], ["ls"]):
        code, told = run("source", *words)
        assert (code, told.count("\n")) == (1, 1)
        assert "conditioners/sources/broken.py" in told and said in told
    assert wiring.ledger().files.count_by_state() == {"conditioned": 1}


def land(path, content):
    """Put a raw file into the lake, and have it conditioned."""
    drop(wiring.lake(), path, content)
    condition_drop(wiring.lake(), wiring.ledger(), path, wiring.now)
