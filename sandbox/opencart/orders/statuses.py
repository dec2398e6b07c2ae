"""The shop's order statuses by number, and what moves an order from one to another."""

from __future__ import annotations

from itertools import count
from typing import Any

from sandbox.opencart.versions import Version
from sandbox.shop.made_up.fates import Fate

Tables = dict[str, Any]  # the rows of one order, by the names of their tables

ABANDONED, PENDING, PROCESSING, SHIPPED, COMPLETE = 0, 1, 2, 3, 5
CANCELED, DENIED, FAILED, REFUNDED, EXPIRED = 7, 8, 10, 11, 14
NAMES = {
    1: "Pending", 2: "Processing", 3: "Shipped", 5: "Complete", 7: "Canceled", 8: "Denied",
    9: "Canceled Reversal", 10: "Failed", 11: "Refunded", 12: "Reversed", 13: "Chargeback",
    14: "Expired", 15: "Processed", 16: "Voided",
}  # fmt: skip
# In these an order has its goods: they are off the stock.
SOLD = frozenset({1, 2, 3, 5, 12})
DONE = frozenset({3, 5})
# What the demand calls what becomes of an order, by the status that is wished for.
FATES = {
    "pending": "pending", "processing": "processing", "shipped": "complete",
    "complete": "complete", "refunded": "complete",
}  # fmt: skip


def number_of(name: str) -> int:
    """A status by its name, in whatever letters; KeyError if the shop has none."""
    return next(number for number, said in NAMES.items() if said.lower() == name.lower())


def name_of(status: object) -> str:
    return NAMES.get(int(str(status)), "")


class Histories:
    """Writes to the history of orders."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._ids = count(1)

    def add(self, tables: Tables, status: int, at: str, comment: str = "", notify: int = 0) -> None:
        """A new entry; the order stands in its status from then on."""
        head = tables["order"]
        tables["order_history"].append({
            "order_history_id": str(next(self._ids)), "order_id": head["order_id"],
            "order_status_id": str(status), "notify": str(notify), "comment": comment,
            "date_added": at,
        })  # fmt: skip
        head["order_status_id"] = str(status)
        if self._version.touches:
            head["date_modified"] = max(head["date_modified"], at)


def steps(fate: Fate, refusal: int) -> list[tuple[Any, int, str]]:
    """When an order went into which status, and what was noted; `refusal` ends one that nobody
    paid."""
    if fate.canceled_at:
        return [(fate.canceled_at, refusal, "")]
    if fate.held_at:
        return [(fate.held_at, PENDING, "Waiting for the customer to confirm the address.")]
    found: list[tuple[Any, int, str]] = []
    if fate.paid_at:
        found.append((fate.paid_at, PROCESSING, ""))
    if fate.sent_at:
        found.append((fate.sent_at, SHIPPED, "Sent by parcel post."))
        found.append((fate.sent_at, COMPLETE, ""))
    return found
