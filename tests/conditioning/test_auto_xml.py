"""XML without a declaration: what is taken for it, and which values around its records are theirs."""

import pytest

from tests.conditioning.undeclared import condition_undeclared


@pytest.mark.parametrize("rows", [3, 3000])
def test_what_holds_together_as_xml_is_xml_without_a_declaration_or_a_name(rows):
    text = f"<sales>{'<row><store>1</store><units>2</units></row>' * rows}</sales>"
    found = condition_undeclared(text, "sales.dat")

    assert found.outcome.summary.dialect["format"] == "XML"
    assert found.outcome.summary.table.rows_out == rows


@pytest.mark.parametrize(
    "text",
    ["<TICKER>,<DATE>,<CLOSE>\n" + "SP500,20240102,1\n" * 3000, "<a>,<b>\n1,2\n3,4\n", "<b>x</b>,y\n<b>z</b>,w\n"],
)
def test_cells_in_angle_brackets_are_text(text):
    assert condition_undeclared(text, "prices.txt").outcome.summary.dialect["format"] == "delimited text"


def read_xml(text):
    found = condition_undeclared(text, "a.xml")
    return found.tables[0], found.summary


def test_records_of_xml_have_the_values_of_the_elements_that_they_stand_in():
    weeks = "".join(f'<w n="{n}"><u>{n * 5}</u></w>' for n in range(20))
    text = (
        f'<r made="x"><s id="007"><name>A</name>{weeks}</s><s id="008"><name>B</name></s>'
        f'<s id="009"><name>C</name>{weeks}<late>z</late></s></r>'
    )
    rows, found = read_xml(text)

    assert rows[:2] == [["s/@id", "s/name", "s/late", "@n", "u"], ["007", "A", "", "0", "0"]]
    assert rows[21:23] == [["008", "B", "", "", ""], ["009", "C", "", "0", "0"]]
    assert len(rows) == 42
    assert dict(found.skipped) == {
        "path /": "outside of the records at /r/s/w",
        "path /r/s/late": "behind the records that it stands around",
    }


def test_elements_that_come_again_in_a_record_are_rows_only_if_its_own_values_stand_before_them():
    lines = "<line><sku>A</sku></line><line><sku>B</sku></line>"
    before, _ = read_xml(f'<o><q id="1"><n>x</n>{lines}</q><q id="2"><n>y</n><line><sku>C</sku></line></q></o>')
    behind, _ = read_xml(f'<o><q id="1">{lines}<n>x</n></q><q id="2"><line><sku>C</sku></line><n>y</n></q></o>')

    assert before == [["q/@id", "q/n", "sku"], ["1", "x", "A"], ["1", "x", "B"], ["2", "y", "C"]]
    assert behind == [["@id", "line/sku", "n"], ["1", "A, B", "x"], ["2", "C", "y"]]


def test_records_of_xml_have_the_keys_that_stand_in_further_elements_beside_them():
    values = "".join(f'<o><t value="20{n}"/><u value="{n}.5"/></o>' for n in range(10, 20))
    keys = '<key><v id="GEO" value="{}"/><v id="FREQ" value="A"/></key><price cur="EUR">{}<note>x</note></price>'
    series = "".join(f"<s>{keys.format(*each)}{values}</s>" for each in [("AT", 5), ("DE", 6)])
    rows, found = read_xml(f"<r><head><made>today</made></head>{series}</r>")

    assert rows[0] == ["s/key/v/@id", "s/key/v/@value", "s/price/@cur", "s/price", "t/@value", "u/@value"]
    assert rows[1] == ["GEO, FREQ", "AT, A", "EUR", "5x", "2010", "10.5"]
    assert rows[11] == ["GEO, FREQ", "DE, A", "EUR", "6x", "2010", "10.5"]
    assert found.dialect["joined"] == ["s/key/v/@id", "s/key/v/@value"]
    assert found.skipped == (("path /", "outside of the records at /r/s/o"),)


def test_elements_that_come_often_beside_records_of_xml_are_none_of_their_values():
    series = "<s><log>" + "<e>x</e>" * 17 + "</log>" + '<o t="1" u="2" v="3"/>' * 20 + "</s>"
    rows, found = read_xml(f"<r>{series * 2}</r>")

    assert rows == [["@t", "@u", "@v"], *[["1", "2", "3"]] * 40]
    assert [(table.name, table.rows_out) for table in found.further_tables] == [("/r/s/log", 2)]


def test_columns_of_xml_in_which_values_are_joined_are_told():
    several = "<w><u>1</u><u>2</u></w><w><u>3</u></w>" * 9
    _, found = read_xml(f"<r><s><tag>x</tag><tag>y</tag>{several}</s><s><tag>z</tag>{several}</s></r>")
    _, single = read_xml("<r><w><u>1</u></w><w><u>3</u></w></r>")

    assert found.dialect == {"format": "XML", "records": "/r/s/w", "joined": ["s/tag", "u"]}
    assert single.dialect == {"format": "XML", "records": "/r/w"}


def test_text_behind_the_elements_inside_of_a_value_is_kept():
    items = "".join(f"<item><no>{n}</no><note><b>new</b> and {n}</note> behind {n}</item>" for n in range(3))
    rows, _ = read_xml(f"<list>{items}</list>")

    assert rows == [
        ["no", "note/b", "note", "item"],
        *([str(n), "new", f"and {n}", f"behind {n}"] for n in range(3)),
    ]
