"""Questions to the durable engine that its Python client does not ask, over the same local HTTP API."""

from __future__ import annotations

from typing import Any

from shared.domain.identities import is_below

UNFINISHED = ("Running", "Pending", "Suspended", "ContinuedAsNew")
"""Statuses of instances that have not ended; the last is seen of one that begins anew at that instant."""
CONTINUATION = "x-ms-continuation-token"
PAGE = 100


async def list_unfinished_below(client: Any, instance_id: str) -> list[str]:
    """The unfinished instances below one; the client's own listing knows no prefix and stops after a hundred rows."""
    import aiohttp

    # The client keeps the address to itself; the engine's binding hands it over for exactly this purpose.
    address = f"{client._orchestration_bindings.rpc_base_url}instances/"
    query = {"instanceIdPrefix": f"{instance_id}-", "runtimeStatus": ",".join(UNFINISHED), "top": str(PAGE)}
    found: list[str] = []
    token = ""
    async with aiohttp.ClientSession() as session:
        while True:
            headers = {CONTINUATION: token} if token else {}
            async with session.get(address, params={**query, "showInput": "false"}, headers=headers) as reply:
                reply.raise_for_status()
                found += [row["instanceId"] for row in await reply.json()]
                token = reply.headers.get(CONTINUATION, "")
            if not token:
                return [one for one in found if is_below(instance_id, one)]
