"""The first page: is everything in Xero, and if not, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncDate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from connector.lib import clock
from connector.lib.rights import right
from connector.pages.attention.waiting import ATTENTION, drafts, groups
from connector.pages.health import (
    OrganisationHealth,
    StoreHealth,
    organisations_health,
    stores_health,
)
from connector.templatetags.pages import COUNT_LIMIT, capped, of
from sync.models import Posting, TrackedOrder
from xero.documents.kinds import Kind
from xero.models import Organisation

Label = TrackedOrder.Label
_CHART_DAYS = 14
_SHOWN = (
    Label.POSTED, Label.DRAFT, Label.WORKING, Label.CHECKING, Label.HELD, Label.DEAD,
    Label.DIFFERS, Label.SKIPPED,
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
            "condition": condition(
                counts,
                days[-1][1],
                [o.organisation for o in organisations],
                kept=kept_back(),
                unread=any(map(_unread, stores)),
                shops=len(stores),
                why_none=why_none(stores),
            ),
            "setting_up": not any(one.store.enabled for one in stores) and not _ever_posted(),
            "attention": sum(counts[label] for label in ATTENTION),
            "states": states,
            "backlog": backlog(),
            "days": days,
            "posted_at_all": any(count for _, count in days),
            "groups": [*groups(), *drafts()],
            "organisations": organisations,
            "stores": stores,
            # What is mended at Xero is said once, of the organisation.
            "broken": [
                *filter(_is_bad, organisations),
                *(s for s in stores if s.health.bad and not s.health.of_xero),
            ],
        },
    )


def _ever_posted() -> bool:
    """Whether a document went to Xero by itself: a test draft of the set-up is none such."""
    by_itself = Posting.objects.filter(order__isnull=False, order__tried_at__isnull=True)
    return by_itself.exclude(xero_id="").exists()


def _unread(found: StoreHealth) -> bool:
    """Whether the shop may have orders that nobody knows of here: it is off, or not readable."""
    health = found.health
    return (health.bad or not found.store.enabled) and not health.of_xero


def why_none(stores: list[StoreHealth]) -> str:
    """Why nothing is read of any shop, and where that is mended; "" where one is read."""
    on = [one for one in stores if one.store.enabled]
    if not on:
        return _(
            "No order has been read, and none will be: no shop is switched on. Test its "
            "connection, map it, then switch it on."
        )
    if all(one.health.bad and not one.health.of_xero for one in on):
        return _("No order can be read: what is in the way, and where to mend it, stands below.")
    return ""


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
    """Invoices that reached Xero on each of the last 14 UTC days, the newest last.

    An approval or a change of one that is there is no other invoice.
    """
    today = clock.now().date()
    first = today - timedelta(days=_CHART_DAYS - 1)
    since = datetime.combine(first, datetime.min.time(), clock.now().tzinfo)
    # `changed_at` is never before `posted_at`, and has the index.
    posted = Posting.objects.filter(
        kind=Kind.INVOICE, verb="PUT", linked=False, state=Posting.State.POSTED,
        changed_at__gte=since, posted_at__gte=since,
    )  # fmt: skip
    counted = dict(
        posted.annotate(day=TruncDate("posted_at"))
        .values_list("day")
        .annotate(count=Count("pk"))
        .order_by("day")
    )
    days = [first + timedelta(days=number) for number in range(_CHART_DAYS)]
    return [(day, counted.get(day, 0)) for day in days]


def kept_back() -> int:
    """Orders that nothing is done for, as their store is switched off or posts nowhere yet."""
    idle = Q(store__enabled=False) | Q(store__organisation=None)
    return TrackedOrder.objects.filter(idle, label=Label.WORKING)[: COUNT_LIMIT + 1].count()


def condition(
    counts: dict[str, int], today: int, organisations: list[Organisation], *,
    kept: int = 0, unread: bool = False, shops: int = 1, why_none: str = "",
) -> str:  # fmt: skip
    """The sentence under the title. `kept`: of those on the way, what is kept back; `unread`:
    what a shop has may not be known here; `shops`: how many are set up; `why_none`: why no order
    will come of any of them."""
    if not organisations:
        return _("Nothing is posted yet: no organisation of Xero is connected.")
    if not shops:
        return _("Nothing is posted yet: no shop is set up.")
    if not any(counts.values()):
        return why_none or _(
            "No order has been read yet. Orders appear here as soon as the shop has some."
        )
    open_ = _open(counts, kept)
    parts = [] if open_ else [_all_done(counts, unread)]
    if all(organisation.unavailable_reason() for organisation in organisations):
        parts.append(_("Nothing is being posted until the connection to Xero is mended."))
    posted = _("%(invoices)s posted today.") % {"invoices": of(today, "invoice")}
    return " ".join([*parts, posted, *open_])


def _all_done(counts: dict[str, int], unread: bool) -> str:
    if not counts[Label.POSTED]:
        return _("Nothing had to be posted: every order so far is left out, by a rule or a person.")
    return _("Everything that was read is in Xero.") if unread else _("Everything is in Xero.")


def _open(counts: dict[str, int], kept: int) -> list[str]:
    """What is not, or not all, done yet: a sentence for each kind."""
    need, drafts = counts[Label.HELD] + counts[Label.DIFFERS], counts[Label.DRAFT]
    moving = counts[Label.WORKING] + counts[Label.CHECKING] - kept
    parts = []
    if need:
        said = ngettext("%(count)s needs you.", "%(count)s need you.", need)
        parts.append(said % {"count": capped(need)})
    if drafts:
        said = ngettext("%(drafts)s waits for approval.", "%(drafts)s wait for approval.", drafts)
        parts.append(said % {"drafts": of(drafts, "draft")})
    if counts[Label.DEAD]:
        dead = counts[Label.DEAD]
        said = ngettext("%(count)s was refused by Xero.", "%(count)s were refused by Xero.", dead)
        parts.append(said % {"count": capped(dead)})
    if moving > 0:
        parts.append(_("%(moving)s on the way.") % {"moving": capped(moving)})
    if kept:
        parts.append(
            _("%(kept)s kept back: the store is switched off or not connected.")
            % {"kept": capped(kept)}
        )
    return parts
