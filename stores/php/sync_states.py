"""How orders and products stand in Xero, as the shop's admin is told it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connector.lib import clock
from connector.lib.errors import Rejected
from stores.canonical.records import Stream
from stores.canonical.sync_state import SyncState
from stores.php.client import SignedClient

_KINDS = {Stream.ORDERS: "order", Stream.PRODUCTS: "product", Stream.CUSTOMERS: "customer"}


def write(client: SignedClient, states: Sequence[SyncState]) -> dict[tuple[Stream, str], Rejected]:
    """Have them shown; what the shop has no object for. One call for each kind of object: an
    answer names what it does not know by id only."""
    refused: dict[tuple[Stream, str], Rejected] = {}
    for stream in dict.fromkeys(one.stream for one in states):
        mine = [one for one in states if one.stream is stream]
        answer = client.call("sync_states", states=as_sent(mine, clock.now()))
        refused |= unknown(stream, mine, answer)
    return refused


def as_sent(states: Sequence[SyncState], at: datetime) -> list[dict[str, Any]]:
    """States as the extension takes them, as of a moment."""
    return [
        {
            "kind": _KINDS[one.stream],
            "id": int(one.id),
            "state": one.state.value,
            "number": one.number,
            "url": one.link,
            "reason": one.reason,
            "at": at.isoformat(timespec="seconds"),
        }
        for one in states
        if one.id.isdecimal()
    ]


def unknown(
    stream: Stream, states: Sequence[SyncState], answer: Mapping[str, Any]
) -> dict[tuple[Stream, str], Rejected]:
    """Those of which the shop has no object any more."""
    named = answer.get("unknown")
    gone = {str(one) for one in named} if isinstance(named, list) else set()
    return {
        (stream, one.id): Rejected(
            f"The shop has no {_KINDS[stream]} {one.id} any more.", code="not_found"
        )
        for one in states
        if one.id in gone or not one.id.isdecimal()
    }
