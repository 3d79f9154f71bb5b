"""JSON objects of records by key become, without a declaration, the same rows whether they can be held or not."""

import json

import pytest

from conditioners.limits import Limits
from tests.conditioning.undeclared import condition_undeclared

SMALL = Limits(json_bytes=4096, chunk_bytes=512)
LATE = {"late": None}
RECORDS = {
    f"K{n}": {"name": f"Größe {n}", "units": n, "at": {"zip": f"0{n}"}, **(LATE if n % 7 else {})} for n in range(300)
}


@pytest.mark.parametrize("more", [{}, {"key": 5}, {"key": 5, "key'": 6}])
@pytest.mark.parametrize("indent", [None, 2])
def test_records_by_key_that_cannot_be_held_are_the_rows_that_they_are_as_a_whole(more, indent):
    data = " \n" + json.dumps({key: {**value, **more} for key, value in RECORDS.items()}, indent=indent) + "\n \n"
    whole, pieces = condition_undeclared(data, "a.json"), condition_undeclared(data, "a.json", SMALL)

    assert pieces.outputs == whole.outputs
    assert pieces.summary.table == whole.summary.table
    assert pieces.tables[0][1][:3] == ["K0", "Größe 0", "0"]


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        (', "K5": {"name": "x", "units": 1}}', "not JSON: a name stands twice in the outermost object"),
        (', "total": 5}', "a member of the JSON document is no object, as those before it are"),
        (', "x": {"name": }}', "not JSON: Expecting value"),
        ("", "not JSON: Expecting ',' delimiter"),
    ],
)
def test_an_object_of_records_that_is_none_to_its_end_is_refused(end, reason):
    many = {f"K{n}": {"name": "x", "units": n} for n in range(1500)}
    outcome = condition_undeclared(json.dumps(many)[:-1] + end, "a.json", SMALL).outcome

    assert outcome.reason == reason


def test_a_large_object_whose_members_are_no_records_is_refused_as_too_large():
    data = json.dumps({f"name {n}": {f"k{n}": "x"} for n in range(600)})
    outcome = condition_undeclared(data, "a.json", SMALL).outcome

    assert outcome.reason.startswith("the JSON document without its long lists is larger than")
