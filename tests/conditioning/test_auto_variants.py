"""One table in eight dialects: without a declaration, too, each gives the same cells."""

import csv
import re
from pathlib import Path

import pytest

from tests.conditioning.undeclared import condition_undeclared

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "variants"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared data are not beside this checkout")
MEASURES = {"QD": 0, "QS": 1, "QV": 2}


def find_tables(path):
    """Each table's name and rows, labels left out."""
    found = condition_undeclared(path.read_bytes(), path.name)
    assert found.summary.rejected == 0
    for table, rows in zip((found.summary.table, *found.summary.further_tables), found.tables, strict=True):
        yield table.name, rows[1:]


def rows_as_they_stand(tables):
    for _, rows in tables:
        yield from rows


def rows_of_sheets_or_folders(tables):
    """The state is the name of the sheet, or of the folder in the archive."""
    for name, rows in tables:
        yield from ([day, name.split("/")[0], *cells] for day, *cells in rows)


def rows_of_document(tables):
    for _, rows in tables:
        yield from ([day, state, category, *cells] for state, category, day, *cells in rows)


def rows_of_interchange(tables):
    """X12 852: the week, the category and the measure stand in segments above those of the states."""
    ((_, segments),) = tables
    found, day, category, measure = {}, "", "", 0
    for name, *elements in segments:
        if name == "XQ":
            day = f"{elements[2][:4]}-{elements[2][4:6]}-{elements[2][6:]}"
        elif name == "LIN":
            category = elements[2]
        elif name == "ZA":
            measure = MEASURES[elements[0]]
        elif name == "SDQ":
            for state, value in zip(elements[2::2], elements[3::2], strict=True):
                if state:
                    found.setdefault((day, state, category), ["", "", ""])[measure] = value
    yield from ([*key, *values] for key, values in found.items())


DIALECTS = {
    "01": (rows_as_they_stand, r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
    "02": (rows_as_they_stand, r"(?P<d>\d\d)/(?P<m>\d\d)/(?P<y>\d{4})"),
    "04": (rows_as_they_stand, r"(?P<m>\d+)/(?P<d>\d+)/(?P<y>\d\d)"),
    "06": (rows_as_they_stand, r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
    "08": (rows_of_sheets_or_folders, r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
    "09": (rows_of_document, r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
    "12": (rows_of_interchange, r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
    "13": (rows_of_sheets_or_folders, r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)"),
}


def in_canonical_form(row, days):
    day, state, category, *numbers = row
    found = re.fullmatch(days, day)
    day = f"20{found['y'][-2:]}-{int(found['m']):02d}-{int(found['d']):02d}"
    return [day, state, category, *(re.sub(r",00$|[$,.]", "", number) for number in numbers)]


@pytest.mark.parametrize("number", DIALECTS)
def test_each_dialect_gives_every_cell_of_the_one_table(number):
    (path,) = FOLDER.glob(f"{number}_*")
    rows_of, days = DIALECTS[number]
    found = [in_canonical_form(row, days) for row in rows_of(find_tables(path))]
    _, *canonical = csv.reader((FOLDER / "CANONICAL.csv").read_text().splitlines())

    assert sorted(found) == sorted(canonical)
