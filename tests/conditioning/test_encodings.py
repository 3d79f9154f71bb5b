"""Encodings: what decides, what is told, and what happens to bytes that do not fit."""

from dataclasses import replace

import pytest

from conditioners.dialects import Delimited
from conditioners.limits import Limits
from conditioners.outcome import Refusal, SourceError
from conditioners.readers.decoding import Decoder

TEXT = "day,store,units,price,note\n2024-01-01,001,1,,Müller\n2024-01-02,001,1,,çà €\n"
ROWS = ["2024-01-01,001,1,,Müller", "2024-01-02,001,1,,çà €"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "windows-1252"])
@pytest.mark.parametrize("chunk_bytes", [4 << 20, 256])
def test_the_same_table_comes_out_of_any_encoding(make_source, run, encoding, chunk_bytes):
    source = make_source(dialects=(Delimited(name="plain", encodings=("windows-1252",)),))
    result = run(source, TEXT.encode(encoding), limits=Limits(chunk_bytes=chunk_bytes))

    assert result.rows == ROWS


@pytest.mark.parametrize("others", ["", "çà €"])
def test_every_byte_of_a_code_page_is_its_character_whatever_else_the_text_holds(make_source, run, others):
    source = make_source(dialects=(Delimited(name="plain", encodings=("windows-1252",)),))
    letters = bytes(range(0xA1, 0x100)).decode("cp1252") + others
    result = run(source, f"day,store,units,price,note\n2024-01-01,001,1,,{letters}\n".encode("cp1252"))

    assert result.rows == [f"2024-01-01,001,1,,{letters}"]


def test_a_byte_that_a_code_page_leaves_free_is_no_character(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", encodings=("windows-1252",)),))
    early = "day,store,units,price,note\n" + "2024-01-01,001,1,,Müller\n" * 50
    result = run(source, early.encode("cp1252") + b"2024-01-02,001,1,,\x81\n", limits=Limits(chunk_bytes=256))

    assert [(r["line"], r["rule"]) for r in result.rejects][-1] == ("52", "undecodable")


def test_the_evidence_for_the_encoding_is_in_the_summary(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", encodings=("windows-1252",)),))

    assert run(source, TEXT.encode("utf-8-sig")).summary.encoding["evidence"] == "byte order mark EFBBBF"
    assert "valid UTF-8" in run(source, TEXT.encode()).summary.encoding["evidence"]
    assert run(source, TEXT.encode("cp1252")).summary.encoding["name"] == "cp1252"
    assert run(source, b"day,store,units\n2024-01-01,001,1\n").summary.encoding["name"] == "ascii"


def test_the_first_line_beyond_ascii_decides_however_late_it_comes(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", encodings=("latin-1",)),))
    early = "".join(f"2024-01-01,{store:03d},1,,plain\n" for store in range(999))
    data = ("day,store,units,price,note\n" + early + "2024-01-02,001,1,,Müller\n").encode("latin-1")
    result = run(source, data, limits=Limits(chunk_bytes=256))

    assert result.rows[-1] == "2024-01-02,001,1,,Müller"
    assert f"the bytes from {len(data) - 6} on" in result.summary.encoding["evidence"]


def test_bytes_that_do_not_fit_quarantine_their_row_and_are_shown_in_hex(toy, run):
    result = run(toy, TEXT.encode() + b"2024-01-03,001,1,,M\xfcller\n2024-01-04,001,1,,ok\n")

    assert result.rows == [*ROWS, "2024-01-04,001,1,,ok"]
    assert [(r["line"], r["rule"], r["raw"]) for r in result.rejects] == [
        ("4", "undecodable", "2024-01-03,001,1,,M\\xfcller")
    ]


@pytest.mark.parametrize("page", ["windows-1252", "windows-1251", "iso-8859-7", "gb18030", "shift_jis", "euc-kr"])
def test_one_damaged_byte_costs_its_row_and_does_not_make_all_of_utf_8_text_another_code_page(make_source, run, page):
    source = make_source(dialects=(Delimited(name="plain", encodings=(page,)),))
    rows = [f"2024-01-{day:02},001,1,,Größe {day}" for day in range(1, 20)]
    result = run(source, "\n".join(["day,store,units,price,note", *rows, ""]).encode() + b"2024-01-20,001,1,,Gr\xff\n")

    assert result.rows == rows
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("21", "undecodable")]
    assert result.summary.encoding == {
        "name": "utf-8",
        "evidence": "76 bytes beyond ASCII are valid UTF-8, and 1 are not",
    }


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("windows-1252", "CAFÉ® «À» Größe"), ("windows-1251", "«Россия» №5"), ("gb18030", "联通公司的销售数据"),
        ("shift_jis", "売上データ、東京"), ("euc-kr", "판매 자료"), ("windows-1256", "المبيعات"),
        ("tis-620", "ยอดขายรายสัปดาห์"),
    ],
)  # fmt: skip
def test_text_in_a_code_page_is_no_damaged_utf_8(make_source, run, page, words):
    source = make_source(dialects=(Delimited(name="plain", encodings=(page,)),))
    result = run(source, f"day,store,units,price,note\n2024-01-01,001,1,,{words}\n".encode(page))

    assert result.rows == [f"2024-01-01,001,1,,{words}"]


def test_a_code_page_that_nobody_declared_is_never_guessed(toy, run):
    result = run(toy, TEXT.encode("windows-1252"))

    assert result.rows == []
    assert {r["rule"] for r in result.rejects} == {"undecodable"}


@pytest.mark.parametrize("chunk_bytes", [4 << 20, 32])
def test_a_mark_within_a_file_is_text_and_no_row_is_lost_with_it(toy, run, chunk_bytes):
    mark = "\ufeff"
    text = f"day,store,units,price,note\n2024-01-01,001,1,,x\n{mark}2024-01-02,001,1,,y\n2024-01-03,001,1,,z\n{mark}"
    result = run(toy, text.encode(), limits=Limits(chunk_bytes=chunk_bytes))

    assert result.rows == ["2024-01-01,001,1,,x", "2024-01-03,001,1,,z"]
    assert [(r["line"], r["rule"]) for r in result.rejects] == [("3", "not_a_day"), ("5", "wrong_field_count")]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("chunk_bytes", [4 << 20, 256])
def test_wide_characters_without_a_mark_are_read_where_they_are_declared(make_source, run, encoding, chunk_bytes):
    source = make_source(dialects=(Delimited(name="plain", encodings=(encoding, "windows-1252")),))
    plain = TEXT.replace("ü", "u").replace("çà €", "c")
    limits = Limits(chunk_bytes=chunk_bytes)

    assert run(source, TEXT.encode(encoding), limits=limits).rows == ROWS
    assert run(source, TEXT.encode(), limits=limits).rows == ROWS
    assert run(source, TEXT.encode("cp1252"), limits=limits).rows == ROWS
    found = run(source, plain.encode(encoding), limits=limits).summary.encoding
    assert (found["name"], found["evidence"]) == (encoding, "declared, and the text begins with wide characters")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-16"])
def test_a_sample_in_wide_characters_is_drafted_and_cut_at_whole_ones(draft, run, encoding):
    lines = "".join(f"2024-01-{1 + n % 28:02}\t{n:05}\t{n}\n" for n in range(200))
    data = ("day\tstore\tunits\n" + lines).encode(encoding)
    _, source = draft("sales.txt", data)

    assert run(source, data).summary.rows_out == 200


@pytest.mark.parametrize("marks", [{"quote": "«"}, {"escape": "\\\\"}])
def test_a_mark_of_several_bytes_cannot_be_declared_but_as_delimiter(marks):
    with pytest.raises(SourceError, match="must be one ASCII character"):
        Delimited(name="odd", **marks)


def test_a_delimiter_beyond_ascii_is_drafted_and_read_in_any_encoding(draft, run):
    text = "store§day§units\n007§2024-01-01§5\n008§2024-01-02§6\n009§2024-01-03§7\n"
    _, source = draft("sales.txt", text.encode())
    (dialect,) = source.dialects

    assert dialect.delimiters == ("§",)
    for encoding in ("utf-8", "utf-16", "latin-1"):
        known = replace(source, dialects=(replace(dialect, encodings=("latin-1",)),))
        assert run(known, text.replace("§7", "§x").encode(encoding)).rows == ["007,2024-01-01,5", "008,2024-01-02,6"]


@pytest.mark.parametrize("cut", range(-4, 2))
@pytest.mark.parametrize("encoding", ["windows-1252", "utf-8"])
def test_half_a_character_at_the_end_of_a_block_decides_nothing(make_source, run, encoding, cut):
    source = make_source(dialects=(Delimited(name="plain", encodings=("windows-1252",)),))
    data = "day,store,units,price,note\n2024-01-01,001,1,,ßé x€\n2024-01-02,001,1,,ü\n".encode(encoding)
    first = next(at for at, byte in enumerate(data) if byte > 127)
    result = run(source, data, limits=Limits(chunk_bytes=first - cut))

    assert result.rows == ["2024-01-01,001,1,,ßé x€", "2024-01-02,001,1,,ü"]
    assert f"the bytes from {first} on" in result.summary.encoding["evidence"]


def test_labels_in_a_code_page_that_nobody_declared_are_refused_with_that_reason(make_source, run):
    source = make_source(dialects=(Delimited(name="plain", labels={"store": "Händler"}),))
    text = "day,Händler,units,price,note\n2024-01-01,001,1,,\n"

    assert run(source, text.encode()).rows == ["2024-01-01,001,1,,"]
    reason = run(source, text.encode("cp1252")).refusal.reason
    assert "line 1 lacks store ('Händler')" in reason
    assert "the file may be in another code page" in reason
    assert "code page" not in run(source, text.replace("Händler", "Shop").encode()).refusal.reason


@pytest.mark.parametrize(
    ("encoding", "note"), [("iso2022_jp", "漢字テスト"), ("hz", "中文~"), ("utf-7", "Größe + 漢字")]
)
def test_a_declared_encoding_of_ascii_bytes_alone_is_read_however_late_its_characters_begin(
    make_source, run, encoding, note
):
    source = make_source(dialects=(Delimited(name="plain", encodings=("windows-1252", encoding)),))
    lines = [
        "day,store,units,price,note",
        *(f"2024-01-01,{n:03},1,,a" for n in range(200)),
        f"2024-01-02,001,1,,{note}",
    ]
    text = "".join(f"{line}\n" for line in (*lines, "2024-01-03,001,x,,b"))

    for limits in (Limits(), Limits(chunk_bytes=600)):
        result = run(source, text.encode(encoding), limits=limits)
        assert result.rows[-1] == f"2024-01-02,001,1,,{note}"
        assert [reject["line"] for reject in result.rejects] == ["203"]
    assert result.summary.encoding["name"] == encoding


@pytest.mark.parametrize("name", ["utf-8", "cp932", "gb18030", "euc_jp", "utf-16-le"])
def test_a_character_cut_by_a_block_stays_where_bytes_that_are_none_follow(name):
    raw, damage = ("あい" * 8).encode(name), b"\xff\xff" if name != "utf-16-le" else b"\x00\xdc"
    for cut in range(4, len(raw)):
        decoder = Decoder.of(name, "told")
        text = decoder.feed(raw[:cut], last=False) + decoder.feed(raw[cut:] + damage, last=False)
        assert text.decode().startswith("あい" * 8)


def test_bytes_that_are_no_characters_are_counted_in_all_blocks():
    decoder = Decoder(())
    decoder.feed(b"a\xffb", last=False)

    with pytest.raises(Refusal, match="are no characters in utf-8"):
        for _ in range(4):
            decoder.feed(b"\xff" * 40_000, last=False)


def test_a_character_whose_second_byte_is_ascii_may_be_cut_by_a_block_of_ascii():
    decoder = Decoder.of("cp932", "told")

    assert decoder.feed(b"ab\x83", last=False) + decoder.feed(b"\x5cabc", last=False) == "abソabc".encode()
