"""Reading the conditioned tables: what is kept, what is known, and what must not be trained on."""

from datetime import date

import polars as pl
import pytest

from training.tables import SegmentError, read_tables

AS_OF = date(2021, 5, 16)
HEADER = "week_start,region,store_id,store_format,product_id,mover,units,dollars\n"
GOOD = "2021-05-03,north,00001,large,000001,fast,5,10.00\n"


def read(folder, **files):
    """Tables from file texts, such as shipments='…'; a dict gives several files of one table."""
    for table, texts in files.items():
        for name, text in (texts if isinstance(texts, dict) else {"a": texts}).items():
            path = folder / table / f"{name}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_tables(folder, ["north", "south"], AS_OF)


def test_only_rows_of_the_regions_asked_for_and_known_by_then_are_read(tmp_path):
    later = GOOD.replace("2021-05-03", "2021-05-17")
    tables = read(tmp_path, shipments=HEADER + GOOD + later + GOOD.replace("north", "west"))

    assert tables.shipments["week_start"].to_list() == [date(2021, 5, 3)]
    assert tables.shipments["store_id"].to_list() == ["00001"]
    assert tables.shoppers is None
    tables.check("north", "large", "fast")


def test_files_in_nested_folders_are_read_together(tmp_path):
    tables = read(tmp_path, shipments={"2020/a": HEADER + GOOD, "b": HEADER + GOOD.replace("05-03", "05-10")})

    assert len(tables.shipments) == 2


@pytest.mark.parametrize(
    ("before", "after", "column"),
    [
        (",5,", ",five,", "units"), (",5,", ",-5,", "units"), (",5,", ",nan,", "units"), (",5,", ",,", "units"),
        (",5,", ",inf,", "units"), ("2021-05-03", "2021-05-04", "week_start"), ("2021-05-03", "May 3", "week_start"),
        ("00001", "", "store_id"), ("10.00", "ten", "dollars"),
    ],
)  # fmt: skip
def test_rubbish_in_a_row_fails_its_own_segment_only_and_names_the_cell(tmp_path, before, after, column):
    rows = HEADER + GOOD + GOOD.replace("fast", "slow").replace(before, after)
    tables = read(tmp_path, shipments=rows)

    with pytest.raises(SegmentError, match=f"shipments/a.csv, line 3: {column} is"):
        tables.check("north", "large", "slow")
    tables.check("north", "large", "fast")
    tables.check("south", "large", "slow")


@pytest.mark.parametrize("nothing", ["", '""'])
def test_an_empty_amount_of_dollars_is_no_rubbish(tmp_path, nothing):
    tables = read(tmp_path, shipments=HEADER + GOOD.replace("10.00", nothing))

    tables.check("north", "large", "fast")
    assert len(tables.shipments) == 1


def test_equal_rows_in_two_files_count_once(tmp_path):
    tables = read(tmp_path, shipments={"a": HEADER + GOOD, "b": HEADER + GOOD})

    assert len(tables.shipments) == 1
    tables.check("north", "large", "fast")


def test_rows_that_contradict_each_other_fail_their_segment_and_name_the_key(tmp_path):
    tables = read(tmp_path, shipments={"a": HEADER + GOOD, "b": HEADER + GOOD.replace(",5,", ",6,")})

    with pytest.raises(SegmentError, match="contradict each other for week_start 2021-05-03, region north"):
        tables.check("north", "large", "fast")
    tables.check("south", "large", "fast")


@pytest.mark.parametrize(
    "text",
    [b"", b"week_start,region\n", HEADER.encode() + b"\xff\xfe,north\n", (HEADER + "1,2,3,4,5,6,7,8,9\n").encode()],
)
def test_a_file_that_cannot_be_read_fails_every_segment_and_is_named(tmp_path, text):
    tables = read(tmp_path, shipments={"good": HEADER + GOOD, "torn": text})

    with pytest.raises(SegmentError, match=r"shipments/torn.csv cannot be read"):
        tables.check("south", "small", "slow")


def test_rubbish_weather_fails_the_regions_whose_stores_have_the_zip(tmp_path):
    tables = read(
        tmp_path,
        shipments=HEADER + GOOD,
        shoppers="week_start,region,store_id,zip,store_format,shoppers\n"
        "2021-05-03,north,00001,01111,large,9\n2021-05-03,south,00002,02222,large,9\n",
        weather="date,zip,element,value\n2021-05-03,01111,tmax_c,warm\n2021-05-03,02222,tmax_c,20.5\n",
    )

    with pytest.raises(SegmentError, match=r"weather/a.csv, line 2: value is 'warm'"):
        tables.check("north", "large", "fast")
    tables.check("south", "large", "fast")


def test_an_event_that_ends_before_it_starts_is_rubbish_for_its_region(tmp_path):
    header = "event_id,kind,name,region,product_id,start_date,end_date,discount_percent,announced_date\n"
    tables = read(
        tmp_path, shipments=HEADER + GOOD, events=header + "e,festival,Fair,north,,2021-05-09,2021-05-08,,2021-04-01\n"
    )

    with pytest.raises(SegmentError, match="end_date is '2021-05-08'"):
        tables.check("north", "large", "fast")
    tables.check("south", "large", "fast")


def test_dates_are_dates_and_codes_keep_their_zeros(tmp_path):
    tables = read(tmp_path, shipments=HEADER + GOOD)

    assert tables.shipments.schema["week_start"] == pl.Date
    assert tables.shipments.row(0)[2:6] == ("00001", "large", "000001", "fast")
