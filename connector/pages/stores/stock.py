"""Stock levels from an outside system: the address that it calls, and the page to upload them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import structlog
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from connector.lib import clock
from connector.lib.errors import NeedsAttention
from connector.lib.outgoing.http import MEGABYTE
from connector.lib.rights import STORES, right
from connector.pages.stores.away import in_use
from stores.adapter import WebhookCall, WebhookRefused
from stores.models import Store
from stores.signatures import NOBODYS_SECRET, SIGNED_HEADERS, verify
from sync.endpoints import body_of
from sync.models import IncomingCall, MasterLevel
from sync.stock.levels import BadLevels, Level, from_csv, from_json
from sync.stock.take import take_stock

log = structlog.get_logger(__name__)
_SHOWN = 50


class Upload(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Table of stock levels"),
        help_text=gettext_lazy(
            "CSV with the columns sku and quantity, 1 MB at most. Further columns may be "
            "product_id, which says of products with one SKU which is meant, variant_id, "
            "location_id."
        ),
    )

    def clean_file(self) -> Any:
        """The levels; a table with a bad line is refused whole."""
        file = self.cleaned_data["file"]
        if file.size > MEGABYTE:
            raise forms.ValidationError(_("The file is larger than 1 MB: split it."))
        try:
            return from_csv(file.read())
        except BadLevels as error:
            raise forms.ValidationError(error.lines) from None


@csrf_exempt
@login_not_required
@require_POST
def stock_call(request: HttpRequest, slug: str) -> HttpResponse:
    """A signed call: 200 once the levels are kept; 401, 413, 400 or 409 with nothing kept."""
    body = body_of(request)
    if body is None:
        return _no(413, [_("the body is larger than 1 MB")])
    store = Store.objects.filter(slug=slug).first()
    secret = (store.webhook_secret if store else "") or NOBODYS_SECRET
    call = WebhookCall(
        body, dict(request.headers.items()), secret, clock.now(), address=request.path
    )
    try:
        said_at = verify(call)
    except WebhookRefused as refused:
        log.warning("stock.call_refused", store=slug, code=refused.code)
        return _no(refused.status, [str(refused)])
    assert store is not None
    try:
        taken = _take(store, call, from_json(body), said_at)
    except BadLevels as error:
        return _no(400, error.lines)
    except WebhookRefused as refused:
        log.warning("stock.call_refused", store=slug, code=refused.code)
        return _no(refused.status, [str(refused)])
    except NeedsAttention as error:
        return _no(409, [f"{error} {error.hint}"])
    return JsonResponse({"accepted": taken})


def _take(store: Store, call: WebhookCall, levels: list[Level], said_at: datetime) -> int:
    """Take over the levels of a call, and keep that it came here and not to another address."""
    with transaction.atomic():
        IncomingCall.store_once(
            store.pk, call, SIGNED_HEADERS, state=IncomingCall.State.DONE,
            done_at=call.received_at, note=_("Stock levels: %(levels)s.") % {"levels": len(levels)},
        )  # fmt: skip
        return take_stock(store, levels, said_at)


def _no(status: int, errors: list[str]) -> JsonResponse:
    return JsonResponse({"errors": errors}, status=status)


@right(STORES)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def store_stock(request: HttpRequest, slug: str) -> HttpResponse:
    """What is on its way to the shop, and the form to upload a table."""
    store = get_object_or_404(Store, slug=slug)
    form = Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = take_stock(store, form.cleaned_data["file"], clock.now())
        except NeedsAttention as error:
            form.add_error(None, f"{error} {error.hint}")
        else:
            messages.success(
                request,
                _("Stock levels on their way to %(store)s: %(taken)s.")
                % {"store": store, "taken": taken},
            )
            return redirect("sync:store-stock", store.slug)
    context = {
        "store": store,
        "form": form,
        "address": settings.PUBLIC_URL.rstrip("/") + reverse("sync:stock-call", args=[store.slug]),
        "example": json.dumps({"levels": [{"sku": "MUG", "quantity": "12"}]}),
        **levels_of(store),
    }
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "stores/stock.html", context, status=status)


def levels_of(store: Store) -> dict[str, Any]:
    """Where the levels of an outside system stand, for `stores/_stock.html`."""
    levels = MasterLevel.objects.filter(store=store)
    counts = dict(levels.order_by().values_list("state").annotate(Count("pk")))
    held = levels.filter(state=MasterLevel.State.HELD).order_by("sku")
    waiting = levels.filter(state=MasterLevel.State.PENDING).exclude(reasons=[])
    return {
        "master": store.profile.streams.stock == "master",
        "in_shop": counts.get(MasterLevel.State.WRITTEN, 0),
        "pending": counts.get(MasterLevel.State.PENDING, 0),
        "held_count": counts.get(MasterLevel.State.HELD, 0),
        "held": held[:_SHOWN],
        "waits": waiting.first(),
    }
