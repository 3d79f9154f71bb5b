"""The command `fleet`: every cell of a fleet, read from the ledger, whether or not a host runs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.failures import Failure
from cli.output import percent, print_json, print_table
from shared.domain.weeks import IsoWeek


def show_fleet(
    fleet: Annotated[str, typer.Argument(help="The fleet.")] = "demand",
    week: Annotated[str, typer.Option(help="The week; its last one unless told otherwise.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show every cell: its state, accuracy, what serves it, and why."""
    from orchestrators.activities.summaries import describe_cells
    from shared import wiring

    if fleet not in wiring.fleets():
        raise Failure(f"there is no fleet {fleet!r}; there are {', '.join(sorted(wiring.fleets()))}")
    chosen = _parse_week(week) or wiring.ledger().reports.latest_week(fleet)
    if chosen is None:
        raise Failure(f"fleet {fleet} has not been trained yet. See it at work with: python3 headrace.py demo")
    cells = describe_cells(fleet, chosen)
    if as_json:
        print_json({"fleet": fleet, "week": chosen, "cells": cells})
        return
    print(f"fleet {fleet}, week {chosen}")
    print_table(["cell", "state", "MAPE", "average", "served by", "age", "reason"], map(_show_row, cells))


def _parse_week(week: str) -> str | None:
    try:
        return str(IsoWeek.parse(week)) if week else None
    except ValueError as error:
        raise Failure(f"--week: {error}") from error


def _show_row(cell: dict[str, Any]) -> list[Any]:
    mape, average = percent(cell["mape"]), percent(cell["baseline_mape"])
    return [cell["id"], cell["state"], mape, average, cell["role"], _age(cell), cell["reason"]]


def _age(cell: dict[str, Any]) -> str | None:
    if cell["age_days"] is None:
        return None
    return f"{cell['age_days']} d" + (" stale" if cell["stale"] else "")
