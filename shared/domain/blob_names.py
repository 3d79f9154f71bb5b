"""Blob names: data from outside, checked before they become part of any path."""

from __future__ import annotations

import hashlib
import re

_CONTAINER = re.compile(r"[a-z0-9](-?[a-z0-9]){2,}")
_NEVER = re.compile(r"[\\\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""Lists of blobs are XML, which has no such characters; and a backslash would part steps on Windows."""
MAX_CONTAINER = 63
MAX_PATH = 1_024
"""Bytes: Azure allows as many characters, file systems as many bytes and some more."""
MAX_STEP = 200
"""Bytes of one step of a path: file systems allow 255."""
STAGED, CORRECTIONS = "_staged/", "_corrections/"
"""Folders of the container `quarantine` that hold no raw file's rejects: rows of outputs under way, and corrections."""


class BlobNameError(ValueError):
    """A container's or blob's name cannot be used; the message says why."""


def check_container(name: str) -> str:
    """The name itself if Azure Storage would accept it as a container."""
    if len(name) > MAX_CONTAINER or _CONTAINER.fullmatch(name) is None:
        raise BlobNameError(
            f"{name[:80]!r} is not a container name: 3 to 63 lower case letters, digits and single hyphens"
        )
    return name


def check_path(path: str) -> str:
    """The path itself if it is relative, stays where it is put, and fits every lake."""
    length = len(_encode(path))
    if not 1 <= length <= MAX_PATH:
        raise BlobNameError(f"a blob's path has 1 to {MAX_PATH} bytes, not {length}")
    if _NEVER.search(path):
        raise BlobNameError(f"{path[:60]!r}… holds a backslash, or a character that no list of blobs can hold")
    for step in path.split("/"):
        if step in ("", ".", ".."):
            raise BlobNameError(f"{path[:60]!r}… has an empty, '.' or '..' step")
        if len(_encode(step)) > MAX_STEP:
            raise BlobNameError(f"{path[:60]!r}… has a step longer than {MAX_STEP} bytes")
    return path


def check_raw_path(path: str) -> str:
    """The path itself if a raw file may have it: one of a blob, whose rejects would not stand among other things."""
    if path.casefold().startswith((STAGED, CORRECTIONS)):  # some file systems do not tell large letters from small
        raise BlobNameError(f"{path[:60]!r}… is in a folder whose name is kept for Headrace's own files")
    return check_path(path)


def spell_path(path: str) -> str:
    """A path that cannot be used, as one that can be told of: odd characters as %XX, what is too long cut.

    The digest at its end tells it from any other path.
    """
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    spelled = "/".join(_cut(_spell_step(step), 100) for step in path.split("/"))
    return f"{_cut(spelled, 900).rstrip('/')}~{digest}"


def _spell_step(step: str) -> str:
    if step in ("", ".", ".."):
        return step.replace(".", "%2E") or "%"
    return "".join(_spell_character(character) for character in step)


def _spell_character(character: str) -> str:
    if character.isprintable() and character != "\\":
        return character
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))


def _cut(text: str, length: int) -> str:
    return text.encode()[:length].decode(errors="ignore")


def _encode(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BlobNameError(f"{text[:60]!r}… is not text in UTF-8") from None
