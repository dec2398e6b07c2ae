"""What waits for a person, by its reason: counted for the overview, filtered for the list."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounting.reason_kinds import REASONS
from connector.pages.parts.core_texts import shown
from sync.models import Posting, ShopWrite, TrackedOrder

Label = TrackedOrder.Label
# Orders that go no further without somebody. Drafts are a cause of their own.
STOPPED = (Label.HELD, Label.DEAD, Label.DIFFERS)
ATTENTION = (*STOPPED, Label.DRAFT)
LIMIT = 10_000
_NO_REASON = "unforeseen"
# What groups the drafts, beside the codes of reasons.
DRAFTS = "drafts"


@dataclass(frozen=True, slots=True)
class WaitingOrders:
    """Orders that wait for the same thing, by their keys; `of_shop`: it is the shop that did not
    take what it was told of them."""

    code: str
    title: str
    fix: str
    orders: frozenset[int]
    of_shop: bool = False

    @property
    def count(self) -> int:
        return len(self.orders)

    @property
    def query(self) -> str:
        """The list of these orders, as a filter of the page of orders."""
        if self.code == DRAFTS:
            return f"state={Label.DRAFT}"
        return f"state=attention&reason={self.code}"


def waiting_documents() -> QuerySet[Posting]:
    """Documents that a person must look at."""
    return Posting.objects.filter(
        Q(state__in=(Posting.State.HELD, Posting.State.DEAD)) | Q(differs=True)
    )


def groups() -> list[WaitingOrders]:
    """The largest first. An order counts once in each group that it belongs to. Three queries."""
    held = TrackedOrder.objects.filter(label__in=STOPPED, reasons__0__isnull=False)
    by_order = held.annotate(code=KT("reasons__0__code")).values_list("pk", "code")
    mine = Q(order__label__in=STOPPED) | Q(sources__order__label__in=STOPPED)
    documents = (
        waiting_documents()
        .filter(mine)
        .annotate(code=KT("reasons__0__code"), of=Coalesce("order", "sources__order"))
    )
    by_document = documents.values_list("of", "code")
    by_write = _stuck_writes().values_list("order", KT("reasons__0__code"))
    here: dict[str, set[int]] = defaultdict(set)
    for order, code in (*by_order[: LIMIT + 1], *by_document[: LIMIT + 1]):
        here[code or _NO_REASON].add(order)
    there: dict[str, set[int]] = defaultdict(set)
    for order, code in by_write[: LIMIT + 1]:
        there[code or _NO_REASON].add(order)
    found = [
        _group(code, here.get(code, set()) | there.get(code, set()), of_shop=code not in here)
        for code in {**there, **here}
    ]
    return sorted(found, key=lambda group: (-group.count, group.title))


def drafts() -> list[WaitingOrders]:
    """Orders that wait in Xero for approval, where there are any. One query."""
    waiting = TrackedOrder.objects.filter(label=Label.DRAFT).values_list("pk", flat=True)
    orders = frozenset(waiting[: LIMIT + 1])
    title, fix = (
        _("Drafts that wait for approval in Xero"),
        _("Orders: tick them, then Approve drafts"),
    )
    return [WaitingOrders(DRAFTS, title, fix, orders)] if orders else []


def _stuck_writes() -> QuerySet[ShopWrite]:
    """What the shop was to be told of an order, and waits for a person."""
    return ShopWrite.objects.stuck().filter(order__isnull=False)


def _group(code: str, orders: set[int], *, of_shop: bool) -> WaitingOrders:
    kind = REASONS.get(code, REASONS[_NO_REASON])
    return WaitingOrders(
        code, shown(kind.title), shown(kind.fix), frozenset(orders), of_shop=of_shop
    )


def title_of(code: str) -> str:
    """What a reason means; "" for a code that does not exist."""
    return shown(REASONS[code].title) if code in REASONS else ""


def with_reason(orders: QuerySet[TrackedOrder], code: str) -> QuerySet[TrackedOrder]:
    """Those whose own first reason, or that of one of their waiting documents, or of what the
    shop was to be told of them, is `code`."""
    documents = waiting_documents().annotate(of=Coalesce("order", "sources__order"))
    if code == _NO_REASON:
        mine = Q(reasons__0__isnull=True) | Q(reasons__0__code=code)
    else:
        mine = Q(reasons__0__code=code)
    return orders.filter(
        Q(reasons__0__code=code)
        | Q(pk__in=documents.filter(mine, of__isnull=False).values("of"))
        | Q(pk__in=_stuck_writes().filter(reasons__0__code=code).values("order"))
    )
