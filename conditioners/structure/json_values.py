"""Tables of a JSON document or of JSON Lines as grids of rows: scalars under the path that leads to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from conditioners.inputs.raw import OpenedRaw
from conditioners.limits import Limits
from conditioners.outcome import Refusal, Skipped
from conditioners.readers.decoding import show_damage
from conditioners.readers.json.parsing import Document, TooLarge, load_document
from conditioners.readers.json.text import JsonText
from conditioners.readers.json.value_lines import begins_with_lines
from conditioners.structure.block import Block
from conditioners.structure.json_blocks import read_blocks
from conditioners.structure.json_labels import find_header
from conditioners.structure.json_shapes import take_cells
from conditioners.structure.json_tables import Found, find_tables, is_columnar, is_list_of_rows, list_records
from conditioners.structure.keyed_records import KeyedRecords
from conditioners.structure.line_records import LineSurvey, read_records
from conditioners.structure.list_rows import refuse_hollow, refuse_wide
from conditioners.structure.long_records import LongRecords, load_long_document
from conditioners.structure.records import Record, RecordGrid
from conditioners.structure.rows import Row, no_resplit, require_short_path
from conditioners.structure.unfolding import Unfolding, UnfoldingSurvey

_LOOKED_AT = 200
"""Rows that tell whether there are labels among them."""


@dataclass(frozen=True)
class ListGrid:
    """A list of lists: rows of cells, maybe with labels among them."""

    format: dict[str, Any]
    open: Callable[[], Iterable[list[Any]]]
    path: str
    known_encoding: dict[str, str]
    name: str = ""
    labels: tuple[str, ...] = ()
    """Those that stand outside of the list, if any do."""
    place: str = "path"
    words_are_apart: bool = False

    @property
    def has_labels(self) -> bool:
        """Whether the first row is the labels."""
        return bool(self.labels)

    def rows(self) -> Iterator[Row | Block]:
        """All rows, in order, those of one width by the block; behind the labels that stand outside of the list."""
        require_short_path(self.path)
        if self.labels:
            yield Row(self.path, self.labels, "")
        yield from read_blocks(self.open(), self.path)

    resplit = staticmethod(no_resplit)

    def describe(self) -> dict[str, Any]:
        """The format, and where the rows are."""
        return self.format

    def encoding(self) -> dict[str, str] | None:
        """How the text was decoded."""
        return self.known_encoding


def open_json(opened: OpenedRaw, limits: Limits, skipped: Skipped) -> Iterator[RecordGrid | ListGrid]:
    """The tables of a document or of JSON Lines; raises Refusal when it is neither, or holds no table."""
    if begins_with_lines(opened.head, limits):
        yield from _open_lines(LineSurvey.take_all(opened, limits), opened.member, skipped)
        return
    try:
        document = _load(opened, limits)
    except Refusal as refusal:
        # What was parsed before it hangs on the traceback.
        refused = refusal.with_traceback(None)
    else:
        yield from _open_document(document, opened.member, limits, skipped)
        return
    keyed = KeyedRecords(JsonText(opened), limits)
    if isinstance(refused, TooLarge) and keyed.survey():
        yield _open_keyed(keyed, opened.member)
        return
    survey = LineSurvey.take_all(opened, limits, refused)
    yield from _open_lines(survey, opened.member, skipped)


def _open_keyed(keyed: KeyedRecords, member: str) -> RecordGrid:
    """The one table of a large object of records."""
    form, labels = {"format": "JSON", "records": "$"} | _tell_lists(keyed.unfolding), keyed.unfolding.labels
    return RecordGrid(member, form, labels, keyed.rows, dict(keyed.text.encoding))


def _load(opened: OpenedRaw, limits: Limits) -> Document:
    """A document, with LongRecords for its long lists if it cannot be held as a whole."""
    with suppress(TooLarge):
        return load_document(opened, limits)
    return load_long_document(JsonText(opened), limits)


def _open_lines(survey: LineSurvey, member: str, skipped: Skipped) -> Iterator[RecordGrid | ListGrid]:
    """The one table of JSON Lines."""
    form, encoding = {"format": "JSON", "records": "$"}, survey.lines.encoding
    if survey.is_list_of_rows:
        if survey.lines.first_broken is not None:
            raise survey.lines.first_broken
        survey.require_room()
        yield ListGrid(form, survey.read_again, "$", encoding, member)
    elif (unfolding := survey.unfolding.settle()).labels:
        yield RecordGrid(
            member, form | _tell_lists(unfolding), unfolding.labels, partial(read_records, survey, unfolding), encoding
        )
    else:
        skipped.add("path $", "records without values")


def _open_document(
    document: Document, member: str, limits: Limits, skipped: Skipped
) -> Iterator[RecordGrid | ListGrid]:
    if document.value in ([], {}):
        return
    if not isinstance(document.value, dict | list | LongRecords):
        raise Refusal("the JSON document holds no table")
    tables = find_tables(document.value)
    _check_outside(document.value, tables)
    if tables[0].path != "$":
        paths = ", ".join(table.path for table in tables[:5]) + (", ..." if len(tables) > 5 else "")
        skipped.add("path $", f"outside of the records at {paths}")
    for table in tables:
        name = show_damage(table.path) if len(tables) > 1 else ""
        grid = _open_table(table, ":".join(part for part in (member, name) if part), document, limits)
        if isinstance(grid, RecordGrid) and not grid.labels:
            skipped.add(f"path {table.path}", "records without values")
        else:
            yield grid


def _open_table(table: Found, name: str, document: Document, limits: Limits) -> RecordGrid | ListGrid:
    encoding = dict(document.encoding)
    form = {"format": "JSON", "records": show_damage(table.path)}
    if is_list_of_rows(table.value):
        read = _open_rows(table.value, limits)
        header = find_header(table, list(islice(read(), _LOOKED_AT)))
        if header is None:
            return ListGrid(form, read, table.path, encoding, name)
        return ListGrid({**form, "labels": header.path}, read, table.path, encoding, name, header.labels)
    unfolding = _survey(table, limits)
    return RecordGrid(
        name, form | _tell_lists(unfolding), unfolding.labels, partial(_unfold, table, unfolding), encoding
    )


def _open_rows(value: LongRecords | list[Any], limits: Limits) -> Callable[[], Iterable[list[Any]]]:
    if isinstance(value, LongRecords):
        value.require_room()
        return value.row_cells
    rows = [take_cells(item) or [] for item in value]
    refuse_hollow(rows, limits)
    refuse_wide(rows, limits)
    return partial(iter, rows)


def _tell_lists(unfolding: Unfolding) -> dict[str, Any]:
    """Which columns hold whole lists as JSON, if any does."""
    return {"as_json": list(unfolding.as_json)} if unfolding.as_json else {}


def _survey(table: Found, limits: Limits) -> Unfolding:
    if isinstance(table.value, LongRecords) and table.value.are_objects:
        return table.value.unfolding.settle()
    survey = UnfoldingSurvey(limits)
    # The records of parallel lists have the same labels, all of them.
    is_first_enough = isinstance(table.value, dict) and is_columnar(table.value)
    for record in islice(list_records(table), 1 if is_first_enough else None):
        survey.take(record.value)
    return survey.settle()


def _unfold(table: Found, unfolding: Unfolding) -> Iterator[tuple[str, Record]]:
    for record in list_records(table):
        yield from unfolding.rows(record.path, record.value)


def _check_outside(value: Any, tables: Iterable[Found]) -> None:
    """Raises Refusal when a long list that stands in no table is no JSON, for nobody else reads it."""
    if any(table.value is value for table in tables):
        return
    if isinstance(value, LongRecords):
        value.check()
    for inner in value.values() if isinstance(value, dict) else ():
        _check_outside(inner, tables)
