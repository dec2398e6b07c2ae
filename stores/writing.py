"""What an adapter may write to its shop, one capability each.

A platform has those that its profile names under `writes`, and its adapter their methods:
`disagreements` says where the two differ, and an adapter of which they do is not loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from connector.lib.errors import Rejected
from stores.adapter import StoreAdapter
from stores.canonical.customer import CustomerChanges
from stores.canonical.product import StockTarget
from stores.canonical.records import Stream
from stores.canonical.sync_state import SyncState
from stores.profile import Written

_STOCK_IDS = ("product_id", "variant_id", "location_id")
# So many states go to a shop in one call.
STATES_AT_ONCE = 100


@runtime_checkable
class WritesStatuses(Protocol):
    def set_order_status(self, order_id: str, status: str, note: str = "") -> None:
        """Put an order into a status, with a note for the shop's staff where the shop takes
        notes. The note is never there before the status. Rejected where the shop does not allow
        it, OutcomeUnknown where its answer was lost: what was written then shows in
        `order_condition`."""
        ...


@runtime_checkable
class WritesNotes(Protocol):
    def add_order_note(self, order_id: str, note: str) -> None:
        """Add a note that is for the shop's staff only, and keeps those that are there; else as
        `set_order_status`. `order_condition` gives it back among the comments."""
        ...


@runtime_checkable
class WritesCustomers(Protocol):
    def set_customer(self, customer_id: str, changes: CustomerChanges) -> dict[str, Any]:
        """Change a customer's record and nothing else of it; the record as it is then."""
        ...


@runtime_checkable
class WritesStock(Protocol):
    def set_stock(self, target: StockTarget, quantity: Decimal) -> None:
        """Set the quantity on hand of a product: by the target's ids as far as they are given,
        else by its SKU. Rejected with the code `not_found` where the shop has no such product,
        `ambiguous` where several may be meant, and as `check_ids` does: then nothing is
        written."""
        ...


@runtime_checkable
class WritesSyncStates(Protocol):
    def write_sync_states(
        self, states: Sequence[SyncState]
    ) -> Mapping[tuple[Stream, str], Rejected]:
        """Have the shop's admin show how these orders and products stand in Xero, in one call: at
        most `STATES_AT_ONCE`, each object once, in place of what it showed before.

        What comes back are those that the shop did not take, by stream and id, each with why:
        Rejected, with the code `not_found` where the shop has no such object. All others are
        shown then. Raised is what stops all of them. The same states may come again, after
        OutcomeUnknown too: writing them twice is writing them once.
        """
        ...


CAPABILITIES: dict[Written, type] = {
    Written.STATUSES: WritesStatuses,
    Written.NOTES: WritesNotes,
    Written.CUSTOMERS: WritesCustomers,
    Written.STOCK: WritesStock,
    Written.SYNC_STATES: WritesSyncStates,
}


def disagreements(adapter: type[StoreAdapter]) -> Iterator[str]:
    """Where an adapter and its profile do not say the same of what is written."""
    for what, capability in CAPABILITIES.items():
        able = issubclass(adapter, capability)
        if able and what not in adapter.profile.writes:
            yield f"it writes {what}, and its profile does not say so"
        if not able and what in adapter.profile.writes:
            yield f"its profile says that it writes {what}, and it does not"


def statuses_of(adapter: StoreAdapter) -> WritesStatuses:
    """The adapter as one that sets statuses; Rejected where its platform has none to set. The
    others likewise."""
    if isinstance(adapter, WritesStatuses):
        return adapter
    raise _lacking(adapter, Written.STATUSES)


def notes_of(adapter: StoreAdapter) -> WritesNotes:
    if isinstance(adapter, WritesNotes):
        return adapter
    raise _lacking(adapter, Written.NOTES)


def customers_of(adapter: StoreAdapter) -> WritesCustomers:
    if isinstance(adapter, WritesCustomers):
        return adapter
    raise _lacking(adapter, Written.CUSTOMERS)


def stock_of(adapter: StoreAdapter) -> WritesStock:
    if isinstance(adapter, WritesStock):
        return adapter
    raise _lacking(adapter, Written.STOCK)


def check_ids(target: StockTarget, *known: str) -> None:
    """Rejected where the target names an id that shops of the platform know none of: what were
    written without it is not what is meant."""
    for name in _STOCK_IDS:
        if name not in known and (ident := getattr(target, name)):
            raise Rejected(
                f"{target}: the shop's stock goes by no {name}, and {ident} names one.",
                code="unknown_id",
                hint=f"Leave {name} out of the levels.",
            )


def sync_states_of(adapter: StoreAdapter) -> WritesSyncStates:
    if isinstance(adapter, WritesSyncStates):
        return adapter
    raise _lacking(adapter, Written.SYNC_STATES)


def _lacking(adapter: StoreAdapter, what: Written) -> Rejected:
    return Rejected(
        f"{adapter.profile.label} has no {what} to write to.",
        code="not_able",
        hint="Switch off in the store's settings what asks for it.",
    )
