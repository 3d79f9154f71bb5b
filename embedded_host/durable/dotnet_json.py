"""JSON as Newtonsoft.Json reads and writes it: compact, text unescaped, NaN as text, lenient about quotes."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from typing import Any

_SPECIAL_NUMBER = re.compile(r"[0-9][eE]|NaN|Infinity|[0-9]{15}\.")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_LITERALS: tuple[tuple[str, Any], ...] = (
    ("true", True), ("false", False), ("null", None), ("undefined", None),
    ("NaN", "NaN"), ("-Infinity", "-Infinity"), ("Infinity", "Infinity"),
)  # fmt: skip
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_constant=str)  # NaN and its like become text
_MAX_DEPTH = 64  # Newtonsoft's own limit


class InvalidJson(ValueError):
    """The text is not JSON, not even as Newtonsoft reads it; the message says what was met where."""


def dump(value: Any) -> str:
    """Write a value as compact JSON, text unescaped. Raises TypeError for a value that JSON cannot hold."""
    text = _ENCODER.encode(value)
    return text if text.isascii() or is_storable(text) else json.dumps(value, separators=(",", ":"))


def is_storable(text: str) -> bool:
    """Whether text can be written as UTF-8: half of a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def compact(text: str) -> str:
    """Rewrite JSON text as Newtonsoft would: no spaces, `1e22` as `1E+22`, NaN as the text `"NaN"`."""
    if not _SPECIAL_NUMBER.search(text):
        return dump(_DECODER.decode(text))
    return _write(_DECODER.decode(text))


def load(text: str, *, whole: bool = True) -> Any:
    """Read JSON leniently (single quotes, bare names, comments, trailing commas).

    With `whole=False` what follows the first value is not looked at. Raises InvalidJson.
    """
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError):
        return _LenientReader(text).read(whole)


def load_or_text(text: str | None) -> Any:
    """The value of JSON text, or the text itself where it is no JSON; None stays None."""
    if text is None:
        return None
    try:
        return load(text)
    except InvalidJson:
        return text


def _write(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{dump(str(name))}:{_write(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_write, value)) + "]"
    if isinstance(value, float):
        return _write_double(value)
    return dump(value)


def _write_double(value: float) -> str:
    """A double in .NET's shortest round-trip form: exponents from 1E+15 up and below 1E-04."""
    if math.isnan(value) or math.isinf(value):
        return '"NaN"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    scale = len(digits) + exponent - 1
    if value == 0 or -5 < scale < 15:
        return repr(value)
    fraction = "".join(map(str, digits[1:]))
    mantissa = f"{'-' if sign else ''}{digits[0]}{'.' + fraction if fraction else ''}"
    return f"{mantissa}E{'+' if scale > 0 else '-'}{abs(scale):02}"


class _LenientReader:
    """A recursive-descent reader for what Newtonsoft accepts beyond the JSON standard."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def read(self, whole: bool) -> Any:
        value = self._value(0)
        self._skip()
        if whole and self.at < len(self.text):
            raise self._error("additional text after the end of the value")
        return value

    def _error(self, what: str) -> InvalidJson:
        return InvalidJson(f"Invalid JSON: {what}, position {self.at}.")

    def _skip(self) -> None:
        while self.at < len(self.text):
            if self.text[self.at].isspace():
                self.at += 1
            elif self.text.startswith("/*", self.at) and "*/" in self.text[self.at + 2 :]:
                self.at = self.text.index("*/", self.at + 2) + 2
            elif self.text.startswith("//", self.at):
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def _peek(self) -> str:
        self._skip()
        if self.at >= len(self.text):
            raise self._error("unexpected end")
        return self.text[self.at]

    def _value(self, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise self._error(f"nested deeper than {_MAX_DEPTH}")
        first = self._peek()
        if first == "{":
            return self._object(depth)
        if first == "[":
            return self._array(depth)
        if first in "\"'":
            return self._string()
        for word, value in _LITERALS:
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        return self._number()

    def _number(self) -> int | float:
        found = _NUMBER.match(self.text, self.at)
        if not found:
            raise self._error(f"unexpected character {self.text[self.at]!r}")
        self.at = found.end()
        written = found.group()
        return float(written) if set(written) & set(".eE") else int(written)

    def _string(self) -> str:
        quote, parts = self.text[self.at], []
        self.at += 1
        while self.at < len(self.text) and self.text[self.at] != quote:
            character = self.text[self.at]
            self.at += 1
            parts.append(self._escaped() if character == "\\" else character)
        if self.at >= len(self.text):
            raise self._error("unterminated text")
        self.at += 1
        return "".join(parts)

    def _escaped(self) -> str:
        if self.at >= len(self.text):
            raise self._error("unterminated text")
        letter = self.text[self.at]
        self.at += 1
        if letter != "u":
            return _ESCAPES.get(letter, letter)
        digits = self.text[self.at : self.at + 4]
        self.at += 4
        try:
            return chr(int(digits, 16))
        except ValueError as error:
            raise self._error(f"bad escape \\u{digits}") from error

    def _array(self, depth: int) -> list[Any]:
        self.at += 1
        values: list[Any] = []
        while self._peek() != "]":
            values.append(self._value(depth + 1))
            if self._peek() == ",":
                self.at += 1
            elif self._peek() != "]":
                raise self._error("a comma is missing")
        self.at += 1
        return values

    def _object(self, depth: int) -> dict[str, Any]:
        self.at += 1
        values: dict[str, Any] = {}
        while self._peek() != "}":
            name = self._property_name()
            if self._peek() != ":":
                raise self._error(f"expected ':' but got {self.text[self.at]!r}")
            self.at += 1
            values[name] = self._value(depth + 1)
            if self._peek() == ",":
                self.at += 1
            elif self._peek() != "}":
                raise self._error("a comma is missing")
        self.at += 1
        return values

    def _property_name(self) -> str:
        if self._peek() in "\"'":
            return self._string()
        found = _NAME.match(self.text, self.at)
        if not found:
            raise self._error(f"invalid property name at {self.text[self.at]!r}")
        self.at = found.end()
        return found.group()
