"""What the engine's histories grow to while a fleet is trained: kept by triggers in the task hub's own database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

_MARK = '"EventType"'
_COUNT = f"((length(new.events) - length(replace(new.events, '{_MARK}', ''))) / {len(_MARK)})"
_TALLY = f"""
CREATE TEMP TABLE tally (
    instance_id TEXT PRIMARY KEY, events INTEGER, bytes INTEGER, longest INTEGER, largest INTEGER, written INTEGER,
    episodes INTEGER
);
CREATE TEMP TRIGGER tally_written AFTER INSERT ON main.history BEGIN
    INSERT INTO tally VALUES (new.instance_id, 0, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
    UPDATE tally SET events = events + {_COUNT}, bytes = bytes + length(new.events), written = written + {_COUNT},
        episodes = episodes + 1 WHERE instance_id = new.instance_id;
    UPDATE tally SET longest = max(longest, events), largest = max(largest, bytes) WHERE instance_id = new.instance_id;
END;
CREATE TEMP TRIGGER tally_dropped AFTER DELETE ON main.history BEGIN
    UPDATE tally SET events = 0, bytes = 0 WHERE instance_id = old.instance_id;
END;
"""


@dataclass(frozen=True)
class Histories:
    """The longest and the largest history that any instance had at any time, and what all wrote together."""

    instances: int
    longest: int
    longest_of: str
    largest_bytes: int
    events: int
    episodes: int


def keep_tally(host: Any) -> None:
    """Have a host's hub keep count from now on."""
    host.hub._connection.executescript(_TALLY)


def read_tally(host: Any) -> Histories:
    """What has been counted."""
    connection = host.hub._connection
    instances, longest, largest, events, episodes = connection.execute(
        "SELECT count(*), max(longest), max(largest), sum(written), sum(episodes) FROM tally"
    ).fetchone()
    (longest_of,) = connection.execute("SELECT instance_id FROM tally ORDER BY longest DESC LIMIT 1").fetchone()
    return Histories(instances, longest, longest_of, largest, events, episodes)
