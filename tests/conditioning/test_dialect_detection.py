"""The dialects of real files are found; `dialects.csv` says by name which they are.

It was drafted by detection, and looked at by a person wherever another detector or a count of marks disagrees; the
second test does not depend on that, for it gives the files marks of its own.
"""

import csv
from pathlib import Path

import pytest

from bench.conditioning.auto_scores import PUBLISHED_F1, read_annotated, score_dialects
from conditioners.structure.sniffing import sniff
from conditioners.structure.splitting import Splitter

DATA = Path(__file__).parents[3] / "shared" / "data"
ANNOTATIONS = Path(__file__).parent / "dialects.csv"
ANNOTATED = list(csv.DictReader(ANNOTATIONS.read_text().splitlines()))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")


@pytest.fixture(scope="module")
def texts():
    """The decoded beginning of each annotated file."""
    return {row["file"]: text for row, text in read_annotated(ANNOTATIONS)}


def test_the_marks_of_real_files_are_found():
    f1, wrong = score_dialects(ANNOTATIONS)

    assert f1 >= 0.98 > PUBLISHED_F1, wrong


def test_the_same_tables_under_other_marks_are_read_the_same(texts):
    wrong, total = [], 0
    for row in ANNOTATED[::3]:
        if not row["delimiter"]:
            continue
        text = texts[row["file"]][:60_000]
        records = [r.fields for r in Splitter(sniff(text).marks).records(text)][:100]
        rows = [fields for fields in records if fields is not None]
        for delimiter, quote in ((";", '"'), ("\t", "'"), ("|", '"'), ("^", '"')):
            rendered = render(rows, delimiter, quote)
            total += 1
            reread = [record.fields for record in Splitter(sniff(rendered).marks).records(rendered)]
            if reread != rows:
                wrong.append((row["file"], delimiter, quote))

    assert len(wrong) / total <= 0.05, wrong


def render(rows, delimiter, quote):
    lines = []
    for row in rows:
        cells = [
            quote + cell.replace(quote, quote * 2) + quote
            if any(mark in cell for mark in (delimiter, quote, "\n", "\r")) or len(row) == 1
            else cell
            for cell in row
        ]
        lines.append(delimiter.join(cells) + "\n")
    return "".join(lines)
