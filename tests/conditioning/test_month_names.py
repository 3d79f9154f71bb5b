"""Names of months in other languages, as a dialect declares them."""

import pytest

from conditioners.columns import Day, Moment, Text, Whole
from conditioners.dialects import Delimited, Wide
from conditioners.outcome import SourceError

GERMAN = (
    "Januar", "Februar", ("März", "Mrz"), "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    ("Dezember", "Dez", "Dez."),
)  # fmt: skip


def dialect(**changes):
    return Delimited(**{"name": "German", "delimiters": (";",), "months": GERMAN, **changes})


@pytest.mark.usefixtures("contract_of_any_size")
@pytest.mark.parametrize(("written", "before"), [("%d. %B %Y", ". "), ("%d. %b %Y", ". "), ("%d%b%Y", "")])
def test_names_of_months_that_are_declared_are_read_exactly(make_source, run, written, before):
    cells = ["5!Januar 2024", "31!MÄRZ 2024", "1!mrz 2024", "29!Februar 2024", "3!Dez. 2024", "4!Dez 2024"]
    bad = ["31!Februar 2024", "5!Marz 2024", "5!Maien 2024", "5!Mai2 2024", "5 Mai 2024", "Mai 2024"]
    behind = " " if " " in written else ""
    rows = [cell.replace("!", before).replace(" 2", f"{behind}2") for cell in (*cells, *bad)]
    source = make_source(columns=(Day("day"), Text("note")), key=(), dialects=(dialect(days=(written,)),))

    result = run(source, ("day;note\n" + "".join(f"{row};Mai\n" for row in rows)).encode())

    assert [row.split(",")[0] for row in result.rows] == [
        "2024-01-05", "2024-03-31", "2024-03-01", "2024-02-29", "2024-12-03", "2024-12-04",
    ]  # fmt: skip
    assert {row.split(",")[1] for row in result.rows} == {"Mai"}, "texts keep theirs"
    assert [reject["raw"] for reject in result.rejects] == [f"{row};Mai" for row in rows[6:]]


def test_moments_parts_and_labels_of_wide_tables_take_declared_names_too(make_source, run):
    source = make_source(columns=(Moment("at"), Whole("n")), key=(), dialects=(dialect(moments=("%d. %B %Y %H:%M",)),))
    assert run(source, "at;n\n5. März 2024 9:05;1\n".encode()).rows == ["2024-03-05T09:05:00,1"]

    wide = Wide(into="month", values={"units": "(Mrz|Mai)"})
    parted = dialect(wide=wide, parts={"month": ("Jahr", "@label")}, days=("%Y %b",))
    source = make_source(columns=(Text("store"), Day("month"), Whole("units")), key=(), dialects=(parted,))
    assert run(source, b"store;Jahr;Mrz;Mai\nA;2024;1;2\n").rows == ["A,2024-03-01,1", "A,2024-05-01,2"]


@pytest.mark.parametrize(
    ("months", "told"),
    [
        (GERMAN[:11], "are the names of twelve"),
        ((*GERMAN[:11], "Mai"), "'mai' of a month is that of two"),
        ((*GERMAN[:11], "Dez 1"), "begins with a letter, and has no blank or digit"),
        ((*GERMAN[:11], 12), "has to be a tuple of twelve texts, or tuples of texts"),
    ],
)
def test_months_that_are_not_twelve_names_are_an_error_of_the_declaration(months, told):
    with pytest.raises(SourceError, match=told):
        dialect(months=months)


@pytest.mark.parametrize(
    ("labels", "later", "first"),
    [
        (("janv. 2024", "févr. 2024", "mars 2024"), ("déc. 2024", "janv. 2025"), "A,2024-12-01,1"),
        (("Jan 24", "Feb 24", "Mrz 24"), ("Mai 24", "Dez 24"), "A,2024-05-01,1"),
        (("Absatz Januar 2024", "Absatz Februar 2024", "Absatz März 2024"), ("Absatz Mai 2024",), "A,2024-05-01,1"),
        (("Jan 24", "Feb 24", "Mar 24"), ("Dec 24", "Jan 25"), "A,2024-12-01,1"),
    ],
)
def test_a_draft_makes_rows_of_months_as_columns_in_the_language_that_has_them_all(draft, run, labels, later, first):
    rows = "".join(f"{store};{n};{n + 5};{n + 7}\n" for n, store in enumerate("ABCDEF"))
    _, source = draft("w.csv", f"Filiale;{';'.join(labels)}\n{rows}".encode())

    result = run(source, f"Filiale;{';'.join(later)}\nA;{';'.join('1' for _ in later)}\n".encode())
    assert (result.rows[0], result.rejects) == (first, [])


@pytest.mark.parametrize(
    ("cells", "later", "day"),
    [
        (("1. März 2024", "2. Mai 2024", "3. Oktober 2024"), "24. Dezember 2024", "2024-12-24"),
        (("jan/24", "fev/24", "mar/24"), "dez/24", "2024-12-01"),
        (("31 Oca 2025", "01 Şub 2025", "04 Mar 2025"), "5 Ara 2025", "2025-12-05"),
        (("5 de marzo de 2024", "6 de abril de 2024"), "7 de mayo de 2024", "2024-05-07"),
        (("Sept. 5, 2024", "Aug. 7, 2024", "June 3, 2024"), "May 5, 2024", "2024-05-05"),
    ],
)
def test_a_draft_reads_days_in_the_language_that_has_all_of_their_months(draft, run, cells, later, day):
    written, source = draft("m.csv", ("at\tn\n" + "".join(f"{cell}\t1\n" for cell in cells)).encode())

    assert any("names of months are read as" in remark for remark in written.remarks)
    assert run(source, f"at\tn\n{later}\t1\n".encode()).rows == [f"{day},1"]


def test_a_draft_takes_two_digits_behind_a_month_for_days_where_no_month_follows_the_other(draft):
    cells = "".join(f"Jan {day:02};{day}\n" for day in range(5, 25))
    written, source = draft("d.csv", f"Day;n\n{cells}".encode())

    assert isinstance(source.columns[0], Text)
    assert any("though it looks like days" in remark for remark in written.remarks)


def test_names_of_people_are_no_months(draft):
    _, source = draft("p.csv", b"name;n\nMai;1\nJan;2\nMarco;3\nAugust;4\n")

    assert (type(source.columns[0]), source.dialects[0].months) == (Text, ())
