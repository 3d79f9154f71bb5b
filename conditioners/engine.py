"""The engine: conditions one raw file of a known source to standard CSV and quarantine, every row accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.duplicates import CONFLICT, DUPLICATE, NEW, Candidates, Identities, KeyTable, find_candidates
from conditioners.judging import Judge, Judged
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Conditioned, Refusal, Refused, Summary
from conditioners.output import AcceptedWriter, QuarantineWriter
from conditioners.raw import ByteSink, OpenedRaw, RawInput
from conditioners.readers.batches import Located, Reader
from conditioners.readers.opening import open_reader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def condition(
    source: Source, raw: RawInput, accepted: ByteSink, rejected: ByteSink, limits: Limits = DEFAULT
) -> Conditioned | Refused:
    """Read a raw file; write standard CSV to `accepted` and rejected rows to `rejected`.

    When the file is refused, what was written to either sink means nothing. The same bytes give the same output.
    Raises SourceError when the source's declaration or hook is wrong, and whatever `raw.open` or a sink raises.
    """
    try:
        with OpenedRaw(raw, limits) as opened:
            dialect, reader = open_reader(source, opened, limits)
            run = _Run(source, dialect, reader, raw, limits, AcceptedWriter(accepted, source.names), rejected)
            return Conditioned(run.run())
    except Refusal as refusal:
        return Refused(refusal.reason, refusal.where)


class _Run:
    """One conditioning, from the opened file to the summary."""

    def __init__(
        self, source: Source, dialect: Dialect, reader: Reader, raw: RawInput, limits: Limits,
        accepted: AcceptedWriter, rejected: ByteSink,
    ) -> None:  # fmt: skip
        self._source, self._reader, self._raw, self._limits = source, reader, raw, limits
        self._judge = Judge(source, dialect, reader)
        self._accepted = accepted
        self._quarantine = QuarantineWriter(rejected, reader.facts.place)
        self._skips = [re.compile(pattern) for pattern in dialect.skip]
        self._keys = KeyTable()
        self._candidates: Candidates | None = None
        self._rows_in = self._duplicates = 0

    def run(self) -> Summary:
        """Read everything, write everything, and sum up."""
        for part in self._reader.parts():
            self._settle(self._judge.judge(part))
        return self._sum_up()

    def _settle(self, judged: Judged) -> None:
        """Decide on repeated keys, which takes the batches in order, and write."""
        import numpy as np

        faults = [fault for fault in judged.faults if not self._skip(fault.located)]
        self._rows_in += judged.rows_read - (len(judged.faults) - len(faults))
        frame = judged.frame
        if judged.identities is not None:
            verdicts = self._classify(judged.identities)
            self._duplicates += int((verdicts == DUPLICATE).sum())
            faults += judged.conflicts(np.flatnonzero(verdicts == CONFLICT))
            frame = frame.filter(verdicts == NEW) if verdicts.any() else frame
        self._accepted.write(frame)
        self._quarantine.write(sorted(faults, key=lambda fault: fault.order))

    def _skip(self, located: Located) -> bool:
        """Whether a row at fault is none at all; it is then noted as skipped."""
        facts, raw = self._reader.facts, located.raw
        if not raw.strip(facts.filler + " \t\r\n"):
            cause = "blank"
        elif raw == facts.header_text:
            cause = "the header row again"
        elif any(pattern.match(raw) for pattern in self._skips):
            cause = "declared as no row"
        else:
            return False
        facts.skipped.add(f"{facts.place} {located.place}", cause)
        return True

    def _classify(self, identities: Identities) -> NDArray[np.uint8]:
        if self._candidates is None and len(self._keys) + len(identities.keys) > self._limits.keys_in_memory:
            self._candidates = find_candidates(self._read_keys_again(), self._limits.keys_in_memory)
            self._keys = self._keys.restrict(self._candidates)
        if self._candidates is None:
            return self._keys.classify(identities.keys, identities.checks)
        return self._keys.classify_some(self._candidates.hold(identities.keys), identities)

    def _read_keys_again(self) -> Iterator[NDArray[np.uint64]]:
        """The keys of the whole file, in a second reading."""
        with OpenedRaw(self._raw, self._limits) as opened:
            dialect, reader = open_reader(self._source, opened, self._limits)
            judge = Judge(self._source, dialect, reader)
            for part in reader.parts():
                yield judge.read_keys(part)

    def _sum_up(self) -> Summary:
        facts, accepted, quarantine = self._reader.facts, self._accepted, self._quarantine
        if self._rows_in != accepted.rows + quarantine.rows + self._duplicates:
            raise RuntimeError(
                f"{self._raw.name}: {self._rows_in} rows came in, but {accepted.rows} went out, {quarantine.rows} to "
                f"quarantine and {self._duplicates} were duplicates; this is a bug in conditioners/engine.py"
            )
        columns = accepted.summarise(self._source.names)
        day = columns.get(self._source.day_column or "")
        return Summary(
            source=self._source.name, rows_in=self._rows_in, rows_out=accepted.rows, rows_quarantined=quarantine.rows,
            rows_duplicate=self._duplicates, sha256=accepted.sha256, encoding=facts.encoding, dialect=facts.dialect,
            header_rows=tuple(facts.header_rows), labels=tuple(facts.labels), ignored_labels=tuple(facts.ignored),
            skipped=tuple(facts.skipped.listed), skipped_lines=facts.skipped.total, columns=columns,
            distinct_keys=accepted.rows if self._source.key else None, rejects=dict(sorted(quarantine.rejects.items())),
            first_day=day.min if day else None, last_day=day.max if day else None,
        )  # fmt: skip
