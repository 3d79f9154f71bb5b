"""Replays raw files after a fix of their source, and releases quarantined rows that were mended by hand.

Both are the same act: the file is conditioned anew, with all corrections that were ever given for its rows. So each
row counts once, whatever is repeated or breaks off, and the output stays a function of the raw file and corrections.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from conditioners.corrections import (
    AS_CORRECTED,
    Correction,
    CorrectionError,
    parse_corrections,
    parse_rows,
    write_corrections,
)
from conditioners.declaration import Source
from conditioners.drops.claimed_drop import HEAD_BYTES, read_corrections
from conditioners.drops.formulas import neutralise, restore
from conditioners.drops.intake import condition_drop
from conditioners.drops.places import WRITE_TRIES, Place, look_at_corrections
from conditioners.drops.refusals import is_refusal
from conditioners.readers.batches import Located
from conditioners.registry import Unidentified, all_sources, identify
from conditioners.rules import Rule
from shared.domain.files import FileState, identify_raw_file
from shared.domain.identities import quarantine_path
from shared.ports import BlobChanged, Lake

if TYPE_CHECKING:
    from shared.ledger.book import Ledger

_BUSY_TRIES, _BUSY_WAIT = 20, 0.5
"""How often, and after how many seconds, a file is tried again that somebody else is at work on."""


_NO_FILE = "there is no raw file {}; give its path in the container raw, without the container's name"


class NotReleased(Exception):
    """Nothing was released or replayed; the message says why."""


def replay_file(lake: Lake, ledger: Ledger, path: str, now: Callable[[], datetime]) -> str:
    """Condition the version of a raw file that is in the lake anew; answers its state then."""
    all_sources()  # What they lack is told before anything is undone.
    for _ in range(_BUSY_TRIES):
        state = _try_replay(lake, ledger, path, now)
        if state != FileState.CONDITIONING:
            break
        time.sleep(_BUSY_WAIT)  # Whoever is at work on it may have read the corrections before ours were there.
    return state


def _try_replay(lake: Lake, ledger: Ledger, path: str, now: Callable[[], datetime]) -> str:
    """Try to condition the version that is there now, which may have come while we waited for one before it."""
    found = lake.stat("raw", path)
    if found is None:
        raise NotReleased(_NO_FILE.format(path))
    ledger.files.reopen(identify_raw_file(path, found.etag), now())
    return condition_drop(lake, ledger, path, now, raise_faults=False)


def release_rows(lake: Lake, ledger: Ledger, path: str, data: bytes, now: Callable[[], datetime]) -> str:
    """Enter corrections of quarantined rows, and replay their file; answers its state then.

    `data` are rows of the file's quarantine, with the source's columns added and filled; rows of which none is filled
    stay as they are. Raises NotReleased when the rows are none of the quarantine, or none is filled, and then nothing
    has changed. Corrections that were entered before are kept.
    """
    source = _identify(lake, path)
    try:
        given = [_restored(correction) for correction in parse_corrections(source, data) if _is_filled(correction)]
        if not given:
            raise NotReleased("no row has anything in the source's columns; fill in those of the rows to keep")
        _enter(lake, source, path, given)
    except CorrectionError as error:
        raise NotReleased(str(error)) from None
    return replay_file(lake, ledger, path, now)


def _enter(lake: Lake, source: Source, path: str, given: list[Correction]) -> None:
    """Add corrections to those that were entered before, also by others at the same time."""
    for _ in range(WRITE_TRIES):
        there = look_at_corrections(lake, path)
        known = read_corrections(lake, source, path)
        merged = _merge(known, given, _count_quarantined(lake, path))
        if merged == known:
            return
        try:
            _write(there, write_corrections(source, merged))
        except BlobChanged:
            continue
        return
    raise NotReleased("others release rows of this file at the same time; try again")


def list_still_wrong(lake: Lake, path: str) -> list[str]:
    """Place and reason of each corrected row of a file that breaks a rule, or has another row's key, as it is now."""
    header, *rows = [*_read_quarantine(lake, path)] or [[]]
    given = {each.located for each in read_corrections(lake, _identify(lake, path), path)}
    return [
        f"{header[0]} {row[0]}: {row[3]}" for row in rows
        if row[3].startswith(AS_CORRECTED) or (row[1] == Rule.KEY_CONFLICT and Located(row[0], row[-1]) in given)
    ]  # fmt: skip


def count_without_effect(lake: Lake, path: str, released: int) -> int:
    """How many corrections of a file, of which so many went out, mend no row of it as it is now.

    Their rows are no more among its rejected ones, since it was dropped anew, or they repeat rows that are out already.
    """
    given = read_corrections(lake, _identify(lake, path), path)
    return len(given) - released - len(list_still_wrong(lake, path))


def list_rejects(lake: Lake, path: str) -> Iterator[list[str]]:
    """The rows of a file's quarantine, header first, with the source's columns added, empty, to be filled.

    They are for spreadsheets: text that one would take for a formula has an apostrophe before it.
    """
    source = _identify(lake, path)
    for number, row in enumerate(_read_rejected(lake, path)):
        yield [*map(neutralise, row), *(source.names if number == 0 else [""] * len(source.names))]


def _identify(lake: Lake, path: str) -> Source:
    if lake.stat("raw", path) is None:
        raise NotReleased(_NO_FILE.format(path))
    with lake.open_read("raw", path) as stream:
        identified = identify(path, stream.read(HEAD_BYTES))
    if isinstance(identified, Unidentified):
        raise NotReleased(identified.reason)
    return identified.source


def _read_quarantine(lake: Lake, path: str) -> Iterator[list[str]]:
    if lake.stat("quarantine", quarantine_path(path)) is None:
        return
    with lake.open_read("quarantine", quarantine_path(path)) as stream:
        yield from parse_rows(stream.read().decode())


def _read_rejected(lake: Lake, path: str) -> list[list[str]]:
    """The rejected rows of a file, header first; raises NotReleased where it has none but was refused as a whole."""
    rows = list(_read_quarantine(lake, path))
    if len(rows) == 2 and is_refusal(rows[1]):
        raise NotReleased(f"{path} was refused as a whole, so it has no rows to mend: {rows[1][3]}")
    return [row for row in rows if not is_refusal(row)]


def _count_quarantined(lake: Lake, path: str) -> Counter[Located]:
    return Counter(Located(row[0], row[-1]) for row in _read_rejected(lake, path)[1:])


def _is_filled(given: Correction) -> bool:
    return any(text.strip() for _, text in given.cells)


def _restored(given: Correction) -> Correction:
    """A correction without the apostrophes that `list_rejects` wrote."""
    cells = tuple((name, restore(text)) for name, text in given.cells)
    return Correction(Located(restore(given.located.place), restore(given.located.raw)), cells)


def _merge(known: list[Correction], given: list[Correction], quarantined: Counter[Located]) -> list[Correction]:
    """All corrections: those given take the place of those known for the same rows.

    Rows with one place and text cannot be told apart, such as cells of one line; all of them are corrected together.
    """
    before = Counter(correction.located for correction in known)
    there = {_with_line_feeds(located): located for located in (*quarantined, *before)}
    given = [replace(each, located=there.get(_with_line_feeds(each.located), each.located)) for each in given]
    asked = Counter(correction.located for correction in given)
    for located, count in asked.items():
        rejected = before[located] or quarantined[located]
        if rejected == 0:
            raise NotReleased(f"no row with that text is in quarantine for {located.place!r}: {located.raw[:80]!r}")
        if count != rejected:
            raise NotReleased(f"{located.place!r} has {rejected} rejected rows with the same text: give all of them")
    kept = [correction for correction in known if correction.located not in asked]
    return known if set(known).issuperset(given) else [*kept, *given]


def _with_line_feeds(located: Located) -> Located:
    """A row as spreadsheets save it, which have line ends of their own within cells."""
    return located._replace(raw=located.raw.replace("\r\n", "\n").replace("\r", "\n"))


def _write(there: Place, data: bytes) -> None:
    """Write corrections in place of those that were there; raises BlobChanged when these are others by now."""
    with there.open() as writer:
        writer.write(data)
        writer.commit()
