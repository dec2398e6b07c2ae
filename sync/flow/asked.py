"""What somebody asks in the shop of its orders, products and customers: done here as if they had
clicked, and told them one by one. What is to be read anew for it, the caller sees to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from accounting.contacts.persons import customer_key
from connector.lib import clock, doorbell
from stores.adapter import Ask, Did, Wish
from stores.canonical.records import Stream
from stores.models import Store
from sync.models import LeftOutCustomer, TrackedOrder, TrackedProduct
from sync.orders import actions
from sync.outbox import sync_states
from xero.models import Lane


class _Answer(NamedTuple):
    """What is said of an object that was not left out before, of one that was, and of one that is
    not known here."""

    taken_in: str
    left_out: str
    unknown: str = "It is not known here yet, and nothing was done. Ask again once it was read."


_ANSWERS = {
    (Stream.ORDERS, Wish.SYNC): _Answer(
        "It is read again, and synced to Xero now.",
        "It is taken in again: it is read, and synced to Xero now.",
        "It is new here: it is read from the shop, and synced to Xero then.",
    ),
    (Stream.ORDERS, Wish.LEAVE_OUT): _Answer(
        "It is left out from now on. What of it is in Xero stays there.", "It was left out before."
    ),
    (Stream.ORDERS, Wish.TAKE_IN): _Answer(
        "It was not left out.", "It is taken in again, and synced to Xero now."
    ),
    (Stream.PRODUCTS, Wish.SYNC): _Answer(
        "It is read again, and its item is brought up to date now.",
        "It is left out: take it in again first.",
        "It is new here: it is read from the shop, and gets its item then.",
    ),
    (Stream.PRODUCTS, Wish.LEAVE_OUT): _Answer(
        "It is left out from now on. An item that Xero has stays as it is.",
        "It was left out before.",
    ),
    (Stream.PRODUCTS, Wish.TAKE_IN): _Answer(
        "It was not left out.", "It is taken in again, and its item is brought up to date now."
    ),
    (Stream.CUSTOMERS, Wish.SYNC): _Answer(
        "The record is read again, and the contact follows it.",
        "The customer is left out: take them in again first.",
    ),
    (Stream.CUSTOMERS, Wish.LEAVE_OUT): _Answer(
        "The contact in Xero stays as it is from now on, whatever changes here.",
        "The customer was left out before.",
    ),
    (Stream.CUSTOMERS, Wish.TAKE_IN): _Answer(
        "The customer was not left out.",
        "The record is read again, and the contact follows it from now on.",
    ),
}  # fmt: skip


def act(store_id: int, asks: Sequence[Ask]) -> list[Did]:
    """Do what was asked; of each object what was done. Within a transaction of the caller's."""
    store = Store.objects.get(pk=store_id)
    done: list[Did] = []
    for ask in asks:
        synced = ask.stream is Stream.ORDERS or getattr(store.profile.streams, ask.stream)
        was = _ACTS[ask.stream](store, ask) if synced else {}
        for one in dict.fromkeys(ask.ids):
            done.append(Did(ask.stream, one, _said(ask, was.get(one)) if synced else _off(ask)))
    return done


def _said(ask: Ask, left_out: bool | None) -> str:
    answer = _ANSWERS[ask.stream, ask.wish]
    if left_out is None:
        return answer.unknown
    return answer.left_out if left_out else answer.taken_in


def _off(ask: Ask) -> str:
    return f"Nothing was done: this store syncs no {ask.stream} (streams.{ask.stream})."


def _why(ask: Ask) -> str:
    return f"{ask.person}, in the shop: {ask.reason}"[:500]


# --- each does what is asked, and says of what is known whether it had been left out before ------


def _orders(store: Store, ask: Ask) -> dict[str, bool]:
    orders = TrackedOrder.objects.filter(store=store, source_id__in=ask.ids)
    was = {one: at is not None for one, at in orders.values_list("source_id", "excluded_at")}
    if ask.wish is Wish.SYNC:
        actions.sync_now(orders, None)
        sync_states.forget(store, Stream.ORDERS, ask.ids)
    elif ask.wish is Wish.LEAVE_OUT:
        actions.exclude(orders.filter(excluded_at__isnull=True), None, _why(ask))
    else:
        actions.reopen(orders, None, _why(ask))
    return was


def _products(store: Store, ask: Ask) -> dict[str, bool]:
    rows = TrackedProduct.objects.filter(store=store, source_id__in=ask.ids)
    # In the order of their keys, as everybody changes them.
    found = list(rows.order_by("pk").select_for_update().values_list("source_id", "excluded_at"))
    now = {"build_at": clock.now(), "lane": Lane.CLICK}
    if ask.wish is Wish.SYNC:
        rows.update(**now)
        sync_states.forget(store, Stream.PRODUCTS, ask.ids)
    elif ask.wish is Wish.LEAVE_OUT:
        left_out = {"excluded_at": clock.now(), "excluded_why": _why(ask)}
        rows.filter(excluded_at__isnull=True).update(**left_out, **now)
    else:
        rows.filter(excluded_at__isnull=False).update(excluded_at=None, excluded_why="", **now)
    doorbell.ring("sync.build", store.pk)
    return {one: at is not None for one, at in found}


def _customers(store: Store, ask: Ask) -> dict[str, bool]:
    """No row says that a customer is known: it is taken for one."""
    keys = {one: customer_key(one) for one in ask.ids}
    rows = LeftOutCustomer.objects.filter(store=store, key__in=keys.values())
    out = set(rows.values_list("key", flat=True))
    if ask.wish is Wish.LEAVE_OUT:
        new = [LeftOutCustomer(store=store, key=key, why=_why(ask)) for key in keys.values()]
        LeftOutCustomer.objects.bulk_create(sorted(new, key=str), ignore_conflicts=True)
    elif ask.wish is Wish.TAKE_IN:
        rows.delete()
    if ask.wish is Wish.SYNC:
        sync_states.forget(store, Stream.CUSTOMERS, ask.ids)
    else:
        sync_states.customers_changed(store, ask.ids)
    return {one: key in out for one, key in keys.items()}


_ACTS: dict[Stream, Callable[[Store, Ask], dict[str, bool]]] = {
    Stream.ORDERS: _orders,
    Stream.PRODUCTS: _products,
    Stream.CUSTOMERS: _customers,
}
