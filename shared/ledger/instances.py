"""The ledger of instances: which pipeline requests were made, each under its one id."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select

from shared.domain.requests import PipelineRequest
from shared.ledger.connections import reading
from shared.ledger.store import insert_if_absent
from shared.ledger.tables import audit_event, instance


class Instances:
    """Requests and what people did by hand."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim_instance(self, request: PipelineRequest, now: datetime) -> bool:
        """Note a request under its id; the first to ask is told True, and is the one to start it."""
        row = {
            "id": request.instance_id,
            "pipeline": request.pipeline,
            "fleet": request.fleet,
            "week": request.week,
            "fingerprint": request.fingerprint,
            "request": request.as_dict(),
            "requested_at": now.isoformat(),
        }
        with self._engine.begin() as connection:
            return insert_if_absent(connection, instance, row)

    def find_instance(self, instance_id: str) -> dict[str, Any] | None:
        """The request behind an instance."""
        with reading(self._engine) as connection:
            row = connection.execute(select(instance).where(instance.c.id == instance_id)).first()
            return dict(row._mapping) if row else None

    def list_instances(self, *, top: int, skip: int, **only: str) -> list[dict[str, Any]]:
        """Requests, the newest first; `only` may name columns."""
        query = select(instance).where(*(instance.c[name] == value for name, value in only.items()))
        query = query.order_by(instance.c.requested_at.desc(), instance.c.id).limit(top).offset(skip)
        with reading(self._engine) as connection:
            return [dict(row._mapping) for row in connection.execute(query)]

    def record_audit(self, action: str, subject: str, actor: str, reason: str, now: datetime) -> None:
        """Note what somebody did by hand."""
        with self._engine.begin() as connection:
            connection.execute(
                audit_event.insert().values(
                    action=action, subject=subject, actor=actor, reason=reason, details=None, at=now.isoformat()
                )
            )
