"""Files whose cells are full of other files' marks: the dialect is found all the same."""

import pytest

from conditioners.structure.sniffing import sniff


def lines(template, head="", count=20):
    return head + "".join(template.format(n=number, m=number * 3) + "\n" for number in range(10, 10 + count))


CASES = {
    "markdown between quotes, its lines like comments": (
        ',"', "title,text,url\n" + 'sample,"###\n# ||abc - abc||\n||def -|| def\n### pqr",https://shop.example/\n' * 8
    ),
    "triples of numbers between tabs, and a tab too many": ('\t"', lines("19{n}.jpg\t{n},{m},45\t87,{n},86\t")),
    "a template with its own braces": (',"', 'Name,Kind\n{% for x %}"{{ x.name|quote }}","{{ x.kind }}"\n{% end %}\n'),
    "decimal commas": (';"', lines("{n},5;{m},25;0,{n}", "time;value;error\n")),
    "decimal commas and no labels": (';"', lines("{n},5;{m},25")),
    "hashes": ('#"', lines("{n}#Smith#John#555-12{n}#12 Main St, Springfield")),
    "hashes and apostrophes": ("#'", lines("'{n}'#'Jan de Vries'#'Straat {n}, 12'#'NL'")),
    "colours that begin with a hash": (',"', lines("{n},admin{n},#ff{n}00", "id,name,colour\n")),
    "JSON in cells": (',"', lines('{n},"{{""a"": {n}, ""b"": [1,2], ""c"": ""x;y""}}"', "id,data\n")),
    "shapes in cells": (';"', lines('{n};POLYGON((1 {n}, 2 3, 4 5, 1 {n}));"a, b"', "id;geom;name\n")),
    "blanks, with commas between quotes": (' "', lines('"word {n}" {n} "meaning, of {n}"')),
    "one line": (',"', "a,b,c,d,e\n"),
    "times with colons": (',"', lines("2011-08-21 10:{n}:00,1:{n},{n}", "time,a:b,value\n")),
    "sentences between quotes": (',"', lines('"Add to cart {n}","In den Warenkorb, {n}"')),
    "lists with bars in cells": (',"', lines("{n},a|b|c|d|e,name{n}", "id,tags,name\n")),
    "lists with bars, and commas in cells": (';"', lines("{n};a|b|c|d|e;name, {n}", "id;tags;name\n")),
    "bars, with commas in names": ('|"', lines("C0000{n}|SMITH, JOHN|{n}|NEW YORK, NY|A")),
    "apostrophes as quotes": (",'", lines("{n},'O''Neil, John','x'")),
    "apostrophes as quotes behind blanks": (",'", lines("{n}, 'John', 'New York, NY', '2011-01-{n}'")),
    "apostrophes that are none": (',"', lines("{n},Men's Hat,It's {n}", "id,name,said\n")),
    "blanks, and every word between quotes": (' "', lines('"{n}" 0.{n} "Ideal" "E" 3', '"id" "carat" "cut" "x" "y"\n')),
    "addresses with parameters": (',"', lines("http://shop.example/c?x={n}&y=2;z=3,{n}", "url,hits\n")),
    "names before equals signs": (',"', lines("name=item{n},type=x{n},v={n}")),
    "tildes": ('~"', lines("{n}~Butter, salted~1.{n}~")),
    "carets, and tildes as quotes": ("^~", lines("~{n}~^~Butter, salted~^1.{n}^~~")),
    "nothing but words": ('"', "apple\nbanana\ncherry\ndate\nelder\nfig\ngrape\n"),
    "nothing but sentences": ('"', "The quick brown fox.\nHello, world is good.\nNo more words\nAnd, another one\n"),
    "nothing but mail addresses": ('"', lines("user{n}@shop.example")),
    "prose with commas": (';"', lines("{n};This is, well, a text, with commas {n}", "id;text\n")),
    "prose with semicolons between quotes": (',"', lines('{n},"This is; well; a ""quoted"", {n}"', "id,text\n")),
    "quotes escaped by backslashes": (',"', lines('{n},"say \\"hi, {n}\\"",x')),
    "thousands between quotes": (',"', lines('"Jan {n}","1,{n}0.50"', "month,value\n")),
    "addresses of machines": (',"', lines("192.0.2.{n},198.51.100.{n},2012-01-01 00:00:{n}")),
    "bars between quotes": ('|"', lines('{n}|"Some ""text"" | here"|5')),
    "a report's head with empty cells": (',"', lines("{n},name{n},,{m}", "Report,,,\n,,,\nid,name,,value\n")),
    "a report's head with colons": (',"', lines("{n},{m},7", "Station: X\nDate: 2011\nOperator: me\n\nt,a,b\n")),
    "elements in cells": (',"', lines('{n},"<a href=""x"">{n}</a>; <b>"', "id,xml\n")),
    "nothing but places": (',"', "37.7 N,122.4 W\n" * 6),
    "an apostrophe written twice": (";'", lines("Ann Lee;{n};{m}\n'Ann O''Neil';{n};{m}", "name;id;sum\n", 3)),
    "apostrophes, with blanks between": (" '", lines("ZK-{n} 4{n} 'Miller, Kim' 377{n} AAA")),
    "hashes, with blanks on both sides": ("#'", lines("   {n} # '{m} bay rd' # ' amherst, ma 010{n}'")),
    "stars": ('*"', lines("{n}*Butter, salted*1.{n}*2024-01-{n}")),
    "times and paths between tildes": ('~"', lines("C:\\data\\{n}.txt~10:{n}:12,123", "Report\n\npath~time\n", 6)),
    "nothing but times": ('"', lines("12:{n}:45", "time\n")),
    "nothing but colours": ('"', lines("#{n}ff{n}", "colour\n")),
    "JSON between tabs": ('\t"', lines('{{"a": {n}, "b": [1, 2], "c": "x"}}\t{{"d": {m}, "b": [3, 4], "c": "y"}}')),
    "as many parts in each cell of words, below labels": (',"', lines("{n},red|blue|green", "id,colours\n")),
    "as many numbers in each cell, below labels": (',"', lines("{n}|{m}|7,A{n}", "counts,code\n")),
    "as many parts in each cell, below a title and labels": (';"', lines("{n};b, c, d", "Report\n\nid;parts\n")),
    "as many numbers in each cell, between tabs": ('\t"', lines("{n},{m},7\tred")),
    "a title with a comma, above decimal commas": (';"', lines("A{n};{m},5", "Sales, monthly\n")),
    "semicolons, with tabs behind": (';"', lines("{n};\tred;\tb")),
    "prose with semicolons and a name": (',"', lines("some rice; beans {n},Ann Lee", "stock,by\n")),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.replace(" ", "-"))
def test_the_marks_are_found_among(case):
    (*delimiter, quote), text = CASES[case]
    found = sniff(text).marks

    assert found.delimiter == "".join(delimiter)
    assert found.quote == quote or (quote == '"' and found.quote not in text)


def test_blanks_behind_delimiters_are_found_among_more_of_these_in_cells():
    found = sniff(lines('it\'s; "a{n};b;c;d"\nrock; "a;b;c"\nMen\'s; a', "key; value\n"))

    assert (found.marks.delimiter, found.marks.spaced, found.columns) == (";", True, 2)
