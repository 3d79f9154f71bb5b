"""The limits that a raw file must keep to, so that no file can exhaust memory, disk or patience."""

from __future__ import annotations

from dataclasses import dataclass

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


@dataclass(frozen=True)
class Limits:
    """Sizes are in bytes. A file beyond a limit is refused with the limit's name; a row beyond one is quarantined."""

    raw_bytes: int = 64 * GIB
    unpacked_bytes: int = 64 * GIB
    """Of everything inside one compressed file or archive."""
    unpacked_ratio: int = 250
    """How many times its packed size a compressed file may unpack to; small ones may always have `unpacked_free`."""
    unpacked_free: int = 16 * MIB
    unpacked_lines_free: int = 250_000
    unpacked_lines_ratio: int = 80
    """Lines that a compressed file may unpack to: what it may always have, and how many more for each of its bytes."""
    unpacked_objects_free: int = 100_000
    unpacked_objects_ratio: int = 10
    """Objects and lists of JSON, likewise."""
    unpacked_tags_free: int = 100_000
    unpacked_tags_ratio: int = 80
    """Tags of XML and HTML, likewise, opening and closing."""
    segments_free: int = 100_000
    segments_ratio: int = 20
    """Segments of EDI, likewise."""
    odd_rows_free: int = 20_000
    odd_rows_ratio: int = 10
    """Rows of a packed file that are rejected, or, without a declaration, blank or read one by one, likewise."""
    tries_free: int = 50_000
    """Records that are read to find the marks of texts without a declaration, under each choice of marks anew: what a
    file may always have, and one more for each byte of its texts. Those of usual ones take less than one for each."""
    rejected_free: int = 16 * MIB
    rejected_ratio: int = 100
    """What rejected rows may take: what is always allowed, and how many times the size of the raw file."""
    shown_free: int = 64 * MIB
    shown_ratio: int = 100
    """What the cells of all rows may take together where values stand in several rows, as those around records do."""
    shown_together: int = 64 * MIB
    """What those of one batch may take, and no more than half of it and twice the file; each is copied a few times."""
    dictionary_bytes: int = 128 * MIB
    """What an xz file takes to be unpacked; twice what its strongest preset does."""
    members: int = 10_000
    """Files inside one archive."""
    listing_bytes: int = 8 * MIB
    """The list of an archive's members, with their names."""
    listing_fields_bytes: int = 4 * KIB
    """What stands in that list behind the name of one member, such as its times; mostly less than a hundred bytes."""
    path_characters: int = 512
    """Of a member's path, or a sheet's name, which stands before the place of each row that is rejected."""
    line_bytes: int = 12 * MIB
    """One record of delimited or fixed-width text, or row of Parquet."""
    record_lines: int = 1000
    """Lines that one quoted field may run over."""
    unread_rows: int = 100_000
    """Rows of text whose cells cannot be told apart, unless as many can be read."""
    blank_lines: int = 1 << 20
    """As many as a spreadsheet has rows; beyond them, text has to have a tenth as many rows."""
    damaged_bytes: int = 100_000
    """Bytes that a text's encoding does not have, unless they are less than a tenth of it."""
    columns: int = 4096
    """Of a table without a declaration, JSON, or HTML."""
    labels: int = 100_000
    """In a header row of declared text."""
    repeated_cells: int = 4_000_000
    """That rows of a wide table become which are judged together: repetitions, with what stands beside them in each."""
    document_bytes: int = 64 * MIB
    """A format that has to be read whole: a workbook (packed), an EDI interchange."""
    json_bytes: int = 16 * MIB
    """A JSON document without its records or long lists, or one record; all take up to twenty times that in memory."""
    json_room: int = 384 * MIB
    """What the values of a JSON document that are held at the same time take in memory."""
    spilled_bytes: int = 640 * MIB
    """Long parallel lists of a JSON document, or the rows of an HTML document, packed, in a temporary file."""
    html_bytes: int = 16 * MIB
    """The beginning of an HTML document that its encoding is told by, and text that cells may repeat."""
    footer_bytes: int = 12 * MIB
    """The metadata of a Parquet file, which take up to thirty times their size in memory."""
    written_ratio: int = 100
    written_free: int = 32 * MIB
    """How many times its size the tables of a text may be without a declaration, and what they may always be."""
    packed_rows_ratio: int = 40
    """Rows of a Parquet file for each of its bytes; full grids of stores, days and zeros have up to 16."""
    packed_rows_free: int = 2_000_000
    packed_cells_free: int = 4_000_000
    """Rows and cells that a Parquet file may have whatever its size; cells beyond may be `unpacked_ratio` a byte."""
    repeated_ratio: int = 1000
    """How many times its size the values of a Parquet file may be, written out for each row, beyond a row group's."""
    row_group_bytes: int = 128 * MIB
    """One row group of a Parquet file, unpacked."""
    nested_values: int = 24_000_000
    """Values of lists in one row group: a single row may hold all of them."""
    value_bytes: int = 64 * MIB
    """The texts of one column in a row group, which may be a single one."""
    workbook_bytes: int = 320 * MIB
    """A workbook, unpacked."""
    workbook_room: int = 320 * MIB
    """What the cells of a workbook take in memory when they are parsed; `Room` says how it is reckoned."""
    sheets: int = 1000
    """Of one workbook."""
    depth: int = 64
    """Nesting of JSON and XML."""
    cells: int = 20_000_000
    """Of one workbook."""
    sparse_cells: int = 8_000_000
    """Of the area that a sheet's outermost cells span, unless a tenth of it is filled."""
    keys_in_memory: int = 7_000_000
    """Row identities held to find duplicates; files with more rows are read twice."""
    rows_to_sort: int = 1_000_000
    """Of a file whose form loses the table's order."""
    chunk_bytes: int = 7 * MIB // 2
    portion_records: int = 1 << 16
    """Records of text that are judged together."""
    threads: int = 2
    """That judge batches beside the thread that reads and writes, as far as there are processor cores."""


DEFAULT = Limits()
