"""Activities that sum up, and tell whoever asked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shared import wiring
from shared.domain.cells import Cell, CellState, count_states, mape_by_region, median_mape

ROWS = ("files", "rows_in", "rows_out", "rows_quarantined", "rows_duplicate")


def summarize_training(order: dict[str, Any]) -> dict[str, Any]:
    """How many cells are in each state, and the median MAPE of ensembles and baselines."""
    cells = _cells(order)
    own, baseline = median_mape(cells)
    return {**count_states(cells), "median_mape": own, "median_baseline_mape": baseline}


def summarize_scoring(order: dict[str, Any]) -> dict[str, Any]:
    """How many forecasts were published, how many of them by a fallback, and which segments have none."""
    ensembles = [cell for cell in _cells(order) if cell.is_ensemble]
    return {
        "forecast_rows": wiring.ledger().forecasts.count_forecast_rows(order["fleet"], order["week"]),
        "fallback": sum(cell.on_fallback for cell in ensembles),
        "unpublished": [cell.id for cell in ensembles if cell.role is None],
    }


def summarize_week(order: dict[str, Any]) -> dict[str, Any]:
    """The week in figures, as `demo --json` prints them."""
    cells = _cells(order)
    ensembles = [cell for cell in cells if cell.is_ensemble]
    sources = wiring.ledger().reports.report_sources()
    states = count_states(cells)
    own, baseline = median_mape(cells)
    return {
        "fleet": order["fleet"],
        "week": order["week"],
        "dataset_version": order["dataset_version"],
        "cells": len(cells),
        **states,
        "ensembles": len(ensembles),
        "ensembles_passed": sum(cell.state is CellState.PASSED for cell in ensembles),
        "baselines": len(cells) - len(ensembles),
        "fallback": sum(cell.on_fallback for cell in ensembles),
        **{name: sum(source[name] for source in sources) for name in ROWS},
        "forecast_rows": wiring.ledger().forecasts.count_forecast_rows(order["fleet"], order["week"]),
        "median_mape": own,
        "median_baseline_mape": baseline,
        "regions": {
            region: {"mape": mapes[0], "baseline_mape": mapes[1]} for region, mapes in mape_by_region(cells).items()
        },
        "sources": [{name: source[name] for name in ("source", *ROWS)} for source in sources],
        "not_passed": [
            {"cell": cell.id, "state": cell.state, "reason": cell.reason, "role": cell.role}
            for cell in cells
            if cell.state is not CellState.PASSED
        ],
    }


def send_callback(order: dict[str, Any]) -> dict[str, Any]:
    """Post the end of a pipeline to whoever asked for it; the address was checked when it came."""
    wiring.post_callback(order["uri"], order)
    return {"sent": True}


def describe_cells(fleet: str, week: str) -> list[dict[str, Any]]:
    """Every cell as JSON, for the fleet route and the command line."""
    cells = wiring.ledger().reports.report_cells(wiring.fleets()[fleet], week, wiring.now())
    return [{**asdict(cell), "fallback": cell.on_fallback} for cell in cells]


def _cells(order: dict[str, Any]) -> list[Cell]:
    return wiring.ledger().reports.report_cells(wiring.fleets()[order["fleet"]], order["week"], wiring.now())
