"""The end of a table: cuts a stream of text at the first line that is declared to stand behind the table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conditioners.outcome import Refusal, Skipped

CAUSE = "behind the table"


def stop_behind_table(
    texts: Iterator[bytes], until: str, first_line: int, skipped: Skipped, longest: int
) -> Iterator[bytes]:
    """The text, UTF-8 in whole characters, up to the first line that matches `until`; notes the further ones.

    Raises Refusal when a line has more than `longest` characters, for it is held until it is whole.
    """
    pattern = re.compile(f"^(?:{until})", re.MULTILINE)
    line, rest = first_line, ""
    for block in texts:
        text = rest + block.decode()
        found = _find_line(pattern, text)
        # A line that is not whole yet might still become another.
        if found is not None and (not block or text.find("\n", found) >= 0):
            before = text[:found]
            yield before.encode()
            line += before.count("\n")
            skipped.add(f"line {line}", CAUSE, _count_lines(text[found:], texts))
            return
        end = text.rfind("\n") + 1 if block else len(text)
        yield text[:end].encode()
        line += text.count("\n", 0, end)
        rest = text[end:]
        if len(rest) > longest:
            raise Refusal(f"a line is longer than the limit of {longest} bytes", f"line {line}")
    yield rest.encode()


def _find_line(pattern: re.Pattern[str], text: str) -> int | None:
    """Where the first line begins that the pattern matches; the CR before its LF is no part of it."""
    plain = text.replace("\r\n", "\n") if "\r" in text else text
    found = pattern.search(plain)
    if found is None:
        return None
    if len(plain) == len(text):
        return found.start()
    start = 0
    for _ in range(plain.count("\n", 0, found.start())):
        start = text.index("\n", start) + 1
    return start


def _count_lines(text: str, texts: Iterator[bytes]) -> int:
    lines, last = text.count("\n"), text[-1:]
    for block in texts:
        lines, last = lines + block.count(b"\n"), block[-1:].decode("latin-1") or last
    return lines + (last != "\n")
