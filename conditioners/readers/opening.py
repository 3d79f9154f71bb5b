"""Opens a raw file for reading: recognises the format, and finds the source's dialect that it comes in."""

from __future__ import annotations

from conditioners.declaration import Source
from conditioners.dialects import Delimited, Dialect
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.raw import OpenedRaw
from conditioners.readers.batches import Reader
from conditioners.readers.delimited import DelimitedReader
from conditioners.readers.layouts import find_layout


def open_reader(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader]:
    """The dialect that the file comes in, and a reader of it; raises Refusal when it is in none of the source's."""
    if not opened.head:
        raise Refusal("the file is empty")
    layout = find_layout(source, [d for d in source.dialects if isinstance(d, Delimited)], opened, limits)
    return layout.dialect, DelimitedReader(source, layout, opened, limits)
