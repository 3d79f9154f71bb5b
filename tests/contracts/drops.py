"""Raw drops of the source `events`: what they hold, taking them in, and whether all of them are accounted for."""

from __future__ import annotations

import hashlib
from collections import defaultdict

from conditioners.drops.intake import condition_drop
from conditioners.drops.leftovers import finish_all
from shared.domain.files import FileState, identify_raw_file
from shared.domain.identities import conditioned_path
from shared.ledger.files import BACK_OFF, LEASE

HEADER = "Event,Kind,Name,Region,Item,First day,Last day,Discount %,Announced\n"
EMPTY, DAMAGED = b"", b"this is no table\n"


def calendar(*names, bad=0):
    """A calendar with an event of each name, and some rows that no rule lets through."""
    rows = [f"E{name},festival,{name},texas,ALL,05/01/2026,05/03/2026,,04/01/2026\n" for name in names]
    rows += [f"B{number},festival,bad,texas,ALL,99/99/2026,05/03/2026,,04/01/2026\n" for number in range(bad)]
    return (HEADER + "".join(rows)).encode()


def drop(lake, path, content):
    """Put a raw file there."""
    with lake.open_write("raw", path) as writer:
        writer.write(content)
        return writer.commit()


def read(lake, container, path):
    """A blob's content; None where there is none."""
    if lake.stat(container, path) is None:
        return None
    with lake.open_read(container, path) as stream:
        return stream.read()


def output_of(lake, path):
    """The standard CSV of a raw path; None where there is none."""
    return read(lake, "conditioned", conditioned_path(path))


def version(ledger, lake, path):
    """What the ledger tells of the version of a raw file that is in the lake."""
    return ledger.reports.tell_file(identify_raw_file(path, lake.stat("raw", path).etag))


def reconcile(lake, ledger, clock):
    """What the reconciler does once the claims of dead processes have run out, and again after each delay.

    Fails where it would never end.
    """
    clock.pass_by(seconds=LEASE.total_seconds() + 1)
    for _ in range(20):
        known = ledger.files.known_versions()
        for blob in lake.list("raw"):
            if (blob.path, blob.etag) not in known:
                ledger.files.record_landed(blob.path, blob.etag, blob.size, blob.modified_at, clock())
        finish_all(lake, ledger, clock)
        waiting = ledger.files.list_due(clock())
        if not waiting and not ledger.files.list_unsettled(clock()):
            return
        clock.pass_by(seconds=BACK_OFF[-1].total_seconds() if not waiting else 0)
        for file in waiting:
            condition_drop(lake, ledger, file.path, clock, raise_faults=False)
    raise AssertionError(f"this never ends: {waiting}")


def find_wrong(lake, ledger, sizes):
    """What should not be, in words. `sizes` tells for each content how many rows go (in, out, to quarantine)."""
    raw = {blob.path: read(lake, "raw", blob.path) for blob in lake.list("raw")}
    made = {blob.path: read(lake, "conditioned", blob.path) for blob in lake.list("conditioned")}
    ends, wrong = defaultdict(list), []
    for path, content in raw.items():
        told = version(ledger, lake, path)
        state = told["state"] if told else "unknown"
        ends[content].append(state)
        has_output = conditioned_path(path) in made
        if has_output != (state == "conditioned"):
            wrong.append(f"{path} is {state} and has {'an' if has_output else 'no'} output")
        if told and told["conditioned"]:
            rows = tuple(told["conditioned"][name] for name in ("rows_in", "rows_out", "rows_quarantined"))
            digest = hashlib.sha256(made.get(conditioned_path(path), b"")).hexdigest()
            if rows != sizes[content] or digest != told["conditioned"]["sha256"]:
                wrong.append(f"{path}: {rows} rows of {sizes[content]}, or an output that is not the one told of")
    for content, states in ends.items():
        wanted = "conditioned" if content in sizes else "quarantined"
        if states.count(wanted) != (1 if content in sizes else len(states)) or not set(states) <= {wanted, "duplicate"}:
            wrong.append(f"{content[-60:]!r}: {states}")
    wrong += [f"{state}: {count}" for state, count in ledger.files.count_by_state().items() if not settled(state)]
    return wrong


def settled(state):
    """Whether a state is final."""
    return FileState(state).is_settled
