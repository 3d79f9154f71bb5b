"""Metadata of a folder lake's blobs: a file of its own for each version, in place before the version appears."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from shared.adapters.folder_files import flush_folder, make_folder
from shared.ports import LakeUnavailable

_LOG = logging.getLogger("headrace.lake")


class FolderMetadata:
    """Names and values by container, path and etag, as `<container>/<path>/<etag>.json` below one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, container: str, path: str, etag: str) -> dict[str, str]:
        """What is known of a version; nothing of one that was dropped in by hand. Raises LakeUnavailable."""
        try:
            text = (self._folder(container, path) / f"{etag}.json").read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise LakeUnavailable(f"the metadata of {container}/{path} cannot be read: {error.strerror}") from error
        try:
            metadata: dict[str, str] = json.loads(text)
        except ValueError:  # what a power failure left of it before it was flushed
            _LOG.warning("the metadata of %s/%s cannot be read, and counts as none", container, path)
            return {}
        return metadata

    def write(self, container: str, path: str, etag: str, metadata: Mapping[str, str]) -> None:
        """Keep what is to be known of a version; on the disk when this returns."""
        if metadata:
            folder = self._folder(container, path)
            make_folder(folder)
            with (folder / f"{etag}.json").open("w", encoding="utf-8") as file:
                json.dump(dict(metadata), file)
                file.flush()
                os.fsync(file.fileno())
            flush_folder(folder)

    def forget_others(self, container: str, path: str, etag: str) -> None:
        """Remove what was known of other versions than this one."""
        for file in self._folder(container, path).glob("*.json"):
            if file.stem != etag:
                file.unlink(missing_ok=True)

    def forget(self, container: str, path: str) -> None:
        """Remove what was known of all versions."""
        shutil.rmtree(self._folder(container, path), ignore_errors=True)

    def _folder(self, container: str, path: str) -> Path:
        return self._root / container / path
