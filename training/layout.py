"""Lays out a job's `--inputs` from what Azure ML mounts: a dataset's manifest, its content, and the models.

    python -m training.layout --manifest FILE --content DIR --models DIR --run DIR --to DIR

`FILE` is a frozen dataset's manifest: `{"members": [{"path", "sha256"}, …]}`; `--content` holds `<sha256>.csv`;
`--run` holds `models.json`, from segment ids to folders below `--models`. Nothing is copied: links are laid.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

BAD_INPUTS = 3
MAX_DOCUMENT_BYTES = 64 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


class LayoutError(Exception):
    """What the job was given is not what its documents say; the message names the file."""


def lay_out(manifest: Path, content: Path, models: Path, run: Path, target: Path) -> None:
    """Link `tables/` and `models/` together in a folder, as docs/training-job.md says; raises LayoutError."""
    for member in _read(manifest).get("members", []):
        source = content / f"{_checked(member['sha256'], _SHA256)}.csv"
        _check_content(source, member["sha256"])
        _link(source, target / "tables" / _relative(member["path"]))
    (target / "tables").mkdir(parents=True, exist_ok=True)
    for segment, folder in _read(run / "models.json").items():
        _link(models / _relative(folder), target / "models" / _relative(segment))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0, or 3 when the inputs are not what they should be."""
    parser = argparse.ArgumentParser(prog="python -m training.layout", description=__doc__.splitlines()[0])
    for name in ("manifest", "content", "models", "run", "to"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        lay_out(options.manifest, options.content, options.models, options.run, options.to)
    except LayoutError as error:
        print(error, file=sys.stderr)
        return BAD_INPUTS
    return 0


def _read(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MAX_DOCUMENT_BYTES:
            raise LayoutError(f"{file.name} is larger than {MAX_DOCUMENT_BYTES} bytes")
        document = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise LayoutError(f"{file.name} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise LayoutError(f"{file.name} is no JSON object")
    return document


def _check_content(file: Path, sha256: str) -> None:
    """A frozen dataset is what its digests say, or it is not used."""
    try:
        with file.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise LayoutError(f"content {file.name}: {error}") from error
    if found != sha256:
        raise LayoutError(f"content {file.name} was changed: its SHA-256 is {found}")


def _link(source: Path, link: Path) -> None:
    if not source.exists():
        raise LayoutError(f"{link.parent.name}/{link.name}: there is no {source}")
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(source.resolve(), target_is_directory=source.is_dir())


def _relative(path: str) -> PurePosixPath:
    steps = path.split("/")
    if not path or any(step in ("", ".", "..") for step in steps) or "\0" in path:
        raise LayoutError(f"{path!r} is no path below the inputs")
    return PurePosixPath(path)


def _checked(value: str, pattern: re.Pattern[str]) -> str:
    if pattern.fullmatch(value) is None:
        raise LayoutError(f"{value!r} is no SHA-256")
    return value


if __name__ == "__main__":
    sys.exit(main())
