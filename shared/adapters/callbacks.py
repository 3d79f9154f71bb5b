"""Calling back whoever started a pipeline, as Data Factory's WebHook activity expects, and nobody else."""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 30.0
NOT_PUBLIC = [
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's platform, which answers every machine of its own
        *("::ffff:0:0/96", "64:ff9b::/96", "2002::/16"),  # IPv4, inner addresses too, written as IPv6
    )
]


class CallbackRefused(Exception):
    """The callback address is not one that may be called; nothing was sent. See HEADRACE_CALLBACK_HOSTS."""


class CallbackFailed(Exception):
    """The callback's host could not be reached or did not accept the message."""


def is_public(address: str) -> bool:
    """Whether an IP address is one host of the public internet, and cannot stand for an inner one."""
    found = ipaddress.ip_address(address)
    return found.is_global and not found.is_multicast and not any(found in network for network in NOT_PUBLIC)


def post_callback(
    uri: str,
    told: Mapping[str, Any],
    allowed_hosts: Collection[str],
    *,
    is_allowed_address: Callable[[str], bool] = is_public,
    context: ssl.SSLContext | None = None,
) -> None:
    """Post `output` or `error` of `told` to an https address on an allowed host; redirects are not followed.

    The host's name is resolved once, and the connection goes to the address that was checked.
    """
    address = urlsplit(uri)
    host, port = address.hostname or "", address.port or 443
    if address.scheme != "https" or not any(host == name or host.endswith(f".{name}") for name in allowed_hosts):
        raise CallbackRefused(f"{host!r} is not an https host that may be called back")
    target = _resolve(host, port, is_allowed_address)
    connection = _Pinned(host, port, target, context or ssl.create_default_context())
    path = f"{address.path or '/'}{'?' + address.query if address.query else ''}"
    try:
        connection.request("POST", path, json.dumps(_message(told)), {"Content-Type": "application/json"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise CallbackFailed(f"{host}: {error}") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise CallbackFailed(f"{host} answered {status}")


def _message(told: Mapping[str, Any]) -> dict[str, Any]:
    if "error" in told:
        return {"Output": {}, "Error": {"ErrorCode": "PipelineFailed", "Message": told["error"]}, "StatusCode": "500"}
    return {"Output": told["output"], "StatusCode": "200"}


def _resolve(host: str, port: int, is_allowed_address: Callable[[str], bool]) -> str:
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError as error:
        raise CallbackFailed(f"{host} cannot be resolved: {error}") from error
    refused = sorted(address for address in found if not is_allowed_address(address))
    if refused:
        raise CallbackRefused(f"{host} resolves to {refused[0]}, which is not a public address")
    return sorted(found)[0]


class _Pinned(http.client.HTTPSConnection):
    """An https connection to an address that was chosen beforehand."""

    def __init__(self, host: str, port: int, target: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=TIMEOUT_SECONDS, context=context)
        self._target, self._tls = target, context

    def connect(self) -> None:
        """Connect to the checked address, and hold its certificate against the host's name."""
        plain = socket.create_connection((self._target, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)
