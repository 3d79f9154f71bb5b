"""Drafts of dates between words that no format knows: weekdays and abbreviations of other languages."""

from datetime import date, timedelta

import pytest

DAYS = [date(2025, 1, 1) + timedelta(n) for n in range(14)]
GERMAN = ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"]


@pytest.mark.parametrize(
    ("write", "extract"),
    [
        (lambda day: f"{GERMAN[day.weekday()]}, {day:%d.%m.%Y}", r"\D+ (.*)"),
        (lambda day: f"{GERMAN[day.weekday()]}. {day:%d.%m.%y}", r"\D+ (.*)"),
        (lambda day: f"{day:%d.%m.%Y} r.", r"(.*) r\."),
        (lambda day: f"{day:%d.%m.%Y} г.", r"(.*) г\."),
        (lambda day: f"{day.day} stycznia {day:%Y} r.", r"(.*) r\."),
        (lambda day: f"{day:%d.%m.%Y} 14:30 Uhr", "(.*) Uhr"),
        (lambda day: f"{GERMAN[day.weekday()]}, {day:%d.%m.%Y} 14:30 Uhr", r"\D+ (.*) Uhr"),
    ],
)
def test_words_around_dates_are_taken_off_and_told(draft, run, write, extract):
    def make(days):
        return b"day;units\n" + "".join(f"{write(day)};{day.day}\n" for day in days).encode()

    written, source = draft("sample.csv", make(DAYS))
    later = run(source, make([date(2025, 1, 30), date(2025, 1, 31)]))

    assert source.dialects[0].extract == {"day": extract}
    assert [row[:10] for row in later.rows] == ["2025-01-30", "2025-01-31"]
    assert [remark for remark in written.remarks if "is taken without the words around its dates, as in" in remark]


@pytest.mark.parametrize("write", [lambda day: "XYAB"[day.day % 4] + f"x {day:%d.%m.%Y}", lambda day: f"{day.day} r."])
def test_words_that_are_no_weekdays_are_kept_with_their_text(draft, write):
    _, source = draft("sample.csv", b"what;units\n" + "".join(f"{write(day)};1\n" for day in DAYS).encode())

    assert type(source.columns[0]).__name__ == "Text"


def test_the_first_of_a_month_is_read_as_french_writes_it(draft, run):
    months = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ]

    def make(days):
        shown = [f"{'1er' if day.day == 1 else day.day} {months[day.month - 1]} {day.year};5\n" for day in days]
        return f"date;unités\n{''.join(shown)}".encode()

    _, source = draft("ventes.csv", make(DAYS))

    assert source.dialects[0].days == ("%d %b %Y", "%der %b %Y")
    assert run(source, make([date(2025, 8, 1), date(2025, 8, 2)])).rows == ["2025-08-01,5", "2025-08-02,5"]
