"""A raw file whose conditioning always fails ends in quarantine, with what went wrong, and holds up no other."""

from __future__ import annotations

from conditioners.drops import claimed_drop
from conditioners.outcome import SourceError
from shared import wiring
from shared.domain.files import MAX_ATTEMPTS, identify_raw_file
from shared.domain.identities import conditioned_path, quarantine_path
from tests.contracts.drops import calendar, drop, read

POISON, OTHERS = "events/poison.csv", ("events/a.csv", "events/z.csv")


def test_after_five_attempts_a_drop_is_quarantined_with_its_context_and_the_others_go_on(host, monkeypatch):
    attempts, condition = [], claimed_drop.condition

    def fail(source, raw, *arguments, **options):
        if raw.name == POISON:
            attempts.append(raw.name)
            raise RuntimeError("the reader met what it never met before")
        return condition(source, raw, *arguments, **options)

    monkeypatch.setattr(claimed_drop, "condition", fail)
    for path in (OTHERS[0], POISON, OTHERS[1]):
        drop(wiring.lake(), path, calendar(path[7]))
    host.run()
    assert len(attempts) == 2, "what is wrong with a machine takes longer to pass than five attempts"
    assert all(read(wiring.lake(), "conditioned", conditioned_path(path)) for path in OTHERS)
    host.run_for(minutes=30)
    told = read(wiring.lake(), "quarantine", quarantine_path(POISON)).decode()
    version = identify_raw_file(POISON, wiring.lake().stat("raw", POISON).etag)

    assert len(attempts) == MAX_ATTEMPTS == 5
    assert "gave up after 5 attempts: RuntimeError: the reader met what it never met before" in told
    assert wiring.ledger().reports.tell_file(version)["state"] == "quarantined"

    drop(wiring.lake(), "events/later.csv", calendar("later"))
    host.run()
    assert read(wiring.lake(), "conditioned", conditioned_path("events/later.csv"))
    assert len(attempts) == 5


def test_a_drop_whose_hook_fails_is_quarantined_without_a_wait(host, monkeypatch):
    attempts = []

    def fail(source, raw, *arguments, **options):
        attempts.append(raw.name)
        raise SourceError("the hook of events failed in line 12: KeyError: 'units'")

    monkeypatch.setattr(claimed_drop, "condition", fail)
    drop(wiring.lake(), POISON, calendar("poison"))
    host.run()
    told = read(wiring.lake(), "quarantine", quarantine_path(POISON)).decode()

    assert len(attempts) == MAX_ATTEMPTS
    assert "gave up after 5 attempts: SourceError: the hook of events failed in line 12" in told
