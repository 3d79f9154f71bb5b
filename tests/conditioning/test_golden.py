"""Golden pairs: each file in golden/<source>/ becomes exactly the accepted and quarantined rows beside it.

After a wanted change: HEADRACE_WRITE_GOLDEN=1 python -m pytest tests/conditioning/test_golden.py, then read the diff.
"""

import os
from pathlib import Path

import pytest

from conditioners.registry import Identified, all_sources, identify

GOLDEN = Path(__file__).parent / "golden"
ANSWERS = (".accepted.csv", ".quarantine.csv")
FILES = sorted(p for p in GOLDEN.rglob("*.*") if not p.name.endswith(ANSWERS))


def check(path, text):
    if os.environ.get("HEADRACE_WRITE_GOLDEN"):
        path.write_bytes(text.encode())
    return path.read_bytes().decode() == text


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(GOLDEN)))
def test_a_golden_file_becomes_exactly_the_rows_beside_it(path, run):
    found = identify(str(path.relative_to(GOLDEN)), path.read_bytes())
    assert isinstance(found, Identified), found
    result = run(found.source, path.read_bytes(), path.name)

    assert check(Path(f"{path}.accepted.csv"), result.accepted)
    assert check(Path(f"{path}.quarantine.csv"), result.quarantined)
    summary = result.summary
    assert summary.rows_in == summary.rows_out + summary.rows_quarantined + summary.rows_duplicate


def test_every_source_has_a_golden_file():
    assert {path.parent.name for path in FILES} == {source.name for source in all_sources()}


def test_accepted_rows_of_a_golden_file_are_conditioned_to_themselves(run):
    from conditioners.registry import get_source

    text = (GOLDEN / "shipments/german.csv.accepted.csv").read_bytes()

    assert run(get_source("shipments"), text).accepted.encode() == text
