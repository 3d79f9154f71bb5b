"""Text in code pages that nobody has declared: `languages.csv` has words of a shop in many languages.

The tables below are made of them and written in each code page; the cells that come out must be those that went in.
"""

import random

import pytest

from bench.conditioning.languages import read_languages, write_table
from conditioners.auto.conditioning import AutoConditioned
from conditioners.structure import encodings
from conditioners.structure.code_pages import guess_code_page
from tests.conditioning.undeclared import condition_undeclared

LANGUAGES = {language.name: language for language in read_languages()}
WRITTEN = [(language.name, encoding) for language in LANGUAGES.values() for encoding in language.encodings]


def condition(data):
    """The outcome, and the rows of the first table."""
    found = condition_undeclared(data, "export.csv")
    return found.outcome, found.tables[0] if found.tables else []


@pytest.mark.parametrize(("language", "encoding"), WRITTEN)
def test_a_table_in_the_code_page_of_its_language_comes_out_as_it_was(language, encoding):
    rows, data = write_table(LANGUAGES[language], encoding, rows=12)
    outcome, found = condition(data)

    assert found == rows
    assert outcome.summary.encoding["confidence"] in ("high", "low")
    assert outcome.summary.encoding["runner_up"] != outcome.summary.encoding["name"]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("language", ["German", "Russian", "Chinese", "Japanese", "Arabic", "Thai"])
def test_wide_characters_need_no_byte_order_mark(language, encoding):
    rows, data = write_table(LANGUAGES[language], encoding, rows=12)
    outcome, found = condition(data)

    assert found == rows
    assert outcome.summary.encoding["name"] == encoding


@pytest.mark.parametrize(
    "text", ["a,b,c\n\0,2,3\n", "id,name\n\0,né\n\0,b\n\0,c\n", "id|note\n\0|of the shop\n2|\0\0\n3|none\n\0|said\n"]
)
def test_cells_of_nuls_make_no_chinese_of_the_marks_and_letters_around_them(text):
    outcome, found = condition(text.encode())
    mark = "|" if "|" in text else ","

    assert found == [line.split(mark) for line in text.splitlines()]
    assert outcome.summary.encoding["name"] in ("ascii", "utf-8")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["名,値\n1,2\n", "ひらがな,え\nあい,かき\nさし,すせ\n", "商品名,価格\nりんご,120\nみかん,80\n"]
)
def test_wide_characters_whose_bytes_are_those_of_ascii_are_read_as_what_they_are(text, encoding):
    outcome, found = condition(text.encode(encoding))

    assert found == [line.split(",") for line in text.splitlines()]
    assert outcome.summary.encoding["name"] == encoding


def test_japanese_mail_without_a_byte_above_127_is_read():
    rows, data = write_table(LANGUAGES["Japanese"], "iso2022_jp", rows=12)
    outcome, found = condition(data)

    assert data.isascii()
    assert found == rows
    assert outcome.summary.encoding["name"] == "iso2022_jp_2"


def test_most_tables_with_only_a_few_words_beyond_ascii_are_read_right_and_a_high_confidence_can_be_trusted():
    right, sure, sure_and_right = 0, 0, 0
    for language, encoding in WRITTEN:
        rows, data = write_table(LANGUAGES[language], encoding, rows=24, words_every=10)
        outcome, found = condition(data)
        is_right = found == rows
        right += is_right
        if outcome.summary.encoding.get("confidence") == "high":
            sure += 1
            sure_and_right += is_right

    assert right >= 0.85 * len(WRITTEN)
    assert sure_and_right >= 0.97 * sure > 0


@pytest.mark.parametrize(
    "word",
    [
        "Müller", "café", "São Paulo", "España", "Malmö", "£5.00", "20 °C", "don’t", "m²", "1\xa0234,50", "Brand®",
        "“quoted”", "5 €", "Nº 5", "Straße", "Ørsted",
    ],
)  # fmt: skip
def test_one_western_cell_is_read_as_windows_1252_and_the_summary_tells_that_it_is_a_guess(word):
    data = f"id;name;units\n1;plain;5\n2;{word};7\n3;other thing;8\n".encode("cp1252")
    outcome, rows = condition(data)

    assert rows[2] == ["2", word, "7"]
    assert outcome.summary.encoding["name"] in ("cp1252", "iso8859-15", "iso8859-1", "cp1254")
    assert outcome.summary.encoding["confidence"] == "low"


def test_the_evidence_shows_what_the_next_best_code_page_would_make_of_a_cell():
    _, data = write_table(LANGUAGES["Polish"], "cp1250", rows=12)
    found = condition(data)[0].summary.encoding

    assert found["name"] == "cp1250"
    assert found["evidence"].startswith("not UTF-8; ")
    assert f"which {found['runner_up']} reads as " in found["evidence"]


def test_words_beyond_ascii_that_come_late_are_guessed_by_themselves():
    _, data = write_table(LANGUAGES["Russian"], "cp1251", rows=40)
    early = b"".join(b"B-%06d;Item;;1;\r\n" % n for n in range(250_000))
    head, _, rest = data.partition(b"\r\n")
    outcome, rows = condition(head + b"\r\n" + early + rest)

    assert len(early) > 4 << 20
    assert rows[-1][2] == "Москва"
    assert outcome.summary.encoding["name"] == "cp1251"
    assert outcome.summary.encoding["confidence"] == "high"


@pytest.mark.parametrize("language", ["Chinese", "Thai", "Greek", "Arabic", "Korean"])
def test_no_code_page_passes_for_damaged_utf_8(language):
    _, encoding = next(pair for pair in WRITTEN if pair[0] == language)
    rows, data = write_table(LANGUAGES[language], encoding, rows=3)

    assert condition(data)[1] == rows


def test_bytes_that_are_text_in_no_code_page_are_refused():
    noise = b"a;b\n" + b"".join(random.Random(4).randbytes(30).replace(b"\0", b"~") + b"\n" for _ in range(60))

    assert not isinstance(condition(noise)[0], AutoConditioned)


def test_text_without_a_cell_beyond_ascii_gives_no_guess():
    assert guess_code_page(b"a;b\n1;2\n") is None


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", ("Goiânia", "Inês", "Macapá", "Florianópolis")),
        ("cp1252", ("piña", "Málaga", "atún", "Región")),
        ("cp1252", ("août", "pâté", "crème")),
        ("cp1252", ("Malmö", "Åsa", "kött")),
        ("cp1250", ("kiełbasa", "Częstochowa", "Łódź")),
        ("cp1254", ("Muğla", "Eskişehir", "Şehir", "İzmir")),
    ],
)
def test_a_few_words_are_read_in_the_code_page_that_makes_them_those_of_one_language(encoding, words):
    data = "cod;nome\n" + "".join(f"{number};{word}\n" for number, word in enumerate(words))

    assert data.encode(encoding).decode(guess_code_page(data.encode(encoding)).name) == data


def test_a_word_that_stands_in_each_line_of_a_list_with_bars_counts_once():
    lines = [f"|{1000 + n}|{n * 3},50 |{('Öl 5W30', 'Blech')[n % 2]:<20}|EUR  |" for n in range(30)]
    data = "\n".join(["|Werk|Menge |Kurztext            |Währg|", *lines]).encode("cp1252")

    assert guess_code_page(data).name == "cp1252", "and no Chinese sign stands within `Währg`"


WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize(
    "document",
    [
        '[{"id": 1, "name": "Zoë"}, {"id": 2, "name": "山田"}]',
        '{"id": 1, "name": "Zoë"}\n{"id": 2, "name": "山田"}\n',
        "<rows><row><id>1</id><name>Zoë</name></row><row><id>2</id><name>山田</name></row></rows>",
        "<html><table><tr><th>id<th>name<tr><td>1<td>Zoë<tr><td>2<td>山田</table></html>",
    ],
)
def test_documents_of_wide_characters_are_read_without_a_byte_order_mark(document, encoding):
    conditioned = condition_undeclared(document.encode(encoding))

    assert conditioned.tables == [[["id", "name"], ["1", "Zoë"], ["2", "山田"]]]
    told = conditioned.summary.encoding
    assert told is None or (told["name"] == encoding and told["evidence"].startswith("no byte order mark"))


def test_the_sign_for_any_currency_is_the_euro_of_another_code_page():
    rows = [["Größe", "Preis €"], ["Köln", "1,5"], ["Fürth", "2,5"], ["Nürnberg", "9,9"]]
    data = "".join(f"{one};{two}\n" for one, two in rows).encode("iso8859-15")

    assert condition_undeclared(data).tables == [rows]


def test_the_code_page_of_a_text_is_guessed_once(monkeypatch):
    guessed, guess = [], encodings.guess_code_page
    monkeypatch.setattr(encodings, "guess_code_page", lambda data: guessed.append(data) or guess(data))

    result = condition_undeclared("Stadt,Größe\nKöln,5\nMünchen,7\n".encode("cp1252"))

    assert result.tables == [[["Stadt", "Größe"], ["Köln", "5"], ["München", "7"]]]
    assert len(guessed) == 1


@pytest.mark.parametrize(("mark", "page"), [("€", "cp1252"), ("€", "iso8859-15"), ("£", "cp1252"), ("¥", "cp1252")])
@pytest.mark.parametrize("form", ["{n},50 {mark}", "{mark}{n}.50"])
def test_a_currency_behind_or_before_every_number_is_no_letter_of_another_alphabet(read, mark, page, form):
    amounts = [form.format(n=n, mark=mark) for n in range(1, 9)]
    text = "Filiale;Stück;Umsatz\n" + "".join(f"{n:03};{n};{amount}\n" for n, amount in enumerate(amounts))
    rows, _, _ = read(text.encode(page))

    assert rows[0][1] == "Stück"
    assert [row[2] for row in rows[1:]] == amounts
