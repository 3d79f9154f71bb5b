"""The command `start`: start a pipeline on the host that runs."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.host_process import require_host
from cli.output import print_json


def run_start(
    pipeline: Annotated[str, typer.Argument(help="ingest, train, score or weekly.")],
    fleet: Annotated[str, typer.Option(help="The fleet, such as demand.")],
    week: Annotated[str, typer.Option(help="The week to forecast, such as 2026W47.")],
    segments: Annotated[list[str] | None, typer.Option("--segment", help="Only this segment or region.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the durable links as one JSON object.")] = False,
) -> None:
    """Start a pipeline; the same request twice is one instance."""
    body = {"fleet": fleet, "week": week, **({"segments": segments} if segments else {})}
    links = require_host().post(f"start/{pipeline}", body)
    if as_json:
        print_json(links)
    else:
        print(f"started {links['id']}; watch it with: python3 headrace.py runs watch {links['id']}")
