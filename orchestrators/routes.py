"""The HTTP routes: parse, ask, render. docs/http.md describes them for callers."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import azure.functions as func

from orchestrators import starters
from orchestrators.activities.summaries import describe_cells
from orchestrators.answers import NotFound, answer, answering_errors, read_body
from orchestrators.views import describe_instance
from shared import wiring
from shared.domain.files import FileState
from shared.domain.requests import MAX_WEEK, Pipeline, RequestError, parse_reason, parse_request
from shared.domain.weeks import IsoWeek
from shared.ports import LedgerUnavailable

_LOG = logging.getLogger("headrace.http")
RETRY_AFTER = {"Retry-After": "10"}
MAX_PAGE = 500
PROBE_SECONDS = 20
"""So long a port may take to answer; the lake's own tries go on for more than a minute."""
_OF_THE_HOST = ("code", "clientId")
"""Query parameters that the Functions host takes its keys from."""
ACTIONS = ("terminate", "suspend", "resume", "rerun")


@answering_errors
async def start_pipeline(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """202 with the durable links; 400 names the field; 409 when the id belongs to another request."""
    pipeline = req.route_params["pipeline"]
    hosts = wiring.settings().callback_hosts
    request = parse_request(pipeline, read_body(req), wiring.fleets(), callback_hosts=hosts)
    instance_id = await starters.start_pipeline(client, request)
    links = starters.links(client, instance_id)
    return answer(links, 202, {**RETRY_AFTER, "Location": links["statusQueryGetUri"]})


@answering_errors
async def list_runs(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """A page of instances with their present status."""
    _allow(req, "fleet", "week", "pipeline", "top", "skip")
    only = {"fleet": req.params.get("fleet"), "week": _week(req), "pipeline": _one_of(req, "pipeline", Pipeline)}
    only = {name: value for name, value in only.items() if value is not None}
    top, skip = _page(req)
    page = await _aside(lambda: wiring.ledger().instances.list_instances(top=top, skip=skip, **only))
    states = await asyncio.gather(*(starters.read_state(client, row["id"]) for row in page))
    fields = ("id", "pipeline", "fleet", "week", "requested_at")
    told = [{**{name: row[name] for name in fields}, "status": state} for row, state in zip(page, states, strict=True)]
    return answer({"runs": told, "next": skip + top if len(page) == top else None})


@answering_errors
async def show_run(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """One instance, also an inner one, with the ML runs below it."""
    instance_id = req.route_params["id"]
    status = await starters.read_status(client, instance_id)
    below = await _aside(lambda: wiring.ledger().runs.list_runs_below(instance_id))
    return answer(describe_instance(status, below))


@answering_errors
async def steer_run(req: func.HttpRequest, client: Any) -> func.HttpResponse:
    """Do what an operator asks of an instance, and leave an audit event."""
    instance_id, action = req.route_params["id"], req.route_params["action"]
    if action not in ACTIONS:
        raise NotFound(f"there is no action {action[:100]!r}; there are {', '.join(ACTIONS)}")
    reason = parse_reason(read_body(req))
    told = await starters.steer(client, instance_id, action, reason)
    now = wiring.now()
    await _aside(lambda: wiring.ledger().instances.record_audit(action, instance_id, "http", reason, now))
    return answer(told, 202)


@answering_errors
async def show_fleet(req: func.HttpRequest) -> func.HttpResponse:
    """Every cell of a fleet, in its last week or the one asked for."""
    name = req.route_params["fleet"]
    _allow(req, "week")
    if name not in wiring.fleets():
        raise NotFound(f"there is no fleet {name[:100]!r}; there are {', '.join(sorted(wiring.fleets()))}")
    week = _week(req) or await _aside(lambda: wiring.ledger().reports.latest_week(name))
    if week is None:
        raise NotFound(f"fleet {name} has not been trained yet; POST start/{Pipeline.WEEKLY} to do so")
    cells = await _aside(lambda: describe_cells(name, week))
    return answer({"fleet": name, "week": week, "cells": cells})


@answering_errors
async def list_sources(req: func.HttpRequest) -> func.HttpResponse:
    """Each source's files, rows and freshness, and how its last file differs from the one before."""
    _allow(req)
    return answer({"sources": await _aside(_tell_sources)})


def _tell_sources() -> list[dict[str, Any]]:
    ledger = wiring.ledger()
    sources = ledger.reports.report_sources()
    return [{**told, "drift": ledger.conditioned.find_last_drift(told["source"])} for told in sources]


@answering_errors
async def list_files(req: func.HttpRequest) -> func.HttpResponse:
    """A page of raw files, the newest first."""
    _allow(req, "source", "state", "top", "skip")
    source, state = req.params.get("source"), _one_of(req, "state", FileState)
    top, skip = _page(req)
    files = await _aside(lambda: wiring.ledger().reports.list_files(source=source, state=state, top=top, skip=skip))
    return answer({"files": files, "next": skip + top if len(files) == top else None})


@answering_errors
async def show_file(req: func.HttpRequest) -> func.HttpResponse:
    """One raw file's story."""
    file_id = req.route_params["id"]
    story = await _aside(lambda: wiring.ledger().reports.tell_file(file_id))
    if story is None:
        raise NotFound(f"there is no file {file_id[:100]!r}; GET files lists them")
    return answer(story)


@answering_errors
async def show_health(req: func.HttpRequest) -> func.HttpResponse:
    """200 when every port answers, else 503; says which, and nothing else."""
    probes: dict[str, Callable[[], Any]] = {
        "lake": _look_at_lake,
        "ledger": lambda: wiring.ledger().require_writable(),
        "ml": lambda: wiring.ml_backend().observe([]),
    }
    answers = await asyncio.gather(*(_answers(name, probe) for name, probe in probes.items()))
    alive = dict(zip(probes, answers, strict=True))
    return answer({"alive": all(alive.values()), "ports": alive}, 200 if all(alive.values()) else 503)


def _look_at_lake() -> None:
    """Look at the lake, and whether it is ours, if the ledger tells who we are."""
    try:
        lake = wiring.own_lake()
    except LedgerUnavailable:
        lake = wiring.lake()
    lake.stat("raw", "health")


async def _answers(name: str, probe: Callable[[], Any]) -> bool:
    try:
        await asyncio.wait_for(_aside(probe), PROBE_SECONDS)
    except TimeoutError:
        _LOG.error("the %s does not answer within %d s", name, PROBE_SECONDS)
        return False
    except Exception as error:
        _LOG.error("the %s does not answer: %s: %s", name, type(error).__name__, error)
        return False
    return True


async def _aside(work: Callable[[], Any]) -> Any:
    """Do blocking work on a thread, so that other requests go on."""
    return await asyncio.to_thread(work)


def _allow(req: func.HttpRequest, *names: str) -> None:
    """Refuse query parameters with other names: one that is misspelt would narrow nothing, and nobody be told."""
    for given in req.params:
        if given not in (*names, *_OF_THE_HOST):
            known = f"there are {', '.join(names)}" if names else "there are none"
            raise RequestError(given[:100], f"there is no such parameter; {known}")


def _page(req: func.HttpRequest) -> tuple[int, int]:
    """How many to tell, and how many to pass over before."""
    return _whole(req, "top", 50, MAX_PAGE), _whole(req, "skip", 0, 1_000_000)


def _whole(req: func.HttpRequest, name: str, default: int, most: int) -> int:
    given = req.params.get(name)
    if given is None:
        return default
    if not re.fullmatch("[0-9]{1,9}", given) or int(given) > most:
        raise RequestError(name, f"{given[:100]!r} is not a whole number up to {most}")
    return int(given)


def _one_of(req: func.HttpRequest, name: str, choices: type[StrEnum]) -> str | None:
    given: str | None = req.params.get(name)
    if given is not None and given not in set(choices):
        raise RequestError(name, f"{given[:100]!r} is not one of {', '.join(choices)}")
    return given


def _week(req: func.HttpRequest) -> str | None:
    given = req.params.get("week")
    if given is None:
        return None
    try:
        return str(IsoWeek.parse(given[:MAX_WEEK]))
    except ValueError as error:
        raise RequestError("week", str(error)) from error
