"""Fixed width: fields by character, and lines that are too long or too short."""

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import FixedWidth, Tagged


def source_of(make_source, **dialect):
    fields = {"code": (1, 3), "name": (4, 9), "units": (10, 13)}
    return make_source(
        columns=(Text("code"), Text("name", optional=True), Whole("units")), key=(),
        dialects=(FixedWidth(name="f", fields=fields, encodings=("latin-1",), **dialect),),
    )  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_fields_are_cut_by_character_whatever_the_encoding(make_source, run, encoding):
    result = run(source_of(make_source), "007Müller  12\r\n008        3\r\n".encode(encoding))

    assert result.rows == ["007,Müller,12", "008,,3"]


def test_header_and_trailer_lines_are_skipped_by_declaration(make_source, run):
    source = source_of(make_source, opening="HDR", skip=("HDR", "TRL"))
    result = run(source, b"HDR 2024\n007abc     12\n\nTRL 1\n")

    assert result.rows == ["007,abc,12"]
    assert [cause for _, cause in result.summary.skipped] == ["declared as no row", "blank", "declared as no row"]


def test_text_beyond_the_last_field_is_never_cut_off(make_source, run):
    result = run(source_of(make_source), b"007abc     123\n008abc      4  \n")

    assert result.rows == ["008,abc,4"]
    assert [(r["line"], r["rule"], r["raw"]) for r in result.rejects] == [("1", "wrong_width", "007abc     123")]


def test_with_a_declared_width_a_shorter_line_is_rejected(make_source, run):
    result = run(source_of(make_source, width=13), b"007abc      1\n008abc      \n")

    assert [r["line"] for r in result.rejects] == ["2"]


def test_a_file_that_opens_otherwise_is_refused(make_source, run):
    result = run(source_of(make_source, opening="HDR"), b"007abc      1\n")

    assert result.refusal.reason == "the file is in none of the dialects of toy: f"


def test_lines_may_end_with_cr_alone(make_source, run):
    result = run(source_of(make_source), b"007abc     12\r008abc      x\r009abc      1\r")

    assert result.rows == ["007,abc,12", "009,abc,1"]
    assert [(r["line"], r["raw"]) for r in result.rejects] == [("2", "008abc      x")]
    assert result.summary.dialect["line_end"] == "cr"


def test_a_cr_within_a_line_is_a_character_of_it_and_shifts_no_other_line(make_source, run):
    result = run(source_of(make_source), b"007a\rb     12\r\n008abc      x\r\n009abc      1\r\n")

    assert result.accepted.split("\n")[1:-1] == ['007,"a\rb",12', "009,abc,1"]
    assert [(r["line"], r["raw"]) for r in result.rejects] == [("2", "008abc      x")]


def test_a_line_whose_characters_cannot_be_counted_is_rejected(make_source, run):
    fields = {"code": (1, 3), "name": (8, 12)}
    source = make_source(
        columns=(Text("code"), Text("name")), key=(), dialects=(FixedWidth(name="f", fields=fields),)
    )  # fmt: skip
    result = run(source, b"007----abc\n008-\xff--abc\n")

    assert result.rows == ["007,abc"]
    assert [(r["line"], r["rule"], r["raw"]) for r in result.rejects] == [("2", "undecodable", r"008-\xff--abc")]


def test_a_dialect_whose_encodings_cannot_hold_the_text_leaves_it_to_the_next(make_source, run):
    fields = {"code": (1, 3), "name": (4, 9)}
    dialects = [FixedWidth(name=name, fields=fields, encodings=(name,)) for name in ("shift_jis", "latin-1")]
    result = run(make_source(columns=(Text("code"), Text("name")), key=(), dialects=dialects), b"007M\xfcller\n")

    assert result.rows == ["007,Müller"]


@pytest.fixture
def tagged(make_source):
    groups = Tagged(opening="ADD", lengths={"AA": 3, "BB1": 2}, ends=("REM",), fields={"rain": ("AA1", 1, 3)})
    columns = (Text("code"), Text("note", optional=True), Whole("rain", optional=True))
    dialect = FixedWidth(name="f", fields={"code": (1, 3), "note": (4, 6)}, tagged=groups)
    return make_source(columns=columns, key=(), dialects=(dialect,))


def test_a_line_may_end_where_groups_could_begin_and_no_earlier(tagged, run):
    result = run(tagged, b"007abc\n008xyzADDAA1012\n009   ADDBB1xxAA1003REMwhatever\n010ab\n")

    assert result.rows == ["007,abc,", "008,xyz,12", "009,,3"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("4", "wrong_width")]
    assert result.rejects[0]["reason"] == "5 characters where a line has at least 6"


def test_a_line_with_groups_whose_characters_cannot_be_counted_is_rejected(tagged, run):
    result = run(tagged, b"007abcADDAA1012\n00\xffabcADDAA1012\n008abcADDAA1\xff12\n")

    assert result.rows == ["007,abc,12"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("2", "undecodable"), ("3", "undecodable")]


@pytest.mark.parametrize("groups", ["XXXAA1012", "ADDAA101", "ADDCC1012", "ADDAA1012A"])
def test_groups_that_cannot_be_told_apart_cost_their_line(tagged, run, groups):
    result = run(tagged, f"007abc{groups}\n008abcADDAA1012\n".encode())

    assert result.rows == ["008,abc,12"]
    assert [(r["line"], r["rule"], r["raw"]) for r in result.rejects] == [("1", "wrong_group", f"007abc{groups}")]
