"""The ledger of models: verdicts of the gates, registered models, and the chained record of promotions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from shared.domain.identities import digest_of
from shared.domain.records import Judgement, RegisteredModel
from shared.domain.serving import ServedModel
from shared.ledger.connections import reading
from shared.ledger.store import insert_if_absent
from shared.ledger.tables import gate_record, model_version, promotion

FIRST_HASH = "0" * 64
MOST_NAMED = 1_000
"""Segments that a query names; databases take no more than some two thousand values."""
_CHAINED = ("fleet", "segment", "digest", "gate_record_id", "actor", "reason", "promoted_at", "previous_hash")


class PromotionRefused(Exception):
    """A model may only be promoted with a passing gate record of exactly its digest; nothing was changed."""


class Models:
    """Verdicts, registered models and promotions."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record_judgement(self, judgement: Judgement, now: datetime) -> None:
        """Note a verdict; noting it again changes nothing."""
        row = {
            "id": judgement.id,
            "gate": judgement.gate,
            "fleet": judgement.fleet,
            "week": judgement.week,
            "segment": judgement.segment,
            "subject": judgement.subject,
            "run_name": judgement.run_name,
            "passed": judgement.verdict.passed,
            "reason": judgement.verdict.reason,
            "judged_at": now.isoformat(),
        }
        with self._engine.begin() as connection:
            insert_if_absent(connection, gate_record, row)

    def record_model(self, model: RegisteredModel) -> None:
        """Note a registered model; noting it again changes nothing."""
        with self._engine.begin() as connection:
            insert_if_absent(connection, model_version, {**vars(model), "trained_at": model.trained_at.isoformat()})

    def promote(
        self, fleet: str, segment: str, digest: str, gate_record_id: str, actor: str, reason: str, now: datetime
    ) -> bool:
        """Make a model its segment's champion; a gate record does so once, however late it is asked again.

        Answers False when nothing changed. Raises PromotionRefused unless the gate record is of this segment and
        digest and passed.
        """
        with self._engine.begin() as connection:
            _require_passing(connection, fleet, segment, digest, gate_record_id)
            before = select(promotion.c.number).where(promotion.c.gate_record_id == gate_record_id).limit(1)
            if connection.execute(before).first() is not None:
                return False
            return _append(connection, (fleet, segment, digest, gate_record_id), (actor, reason), now)

    def roll_back(self, fleet: str, segment: str, digest: str, actor: str, reason: str, now: datetime) -> bool:
        """Make a model champion once more that was so before; False when it is champion now.

        Raises PromotionRefused when it never was champion of this segment.
        """
        with self._engine.begin() as connection:
            newest = (
                select(promotion.c.gate_record_id)
                .where(promotion.c.fleet == fleet, promotion.c.segment == segment, promotion.c.digest == digest)
                .order_by(promotion.c.number.desc())
                .limit(1)
            )
            gate_record_id = connection.execute(newest).scalar()
            if gate_record_id is None:
                raise PromotionRefused(f"model {digest[:12]} was never the champion of {fleet}/{segment}")
            return _append(connection, (fleet, segment, digest, gate_record_id), (actor, reason), now)

    def find_broken_link(self) -> int | None:
        """The number of the first promotion whose hash or predecessor does not fit; None when the chain is whole."""
        previous = FIRST_HASH
        with reading(self._engine) as connection:
            for row in connection.execute(select(promotion).order_by(promotion.c.number)):
                if row.previous_hash != previous or row.hash != hash_promotion(dict(row._mapping)):
                    return int(row.number)
                previous = row.hash
        return None

    def promoted_models(self, fleet: str, segments: Collection[str] | None = None) -> dict[str, list[ServedModel]]:
        """Each segment's promoted models, newest first; of some segments only, where they are given."""
        query = (
            select(promotion.c.segment, model_version.c.digest, model_version.c.folder, model_version.c.trained_at)
            .join(model_version, promotion.c.digest == model_version.c.digest)
            .where(promotion.c.fleet == fleet)
            .order_by(promotion.c.number.desc())
        )
        if segments is not None and len(segments) <= MOST_NAMED:
            query = query.where(promotion.c.segment.in_(segments))
        models: dict[str, list[ServedModel]] = {}
        with reading(self._engine) as connection:
            for segment, digest, folder, trained_at in connection.execute(query):
                if segments is None or segment in segments:
                    served = ServedModel(digest, folder, datetime.fromisoformat(trained_at))
                    models.setdefault(segment, []).append(served)
        return models

    def judgements_of_week(self, gate: str, fleet: str, week: str) -> dict[str, Any]:
        """The latest verdict of one gate on each segment in a week."""
        query = (
            select(gate_record)
            .where(gate_record.c.gate == gate, gate_record.c.fleet == fleet, gate_record.c.week == week)
            .order_by(gate_record.c.judged_at)
        )
        with reading(self._engine) as connection:
            return {row.segment: dict(row._mapping) for row in connection.execute(query)}

    def judgements_of_run(self, gate: str, run_name: str) -> Sequence[Any]:
        """One gate's verdicts on the segments of a run."""
        query = select(gate_record).where(gate_record.c.gate == gate, gate_record.c.run_name == run_name)
        with reading(self._engine) as connection:
            return [dict(row._mapping) for row in connection.execute(query.order_by(gate_record.c.segment))]

    def registered_models(self, digests: Sequence[str]) -> dict[str, RegisteredModel]:
        """Registered models by digest."""
        query = select(model_version).where(model_version.c.digest.in_(digests))
        with reading(self._engine) as connection:
            return {row.digest: _model(dict(row._mapping)) for row in connection.execute(query)}


def hash_promotion(row: dict[str, Any]) -> str:
    """The hash that a promotion's row must carry; it covers the row before through `previous_hash`."""
    return digest_of([row[name] for name in _CHAINED])


def _model(row: dict[str, Any]) -> RegisteredModel:
    return RegisteredModel(**{**row, "trained_at": datetime.fromisoformat(row["trained_at"])})


def _require_passing(connection: Connection, fleet: str, segment: str, digest: str, gate_record_id: str) -> None:
    record = connection.execute(select(gate_record).where(gate_record.c.id == gate_record_id)).first()
    wanted = ("training", fleet, segment, digest, True)
    if record is None or (record.gate, record.fleet, record.segment, record.subject, record.passed) != wanted:
        raise PromotionRefused(
            f"model {digest[:12]} of {fleet}/{segment} has no passing gate record {gate_record_id[:12]}"
        )


def _append(connection: Connection, model: tuple[str, str, str, str], why: tuple[str, str], now: datetime) -> bool:
    """Add the next link to the chain of promotions, unless the model is champion already."""
    fleet, segment, digest, gate_record_id = model
    if _champion_digest(connection, fleet, segment) == digest:
        return False
    last = connection.execute(select(promotion.c.hash).order_by(promotion.c.number.desc()).limit(1)).scalar()
    row = {
        "fleet": fleet,
        "segment": segment,
        "digest": digest,
        "gate_record_id": gate_record_id,
        "actor": why[0],
        "reason": why[1],
        "promoted_at": now.isoformat(),
        "previous_hash": last or FIRST_HASH,
    }
    connection.execute(promotion.insert().values(**row, hash=hash_promotion(row)))
    return True


def _champion_digest(connection: Connection, fleet: str, segment: str) -> str | None:
    newest = (
        select(promotion.c.digest)
        .where(promotion.c.fleet == fleet, promotion.c.segment == segment)
        .order_by(promotion.c.number.desc())
        .limit(1)
    )
    digest: str | None = connection.execute(newest).scalar()
    return digest
