"""Orders that are due: taken by one worker at a time, and kept for as long as it works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, IntegerField, Value, When

from accounting.plan.plan import Plan
from accounting.reasons import Reason
from accounting.reconcile.expected import ShopFigures
from accounting.sale.built import HELD, READY, Built
from accounting.summary.parts import Part
from stores.canonical.order import Order
from stores.models import Store
from sync.claims import LEASE, Claim
from sync.models import TrackedOrder
from sync.models.order import TrackedOrderQuerySet
from sync.orders import alone
from sync.orders.recognise.already import LikelyInvoice
from xero.models import Lane, MirrorDocument

_LANE_ORDER = Case(
    *(When(lane=lane, then=Value(place)) for place, lane in enumerate(Lane.values)),
    output_field=IntegerField(),
)


# What a build goes by of an order's row.
GOES_BY = (
    "record_id", "lane", "backfill_id", "document_number", "excluded_at", "excluded_as",
    "excluded_why", "approved_at", "undo_at", "tax_override_refused", "stock_refused",
)  # fmt: skip


@dataclass(slots=True)
class OrderWork:
    """One claimed order on its way: its row, what the shop said, what became of it. `number` is
    the own number that its documents are called by, `again_at` when it is to be tried again;
    `unread`: Xero could not be asked whose payments stand on its invoice."""

    row: TrackedOrder
    order: Order | None = None
    built: Built | None = None
    plan: Plan = field(default_factory=Plan)
    figures: ShopFigures | None = None
    number: str = ""
    again_at: datetime | None = None
    unread: bool = False
    parts: tuple[Part, ...] = ()
    decided: bool = False
    found: list[LikelyInvoice] = field(default_factory=list)
    link: MirrorDocument | None = None

    def hold(self, reason: Reason, status: str = HELD) -> None:
        """Nothing is built of it, for this reason."""
        self.built, self.plan, self.decided = Built(status, (reason,)), Plan(), True
        self.parts = ()

    @property
    def planned(self) -> PlannedOrder:
        assert self.built is not None
        return PlannedOrder(self.row, self.built, self.plan, self.parts, self.link)


def take(store: Store, claim: Claim, limit: int) -> list[TrackedOrder]:
    """Claim due orders, a person's first; the conditional update decides who has them. Of a store
    that is switched off only those that were asked for alone, or undone."""
    rows = TrackedOrder.objects.filter(store=store) if store.enabled else alone.next_of(store)
    rows = rows.order_by(_LANE_ORDER, "build_at", "pk")
    taken = rows.take(claim.token, LEASE, most=limit, at=claim.at)
    found = list(taken.select_related("record", "backfill"))
    claim.took(found)
    return found


def keep_claim(claim: Claim, works: list[OrderWork]) -> list[OrderWork]:
    """Inside the transaction, those that are still ours. What somebody else took over is left to
    them, and what is another order by now (a newer record, a person's word) to the next build."""
    kept = claim.keep(rows_of(works))
    return [work for work in works if work.row.pk in kept]


def rows_of(works: Iterable[OrderWork]) -> TrackedOrderQuerySet:
    return TrackedOrder.objects.filter(pk__in=[work.row.pk for work in works])


@dataclass(frozen=True, slots=True)
class OrderState:
    """The state and reasons of an order once its documents are in the outbox."""

    state: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order: what was built of it, what is to be done, and what it brings to summaries.

    `link` is the invoice in Xero that a person said is the order's own.
    """

    row: TrackedOrder
    built: Built
    plan: Plan = field(default_factory=Plan)
    parts: tuple[Part, ...] = ()
    link: MirrorDocument | None = None

    @property
    def active(self) -> bool:
        """Whether its documents go by the plan: it is ready, or it is being taken back."""
        return self.built.status == READY or self.plan.reversed
