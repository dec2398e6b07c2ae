"""Invoices of before the cut-over that an older tool or a person posted for our orders."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from accounting.books import Books
from accounting.eligibility import local_date, refunded_since
from accounting.history import EarlierInvoice
from accounting.sale.numbers import own_number
from connector.lib.money import from_units, round_to
from stores.canonical.order import Order
from stores.models import Store
from sync.models import TrackedOrder
from xero.documents.statuses import GONE
from xero.models import MirrorDocument


def find_earlier(
    store: Store, books: Books, orders: Iterable[tuple[TrackedOrder, Order]]
) -> dict[int, EarlierInvoice]:
    """For orders of before the cut-over that were refunded since: their invoice in Xero.

    It bears the number that ours would, with or without the store's prefix, or the order's as
    its reference, and has the order's total, in its currency or the shop's base currency. Of
    several, none: a person decides.
    """
    cut_over = books.snapshot.store.cut_over
    if cut_over is None:
        return {}
    late = [
        (row, order)
        for row, order in orders
        if local_date(books.snapshot, order.placed_at) < cut_over
        and refunded_since(books.snapshot, order)
    ]
    prefix = books.snapshot.store.number_prefix
    called = {own_number(books.snapshot, order): (row, order) for row, order in late}
    referred = {order.number: (row, order) for row, order in late}
    numbers = [*called, *(f"{prefix}{number}" for number in called)]
    rows = MirrorDocument.objects.filter(
        Q(number__in=numbers) | Q(reference__in=list(referred)),
        organisation=store.organisation, kind="invoice",
    ).exclude(status__in=GONE)  # fmt: skip
    found: dict[int, list[MirrorDocument]] = {}
    for one in rows:
        names = {one.number, one.number.removeprefix(prefix)} & called.keys()
        likely = [called[name] for name in names]
        likely += [referred[one.reference]] if one.reference in referred else []
        for row, order in {row.pk: (row, order) for row, order in likely}.values():
            if _is_of(one, order):
                found.setdefault(row.pk, []).append(one)
    return {pk: _earlier(some[0]) for pk, some in found.items() if len(some) == 1}


def _earlier(one: MirrorDocument) -> EarlierInvoice:
    due = from_units(one.amount_due)
    return EarlierInvoice(one.xero_id, one.number, one.contact_id, due, one.currency)


def _is_of(one: MirrorDocument, order: Order) -> bool:
    totals = {order.currency: round_to(order.total)}
    if order.base_total is not None:
        totals.setdefault(order.base_currency, round_to(order.base_total))
    return totals.get(one.currency) == from_units(one.total)
