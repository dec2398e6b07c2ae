"""The ways to the pages: one table, from which rail, bottom bar and "More" are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from connector.pages.attention.waiting import ATTENTION
from connector.pages.parts.widgets import Words
from stores.models import Store
from sync.models import TrackedOrder

register = template.Library()

_IN_BOTTOM_BAR = 4
_MOST, _COUNTED = 999, "orders that wait"


@dataclass(frozen=True, slots=True)
class MenuItem:
    """`counted`: how many orders wait for a person stands beside it."""

    label: Words
    url_name: str
    icon: str
    short: Words = ""
    counted: bool = False


# In the order of the rail. A page that does not exist (yet) is left out.
PAGES = (
    MenuItem(gettext_lazy("Overview"), "dashboard:overview", "overview"),
    MenuItem(gettext_lazy("Orders"), "sync:orders", "orders"),
    MenuItem(
        gettext_lazy("Needs attention"),
        "sync:attention",
        "attention",
        gettext_lazy("Attention"),
        counted=True,
    ),
    MenuItem(gettext_lazy("Products"), "sync:products", "products"),
    MenuItem(gettext_lazy("Customers"), "sync:duplicates", "customers"),
    MenuItem(gettext_lazy("Mapping"), "accounts:mapping", "mapping"),
    MenuItem(
        gettext_lazy("Chart of accounts"), "accounts:chart", "accounts", gettext_lazy("Accounts")
    ),
    MenuItem(gettext_lazy("Reports"), "sync:reports", "reports"),
    MenuItem(gettext_lazy("Stores"), "dashboard:stores", "stores"),
    MenuItem(gettext_lazy("Xero"), "dashboard:xero", "xero"),
    MenuItem(gettext_lazy("Activity"), "dashboard:activity", "activity"),
    MenuItem(gettext_lazy("Settings"), "dashboard:settings", "settings"),
)


def _entries(context: template.Context) -> Iterator[dict[str, Any]]:
    path, waiting = _path(context), _waiting(context)
    for page in PAGES:
        try:
            address = reverse(page.url_name)
        except NoReverseMatch:
            continue
        # The overview is at "/", below which everything lies.
        current = path == address or (address != "/" and path.startswith(address))
        yield {
            "label": page.label,
            "short": page.short or page.label,
            "icon": page.icon,
            "address": address,
            "current": current,
            "count": waiting if page.counted else "",
        }


def _waiting(context: template.Context) -> str:
    """Orders that wait for a person, as far as 999; "" where none does. Counted once a page."""
    known = context.render_context
    if _COUNTED not in known:
        count = TrackedOrder.objects.filter(label__in=ATTENTION)[: _MOST + 1].count()
        known[_COUNTED] = f"{_MOST}+" if count > _MOST else str(count or "")
    return str(known[_COUNTED])


def _path(context: template.Context) -> str:
    request = context.get("request")
    return request.path if request is not None else ""


@register.inclusion_tag("_rail.html", takes_context=True)
def rail(context: template.Context) -> dict[str, Any]:
    """The rail of wide screens."""
    return {"entries": list(_entries(context)), "request": context.get("request")}


@register.inclusion_tag("_bottom_bar.html", takes_context=True)
def bottom_bar(context: template.Context) -> dict[str, Any]:
    """The bar of phones: the first four pages, the rest under "More"."""
    entries = list(_entries(context))
    return {
        "first": entries[:_IN_BOTTOM_BAR],
        "rest": entries[_IN_BOTTOM_BAR:],
        "request": context.get("request"),
    }


@register.inclusion_tag("_top_bar.html", takes_context=True)
def top_bar(context: template.Context) -> dict[str, Any]:
    """Search and, with more than one store, the store switch; both lead to the orders."""
    request = context.get("request")
    stores = list(Store.objects.on_lists().values_list("slug", "name"))
    return {
        "stores": stores if len(stores) > 1 else [],
        "chosen": request.GET.get("store", "") if request is not None else "",
        "request": request,
    }
