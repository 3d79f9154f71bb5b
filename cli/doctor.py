"""The command `doctor`: look at what Headrace needs on this machine, and say what to do about what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from cli.host_process import find_host
from cli.output import print_json
from shared import wiring
from shared.domain.findings import Finding

LEAST_FREE_BYTES = 1 << 30


def run_doctor(
    azure_ml: Annotated[bool, typer.Option("--azure-ml", help="Look at the Azure ML workspace, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Look at the settings, the sources, the lake, the ledger, the disk and the host. Exits 0 only if all is well."""
    findings = [_look(what, look) for what, look in LOOKS.items()]
    if azure_ml:
        findings += _look_at_workspace()
    if as_json:
        print_json({"findings": [vars(finding) for finding in findings]})
    else:
        for finding in findings:
            print(f"{'ok  ' if not finding.remedy else 'BAD '} {finding.what}: {finding.found}")
            if finding.remedy:
                print(f"       {finding.remedy}")
    if any(finding.remedy for finding in findings):
        raise typer.Exit(1)


def _look(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Exception as error:
        return Finding(
            what, f"{type(error).__name__}: {error}", "mend this first; the settings are in docs/settings.md"
        )


def _look_at_workspace() -> list[Finding]:
    """Every finding of the workspace; only one when it cannot be looked at."""
    try:
        return wiring.inspect_azure_ml()
    except wiring.SettingsError as error:
        return [Finding("workspace", str(error), "write the workspace's address; docs/azure-ml.md says what it needs")]


def _settings() -> Finding:
    chosen = wiring.settings()
    if chosen.ml != "local":
        wiring.azure_ml()  # raises where the address names no workspace
    return Finding("settings", f"home {chosen.home}, ML backend {chosen.ml}")


def _fleets() -> Finding:
    return Finding(
        "fleets", ", ".join(f"{name} ({len(fleet.segments)} segments)" for name, fleet in wiring.fleets().items())
    )


def _sources() -> Finding:
    from conditioners.registry import all_sources

    return Finding("sources", f"{len(all_sources())}, and each loads")


def _lake() -> Finding:
    blobs = sum(1 for _ in wiring.own_lake().list("raw"))
    return Finding("lake", f"{wiring.settings().lake_address}, {blobs} raw files")


def _ledger() -> Finding:
    broken = wiring.ledger().models.find_broken_link()
    if broken is not None:
        return Finding(
            "ledger", f"promotion {broken} was changed after it was written", "restore the ledger from a backup"
        )
    return Finding("ledger", "opens; its chain of promotions is whole")


def _disk() -> Finding:
    chosen = wiring.settings()
    addresses = ((chosen.lake_address, "folder:"), (chosen.ledger_address, "sqlite:///"))
    named = [Path(address.removeprefix(kind)) for address, kind in addresses if address.startswith(kind)]
    folders = {next(folder for folder in (place, *place.parents) if folder.is_dir()) for place in (chosen.home, *named)}
    free, where = min((shutil.disk_usage(folder).free, folder) for folder in folders)
    remedy = "" if free > LEAST_FREE_BYTES else "free some space: a demo needs about a gigabyte"
    return Finding("disk", f"{free >> 20} MiB free at {where}", remedy)


def _host() -> Finding:
    host = find_host()
    return Finding("host", f"at {host.address}" if host else "none is running; start one with: python3 headrace.py up")


LOOKS: dict[str, Callable[[], Finding]] = {
    "settings": _settings,
    "fleets": _fleets,
    "sources": _sources,
    "lake": _lake,
    "ledger": _ledger,
    "disk": _disk,
    "host": _host,
}
