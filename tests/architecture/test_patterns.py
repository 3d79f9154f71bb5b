"""Regular expressions: none says what Python 3.11.2, which stable systems come with, reads as something else."""

from __future__ import annotations

import importlib
import pkgutil
import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]

import conditioners

_OF_ONE = {codes.MAX_REPEAT: 2, codes.MIN_REPEAT: 2, codes.SUBPATTERN: 3, codes.ASSERT: 1}


def test_no_repetition_that_gives_nothing_back_looks_ahead_for_what_must_not_follow():
    found = [name for name, pattern in list_patterns() if is_misread(parser.parse(pattern.pattern, pattern.flags))]

    assert not found


def test_such_a_repetition_is_known():
    assert is_misread(parser.parse("a(?:[^<]++|<(?!b))*+c"))
    assert is_misread(parser.parse("(?>x(?:(?!b).)?)"))
    assert not is_misread(parser.parse("(?:[^<]++|<[^b])*+(?!b)"))


def list_patterns():
    for module in pkgutil.walk_packages(conditioners.__path__, "conditioners."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                yield f"{module.name}.{name}", value


def is_misread(parsed, within=False):
    return any(_is_misread(code, argument, within) for code, argument in parsed)


def _is_misread(code, argument, within):
    if code is codes.POSSESSIVE_REPEAT:
        return is_misread(argument[2], within=True)
    if code is codes.ATOMIC_GROUP:
        return is_misread(argument, within=True)
    if code is codes.ASSERT_NOT:
        return within or is_misread(argument[1])
    if code is codes.BRANCH:
        return any(is_misread(branch, within) for branch in argument[1])
    return code in _OF_ONE and is_misread(argument[_OF_ONE[code]], within)
