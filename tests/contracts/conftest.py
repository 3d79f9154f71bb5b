"""What contracts are tested on: lakes of both kinds, ledgers, and a clock that a test moves."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from conditioners.drops.intake import condition_drop
from shared.adapters.blob_lake import BlobLake
from shared.adapters.folder_lake import FolderLake
from shared.ledger.book import Ledger
from tests.contracts import azurite, postgresql
from tests.contracts.taking import PATH


class Clock:
    """A clock that stands still until it is moved; each look at it is a microsecond later."""

    def __init__(self):
        self.time = datetime(2026, 11, 16, 5, tzinfo=UTC)

    def __call__(self):
        self.time += timedelta(microseconds=1)
        return self.time

    def pass_by(self, **spell):
        self.time += timedelta(**spell)


@pytest.fixture(autouse=True)
def write_to_no_disk(no_flushing):
    """It is processes that die here, not the machine."""


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(scope="session")
def accounts(tmp_path_factory):
    """Storage accounts of a running Azurite, each to be used by one test."""
    missing = azurite.what_is_missing()
    if missing:
        pytest.skip(missing)
    with azurite.running(tmp_path_factory.mktemp("azurite")) as free:
        yield free


@pytest.fixture(params=["folder", "blob"])
def lake(request, tmp_path):
    """An empty lake of each kind."""
    if request.param == "folder":
        return FolderLake(tmp_path / "lake")
    return request.getfixturevalue("blob_lake")


@pytest.fixture
def account(accounts):
    """An empty storage account."""
    return next(accounts)


@pytest.fixture
def blob_lake(account):
    """An empty lake in a storage account."""
    return BlobLake(account.url, account.key)


@pytest.fixture
def folder_lake(tmp_path):
    """An empty lake in a folder."""
    return FolderLake(tmp_path / "lake")


@pytest.fixture(scope="session")
def empty_ledger(tmp_path_factory):
    """A file with an empty ledger, so that not every test has to run the migrations."""
    file = tmp_path_factory.mktemp("ledger") / "empty.db"
    Ledger(f"sqlite:///{file}").close()
    return file


@pytest.fixture
def make_ledger(empty_ledger, tmp_path):
    """Make empty ledgers, each a file of its own, or open one again by its name."""
    opened = []

    def make(name="ledger.db"):
        file = tmp_path / name
        if not file.exists():
            shutil.copyfile(empty_ledger, file)
        ledger = Ledger(f"sqlite:///{file}")
        opened.append(ledger)
        return ledger

    yield make
    for ledger in opened:
        ledger.close()


@pytest.fixture(scope="session")
def databases():
    """URLs of empty ledgers on a PostgreSQL server, each to be used by one test."""
    programs = postgresql.find_programs()
    if programs is None:
        pytest.skip("PostgreSQL is missing: apt install postgresql")
    with postgresql.running(programs) as urls:
        yield urls


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request, empty_ledger, tmp_path):
    """The URL of an empty ledger of each kind."""
    if request.param == "postgresql":
        return next(request.getfixturevalue("databases"))
    shutil.copyfile(empty_ledger, tmp_path / "of-its-kind.db")
    return f"sqlite:///{tmp_path / 'of-its-kind.db'}"


@pytest.fixture
def each_ledger(ledger_url):
    """An empty ledger of each kind."""
    ledger = Ledger(ledger_url)
    yield ledger
    ledger.close()


@pytest.fixture
def ledger(make_ledger):
    """An empty ledger."""
    return make_ledger()


@pytest.fixture
def take(lake, ledger, clock):
    """Take a raw file in, as its event would have it."""
    return lambda path=PATH, through=lake: condition_drop(through, ledger, path, clock)
