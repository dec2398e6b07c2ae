"""What a person says of invoices that may already stand for orders: linked, or posted anyway.

Nothing is ever linked by itself. An invoice stands for one order: the database keeps that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounting.sale.recognise import Certainty
from connector.lib import clock, doorbell
from stores.models import Store
from sync.models import OrderAction, Proposal, TrackedOrder
from sync.orders import actions
from sync.outbox import sync_states
from xero.models import Lane

log = structlog.get_logger(__name__)
_Decision = Proposal.Decision
MOST = 500


class Taken(Exception):
    """The invoice stands for another order already."""


def link(proposal: Proposal, user: Any) -> bool:
    """Say that the invoice is the order's; False where it was decided before.

    It becomes the order's document, and payments and refunds are planned from it. Where its
    total is another than the order's, the order counts as handled by hand instead. Raises
    Taken.
    """
    decision = _Decision.LINKED if proposal.adopts else _Decision.BY_HAND
    try:
        with transaction.atomic():
            if not _decide(Proposal.objects.filter(pk=proposal.pk), decision, user):
                return False
            _settle([proposal], user)
    except IntegrityError:
        raise Taken(
            f"Invoice {proposal.number or proposal.xero_id} was linked to another order. Look at "
            "both orders, and say “Post anyway” where this one is another sale."
        ) from None
    return True


def link_alike(user: Any, store: Store | None = None) -> int:
    """Link every invoice with the number, total and currency of exactly one order; how many.

    Those that fit several orders, or whose order has several, are left to be looked at. At
    most MOST at a time. Raises Taken where another person was quicker.
    """
    ids = list(alike(store).order_by("pk").values_list("pk", flat=True)[:MOST])
    try:
        with transaction.atomic():
            rows = Proposal.objects.open().select_related("order__store", "organisation")
            chosen = list(rows.filter(pk__in=ids))
            if _decide(Proposal.objects.filter(pk__in=ids), _Decision.LINKED, user) != len(chosen):
                transaction.set_rollback(True)
                raise Taken("Somebody else decided on some of these meanwhile. Look again.")
            _settle(chosen, user)
    except IntegrityError:
        raise Taken("Somebody else linked some of these meanwhile. Look again.") from None
    return len(chosen)


def alike(store: Store | None = None) -> QuerySet[Proposal]:
    """Open proposals that are the same in number, total and currency, one to one; of no archived
    store."""
    others = Proposal.objects.open().exclude(pk=OuterRef("pk"))
    of_order = others.filter(order=OuterRef("order"))
    of_invoice = others.filter(xero_id=OuterRef("xero_id"), organisation=OuterRef("organisation"))
    rows = Proposal.objects.open().filter(
        ~Exists(of_order), ~Exists(of_invoice), certainty=Certainty.SAME,
        order__store__in=Store.objects.on_lists(),
    )  # fmt: skip
    return rows if store is None else rows.filter(order__store=store)


def post_anyway(order: TrackedOrder, user: Any) -> bool:
    """Say that none of the invoices found is the order's, and have it posted; False where
    nothing was to be decided."""
    with transaction.atomic():
        if not _decide(Proposal.objects.filter(order=order), _Decision.POST, user):
            return False
        _act({order.pk: ""}, user, OrderAction.What.POST)
    _ring({order.store_id})
    return True


def _decide(rows: QuerySet[Proposal], decision: str, user: Any) -> int:
    undecided = rows.filter(decision="")
    return undecided.update(decision=decision, decided_by=user, decided_at=clock.now())


def _settle(chosen: list[Proposal], user: Any) -> None:
    """What follows for the orders of linked proposals, and for others that had the same."""
    by_hand = [one for one in chosen if not one.adopts]
    adopted = [one for one in chosen if one.adopts]
    for one in by_hand:
        why = f"Invoice {one.number or one.xero_id} in Xero is this order."
        link = one.organisation.invoice_link(one.xero_id)
        actions.handle_by_hand(
            TrackedOrder.objects.filter(pk=one.order_id), user, why, link
        )  # fmt: skip
    notes = {one.order_id: f"Invoice {one.number or one.xero_id}" for one in adopted}
    _act(notes, user, OrderAction.What.LINK)
    orders = {one.order_id for one in chosen}
    Proposal.objects.open().filter(order__in=orders).delete()
    same = Proposal.objects.open().filter(xero_id__in=[one.xero_id for one in chosen])
    waiting = TrackedOrder.objects.filter(pk__in=list(same.values_list("order", flat=True)))
    waiting.write(build_at=clock.now())
    log.info("proposals.linked", orders=len(orders))
    stores = TrackedOrder.objects.filter(pk__in=orders) | waiting
    _ring(set(stores.values_list("store", flat=True)))


def _act(notes: Mapping[int, str], user: Any, what: str) -> None:
    """Have orders built before everything else, and record who asked for it, with a note."""
    TrackedOrder.objects.filter(pk__in=notes).update(
        build_at=clock.now(), lane=Lane.CLICK, state=TrackedOrder.State.NEW,
        label=TrackedOrder.Label.WORKING,
    )  # fmt: skip
    OrderAction.objects.bulk_create(
        OrderAction(order_id=order, user=user, what=what, note=note[:500])
        for order, note in notes.items()
    )
    sync_states.orders_changed(notes)


def _ring(stores: set[int]) -> None:
    for store in sorted(stores):
        doorbell.ring("sync.build", store)
