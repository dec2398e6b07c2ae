"""A store's page: how it stands, what is read of it, and what its shop said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from connector.lib.rights import right
from connector.pages.health import of_store
from connector.pages.mapping.looking import count_gaps
from connector.pages.stores.products import count_products
from connector.pages.stores.stock import levels_of
from connector.pages.stores.streams import NAMES, platform_label, streams_of
from connector.templatetags.pages import of, until
from stores import registry
from stores.models import Store
from sync.models import IncomingCall

_CALLS = 20
_IDS = 6
_SHAPES = {
    IncomingCall.State.WAITING: "working",
    IncomingCall.State.DONE: "posted",
    IncomingCall.State.FAILED: "dead",
}


@dataclass(frozen=True, slots=True)
class CallRow:
    """An incoming call: what it asked for, and what became of it."""

    call: IncomingCall
    shape: str
    wanted: str
    says: str


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
            "gaps": None if store.archived else count_gaps(store),
            "products": count_products(store),
            "streams": streams_of(store),
            "backfill": store.backfills.order_by("-pk").first(),
            **(levels_of(store) if profile.streams.stock == "master" else {}),
            **_hooks(store),
        },
    )


# What settings name by the shop's own ids, and what a person calls it.
_NAMED = (
    ("statuses", gettext_lazy("Order statuses")),
    ("payment_methods", gettext_lazy("Payment methods")),
    ("shipping_methods", gettext_lazy("Ways of shipping")),
    ("return_actions", gettext_lazy("Actions on returns")),
    ("tax_classes", gettext_lazy("Tax classes")),
    ("customer_groups", gettext_lazy("Customer groups")),
)


def _named(facts: dict[str, Any]) -> list[tuple[str, list[list[str]]]]:
    """What the last probe found of it, with the shop's names; taxes by name and place."""
    found = [(str(title), facts[key]) for key, title in _NAMED if facts.get(key)]
    rates = [
        [one["name"], f"{one['rate']} % {one['country']} {one['state']}".strip()]
        for one in facts.get("tax_rates") or ()
    ]
    return [*found, (_("Tax rates"), rates)] if rates else found


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
        label = str(NAMES.get(stream, stream)).lower()
        parts.append(f"{label} {named}")
    return "; ".join(parts) or "nothing"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
