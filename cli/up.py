"""The command `up`: the app with its triggers and timers, until Ctrl-C."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cli.failures import Failure
from cli.host_process import HostApi, end_orphan, find_host, own_host
from cli.output import print_json
from shared import wiring


def run_up(
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65_535)] = 7071,
    as_json: Annotated[bool, typer.Option("--json", help="Print the addresses as one JSON object.")] = False,
) -> None:
    """Run the app: drop files into the lake, start pipelines, watch them."""
    end_orphan()
    there = find_host()
    if there is not None:
        raise Failure(f"a host is running here already, at {there.address}")
    with own_host(port) as api:
        lake = wiring.settings().lake_address
        if as_json:
            print_json({"address": api.address, "lake": lake})
        else:
            print(f"Headrace is up at {api.address}/api   (Ctrl-C ends it)")
            print(f"  drop raw files into  {lake}/raw/<source>/")
            print("  start a week         python3 headrace.py start weekly --fleet demand --week 2026W47", flush=True)
        try:
            _warn_of_silent(api)
            api.wait()
        except KeyboardInterrupt:
            print("ending; runs that are under way go on and are found again at the next start", flush=True)


def _warn_of_silent(api: HostApi) -> None:
    """Say what the host cannot reach; it goes on, and takes what waits as soon as it can."""
    try:
        said = [f"its {port} does not answer; see why with: python3 headrace.py doctor" for port in api.list_silent()]
    except Failure as failure:
        said = [str(failure)]
    for line in said:
        print(f"headrace: {line}", file=sys.stderr)
