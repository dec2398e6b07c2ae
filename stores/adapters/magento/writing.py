"""What is looked at before something is written to a Magento shop: pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stores.adapters.raw import Raw
from stores.canonical import OrderCondition

# An order in one of these states takes no status of another state, nor should it.
_STOPPED = frozenset({"canceled", "closed", "holded"})


def condition_of(order: Mapping[str, Any]) -> OrderCondition:
    """How an order of `GET /V1/orders/:id` stands. ParseError for what cannot be read."""
    raw = Raw(order)
    state = raw.required_text("state")
    histories = raw.children("status_histories")
    return OrderCondition(
        status=raw.text("status") or state,
        state=state,
        stopped=state in _STOPPED,
        comments=tuple(text for entry in histories if (text := entry.text("comment"))),
    )
