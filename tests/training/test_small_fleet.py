"""A fleet that has shipments and nothing else, with names of any kind and weeks that are missing."""

from datetime import date, timedelta

import numpy as np
import pytest

from tests.training.small_world import AS_OF, make_job
from training.__main__ import run
from training.features import build_features
from training.job import Cell
from training.tables import read_tables

REGION, FORMAT, MOVER = 'Zürich, "Nord" / 7', "Dominick's", "Jus d'orange 64 oz"
SEGMENT = {"id": "juice", "region": REGION, "store_format": FORMAT, "mover": MOVER}
MONDAY = np.datetime64(AS_OF + timedelta(days=1), "D")


def quote(text):
    return '"' + text.replace('"', '""') + '"'


@pytest.fixture(scope="module")
def only_shipments(tmp_path_factory):
    """Seventy weeks, of which every ninth is missing everywhere and others here and there; one store opens late."""
    folder = tmp_path_factory.mktemp("only-shipments")
    (folder / "tables" / "shipments").mkdir(parents=True)
    random = np.random.default_rng(8)
    lines = ["week_start,region,store_id,store_format,product_id,mover,units,dollars"]
    for ago in range(70, 0, -1):
        week = (date.fromisoformat(str(MONDAY)) - timedelta(weeks=ago)).isoformat()
        for place, store in enumerate(["Store #1", "магазин", "3"]):
            for product in ["a b", "b,c", "ü"]:
                missing = ago % 9 == 0 or random.random() < 0.1 or (place == 2 and ago > 30)
                units = random.poisson(40 * (1 + place) * (1 + 0.4 * np.sin(ago / 8)))
                if not missing:
                    row = [week, *map(quote, [REGION, store, FORMAT, product, MOVER]), str(units), ""]
                    lines.append(",".join(row))
    (folder / "tables" / "shipments" / "all.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_it_trains_and_is_measured(only_shipments, tmp_path):
    job = make_job(segments=[SEGMENT], baselines=[{"id": "b", "region": REGION, "store_format": FORMAT}])
    results = run(job, only_shipments, tmp_path)
    (segment,), (baseline,) = results["segments"], results["baselines"]

    assert segment["status"] == baseline["status"] == "trained"
    assert segment["metrics"]["mape"] < 0.45
    assert 0 < segment["metrics"]["rows"] < 90


def test_its_model_scores_the_week_after(only_shipments, tmp_path):
    run(make_job(segments=[SEGMENT], baselines=[]), only_shipments, tmp_path)
    (tmp_path / "tables").symlink_to(only_shipments / "tables")
    job = make_job("score", segments=[SEGMENT], baselines=[], models={"juice": "champion"})
    (segment,) = run(job, tmp_path, tmp_path)["segments"]

    assert (segment["status"], segment["role"], segment["rows"]) == ("scored", "champion", 9)
    assert quote(REGION) in (tmp_path / segment["predictions"]).read_text(encoding="utf-8")


def test_features_of_tables_that_are_not_there_are_not_there_either(only_shipments):
    tables = read_tables(only_shipments / "tables", [REGION], AS_OF)
    names = build_features(tables, Cell(**SEGMENT), MONDAY, 8).names

    assert "lag_1" in names and "year_sin_1" in names
    assert not any(name.startswith(("weather", "shoppers", "returned", "discount", "holiday")) for name in names)


def test_a_missing_week_is_missing_and_not_zero(only_shipments):
    tables = read_tables(only_shipments / "tables", [REGION], AS_OF)
    table = build_features(tables, Cell(**SEGMENT), MONDAY, 8)
    lag = table.past.values[:, table.names.index("lag_1")]
    after_gap = np.isin((MONDAY - table.past.weeks) // np.timedelta64(7, "D"), [8, 17, 26, 35])

    assert np.isnan(lag[after_gap]).all()
    assert table.past.values[:, table.names.index("zero_share_13")][after_gap].max() < 0.2
