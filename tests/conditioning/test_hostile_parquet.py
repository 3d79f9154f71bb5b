"""Parquet files whose rows take next to no room are refused before they are read; honest ones of few values are not."""

import base64
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow.parquet import encryption

from conditioners.limits import Limits
from conditioners.outcome import Refusal
from conditioners.readers.parquet import _check_sizes
from conditioners.readers.parquet_footer import ColumnChunk, FooterError, read_chunks
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
        _check_sizes(pq.ParquetFile(io.BytesIO(data)).metadata, read_chunks(footer_of(data)), 100, Limits())


def test_what_columns_take_is_read_as_pyarrow_reads_it():
    nested = pa.array([[{"n": number, "t": "x" * number}] for number in range(300)])
    table = pa.table({"a": [str(number) for number in range(300)], "b": nested, "c": pa.nulls(300, pa.float64())})
    data = parquet(table, row_group_size=70, compression="zstd")
    metadata = pq.ParquetFile(io.BytesIO(data)).metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    columns = [[group.column(number) for number in range(group.num_columns)] for group in groups]

    assert read_chunks(footer_of(data)) == [
        [ColumnChunk(column.total_compressed_size, column.total_uncompressed_size) for column in group]
        for group in columns
    ]


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
    with pytest.raises(FooterError, match=told):
        read_chunks(footer)


def test_lists_of_integers_in_metadata_are_passed_over():
    integers = b"\x19\xf5\xd2\x0f" + b"\xff\x02" * 2002
    row_groups = b"\x39\x1c\x19\x1c\x3c\x66\x04\x16\x06\0\0\0"

    assert read_chunks(integers + row_groups + b"\0") == [[ColumnChunk(3, 2)]]


def footer_of(data):
    """The metadata of a file, which stand before their length and the mark."""
    return data[-8 - int.from_bytes(data[-8:-4], "little") : -8]
