"""A JSON document of any size is read piece by piece, as if it had been parsed as a whole."""

import json
from dataclasses import replace
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from conditioners.columns import Text, Whole
from conditioners.dialects import JsonTree
from conditioners.limits import Limits
from conditioners.outcome import Refused
from conditioners.readers import opening
from conditioners.readers.batches import Facts, Located, Rows
from conditioners.readers.decoding import show_damage
from conditioners.readers.json_labels import list_labels
from conditioners.readers.json_tree import NOT_A_LIST, TreeWalker, load_document, show_json, step
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
}  # fmt: skip


def source_of(records, **changes):
    return make_source(
        columns=COLUMNS, key=(), dialects=(JsonTree(name="tree", records=records, labels=FORMS[records]),), **changes
    )


class WholeReader:
    """What is to be read: the document parsed as a whole, and walked through."""

    def __init__(self, source, dialect, opened, limits):
        self._document = load_document(opened, limits)
        self._walker = TreeWalker(source, dialect, opened)
        self.columns = self._walker.columns
        labels = list_labels([self._document.value], dialect.records)
        self.facts = Facts(
            place="path", dialect={"name": dialect.name, "format": "JSON", "records": dialect.records},
            labels=labels, ignored=self._walker.list_ignored(labels), encoding=self._document.encoding,
        )  # fmt: skip
        self.has_records = isinstance(step(self._document.value, self._walker.outermost), list)

    def parts(self):
        yield self._walker.walk(self._document.value)

    def read(self, part):
        rows = Rows(self.columns)
        for found in part:
            if isinstance(found, Located):
                rows.add_unread(found, NOT_A_LIST, "a list should stand here")
            else:
                rows.add(*found)
        batch = rows.to_batch(lambda place: Located(place.path, show_damage(show_json(place.record))))
        return replace(batch, damaged=self._document.damaged)


def run_whole(source, data):
    with patch.object(opening, "JsonReader", WholeReader):
        return run(source, data)


def tell(result):
    """All that comes out; of the encoding only what does not depend on how much was seen of it."""
    if isinstance(result.outcome, Refused):
        return result.outcome
    summary = replace(result.summary, encoding={"name": result.summary.encoding["name"]})
    return summary, result.accepted, result.quarantined


def same_as_whole(source, data, chunk_bytes):
    streamed = run(source, data, limits=Limits(chunk_bytes=chunk_bytes))
    assert tell(streamed) == tell(run_whole(source, data)), data
    return streamed


TEXTS = st.text(st.sampled_from('aé€😀"\\/[]{},:\n\x7f 0'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 999) | st.just(1.5e3) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
ROWS = st.fixed_dictionaries(
    {}, optional={"units": VALUES | st.integers(0, 9), "shop": VALUES, "more": VALUES, "place": VALUES}
)
SHOPS = st.fixed_dictionaries({"rows": st.lists(ROWS, max_size=4) | VALUES}, optional={"shop": VALUES})
LISTS = {
    "[]": st.lists(ROWS | VALUES, max_size=9),
    "data[]": st.fixed_dictionaries(
        {"data": st.lists(ROWS | VALUES, max_size=9) | VALUES},
        optional={"meta": st.fixed_dictionaries({"region": VALUES}) | VALUES, "next": VALUES, "more": VALUES},
    ),
    "a.data[].rows[]": st.fixed_dictionaries(
        {
            "a": st.fixed_dictionaries(
                {"data": st.lists(SHOPS | VALUES, max_size=5)}, optional={"region": VALUES, "end": VALUES}
            )
        },
        optional={"b": st.fixed_dictionaries({"data": VALUES}), "more": VALUES},
    ),
}


@st.composite
def documents(draw):
    """A path of records, and a document in any order of names and with any blanks."""
    records = draw(st.sampled_from(list(FORMS)))
    value = shuffle(draw(LISTS[records]), draw(st.randoms(use_true_random=False)))
    indent, is_ascii = draw(st.sampled_from([None, 0, 1])), draw(st.booleans())
    text = json.dumps(value, indent=indent, ensure_ascii=is_ascii)
    if not draw(st.integers(0, 4)):
        text = text.replace('"data"', '"d\\u0061ta"').replace('"é', '"\\ud83d')
    return records, draw(st.sampled_from(["", "\n ", "\ufeff"])) + text + draw(st.sampled_from(["", "\n", " \n\n"]))


def shuffle(value, chance):
    if isinstance(value, list):
        return [shuffle(item, chance) for item in value]
    if isinstance(value, dict):
        names = list(value)
        chance.shuffle(names)
        return {name: shuffle(value[name], chance) for name in names}
    return value


@settings(max_examples=250, deadline=None)
@given(documents(), st.integers(4, 90))
def test_a_document_is_read_in_pieces_as_it_is_as_a_whole(document, chunk_bytes):
    records, text = document

    same_as_whole(source_of(records), text.encode(), chunk_bytes)


FAULTS = [
    b"", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b" ", b"0", b"x", b"\x00", b"\xff", b"\n", b"NaN", b"\\u12",
    b'"data":[]', b',"a":1,"a":2', b"-",
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(documents(), st.sampled_from(FAULTS), st.floats(0, 1), st.integers(0, 3), st.integers(4, 90))
def test_a_damaged_document_is_read_or_refused_in_pieces_as_it_is_as_a_whole(document, fault, at, less, chunk_bytes):
    records, text = document
    data = text.encode()
    place = int(at * len(data))

    same_as_whole(source_of(records), data[:place] + fault + data[place + less :], chunk_bytes)


@settings(max_examples=150, deadline=None)
@given(documents(), st.floats(0, 1), st.integers(4, 90))
def test_a_document_that_breaks_off_is_refused_in_pieces_as_it_is_as_a_whole(document, at, chunk_bytes):
    records, text = document
    data = text.encode()

    same_as_whole(source_of(records), data[: int(at * len(data))] or b"[", chunk_bytes)
