"""What is refused of a store that is archived."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from stores.models import Store


def away_text(store: Store) -> str:
    """Why nothing is done with it, and how it comes back."""
    return _("%(name)s is archived: take it back first.") % {"name": store.name}


def in_use(view: Callable[..., HttpResponse]) -> Any:
    """Of a view whose address names a store: an archived one is refused, with its page, where it
    is taken back. It can be looked at all the same where the view answers to GET."""

    @wraps(view)
    def checked(request: HttpRequest, slug: str, *args: Any, **given: Any) -> HttpResponse:
        if request.method == "POST":
            store = Store.objects.filter(slug=slug).only("slug", "name", "settings").first()
            if store is not None and store.archived:
                messages.warning(request, away_text(store))
                return redirect("dashboard:store", slug)
        return view(request, slug, *args, **given)

    return checked
