"""Reads a JSON document that is parsed as a whole, which reading it in pieces is held to."""

from dataclasses import replace
from typing import NamedTuple
from unittest.mock import patch

from conditioners.columns import Text, Whole
from conditioners.dialects import JsonTree
from conditioners.readers.batches import Facts, Located, Rows
from conditioners.readers.decoding import show_damage
from conditioners.readers.json import opening as json_opening
from conditioners.readers.json.labels import list_labels
from conditioners.readers.json.levels import Stray
from conditioners.readers.json.parsing import load_document
from conditioners.readers.json.paths import KEY, KEYED, LISTED, join_all, join_key, read_path, step
from conditioners.readers.json.showing import show_json, show_value
from conditioners.readers.json.tree import TreeWalker
from conditioners.readers.numbers import NumberWriter
from tests.conditioning.conftest import make_source, run

COLUMNS = (
    Whole("units", minimum=0), Text("shop", optional=True), Text("region", optional=True), Text("end", optional=True),
)  # fmt: skip


FORMS = {
    "[]": {"units": "[].units", "shop": "[].shop", "region": "[].place.region", "end": "[].end"},
    "data[]": {"units": "data[].units", "shop": "data[].shop", "region": "meta.region", "end": "next"},
    "a.data[].rows[]": {
        "units": "a.data[].rows[].units", "shop": "a.data[].shop", "region": "a.region", "end": "a.end",
    },
    "{}": {"units": "{}.units", "shop": "{key}", "region": "{}.place.region", "end": "{}.end"},
    "data{}.rows[]": {"units": "data{}.rows[].units", "shop": "data{key}", "region": "meta.region", "end": "next"},
    "data[].rows{}": {
        "units": "data[].rows{}.units", "shop": "data[].rows{key}", "region": "meta.region", "end": "next",
    },
}  # fmt: skip


def source_of(records, **changes):
    return make_source(
        columns=COLUMNS, key=(), dialects=(JsonTree(name="tree", records=records, labels=FORMS[records]),), **changes
    )


class Barren(NamedTuple):
    """A list, or an object by key, in which there is nothing, or none where one could be."""

    place: str


class WholeReader:
    """What is to be read: the document parsed as a whole, and its records taken one after the other."""

    def __init__(self, source, dialect, opened, limits):
        self._document = load_document(opened, limits)
        self._levels = read_path(dialect.records)
        walker = TreeWalker(source, dialect, opened)
        self.columns = walker.columns
        self._ways = [read_path(FORMS[dialect.records][column]) for column in self.columns]
        self._writer = NumberWriter(source, dialect, self.columns)
        labels = list_labels([self._document.value], dialect.records)
        self.facts = Facts(
            place="path", dialect={"name": dialect.name, "format": "JSON", "records": dialect.records},
            labels=labels, ignored=walker.list_ignored(labels), encoding=self._document.encoding,
        )  # fmt: skip
        held = step(self._document.value, walker.outermost)
        self.has_records = isinstance(held, dict if walker.is_keyed else list)

    def parts(self):
        yield self._walk("$", [(None, self._document.value)])

    def _walk(self, path, trail):
        """The rows below the last value of a trail of values, each with the key that it goes by."""
        names, each = self._levels[len(trail) - 1]
        if not each:
            yield Located(path, show_damage(show_json(trail[-1][1]))), self._take_cells(trail)
            return
        held, path = step(trail[-1][1], names), join_all(path, names)
        if len(trail) > 1 and (held is None or held == ([] if each == LISTED else {})):
            yield Barren(path)
        if isinstance(held, list) and each == LISTED:
            for number, value in enumerate(held):
                yield from self._walk(f"{path}[{number}]", [*trail, (None, value)])
        elif isinstance(held, dict) and each == KEYED:
            for key, value in held.items():
                yield from self._walk(join_key(path, show_damage(key)), [*trail, (key, value)])
        elif held is not None:
            yield Stray.in_place_of(each, path, held)

    def _take_cells(self, trail):
        cells = []
        for *lists, (names, each) in self._ways:
            key, value = trail[len(lists)]
            cells.append(key if each == KEY else show_value(step(value, names)))
        return self._writer.write_row(cells)

    def read(self, part):
        rows, passed = Rows(self.columns), []
        for found in part:
            if isinstance(found, Barren):
                passed.append((Located(found.place, ""), "nothing there, here or further on", 1))
            elif isinstance(found, Stray):
                rows.add_unread(Located(found.place, show_damage(found.raw)), found.rule, found.reason)
            else:
                rows.add(*found)
        return replace(rows.to_batch(lambda located: located), damaged=self._document.damaged, passed=passed)


def run_whole(source, data):
    with patch.object(json_opening, "JsonReader", WholeReader):
        return run(source, data)
