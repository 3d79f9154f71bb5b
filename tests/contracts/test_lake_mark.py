"""A lake in a storage account is one ledger's: two would take each other's outputs for copies, and remove them."""

from __future__ import annotations

import pytest

from shared import wiring
from tests.contracts.drops import EMPTY, calendar, drop, output_of


@pytest.fixture
def use(account, monkeypatch, tmp_path):
    """Sets the app up on the same storage account, with the ledger of a name."""

    def use_ledger(name):
        monkeypatch.setenv("HEADRACE_LEDGER", f"sqlite:///{tmp_path / name}")
        wiring.forget()

    monkeypatch.setenv("HEADRACE_LAKE", account.url)
    monkeypatch.setenv("HEADRACE_LAKE_KEY", account.key)
    yield use_ledger
    wiring.ledger().close()
    monkeypatch.undo()
    wiring.forget()


def take(path="events/a.csv"):
    from orchestrators.activities.ingest import condition_drops

    return condition_drops({"paths": [path]})


def test_a_storage_account_that_another_ledger_marked_is_refused_before_anything_is_done(use):
    use("first.db")
    drop(wiring.lake(), "events/a.csv", calendar("one"))
    assert take() == {"conditioned": 1}
    use("second.db")
    drop(wiring.lake(), "events/b.csv", calendar("one"))
    with pytest.raises(wiring.SettingsError, match=r"outputs in .* are another ledger's; set HEADRACE_LEDGER"):
        take("events/b.csv")

    assert wiring.ledger().files.count_by_state() == {}
    assert output_of(wiring.lake(), "events/a.csv")


def test_all_hosts_of_a_ledger_work_on_its_lake_and_a_new_one_once_the_mark_is_deleted(use):
    for content in (calendar("one"), EMPTY):
        use("first.db")
        drop(wiring.lake(), "events/a.csv", content)
        take()
    assert wiring.ledger().files.count_by_state() == {"conditioned": 1, "quarantined": 1}
    use("second.db")
    wiring.lake().delete("quarantine", "_ledger")
    assert take() == {"quarantined": 1}
