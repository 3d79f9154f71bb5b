"""The command line: `python -m embedded_host --app DIR …`, and the subcommands `replay` and `lint`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

from embedded_host.durable.instances import Status
from embedded_host.durable.settings import ReplayMode
from embedded_host.durable.task_hub_reader import TaskHubError
from embedded_host.functions.app_index import AppLoadError, check_app_dir
from embedded_host.functions.host_settings import SettingsError, read_settings
from embedded_host.functions.load_checks import FunctionLoadError
from embedded_host.host import DEFAULT_PORT, Host, HostOptions, PortTaken
from embedded_host.lease import LeaseNotGranted
from embedded_host.lint import lint_app
from embedded_host.replay_check import as_json, check_task_hub
from embedded_host.web.route_template import BadRoute

EXPECTED = (AppLoadError, FunctionLoadError, SettingsError, LeaseNotGranted, TaskHubError, PortTaken, BadRoute)
READY = "embedded host ready at"
"""What the ready line begins with; the address follows."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; gives the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("azure").setLevel(logging.WARNING)
    commands = {"replay": replay, "lint": lint}
    try:
        if given and given[0] in commands:
            return commands[given[0]](given[1:])
        return serve(_parser().parse_args(given))
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def replay(given: list[str]) -> int:
    """Hold every stored history against today's code; 1 if a running instance would break or change its meaning."""
    chosen = _replay_parser().parse_args(given)
    if not chosen.state.is_file():
        raise SettingsError(f"There is no state file {chosen.state}.")
    app_dir, state = check_app_dir(chosen.app), chosen.state.resolve()
    os.chdir(app_dir)
    settings = read_settings(app_dir, ReplayMode.STRICT, os.environ).durable
    findings = check_task_hub(app_dir, state, settings)
    ended = {str(status) for status in Status if status.is_terminal}
    for finding in findings:
        if chosen.running and finding.status in ended:
            continue
        print(json.dumps(as_json(finding)) if chosen.json else str(finding))
    concerned = [finding for finding in findings if finding.status not in ended]
    print(
        f"{len(concerned)} findings for running instances, {len(findings) - len(concerned)} for ended ones",
        file=sys.stderr,
    )
    return 1 if concerned else 0


def _replay_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedded_host replay", description=replay.__doc__)
    parser.add_argument("--app", type=Path, required=True, help="folder that holds function_app.py")
    parser.add_argument("--state", type=Path, required=True, help="the task hub's file; it is only read")
    parser.add_argument("--json", action="store_true", help="one JSON object per finding")
    parser.add_argument("--running", action="store_true", help="pass over instances that have ended")
    return parser


def lint(given: list[str]) -> int:
    """Find what would hang or fail in Azure; 1 if anything is found."""
    parser = argparse.ArgumentParser(prog="python -m embedded_host lint", description=lint.__doc__)
    parser.add_argument("--app", type=Path, required=True, help="folder that holds function_app.py")
    parser.add_argument("--json", action="store_true", help="one JSON object per problem")
    chosen = parser.parse_args(given)
    app_dir = check_app_dir(chosen.app)
    os.chdir(app_dir)
    read_settings(app_dir, ReplayMode.STRICT, os.environ)
    problems = lint_app(app_dir)
    for problem in problems:
        print(json.dumps(vars(problem)) if chosen.json else str(problem))
    print(f"{len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


def serve(given: argparse.Namespace) -> int:
    """Serve an app until SIGTERM or SIGINT."""
    options = HostOptions(
        app_dir=check_app_dir(given.app),
        state=given.state.resolve(),
        lake=given.lake,
        port=given.port,
        address=given.address,
        enable_auth=given.enable_auth,
        replay=ReplayMode(given.replay),
        scan_interval=given.scan_interval,
        grace=given.grace,
        lease_wait=given.lease_wait,
    )
    os.chdir(options.app_dir)  # the worker's own working folder
    host = Host(options)
    asyncio.run(_serve_until_signalled(host))
    return 0


async def _serve_until_signalled(host: Host) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, host.stop)
        except NotImplementedError:  # Windows has no such handlers on its loop
            signal.signal(number, lambda *_: host.stop())
    await host.serve(lambda address: print(f"{READY} {address}", flush=True))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedded_host", description=__doc__)
    parser.add_argument("--app", type=Path, required=True, help="folder that holds function_app.py")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free port")
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--state", type=Path, default=Path(".embedded_host/state.db"), help="the task hub's file")
    parser.add_argument("--lake", help="folder:PATH, a blob account's URL or a connection string")
    parser.add_argument("--enable-auth", action="store_true", help="ask for function, host and system keys")
    parser.add_argument("--replay", choices=[str(mode) for mode in ReplayMode], default=str(ReplayMode.SESSION))
    parser.add_argument("--scan-interval", type=float, default=10.0, help="seconds between two looks at the blobs")
    parser.add_argument("--grace", type=float, default=5.0, help="seconds that running activities get at the end")
    parser.add_argument("--lease-wait", type=float, help="seconds to wait for another host to end; default: for ever")
    return parser


def run_and_exit() -> NoReturn:
    """Run the command line and end the process at once: functions that still run in threads must not hold it."""
    code: int | str | None = 1
    try:
        code = main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(bool(code)))


if __name__ == "__main__":
    run_and_exit()
