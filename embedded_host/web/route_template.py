"""ASP.NET route templates: `{id}`, `{id?}`, `{id=1}`, `{x:int}`, `{*rest}`; literal text ignores case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

_PARAMETER = re.compile(r"\{(\*{0,2})([A-Za-z_][A-Za-z0-9_]*)((?::[^{}?=]+(?:\([^)]*\))?)*)(?:=([^{}?]*))?(\??)\}")
_GUID = r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"
_CONSTRAINTS = {
    "int": r"-?\d{1,10}",
    "long": r"-?\d{1,19}",
    "bool": r"(?:[Tt]rue|[Ff]alse)",
    "alpha": r"[A-Za-z]+",
    "guid": _GUID,
    "decimal": r"-?\d+(?:\.\d+)?",
    "double": r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?",
    "float": r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?",
    "datetime": r"[0-9][0-9T:. +-]*",
    "required": r"[^/]+",
}


class BadRoute(ValueError):
    """A route template that ASP.NET would refuse; the message says why."""


@dataclass(frozen=True)
class RouteTemplate:
    """A compiled template. More literal templates are tried first, as in ASP.NET."""

    template: str
    pattern: re.Pattern[str]
    defaults: tuple[tuple[str, str], ...]
    precedence: tuple[int, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters of a raw (still percent-encoded) path without its leading slash; None if it is another."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        parameters = dict(self.defaults)
        parameters.update({name: unquote(text) for name, text in found.groupdict().items() if text})
        return parameters


def compile_route(template: str) -> RouteTemplate:
    """Compile a template. Raises BadRoute."""
    defaults: list[tuple[str, str]] = []
    parts: list[str] = []
    precedence: list[int] = []
    segments = template.strip("/").split("/") if template.strip("/") else []
    for number, segment in enumerate(segments):
        pattern, rank, optional = _segment(segment, defaults)
        slash = "/" if number else ""
        parts.append(f"(?:{slash}{pattern})?" if optional else f"{slash}{pattern}")
        precedence.append(rank)
    return RouteTemplate(template, re.compile("".join(parts), re.IGNORECASE), tuple(defaults), tuple(precedence))


def _segment(segment: str, defaults: list[tuple[str, str]]) -> tuple[str, int, bool]:
    pattern, at, rank, optional = "", 0, 1, False
    for found in _PARAMETER.finditer(segment):
        pattern += re.escape(segment[at : found.start()])
        stars, name, constraints, default, mark = found.groups()
        if default:
            defaults.append((name, default))
        optional = bool(mark or default is not None or stars)
        pattern += f"(?P<{name}>{_constraint(constraints, bool(stars))})"
        rank = 5 if stars else 2 if constraints else 3
        at = found.end()
    rest = segment[at:]
    if "{" in rest or "}" in rest:
        raise BadRoute(f"The route segment '{segment}' is malformed.")
    return pattern + re.escape(rest), rank, optional and not rest and pattern.startswith("(")


def _constraint(constraints: str, is_catch_all: bool) -> str:
    if is_catch_all:
        return ".*"
    lookaheads = ""
    pattern = "[^/]+"
    for constraint in filter(None, constraints.split(":")):
        name, _, argument = constraint.partition("(")
        argument = argument.rstrip(")")
        if name in _CONSTRAINTS:
            pattern = _CONSTRAINTS[name]
        elif name in ("length", "minlength", "maxlength"):
            lookaheads += _length(name, argument)
        elif name == "regex":
            lookaheads += f"(?={argument}(?:/|$))"
        elif name not in ("min", "max", "range"):
            raise BadRoute(f"The route constraint '{name}' is not known.")
    return lookaheads + pattern


def _length(name: str, argument: str) -> str:
    low, _, high = argument.partition(",")
    bounds = {"length": f"{low},{high or low}", "minlength": f"{low},", "maxlength": f"0,{low}"}[name]
    return f"(?=[^/]{{{bounds}}}(?:/|$))"
