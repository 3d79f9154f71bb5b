"""Without a declaration: tables are found by structure alone, whatever the marks, and every row is accounted for."""

import json
import re

import pytest
import typer
from typer.testing import CliRunner

from bench.conditioning.pollution import pollute, sample_table, score
from cli.condition import run_condition
from conditioners.auto.conditioning import AutoConditioned
from tests.conditioning.undeclared import condition_undeclared


def condition(data, name="file.csv"):
    """The outcome, each table's rows, and the rejected ones."""
    found = condition_undeclared(data, name)
    return found.outcome, found.tables, found.rejects


def summary_of(text):
    outcome, rows, rejects = condition(text.encode())
    assert isinstance(outcome, AutoConditioned), outcome
    found = outcome.summary
    for table in (found.table, *found.further_tables):
        assert table.rows_in == table.rows_out + table.rows_quarantined
    assert len(rejects) == found.rejected
    return found, rows, rejects


@pytest.fixture(scope="module")
def scores():
    """The score out of ten, and the weight, of each file with a pollution of the whole, and of every fifth other."""
    found = {}
    for number, polluted in enumerate(pollute(sample_table())):
        if polluted.name.startswith("row") and number % 5:
            continue
        outcome, rows, _ = condition(polluted.text.encode(), polluted.name)
        loaded = rows[0] if isinstance(outcome, AutoConditioned) else []
        found[polluted.name] = score(polluted.expected, loaded), polluted.weight
    return found


def test_polluted_files_are_read_better_than_by_any_published_system_that_was_given_their_dialect(scores):
    simple = sum(value for value, _ in scores.values()) / len(scores)
    weighted = sum(value * weight for value, weight in scores.values()) / sum(weight for _, weight in scores.values())

    assert len(scores) > 400
    assert simple >= 9.97 > 9.961
    assert weighted >= 9.99 > 9.599


def test_no_pollution_of_a_whole_file_costs_a_cell_but_an_escape_of_another_quote(scores):
    whole = {name: value for name, (value, _) in scores.items() if name.startswith(("file", "source"))}

    assert {name for name, value in whole.items() if value < 9.999} == {"file_quotation_char_0x27.csv"}


def test_a_quote_or_a_delimiter_too_many_in_any_place_costs_nothing(scores):
    spoiled = {name: value for name, (value, _) in scores.items() if re.match("row_(extra_quote|more_sep)", name)}

    assert {name for name, value in spoiled.items() if value < 9.999} == set()


def test_a_row_whose_cells_run_together_is_quarantined_and_never_guessed():
    text = "day,units,price\n2024-01-01,1,2.50\n2024-01-022,2.60\n2024-01-03,3,2.70\n"
    _, (rows,), rejects = summary_of(text)

    assert rows == [["day", "units", "price"], ["2024-01-01", "1", "2.50"], ["2024-01-03", "3", "2.70"]]
    assert [(r["line"], r["rule"], r["raw"]) for r in rejects] == [("3", "wrong_field_count", "2024-01-022,2.60")]


def test_a_row_that_is_mended_is_told_in_the_summary():
    text = "day,units,price\n2024-01-01,1,2.50\n2024-01-02,,2,2.60\n2024-01-03,3,2.70\n"
    found, (rows,), _ = summary_of(text)

    assert rows[2] == ["2024-01-02", "2", "2.60"]
    assert found.mended == (("line 3", "an empty cell too many"),)


def test_a_shifted_row_that_fits_in_two_ways_is_quarantined():
    text = "a,b,c\n1,2,3\n,4,5\n6,,7\n8,9,\n1,,2,\n3,4,5\n"
    _, _, rejects = summary_of(text)

    assert [r["raw"] for r in rejects] == ["1,,2,"]


def test_cells_stay_text_with_their_zeros_and_blanks():
    _, (rows,), _ = summary_of("code,name\n007, x \n010,1e5\n")

    assert rows[1:] == [["007", " x "], ["010", "1e5"]]


def test_a_table_without_labels_gets_none():
    found, (rows,), _ = summary_of("2024-01-01,1\n2024-01-02,2\n")

    assert (found.table.labels, len(rows)) == (None, 2)


def test_numbers_above_truths_are_labels():
    text = "id,100022,100025\na,TRUE,FALSE\nb,TRUE,TRUE\nc,FALSE,TRUE\n"

    assert summary_of(text)[0].table.labels == ("id", "100022", "100025")


def test_a_row_of_words_above_rows_that_are_all_of_another_width_is_labels():
    found, (rows,), rejects = summary_of("id,name,,name\n1,english\n1,english\n2,german,1,2,3\n")

    assert rows == [["id", "name", "", "name"]]
    assert (found.table.rows_quarantined, len(rejects)) == (3, 3)


def test_title_notes_and_footer_are_no_rows_and_are_told():
    text = "Sales report\n\nday,units,price\n2024-01-01,1,2.5\n2024-01-02,2,2.6\n\nSource: till\n"
    found, (rows,), _ = summary_of(text)

    assert len(rows) == 3
    assert found.table.header_rows == ("line 3",)
    assert found.skipped == (
        ("line 1", "before the table"), ("line 2", "blank"), ("line 6", "blank"), ("line 7", "behind the table"),
    )  # fmt: skip


def test_header_rows_of_a_table_are_joined_and_a_group_stands_for_all_its_columns():
    text = ",Sales,,Returns,\nday,units,dollars,units,dollars\n2024-01-01,1,2.5,0,0\n2024-01-02,3,7.5,1,2.5\n"
    _, (rows,), _ = summary_of(text)

    assert rows[0] == ["day", "Sales units", "Sales dollars", "Returns units", "Returns dollars"]


def test_a_further_table_is_written_apart_and_every_table_accounts_for_its_rows():
    text = "day,units\n2024-01-01,1\n2024-01-02,2\n\nstore,city,zip\n1,Rome,00100\n2,Bonn,53111\n3,Oslo,00150\n4,x\n"
    found, (first, second), rejects = summary_of(text)

    assert (len(first), second[0]) == (3, ["store", "city", "zip"])
    assert (found.further_tables[0].rows_out, found.further_tables[0].rows_quarantined) == (3, 1)
    assert rejects[0]["line"] == "9"


def test_rows_that_follow_a_blank_line_are_still_the_table_s_own():
    _, (rows,), _ = summary_of("day,units\n2024-01-01,1\n\n2024-01-02,2\n2024-01-03,3\n2024-01-04,3\n")

    assert len(rows) == 5


def test_comments_among_the_rows_are_passed_over():
    found, (rows,), _ = summary_of("# made by hand\nid,name\n1,one\n# two is missing\n3,three\n")

    assert rows == [["id", "name"], ["1", "one"], ["3", "three"]]
    assert [place for place, _ in found.skipped] == ["line 1", "line 4"]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("naïve".encode("utf-8-sig"), "utf-8"), ("naïve".encode("utf-16"), "utf-16-le"), ("naïve".encode(), "utf-8"),
        ("naïve".encode("cp1252"), "cp1252"), ("naïve".encode("utf-16-le"), "utf-16-le"),
    ],
)  # fmt: skip
def test_the_encoding_is_found_with_its_evidence(data, encoding):
    codec = {"utf-16-le": "utf-16-le"}.get(encoding, "ascii")
    mark = "utf-16" if data.startswith(b"\xff\xfe") else codec
    body = data + "\na\nb\nc\n".encode("utf-16-le" if "16" in mark else "ascii")
    outcome, ((label, *_), *_), _ = condition(body)

    assert label == ["naïve"]
    assert outcome.summary.encoding["name"] == encoding
    assert outcome.summary.encoding["evidence"]


def test_text_that_is_mostly_valid_utf_8_loses_only_the_rows_that_are_not():
    data = "name,n\n" + "".join(f"Käse {n},{n}\n" for n in range(10, 20))
    outcome, (rows,), rejects = condition(data.encode() + "Öl,3\nBrot,4\n".encode("latin-1"))

    assert len(rows) == 12
    assert rows[-1] == ["Brot", "4"]
    assert [(reject["rule"], reject["raw"]) for reject in rejects] == [("undecodable", "\\xd6l,3")]
    assert outcome.summary.encoding["evidence"] == "20 bytes beyond ASCII are valid UTF-8, and 1 are not"


@pytest.mark.parametrize("codec", ["cp500", "cp037", "cp273", "cp1140"])
def test_text_from_a_mainframe_is_refused_by_name(codec):
    outcome, _, _ = condition("name,town\nsmith,boston\nmiller,dover\n".translate({10: "\x85"}).encode(codec))

    assert outcome.reason == "the text comes from a mainframe, in EBCDIC; declare its code page in a source"


def test_signs_of_a_western_code_page_among_numbers_are_told_apart_from_foreign_letters():
    outcome, (rows,), _ = condition(b"n,\xa3\n" + b"".join(b"%d,\xa3%d.50\n" % (n, n) for n in range(10, 30)))

    assert rows[1] == ["10", "£10.50"]
    assert outcome.summary.encoding["name"] == "cp1252"


@pytest.mark.parametrize(
    ("magic", "told"),
    [
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"), (b"Rar!\x1a\x07\x00", "a RAR archive"), (b"Obj\x01", "an Avro file"),
        (b"SQLite format 3\x00", "an SQLite"), (b"\x7fELF\x02", "a program"), (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"), ("<?xml ".encode("cp037"), "an XML document in EBCDIC"),
    ],
)  # fmt: skip
def test_a_refusal_says_what_the_file_is(magic, told):
    outcome, _, _ = condition(magic + bytes(500))

    assert outcome.reason.startswith(f"the file is {told}")


def test_an_empty_file_is_an_empty_table_and_what_is_no_text_is_refused():
    empty, rows, _ = condition(b"")
    refused, _, _ = condition(bytes(range(256)) * 20)

    assert (empty.summary.table.rows_in, rows) == (0, [[]])
    assert refused.reason == "the file is in no known format"


def test_a_folder_and_a_file_that_is_not_there_are_refused_and_the_others_conditioned(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    app = typer.Typer()
    app.command()(run_condition)
    files = [str(tmp_path), str(tmp_path / "none.csv"), str(tmp_path / "a.csv")]
    result = CliRunner().invoke(app, ["--auto", *files, "--out", str(tmp_path / "out")])

    assert result.exit_code == 1
    assert [line.partition(": ")[2] for line in result.stdout.splitlines()[:2]] == [
        "refused: it is a folder; name the files in it", "refused: there is no such file",
    ]  # fmt: skip
    assert (tmp_path / "out/a.csv.csv").read_text() == "x,y\n1,2\n"


def test_what_a_file_was_taken_for_is_said_on_its_line(tmp_path):
    (tmp_path / "a.csv").write_bytes("Umsatz\n\nTag;Stück\n2024-01-01;1\n2024-01-02;2\n".encode("latin-1"))
    app = typer.Typer()
    app.command()(run_condition)
    result = CliRunner().invoke(app, ["--auto", str(tmp_path / "a.csv"), "--out", str(tmp_path / "out")])

    assert (
        "2 rows in, 2 out, 0 quarantined (delimited text, delimiter ';', cp1252, which is a guess, line 3) -> "
        in result.stdout
    )


def test_a_line_between_header_rows_is_told_in_the_summary():
    text = "a,b,c\nnote\na,b,c\n1,2,3\n4,5,6\n7,8,9\n"
    found, (rows, *_), _ = summary_of(text)

    assert len(rows) == 4
    assert ("line 2", "among the header rows") in found.skipped


def test_many_files_are_conditioned_in_one_process_with_a_json_line_each(tmp_path):
    (tmp_path / "a.txt").write_text("x;y\n1;2\n3;4\n\nk;l;m\n1;2;3\n4;5;6\n7;8;9\n")
    (tmp_path / "b.csv").write_text("x,y\n1,2\n3\n4,5\n")
    app = typer.Typer()
    app.command()(run_condition)
    result = CliRunner().invoke(
        app, ["--auto", str(tmp_path / "a.txt"), str(tmp_path / "b.csv"), "--out", str(tmp_path / "out"), "--json"]
    )
    first, second = map(json.loads, result.stdout.splitlines())

    assert result.exit_code == 0
    assert (tmp_path / "out/a.txt.csv").read_text() == "x,y\n1,2\n3,4\n"
    assert (tmp_path / "out/tables/a.txt.2.csv").read_text() == "k,l,m\n1,2,3\n4,5,6\n7,8,9\n"
    assert (first["dialect"]["delimiter"], first["rows_in"], first["quarantine"]) == (";", 2, None)
    assert (second["rows_out"], second["rows_quarantined"], second["rows_duplicate"]) == (2, 1, 0)
    assert "3" in (tmp_path / "out/quarantine/b.csv.csv").read_text()
