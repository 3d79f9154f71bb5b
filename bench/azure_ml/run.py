"""Polls fleets to completion on the virtual clock and a stand-in workspace; prints figures, limits and OK or OVER.

    python -m bench.azure_ml.run                       all sizes: some minutes
    python -m bench.azure_ml.run --models 84 --json    one size

Every request goes through the real adapter to the stand-in, which keeps Azure's token buckets; every instance runs the
app's own orchestrators. Exits with 1 when a figure is over its limit.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import warnings
from dataclasses import asdict

from bench.azure_ml.clients import Client, measure_clients
from bench.azure_ml.orchestration import MOST_CPU, MOST_EVENTS, orchestrate
from bench.azure_ml.polling import SIZES, Polled, poll
from bench.azure_ml.worlds import ScriptedWorld, make_fleet

READS_A_MINUTE, WRITES_A_MINUTE = 25 * 60 + 250, 10 * 60 + 200
"""What Azure Resource Manager grants a caller: a bucket's refill for a minute, and the bucket."""
MOST_BYTES = 100_000
LOOKS = 30
"""At every run, for the cost of orchestration alone: in session as the embedded host replays, strict as Azure does."""
MOST_WITH_EVENTS, MOST_WITHOUT = 2.0, 305.0
"""Seconds from a job's end to its noticing: the issue's limit, and the longest interval of polling with some slack."""
MOST_GROWTH = 1.5
"""Orchestration's CPU for each model may grow so much from the smallest fleet with as many regions to the largest."""
HEAD = (
    "  models   jobs events  req/model  busiest minute: reads writes history  longest  bytes  cpu s  "
    "noticed s: usual  most"
)


def main() -> int:
    """Measure, print, judge."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--models", type=int, nargs="*", choices=sorted(SIZES), default=sorted(SIZES))
    options.add_argument("--json", action="store_true", help="print one JSON object last")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    print(HEAD)
    rows = []
    for models in chosen.models:
        for shard_by in ("region", "segment"):
            for with_events in (False, True):
                rows.append(poll(models, shard_by, with_events=with_events))
                print(_render(rows[-1]), flush=True)
    clients = measure_clients()
    _print_clients(clients)
    limits = judge(rows)
    for replay in ("session", "strict"):
        world = ScriptedWorld(make_fleet(*SIZES[max(chosen.models)], "segment"), looks=LOOKS)
        cpu = orchestrate(world, hours=6, replay=replay).cpu
        limits.append((f"CPU seconds of {max(chosen.models):,} jobs and {LOOKS} looks, {replay} replay", cpu, MOST_CPU))
    for what, found, limit in limits:
        print(f"{'OK  ' if found <= limit else 'OVER'} {what}: {found:.4g} of {limit:.4g}")
    if chosen.json:
        print(json.dumps({"rows": [_plain(row) for row in rows], "clients": [asdict(one) for one in clients]}))
    return int(any(found > limit for _, found, limit in limits))


def judge(rows: list[Polled]) -> list[tuple[str, float, float]]:
    """Each limit: what it is of, the worst that was found, and the most that may be."""
    timed, told = [[row for row in rows if row.with_events is has] for has in (False, True)]
    limits = [
        ("requests refused for coming too fast", max(row.refused for row in rows), 0),
        ("management reads in a minute", max(row.busiest_minute["reads"] for row in rows), READS_A_MINUTE),
        ("management writes in a minute", max(row.busiest_minute["writes"] for row in rows), WRITES_A_MINUTE),
        ("history events of an instance", max(row.histories.longest for row in rows), MOST_EVENTS),
        ("history bytes of an instance", max(row.histories.largest_bytes for row in rows), MOST_BYTES),
        ("seconds to notice an end, with events", max(row.slowest for row in told), MOST_WITH_EVENTS),
        ("seconds to notice an end, without", max(row.slowest for row in timed), MOST_WITHOUT),
        ("CPU seconds of orchestration", max(row.orchestration_cpu for row in rows), MOST_CPU),
    ]
    sizes = {row.jobs: row for row in timed if row.jobs == row.models}
    if 1_000 in sizes and 10_000 in sizes:
        growth = sizes[10_000].orchestration_cpu / sizes[1_000].orchestration_cpu
        limits.append(("times the CPU for ten times the models", growth, 10 * MOST_GROWTH))
    return limits


def _render(row: Polled) -> str:
    busiest = row.busiest_minute
    return (
        f"{row.models:8,} {row.jobs:6,} {'yes' if row.with_events else 'no':>6} {row.requests_per_model:10.2f} "
        f"{busiest['reads']:22,} {busiest['writes']:6,} {busiest['history']:7,} {row.histories.longest:8,} "
        f"{row.histories.largest_bytes:6,} {row.orchestration_cpu:6.2f} {row.usual:17.1f} {row.slowest:5.1f}"
        f"{'' if row.through_client else '  *'}"
    )


def _print_clients(clients: list[Client]) -> None:
    print("* these jobs were there without being submitted, which would be one more request, a write, for each\n")
    print("to look at jobs             import s  import MB  ms/request  ms/job")
    for one in clients:
        each = one.request_ms / one.runs_per_request
        print(f"{one.name:26} {one.import_cpu:9.2f} {one.import_mb:10.0f} {one.request_ms:11.2f} {each:7.3f}")
    sdk, plain = clients[0], clients[1]
    print(
        f"azure.ai.ml / azure-core: {sdk.import_cpu / plain.import_cpu:.1f} x import CPU, "
        f"{sdk.import_mb / plain.import_mb:.1f} x import memory, {sdk.request_ms / plain.request_ms:.1f} x CPU\n"
    )


def _plain(row: Polled) -> dict[str, object]:
    told = asdict(row)
    del told["noticed"]
    return {**told, "noticed_usual": row.usual, "noticed_most": row.slowest}


if __name__ == "__main__":
    sys.exit(main())
