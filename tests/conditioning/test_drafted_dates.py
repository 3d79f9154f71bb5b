"""Drafts of days and moments by their shape: parts in a known order, with whatever marks stand between."""

import pytest

from conditioners.columns import Day, Moment, Text, Whole
from conditioners.drafting.drafts import draft_source
from conditioners.drafting.samples import look_at_sample


def told(written, words):
    return [remark for remark in written.remarks if words in remark]


def table(label, cells):
    rows = "".join(f"{cell};{at * 7 % 13}\n" for at, cell in enumerate(cells))
    return f"{label};units\n{rows}".encode()


def look(label, cells):
    """What a draft makes of a column, without writing it."""
    return draft_source("acme", look_at_sample("a.csv", table(label, cells))).columns[0]


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        ("{d:02}.{m:02}.2023.", "%d.%m.%Y."),
        ("2023.{m:02}.{d:02}.", "%Y.%m.%d."),
        ("{d}/{m}-2023", "%d/%m-%Y"),
        ("2023_{m:02}_{d:02}", "%Y_%m_%d"),
        ("Dec-{d:02}-2023", "%b-%d-%Y"),
        ("{d} December, 2023", "%d %B, %Y"),
        ("W{d} 2023", "W%V %G"),
        ("2023年第{d}週", "%G年第%V週"),
        ("2023/{m:02}", "%Y/%m"),
        ("2023M{m:02}", "%YM%m"),
    ],
)
def test_days_are_read_whatever_marks_stand_between_their_parts(draft, shape, written):
    cells = [shape.format(d=day, m=day % 12 + 1) for day in range(13, 31)]
    drafted, source = draft("a.csv", table("day", cells))

    assert isinstance(source.columns[0], Day)
    assert source.dialects[0].days == (written,)
    assert drafted.summary.rows_quarantined == 0


@pytest.mark.parametrize(
    ("shape", "written", "in_utc"),
    [
        ("{d:02}/01/2024 {h:02}.05", "%d/%m/%Y %H.%M", False),
        ("{d:02}.01.2024 klo {h:02}.05", "%d.%m.%Y klo %H.%M", False),
        ("{h:02}:05:09 {d:02}/01/2024", "%H:%M:%S %d/%m/%Y", False),
        ("01/{d:02}/2024 {i:02}:05AM", "%m/%d/%Y %I:%M%p", False),
        ("2024-01-{d:02} {h:02}:05:09+00", "%Y-%m-%d %H:%M:%S%#z", True),
        ("202401{d:02}T{h:02}05Z", "%Y%m%dT%H%M%#z", True),
        ("202401{d:02}:{h:02}10", "%Y%m%d:%H%M", False),
        ("2024-01-{d:02} {h:02}", "%Y-%m-%d %H", False),
        ("2024年1月{d}日 {h}時05分", "%Y年%m月%d日 %H時%M分", False),
        ("2024년 1월 {d}일 {h}:05", "%Y년 %m월 %d일 %H:%M", False),
        ("{d:02}/Jan/2024:{h:02}:05:09 +0000", "%d/%b/%Y:%H:%M:%S %#z", True),
        ("{d:02}-01-24 {h:02}:05", "%d-%m-%y %H:%M", False),
    ],
)
def test_moments_are_a_day_and_a_time_in_any_forms_of_theirs(draft, shape, written, in_utc):
    cells = [shape.format(d=day, h=day - 10, i=day % 12 + 1) for day in range(13, 31)]
    drafted, source = draft("a.csv", table("at", cells))

    assert source.columns[0] == Moment("at", utc=in_utc)
    assert source.dialects[0].moments == (written,)
    assert drafted.summary.rows_quarantined == 0


def test_a_weekday_may_stand_before_a_month_and_the_year_behind_the_time(draft):
    days = ("Mon Jan  1", "Tue Jan 2", "Wed Jan 3", "Thu Jan 4", "Fri Jan 5", "Sat Jan 6", "Sun Jan 7")
    text = "".join(f"{day.replace('  ', ' ')} 08:07:09 2024;7\n" for day in days)
    drafted, source = draft("a.csv", f"at;units\n{text}".encode())

    assert source.dialects[0].moments == ("%a %b %d %H:%M:%S %Y",)
    assert drafted.summary.rows_quarantined == 0


def test_day_and_month_that_may_be_exchanged_are_told_whatever_mark_is_between(draft):
    rows = "".join(f"0{n}_0{n + 1}_2024;{n}\n" for n in range(1, 9))
    drafted, _ = draft("a.csv", f"day;units\n{rows}".encode())

    assert told(drafted, "every date of 'day' can be read as month/day and as day/month: check the format")


def test_hours_in_digits_alone_are_moments_below_labels_of_dates_and_told_elsewhere():
    hours = [f"202401{n // 24 + 1:02}{n % 24:02}" for n in range(40)]

    assert (look("MESS_DATUM", hours).kind, look("timestamp", hours).formats) == ("Moment", ("%Y%m%d%H",))
    assert look("reading", hours).kind == "Whole"
    assert "as such their form is `%Y%m%d%H`" in look("reading", hours).remarks[0]


@pytest.mark.parametrize(
    "cells",
    [
        [f"2024-01-05-{n:04}" for n in range(1, 30)],
        [f"20240105-{n:04}" for n in range(1, 30)],
        [f"20240105_{n:04}" for n in range(1, 30)],
        [f"{n}.10.3.{n + 1}" for n in range(1, 30)],
        [f"{n} x 12 x 2023" for n in range(1, 30)],
        [f"24-{n % 12 + 1:02}-{n:02}-07" for n in range(1, 30)],
    ],
)
def test_numbers_of_documents_that_begin_with_a_day_are_text(cells):
    assert look("ref", cells).kind == "Text"


def test_texts_that_are_dates_in_no_order_stay_text(draft):
    rows = "".join(f"{n}/2024/0{n % 9 + 1};{n}\n" for n in range(1, 29))
    _, source = draft("a.csv", f"ref;units\n{rows}".encode())

    assert [type(column) for column in source.columns] == [Text, Whole]
