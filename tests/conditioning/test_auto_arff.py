"""ARFF without a declaration."""

import pytest

from tests.conditioning.undeclared import condition_undeclared

ARFF = """% Weather
@RELATION 'the weather'

@ATTRIBUTE outlook {sunny, 'partly, cloudy'}
@attribute 'wind speed' real
@attribute play {yes, no}

@DATA
sunny, 85.50, no
% a remark
'partly, cloudy',?,yes
"""


def test_an_arff_file_is_its_rows_under_its_attributes(read):
    rows, rejects, found = read(ARFF + "sunny,1\nsunny,070,'it\\'s'\n", "weather.arff")

    assert rows == [
        ["outlook", "wind speed", "play"], ["sunny", "85.50", "no"], ["partly, cloudy", "?", "yes"],
        ["sunny", "070", "it's"],
    ]  # fmt: skip
    assert rejects == ["12"]
    assert found.dialect == {"format": "ARFF", "delimiter": ",", "quote": "'"}
    assert ("line 10", "a comment") in found.skipped


WIDE = "@relation r\n" + "".join(f"@attribute a{n} real\n" for n in range(1000)) + "@data\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (WIDE + "{}\n" * 10_000, "sparse rows leave out more than 5000000 values"),
        (ARFF.replace("@DATA", ""), "the ARFF file has no @data within its first mebibyte"),
        (ARFF.replace("real", "relational"), "the ARFF file has no attributes, or some that are not read"),
    ],
)
def test_an_arff_file_that_is_not_read_is_refused_with_the_reason(text, reason):
    assert condition_undeclared(text, "weather.arff").outcome.reason == reason


def test_a_sparse_arff_row_has_what_it_leaves_out_as_the_format_defines_it_or_is_rejected(read):
    sparse = "@relation r\n@attribute a real\n@attribute b {'x y',z}\n@attribute c string\n@data\n"
    rows, rejects, _ = read(sparse + "{0 5, 2 'p, q'}\n{1 z, 2 ?}\n{0 5}\n{2 a, 1 z}\n{2 a, 3 z}\n1,z,w\n", "r.arff")

    assert rows == [["a", "b", "c"], ["5", "x y", "p, q"], ["0", "z", "?"], ["1", "z", "w"]]
    assert rejects == ["8", "9", "10"]
