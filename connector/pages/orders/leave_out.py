"""Orders that a person leaves out, handles by hand, opens again, or has undone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from connector.lib.rights import ORDERS, right
from connector.pages.parts.widgets import Words
from connector.pages.selection import HandledForm, WhyForm, bound, chosen_orders, listed, way_back
from connector.templatetags.pages import of
from sync.models import TrackedOrder
from sync.orders import actions, undo

Orders = QuerySet[TrackedOrder]


@dataclass(frozen=True, slots=True)
class _Mark:
    """One thing that is done to orders after a note was asked for."""

    template: str
    form: type[forms.Form]
    act: Callable[[Orders, Any, dict[str, str]], int]
    done: Words
    nothing: Words


_EXCLUDE = _Mark(
    "sync/exclude.html", WhyForm,
    lambda orders, user, said: actions.exclude(orders, user, said["why"]),
    gettext_lazy("%(orders)s marked as not to be synced. What is in Xero stays there."),
    gettext_lazy("No order was selected. Tick the orders that are not to be synced."),
)  # fmt: skip
_HANDLE = _Mark(
    "sync/handle.html", HandledForm,
    lambda orders, user, said: actions.handle_by_hand(orders, user, said["why"], said["link"]),
    gettext_lazy(
        "%(orders)s marked as handled by hand. What is in Xero stays there, and nothing more "
        "is sent."
),
    gettext_lazy("No order was selected. Tick the orders that you took care of in Xero."),
)  # fmt: skip
_REOPEN = _Mark(
    "sync/reopen.html", WhyForm,
    lambda orders, user, said: actions.reopen(orders, user, said["why"]),
    gettext_lazy("%(orders)s opened again and on the way."),
    gettext_lazy("No order was selected. Tick the orders that are to be synced again."),
)  # fmt: skip


@right(ORDERS)
@require_POST
def orders_exclude(request: HttpRequest) -> HttpResponse:
    """Ask why, then mark the chosen orders as not to be synced."""
    return _mark(request, _EXCLUDE)


@right(ORDERS)
@require_POST
def orders_handle(request: HttpRequest) -> HttpResponse:
    """Ask what was done, then mark the chosen orders as handled in Xero by hand."""
    return _mark(request, _HANDLE)


@right(ORDERS)
@require_POST
def orders_reopen(request: HttpRequest) -> HttpResponse:
    """Ask why, then take back that the chosen orders were left out."""
    return _mark(request, _REOPEN)


def _mark(request: HttpRequest, mark: _Mark) -> HttpResponse:
    chosen = chosen_orders(request)
    if chosen is None:
        messages.warning(request, str(mark.nothing))
        return redirect(way_back(request))
    form = bound(mark.form, request)
    if form.is_valid():
        count = mark.act(chosen, request.user, form.cleaned_data)
        messages.success(request, str(mark.done) % {"orders": of(count, "order")})
        return redirect(way_back(request))
    context = listed(chosen) | {"form": form, "back": way_back(request)}
    return render(request, mark.template, context)


@right(ORDERS)
@require_POST
def orders_undo(request: HttpRequest) -> HttpResponse:
    """Say what undoing the chosen orders does and what it cannot, ask why, then mark them."""
    chosen = chosen_orders(request)
    if chosen is None:
        messages.warning(request, _("No order was selected. Tick the orders to undo."))
        return redirect(way_back(request))
    plan = undo.plan(chosen)
    form = bound(WhyForm, request)
    if plan.steps and form.is_valid():
        count = undo.undo(chosen, request.user, form.cleaned_data["why"])
        messages.success(
            request,
            _("Undo asked for of %(orders)s. Each order's page shows what became of it.")
            % {"orders": of(count, "order")},
        )
        return redirect(way_back(request))
    context = listed(chosen) | {
        "form": form, "back": way_back(request), "plan": plan, "undone": len(plan.orders),
    }  # fmt: skip
    return render(request, "sync/undo.html", context)
