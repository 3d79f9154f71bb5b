"""DBOS on SQLite: as shipped (`default`), or with its file switched to WAL (`wal`); both flush at each commit."""

from __future__ import annotations

import asyncio
import sqlite3

from backend import call_backend
from dbos import DBOS, SetWorkflowID
from protocol import parse, serve


@DBOS.step()
async def start(run: object) -> str:
    return call_backend("start", run)


@DBOS.step()
async def poll(run: object) -> str:
    return call_backend("poll", run)


@DBOS.step()
async def record(run: object) -> str:
    return call_backend("record", run)


@DBOS.workflow()
async def one_run(run: int) -> str:
    await start(run)
    for _ in range(3):
        await DBOS.sleep_async(1)
        await poll(run)
    return await record(run)


@DBOS.workflow()
async def fleet(runs: int) -> int:
    handles = [await DBOS.start_workflow_async(one_run, number) for number in range(runs)]
    return len([await handle.get_result() for handle in handles])


@DBOS.workflow()
async def single(name: str) -> str:
    return await start(name)


def main() -> None:
    given = parse()
    database = given.folder / "dbos.db"
    if given.mode == "wal":
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
    DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{database}", "log_level": "ERROR"})
    DBOS.launch()
    loop = asyncio.new_event_loop()

    async def run_fleet(runs: int) -> int:
        with SetWorkflowID(f"fleet-{runs}"):
            handle = await DBOS.start_workflow_async(fleet, runs)
        return int(await handle.get_result())

    async def start_single(name: str) -> None:
        handle = await DBOS.start_workflow_async(single, name)
        await handle.get_result()

    serve(
        lambda runs: loop.run_until_complete(run_fleet(runs)),
        lambda name: loop.run_until_complete(start_single(name)),
    )
    DBOS.destroy()


if __name__ == "__main__":
    main()
