"""Values of Parquet columns as text: days and moments as ISO 8601, numbers without exponents, bytes as hex digits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from conditioners.readers.json.showing import Number


def is_text(kind: Any) -> bool:
    """Whether a type is text."""
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def is_bytes(kind: Any) -> bool:
    """Whether a type is bytes that nobody says are text."""
    import pyarrow as pa

    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def show_cells(column: Any) -> list[str | None]:
    """The cells of a column whose values are single ones."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        # Text that is stored once stays one text in memory.
        values = show_cells(column.dictionary)
        return [None if at is None else values[at] for at in column.indices.to_pylist()]
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind) or pa.types.is_date(kind):
        return _show_times(column)
    if pa.types.is_floating(kind):
        return _show_floats(column)
    if pa.types.is_boolean(kind):
        return [None if value is None else "true" if value else "false" for value in column.to_pylist()]
    if pa.types.is_decimal(kind):
        return [None if value is None else format(value, "f") for value in column.to_pylist()]
    if pa.types.is_duration(kind):
        return _show_durations(column)
    if is_bytes(kind):
        return [None if value is None else value.hex() for value in column.to_pylist()]
    return [None if value is None else str(value) for value in column.to_pylist()]


def _show_times(column: Any) -> list[str | None]:
    """Midnight without a zone is shown as its day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if getattr(kind, "unit", "") == "ns":
        # Python has no nanoseconds, and pandas, which has, is not needed for anything else.
        coarse = column.cast(pa.time64("us") if pa.types.is_time(kind) else pa.timestamp("us", kind.tz), safe=False)
        shown = zip(_show_times(coarse), column.cast(pa.string()).to_pylist(), strict=True)
        is_exact = pc.equal(coarse.cast(kind), column).to_pylist()
        return [short if exact else full for (short, full), exact in zip(shown, is_exact, strict=True)]
    try:
        values = column.to_pylist()
    except (OverflowError, ValueError):
        # A day or moment before year 1 or behind 9999, of which Python has none.
        return list(column.cast(pa.string()).to_pylist())
    if not pa.types.is_timestamp(kind):
        return [None if value is None else value.isoformat() for value in values]
    return [None if value is None else _show_moment(value) for value in values]


def _show_moment(value: Any) -> str:
    midnight = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0) and value.tzinfo is None
    return str(value.date().isoformat() if midnight else value.isoformat(sep=" "))


def _show_durations(column: Any) -> list[str | None]:
    """Hours, however many, as in `36:00:00`, with as many places as the unit has where it is no whole second."""
    import pyarrow as pa

    places = 3 * ("s", "ms", "us", "ns").index(column.type.unit)

    def show(value: int) -> str:
        seconds, rest = divmod(abs(value), 10**places)
        minutes, seconds = divmod(seconds, 60)
        fraction = f".{rest:0{places}}" if rest else ""
        return f"{'-' if value < 0 else ''}{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{fraction}"

    return [None if value is None else show(value) for value in column.cast(pa.int64()).to_pylist()]


def _show_floats(column: Any) -> list[str | None]:
    """The shortest digits that are no other number of the same width, which for 0.1 in four bytes are 0.1."""
    import numpy as np
    import pyarrow as pa

    narrow = np.float32 if pa.types.is_float32(column.type) else np.float16
    show: Callable[[float], str] = repr if pa.types.is_float64(column.type) else lambda value: str(narrow(value))
    shown = map(show, column.drop_null().to_pylist())
    texts = (format(Decimal(text), "f") if "e" in text else text for text in shown)
    return [next(texts) if valid else None for valid in column.is_valid().to_pylist()]


def read_values(column: Any) -> list[Any]:
    """The values of a column of lists, structures or maps, as JSON may have them: single ones as text or numbers."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_struct(kind):
        names = [kind.field(at).name for at in range(kind.num_fields)]
        rows = zip(*(read_values(field) for field in column.flatten()), strict=True) if names else [()] * len(column)
        return [_pair(names, row) if valid else None for valid, row in zip(_valid(column), rows, strict=True)]
    if pa.types.is_map(kind):
        first, last = _ends(column)
        keys, items = (read_values(part.slice(first, last - first)) for part in (column.keys, column.items))
        pairs = list(zip(keys, items, strict=True))
        return [None if row is None else _pair(*zip(*row, strict=True)) if row else {} for row in _cut(column, pairs)]
    if pa.types.is_fixed_size_list(kind):
        values = iter(read_values(column.flatten()))
        return [[next(values) for _ in range(kind.list_size)] if valid else None for valid in _valid(column)]
    if pa.types.is_nested(kind):
        first, last = _ends(column)
        return _cut(column, read_values(column.values.slice(first, last - first)))
    if pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return list(column.to_pylist())
    texts = show_cells(column)
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)):
        return texts
    return [Number(text) if text is not None and text[-1].isdigit() else text for text in texts]


def _valid(column: Any) -> list[bool]:
    return list(column.is_valid().to_pylist())


def _ends(column: Any) -> tuple[int, int]:
    """The first and the last offset of the lists in a column."""
    offsets = column.offsets
    return (offsets[0].as_py(), offsets[-1].as_py()) if len(column) else (0, 0)


def _cut(column: Any, values: list[Any]) -> list[Any]:
    """The values of each list."""
    offsets, (first, _) = column.offsets.to_pylist(), _ends(column)
    return [
        values[offsets[at] - first : offsets[at + 1] - first] if valid else None
        for at, valid in enumerate(_valid(column))
    ]


def _pair(names: Any, values: Any) -> Any:
    """An object; pairs where a name is no text or comes twice."""
    if len(set(names)) == len(names) and all(type(name) is str for name in names):
        return dict(zip(names, values, strict=True))
    return [list(pair) for pair in zip(names, values, strict=True)]
