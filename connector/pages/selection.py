"""What the forms over a selection of orders have in common: the orders, the note, the way back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy

from connector.lib.marks import row_key
from connector.pages.stores.away import left_in_use
from sync.models import TrackedOrder

MOST = 500


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Shown on the order, with your name and the date."),
        error_messages={
            "required": gettext_lazy("Type why, so that a colleague understands it later."),
            "max_length": gettext_lazy("Type at most 500 characters."),
        },
    )  # fmt: skip


class HandledForm(forms.Form):
    """The note on what a person did in Xero, and perhaps where it is to be seen."""

    why = forms.CharField(
        label=gettext_lazy("Note"), max_length=500, strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What you did in Xero. Shown with your name and the date."),
        error_messages={
            "required": gettext_lazy(
                "Type what was done, so that a colleague understands it later."
            ),
            "max_length": gettext_lazy("Type at most 500 characters."),
        },
    )  # fmt: skip
    link = forms.URLField(
        label=gettext_lazy("Link"), required=False, max_length=500, assume_scheme="https",
        help_text=gettext_lazy("The document in Xero, if there is one."),
        error_messages={
            "invalid": "Type an address such as https://go.xero.com/…",
            "max_length": gettext_lazy("Type at most 500 characters."),
        },
    )  # fmt: skip


def bound(form: type[forms.Form], request: HttpRequest) -> forms.Form:
    """The form as it was sent, or an empty one where only the orders were."""
    return form(request.POST if "why" in request.POST else None)


def chosen_orders(
    request: HttpRequest, nothing: str, *, ends: bool = False
) -> QuerySet[TrackedOrder] | None:
    """The ticked orders; None if there are none, after saying `nothing`.

    Those of an archived store are left out, which is said, but where what is done only `ends`
    something.
    """
    ticked = request.POST.getlist("order")
    ids = {key for value in ticked if (key := row_key(value)) is not None}
    if any(row_key(value) is None for value in ticked):
        raise BadRequest("order must be a number")
    if len(ids) > MOST:
        raise BadRequest(f"at most {MOST} orders at a time")
    chosen = TrackedOrder.objects.filter(pk__in=ids)
    if not ids or not chosen.exists():
        messages.warning(request, nothing)
        return None
    return chosen if ends else left_in_use(request, chosen)


def way_back(request: HttpRequest, default: str = "sync:orders") -> str:
    """The page that the form came from, if it is one of ours."""
    address = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()):
        return address
    return reverse(default)


def listed(chosen: QuerySet[TrackedOrder]) -> dict[str, Any]:
    """The chosen orders for a page that asks before it acts."""
    return {"orders": chosen.only("number", "customer_name"), "count": chosen.count()}
