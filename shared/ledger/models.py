"""The ledger of models: verdicts of the gates, registered models, and the chained record of promotions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from shared.domain.gates import Verdict
from shared.domain.identities import digest_of
from shared.domain.serving import ServedModel
from shared.ledger.store import insert_if_absent, reading
from shared.ledger.tables import gate_record, model_version, promotion

FIRST_HASH = "0" * 64
_CHAINED = ("fleet", "segment", "digest", "gate_record_id", "actor", "reason", "promoted_at", "previous_hash")


class PromotionRefused(Exception):
    """A model may only be promoted with a passing gate record of exactly its digest; nothing was changed."""


@dataclass(frozen=True)
class Judgement:
    """A gate's verdict on one subject: a model's or forecast's digest, or a dataset's version."""

    gate: str
    fleet: str
    week: str
    segment: str
    subject: str
    run_name: str | None
    verdict: Verdict

    @property
    def id(self) -> str:
        """The same gate on the same subject in the same week and run is the same record."""
        return digest_of([self.gate, self.fleet, self.week, self.segment, self.subject, self.run_name])


@dataclass(frozen=True)
class RegisteredModel:
    """A model in the registry, and where it came from."""

    digest: str
    fleet: str
    segment: str
    name: str
    version: str
    folder: str
    run_name: str
    dataset_version: str
    trained_at: datetime


def record_judgement(ledger: Engine, judgement: Judgement, now: datetime) -> None:
    """Note a verdict; noting it again changes nothing."""
    row = {
        "id": judgement.id, "gate": judgement.gate, "fleet": judgement.fleet, "week": judgement.week,
        "segment": judgement.segment, "subject": judgement.subject, "run_name": judgement.run_name,
        "passed": judgement.verdict.passed, "reason": judgement.verdict.reason, "judged_at": now.isoformat(),
    }  # fmt: skip
    with ledger.begin() as connection:
        insert_if_absent(connection, gate_record, row)


def record_model(ledger: Engine, model: RegisteredModel) -> None:
    """Note a registered model; noting it again changes nothing."""
    with ledger.begin() as connection:
        insert_if_absent(connection, model_version, {**vars(model), "trained_at": model.trained_at.isoformat()})


def promote(
    ledger: Engine, fleet: str, segment: str, digest: str, gate_record_id: str, actor: str, reason: str, now: datetime
) -> bool:
    """Make a model its segment's champion; False when it is already.

    Raises PromotionRefused unless the gate record is of this segment and digest and passed.
    """
    with ledger.begin() as connection:
        _require_passing(connection, fleet, segment, digest, gate_record_id)
        if _champion_digest(connection, fleet, segment) == digest:
            return False
        last = connection.execute(select(promotion.c.hash).order_by(promotion.c.number.desc()).limit(1)).scalar()
        row = {
            "fleet": fleet, "segment": segment, "digest": digest, "gate_record_id": gate_record_id, "actor": actor,
            "reason": reason, "promoted_at": now.isoformat(), "previous_hash": last or FIRST_HASH,
        }  # fmt: skip
        connection.execute(promotion.insert().values(**row, hash=hash_promotion(row)))
        return True


def hash_promotion(row: dict[str, Any]) -> str:
    """The hash that a promotion's row must carry; it covers the row before through `previous_hash`."""
    return digest_of([row[name] for name in _CHAINED])


def find_broken_link(ledger: Engine) -> int | None:
    """The number of the first promotion whose hash or predecessor does not fit; None when the chain is whole."""
    previous = FIRST_HASH
    with reading(ledger) as connection:
        for row in connection.execute(select(promotion).order_by(promotion.c.number)):
            if row.previous_hash != previous or row.hash != hash_promotion(dict(row._mapping)):
                return int(row.number)
            previous = row.hash
    return None


def promoted_models(ledger: Engine, fleet: str) -> dict[str, list[ServedModel]]:
    """Each segment's promoted models, newest first."""
    query = (
        select(promotion.c.segment, model_version.c.digest, model_version.c.folder, model_version.c.trained_at)
        .join(model_version, promotion.c.digest == model_version.c.digest)
        .where(promotion.c.fleet == fleet)
        .order_by(promotion.c.number.desc())
    )
    models: dict[str, list[ServedModel]] = {}
    with reading(ledger) as connection:
        for segment, digest, folder, trained_at in connection.execute(query):
            models.setdefault(segment, []).append(ServedModel(digest, folder, datetime.fromisoformat(trained_at)))
    return models


def judgements_of_week(ledger: Engine, gate: str, fleet: str, week: str) -> dict[str, Any]:
    """The latest verdict of one gate on each segment in a week."""
    query = (
        select(gate_record)
        .where(gate_record.c.gate == gate, gate_record.c.fleet == fleet, gate_record.c.week == week)
        .order_by(gate_record.c.judged_at)
    )
    with reading(ledger) as connection:
        return {row.segment: dict(row._mapping) for row in connection.execute(query)}


def judgements_of_run(ledger: Engine, gate: str, run_name: str) -> Sequence[Any]:
    """One gate's verdicts on the segments of a run."""
    query = select(gate_record).where(gate_record.c.gate == gate, gate_record.c.run_name == run_name)
    with reading(ledger) as connection:
        return [dict(row._mapping) for row in connection.execute(query.order_by(gate_record.c.segment))]


def registered_models(ledger: Engine, digests: Sequence[str]) -> dict[str, RegisteredModel]:
    """Registered models by digest."""
    query = select(model_version).where(model_version.c.digest.in_(digests))
    with reading(ledger) as connection:
        return {row.digest: _model(dict(row._mapping)) for row in connection.execute(query)}


def _model(row: dict[str, Any]) -> RegisteredModel:
    return RegisteredModel(**{**row, "trained_at": datetime.fromisoformat(row["trained_at"])})


def _require_passing(connection: Connection, fleet: str, segment: str, digest: str, gate_record_id: str) -> None:
    record = connection.execute(select(gate_record).where(gate_record.c.id == gate_record_id)).first()
    wanted = ("training", fleet, segment, digest, True)
    if record is None or (record.gate, record.fleet, record.segment, record.subject, record.passed) != wanted:
        raise PromotionRefused(
            f"model {digest[:12]} of {fleet}/{segment} has no passing gate record {gate_record_id[:12]}"
        )


def _champion_digest(connection: Connection, fleet: str, segment: str) -> str | None:
    newest = (
        select(promotion.c.digest)
        .where(promotion.c.fleet == fleet, promotion.c.segment == segment)
        .order_by(promotion.c.number.desc())
        .limit(1)
    )
    digest: str | None = connection.execute(newest).scalar()
    return digest
