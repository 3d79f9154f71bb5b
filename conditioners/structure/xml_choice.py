"""Which elements of an XML document of unknown form are its records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from conditioners.structure.xml_ancestors import find_around
from conditioners.structure.xml_shape import Path, Shape


def choose_record(shape: Shape) -> Path:
    """The path of the records: it comes several times, and the more often and the more it holds the better."""
    width: Counter[Path] = Counter()
    for leaf in shape.leaves:
        for length in range(1, len(leaf)):
            width[leaf[:length]] += 1
    several = [path for path, count in shape.counts.items() if count > 1 and width[path] > 0]
    several = several or [path for path, count in shape.counts.items() if count > 1]
    if not several:
        return next(iter(shape.counts))
    record = max(several, key=lambda path: (shape.counts[path] * width[path] / len(path), -len(path)))
    while inner := _find_inner(shape, width, record):
        record = inner
    return record


def _find_inner(shape: Shape, width: Counter[Path], record: Path) -> Path | None:
    """The path of further records that a record holds, if it holds but one kind of them, and behind its own values."""
    size, often = len(record), shape.counts[record]
    held = [path for path in shape.counts if path[:size] == record and len(path) > size]
    several = [path for path in held if shape.counts[path] > often and width[path]]
    tops = [path for path in several if not any(path[: len(other)] == other != path for other in several)]
    if often < 2 or len(tops) != 1:
        return None
    (inner,) = tops
    if any(shape.counts[path] > often for path in held if path[: len(inner)] != inner):
        return None
    leaves = [leaf for leaf in shape.leaves if leaf[:size] == record]
    own = [leaf for leaf in leaves if leaf[: len(inner)] != inner]
    is_before = leaves[: len(own)] == own
    return inner if is_before and set(own) <= set(find_around(own, inner, size)) else None


def choose_further(shape: Shape, left: Mapping[Path, None], read: Sequence[Path]) -> Path | None:
    """The path of further records: elements beside those that are read, which come again and hold other values."""
    taken = {*read, *(leaf for leaf in shape.leaves if leaf not in left)}
    above = {path[:length] for path in taken for length in range(1, len(path))}
    counts = Counter(
        {path: count for path, count in shape.counts.items() if path not in above and not _list_above(path) & taken}
    )
    leaves = {leaf: None for leaf in left if _list_above(leaf) & counts.keys()}
    has_several = any(counts[path] > 1 for leaf in leaves for path in _list_above(leaf) if path in counts)
    return choose_record(Shape(counts, leaves)) if has_several else None


def _list_above(path: Path) -> set[Path]:
    """A path, and those of the elements around it."""
    return {path[:length] for length in range(1, len(path) + 1)}
