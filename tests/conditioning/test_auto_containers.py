"""A damaged xls workbook is refused before its parser, which trusts it, takes all memory there is."""

import struct
from pathlib import Path

import pytest

from conditioners.outcome import Refusal
from conditioners.readers.containers import MAGIC, check_container

DATA = Path(__file__).parents[3] / "shared" / "data"
END, FREE = 0xFFFFFFFE, 0xFFFFFFFF


def make_container(links, mini=END, table=END, mini_links=()):
    """A container of sectors of 512 bytes: its first holds the links, its second the links of small sectors."""
    header = bytearray(512)
    header[:8] = MAGIC
    struct.pack_into("<H", header, 0x1E, 9)
    struct.pack_into("<I", header, 0x3C, mini)
    struct.pack_into("<I", header, 0x44, table)
    struct.pack_into("<109I", header, 0x4C, 0, *[FREE] * 108)
    sectors = [(*links, *[FREE] * (128 - len(links))), (*mini_links, *[FREE] * (128 - len(mini_links)))]
    return bytes(header) + b"".join(struct.pack("<128I", *sector) for sector in sectors)


def test_chains_that_end_are_let_pass():
    check_container(make_container([END, END, 3, 4, END], mini=1, mini_links=[1, 2, END]))


@pytest.mark.parametrize("links", [[END, 1], [END, 2, 3, 1], [0]])
def test_a_chain_that_runs_in_a_circle_is_refused(links):
    with pytest.raises(Refusal, match="circle"):
        check_container(make_container(links))


def test_a_chain_of_small_sectors_that_runs_in_a_circle_is_refused():
    with pytest.raises(Refusal, match="circle"):
        check_container(make_container([END, END], mini=1, mini_links=[1, 0]))


def test_a_table_of_sectors_that_leads_back_to_itself_is_refused():
    data = bytearray(make_container([END, END], table=1))
    struct.pack_into("<I", data, 512 + 1024 - 4, 1)

    with pytest.raises(Refusal, match="no end"):
        check_container(bytes(data))


@pytest.mark.parametrize("cut", [8, 100, 511])
def test_a_header_that_is_cut_off_is_refused(cut):
    with pytest.raises(Refusal, match="header"):
        check_container(make_container([END])[:cut])


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not beside this checkout")
def test_every_real_container_passes():
    found = [path for path in sorted(DATA.rglob("*")) if path.is_file() and path.read_bytes()[:8] == MAGIC]
    for path in found:
        check_container(path.read_bytes())

    assert len(found) > 15
