"""Processes that write to a ledger for the tests: several at once, and one that is killed before each statement.

python -m tests.contracts.ledger_writers race URL WHO
python -m tests.contracts.ledger_writers kill FOLDER
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine import Engine

from shared.domain.files import Intent
from shared.ledger.book import Ledger
from tests.contracts import books

FILES, MODELS = 25, 10
PATIENCE = 60
A, B = "a" * 64, "b" * 64


def race(url, who):
    """Claim each of some files and promote some models, as another process does at the same moment."""
    ledger = Ledger(url)
    start = Path(url.removeprefix("sqlite:///")).with_name("start")
    Path(f"{start}-{who}").touch()
    for _ in range(PATIENCE * 1000):
        if start.exists():
            break
        time.sleep(0.001)
    claimed = []
    for number in range(FILES):
        file = books.land(ledger, f"events/{number:02d}.csv", minutes=number)
        if ledger.files.claim(file.id, books.START):
            claimed.append(file.path)
    for number in range(MODELS):
        digest = f"{who}{number:063d}"
        books.promote(ledger, digest, books.admit(ledger, digest), number)
    started = ledger.instances.claim_instance(books.REQUEST, books.START)
    print(json.dumps({"claimed": claimed, "started": started}))


def _settle(ledger):
    replaced = books.make(books.land(ledger, etag="e2", minutes=3), sha256="f" * 64)
    ledger.outcomes.settle_conditioned(books.land(ledger, etag="e2", minutes=3), replaced, books.at(4))


def _intended(ledger):
    intent = Intent("i" * 32, *_left(ledger))
    return intent, replace(intent.made, etag="c2", size=9)


def _left(ledger):
    newer = books.land(ledger, etag="e2", minutes=3)
    return newer, "2" * 64, False, replace(books.make(newer, "f" * 64), etag="", size=0)


ENTRIES = {
    "land": lambda ledger: books.land(ledger, etag="e3", minutes=9),
    "settle": _settle,
    "finish": lambda ledger: ledger.intents.finish(*_intended(ledger), books.at(5)),
    "note gone": lambda ledger: ledger.intents.note_gone(books.land(ledger, etag="e2")),
    "release": lambda ledger: ledger.files.release(books.land(ledger, etag="e2"), "a fault", books.at(5)),
    "freeze": lambda ledger: ledger.datasets.record_dataset(
        books.freeze(ledger, books.land(ledger), "e" * 64), books.START
    ),
    "results": lambda ledger: ledger.runs.record_results(
        books.SPEC.name, [books.result("x"), books.result("y"), books.result("z")], books.START
    ),
    "promote": lambda ledger: books.promote(ledger, B, books.judge(ledger, B)),
    "roll back": lambda ledger: books.roll_back(ledger, "c" * 64),
    "publish": lambda ledger: ledger.forecasts.record_published(books.publish(units=70.0), books.START),
}


def prepare(ledger):
    """What every entry finds there."""
    original = books.condition(ledger)
    copy = books.land(ledger, "events/copy.csv", minutes=1)
    ledger.outcomes.settle_duplicate(copy, "1" * 64, original, books.at(1))
    newer = books.land(ledger, etag="e2", minutes=3)
    ledger.files.claim(newer.id, books.at(3))
    ledger.outcomes.claim_content(newer, "2" * 64)
    ledger.intents.intend(Intent("i" * 32, *_left(ledger)), books.at(3))
    ledger.runs.record_submitted(books.SPEC, books.START)
    ledger.runs.record_results(books.SPEC.name, [books.result("x"), books.result("w")], books.START)
    for digest in ("c" * 64, A):
        books.promote(ledger, digest, books.admit(ledger, digest))
    books.admit(ledger, B)
    ledger.forecasts.record_published(books.publish(), books.START)


def kill(folder):
    """Make each entry again and again, in a folder of its own, each time killed before a later statement.

    Leaves `before.db`, `<n>.db` for each kill and `after.db`; tells how many kills each entry took until it was whole.
    """
    kills = {}
    for entry in ENTRIES:
        (folder / entry).mkdir()
        kills[entry] = _kill_until_whole(entry, folder / entry)
    print(json.dumps(kills))


def _kill_until_whole(entry, folder):
    ledger = Ledger(f"sqlite:///{folder / 'before.db'}")
    prepare(ledger)
    ledger.close()
    kills = 0
    while True:
        file = folder / f"{kills}.db"
        shutil.copyfile(folder / "before.db", file)
        child = os.fork()
        if child == 0:
            _make_entry(entry, file, kills)
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
        kills += 1
    file.rename(folder / "after.db")
    return kills


def _make_entry(entry, file, killed_before):
    ledger, left = Ledger(f"sqlite:///{file}"), [killed_before]

    def die(*_):
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left[0] -= 1

    event.listen(Engine, "before_cursor_execute", die)
    event.listen(Engine, "commit", die)
    ENTRIES[entry](ledger)
    ledger.close()


if __name__ == "__main__":
    if sys.argv[1] == "race":
        race(*sys.argv[2:])
    else:
        kill(Path(sys.argv[2]))
