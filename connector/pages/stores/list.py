"""The stores: whether each is read and posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from connector.lib.rights import right
from connector.pages.attention.waiting import ATTENTION
from connector.pages.health import Health, stores_health
from connector.pages.stores.streams import platform_label
from connector.templatetags.pages import of
from stores.models import Store
from sync.models import IncomingCall, TrackedOrder


@dataclass(frozen=True, slots=True)
class Listed:
    """A store in the list."""

    store: Store
    health: Health
    platform: str
    last_read: datetime | None
    attention: int
    failed_calls: int


@right()
@require_safe
def stores_page(request: HttpRequest) -> HttpResponse:
    """`?archived=1`: those that are put away."""
    archived = request.GET.get("archived") == "1"
    found = _listed(archived=archived)
    context = {
        "stores": found,
        "condition": _put_away(found) if archived else list_condition(found),
        "archived": archived,
        "others": Store.objects.filter(settings__archived=True).count(),
    }
    return render(request, "stores/list.html", context)


def _put_away(found: list[Listed]) -> str:
    if not found:
        return _("No store is archived.")
    return _("%(stores)s archived: nothing is read or posted.") % {
        "stores": of(len(found), "store")
    }


def _listed(*, archived: bool = False) -> list[Listed]:
    """All stores in four queries, however many there are."""
    attention = TrackedOrder.objects.filter(label__in=ATTENTION).order_by().values("store")
    needed = dict(attention.annotate(n=Count("pk")).values_list("store", "n"))
    failed = IncomingCall.objects.filter(state=IncomingCall.State.FAILED).order_by()
    calls = dict(failed.values("store").annotate(n=Count("pk")).values_list("store", "n"))
    rows = []
    for one in stores_health(archived=archived):
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
    off = sum(not row.store.enabled and row.health.shape != "unknown" for row in found)
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
