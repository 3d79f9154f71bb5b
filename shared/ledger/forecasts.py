"""The ledger of forecasts: what was published for each segment, and each forecast cell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, func, select

from shared.domain.records import Published
from shared.ledger.connections import reading
from shared.ledger.tables import forecast, publication


class Forecasts:
    """Published forecasts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record_published(self, published: Published, now: datetime) -> None:
        """Note a published forecast in place of what was noted before for that segment and week."""
        cell = {"fleet": published.fleet, "week": published.week, "segment": published.segment}
        made = {
            "role": published.serving.role,
            "stale": published.serving.stale,
            "model_digest": published.serving.model.digest if published.serving.model else None,
            "run_name": published.run_name,
            "published_at": now.isoformat(),
        }
        rows = [
            {**cell, **made, "store_id": store, "product_id": product, "units": units, "baseline_units": baseline}
            for store, product, units, baseline in published.cells
        ]
        with self._engine.begin() as connection:
            for table in (forecast, publication):
                same = [table.c[name] == value for name, value in cell.items()]
                connection.execute(delete(table).where(*same))
            connection.execute(
                publication.insert().values(
                    **cell,
                    **made,
                    path=published.path,
                    sha256=published.sha256,
                    rows=len(rows),
                    dataset_version=published.dataset_version,
                )
            )
            if rows:
                connection.execute(forecast.insert(), rows)

    def publications_of_week(self, fleet: str, week: str) -> dict[str, Mapping[str, Any]]:
        """What was published in a week, by segment."""
        query = select(publication).where(publication.c.fleet == fleet, publication.c.week == week)
        with reading(self._engine) as connection:
            return {row.segment: dict(row._mapping) for row in connection.execute(query)}

    def count_forecast_rows(self, fleet: str, week: str) -> int:
        """How many forecast cells a week has."""
        query = select(func.count()).select_from(forecast).where(forecast.c.fleet == fleet, forecast.c.week == week)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())
