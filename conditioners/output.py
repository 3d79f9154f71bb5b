"""What leaves the engine: standard CSV with its hash and column figures, and the quarantine."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from conditioners.csv_lines import show_lines
from conditioners.inputs.raw import ByteSink
from conditioners.outcome import ColumnSummary
from conditioners.quarantine_form import require_same_place, show_header
from conditioners.rejected_rows import RejectedRow

if TYPE_CHECKING:
    import polars as pl

_MOST_DAYS = 10_000
_FEW = 5_000
"""Rows whose days are written one by one as quickly."""
_TOGETHER = 100
"""Rejected rows that are put into lines together: each may show megabytes."""


class Rendered(NamedTuple):
    """Rows as they are written, and the figures of them."""

    rows: int
    data: bytes
    figures: Sequence[tuple[str, int, Any, Any]]
    """For each column its name, how many values are absent, the least and the greatest."""


def render(frame: pl.DataFrame) -> Rendered:
    """Standard CSV of typed rows, without a header row."""
    if frame.is_empty():
        return Rendered(0, b"", ())
    figures = [(each.name, each.null_count(), each.min(), each.max()) for each in frame]
    return Rendered(frame.height, _write_rows(_show_days(frame)), figures)


class AcceptedWriter:
    """Writes rendered rows and keeps the figures of what it wrote."""

    def __init__(self, sink: ByteSink, columns: Sequence[str]) -> None:
        self._sink, self._hash = sink, hashlib.sha256()
        self.rows = 0
        self._nulls: Counter[str] = Counter()
        self._extremes: dict[str, tuple[Any, Any]] = {}
        self._write((",".join(columns) + "\n").encode())

    def write(self, rendered: Rendered) -> None:
        """Append rows."""
        if not rendered.rows:
            return
        self._write(rendered.data)
        self.rows += rendered.rows
        for name, nulls, least, most in rendered.figures:
            self._nulls[name] += nulls
            if least is not None:
                known = self._extremes.get(name, (least, most))
                self._extremes[name] = (min(known[0], least), max(known[1], most))

    def _write(self, data: bytes) -> None:
        self._hash.update(data)
        self._sink.write(data)

    @property
    def sha256(self) -> str:
        """The digest, in hex, of everything written."""
        return self._hash.hexdigest()

    def summarise(self, columns: Sequence[str]) -> dict[str, ColumnSummary]:
        """The figures of each column."""
        found = {}
        for name in columns:
            least, most = self._extremes.get(name, (None, None))
            found[name] = ColumnSummary(self._nulls[name], _show(least), _show(most))
        return found


def _show(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return format(value, "f")
    return None if value is None else str(value)


class QuarantineWriter:
    """Writes rejected rows: place, rule, column, reason and raw text."""

    def __init__(self, sink: ByteSink) -> None:
        self._sink = sink
        self._place: str | None = None
        self.rows = 0
        self.rejects: Counter[str] = Counter()

    def begin(self, place: str) -> None:
        """Say what places are; raises Refusal when the files of an archive differ in it."""
        if self._place is None:
            self._sink.write(show_header(place))
            self._place = place
        require_same_place(self._place, place)

    def write(self, rejected: Iterable[RejectedRow]) -> None:
        """Append rows."""
        found = [(at.place, rule, column, reason, at.raw) for _, at, rule, column, reason in rejected]
        if not found:
            return
        self.rows += len(found)
        for (column, rule), count in Counter((column, rule) for _, rule, column, _, _ in found).items():
            self.rejects[f"{column} {rule}".strip()] += count
        for first in range(0, len(found), _TOGETHER):
            self._sink.write(show_lines(found[first : first + _TOGETHER]).encode())


def _write_rows(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_csv(buffer, include_header=False)
    return buffer.getvalue()


def _show_days(frame: pl.DataFrame) -> pl.DataFrame:
    """Days as text. Those of a batch mostly lie close together; then it is quicker to write each of the span's once."""
    import polars as pl

    if frame.height < _FEW:
        return frame
    shown = []
    for days in (column for column in frame.get_columns() if column.dtype == pl.Date):
        number = days.to_physical()
        first, last = number.min(), number.max()
        if isinstance(first, int) and isinstance(last, int) and last - first < min(_MOST_DAYS, frame.height):
            span = pl.Series(days.name, range(first, last + 1), pl.Int32).cast(pl.Date).dt.to_string()
            shown.append(span.gather(number - first))
    return frame.with_columns_seq(shown) if shown else frame
