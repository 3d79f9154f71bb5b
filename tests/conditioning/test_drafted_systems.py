"""Drafts of what systems of many makers export: pivot tables, statistics, marketplaces, web services."""

import io
import json
import re
from dataclasses import replace

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet

from conditioners.columns import Decimal, Moment, Text, Whole


def told(written, words):
    return [remark for remark in written.remarks if words in remark]


def column_of(source, name):
    return next(column for column in source.columns if column.name == name)


def workbook(rows):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(data)
    return data.getvalue()


def pivot(stores, months=("2024-01", "2024-02", "2024-03")):
    rows = [[f"Store {n}", n, n * 7 + 1, None if n % 3 else 5] for n in range(stores)]
    sums = [sum(row[at] or 0 for row in rows) for at in range(1, 4)]
    return workbook([["Row Labels", *months], *rows, ["Grand Total", *sums]])


def test_the_last_row_of_a_pivot_table_is_left_out_as_the_sum_that_it_is(draft, run):
    written, source = draft("pivot.xlsx", pivot(12))
    later = run(source, pivot(20, ("2024-04", "2024-05", "2024-06")))

    assert told(written, "the last row, 'Grand Total', is the sum of those above, so rows of this name are left out")
    assert source.dialects[0].sentinels == {"row_labels": ("Grand Total",)}
    assert (len(later.rows), later.rejects) == (20 * 2 + 7, [])
    assert not any("Grand" in row for row in later.rows)


def test_a_last_row_that_is_called_a_total_and_adds_nothing_up_stays_a_row_and_is_told(draft):
    rows = [f"Market {n};{n + 3};{n * 5 + 1}\n" for n in range(12)]
    written, source = draft("m.csv", f"market;units;sales\n{''.join(rows)}Total;900;17\n".encode())

    assert written.summary.rows_out == 13
    assert source.dialects[0].skip == ()
    assert told(
        written, "rows that begin like totals are rows: 1, such as 'Total 900 17'; where they are none, declare"
    )


def test_the_total_of_a_business_warehouse_is_no_row(draft, run):
    rows = [f"{n % 12 + 1:02}.2024;{100000 + n};{n}.000,5{n % 9 + 1} ST\n" for n in range(1, 25)]
    text = f"Kalenderjahr/Monat;Material;Menge\n{''.join(rows)}Gesamtergebnis;;300.000,00 ST\n".encode()
    written, source = draft("bex.csv", text)

    assert source.dialects[0].skip == ("Gesamtergebnis",)
    assert (written.summary.rows_out, written.summary.rows_quarantined) == (24, 0)
    assert run(source, text).rows[0] == "2024-02-01,100001,1000.52"


def test_the_key_of_a_wide_table_has_what_its_labels_tell_and_none_of_its_values(draft):
    head = "freq,unit,geo\\TIME_PERIOD\t2019 \t2020 \t2021 \t2022 \n"
    rows = [f"A,EUR,{place}\t{n}.5 \t: \t{n}.75 p\t: c\n" for n, place in enumerate("ABCDEFGHIJKLMNOP")]
    written, source = draft("nama.tsv", (head + "".join(rows)).encode())

    assert source.key == ("freq_unit_geo_time_period", "year")
    assert told(written, "'value' is text, since 48 of 64 cells are no numbers")
    assert told(written, "an optional number takes those before marks by `extract` of `(?:([0-9.,-]+)|:) ?[a-z*]*`")


def test_numbers_with_marks_are_taken_apart_as_the_draft_says(draft, run):
    rows = [f"{place}\t{n}.5 \t: \t{n}.75 p\t: c\n" for n, place in enumerate("ABCDEFGHIJKLMNOP")]
    text = ("geo\t2019 \t2020 \t2021 \t2022 \n" + "".join(rows)).encode()
    written, source = draft("nama.tsv", text)
    number, mark = re.findall("`([^`]*[+*][^`]*)`", told(written, "takes those before marks")[0])
    dialect = source.dialects[0]
    pattern = dialect.wide.values["value"]
    apart = replace(
        source,
        columns=(
            *source.columns[:2], Decimal("value", 2, optional=True), Text("flag", optional=True)
        ),
        dialects=(
            replace(
                dialect, wide=replace(dialect.wide, values={"value": pattern, "flag": pattern}),
                extract={"value": number, "flag": mark},
            ),
        ),
    )  # fmt: skip
    result = run(apart, text)

    assert result.rejects == []
    assert result.rows[:4] == ["A,2019,0.50,", "A,2020,,", "A,2021,0.75,p", "A,2022,,c"]


def test_the_key_of_yearly_figures_has_their_year(draft):
    rows = [f"{year},{state},{state},{year * 3 + n}" for n, state in enumerate("ABCDEFGHIJ") for year in (2022, 2023)]
    _, source = draft("y.csv", ("Year,State,Name,Value\n" + "\n".join(rows)).encode())

    assert source.key == ("year", "state")


@pytest.mark.parametrize(
    ("cells", "first"),
    [
        ([f"{n:02}.01.2024 21:54:05 UTC" for n in range(1, 25)], "2024-01-01T21:54:05Z"),
        ([f"2024-01-{n:02} 21:54:05.25 UTC" for n in range(1, 25)], "2024-01-01T21:54:05Z"),
    ],
)
def test_moments_that_say_utc_are_points_in_time(draft, run, cells, first):
    text = ("id,at\n" + "".join(f"a{n},{cell}\n" for n, cell in enumerate(cells))).encode()
    _, source = draft("s.csv", text)

    assert column_of(source, "at") == Moment("at", utc=True)
    assert run(source, text).rows[0] == f"a0,{first}"


def test_digits_that_json_and_parquet_hold_as_texts_beside_numbers_are_text(draft, run):
    records = [{"art": f"{4711 + n}", "price": f"{n}.50", "year": f"{2000 + n}", "units": n} for n in range(24)]
    table, data = pa.Table.from_pylist(records), io.BytesIO()
    parquet.write_table(table, data)
    lines = "\n".join(json.dumps({"pos": record}) for record in records).encode()

    for number, (name, sample) in enumerate((("a.jsonl", lines), ("a.parquet", data.getvalue()))):
        written, source = draft(name, sample, name=f"source_{number}")

        kinds = [type(column) for column in source.columns]
        assert kinds == [Text, Decimal, Whole, Whole], "numbers with decimals and years lose no zeros"
        assert told(written, "comes as text beside numbers, so it is text: declare it as a number if it is one")
        assert run(source, sample.replace(b'"4711"', b'"0011"')).rows[0].startswith(("0011,0.50", "4711,0.50"))


def test_digits_as_texts_are_numbers_where_json_holds_no_numbers_at_all(draft):
    _, source = draft("a.json", json.dumps([{"units": f"{n}", "of": f"{n * 5}"} for n in range(24)]).encode())

    assert [type(column) for column in source.columns] == [Whole, Whole]


def test_a_currency_is_no_week_without_a_year(draft):
    rows = [f"{n}.50;EUR;{n + 400}" for n in range(24)]
    written, _ = draft("d.csv", ("Umsatz;WKZ Umsatz;Konto\n" + "\n".join(rows)).encode())

    assert not told(written, "without a year")


@pytest.mark.parametrize(
    "cells", [("T1 2024", "T3 2024"), ("1. Quartal 2024", "3. Quartal 2024"), ("2024K1", "2024K3")]
)
def test_quarters_are_read_as_statistics_of_other_languages_write_them(draft, run, cells):
    text = ("id;per\n" + "".join(f"a{n};{cells[n % 2]}\n" for n in range(24))).encode()
    _, source = draft("q.csv", text)

    assert run(source, text).rows[:2] == ["a0,2024-01-01", "a1,2024-07-01"]


def test_decimal_commas_in_texts_of_a_workbook_are_those_of_numbers(draft, run):
    rows = [
        [f"{n:05}", n * 7, f"{n % 9 + 1}.{100 + n},{n + 10}", n + 0.125, n / 4 if n % 2 else f"{n},5"]
        for n in range(24)
    ]
    written, source = draft("prices.xlsx", workbook([["sku", "units", "sales", "weight", "size"], *rows]))
    result = run(
        source, workbook([["sku", "units", "sales", "weight", "size"], ["00099", 7, "12,5", 1.234, "1.234,5"]])
    )

    assert [type(column) for column in source.columns] == [Text, Whole, Decimal, Decimal, Decimal]
    assert (column_of(source, "weight").places, column_of(source, "size").places) == (3, 2)
    assert (written.summary.rows_out, written.summary.rows_quarantined) == (24, 0)
    assert result.rows == ["00099,7,12.50,1.234,1234.50"]
    assert told(written, "texts are read as numbers with the decimal mark ',', beside numbers as such")


@pytest.mark.parametrize("name", ["days.json", "days.jsonl"])
def test_decimal_commas_in_texts_of_json_are_those_of_numbers(draft, name):
    records = [{"day": f"2024-01-{n + 1:02}", "mean": f"{n - 5},{n % 10}", "height": n / 8} for n in range(24)]
    data = "\n".join(map(json.dumps, records)) if name.endswith("l") else json.dumps(records)
    written, source = draft(name, data.encode())

    assert isinstance(column_of(source, "mean"), Decimal)
    assert column_of(source, "height").places == 3
    assert (written.summary.rows_out, written.summary.rows_quarantined) == (24, 0)
    assert not told(written, "may stand for thousands")


def test_sheets_with_further_labels_or_in_another_order_are_read_and_told_apart(draft, run):
    book, data = openpyxl.Workbook(), io.BytesIO()
    book.active.title = "Jan"
    for row in [["day", "store", "units"], *([f"2024-01-{n:02}", f"S{n % 4}", n] for n in range(1, 29))]:
        book.active.append(row)
    for row in [["store", "note", "units", "day"], *([f"S{n % 4}", "x", n, f"2024-01-{n:02}"] for n in range(1, 29))]:
        (book["Feb"] if "Feb" in book.sheetnames else book.create_sheet("Feb")).append(row)
    book.save(data)
    written, source = draft("months.xlsx", data.getvalue())

    assert source.key == ("day", "store", "sheet")
    assert run(source, data.getvalue()).rows[-1] == "2024-01-28,S0,28,Feb"
    assert (written.summary.rows_out, told(written, "a further table")) == (56, [])


def test_a_further_table_on_the_same_sheet_is_told_with_what_leaves_it_out(draft, run):
    rows = [["day", "store", "units"], *([f"2024-01-{n:02}", f"S{n % 4}", n] for n in range(1, 25))]
    further = [["store", "manager", "rent"], *([f"S{n}", f"Miller {n}", n * 100] for n in range(4))]
    data = workbook([*rows, [], *further])
    written, source = draft("both.xlsx", data)
    dialect = replace(source.dialects[0], until="store\tmanager")

    assert told(written, "where it stands behind the first, `until` leaves it out")
    assert run(replace(source, dialects=(dialect,)), data).summary.rows_in == 24
