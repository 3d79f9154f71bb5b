"""Regular expressions: none says what the Python that stable systems come with, 3.11.2, reads as something else.

Before 3.11.5, a possessive repetition of a group whose last try fails halfway may go on where that try has failed and
not where it began (CPython's issue 106052). It does so where the try has come to a choice, another repetition or a
lookaround; characters alone, and at its beginning those that are repeated possessively, do no harm. Atomic groups are
sound.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import pytest

import conditioners
from conditioners.limits import Limits
from conditioners.readers.edi import segments as edi_segments
from conditioners.readers.edi.marks import USUAL
from conditioners.readers.text.records import RecordParser
from conditioners.readers.text.syntax import Syntax
from conditioners.structure.field_grammar import Grammar, Marks

_ONE = {codes.LITERAL, codes.NOT_LITERAL, codes.IN, codes.ANY, codes.AT}
_REPEATS = {codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT}
_LOOKS = {codes.ASSERT, codes.ASSERT_NOT}


def test_no_possessive_repetition_can_fail_halfway():
    assert not [name for name, pattern in list_patterns(conditioners) if has_halfway(pattern)]


@pytest.mark.parametrize("escape", ["", "\\"])
@pytest.mark.parametrize("spaced", [False, True])
def test_nor_can_one_that_is_made_for_the_marks_of_a_text(monkeypatch, escape, spaced):
    made, compiled = [], re.compile
    monkeypatch.setattr(re, "compile", lambda *given: made.append(compiled(*given)) or made[-1])
    RecordParser(Syntax(";", '"', escape, spaced=spaced, padded=spaced), Limits())
    Grammar(Marks(";", '"', escape, spaced))
    list(edi_segments.cut_texts("UNA'", 0, USUAL))

    assert len(made) >= 8
    assert not [pattern for pattern in made if has_halfway(pattern)]


@pytest.mark.parametrize(
    "pattern", ["(?:ab?c)*+", "(?:[^<]++|<(?:tz|x))*+", '(?:a|"[^"]*+")*+', "(?:a(?!b))++", "x|((?:,(?:ab|cd))*+)"]
)
def test_one_that_fails_halfway_is_known(pattern):
    assert has_halfway(re.compile(pattern))


@pytest.mark.parametrize("pattern", ["(?>(?:ab?c)*)", "(?:[^<]++|<x|<z)*+", '(?:a|"[^"]*+"?+)*+', "(?:a(?:b*c)?)++"])
def test_one_that_does_not_is_let_be(pattern):
    assert not has_halfway(re.compile(pattern))


def list_patterns(package):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        held = vars(importlib.import_module(module.name))
        of_classes = [vars(each) for each in held.values() if isinstance(each, type)]
        for names in (held, *of_classes):
            yield from ((f"{module.name}.{name}", each) for name, each in names.items() if isinstance(each, re.Pattern))


def has_halfway(pattern):
    return any(may_end_halfway(body) for body in find_possessive(parser.parse(pattern.pattern, pattern.flags)))


def find_possessive(parsed):
    """The groups that are repeated so."""
    for code, argument in parsed:
        if code is codes.POSSESSIVE_REPEAT and not is_one(argument[2]):
            yield argument[2]
        for part in parts_of(code, argument):
            yield from find_possessive(part)


def parts_of(code, argument):
    if code in _REPEATS:
        return [argument[2]]
    if code is codes.SUBPATTERN:
        return [argument[3]]
    if code is codes.ATOMIC_GROUP:
        return [argument]
    if code is codes.BRANCH:
        return argument[1]
    return [argument[1]] if code in _LOOKS else []


def may_end_halfway(body, *, moved=False, begun=False):
    """Whether a try may fail after a step that has `moved` the place; `begun` if it has taken a character."""
    items = list(without_groups(body))
    if not items:
        return False
    (code, argument), *rest = items
    if code in _ONE:
        return moved or may_end_halfway(rest, begun=True)
    if code is codes.BRANCH and not begun:
        return any(may_end_halfway([*branch, *rest]) for branch in argument[1])
    if code in _REPEATS:
        least, _, repeated = argument
        is_sure = least == 0 or (is_one(repeated) and not begun)
        stays = code is codes.POSSESSIVE_REPEAT and is_one(repeated) and not begun
        return not is_sure or may_end_halfway(rest, moved=not stays, begun=True)
    return True


def without_groups(parsed):
    for code, argument in parsed:
        if code is codes.SUBPATTERN:
            yield from without_groups(argument[3])
        else:
            yield code, argument


def is_one(parsed):
    items = list(without_groups(parsed))
    return len(items) == 1 and items[0][0] in _ONE
