"""Where the set-up begins, and where it is found again."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from connector.lib.rights import right
from connector.pages.mapping.looking import chosen_store
from connector.pages.wizard.progress import TITLES, SetUpFacts, left_of
from stores import registry
from stores.models import Store

IMPORT_COMMAND = "python manage.py config import shops.yaml"


@dataclass(frozen=True, slots=True)
class SetUpLine:
    """A store and how far it is."""

    store: Store
    says: str
    stage: str
    address: str


@right()
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The one store at its next stage; a list where there are several. `?newest=1`: the one that
    was added last."""
    stores = list(
        Store.objects.on_lists().select_related("organisation").order_by("-created_at", "-pk")
    )
    if not stores:
        return redirect("set-up:without-store")
    if len(stores) == 1 or request.GET.get("newest") == "1":
        found = SetUpFacts(stores[0])
        return redirect(found.address(found.next))
    lines = []
    for store in stores:
        found = SetUpFacts(store)
        stage = found.next
        lines.append(SetUpLine(store, left_of(found), str(TITLES[stage]), found.address(stage)))
    return render(request, "wizard/stores.html", {"lines": lines})


@right()
@require_safe
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    """The set-up of one store, at its next stage."""
    found = SetUpFacts(chosen_store(slug))
    return redirect(found.address(found.next))


@right()
@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """For those who want it: the same as a file."""
    platforms = [registry.profile(name) for name in registry.platforms()]
    return render(request, "wizard/file.html", {"command": IMPORT_COMMAND, "platforms": platforms})
