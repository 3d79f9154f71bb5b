"""The ledger of datasets: which conditioned files each frozen version holds."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Engine, select

from shared.domain.datasets import Dataset, Member
from shared.ledger.connections import reading
from shared.ledger.store import insert_if_absent
from shared.ledger.tables import conditioned_file, dataset_member, dataset_version


class Datasets:
    """Frozen datasets."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list_members(self, sources: Collection[str], standing: Collection[tuple[str, str]]) -> list[Member]:
        """The conditioned files of some sources whose (path, etag) stands in the lake now."""
        query = select(conditioned_file).where(conditioned_file.c.source.in_(list(sources)))
        members: dict[str, Member] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query.order_by(conditioned_file.c.conditioned_at)):
                if (row.path, row.etag) in standing:
                    members[row.path] = Member(row.path, row.source, row.sha256, row.rows_out, row.raw_file_id)
        return list(members.values())

    def record_dataset(self, dataset: Dataset, now: datetime) -> None:
        """Note a frozen version and its members; noting it again changes nothing."""
        row = {
            "version": dataset.version,
            "files": len(dataset.members),
            "rows": dataset.rows,
            "frozen_at": now.isoformat(),
        }
        members = [{"version": dataset.version, **vars(member)} for member in dataset.members]
        with self._engine.begin() as connection:
            if insert_if_absent(connection, dataset_version, row) and members:
                connection.execute(dataset_member.insert(), members)

    def read_dataset(self, version: str) -> Dataset:
        """A frozen version; raises LookupError when there is none of that name."""
        query = select(dataset_member).where(dataset_member.c.version == version)
        with reading(self._engine) as connection:
            found = connection.execute(select(dataset_version).where(dataset_version.c.version == version)).first()
            if found is None:
                raise LookupError(f"there is no dataset version {version}")
            rows = connection.execute(query)
            members = tuple(sorted(Member(row.path, row.source, row.sha256, row.rows, row.raw_file_id) for row in rows))
        return Dataset(version, members)
