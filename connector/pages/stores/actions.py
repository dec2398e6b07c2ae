"""What a person does to a store: switch it, pair and test it, have it read, rotate its key."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from connector.lib import doorbell
from connector.lib.errors import ConnectorError
from connector.lib.rights import STORES, right
from connector.pages.parts.ways import way_back
from connector.pages.stores.away import in_use
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync.ingest.pair import pair
from sync.ingest.probe import probe
from sync.ingest.pull import in_words, pulled


@right(STORES)
@require_POST
@in_use
def store_switch(request: HttpRequest, slug: str) -> HttpResponse:
    """`on=1` switches the store on, anything else off."""
    store, on = get_object_or_404(Store, slug=slug), request.POST.get("on") == "1"
    if not store.switch(on=on):
        said = _("%(name)s was switched on already.") % {"name": store.name}
        messages.info(
            request, said if on else _("%(name)s was switched off already.") % {"name": store.name}
        )
    elif on:
        doorbell.ring("sync.tick")
        messages.success(
            request,
            _("%(name)s is switched on. It goes on with what waited, where it stopped.")
            % {"name": store.name},
        )
    else:
        messages.success(
            request,
            _(
                "%(name)s is switched off. Nothing more is read or posted. Orders, documents "
                "and incoming calls that wait are kept, and go on when you switch it on "
                "again."
            )
            % {"name": store.name},
        )
    return redirect("dashboard:store", slug)


def _back(request: HttpRequest, slug: str) -> str:
    return way_back(request, reverse("dashboard:store", args=[slug]))


@right(STORES)
@require_POST
@in_use
def store_test(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the shop what it is, and say in words whether that went well."""
    store = get_object_or_404(Store, slug=slug)
    try:
        facts = probe(store)
    except ConnectorError as error:
        messages.error(
            request, _("The connection does not work: %(error)s") % {"error": in_words(error)}
        )
        return redirect(_back(request, slug))
    version = _(", version %(version)s") % {"version": facts.version} if facts.version else ""
    messages.success(
        request,
        _("The connection works: %(name)s%(version)s. Orders can be read.")
        % {"name": facts.name, "version": version},
    )
    for warning in facts.warnings:
        messages.warning(request, warning)
    return redirect(_back(request, slug))


@right(STORES)
@require_POST
@in_use
def store_pair(request: HttpRequest, slug: str) -> HttpResponse:
    """Connect the store by the `code` that its shop shows; `replace=1`: to another shop than it
    has."""
    store = get_object_or_404(Store, slug=slug)
    code, replace = request.POST.get("code", ""), request.POST.get("replace") == "1"
    try:
        paired = pair(store, code, replace=replace)
    except ConnectorError as error:
        messages.error(request, _("Nothing was changed: %(error)s") % {"error": in_words(error)})
        return redirect(_back(request, slug))
    messages.success(request, _("Paired: %(out)s") % {"out": paired.out})
    tell = messages.success if paired.reached else messages.info
    tell(request, paired.back)
    for warning in paired.warnings:
        messages.warning(request, warning)
    return redirect(_back(request, slug))


@right(STORES)
@require_POST
@in_use
def store_read(request: HttpRequest, slug: str, stream: str) -> HttpResponse:
    """Have a stream read now, whatever its schedule says."""
    store = get_object_or_404(Store, slug=slug)
    if stream not in pulled(store):
        raise Http404(f"{store.name} does not sync {stream}.")
    if not store.enabled:
        messages.warning(
            request,
            _("%(name)s is switched off: switch it on to read its shop.") % {"name": store.name},
        )
        return redirect("dashboard:store", slug)
    Cursor.of(store, Stream(stream)).hurry()
    doorbell.ring("sync.pull", store.pk, stream)
    messages.success(
        request,
        _("The %(stream)s of %(name)s are read now. Reload to see how far.")
        % {"stream": stream, "name": store.name},
    )
    return redirect("dashboard:store", slug)


@right(STORES)
@require_POST
@in_use
def store_trigger(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a new trigger address; the old one stops at once."""
    store = get_object_or_404(Store, slug=slug)
    had_one = bool(store.trigger_token)
    store.rotate_trigger()
    text = _("There is a new trigger address; the old one does not work any more. Put the new ")
    text += _("command into the shop's cron.")
    messages.success(request, text if had_one else _("The trigger address is ready to be copied."))
    return redirect("dashboard:store", slug)
