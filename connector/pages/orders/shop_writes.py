"""What the shop was told, or was to be told: how it is shown, and tried again."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connector.lib.marks import row_key
from connector.lib.rights import CUSTOMERS, ORDERS, right
from connector.pages.selection import chosen_orders, way_back
from connector.pages.stores.away import refused_away
from connector.pages.wording import Why, reasons_of
from sync.models import ShopWrite
from sync.orders import actions
from sync.outbox.shop_writes import try_again
from xero.models import Organisation

_MOST = 10
# The class of the label in the stylesheet.
_SHAPES = {
    ShopWrite.State.PENDING: "working",
    ShopWrite.State.SENDING: "working",
    ShopWrite.State.UNKNOWN: "unknown",
    ShopWrite.State.DONE: "posted",
    ShopWrite.State.DROPPED: "skipped",
    ShopWrite.State.HELD: "held",
    ShopWrite.State.FAILED: "dead",
}


@dataclass(frozen=True, slots=True)
class ShopWriteLine:
    """One thing that the shop is told, as a page shows it."""

    write: ShopWrite
    shape: str
    reasons: list[Why]
    stuck: bool


def written(write: ShopWrite) -> ShopWriteLine:
    """Its store is to be loaded with it."""
    shape = _SHAPES[ShopWrite.State(write.state)]
    stuck = write.state in ShopWrite.STUCK
    return ShopWriteLine(write, shape, reasons_of(write.reasons, write.store.slug), stuck)


def stuck_customers(organisation: Organisation) -> list[ShopWriteLine]:
    """Changes of customers that their shop did not take, the latest first."""
    rows = ShopWrite.objects.stuck().filter(
        what=ShopWrite.What.CUSTOMER, store__organisation=organisation
    )
    return [written(row) for row in rows.select_related("store").order_by("-changed_at")[:_MOST]]


@right(ORDERS)
@require_POST
def orders_tell_shop(request: HttpRequest) -> HttpResponse:
    """Write to the shop what it refused of the chosen orders."""
    chosen = chosen_orders(request, _("No order was selected. Tick the orders to try again."))
    if chosen is None:
        return redirect(way_back(request))
    return _done(request, actions.tell_shop_again(chosen, request.user), "sync:orders")


@right(CUSTOMERS)
@require_POST
def customers_tell_shop(request: HttpRequest) -> HttpResponse:
    """Write to the shop what it refused of a customer."""
    key = row_key(request.POST.get("write", ""))
    if key is None:
        raise BadRequest("write must be a number")
    chosen = ShopWrite.objects.filter(pk=key)
    write = chosen.select_related("store").first()
    if write is not None and (refusal := refused_away(request, write.store)):
        return refusal
    return _done(request, try_again(chosen), "sync:duplicates")


def _done(request: HttpRequest, count: int, default: str) -> HttpResponse:
    if count:
        messages.success(
            request, _("It is tried again now. Reload the page to see what came of it.")
        )
    else:
        messages.info(request, _("Nothing of it waits any more: it is being written, or was."))
    return redirect(way_back(request, default))
