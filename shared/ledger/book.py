"""The ledger as one object: each of its parts under its name, all on one database."""

from __future__ import annotations

from sqlalchemy import update

from shared.ledger.conditioned import Conditioned
from shared.ledger.datasets import Datasets
from shared.ledger.files import Files
from shared.ledger.forecasts import Forecasts
from shared.ledger.instances import Instances
from shared.ledger.intents import Intents
from shared.ledger.models import Models
from shared.ledger.outcomes import Outcomes
from shared.ledger.reports import Reports
from shared.ledger.runs import Runs
from shared.ledger.store import open_database, read_identity
from shared.ledger.tables import turn
from shared.ledger.untaken import Untaken


class Ledger:
    """What happened to every file, run, model and forecast."""

    def __init__(self, url: str) -> None:
        """Open the database of an SQLAlchemy URL; raises LedgerUnavailable."""
        engine = self._engine = open_database(url)
        self.close = engine.dispose
        """Lets go of the database's connections."""
        self.files = Files(engine)
        self.outcomes = Outcomes(engine)
        self.intents = Intents(engine)
        self.untaken = Untaken(engine, self.files, self.outcomes)
        self.conditioned = Conditioned(engine)
        self.datasets = Datasets(engine)
        self.instances = Instances(engine)
        self.runs = Runs(engine)
        self.models = Models(engine)
        self.forecasts = Forecasts(engine)
        self.reports = Reports(engine, self.runs, self.models, self.forecasts)

    def require_writable(self) -> None:
        """Write something that means nothing; raises LedgerUnavailable, as where a disk is full or a lock held."""
        with self._engine.begin() as connection:
            connection.execute(update(turn).values(taken=turn.c.taken + 1))

    def identify(self) -> str:
        """Which ledger this is, wherever it is moved to."""
        return read_identity(self._engine)
