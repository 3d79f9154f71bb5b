"""Parquet files whose rows take next to no room are refused before they are read; honest ones of few values are not."""

import base64
import io
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.parquet import encryption

from conditioners.auto import grid_rows
from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.parquet.footer import ColumnChunk, read_chunks
from conditioners.readers.parquet.limits import check_pages, check_sizes
from conditioners.readers.parquet.pages import measure_pages
from conditioners.readers.parquet.reading import _find_most_rows
from conditioners.readers.parquet.thrift import Thrift, ThriftError
from conditioners.structure import parquet as structure_parquet
from tests.conditioning.undeclared import condition_undeclared


def parquet(table, **options):
    file = io.BytesIO()
    pq.write_table(table, file, **options)
    return file.getvalue()


class Keys(encryption.KmsClient):
    """Keeps keys as they are."""

    def __init__(self):
        super().__init__()

    def wrap_key(self, key, name):
        return base64.b64encode(key)


def encrypt(columns, *, metadata):
    """What has a writer encrypt some columns, and the metadata where that is wanted."""
    wanted = encryption.EncryptionConfiguration(
        footer_key="all", column_keys={"some": columns}, plaintext_footer=not metadata
    )
    factory = encryption.CryptoFactory(lambda _: Keys())
    return factory.file_encryption_properties(encryption.KmsConnectionConfig(), wanted)


def repeated(text, rows):
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), [text])


def test_parquet_rows_that_take_no_room_are_refused(refuse):
    data = parquet(pa.table({"a": pa.nulls(30_000_000, pa.string())}))
    reason = (
        f"the file has 30000000 rows in {len(data)} bytes, more than 2000000 and 40 for each byte: "
        "split it into files of at most 2000000 rows"
    )

    assert refuse({"rows.parquet": data}, declared=False) == [reason]


def test_parquet_cells_that_take_no_room_are_refused(refuse):
    data = parquet(pa.table({f"c{number}": pa.nulls(300_000) for number in range(100)}))
    (reason,) = refuse({"cells.parquet": data}, declared=False)

    assert reason == (
        f"the file has 30000000 cells in {len(data)} bytes, more than 4000000 and 250 for each byte: "
        "split it into files of at most 4000000 cells"
    )


def test_a_long_text_that_is_stored_once_for_a_million_rows_is_refused(refuse):
    data = parquet(pa.table({"a": repeated("x" * 1000, 1_000_000)}))
    (reason,) = refuse({"texts.parquet": data}, declared=False)

    assert reason == (
        "its values, each written out for its row, are more than 134217728 bytes and 1000 times the size of the file"
    )


def test_columns_of_few_values_are_read():
    rows = 200_000
    table = {"store": sorted(f"S{row % 40:03}" for row in range(rows)), "currency": ["EUR"] * rows, "units": [0] * rows}
    found = condition_undeclared(parquet(pa.table(table), compression="zstd"), "grid.parquet")

    assert len(found.tables[0]) == rows + 1


def test_columns_that_claim_more_bytes_than_the_file_has_are_refused():
    data = parquet(pa.table({"a": [str(number) for number in range(1000)]}))

    with pytest.raises(Refusal, match=r"its metadata tell of \d+ bytes of columns, but it has 100"):
        check_sizes(pq.ParquetFile(io.BytesIO(data)).metadata, read_chunks(footer_of(data)), 100, Limits())


def test_what_columns_take_is_read_as_pyarrow_reads_it():
    nested = pa.array([[{"n": number, "t": "x" * number}] for number in range(300)])
    table = pa.table({"a": [str(number) for number in range(300)], "b": nested, "c": pa.nulls(300, pa.float64())})
    data = parquet(table, row_group_size=70, compression="zstd")
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    columns = [[group.column(number) for number in range(group.num_columns)] for group in groups]

    assert read_chunks(footer_of(data)) == [
        [
            ColumnChunk(
                packed=column.total_compressed_size,
                unpacked=column.total_uncompressed_size,
                codec=6,
                values=column.num_values,
                first=column.dictionary_page_offset or column.data_page_offset,
            )
            for column in group
        ]
        for group in columns
    ]
    assert {column.compression for group in columns for column in group} == {"ZSTD"}


def test_a_file_with_encrypted_columns_is_refused(refuse):
    data = parquet(pa.table({"a": ["x"], "b": ["y"]}), encryption_properties=encrypt(["b"], metadata=False))

    assert refuse({"a.parquet": data}, declared=False) == [
        "the Parquet file has encrypted columns: have it written without encryption"
    ]


def test_a_file_that_is_encrypted_as_a_whole_is_refused_by_that(refuse):
    data = parquet(pa.table({"a": ["x"], "b": ["y"]}), encryption_properties=encrypt(["b"], metadata=True))

    assert refuse({"a.parquet": data}, declared=False) == [
        "the file is a Parquet file that is encrypted as a whole; have it written without encryption"
    ]


def test_statistics_that_do_not_add_up_do_not_end_the_process(refuse):
    levels = b"\x19\x06\x19\x26\x02\x02"
    data = parquet(pa.table({"a": ["x", None]}))
    assert data.count(levels) == 1
    (reason,) = refuse({"a.parquet": data.replace(levels, b"\x19\x26\x02\x02\x19\x06")}, declared=False)

    assert reason.startswith("the Parquet file cannot be read: Repetition level histogram size mismatch")


@pytest.mark.parametrize(
    ("footer", "told"),
    [
        (b"\x49\x1c", "they end too early"),
        (b"\x49\x15", "they have a list of values of type 5 where structures belong"),
        (b"\x1f", "they have a value of type 15"),
        (b"\x1c" * 80, "they are nested more than 64 levels deep"),
        (b"\x19\xfc\xff\xff\xff\x0f" + b"\0" * 90, "they have lists of more than 1000000 values beside"),
        (b"\x1b\x01\x58\x02\x03abc\x05\x7a\0", "they end too early"),
        (b"\x49\x1c\x19\x1c\x3c\x66" + b"\xff" * 12, "they have an integer of more than 64 bits"),
    ],
)
def test_metadata_that_are_no_thrift_are_told(footer, told):
    with pytest.raises(ThriftError, match=told):
        read_chunks(footer)


def test_lists_of_integers_in_metadata_are_passed_over():
    integers = b"\x19\xf5\xd2\x0f" + b"\xff\x02" * 2002
    row_groups = b"\x39\x1c\x19\x1c\x3c\x66\x04\x16\x06\0\0\0"

    assert read_chunks(integers + row_groups + b"\0") == [[ColumnChunk(3, 2)]]


def footer_of(data):
    """The metadata of a file, which stand before their length and the mark."""
    return data[-8 - int.from_bytes(data[-8:-4], "little") : -8]


def test_what_pages_unpack_to_is_read_from_them():
    columns = {"a": [str(number) for number in range(9000)], "b": [[number] * 3 for number in range(9000)]}
    data = parquet(pa.table(columns), data_page_size=1000, compression="zstd")
    (group,) = read_chunks(footer_of(data))
    pages = [measure_pages(io.BytesIO(data), chunk) for chunk in group]

    assert [page.values for page in pages] == [9000, 27000]
    assert all(0.9 < page.unpacked / chunk.unpacked <= 1 for page, chunk in zip(pages, group, strict=True))


@pytest.mark.parametrize("compression", ["zstd", "gzip", "snappy"])
def test_pages_that_unpack_to_more_than_the_metadata_tell_are_refused(compression):
    data = parquet(pa.table({"a": ["x" * 100 for _ in range(1000)]}), use_dictionary=False, compression=compression)
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    told = [[replace(chunk, unpacked=1) for chunk in group] for group in read_chunks(footer_of(data))]

    with pytest.raises(Refusal, match="a row group unpacks to more than the limit of 100000 bytes"):
        check_pages(io.BytesIO(data), metadata, told, Limits(row_group_bytes=100_000))
    check_pages(io.BytesIO(data), metadata, told, Limits(row_group_bytes=110_000))


def test_a_number_of_another_type_than_its_field_has_counts_no_more_than_for_pyarrow():
    small, large = b"\x04\x02", b"\x05\xd0\x0f"  # Field 2 as 1 in 64 bits, and the same field as 1000 in 32.
    fields = b"\x25" + large[1:] + b"\x06\x04" + small[1:] + b"\x00"

    assert Thrift(fields).integers({2: 5}) == {2: 1000}


def test_a_page_of_a_size_below_nothing_is_refused():
    data = parquet(pa.table({"a": [1, 2, 3]}), use_dictionary=False, compression="zstd")
    (group,) = read_chunks(footer_of(data))
    at = group[0].first + 3
    assert data[at - 3 : at - 1] == b"\x15\x00"
    damaged = data[:at] + bytes([data[at] | 1]) + data[at + 1 :]

    with pytest.raises(ThriftError, match="a page has a size or count below 0"):
        measure_pages(io.BytesIO(damaged), group[0])


def test_a_row_of_millions_of_empty_values_in_lists_is_refused(refuse):
    values = pa.nulls(25_000_000, pa.int64())
    data = parquet(pa.table({"a": pa.ListArray.from_arrays([0, len(values)], values)}))

    assert refuse({"nulls.parquet": data}, declared=False) == [
        "the lists of a row group have more than 24000000 values together"
    ]


def test_bytes_of_a_fixed_length_that_are_stored_once_for_all_lists_of_a_row_are_refused(refuse):
    values = pa.array([b"x" * 100_000] * 2000, pa.binary(100_000))
    data = parquet(pa.table({"a": pa.ListArray.from_arrays([0, len(values)], values)}), compression="zstd")

    assert refuse({"lists.parquet": data}, declared=False) == [
        "a row group unpacks to more than the limit of 134217728 bytes"
    ]


@pytest.mark.parametrize("kind", [pa.string(), pa.binary()])
def test_a_row_of_parquet_is_held_to_the_length_of_a_line(kind):
    length = (13 << 20) if kind == pa.string() else (7 << 20)
    values = pa.array([b"x", b"x" * length], pa.binary()).cast(kind)
    data = parquet(pa.table({"a": values, "b": ["1", "2"]}), compression="zstd")
    found = condition_undeclared(data, "long.parquet").outcome

    assert (found.reason, found.where) == ("a row is longer than the limit of 12582912 bytes", "row 2")


def test_bytes_that_are_all_of_one_large_size_are_read_a_few_rows_at_a_time_or_refused(refuse):
    fields = [pa.field("a", pa.binary(1 << 20)), pa.field("b", pa.string())]
    data = parquet(pa.table({"a": pa.array([b"x" * (7 << 20)], pa.binary(7 << 20))}), compression="zstd")

    assert _find_most_rows(fields, Limits()) == 6
    assert refuse({"fixed.parquet": data}, declared=False) == [
        "a row has 14680064 digits of bytes, more than the limit of 12582912"
    ]


def test_the_more_columns_a_table_has_the_fewer_of_its_rows_are_read_at_a_time():
    fields = [pa.field(f"c{number}", pa.bool_()) for number in range(4000)]

    assert [_find_most_rows(fields[:count], Limits()) for count in (1, 10, 4000)] == [500_000, 50_000, 125]


def test_rows_are_written_the_same_all_at_once_or_one_by_one():
    columns = {"n": list(range(30)), "t": [f"S{row}" for row in range(30)], "f": [row % 2 == 0 for row in range(30)]}
    table = pa.table(columns)
    together = condition_undeclared(parquet(table), "a.parquet").tables[0]
    odd = pa.table({"n": [None, 7, 8], "t": ['a,"b', "c\r", "e\nf"], "f": [True, None, False]})
    alone = condition_undeclared(parquet(pa.concat_tables([table, odd])), "a.parquet").tables[0]

    assert together == [["n", "t", "f"], *([str(row), f"S{row}", str(row % 2 == 0).lower()] for row in range(30))]
    assert alone == [*together, ["", 'a,"b', "true"], ["7", "c\r", ""], ["8", "e\nf", "false"]]


def test_rows_with_empty_cells_are_not_judged_one_by_one(monkeypatch):
    judged, judge = [], grid_rows._judge
    monkeypatch.setattr(grid_rows, "_judge", lambda rows, width: judged.append(len(rows)) or judge(rows, width))
    table = pa.table({"a": pa.array([None, "x"] * 500, pa.string()), "b": pa.array([None] * 1000, pa.string())})

    result = condition_undeclared(parquet(table), "a.parquet")

    assert judged == []
    assert result.tables[0] == [["a", "b"], *[["", ""], ["x", ""]] * 500]
    assert result.summary.table.nulls == (500, 1000)


def test_row_groups_of_a_row_each_are_shown_together(monkeypatch):
    shown, show = [], structure_parquet._show
    monkeypatch.setattr(structure_parquet, "_show", lambda rows, at: shown.append(rows.height) or show(rows, at))
    rows = [str(number % 7) for number in range(2001)]

    result = condition_undeclared(parquet(pa.table({"a": rows}), row_group_size=1), "a.parquet")

    assert set(shown) == {1000, 1}
    assert result.tables[0] == [["a"], *[[row] for row in rows]]
