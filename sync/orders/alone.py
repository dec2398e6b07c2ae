"""What a person asks for of single orders while their store is switched off: one in Xero to look
at, before the store is switched on, and those that leave Xero again, also where the shop is gone.

An order to look at is built and sent by itself and as a draft, whatever the store posts otherwise,
and once: while its store is off nothing follows it. When the store is switched on it is an order
like all others, whose draft waits for approval. What is undone is taken back by the rules in
force, as it would be of a store that is on.
"""

from __future__ import annotations

from dataclasses import replace

from django.db.models import Exists, OuterRef

from accounts_mapping.rules.resolve import MappingSnapshot
from connector.lib import clock
from stores.models import Store
from sync.models import Posting, TrackedOrder
from sync.models.order import TrackedOrderQuerySet


def asked_for(store: Store | None) -> TrackedOrderQuerySet:
    """Those of a store (None: of all) that were asked for, and of which nothing is in Xero yet."""
    there = Posting.objects.filter(order=OuterRef("pk")).exclude(xero_id="").order_by()
    rows = TrackedOrder.objects.filter(~Exists(there), tried_at__isnull=False)
    return rows if store is None else rows.filter(store=store)


def undone(store: Store | None) -> TrackedOrderQuerySet:
    """Those of a store (None: of all) whose documents a person had taken back."""
    rows = TrackedOrder.objects.filter(undo_at__isnull=False)
    return rows if store is None else rows.filter(store=store)


def next_of(store: Store) -> TrackedOrderQuerySet:
    """Those of which some are to be built next: of one kind only, as the rules differ."""
    leaving = undone(store)
    return leaving if leaving.due(clock.now()).exists() else asked_for(store)


def as_draft(rules: MappingSnapshot) -> MappingSnapshot:
    """The rules by which they are built: each order a draft of its own."""
    alone = rules.rules.posting.model_copy(update={"status": "DRAFT", "mode": "per_order"})
    return replace(rules, rules=rules.rules.model_copy(update={"posting": alone}))
