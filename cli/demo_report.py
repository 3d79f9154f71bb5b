"""The demo's closing table: cells, accuracy by region, rows by source, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.output import percent, print_table

ROWS = ("files", "rows_in", "rows_out", "rows_quarantined", "rows_duplicate")


def print_report(summary: Mapping[str, Any], home: Path) -> None:
    """Print a week's summary for people."""
    print(f"\nWeek {summary['week']}, fleet {summary['fleet']}: {summary['cells']} cells")
    counts = ("passed", "refused", "failed", "fallback")
    print_table(["passed", "refused", "failed", "on fallback"], [[summary[name] for name in counts]])
    _print_not_passed(summary)
    print("\nMAPE on held-out weeks, median over each region's segments")
    regions = summary["regions"].items()
    print_table(
        ["region", "model", "average", "better by"],
        [[name, percent(told["mape"]), percent(told["baseline_mape"]), _better(told)] for name, told in regions]
        + [["all", percent(summary["median_mape"]), percent(summary["median_baseline_mape"]), _better(_all(summary))]],
    )
    print("\nRaw files and their rows")
    total = ["all", *(summary[name] for name in ROWS)]
    print_table(
        ["source", "files", "in", "out", "quarantined", "duplicate"],
        [[source["source"], *(source[name] for name in ROWS)] for source in summary["sources"]] + [total],
    )
    _print_next(summary, home)


def _print_not_passed(summary: Mapping[str, Any]) -> None:
    for cell in summary["not_passed"]:
        served = f"; forecast by the {cell['role']}" if cell["role"] else ""
        print(f"  {cell['cell']} {cell['state']}: {cell['reason']}{served}")


def _print_next(summary: Mapping[str, Any], home: Path) -> None:
    print(f"\n{summary['forecast_rows']:,} forecasts: {home / 'lake' / 'predictions' / summary['week']}")
    print(f"Rejected rows, each with its reason: {home / 'lake' / 'quarantine'}")
    print(f"Done in {summary['seconds']:.0f} s. Next:")
    print("  python3 headrace.py up                          keep it running, and drop files into the lake")
    print(f"  python3 headrace.py fleet {summary['fleet']:<21} every cell with its model and its reason")
    print("  python3 headrace.py source ls                   what came in, and how fresh it is")


def _better(told: Mapping[str, Any]) -> str:
    if not told["mape"] or not told["baseline_mape"]:
        return "-"
    return percent(1 - told["mape"] / told["baseline_mape"])


def _all(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {"mape": summary["median_mape"], "baseline_mape": summary["median_baseline_mape"]}
