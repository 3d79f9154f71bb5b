"""Findings: what somebody who looked at a part of the set-up saw, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `remedy` is empty when it is well."""

    what: str
    found: str
    remedy: str = ""
