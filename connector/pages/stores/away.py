"""What is refused of a store that is archived, and of its orders.

What would begin something is refused: reading, building, sending, editing, publishing. What only
ends something is not, as an order of a closed shop may have to leave the books: Undo, Do not sync,
Handled by hand, a backfill's Pause and Cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from stores.models import Store
from sync.models import TrackedOrder


def away_text(store: Store) -> str:
    """Why nothing is done with it, and how it comes back."""
    return _("%(name)s is archived: take it back first.") % {"name": store.name}


def in_use(view: Callable[..., HttpResponse]) -> Any:
    """Of a view whose address names a store: an archived one is refused, with its page, where it
    is taken back. It can be looked at all the same where the view answers to GET."""

    @wraps(view)
    def checked(request: HttpRequest, slug: str = "", *args: Any, **given: Any) -> HttpResponse:
        if request.method == "POST":
            store = Store.objects.filter(slug=slug).only("slug", "name", "settings").first()
            if store is not None and (refusal := refused_away(request, store)):
                return refusal
        return view(request, slug, *args, **given)

    return checked


def refused_away(request: HttpRequest, store: Store) -> HttpResponse | None:
    """The way to the page of a store that is archived, where it is taken back; it is said why."""
    if not store.archived:
        return None
    messages.warning(request, away_text(store))
    return redirect("dashboard:store", store.slug)


def left_in_use(
    request: HttpRequest, orders: QuerySet[TrackedOrder]
) -> QuerySet[TrackedOrder] | None:
    """Without those of archived stores, each of which is named; None where no order is left."""
    away = list(
        Store.objects.filter(pk__in=orders.order_by().values("store"), settings__archived=True)
        .only("name", "settings")
    )  # fmt: skip
    for store in away:
        messages.warning(request, away_text(store))
    rest = orders.exclude(store__in=away)
    return rest if rest.exists() else None
