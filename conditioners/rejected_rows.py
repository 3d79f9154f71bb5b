"""Rows that are not accepted, on their way to quarantine."""

from __future__ import annotations

from typing import NamedTuple

from conditioners.readers.batches import Located
from conditioners.rules import Rule


class RejectedRow(NamedTuple):
    """One row that is not accepted. `order` sorts it among its batch's rows: an unread row before a readable one."""

    order: tuple[int, int]
    located: Located
    rule: str
    """A Rule, or that of a check."""
    column: str
    """The column at fault; empty when it is not one cell's."""
    reason: str


def reject_conflict(number: int, located: Located) -> RejectedRow:
    """A row, by its number in the batch, whose key an earlier and different one has."""
    reason = "an earlier row has the same key and other values"
    return RejectedRow((number, 1), located, Rule.KEY_CONFLICT, "", reason)
