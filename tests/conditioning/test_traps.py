"""Traps that other readers of tables fall into, silently: none of them costs or changes a cell here.

Each test names the trap as it was seen in some reader; it is tried with a declaration, without one, or both.
"""

import csv
from dataclasses import replace

import pytest

from conditioners.columns import Day, Decimal, Text, Whole
from conditioners.dialects import Delimited
from conditioners.limits import DEFAULT
from tests.conditioning.undeclared import condition_undeclared

HEADER = "day,store,units,price,note\n"


@pytest.fixture
def detect():
    """The first table's rows, the quarantine's, and the summary, without a declaration."""

    def run(text, limits=DEFAULT):
        csv.field_size_limit(1 << 30)
        found = condition_undeclared(text, "file.csv", limits)
        return found.tables[0], found.rejects, found.summary

    return run


def test_the_31st_of_february_does_not_become_the_2nd_of_march(make_source, run, detect):
    text = "day,units\n31.02.2024,1\n29.02.2024,2\n30.02.2023,3\n"
    source = make_source(
        columns=(Day("day"), Whole("units")), key=("day",), dialects=(Delimited(name="plain", days=("%d.%m.%Y",)),)
    )
    declared = run(source, text.encode())
    rows, _, _ = detect(text)

    assert declared.rows == ["2024-02-29,2"]
    assert [reject["column"] for reject in declared.rejects] == ["day", "day"]
    assert [row[0] for row in rows[1:]] == ["31.02.2024", "29.02.2024", "30.02.2023"]


def test_a_day_without_zeros_or_with_blanks_around_it_is_that_day_and_no_other(make_source, run):
    dialects = (Delimited(name="plain", days=("%d.%m.%Y",)),)
    source = make_source(columns=(Day("day"), Whole("units")), key=(), dialects=dialects)
    result = run(source, b"day,units\n1.2.2024,1\n 01.02.2024 ,2\n1.2.24,3\n01.02.2024 08:00,4\n2024-02-01,5\n")

    assert result.rows == ["2024-02-01,1", "2024-02-01,2"]
    assert [reject["line"] for reject in result.rejects] == ["4", "5", "6"]


@pytest.mark.parametrize("day", ["01. 2.2024", "+1.02.2024", "01.02. 2024", "01.02.2024 00:00", "1.2.24"])
def test_a_blank_a_sign_or_a_time_within_a_day_makes_it_none(make_source, run, day):
    dialects = (Delimited(name="plain", days=("%d.%m.%Y",)),)
    source = make_source(columns=(Day("day"), Whole("units")), key=(), dialects=dialects)
    result = run(source, f"day,units\n{day},1\n02.02.2024,2\n".encode())

    assert result.rows == ["2024-02-02,2"]
    assert [reject["raw"] for reject in result.rejects] == [f"{day},1"]


def test_a_null_byte_and_a_byte_order_mark_cost_no_cell(toy, run, detect):
    text = f"\ufeff{HEADER}2024-01-01,001,1,1.50,a\0b\n2024-01-02,001,1,1.50,\ufeffc\n".encode()
    rows, _, _ = detect(text)

    assert run(toy, text).rows == ["2024-01-01,001,1,1.50,a\0b", "2024-01-02,001,1,1.50,\ufeffc"]
    assert [row[-1] for row in rows] == ["note", "a\0b", "\ufeffc"]


def test_a_byte_order_mark_that_begins_the_first_row_is_a_character_of_it(make_source, run):
    source = make_source(columns=(Text("name"), Whole("units")), key=())

    assert run(source, "name,units\n\ufeffa,1\n\ufeffb,2\n".encode()).rows == ["\ufeffa,1", "\ufeffb,2"]


def test_ragged_rows_and_stray_quotes_here_and_there_cost_only_themselves(make_source, run, toy):
    lines = [f"2024-01-01,{number % 1000:03},{number},1.50,n{number}" for number in range(20_000)]
    for number in range(500, 20_000, 1000):
        lines[number] += ",surplus"
    for number in range(333, 20_000, 700):
        lines[number] = lines[number].replace("n", 'n"5')
    result = run(make_source(columns=toy.columns, key=()), (HEADER + "\n".join(lines) + "\n").encode())

    assert result.summary.rows_out + len(result.rejects) == 20_000
    assert {reject["rule"] for reject in result.rejects} <= {"wrong_field_count", "stray_quote"}
    good = [line for line in lines if "surplus" not in line and '"' not in line]
    assert set(good) <= set(result.rows)
    assert [r["line"] for r in result.rejects if r["rule"] == "wrong_field_count"] == [
        str(number + 2) for number in range(500, 20_000, 1000)
    ]


def test_a_first_row_longer_than_the_labels_does_not_shift_every_column(toy, run, detect):
    lines = "".join(f"2024-01-{n},001,{n},1.50,a{n}\n" for n in range(10, 30))
    text = HEADER + "2024-01-09,001,9,1.50,a9,surplus\n" + lines
    declared = run(toy, text.encode())
    rows, rejects, _ = detect(text)

    assert declared.rows[0] == "2024-01-10,001,10,1.50,a10"
    assert [reject["rule"] for reject in declared.rejects] == ["wrong_field_count"]
    assert rows[:2] == [["day", "store", "units", "price", "note"], ["2024-01-10", "001", "10", "1.50", "a10"]]
    assert [reject["line"] for reject in rejects] == ["2"]


def test_every_row_longer_than_the_labels_loses_no_cell_and_no_label_moves(detect):
    text = "day,store,units\n" + "".join(f"2024-01-{n},a{n},{n},x{n}\n" for n in range(10, 30))
    rows, _, found = detect(text)

    assert rows[0] == ["day", "store", "units", ""]
    assert rows[1] == ["2024-01-10", "a10", "10", "x10"]
    assert found.table.header_note == "3 labels for 4 columns"


def test_a_short_row_is_not_padded_and_a_long_one_not_cut(toy, run, detect):
    good = "".join(f"2024-01-{n},001,{n},1.50,a{n}\n" for n in range(10, 20))
    text = HEADER + good + "2024-02-01,001,5\n2024-02-02,001,5,1.50,b,c\n"
    declared = run(toy, text.encode())
    rows, rejects, _ = detect(text)

    assert [reject["raw"] for reject in declared.rejects] == ["2024-02-01,001,5", "2024-02-02,001,5,1.50,b,c"]
    assert [reject["raw"] for reject in rejects] == ["2024-02-01,001,5", "2024-02-02,001,5,1.50,b,c"]
    assert len(declared.rows) == len(rows) - 1 == 10


@pytest.mark.parametrize("cell", ['5" pipe', 'a "b" c', "it's"])
def test_a_quote_within_a_cell_does_not_end_the_reading(toy, run, detect, cell):
    text = HEADER + f"2024-01-01,001,1,1.50,{cell}\n" + "".join(f"2024-01-{n},001,1,1.50,x\n" for n in range(10, 20))
    rows, rejects, _ = detect(text)

    assert [row[4] for row in csv.reader(run(toy, text.encode()).rows)][:2] == [cell, "x"]
    assert ([row[4] for row in rows[1:]], rejects) == ([cell, *["x"] * 10], [])


def test_text_behind_a_closing_quote_is_not_merged_into_the_cell(toy, run, detect):
    text = HEADER + '2024-01-01,001,1,1.50,"x"y\n' + "".join(f"2024-01-{n},001,1,1.50,z\n" for n in range(10, 20))
    declared = run(toy, text.encode())
    rows, rejects, _ = detect(text)
    kept = [row[4] for row in rows[1:]] + [reject["raw"].rpartition(",")[2] for reject in rejects]

    declared_text = (declared.accepted + declared.quarantined).replace('""', '"')

    assert '"x"y' in declared_text
    assert sorted(kept) == sorted(['"x"y', *["z"] * 10])


def test_a_quote_that_is_never_closed_does_not_swallow_the_rest(toy, run, detect):
    lines = [f"2024-01-{n},001,{n},1.50,x{n}" for n in range(10, 30)]
    text = HEADER + "\n".join([*lines[:5], '2024-02-01,001,1,1.50,"open', *lines[5:]]) + "\n"
    declared = run(toy, text.encode())
    rows, rejects, _ = detect(text)

    assert len(declared.rows) >= 20
    assert declared.summary.rows_out + declared.summary.rows_quarantined == 21
    assert len(rows) - 1 + len(rejects) == 21
    assert {row[4] for row in rows} >= {f"x{n}" for n in range(10, 30)}


def test_two_stray_quotes_do_not_merge_the_rows_between_them(detect):
    lines = [f"2024-01-{n},001,{n},1.50,x{n}" for n in range(10, 30)]
    lines[3], lines[12] = lines[3].replace(",x", ',"x'), lines[12].replace(",001", ',00"1')
    rows, rejects, _ = detect(HEADER + "\n".join(lines) + "\n")

    assert len(rows) - 1 + len(rejects) == 20
    assert len(rows) - 1 >= 18


def test_a_file_with_carriage_returns_alone_has_rows(toy, run, detect):
    text = HEADER + "".join(f"2024-01-{n},001,{n},1.50,x\n" for n in range(10, 20))
    declared = run(toy, text.replace("\n", "\r").encode())
    rows, _, found = detect(text.replace("\n", "\r"))

    assert len(declared.rows) == len(rows) - 1 == 10
    assert found.dialect["line_end"] == "cr"


@pytest.mark.parametrize(("escape", "noted"), [(None, '5" pipe'), ("\\", '"a \\"b\\" \\" c"')])
def test_line_feeds_in_cells_end_no_lines_of_a_file_with_carriage_returns(make_source, run, escape, noted):
    source = make_source(dialects=(Delimited(name="plain", escape=escape),))
    rows = f'2024-01-01,001,1,,{noted}\r2024-01-02,001,2,,"two\nlines"\r2024-01-03,001,x,,y\r'
    result = run(source, HEADER.replace("\n", "\r").encode() + rows.encode())

    assert [reject["line"] for reject in result.rejects] == ["5"]
    assert result.summary.rows_out == 2


def test_a_carriage_return_within_quotes_is_part_of_the_cell(toy, run, detect):
    text = HEADER + '2024-01-01,001,1,1.50,"a\rb"\n' + "".join(f"2024-01-{n},001,1,1.50,x\n" for n in range(10, 20))
    rows, _, _ = detect(text)

    assert '"a\rb"' in run(toy, text.encode()).accepted
    assert rows[1][4] == "a\rb"


def test_zeros_before_a_code_are_not_lost(toy, run, detect):
    text = HEADER + "".join(f"2024-01-{n},007,{n},1.50,x\n" for n in range(10, 20))
    rows, _, _ = detect(text)

    assert {row.split(",")[1] for row in run(toy, text.encode()).rows} == {"007"}
    assert {row[1] for row in rows[1:]} == {"007"}


def test_numbers_never_pass_through_floats(make_source, run, detect):
    numbers = ["0.10", "1e5", "12345678901234567890.12", "-0.00", "1.005"]
    text = "code,amount\n" + "".join(f"c{n},{number}\n" for n, number in enumerate(numbers))
    source = make_source(columns=(Text("code"), Decimal("amount", 2)), key=("code",))
    declared = run(source, text.encode())
    rows, _, _ = detect(text)

    assert "c0,0.10" in declared.rows
    assert "c2,12345678901234567890.12" in declared.rows
    assert not any("e" in row.split(",")[1] for row in declared.rows)
    assert [row[1] for row in rows[1:]] == numbers


def test_an_empty_quoted_cell_is_one_cell(detect):
    rows, _, _ = detect('a,b,c\n1,"",x\n2,,y\n3,"z",""\n')

    assert rows[1:] == [["1", "", "x"], ["2", "", "y"], ["3", "z", ""]]


def test_words_that_may_mean_nothing_stay_words(make_source, run, detect):
    text = "name,country\nNull,NA\nTrue,NO\nNaN,N/A\nJim,DE\n"
    source = make_source(columns=(Text("name"), Text("country")), key=())
    rows, _, found = detect(text)

    assert run(source, text.encode()).rows == text.splitlines()[1:]
    assert rows[1:] == [["Null", "NA"], ["True", "NO"], ["NaN", "N/A"], ["Jim", "DE"]]
    assert found.table.nulls == (0, 0)


@pytest.mark.parametrize("size", [1_000_000, 10_000_000])
def test_a_cell_larger_than_a_block_is_one_cell(toy, run, detect, size):
    cell = "x" * size
    text = HEADER + f"2024-01-01,001,1,1.50,{cell}\n" + "".join(f"2024-01-{n},001,1,1.50,y\n" for n in range(10, 20))
    declared = run(toy, text.encode())
    rows, _, _ = detect(text)

    assert len(declared.rows) == len(rows) - 1 == 11
    assert rows[1][4] == cell


def test_rows_keep_the_order_of_the_file_over_many_blocks(toy, run, detect):
    text = HEADER + "".join(
        f"2024-{1 + n // 2400:02d}-{1 + n % 28:02d},{n % 1000:03d},{n},1.50,x\n" for n in range(20_000)
    )
    toy = replace(toy, key=())
    limits = replace(DEFAULT, chunk_bytes=64 << 10)
    declared = run(toy, text.encode(), limits=limits)
    rows, _, _ = detect(text, limits)

    assert [int(row.split(",")[2]) for row in declared.rows] == list(range(20_000))
    assert [int(row[2]) for row in rows[1:]] == list(range(20_000))


def test_lines_are_counted_as_an_editor_counts_them(toy, run, detect):
    good = "".join(f"2024-01-{n},001,1,1.50,x\n" for n in range(10, 20))
    text = HEADER + '2024-01-01,001,1,1.50,"two\nlines"\n' + good + "2024-02-01,001\n"
    _, rejects, _ = detect(text)

    assert [reject["line"] for reject in run(toy, text.encode()).rejects] == ["14"]
    assert [reject["line"] for reject in rejects] == ["14"]


def test_quotes_are_written_only_where_they_are_needed(toy, run):
    text = HEADER + '"2024-01-01","001","1","1.50","plain"\n"2024-01-02","001","1","1.50","a, b"\n'

    assert run(toy, text.encode()).rows == ["2024-01-01,001,1,1.50,plain", '2024-01-02,001,1,1.50,"a, b"']


def test_latin_1_is_not_taken_for_a_code_page_of_another_country(detect):
    text = "name,city\n" + "Müller,Köln\nGroß,Düsseldorf\nJosé,Málaga\n"
    rows, _, found = detect(text.encode("latin-1"))

    assert rows[1] == ["Müller", "Köln"]
    assert found.encoding["name"] == "cp1252"
    assert "UTF-8" in found.encoding["evidence"]


def test_formulas_and_markup_stay_what_they_are(detect):
    cells = ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "<script>"]
    rows, _, _ = detect("id,cell\n" + "".join(f"{n},{cell}\n" for n, cell in enumerate(cells)))

    assert [row[1] for row in rows[1:]] == cells
