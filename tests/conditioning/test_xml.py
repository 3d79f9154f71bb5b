"""XML documents: rows from repeated elements with what stands above them, in any namespace, streaming."""

import gc
import io

import pytest

from conditioners.columns import Text, Whole
from conditioners.dialects import XmlElements
from conditioners.inputs.raw import OpenedRaw, RawInput
from conditioners.limits import Limits
from conditioners.outcome import SourceError
from conditioners.readers.batches import Located
from conditioners.readers.opening import open_readers

LABELS = {
    "shop": "report/shop/@id", "city": "report/shop/place/city", "units": "report/shop/sale/units",
    "note": "report/shop/sale/@note", "made": "report/made",
}  # fmt: skip


def make(make_source, labels=LABELS, records="report/shop/sale", **dialect):
    columns = (
        Text("shop"), Text("city", optional=True), Whole("units", minimum=0), Text("note", optional=True),
        Text("made", optional=True),
    )  # fmt: skip
    return make_source(
        columns=columns, key=(), dialects=(XmlElements(name="x", records=records, labels=labels, **dialect),)
    )


def report(*shops, made="<made>2024</made>"):
    return f"<?xml version='1.0'?><report>{made}{''.join(shops)}</report>"


SALES = '<sale note="n"><units> 1 </units></sale><sale><units>2</units></sale>'
SHOP = f'<shop id="007"><place><city>K&#246;ln</city></place>{SALES}</shop>'


def test_each_repeated_element_is_a_row_with_what_stands_above_it(make_source, run):
    result = run(make(make_source), report(SHOP, '<shop id="b"><sale><units>3</units></sale></shop>').encode())

    assert result.rows == ["007,Köln,1,n,2024", "007,Köln,2,,2024", "b,,3,,2024"]


@pytest.mark.parametrize(
    ("declared", "written", "name", "evidence"),
    [
        ("", "utf-8", "utf-8", "no XML declaration names another"),
        (" encoding='ISO-8859-1'", "latin-1", "iso-8859-1", "the XML declaration"),
        (" encoding='ISO-8859-1'", "utf-8-sig", "utf-8", "byte order mark"),
        (" encoding='utf-16'", "utf-16", "utf-16-le", "byte order mark"),
        ("", "utf-16-be", "utf-16-be", "the NULs of its first characters"),
    ],
)
def test_the_encoding_of_a_document_is_told_with_its_evidence(make_source, run, declared, written, name, evidence):
    text = report(SHOP.replace("&#246;", "ö")).replace("'1.0'", f"'1.0'{declared}")
    result = run(make(make_source), text.encode(written))

    assert result.rows == ["007,Köln,1,n,2024", "007,Köln,2,,2024"]
    assert result.summary.encoding == {"name": name, "evidence": evidence}


def test_what_stands_above_may_come_behind_the_rows(make_source, run):
    shop = '<shop id="a"><sale><units>1</units></sale><place><city>Ulm</city></place></shop>'
    late = report(shop, SHOP, made="").replace("</report>", "<made>late</made></report>")

    assert run(make(make_source), late.encode()).rows == ["a,Ulm,1,,late", "007,Köln,1,n,late", "007,Köln,2,,late"]


def test_names_without_a_prefix_fit_any_namespace_and_with_one_only_their_own(make_source, run):
    text = report(SHOP.replace("<sale", "<s:sale").replace("</sale", "</s:sale")).replace(
        "<report>", '<report xmlns="urn:r" xmlns:s="urn:s">'
    )
    strict = {name: label.replace("/sale", "/s:sale") for name, label in LABELS.items()}

    assert len(run(make(make_source), text.encode()).rows) == 2
    assert len(run(make(make_source, strict, "report/shop/s:sale", namespaces={"s": "urn:s"}), text.encode()).rows) == 2
    other = run(make(make_source, strict, "report/shop/s:sale", namespaces={"s": "urn:t"}), text.encode())
    assert other.refusal.reason == "the document has no element /report/shop/{urn:t}sale"


def test_a_rejected_element_is_told_by_its_path_and_shown_as_it_is_written(make_source, run):
    text = report(SHOP, '<shop id="b"><other/><sale><units>x</units></sale></shop>')
    (reject,) = run(make(make_source), text.encode()).rejects

    assert (reject["path"], reject["rule"]) == ("/report[1]/shop[2]/sale[1]", "not_a_number")
    assert reject["raw"] == "<sale><units>x</units></sale>"


def test_a_value_that_is_given_twice_is_never_chosen_from(make_source, run):
    text = report('<shop id="b"><sale><units>1</units><units>2</units></sale><sale><units>3</units></sale></shop>')
    result = run(make(make_source), text.encode())

    assert result.rows == ["b,,3,,2024"]
    assert [(r["rule"], r["reason"]) for r in result.rejects] == [("given_twice", "units stands more than once")]
    above = run(make(make_source), report(SHOP, "<made>2025</made>").encode())
    assert above.refusal.reason == "made stands twice"


def test_a_document_of_many_shops_is_read_in_bounded_pieces(make_source, run):
    text = report(*[SHOP.replace("007", f"{number:03}") for number in range(300)]).encode()
    result = run(make(make_source), text, limits=Limits(chunk_bytes=1000, rows_to_sort=2))

    assert result.summary.rows_out == 600
    assert result.rows[-1] == "299,Köln,2,,2024"


def test_rows_that_wait_for_a_value_behind_them_are_limited(make_source, run):
    late = report(*[SHOP] * 50, made="").replace("</report>", "<made>late</made></report>")

    refusal = run(make(make_source), late.encode(), limits=Limits(rows_to_sort=20)).refusal
    assert refusal.reason == "a value above more than 20 records stands behind them"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"<report><shop></report>", "not well-formed XML"),
        (b"<report>" + b"<shop>" * 200, "nested deeper than 64 levels"),
        (
            b'<!DOCTYPE r [<!ENTITY a "x">]><report><shop id="b"><sale><units>&a;</units></sale></shop></report>',
            "entit",
        ),
        (b"<report/>", "the document has no element /report/shop/sale"),
        (b"<other/>", "the document's root is other, not report"),
    ],
)
def test_a_document_that_cannot_be_trusted_is_refused(make_source, run, text, reason):
    assert reason in run(make(make_source), text).refusal.reason


def test_an_entity_that_is_declared_nowhere_is_told_with_its_line(make_source, run):
    refusal = run(make(make_source), b"<report>\n<shop>\n<name>A&nbsp;B</name></shop></report>").refusal

    assert (refusal.reason, refusal.where) == ("not well-formed XML: Entity 'nbsp' not defined", "line 3")


def test_a_label_that_begins_elsewhere_or_a_prefix_without_namespace_is_a_fault_of_the_declaration(make_source, run):
    with pytest.raises(SourceError, match="root of the records"):
        run(make(make_source, {**LABELS, "shop": "other/@id"}), b"<report/>")
    with pytest.raises(SourceError, match="stands around the records"):
        run(make(make_source, {**LABELS, "shop": "report/shop"}), b"<report/>")
    with pytest.raises(SourceError, match="declared namespace"):
        run(make(make_source, {**LABELS, "shop": "s:report/@id"}), b"<report/>")


def test_a_document_in_wide_characters_is_read(make_source, run):
    text = report(SHOP).replace("<?xml version='1.0'?>", "<?xml version='1.0' encoding='utf-16'?>")

    assert run(make(make_source), text.encode("utf-16")).rows == run(make(make_source), report(SHOP).encode()).rows


NAMESPACES = 'xmlns:a="urn:a" xmlns:b="urn:b"'


def test_an_attribute_in_no_namespace_goes_before_others_and_of_two_others_none_does(make_source, run):
    one = '<sale a:note="a" note="none"><units>1</units></sale>'
    two = '<sale a:note="a" b:note="b"><units>2</units></sale>'
    result = run(make(make_source), report(f'<shop {NAMESPACES} id="1">{one}{two}</shop>').encode())

    assert result.rows == ["1,,1,none,2024"]
    assert [(each["path"], each["rule"]) for each in result.rejects] == [("/report[1]/shop[1]/sale[2]", "given_twice")]


def test_two_attributes_above_the_records_that_one_label_leads_to_are_refused(make_source, run):
    shop = f'<shop {NAMESPACES} a:id="1" b:id="2">{SALES}</shop>'

    assert run(make(make_source), report(shop).encode()).refusal.reason == "@id stands twice, in two namespaces"


def test_rows_that_were_read_are_held_as_text_alone_and_their_places_are_known(make_source):
    text = report(SHOP * 100).encode()
    with OpenedRaw(RawInput("toy.xml", lambda: io.BytesIO(text), len(text)), Limits()) as opened:
        ((_, reader),) = open_readers(make(make_source), opened, Limits())
        (batch,) = [reader.read(part) for part in reader.parts()]
        held = sum(type(each) is Located for each in gc.get_objects())

    assert held < 100
    assert batch.frame.height == 200
    assert batch.locate([199]) == [("/report[1]/shop[100]/sale[2]", "<sale><units>2</units></sale>")]
