"""XML without a declaration whose elements of several kinds come again: each kind is a table."""

from tests.conditioning.undeclared import condition_undeclared


def read(text):
    return condition_undeclared(f'<?xml version="1.0"?>{text}', "file.xml")


def test_elements_of_two_kinds_that_take_turns_are_two_tables():
    found = read(
        "<all>" + "".join(f"<name><n>A{n}</n></name><sum><eur>{n}.50</eur></sum>" for n in range(9)) + "</all>"
    )

    assert found.tables == [[["n"], *([f"A{n}"] for n in range(9))], [["eur"], *([f"{n}.50"] for n in range(9))]]
    assert found.summary.skipped == ()
    assert [table.name for table in found.summary.further_tables] == ["/all/sum"]


def test_balances_beside_entries_are_a_table_of_their_own():
    balances = "".join(f"<bal><eur>{n}.00</eur></bal>" for n in (1, 2))
    entries = "".join(f"<ntry><eur>0.{n}0</eur><text>in</text></ntry>" for n in range(1, 6))
    found = read(f"<doc><made>2024-01-05</made><stmt><iban>DE1</iban>{balances}{entries}</stmt></doc>")

    assert found.tables == [
        [["eur", "text"], *([f"0.{n}0", "in"] for n in range(1, 6))],
        [["eur"], ["1.00"], ["2.00"]],
    ]  # fmt: skip
    assert found.summary.skipped == (("path /", "outside of the records at /doc/stmt/ntry, /doc/stmt/bal"),)


def test_what_several_further_elements_hold_in_one_cell_is_told_with_their_path():
    rows = "".join(f"<row><a>{n}</a><b>x</b></row>" for n in range(9))
    found = read(f"<all>{rows}<tag><w>u</w><w>v</w></tag><tag><w>s</w><w>t</w></tag></all>")

    assert found.tables[1] == [["w"], ["u, v"], ["s, t"]]
    assert found.summary.dialect["joined"] == ["/all/tag: w"]
