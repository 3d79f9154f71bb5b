"""The commands `source new` and `source try`: what they print is what happened, and their exit codes are honest."""

import csv
import json

import pytest
from typer.testing import CliRunner

from cli import source_drafts
from cli.failures import Failure
from cli.sources import app
from conditioners.columns import Text, Whole
from conditioners.csv_lines import show_lines
from conditioners.dialects import FixedWidth
from conditioners.drops.claimed_drop import STILL_IN_USE
from conditioners.drops.intake import condition_drop
from shared import wiring
from tests.conditioning.zip_files import pack_zip

GOOD = "date,state,category,dollars,units,volume\n2021-10-03,Iowa,Dairy,5,1,\n2021-10-04,Iowa,Dairy,5,1,2\n"


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    for folder in ("conditioners/sources", "tests/conditioning/golden"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.setattr(source_drafts, "PROJECT", tmp_path)
    monkeypatch.setenv("HEADRACE_HOME", str(tmp_path / "home"))
    wiring.forget()

    def call(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    yield call
    wiring.forget()


def test_a_trial_shows_rows_before_and_after_rejects_and_the_summary(tmp_path, invoke):
    file = tmp_path / "week.csv"
    file.write_text("Report\n" + GOOD)
    told = invoke("try", "usda_food", file)

    assert told.exit_code == 0
    before, rest = told.stdout.split("AFTER")
    after, rest = rest.split("REJECTED")
    rejected, summary = rest.split("SUMMARY")
    assert "Report" in before and "2021-10-04,Iowa" in before
    assert "2021-10-03  Iowa   Dairy" in after and "2021-10-04" not in after
    assert "wrong_weekday" in rejected and "2021-10-04,Iowa,Dairy,5,1,2" in rejected
    assert "2 rows in = 1 out + 1 quarantined + 0 duplicates" in summary
    assert "'date wrong_weekday': 1" in summary


def test_a_trial_shows_labels_of_no_column_of_all_members_of_an_archive(tmp_path, invoke):
    file = tmp_path / "weeks.zip"
    more = GOOD.replace("volume", "volume,colour").replace(",\n", ",,red\n").replace(",2\n", ",2,red\n")
    file.write_bytes(pack_zip(**{"a.csv": GOOD, "b.csv": more}))

    assert "ignored labels: ['colour']" in invoke("try", "usda_food", file).output


def test_a_trial_shows_a_text_of_another_code_page_as_it_reads(tmp_path, invoke):
    file = tmp_path / "week.csv"
    header = "Wochenende (So.);Bundesstaat;Warengruppe;Umsatz $;Stück;Volumen\n"
    file.write_bytes((header + "03/10/2021;Iowa;Käse;5;1;2\n").encode("cp1252"))

    assert json.loads(invoke("try", "usda_food", file, "--json").stdout)["before"][1] == "03/10/2021;Iowa;Käse;5;1;2"


def test_a_trial_shows_rows_of_fixed_width_below_their_titles(tmp_path, invoke, monkeypatch, make_source):
    columns, fields = (Text("store", pattern="[0-9]{3}"), Whole("units")), {"store": (1, 3), "units": (5, 7)}
    source = make_source(columns=columns, key=(), dialects=(FixedWidth(name="f", fields=fields, skip=("PAGE",)),))
    monkeypatch.setattr(source_drafts, "find_source", lambda name: source)
    file = tmp_path / "list.txt"
    file.write_text("PAGE 1\n\n001  12\n002   7\nPAGE 2\n003   1\n")

    before = json.loads(invoke("try", "toy", file, "--json", "--rows", "2").stdout)["before"]
    assert before == ["PAGE 1", "", "001  12", "002   7"]


def test_a_trial_as_json_is_one_object_and_writes_nothing(tmp_path, invoke):
    file = tmp_path / "week.csv"
    file.write_text(GOOD)
    told = json.loads(invoke("try", "usda_food", file, "--json", "--rows", "1").stdout)

    assert told["before"] == GOOD.splitlines()[:2]
    assert told["after"][0]["state"] == "Iowa"
    assert (told["rejected"][0]["line"], told["summary"]["rows_in"]) == ("3", 2)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["week.csv"]
    assert told["drift"] is None
    assert not (tmp_path / "home").exists()


def test_a_refused_file_and_an_unknown_source_fail_with_the_reason(tmp_path, invoke):
    file = tmp_path / "week.csv"
    file.write_text("nothing\n")

    refused = invoke("try", "usda_food", file)
    assert isinstance(refused.exception, Failure)
    assert "usda_food refuses week.csv: no row names the columns" in str(refused.exception)
    unknown = invoke("try", "usda", file)
    assert unknown.exit_code == 2
    assert "there are events, ghcn_daily" in " ".join(unknown.stderr.replace("│", "").split())


def test_a_new_source_is_written_shown_and_counted(tmp_path, invoke):
    sample = tmp_path / "sample.csv"
    sample.write_text(GOOD)
    told = invoke("new", "acme", "--sample", sample)

    assert told.exit_code == 0, told.exception
    module = tmp_path / "conditioners/sources/acme.py"
    assert module.read_text() in told.stdout
    assert "2 rows in = 2 out + 0 quarantined + 0 duplicates" in told.stdout
    golden = tmp_path / "tests/conditioning/golden/acme"
    assert sorted(path.name for path in golden.iterdir()) == [
        "sample.csv", "sample.csv.accepted.csv", "sample.csv.quarantine.csv",
    ]  # fmt: skip
    again = invoke("new", "acme", "--sample", sample, "--json")
    assert isinstance(again.exception, Failure)
    assert "there is a source acme already" in str(again.exception)


def land(path, text):
    """Put a raw file into the lake, and have it conditioned."""
    with wiring.lake().open_write("raw", path) as writer:
        writer.write(text.encode())
        writer.commit()
    return condition_drop(wiring.lake(), wiring.ledger(), path, wiring.now)


def test_drift_stands_in_a_trial_and_in_the_list_of_sources(tmp_path, invoke):
    land("usda_food/1.csv", GOOD)
    file = tmp_path / "week.csv"
    file.write_text(GOOD.replace("volume", "volume,Remark").replace(",1,", ",1,,"))

    tried = invoke("try", "usda_food", file).stdout.split("SINCE THE LAST FILE")[1]
    assert tried.strip() == "new 'Remark'"
    same = tmp_path / "same.csv"
    same.write_text(GOOD)
    assert "no column is new, missing, renamed or retyped" in invoke("try", "usda_food", same).stdout

    assert "differs" not in invoke("ls").stdout
    land("usda_food/2.csv", file.read_text())
    assert "usda_food: the last file differs from the one before: new 'Remark'" in invoke("ls").stdout
    listed = {each["source"]: each for each in json.loads(invoke("ls", "--json").stdout)["sources"]}
    assert (listed["usda_food"]["drift"]["new"], listed["stores"]["drift"]) == (["Remark"], None)


def test_a_refused_file_on_an_older_output_stands_in_the_list_of_sources_and_in_a_replay(invoke):
    land("usda_food/1.csv", GOOD)
    land("usda_food/1.csv", "damaged\n")

    told = invoke("ls").stdout
    assert "usda_food: 1 refused, where the output made before stays in use" in told
    replayed = invoke("replay", "usda_food/1.csv")
    assert replayed.exit_code == 1
    assert STILL_IN_USE in replayed.stdout


def test_a_release_tells_the_rows_that_are_still_rejected_and_why(tmp_path, invoke):
    land("usda_food/1.csv", GOOD)
    rows = tmp_path / "rows.csv"
    invoke("rejects", "usda_food/1.csv", "--out", rows)
    rows.write_text(rows.read_text().rstrip(",\n") + ",04.10.2021,Iowa,Dairy,5,1,2\n")
    told = invoke("release", "usda_food/1.csv", rows)

    assert told.exit_code == 0, told.output
    assert "still rejected: line 3: as corrected, date: '04.10.2021' is no day" in told.stdout


def test_files_with_rejected_rows_are_listed_with_the_rules_that_these_break(invoke):
    assert invoke("rejects").stdout == "no file has rejected rows\n"
    land("usda_food/good.csv", "".join(GOOD.splitlines(keepends=True)[:2]))
    land("usda_food/1.csv", GOOD)

    told = invoke("rejects").stdout
    assert told.splitlines()[1].split(maxsplit=3) == ["usda_food/1.csv", "2", "1", "1 date wrong_weekday"]
    assert "good.csv" not in told
    (listed,) = json.loads(invoke("rejects", "--json").stdout)["files"]
    assert (listed["path"], listed["rejects"]) == ("usda_food/1.csv", {"date wrong_weekday": 1})
    assert set(listed) == {"path", "seen_at", "rows_in", "rows_quarantined", "rejects"}


def test_rejected_rows_of_a_file_are_told_as_json(invoke):
    land("usda_food/1.csv", GOOD)
    (row,) = json.loads(invoke("rejects", "usda_food/1.csv", "--json").stdout)["rows"]

    assert (row["line"], row["rule"], row["raw"]) == ("3", "wrong_weekday", "2021-10-04,Iowa,Dairy,5,1,2")


def test_a_rejected_row_with_a_carriage_return_in_it_is_listed_as_one_row_and_released(tmp_path, invoke):
    cells = [GOOD.partition("\n")[0].split(","), ["2021-10-03", "a&#13;b", "c", "?", "1"]]
    lines = ["".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row) for row in cells]
    table = "".join(f"<Row>{line}</Row>" for line in lines)
    spaces = (
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
    )
    book = f"<Workbook {spaces}><Worksheet ss:Name='S'><Table>{table}</Table></Worksheet></Workbook>"
    land("usda_food/1.xml", f'<?xml version="1.0"?>{book}')
    rows = tmp_path / "rows.csv"
    invoke("rejects", "usda_food/1.xml", "--out", rows)
    with rows.open(newline="") as file:
        header, listed = csv.reader(file)
    assert (len(listed), listed[4]) == (len(header), "2021-10-03\ta\rb\tc\t?\t1")

    rows.write_text(show_lines([header, [*listed[:5], "2021-10-03", "a\rb", "c", "5", "1", ""]]), newline="")
    for _ in range(2):
        assert "rows_released=1" in invoke("release", "usda_food/1.xml", rows).stdout


def test_rejected_rows_of_an_output_in_use_are_listed_and_released_though_its_file_was_refused_since(tmp_path, invoke):
    land("usda_food/1.csv", GOOD)
    land("usda_food/1.csv", "damaged\n")
    rows = tmp_path / "rows.csv"
    listed = invoke("rejects", "usda_food/1.csv", "--out", rows)
    assert "1 rows" in listed.stdout
    assert "these rows are of the version before: usda_food/1.csv was refused since" in listed.stderr

    rows.write_text(rows.read_text().rstrip(",\n") + ",2021-10-10,Iowa,Dairy,5,1,2\n")
    released = invoke("release", "usda_food/1.csv", rows)
    assert released.exit_code == 1
    assert "the corrections are kept and hold once it is dropped again, mended" in released.stdout
    land("usda_food/1.csv", GOOD)
    assert "has no rows in quarantine" in str(invoke("rejects", "usda_food/1.csv").exception)
