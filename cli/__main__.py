"""The commands, each in a module of its own; `python3 headrace.py COMMAND` comes here."""

from __future__ import annotations

import logging
import signal
import sys
from types import FrameType
from typing import NoReturn

import typer

from cli.failures import Failure
from cli.output import OneLine
from conditioners.outcome import SourceError
from shared.domain.fleets import FleetError
from shared.ports import LakeUnavailable, LedgerUnavailable
from shared.wiring import SettingsError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


def register_commands() -> None:
    """Mount every command; imports none of the heavy libraries, which commands load when they run."""
    from cli import checks, condition, demo, doctor, fleet, runs, sources, start, tests, up

    app.command("demo")(demo.run_demo)
    app.command("up")(up.run_up)
    app.command("test")(tests.run_tests)
    app.command("check")(checks.run_checks)
    app.command("condition")(condition.run_condition)
    app.command("start")(start.run_start)
    app.command("fleet")(fleet.show_fleet)
    app.command("doctor")(doctor.run_doctor)
    app.add_typer(runs.app, name="runs", help="List, show and steer what was started.")
    app.add_typer(sources.app, name="source", help="Sources and their freshness.")


def main() -> int:
    """Run a command; a failure that it foresaw is one line that says what to do."""
    register_commands()
    log = logging.StreamHandler()
    log.setFormatter(OneLine())
    logging.basicConfig(level=logging.WARNING, handlers=[log])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave_in_order)
    try:
        app(prog_name="python3 headrace.py")
    except (Failure, SourceError, SettingsError, FleetError, LakeUnavailable, LedgerUnavailable) as failure:
        print(f"headrace: {failure}", file=sys.stderr)
        return 1
    return 0


def _leave_in_order(number: int, _: FrameType | None) -> NoReturn:
    """Have a closed terminal or a kill end what this command started, as Ctrl-C does."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
