"""What Azure ML's parallel step does with an entry script: `init` once, then `run` for each mini-batch of one file.

Called as `python parallel_driver.py ENTRY_SCRIPT FILES_FOLDER ARGUMENTS…`; ends with 1 if any mini-batch failed.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType


def main(entry: Path, folder: Path, arguments: list[str]) -> int:
    """Do every file of the folder; answers the exit code."""
    sys.argv = [str(entry), *arguments]
    script = _load(entry)
    script.init()
    failed = 0
    for file in sorted(folder.iterdir()):
        try:
            done = script.run([str(file)])
        except Exception:
            traceback.print_exc()
            failed += 1
            continue
        if len(done) != 1:
            print(f"{file.name}: run answered {len(done)} items for one file", file=sys.stderr)
            failed += 1
    return 1 if failed else 0


def _load(entry: Path) -> ModuleType:
    sys.path.insert(0, str(entry.parent))
    spec = importlib.util.spec_from_file_location("entry_script", entry)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["entry_script"] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]))
