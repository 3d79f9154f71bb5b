"""Delimited text: what is a row, where it stands, and what becomes of lines that are none."""

import re

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import Delimited
from conditioners.limits import Limits
from conditioners.outcome import SourceError

HEADER = "day,store,units,price,note\n"


def test_good_rows_come_out_in_file_order_as_standard_csv(toy, run):
    result = run(toy, (HEADER + "2024-02-29,007, 5 ,1.5,hello\n2024-01-01,001,0,,\n").encode())

    assert result.accepted == HEADER + "2024-02-29,007,5,1.50,hello\n2024-01-01,001,0,,\n"
    assert (result.summary.rows_in, result.summary.rows_out) == (2, 2)


def test_columns_are_found_by_label_in_any_order_and_unknown_ones_are_named(toy, run):
    result = run(toy, b"Units,colour, TAG ,Store\n3,red,2024-01-01,001\n")

    assert result.rows == ["2024-01-01,001,3,,"]
    assert result.summary.ignored_labels == ("colour",)


def test_a_file_with_another_delimiter_is_refused_with_the_one_that_it_has(toy, run):
    told = run(toy, b"Sales\nday;store;units\n2024-01-01;001;3\n").refusal.reason

    assert told.endswith("; line 2 does with ';' as delimiter, and 'plain' has ','")
    assert "as delimiter" not in run(toy, b"Sales\nshop;item\n1;2\n").refusal.reason


def test_a_quoted_field_may_hold_delimiters_quotes_and_line_ends(toy, run):
    text = HEADER + '2024-01-01,001,1,,"a,b ""c""\nd"\n2024-01-02,001,1,,e\n'
    result = run(toy, text.encode())

    assert result.accepted == text


def test_a_rejected_row_stands_in_quarantine_with_its_physical_line_and_raw_text(toy, run):
    text = HEADER + '2024-01-01,001,1,,"two\nlines"\n2024-01-02,001,x,,"also\ntwo"\n\n2024-01-03,1,1,,\n'
    result = run(toy, text.encode())

    assert [(r["line"], r["rule"], r["column"]) for r in result.rejects] == [
        ("4", "not_a_number", "units"), ("7", "bad_format", "store"),
    ]  # fmt: skip
    assert result.rejects[0]["raw"] == '2024-01-02,001,x,,"also\ntwo"'
    assert "'x'" in result.rejects[0]["reason"]


def test_a_row_with_too_few_or_too_many_fields_is_quarantined_and_shifts_nothing(toy, run):
    result = run(
        toy, (HEADER + "2024-01-01,001,1,,\n2024-01-02,001,1\n2024-01-03,001,1,,,\n2024-01-04,001,1,,\n").encode()
    )

    assert result.rows == ["2024-01-01,001,1,,", "2024-01-04,001,1,,"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("3", "wrong_field_count"), ("4", "wrong_field_count")]
    assert result.rejects[1]["raw"] == "2024-01-03,001,1,,,"


def test_a_stray_quote_inside_a_field_is_text_and_costs_no_other_row(toy, run):
    result = run(toy, (HEADER + '2024-01-01,001,1,,5" pipe\n2024-01-02,001,2,,"a"\n').encode())

    assert result.rows == ['2024-01-01,001,1,,"5"" pipe"', "2024-01-02,001,2,,a"]


def test_text_behind_a_closing_quote_is_never_merged_into_the_field(toy, run):
    result = run(toy, (HEADER + '2024-01-01,001,1,,"x"y\n2024-01-02,001,2,,z\n').encode())

    assert result.rows == ["2024-01-02,001,2,,z"]
    assert [(r["rule"], r["raw"]) for r in result.rejects] == [("stray_quote", '2024-01-01,001,1,,"x"y')]


def test_an_unterminated_quote_costs_its_own_line_only(toy, run):
    lines = "".join(f"2024-01-{day:02d},001,{day},,ok\n" for day in range(2, 20))
    result = run(toy, (HEADER + '2024-01-01,001,1,,"open\n' + lines).encode())

    assert len(result.rows) == 18
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("2", "unterminated_quote")]


def test_two_stray_quotes_far_apart_do_not_merge_the_rows_between_them(toy, run):
    lines = "".join(f"2024-01-{day:02d},001,{day},,ok\n" for day in range(2, 20))
    result = run(toy, (HEADER + '2024-01-01,001,1,,"open\n' + lines + '2024-02-01,001,1,,shut"\n').encode())

    assert len(result.rows) == 19
    assert [r["line"] for r in result.rejects] == ["2"]


def test_two_stray_quotes_do_not_merge_the_rows_between_them_whatever_quotes_these_have(make_source, run):
    columns = (Text("a"), Text("b", optional=True), Text("c"), Text("d", optional=True), Text("e"))
    lines = [f'r{number},"",s,"",t' for number in range(200)]
    lines[20], lines[150] = 'r20,"","big tv,"",t', 'r150,"",55",,t'
    result = run(make_source(columns=columns, key=()), ("a,b,c,d,e\n" + "\n".join(lines)).encode())

    assert len(result.rows) == 199
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("22", "unterminated_quote")]


def test_a_quoted_field_whose_lines_have_more_delimiters_than_rows_is_a_field(toy, run):
    result = run(toy, b'day,store,units,price,note\n2024-01-01,001,1,,"x\na,b,c,d,e,f\ny"\n')

    assert result.accepted.endswith('2024-01-01,001,1,,"x\na,b,c,d,e,f\ny"\n')
    assert result.rejects == []


def test_a_quoted_field_whose_lines_look_like_rows_costs_its_first_line_only(toy, run):
    text = HEADER + '2024-01-01,001,1,,"open\n2024-01-02,001,2,,ok\nshut"\n2024-01-03,001,3,,"a\nb, c\nd"\n'
    result = run(toy, text.encode())

    assert result.rows == ["2024-01-02,001,2,,ok", '2024-01-03,001,3,,"a', "b, c", 'd"']
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("2", "unterminated_quote"), ("4", "wrong_field_count")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_end_gives_the_same_rows(toy, run, line_end):
    text = (HEADER + "2024-01-01,001,1,,a\n2024-01-02,001,2,,b\n").replace("\n", line_end)
    result = run(toy, text.encode())

    assert result.rows == ["2024-01-01,001,1,,a", "2024-01-02,001,2,,b"]


def test_line_ends_within_cells_of_a_file_whose_lines_end_with_cr_stay_as_they_are(make_source, run):
    source = make_source(columns=(Text("note"), Whole("units")), key=())
    result = run(source, b'note,units\r"a\rb\r\nc\nd",1\r"e\rf\r\ng",x\rh,2\r')

    assert result.accepted == 'note,units\n"a\rb\r\nc\nd",1\nh,2\n'
    assert [reject["raw"] for reject in result.rejects] == ['"e\rf\r\ng",x']


def test_a_cell_of_several_lines_may_stand_in_a_file_whose_lines_end_with_cr(toy, run):
    text = HEADER.replace("\n", "\r") + '2024-01-01,001,1,,"a\nb"\r2024-01-02,001,1,,"x"y\r2024-01-03,001,1,,c\r'
    result = run(toy, text.encode())

    assert result.accepted == HEADER + '2024-01-01,001,1,,"a\nb"\n2024-01-03,001,1,,c\n'
    assert [(r["line"], r["raw"]) for r in result.rejects] == [("4", '2024-01-02,001,1,,"x"y')]


def test_a_single_quote_before_the_header_row_hides_no_line_end(toy, run):
    result = run(toy, b'5" pipe\r"day",store,units,price,note\r2024-01-01,001,x,,\r')

    assert (result.summary.header_rows, [reject["line"] for reject in result.rejects]) == (("line 2",), ["3"])


def test_line_ends_may_be_mixed_and_the_last_one_missing(toy, run):
    result = run(toy, b"day,store,units\r\n2024-01-01,001,1\n2024-01-02,001,2\r2024-01-03,001,3\r\n2024-01-04,001,4")

    assert [row[:10] for row in result.rows] == ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]


def test_lines_that_are_no_rows_are_skipped_by_declaration_and_told_in_the_summary(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", skip=("Total,",)),))
    text = "A report\n\n" + HEADER + "2024-01-01,001,1,,\n,,,,\n" + HEADER + "2024-01-02,001,1,,\nTotal,,2,,\n"
    result = run(source, text.encode())

    assert result.summary.skipped == (
        ("line 1", "before the header row"), ("line 2", "blank"), ("line 5", "blank"),
        ("line 6", "the header row again"), ("line 8", "declared as no row"),
    )  # fmt: skip
    assert (result.summary.rows_in, result.summary.header_rows) == (2, ("line 3",))


def test_a_row_that_looks_like_a_total_but_keeps_the_contract_is_a_row(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", skip=("2024",)),))
    result = run(source, (HEADER + "2024-01-01,001,1,,\n").encode())

    assert result.summary.rows_out == 1


def test_a_file_without_the_header_row_is_refused_with_what_is_missing(toy, run):
    result = run(toy, b"day,units\n2024-01-01,1\n")

    assert result.refusal.reason == "no header row has all columns of toy; line 1 lacks store ('store')"


def test_an_empty_file_is_refused_and_one_with_only_a_header_is_an_empty_table(toy, run):
    assert run(toy, b"").refusal.reason == "the file is empty"
    assert run(toy, HEADER.encode()).accepted == HEADER


def test_two_labels_for_one_column_are_refused(toy, run):
    result = run(toy, b"day,Tag,store,units\n2024-01-01,2024-01-01,001,1\n")

    assert result.refusal.reason == "two columns are labelled as day: 'day', 'Tag'"


def test_a_word_that_stands_twice_before_the_header_row_is_no_label(toy, run):
    result = run(toy, b"units,,units\nday,store,units\n2024-01-01,001,1\n")

    assert result.rows == ["2024-01-01,001,1,,"]


def make_twins(make_source, *days, **common):
    """Two dialects or more with equal labels, which differ in how days are written."""
    return make_source(dialects=tuple(Delimited(name=each, days=(each,), **common) for each in days))


def test_of_two_dialects_with_equal_labels_the_one_that_can_read_the_cells_is_taken_and_told(make_source, run):
    for days in (("%Y-%m-%d", "%d.%m.%Y"), ("%d.%m.%Y", "%Y-%m-%d")):
        result = run(make_twins(make_source, *days), (HEADER + "2024-01-01,001,1,,\n2024-01-02,001,1,,\n").encode())

        assert [row[:10] for row in result.rows] == ["2024-01-01", "2024-01-02"]
        assert result.summary.dialect["name"] == "%Y-%m-%d"
        assert result.summary.dialect["also_fits"] == {
            "%d.%m.%Y": "0 columns with values and 0 good rows at the beginning, "
            "and this one 3 columns with values and 2 good rows at the beginning"
        }


def test_equal_labels_are_settled_by_cells_far_behind_the_beginning_too(make_source, run):
    source = make_twins(make_source, "%m/%d/%Y", "%d/%m/%Y")
    rows = "".join(
        f"0{day}/0{month}/2024,{store:03},1,,\n" for store in range(300) for day in (1, 2) for month in (3, 4)
    )
    result = run(source, (HEADER + rows + "13/02/2024,001,1,,\n").encode(), limits=Limits(chunk_bytes=4096))

    assert result.summary.rows_quarantined == 0
    assert result.summary.dialect["name"] == "%d/%m/%Y"
    assert result.summary.dialect["also_fits"] == {"%m/%d/%Y": "1200 good rows in all, and this one 1201"}


def test_a_header_that_fits_two_dialects_is_refused_where_cells_do_not_decide(make_source, run):
    result = run(make_twins(make_source, "%m/%d/%Y", "%d/%m/%Y"), (HEADER + "01/02/2024,001,1,,\n").encode())

    told = "the file fits the dialects %m/%d/%Y and %d/%m/%Y equally well, and they give different tables"
    assert result.refusal.reason == told


def test_a_file_of_a_single_column_is_the_same_under_every_declared_delimiter(make_source, run):
    source = make_source(columns=(Text("store"),), key=(), dialects=(Delimited(name="d", delimiters=(",", ";")),))
    result = run(source, b"store\n001\n002\n")

    assert result.rows == ["001", "002"]
    assert result.summary.dialect["also_fits"] == {"d with ';'": "gives the same table"}


def test_the_delimiter_is_the_declared_one_under_which_the_labels_stand(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", delimiters=(",", ";", "\t", "|")),))
    result = run(source, b"day|store|units\n2024-01-01|001|1\n")

    assert result.rows == ["2024-01-01,001,1,,"]
    assert result.summary.dialect["delimiter"] == "|"


def test_a_backslash_escapes_where_the_dialect_says_so(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", escape="\\"),))
    result = run(source, (HEADER + '2024-01-01,001,1,,"a\\"b"\n2024-01-02,001,1,,c\\,d\n').encode())

    assert result.rows == ['2024-01-01,001,1,,"a""b"', '2024-01-02,001,1,,"c,d"']


def test_a_line_beyond_the_limit_is_refused(toy, run):
    result = run(
        toy, HEADER.encode() + b"2024-01-01,001,1,," + b"x" * 5000, limits=Limits(line_bytes=1000, chunk_bytes=500)
    )

    assert result.refusal.reason == "a line is longer than the limit of 1000 bytes"


def test_a_line_beyond_the_limit_is_refused_by_its_number_among_others_of_its_block(toy, run):
    rows = b"2024-01-01,001,1,,x\n" * 20
    result = run(toy, HEADER.encode() + rows + b"x" * 5000, limits=Limits(line_bytes=1000, chunk_bytes=4096))

    assert result.refusal.where == "line 22"


def test_a_field_of_a_million_characters_passes(toy, run):
    result = run(toy, HEADER.encode() + b"2024-01-01,001,1,," + b"x" * 1_000_000 + b"\n")

    assert len(result.rows[0]) == 1_000_018


def test_a_nul_and_an_empty_quoted_field_are_kept_apart_from_nothing(toy, run):
    result = run(toy, HEADER.encode() + b'2024-01-01,001,1,"",a\x00b\n')

    assert result.rows == ["2024-01-01,001,1,,a\x00b"]


def test_a_cr_in_the_preamble_is_counted_as_no_line(toy, run):
    result = run(toy, b"a\rb\n" + HEADER.encode() + b"2024-01-01,001,x,,\n")

    assert [reject["line"] for reject in result.rejects] == ["3"]
    assert result.summary.header_rows == ("line 2",)


def spell(text, mark):
    return text.replace(",", mark).encode()


@pytest.mark.parametrize("mark", ["||", "::", "|~|", "aab"])
@pytest.mark.parametrize("chunk", [64, 65, 66, 67, 1 << 20])
def test_a_delimiter_of_several_characters_is_told_from_its_parts_wherever_blocks_end(make_source, run, mark, chunk):
    half, pattern = mark[:-1], re.escape(mark)
    bars = Delimited(name="bars", delimiters=(",", mark), until=f"Total{pattern}", skip=(f"#{pattern}",))
    source = make_source(dialects=(bars,))
    text = "".join(f"2024-01-{day:02d},001,{day},,{half} {day}\n" for day in range(1, 29))
    text += f'2024-02-01,001,x,,"one, {half}"\n2024-02-02,001,2,,"one, two"\n2024-02-03,001\n#,,,,\nTotal,1\nrest,\n'
    result = run(source, spell(f"a title, {half}\n" + HEADER + text, mark), limits=Limits(chunk_bytes=chunk))

    assert result.rows[:28] == [f"2024-01-{day:02d},001,{day},,{half} {day}" for day in range(1, 29)]
    assert result.rows[28:] == [f"2024-02-02,001,2,,one{mark} two"]
    assert [(row["line"], row["rule"], row["raw"]) for row in result.rejects] == [
        ("31", "not_a_number", spell(f'2024-02-01,001,x,,"one, {half}"', mark).decode()),
        ("33", "wrong_field_count", spell("2024-02-03,001", mark).decode()),
    ]
    assert result.summary.dialect["delimiter"] == mark
    assert [place for place, _ in result.summary.skipped] == ["line 1", "line 34", "line 35"]


@pytest.mark.parametrize("chunk", [64, 1 << 20])
def test_cells_and_rejects_may_hold_what_stands_for_a_long_delimiter(make_source, run, chunk):
    bars = Delimited(name="bars", delimiters=("||",))
    rows = HEADER + '2024-01-01,001,1,,\x1f\n2024-01-01,002,1,,"a\x1f,b"\n2024-01-01,003,\x1f,,\n'
    result = run(make_source(dialects=(bars,)), spell(rows, "||"), limits=Limits(chunk_bytes=chunk))

    assert result.accepted == HEADER + "2024-01-01,001,1,,\x1f\n2024-01-01,002,1,,a\x1f||b\n"
    assert [reject["raw"] for reject in result.rejects] == ["2024-01-01||003||\x1f||||"]


def test_a_quoted_long_delimiter_comes_out_of_records_with_escapes_too(make_source, run):
    bars = Delimited(name="bars", delimiters=("||",), escape="\\")
    result = run(make_source(dialects=(bars,)), spell(HEADER + '2024-01-01,001,1,,"a,b\\"c"\n', "||"))

    assert result.rows == ['2024-01-01,001,1,,"a||b""c"']


def test_a_long_delimiter_may_not_hold_what_stands_for_it():
    with pytest.raises(SourceError, match=r"U\+001F"):
        Delimited(name="units", delimiters=("\x1f\x1f",))


def test_text_with_a_code_point_that_no_text_may_hold_is_refused_where_the_delimiter_is_long(make_source, run):
    bars = Delimited(name="bars", delimiters=("||",))
    refused = run(make_source(dialects=(bars,)), spell(HEADER + "2024-01-01,001,1,,\ufdd2\n", "||"))

    assert "U+FDD2" in refused.refusal.reason
