"""A damaged xls workbook is refused before its parser, which trusts it, takes all memory there is."""

import struct
from pathlib import Path

import pytest

from conditioners.outcome import Refusal
from conditioners.readers.workbooks.containers import MAGIC, Container, wrap

DATA = Path(__file__).parents[3] / "shared" / "data"
STREAM = bytes(range(256)) * 40
SECTOR = 4096
FOLDER, SMALL, FIRST = 1, 2, 3
"""Sectors of a container of one stream, behind the one that links them."""


def make_container(**links):
    """A container with a workbook; `s3=5` says that sector 5 follows sector 3."""
    data = bytearray(wrap("Workbook", bytearray(STREAM)))
    for name, following in links.items():
        struct.pack_into("<I", data, SECTOR + 4 * int(name[1:]), following)
    return bytes(data)


def test_the_workbook_is_found_in_its_container():
    assert Container(make_container()).find_workbook() == ("Workbook", bytearray(STREAM))


def test_a_workbook_whose_chain_runs_in_a_circle_is_refused():
    with pytest.raises(Refusal, match="circle"):
        Container(make_container(s5=FIRST)).find_workbook()


def test_a_folder_whose_chain_runs_in_a_circle_is_refused():
    with pytest.raises(Refusal, match="circle"):
        Container(make_container(s1=FOLDER))


def test_a_small_stream_whose_chain_runs_in_a_circle_is_refused():
    data = bytearray(make_container(s2=SMALL))
    struct.pack_into("<I", data, (1 + FOLDER) * SECTOR + 128 + 120, 100)  # the workbook's size: it is a small one then
    struct.pack_into("<I", data, (1 + FOLDER) * SECTOR + 116, SMALL)  # where the small sectors stand

    with pytest.raises(Refusal, match="circle"):
        Container(bytes(data)).find_workbook()


def test_a_table_of_sectors_that_leads_back_to_itself_is_refused():
    data = bytearray(make_container())
    struct.pack_into("<I", data, 0x44, FIRST)
    struct.pack_into("<I", data, (2 + FIRST) * SECTOR - 4, FIRST)

    with pytest.raises(Refusal, match="no end"):
        Container(bytes(data))


@pytest.mark.parametrize("cut", [8, 100, 511])
def test_a_header_that_is_cut_off_is_refused(cut):
    with pytest.raises(Refusal, match="header"):
        Container(make_container()[:cut])


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")
def test_every_real_container_can_be_walked():
    found = [path for path in sorted(DATA.rglob("*")) if path.is_file() and path.read_bytes()[:8] == MAGIC]

    assert found
    for path in found:
        Container(path.read_bytes())
