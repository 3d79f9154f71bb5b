"""The engine: conditions one raw file of a known source to standard CSV and quarantine, every row accounted for."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Any

from conditioners.collector import collector_paused, import_libraries
from conditioners.corrections import Correction, Mender
from conditioners.declaration import Source
from conditioners.duplicates import CONFLICT, DUPLICATE, NEW, Identities, RepeatFinder, hash_keys
from conditioners.frames import keep_rows
from conditioners.heap import freed_memory_kept
from conditioners.inputs.raw import ByteSink, RawInput
from conditioners.judging import Judge, Judged
from conditioners.limits import DEFAULT, Limits
from conditioners.outcome import Conditioned, Refusal, Refused, Skipped, Summary
from conditioners.output import AcceptedWriter, QuarantineWriter, render
from conditioners.pipeline import in_order, usable_cores
from conditioners.readers.batches import Facts, Reader
from conditioners.readings import Reading, RowSkipper, open_readings
from conditioners.rejected_rows import reject_conflict

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


def condition(
    source: Source,
    raw: RawInput,
    accepted: ByteSink,
    rejected: ByteSink,
    limits: Limits = DEFAULT,
    corrections: Iterable[Correction] = (),
) -> Conditioned | Refused:
    """Read a raw file; write standard CSV to `accepted` and rejected rows to `rejected`.

    Rejected rows that are corrected are judged as corrected, and those that keep the contract then go out last.
    When the file is refused, what was written to either sink means nothing. The same bytes give the same output.
    Raises SourceError when the source's declaration or hook is wrong, and whatever `raw.open` or a sink raises.
    """
    try:
        return Conditioned(_Run(source, raw, limits, accepted, rejected, Mender(source, corrections)).run())
    except Refusal as refusal:
        return Refused(refusal.reason, refusal.where)


class _Run:
    """One conditioning, from the raw file to the summary."""

    def __init__(
        self, source: Source, raw: RawInput, limits: Limits, accepted: ByteSink, rejected: ByteSink, mender: Mender
    ) -> None:  # fmt: skip
        self._mender = mender
        self._source, self._raw, self._limits = source, raw, limits
        self._accepted = AcceptedWriter(accepted, source.names)
        self._quarantine = QuarantineWriter(rejected)
        self._skipped = Skipped()
        batches = 1 + (raw.size or 0) // limits.chunk_bytes
        self._repeats = RepeatFinder(limits.keys_in_memory, batches, self._read_keys_again)
        self._facts: list[Facts] = []
        self._held: list[pl.DataFrame] = []
        """Rows that are written in another order in the end."""
        self._order: tuple[str, ...] = ()
        self._rows_in = self._duplicates = self._released = 0
        self._is_small = raw.size is not None and raw.size <= limits.chunk_bytes
        # A hook is somebody's code, which need not bear to be called twice at once; and one batch needs no threads.
        is_serial = source.hook is not None or self._is_small
        self._threads = 0 if is_serial else min(limits.threads, usable_cores() - 1)

    def run(self) -> Summary:
        """Read everything, write everything, and sum up."""
        import_libraries("numpy", "polars", "pyarrow.csv")
        import polars as pl

        with nullcontext() if self._is_small else freed_memory_kept():
            for member in open_readings(self._source, self._raw, self._limits, self._skipped):
                self._condition_member(member)
        self._settle_corrections()
        if self._held:
            self._accepted.write(render(pl.concat(self._held).sort(self._order, maintain_order=True)))
        return self._sum_up()

    def _condition_member(self, reading: Reading) -> None:
        facts = reading.reader.facts
        self._quarantine.begin(facts.place)
        self._order = reading.dialect.order
        self._facts += reading.facts
        self._write(self._settle_all(reading))
        self._skipped.take_from(facts.skipped)

    def _settle_all(self, reading: Reading) -> Generator[pl.DataFrame]:
        """The rows of each batch that are accepted."""
        skip = RowSkipper(reading, self._skipped)
        with closing(self._judge(reading)) as batches:
            for judged, skipped in batches:
                self._skipped.take_from(skipped)
                # Each of its rejected rows becomes several tuples, all of which are held until they are written.
                with collector_paused():
                    frame = self._settle(judged, skip)
                yield frame

    def _judge(self, reading: Reading) -> Generator[tuple[Judged, Skipped]]:
        """Each batch, judged, and the lines skipped before it."""
        judge = Judge(self._source, reading)
        return in_order(lambda noted: (judge.judge(noted[0]), noted[1]), _note_skipped(reading.reader), self._threads)

    def _settle(self, judged: Judged, skip: RowSkipper) -> pl.DataFrame:
        """Decide on repeated keys, which takes the batches in order, and quarantine; gives the rows to accept."""
        import numpy as np
        import polars as pl

        for at, cause, count in judged.passed:
            self._skipped.add(f"{self._facts[-1].place} {at.place}", cause, count)
        found = sorted(judged.list_rejected(), key=lambda row: row.order)
        rejected = [row for row in found if not skip.skips(row.located)]
        self._rows_in += judged.rows_read - (len(found) - len(rejected))
        frame = judged.frame
        if judged.identities is not None:
            verdicts = self._repeats.classify(judged.identities)
            self._duplicates += int((verdicts == DUPLICATE).sum())
            rejected += judged.list_conflicts(np.flatnonzero(verdicts == CONFLICT))
            frame = keep_rows(frame, pl.Series(verdicts == NEW)) if verdicts.any() else frame
        self._quarantine.write(self._mender.take(sorted(rejected, key=lambda row: row.order)))
        return frame

    def _settle_corrections(self) -> None:
        """Decide on corrected rows as on any others, behind all of them."""
        import polars as pl

        frame, located, rejected = self._mender.judge()
        if self._source.key and located:
            verdicts = self._repeats.classify(Identities(frame, self._source.key))
            self._duplicates += int((verdicts == DUPLICATE).sum())
            conflicts = (verdicts == CONFLICT).nonzero()[0].tolist()
            rejected += [reject_conflict(row, located[row]) for row in conflicts]
            frame = keep_rows(frame, pl.Series(verdicts == NEW))
        self._released = frame.height
        if located:
            self._write(each for each in [frame])
        self._quarantine.write(rejected)

    def _write(self, frames: Generator[pl.DataFrame]) -> None:
        """Write accepted rows, or hold them where the file's form has lost their order."""
        with closing(frames):
            if self._order:
                for frame in frames:
                    self._hold(frame)
                return
            for frame in frames:
                self._accepted.write(render(frame))

    def _hold(self, frame: pl.DataFrame) -> None:
        self._held.append(frame)
        if sum(part.height for part in self._held) > self._limits.rows_to_sort:
            raise Refusal(f"the file has more than the {self._limits.rows_to_sort} rows that can be put in order")

    def _read_keys_again(self) -> Iterator[NDArray[np.uint64]]:
        """The keys of the whole file, in a second reading."""
        for reading in open_readings(self._source, self._raw, self._limits, Skipped()):
            judge = Judge(self._source, reading)
            yield from in_order(judge.read_keys, reading.reader.parts(), self._threads)
        keys = self._mender.keys()
        if keys is not None:
            yield hash_keys(keys, self._source.key)

    def _sum_up(self) -> Summary:
        accepted, quarantine, facts = self._accepted, self._quarantine, self._facts[0]
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
            members={each.name: each.describe() for each in self._facts if each.name},
            skipped=tuple(self._skipped.listed), skipped_lines=self._skipped.total, columns=columns,
            distinct_keys=accepted.rows if self._source.key else None, rejects=dict(sorted(quarantine.rejects.items())),
            first_day=day.min[:10] if day and day.min else None, last_day=day.max[:10] if day and day.max else None,
            rows_released=self._released,
        )  # fmt: skip


def _note_skipped(reader: Reader) -> Iterator[tuple[Any, Skipped]]:
    """The file's parts, each with the lines that were skipped before it."""
    for part in reader.parts():
        skipped = Skipped()
        skipped.take_from(reader.facts.skipped)
        yield part, skipped
