"""The first page: is everything in Xero, and if not, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from connector.dashboard.health import (
    OrganisationHealth,
    StoreHealth,
    organisations_health,
    stores_health,
)
from connector.lib import clock
from connector.lib.rights import right
from connector.templatetags.pages import COUNT_LIMIT, capped, of
from sync.models import Posting, TrackedOrder
from sync.views.attention import ATTENTION, groups
from xero.documents import Kind
from xero.models import Organisation

Label = TrackedOrder.Label
_CHART_DAYS = 14
_SHOWN = (
    Label.POSTED, Label.WORKING, Label.CHECKING, Label.HELD, Label.DEAD, Label.DIFFERS,
    Label.SKIPPED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StateCount:
    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Backlog:
    """Documents that wait to be sent, orders that wait to be prepared, and since when."""

    documents: int
    orders: int
    oldest: datetime | None

    @property
    def empty(self) -> bool:
        return not self.documents and not self.orders


@right()
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    states = state_counts()
    days = posted_per_day()
    organisations = organisations_health()
    stores = stores_health()
    counts = {state.value: state.count for state in states}
    return render(
        request,
        "dashboard/overview.html",
        {
            "condition": condition(counts, days[-1][1], [o.organisation for o in organisations]),
            "attention": sum(counts[label] for label in ATTENTION),
            "states": states,
            "backlog": backlog(),
            "days": days,
            "posted_at_all": any(count for _, count in days),
            "groups": groups(),
            "organisations": organisations,
            "stores": stores,
            "broken": [*filter(_is_bad, organisations), *filter(_is_bad, stores)],
        },
    )


def _is_bad(found: OrganisationHealth | StoreHealth) -> bool:
    return found.health.bad


def state_counts() -> list[StateCount]:
    """Orders by label. Each count reads at most 10,001 entries of an index."""
    return [
        StateCount(
            label.value,
            str(label.label),
            TrackedOrder.objects.filter(label=label)[: COUNT_LIMIT + 1].count(),
        )
        for label in _SHOWN
    ]


def backlog() -> Backlog:
    """Three queries, the first two of which stop counting at 10,001."""
    waiting = Posting.objects.waiting()
    due = TrackedOrder.objects.due(clock.now())
    return Backlog(
        waiting[: COUNT_LIMIT + 1].count(),
        due[: COUNT_LIMIT + 1].count(),
        waiting.aggregate(oldest=Min("created_at"))["oldest"],
    )


def posted_per_day() -> list[tuple[date, int]]:
    """Invoices that reached Xero on each of the last 14 UTC days, the newest last."""
    today = clock.now().date()
    first = today - timedelta(days=_CHART_DAYS - 1)
    since = datetime.combine(first, datetime.min.time(), clock.now().tzinfo)
    # `changed_at` is never before `posted_at`, and has the index.
    posted = Posting.objects.filter(
        kind=Kind.INVOICE, state=Posting.State.POSTED, changed_at__gte=since, posted_at__gte=since
    )
    counted = dict(
        posted.annotate(day=TruncDate("posted_at"))
        .values_list("day")
        .annotate(count=Count("pk"))
        .order_by("day")
    )
    days = [first + timedelta(days=number) for number in range(_CHART_DAYS)]
    return [(day, counted.get(day, 0)) for day in days]


def condition(counts: dict[str, int], today: int, organisations: list[Organisation]) -> str:
    """The sentence under the title."""
    if not organisations:
        return "Nothing is posted yet: no organisation of Xero is connected."
    if not any(counts.values()):
        return "No order has been read yet. Orders appear here as soon as the shop has some."
    need = counts[Label.HELD] + counts[Label.DIFFERS]
    parts = []
    if all(organisation.unavailable_reason() for organisation in organisations):
        parts.append("Nothing is being posted until the connection to Xero is mended.")
    parts.append(f"{of(today, 'invoice')} posted today.")
    if need:
        parts.append(f"{capped(need)} {'needs' if need == 1 else 'need'} you.")
    if counts[Label.DEAD]:
        was = "was" if counts[Label.DEAD] == 1 else "were"
        parts.append(f"{capped(counts[Label.DEAD])} {was} refused by Xero.")
    moving = counts[Label.WORKING] + counts[Label.CHECKING]
    if moving:
        parts.append(f"{capped(moving)} on the way.")
    if not need and not counts[Label.DEAD] and not moving:
        parts.insert(0, "Everything is in Xero.")
    return " ".join(parts)
