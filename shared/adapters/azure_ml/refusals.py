"""What Azure says when it will not, in its own words, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

MAX_WORDS = 3_000
"""The length to which Azure ML itself cuts error messages."""
REMEDIES: Mapping[str, str] = {
    "AuthorizationFailed": "give the app's identity the role AzureML Data Scientist on the workspace",
    "LinkedAuthorizationFailed": "give the app's identity the role AzureML Data Scientist on the workspace",
    "SubscriptionNotFound": "correct the subscription in HEADRACE_ML",
    "InvalidSubscriptionId": "correct the subscription in HEADRACE_ML",
    "ResourceGroupNotFound": "correct the resource group in HEADRACE_ML",
    "ResourceNotFound": "correct the workspace in HEADRACE_ML, or create it as docs/azure-ml.md says",
    "ParentResourceNotFound": "correct the workspace in HEADRACE_ML, or create it as docs/azure-ml.md says",
    "ComputeNotFound": "create the cluster, or name another one in HEADRACE_ML_COMPUTE",
    "QuotaExceeded": "ask for more quota of the VM family, or wait until other jobs have ended",
    "ExpiredAuthenticationToken": "sign in again (az login), or look at the app's managed identity",
    "InvalidAuthenticationToken": "sign in again (az login), or look at the app's managed identity",
    "AuthenticationFailed": "sign in again (az login), or look at the app's managed identity",
}
PLACES = frozenset(
    {
        "SubscriptionNotFound",
        "InvalidSubscriptionId",
        "ResourceGroupNotFound",
        "ResourceNotFound",
        "ParentResourceNotFound",
    }
)
"""What says that the workspace itself is not there; nothing follows from that for what is in it."""
BY_STATUS: Mapping[int, str] = {
    401: "sign in again (az login), or look at the app's managed identity",
    403: "give the app's identity the role AzureML Data Scientist on the workspace",
    429: "fewer runs at once, or HEADRACE_ML_WRITES_PER_SECOND lower than it is",
}
ANYTHING = "headrace.py doctor --azure-ml looks at what a workspace needs"


class ServiceRefused(Exception):
    """Azure ML refused; nothing was changed. The message holds its own words and what to do."""

    def __init__(self, status: int, codes: tuple[str, ...], words: str) -> None:
        self.status, self.codes = status, codes
        self.remedy = _remedy(self)
        super().__init__(f"Azure ML ({status} {codes[0] if codes else 'without a code'}): {words}. {self.remedy}")

    @property
    def is_unknown(self) -> bool:
        """Whether what was asked for is not there, in a workspace that is."""
        return self.status == 404 and not PLACES.intersection(self.codes)


class ServiceUnavailable(Exception):
    """Azure ML could not be reached or failed again and again; try later. What was asked for may have been done."""


def translate(error: Exception) -> ServiceRefused | ServiceUnavailable:
    """What a failed call of azure-core or azure-ai-ml means for us."""
    from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

    status = getattr(error, "status_code", None)
    if isinstance(error, ClientAuthenticationError) and status is None:
        return ServiceRefused(401, ("NoCredential",), _first_line(error))
    if not isinstance(error, HttpResponseError) or status is None:
        return ServiceUnavailable(f"Azure ML cannot be reached: {_first_line(error)}")
    said = _said(error)
    if status >= 500 or status == 429:
        return ServiceUnavailable(f"Azure ML ({status}): {said.get('message') or _first_line(error)}")
    return ServiceRefused(status, tuple(_codes(said)), str(said.get("message") or _first_line(error))[:MAX_WORDS])


def _said(error: Any) -> Mapping[str, Any]:
    """The `error` object of a reply, whoever gave it."""
    try:
        told = json.loads(error.response.text())["error"]
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _codes(said: Mapping[str, Any]) -> Iterator[str]:
    """The error's code and those of its inner errors, which say more the further in they are."""
    if isinstance(said.get("code"), str):
        yield said["code"]
    infos = {
        entry.get("type"): entry.get("info") for entry in said.get("additionalInfo") or [] if isinstance(entry, dict)
    }
    inner = (infos.get("InnerError") or {}).get("value")
    while isinstance(inner, dict):
        if isinstance(inner.get("code"), str):
            yield inner["code"]
        inner = inner.get("innerError")


def _remedy(refused: ServiceRefused) -> str:
    known = [REMEDIES[code] for code in reversed(refused.codes) if code in REMEDIES]
    advice = known[0] if known else BY_STATUS.get(refused.status, ANYTHING)
    return f"What to do: {advice}."


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:MAX_WORDS]
