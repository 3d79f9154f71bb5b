"""Lists of one column, delimiters beyond ASCII or written twice, and labels above flagged figures, all undeclared."""

import pytest

from tests.conditioning.undeclared import condition_undeclared

ROWS = [[f"{n:04}", ("Ohio River", "N/Y", "West")[n % 3], f"{n}.50", f"2024-01-{n + 1:02}"] for n in range(9)]
LABELS = ["id", "region", "amount", "day"]


def read(data, name="list.csv"):
    """The first table with its labels, and the summary."""
    found = condition_undeclared(data, name)
    return found.tables[0], found.summary


@pytest.mark.parametrize(
    "cells",
    [
        ["12,345,678", "9,876", "55,000"], ["1,99", "2,50", "7,00"],
        ["2024-01-01 10:15:00", "2024-01-02 11:15:00", "2024-01-03 09:00:00"],
        ["https://example.com/a?x=1;y=2", "https://example.com/b?x=1;y=3", "https://example.com/c?x=1;y=4"],
        ["Austin, TX", "Boise, ID", "Miami, FL"], ["10.0.0.7:8001", "10.0.0.8:8002", "10.0.0.9:8003"],
        ["00:1B:44:11:3A:B0", "00:1B:44:11:3A:B1", "00:1B:44:11:3A:B2"],
        ["(555) 123-4507", "(555) 123-4517", "(555) 123-4527"], ["Foo · A", "Bar · B", "Baz · C"],
    ],
)  # fmt: skip
def test_values_with_regular_marks_under_one_label_are_one_column(cells):
    assert read("\n".join(["label", *cells]) + "\n")[0] == [["label"], *([cell] for cell in cells)]


@pytest.mark.parametrize(
    "text", ["a title\n1|2\n3|4\n5|6\n", "Report\nName: x\nDay: y\nPlace: z\n", "t\n1;2\n3;4\n5;6\n"]
)
def test_rows_below_a_title_stay_rows(text):
    assert {len(row) for row in read(text)[0]} == {2}


def test_a_first_path_of_the_same_form_as_all_others_is_no_label():
    assert len(read("".join(f"C:\\data\\{n}\\a.csv\n" for n in range(9)))[0]) == 9


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
@pytest.mark.parametrize("mark", "§¦¬¤÷·¶þ")
def test_a_delimiter_beyond_ascii_is_found_before_the_code_page_is_known(mark, encoding):
    rows, found = read("\n".join(mark.join(row) for row in [LABELS, *ROWS]).encode(encoding))

    assert rows == [LABELS, *ROWS]
    assert (found.dialect["delimiter"], found.encoding["name"]) == (mark, "utf-8" if encoding == "utf-8" else "cp1252")


@pytest.mark.parametrize("encoding", ["cp1252", "cp1250"])
def test_letters_beside_a_delimiter_beyond_ascii_tell_the_code_page(encoding):
    names = ["Müller", "Köln", "Weißbier"] if encoding == "cp1252" else ["Łódź", "Kraków", "Gdańsk"]
    lines = [["id", "name", "amount"], *([f"{n:04}", names[n % 3], f"{n},50"] for n in range(12))]
    rows, found = read("\r\n".join("§".join(line) for line in lines).encode(encoding))

    assert rows == lines
    assert found.encoding["name"] == encoding


def test_signs_that_each_line_has_beside_a_usual_delimiter_are_none():
    lines = [["place", "value"], *([f"A{n}", f"§ {n} °C"] for n in range(9))]

    assert read("\n".join(";".join(line) for line in lines).encode("cp1252"))[0] == lines


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8"])
def test_a_load_file_of_concordance_is_read_by_its_own_marks(encoding):
    text = "".join("\x14".join(f"þ{cell}þ" for cell in row) + "\r\n" for row in [LABELS, *ROWS])

    assert read(text.encode(encoding), "load.dat")[0] == [LABELS, *ROWS]


@pytest.mark.parametrize("mark", ["||", "~~", "@@", "$$", "%%", "&&", "^|^", "#|#", "\t|\t", "<|>", "|~|"])
@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_delimiter_of_several_marks_takes_labels_and_one_row_to_tell(mark, count):
    rows, _ = read("\n".join(mark.join(row) for row in [LABELS, *ROWS[:count]]) + "\n")

    assert rows == [LABELS, *ROWS[:count]]


def test_brackets_around_all_cells_belong_to_these():
    lines = [[f"[{cell}]" for cell in row] for row in [LABELS, *ROWS]]

    assert read("\n".join("|".join(line) for line in lines))[0] == lines


def test_months_above_figures_with_flags_are_labels():
    lines = [["unit,geo\\TIME_PERIOD", "2020-01 ", "2020-02 ", "2020-03 "]]
    lines += [[f"I15,{geo}", "90.2 ", "100.8 p", ": "] for geo in ("AT", "BE", "BG")]
    lines += [[f"I15,{geo}", ": ", "100.8 bd", "98.1 "] for geo in ("CY", "CZ")]
    rows, found = read("\n".join("\t".join(line) for line in lines) + "\n")

    assert (list(found.table.labels), rows[1:]) == (lines[0], lines[1:])


def test_a_row_of_units_may_have_one_above_figures_and_words_for_nothing():
    lines = [["Station", "Date", "Temp", "Rain"], ["", "", "°C", "mm"]]
    lines += [["Kew", f"2024-01-{n:02}", f"{n}.5", ("T", "0.0", "1.2")[n % 3]] for n in range(1, 20)]
    rows, _ = read("\n".join(",".join(line) for line in lines) + "\n")

    assert rows == [["Station", "Date", "Temp °C", "Rain mm"], *lines[2:]]


@pytest.mark.parametrize("mark", [",", ";", "|"])
def test_a_column_of_lists_of_now_more_now_fewer_parts_is_one_column(mark):
    lines = ["things", "a,b,c", "d", "e,f", "g,h,i,j", "k"]
    text = "".join(line.replace(",", mark) + "\n" for line in lines)

    assert condition_undeclared(text).tables == [[[line.replace(",", mark)] for line in lines]]


def test_lists_of_different_lengths_without_labels_are_rows_as_wide_as_the_longest():
    baskets = [["milk", "bread"], ["eggs", "jam", "ham"], ["tea"], ["a", "b", "c", "d"], ["ham", "jam"]] * 3
    found = condition_undeclared("".join(",".join(basket) + "\n" for basket in baskets))

    assert found.tables == [[basket + [""] * (4 - len(basket)) for basket in baskets]]
    assert found.summary.table.header_note == "rows of different numbers of cells"


def test_rows_of_different_numbers_of_cells_and_kinds_are_no_lists():
    rows = "7,2024-01-05,red\n8,2024-01-06\n9,2024-01-07,blue,x\n" * 4
    found = condition_undeclared(f"n,day,colour\n{rows}")

    assert found.summary.table.rejects == {"wrong_field_count": 8}
