"""The dialects of real files are found; `dialects.csv` says by name which they are, annotated by hand."""

import csv
import tarfile
from pathlib import Path

import pytest

from conditioners.structure.encodings import open_decoder
from conditioners.structure.sniffing import sniff
from conditioners.structure.splitting import Splitter

DATA = Path(__file__).parents[3] / "shared" / "data"
ANNOTATED = list(csv.DictReader((Path(__file__).parent / "dialects.csv").read_text().splitlines()))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")
HEAD = 1 << 20


@pytest.fixture(scope="module")
def texts():
    """The decoded beginning of each annotated file."""
    with tarfile.open(DATA / "messy/frictionless-py-data.tar.xz") as opened:
        members = {member.name: opened.extractfile(member).read(HEAD) for member in opened if member.isfile()}
    found = {}
    for row in ANNOTATED:
        name = row["file"]
        data = members[name.split(":")[1]] if ":" in name else (DATA / name).read_bytes()[:HEAD]
        found[name] = open_decoder(data).feed(data, last=True).decode()
    return found


def test_the_marks_of_real_files_are_found(texts):
    found = {name: sniff(text).marks for name, text in texts.items()}
    right = [
        row["file"]
        for row in ANNOTATED
        if (found[row["file"]].delimiter, found[row["file"]].quote) == (row["delimiter"], row["quote"])
    ]
    # Every file gets an answer, so precision, recall and F1 are one number.

    assert len(right) / len(ANNOTATED) >= 0.98


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
