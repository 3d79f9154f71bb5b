"""Made-up data and one trained region, shared by the tests of training since both take seconds to make."""

from __future__ import annotations

import os
import warnings

import pytest

from training.__main__ import ENVIRONMENT

os.environ.update({name: os.environ.get(name, value) for name, value in ENVIRONMENT.items()})

with warnings.catch_warnings():
    # MLflow warns of its own type hints while it is imported.
    warnings.simplefilter("ignore")
    import mlflow.pyfunc  # noqa: F401

from tests.training.small_world import FIRST_WEEK, REGIONS, WEEK, make_job, tables_of


@pytest.fixture(scope="session")
def business():
    from cli.sample.business import simulate
    from shared.domain.weeks import IsoWeek

    return simulate(11, IsoWeek.parse(WEEK), REGIONS, stores_per_format=2, products_per_mover=2, first_week=FIRST_WEEK)


@pytest.fixture(scope="session")
def tables(business):
    return tables_of(business)


@pytest.fixture(scope="session")
def inputs(business, tmp_path_factory):
    from cli.sample.standard_csv import write_tables

    folder = tmp_path_factory.mktemp("inputs")
    write_tables(business, folder / "tables")
    return folder


@pytest.fixture(scope="session")
def trained(inputs, tmp_path_factory):
    """The results of training one region without tracking, and the folder they were written to."""
    from training.__main__ import run

    out = tmp_path_factory.mktemp("trained")
    return run(make_job(regions=("texas",)), inputs, out), out
