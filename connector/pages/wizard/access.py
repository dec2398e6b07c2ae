"""The first stage: the app at Xero, the organisation, the shop, and whether both answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from connector.lib.rights import right
from connector.pages.mapping.looking import chosen_store
from connector.pages.stores.streams import platform_label
from connector.pages.wizard.bar import remember
from connector.pages.wizard.progress import SetUpFacts, Stage, framed
from connector.pages.xero import XeroAppForm, addresses
from stores import registry
from stores.models import Store
from sync.organisations import link_organisations


@right()
@require_safe
def without_store(request: HttpRequest) -> HttpResponse:
    """Before there is a store: the app and the organisation, which all stores share."""
    if request.GET.get("more") != "1" and Store.objects.on_lists().exists():
        return redirect("set-up:start")
    return _shown(request, SetUpFacts(None))


@right()
@require_safe
def access(request: HttpRequest, slug: str) -> HttpResponse:
    store = chosen_store(slug)
    if store.organisation is None:
        # A store that was added before its organisation was connected.
        link_organisations()
        store = chosen_store(slug)
    return _shown(request, SetUpFacts(store))


def _shown(request: HttpRequest, found: SetUpFacts) -> HttpResponse:
    remember(request, found)
    store = found.store
    context: dict[str, Any] = {"form": XeroAppForm(instance=found.app), **addresses()}
    if store is not None:
        platform = registry.profile(store.platform)
        context |= {
            "platform": platform_label(store.platform), "pairing": platform.pairing,
            "paired": bool(store.credentials), "facts": store.facts,
        }  # fmt: skip
    here = request.get_full_path()
    context |= {"here": here, "newest": f"{reverse('set-up:start')}?newest=1"}
    return render(request, "wizard/access.html", framed(found, Stage.ACCESS, **context))
