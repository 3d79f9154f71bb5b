"""Opens JSON documents and JSON Lines in the dialect that they fit best."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from conditioners.choosing import open_best
from conditioners.declaration import Source
from conditioners.dialects import Dialect, JsonColumns, JsonLines, JsonRows, JsonTree
from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.batches import Reader
from conditioners.readers.decoding import begin_text
from conditioners.readers.json.columns import ColumnsDocument, JsonColumnsReader
from conditioners.readers.json.documents import JsonReader
from conditioners.readers.json.lines import JsonLinesReader, has_json_lines
from conditioners.readers.json.value_lines import has_lines_behind

_Document = JsonTree | JsonRows | JsonColumns


def open_json(source: Source, opened: OpenedRaw, limits: Limits) -> tuple[Dialect, Reader] | None:
    """The dialect that a file comes in, and a reader of it; None where the file is no JSON by its beginning.

    Raises Refusal when it is in none of the source's dialects, of which some are of JSON.
    """
    lines = source.dialects_of(JsonLines)
    has_lines = bool(lines) and has_lines_behind(opened.head, limits)
    if not has_lines and not begin_text(opened.head).startswith((b"{", b"[")):
        return None
    documents = [each for each in source.dialects if isinstance(each, _Document)]
    if lines and (not documents or _is_several(opened.head, limits)):
        return open_best(source, lines, lambda each: JsonLinesReader(source, each, opened, limits))
    return _open_document(source, documents, opened, limits)


def _is_several(head: bytes, limits: Limits) -> bool:
    """Whether the first line is a value, and more follow or must."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return b"\n" in text.strip() and (has_json_lines(text, limits) or has_lines_behind(text, limits))


def _open_document(
    source: Source, dialects: Sequence[_Document], opened: OpenedRaw, limits: Limits
) -> tuple[Dialect, Reader]:
    paths = [[each.records] if isinstance(each.records, str) else each.records for each in dialects]
    refused = f"the document has no list of records at {' or '.join(path or '$' for each in paths for path in each)}"
    load = cache(lambda: ColumnsDocument.load(opened, limits))

    def open_in(dialect: _Document) -> Reader:
        reader: JsonReader | JsonColumnsReader
        if isinstance(dialect, JsonColumns):
            reader = JsonColumnsReader(source, dialect, opened, load(), limits)
        else:
            reader = JsonReader(source, dialect, opened, limits)
        if not reader.has_records:
            raise Refusal(refused)
        return reader

    return open_best(source, dialects, open_in)
