"""Rejected rows, as an operator deals with them: written out, mended, released, tried again."""

from __future__ import annotations

import csv
import json

CALENDAR = (
    "Event,Kind,Name,Region,Item,First day,Last day,Discount %,Announced\n"
    "E1,festival,one,texas,ALL,05/01/2026,05/03/2026,,04/01/2026\n"
    "E2,festival,two,texas,ALL,99/99/2026,05/03/2026,,04/01/2026\n"
)
MENDED = {"event_id": "E2", "kind": "festival", "name": "two", "start_date": "2026-05-02", "end_date": "2026-05-03",
          "announced_date": "2026-04-01"}  # fmt: skip
PATH = "events/calendar.csv"


def test_rejected_rows_are_written_mended_and_released_and_a_repeat_changes_nothing(product, tmp_path):
    raw = product.home / "lake" / "raw" / PATH
    product.run("source", "ls")
    raw.parent.mkdir(parents=True, exist_ok=True)
    raw.write_text(CALENDAR)
    first = json.loads(product.run("source", "replay", PATH, "--json").stdout)
    assert (first["state"], first["rows_in"], first["rows_out"], first["rows_quarantined"]) == ("conditioned", 2, 1, 1)

    rows = tmp_path / "rows.csv"
    assert "1 rows" in product.run("source", "rejects", PATH, "--out", str(rows)).stdout
    with rows.open(newline="") as file:
        (reject,) = csv.DictReader(file)
    with rows.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(reject))
        writer.writeheader()
        writer.writerow({**reject, **MENDED})
    for _ in range(2):
        told = json.loads(product.run("source", "release", PATH, str(rows), "--reason", "checked", "--json").stdout)
        assert (told["rows_out"], told["rows_quarantined"], told["rows_released"]) == (2, 0, 1)

    done = product.run("source", "rejects", PATH)
    assert (done.returncode, f"{PATH} has no rows in quarantine" in done.stderr) == (1, True)
    assert product.run("source", "replay", "--source", "events").returncode == 0
    assert product.run("source", "replay", "events/none.csv").returncode == 1
