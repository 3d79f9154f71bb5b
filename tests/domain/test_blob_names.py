"""Names of blobs are data from outside: what is accepted stays where it is put."""

from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.blob_names import MAX_PATH, MAX_STEP, BlobNameError, check_container, check_path, spell_path

HARMLESS = [
    "events/calendar.csv",
    "..%2f..%2fx.csv",
    "a/..b/c..",
    "...",
    "=cmd|calc.csv",
    "line\nbreak.csv",
    "right\N{RIGHT-TO-LEFT OVERRIDE}vsc.exe",
    "C:/Windows",
    "spaces in it .csv",
    "~/.ssh/id",
    "-rf",
    "Übergröße/日本.csv",
    "/".join(["x" * 99] * 10),
]
HOSTILE = [
    "",
    "../../etc/passwd",
    "a/../../b.csv",
    "..",
    ".",
    "./a",
    "a/./b",
    "/etc/passwd",
    "a//b.csv",
    "a/",
    "nul\0.csv",
    "..\\..\\x.csv",
    "a\\b",
    "half \ud800 a character",
    "x" * (MAX_STEP + 1),
    "ü" * (MAX_STEP // 2 + 1),
    "/".join(["x" * 99] * 11),
]


@pytest.mark.parametrize("path", HARMLESS)
def test_a_strange_but_harmless_name_is_taken_as_it_is(path):
    assert check_path(path) == path


@pytest.mark.parametrize("path", HOSTILE)
def test_a_name_that_leads_elsewhere_or_fits_nowhere_is_refused(path):
    with pytest.raises(BlobNameError):
        check_path(path)


@given(st.text(st.characters() | st.sampled_from("./\\\0%"), max_size=40))
def test_no_accepted_path_leaves_the_folder_it_is_joined_to(path):
    try:
        check_path(path)
    except BlobNameError:
        return

    joined = posixpath.normpath(posixpath.join("/lake/raw", path))
    assert joined == f"/lake/raw/{path}"


@given(st.text(min_size=1))
def test_no_accepted_path_is_too_long_for_a_file_system(path):
    try:
        check_path(path)
    except BlobNameError:
        return

    assert len(path.encode()) <= MAX_PATH
    assert all(len(step.encode()) <= MAX_STEP for step in path.split("/"))


def test_a_path_is_measured_in_bytes():
    step = "日" * 60

    assert check_path("/".join([step] * 5))
    with pytest.raises(BlobNameError, match="1 to 1024 bytes"):
        check_path("/".join([step] * 6))


def test_the_reason_repeats_no_more_of_a_long_name_than_a_line():
    with pytest.raises(BlobNameError) as refused:
        check_path("x" * 900)

    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("name", ["raw", "conditioned", "a-b-c", "abc", "0raw", "x" * 63])
def test_a_container_has_a_name_that_azure_takes(name):
    assert check_container(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ab",
        "x" * 64,
        "Raw",
        "-raw",
        "raw-",
        "a--b",
        "ra_w",
        "$logs",
        "raw/x",
        "..",
        "raw\n",
        ".tmp",
        "räw",
        "a-" * 40 + "a",
    ],
)  # fmt: skip
def test_any_other_container_is_refused(name):
    with pytest.raises(BlobNameError, match="3 to 63"):
        check_container(name)


@pytest.mark.parametrize("path", HOSTILE)
def test_a_name_that_is_refused_can_be_spelled_in_one_that_is_taken(path):
    assert check_path(spell_path(path)) == spell_path(path)


def test_a_spelled_name_is_still_known_and_like_no_other():
    assert spell_path("events/a\\b.csv").startswith("events/a%5Cb.csv~")
    assert len({spell_path(path) for path in HOSTILE}) == len(HOSTILE)
    assert spell_path("events/a\\b.csv") != spell_path("events/a%5Cb.csv")


@given(st.text(st.characters(exclude_categories=()) | st.sampled_from("./\\\0%~"), max_size=1500))
def test_every_text_can_be_spelled(text):
    assert check_path(spell_path(text))
