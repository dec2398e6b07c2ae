"""Everything that waits for a person, by its cause: what it is, what it comes to, the way out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from connector.lib.money import from_units
from connector.lib.rights import right
from connector.pages.attention.marks import What
from connector.pages.attention.waiting import (
    ATTENTION,
    DRAFTS,
    LIMIT,
    WaitingOrders,
    drafts,
    groups,
)
from connector.pages.mapping.subjects import reason_url
from connector.templatetags.pages import capped, of
from sync.models import Proposal, ReconcileRun, ShopWrite, TrackedOrder

# What can be done to all orders of a group beside what can always be done.
_ACTS = {
    DRAFTS: (What.APPROVE,),
    "changed_in_xero": (What.DIFFERENCE, What.SYNC, What.HANDLE),
}


class Waiting(NamedTuple):
    """What the page must know of an order that waits."""

    currency: str
    units: int
    placed_at: datetime | None
    store: str


@dataclass(frozen=True, slots=True)
class WayOut:
    """A button that leads to what is done to all of a group."""

    button: str
    address: str


@dataclass(frozen=True, slots=True)
class WaitingCause:
    """Orders that wait for the same: what they come to by currency, since when, where it is mended
    ("" where no page does that), and what can be done to all of them."""

    group: WaitingOrders
    sums: tuple[tuple[str, Decimal], ...]
    since: datetime | None
    fix_url: str
    ways: tuple[WayOut, ...]


@dataclass(frozen=True, slots=True)
class OtherWork:
    """Something that waits and is no order, and the page on which it is decided."""

    text: str
    address: str


@right()
@require_safe
def attention(request: HttpRequest) -> HttpResponse:
    """A fixed number of queries, each of which looks at 10,001 rows at most."""
    found = [*groups(), *drafts()]
    known = _known({pk for group in found for pk in group.orders})
    causes = [_cause(group, known) for group in found]
    others = list(_others())
    count = TrackedOrder.objects.filter(label__in=ATTENTION)[: LIMIT + 1].count()
    return render(
        request,
        "attention/page.html",
        {"causes": causes, "others": others, "condition": _condition(count, causes, others)},
    )


def _known(orders: set[int]) -> dict[int, Waiting]:
    """At most 10,001 of them."""
    rows = TrackedOrder.objects.filter(pk__in=sorted(orders)[: LIMIT + 1])
    columns = ("pk", "currency", "total_units", "placed_at", "store__slug")
    return {pk: Waiting(*rest) for pk, *rest in rows.values_list(*columns)}


def _cause(group: WaitingOrders, known: dict[int, Waiting]) -> WaitingCause:
    rows = [known[pk] for pk in group.orders if pk in known]
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        sums[row.currency] += row.units
    stores = sorted({row.store for row in rows})
    return WaitingCause(
        group,
        tuple((currency, from_units(units)) for currency, units in sorted(sums.items())),
        min((row.placed_at for row in rows if row.placed_at is not None), default=None),
        # Of several stores the first: the page of its mapping leads to the others'.
        reason_url(stores[0], {"code": group.code}) if stores else "",
        tuple(_ways(group)),
    )


def _ways(group: WaitingOrders) -> Iterator[WayOut]:
    orders = {"orders": of(group.count, "order")}
    words = {
        What.APPROVE: _("Approve %(orders)s"),
        What.DIFFERENCE: _("Post the difference"),
        What.WRITE: _("Tell the shop again"),
        What.SYNC: _("Retry %(orders)s alike"),
        What.HANDLE: _("Handled by hand"),
    }
    if group.code == "changed_in_xero":
        words[What.SYNC] = _("Keep what Xero has")
    usual = (What.WRITE,) if group.of_shop else (What.SYNC, What.HANDLE)
    for act in _ACTS.get(group.code, usual):
        address = reverse("sync:orders-all-act", args=[act.value])
        yield WayOut(words[act] % orders, f"{address}?{group.query}")


def _others() -> Iterator[OtherWork]:
    if proposals := Proposal.objects.open().order_by()[: LIMIT + 1].count():
        text = ngettext(
            "%(count)s invoice in Xero may be an order already",
            "%(count)s invoices in Xero may be orders already",
            proposals,
        )
        yield OtherWork(text % {"count": capped(proposals)}, reverse("sync:already"))
    customers = ShopWrite.objects.stuck().filter(what=ShopWrite.What.CUSTOMER)
    if stuck := customers[: LIMIT + 1].count():
        text = ngettext(
            "%(count)s change of a customer was not taken by the shop",
            "%(count)s changes of customers were not taken by the shop",
            stuck,
        )
        yield OtherWork(text % {"count": capped(stuck)}, reverse("sync:duplicates"))
    latest = ReconcileRun.objects.filter(state=ReconcileRun.State.DONE).values("store")
    newest = latest.annotate(last=Max("pk")).values("last")
    for run in ReconcileRun.objects.filter(pk__in=newest).select_related("store"):
        if run.open:
            text = ngettext(
                "%(name)s: %(count)s thing differs between shop and Xero",
                "%(name)s: %(count)s things differ between shop and Xero",
                run.open,
            )
            address = f"{reverse('sync:reconcile')}?store={run.store.slug}"
            yield OtherWork(text % {"name": run.store.name, "count": capped(run.open)}, address)


def _condition(count: int, causes: Sequence[WaitingCause], others: Sequence[OtherWork]) -> str:
    if not causes and not others:
        return _("Nothing needs you.")
    if not count:
        return _("No order needs you; something else does.")
    said = ngettext("%(count)s order needs you.", "%(count)s orders need you.", count)
    return said % {"count": capped(count)}
