"""The stores: whether each is read and posted, and all that belongs to one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from connector.lib.errors import Misconfigured
from connector.lib.rights import right
from connector.pages.attention import ATTENTION
from connector.pages.health import Health, of_store, stores_health
from connector.pages.stores.stock import levels_of
from connector.templatetags.pages import of, until
from stores import registry
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync.ingest.pull import pulled
from sync.models import IncomingCall, TrackedOrder

_CALLS = 20
_IDS = 6
_STREAMS: dict[str, Promise] = {
    Stream.ORDERS: gettext_lazy("Orders"),
    Stream.REFUNDS: gettext_lazy("Refunds"),
    Stream.CUSTOMERS: gettext_lazy("Customers"),
    Stream.PRODUCTS: gettext_lazy("Products"),
    Stream.STOCK: gettext_lazy("Stock"),
}
_SHAPES = {
    IncomingCall.State.WAITING: "working",
    IncomingCall.State.DONE: "posted",
    IncomingCall.State.FAILED: "dead",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A store in the list."""

    store: Store
    health: Health
    platform: str
    last_read: datetime | None
    attention: int
    failed_calls: int


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One stream of a store. `cursor` is None where it was never read. `unread` says why it is
    not, `covered` what its list does not tell, `error` why it could not be read lately."""

    stream: Stream
    schedule: str
    cursor: Cursor | None
    unread: str = ""
    covered: str = ""

    @property
    def label(self) -> str:
        return str(_STREAMS[self.stream])

    @property
    def error(self) -> str:
        return self.cursor.last_error if self.cursor and not self.unread else ""

    @property
    def is_being_read(self) -> bool:
        return self.cursor is not None and self.cursor.is_claimed


@dataclass(frozen=True, slots=True)
class CallRow:
    """An incoming call: what it asked for, and what became of it."""

    call: IncomingCall
    shape: str
    wanted: str
    says: str


@right()
@require_safe
def stores_page(request: HttpRequest) -> HttpResponse:
    found = _listed()
    return render(
        request, "stores/list.html", {"stores": found, "condition": list_condition(found)}
    )


def _listed() -> list[Listed]:
    """All stores in four queries, however many there are."""
    attention = TrackedOrder.objects.filter(label__in=ATTENTION).order_by().values("store")
    needed = dict(attention.annotate(n=Count("pk")).values_list("store", "n"))
    failed = IncomingCall.objects.filter(state=IncomingCall.State.FAILED).order_by()
    calls = dict(failed.values("store").annotate(n=Count("pk")).values_list("store", "n"))
    rows = []
    for one in stores_health():
        read = [c.last_run_at for c in one.store.cursors.all() if c.last_run_at is not None]
        rows.append(
            Listed(
                one.store, one.health, platform_label(one.store.platform), max(read, default=None),
                needed.get(one.store.pk, 0), calls.get(one.store.pk, 0),
            )
        )  # fmt: skip
    return rows


def list_condition(found: list[Listed]) -> str:
    """The sentence under the title."""
    if not found:
        return _("No store is set up yet.")
    off = sum(not row.store.enabled for row in found)
    bad = sum(row.health.bad for row in found)
    need = sum(row.attention for row in found)
    lost = sum(row.failed_calls for row in found)
    said = [f"{of(len(found), 'store')}."]
    if bad:
        needs = ngettext("%(count)s needs you.", "%(count)s need you.", bad)
        said.append(needs % {"count": bad})
    if off:
        said.append(_("%(off)s switched off.") % {"off": off})
    if new := sum(row.health.shape == "unknown" for row in found):
        said.append(_("%(new)s not read yet.") % {"new": new})
    if not (bad or off or new):
        said.append(_("Every one is read.") if need else _("Every one is read and posted."))
    if need:
        needs = ngettext("%(orders)s needs you.", "%(orders)s need you.", need)
        said.append(needs % {"orders": of(need, "order")})
    if lost:
        said.append(_("%(calls)s given up.") % {"calls": of(lost, "incoming call")})
    return " ".join(said)


def platform_label(platform: str) -> str:
    try:
        return registry.adapter_class(platform).profile.label
    except Misconfigured:
        return _("%(platform)s (not read yet)") % {"platform": platform}


@right()
@require_safe
def store_page(request: HttpRequest, slug: str) -> HttpResponse:
    stores = Store.objects.select_related("organisation").prefetch_related("cursors")
    store = get_object_or_404(stores, slug=slug)
    profile, platform = store.profile, registry.profile(store.platform)
    return render(
        request,
        "stores/detail.html",
        {
            "store": store,
            "profile": profile,
            "zone": profile.timezone,
            "health": of_store(store, store.cursors.all()),
            "platform": platform_label(store.platform),
            "facts": store.facts,
            "named": _named(store.facts),
            "pairing": platform.pairing,
            "paired": bool(store.credentials),
            "overheard": platform.overheard(profile.url, store.credentials or ()),
            "probed_at": _moment(store.facts.get("probed_at")),
            "streams": _streams(store),
            "backfill": store.backfills.order_by("-pk").first(),
            **(levels_of(store) if profile.streams.stock == "master" else {}),
            **_hooks(store),
        },
    )


# What settings name by the shop's own ids, and what a person calls it.
_NAMED = (
    ("statuses", gettext_lazy("Order statuses")),
    ("payment_methods", gettext_lazy("Payment methods")),
    ("return_actions", gettext_lazy("Actions on returns")),
    ("tax_classes", gettext_lazy("Tax classes")),
    ("customer_groups", gettext_lazy("Customer groups")),
)


def _named(facts: dict[str, Any]) -> list[tuple[str, list[list[str]]]]:
    """What the last probe found of it, with the shop's names."""
    return [(str(title), facts[key]) for key, title in _NAMED if facts.get(key)]


def _streams(store: Store) -> list[StreamRow]:
    wanted, schedule = pulled(store), store.profile.schedule
    platform = registry.profile(store.platform)
    there = platform.streams
    cursors = {cursor.stream: cursor for cursor in store.cursors.all()}
    rows = []
    for stream in Stream:
        unread = "" if stream in wanted else _unread(store, stream, there=stream in there)
        covered = "" if unread else platform.covers(stream).text
        rows.append(
            StreamRow(stream, getattr(schedule, stream), cursors.get(stream), unread, covered)
        )
    return rows


def _unread(store: Store, stream: Stream, *, there: bool) -> str:
    """Why a stream is not read."""
    if stream == Stream.STOCK and store.profile.streams.stock == "master":
        return _("From an outside system, see below")
    if not there:
        return _("%(platform)s has none") % {"platform": platform_label(store.platform)}
    return _("Not synced, by the store’s settings")


def _hooks(store: Store) -> dict[str, Any]:
    calls = store.incoming_calls.order_by("-pk")[:_CALLS]
    token = store.trigger_token
    trigger = reverse("sync:shop-trigger", args=[store.slug, token]) if token else ""
    return {
        "hook_address": f"{settings.PUBLIC_URL}{reverse('sync:shop-hook', args=[store.slug])}",
        "hook_secret": bool(store.signing_secret(registry.profile(store.platform))),
        "hook_scheme": registry.profile(store.platform).hooks.text,
        "calls": [_call(call) for call in calls],
        "calls_shown": _CALLS,
        "trigger": _("curl -fsS %(PUBLIC_URL)s%(trigger)s")
        % {"PUBLIC_URL": settings.PUBLIC_URL, "trigger": trigger}
        if token
        else "",
    }


def _call(call: IncomingCall) -> CallRow:
    shape = _SHAPES[IncomingCall.State(call.state)]
    if call.state == IncomingCall.State.WAITING and call.error:
        says = _("%(error)s Tried %(times)s, again %(when)s.") % {
            "error": call.error,
            "times": of(call.attempts, "time"),
            "when": until(call.not_before),
        }
    elif call.state == IncomingCall.State.FAILED:
        tries = of(call.attempts, "try")
        says = _("%(error)s Given up after %(tries)s: what it named is read by the schedule.") % {
            "error": call.error,
            "tries": tries,
        }
    else:
        says = call.note
    return CallRow(call, shape, wanted_words(call.wanted), says)


def wanted_words(wanted: Iterable[Sequence[str]]) -> str:
    """`orders 12, 13; products MUG`, with the first few ids of each stream."""
    parts = []
    for stream, pairs in groupby(wanted, key=itemgetter(0)):
        ids = [one for _, one in pairs]
        named = ", ".join(ids[:_IDS])
        if more := len(ids) - _IDS if len(ids) > _IDS else 0:
            named = _("%(named)s and %(more)s more") % {"named": named, "more": more}
        label = str(_STREAMS.get(stream, stream)).lower()
        parts.append(f"{label} {named}")
    return "; ".join(parts) or "nothing"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
