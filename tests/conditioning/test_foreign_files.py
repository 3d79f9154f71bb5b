"""Every source is given every raw file that lies beside the checkout: no crash, and no row unaccounted for."""

from pathlib import Path

import pytest

from conditioners.outcome import Refused
from conditioners.registry import all_sources

DATA = Path(__file__).parents[3] / "shared" / "data"
LARGE = 300_000
FILES = [
    path
    for kind in ("edi", "weather", "messy")
    for path in sorted((DATA / kind).rglob("*"))
    if path.is_file() and path.stat().st_size < LARGE and "json-suite" not in path.parts
]


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")
@pytest.mark.parametrize("source", all_sources(), ids=lambda source: source.name)
def test_a_file_of_another_source_is_refused_with_a_reason_or_every_row_is_accounted_for(run, source):
    assert len(FILES) > 300
    for path in FILES:
        result = run(source, path.read_bytes(), f"{source.name}/{path.name}")
        if isinstance(result.outcome, Refused):
            assert result.refusal.reason, path
            continue
        found = result.summary
        assert found.rows_in == found.rows_out + found.rows_quarantined + found.rows_duplicate, path
        assert (len(result.rows) >= found.rows_out, len(result.rejects)) == (True, found.rows_quarantined), path
