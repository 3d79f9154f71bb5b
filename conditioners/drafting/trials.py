"""Trials: reads a sample under a dialect with all of its columns as text, to see what labels lead to."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from conditioners.columns import Text
from conditioners.declaration import Source
from conditioners.dialects import Dialect
from conditioners.engine import condition
from conditioners.inputs.raw import RawInput
from conditioners.outcome import Refused

_ANCHOR = "anchor"
_FIELD = 16 << 20


def read_labelled(
    file_name: str,
    data: bytes,
    labels: Sequence[str],
    make_dialect: Callable[[Mapping[str, str]], Dialect],
    rows: int,
    members: tuple[str, ...],
) -> list[tuple[str, ...]] | None:
    """The cells that each label leads to, in the first rows; None when the sample is refused."""
    names = [f"c{number}" for number in range(len(labels))]
    dialect = make_dialect({_ANCHOR: "=row", **dict(zip(names, labels, strict=True))})
    columns = (Text(_ANCHOR), *(Text(name, optional=True) for name in names))
    source = Source(
        name="trial", title="A trial", files=("**",), columns=columns, dialects=(dialect,), members=members or ("**",)
    )  # fmt: skip
    accepted = io.BytesIO()
    outcome = condition(source, RawInput(file_name, lambda: io.BytesIO(data), len(data)), accepted, io.BytesIO())
    if isinstance(outcome, Refused):
        return None
    csv.field_size_limit(_FIELD)
    read = csv.reader(io.StringIO(accepted.getvalue().decode(), newline=""))
    cells = [row[1:] for row in islice(read, 1, rows + 1)]
    return list(zip(*cells, strict=True)) if cells else [()] * len(labels)
