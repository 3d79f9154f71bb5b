"""XML that declares entities, fetches what it names, or costs its parser more than its size is refused."""

import socket

import pytest

from tests.conditioning.undeclared import condition_undeclared

ENTITIES = "the XML document declares entities of its own, which are not followed"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


def test_entities_that_multiply_are_refused(refuse):
    data = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a><b><c>&l11;</c></b></a>'

    assert refuse({"laughs.xml": data.encode()}, declared=False) == [ENTITIES]


@pytest.mark.parametrize(
    ("declarations", "told"),
    [
        ('<!ENTITY a "&b;"><!ENTITY b "&a;">', "the XML document declares entities of its own, which are not followed"),
        (
            "<!ENTITY % p '<!ENTITY b \"c\">'><!ENTITY % x '%p;%p;%p;'>%x;",
            "not well-formed XML: PEReferences forbidden",
        ),
    ],
    ids=["entities in each other", "parameter entities"],
)
def test_a_document_that_declares_entities_is_xml_whatever_its_name_and_form_are(declarations, told):
    outcome = condition_undeclared(f"<!DOCTYPE r [{declarations}]><r><e>&a;</e></r>", "feed.dat").outcome

    assert outcome.reason.startswith(told)


def test_an_entity_or_a_document_type_elsewhere_is_not_fetched(condition, tmp_path):
    (tmp_path / "secret").write_text("SECRET")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        web = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        rows = "".join(f"<row><a>{n}</a><b>&e;</b></row>" for n in range(3))
        entities = [f'{how} SYSTEM "{where}"' for how in ("e", "% p") for where in (f"file://{tmp_path}/secret", web)]
        types = [f"[<!ENTITY {entity}>{'%p;' if '%' in entity else ''}]" for entity in entities]
        files = {f"{n}.xml": f"<!DOCTYPE t {each}><t>{rows}</t>".encode() for n, each in enumerate(types)}
        files["type.xml"] = f'<!DOCTYPE t SYSTEM "{web}"><t>{rows}</t>'.replace("&e;", "1").encode()
        *told, without = condition(files, declared=False)
        assert {each["reason"] for each in told} == {ENTITIES}
        assert (without["status"], without["rows_out"]) == ("conditioned", 3)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_xml_of_200000_levels_is_refused(refuse):
    (reason,) = refuse({"deep.xml": b"<a>" * 200_000 + b"</a>" * 200_000}, declared=False)

    assert reason == "the XML document is nested deeper than 64 levels"


ROWS = "".join(f"<row><a>{n}</a><b>{n}</b></row>" for n in range(3))
XML = {
    "names.xml": (
        "<t " + " ".join(f'xmlns:n{n}="u{n}"' for n in range(50_000)) + f">{ROWS}</t>",
        "a tag of the XML document declares more than 100 namespaces",
    ),
    "tag.xml": (
        "<t><row " + " ".join(f'a{n}="1"' for n in range(200_000)) + f"/>{ROWS}</t>",
        "the XML document has a tag or text longer than 1048576 bytes",
    ),
    "pieces.xml": (
        f"<t>{ROWS}<row><a>" + ("x" * 900_000 + "<i/>") * 20 + "</a></row></t>",
        "a record of the XML document, or what stands before its root, is over 12582912 bytes",
    ),
    "types.xml": (
        "<!DOCTYPE t [" + "".join(f"<!ELEMENT e{n} ANY>" for n in range(100_000)) + f"]><t>{ROWS}</t>",
        "a record of the XML document, or what stands before its root, is over 1048576 bytes",
    ),
}


def test_xml_whose_form_costs_the_parser_time_or_memory_is_refused(refuse):
    reasons = refuse({name: text.encode() for name, (text, _) in XML.items()}, declared=False)

    assert dict(zip(XML, reasons, strict=True)) == {name: reason for name, (_, reason) in XML.items()}


def test_namespaces_declared_anew_in_each_row_are_read(condition):
    rows = "".join(f'<row xmlns:n="u{n}"><n:a>{n}</n:a><n:b>1</n:b></row>' for n in range(1000))
    (told,) = condition({"rows.xml": f"<t>{rows}</t>".encode()}, declared=False)

    assert told["rows_out"] == 1000
