"""Orders that a person leaves out, handles by hand, opens again, or has undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from connector.lib.rights import ORDERS, right
from connector.pages.parts.confirming import Question, confirm
from connector.pages.parts.widgets import Words
from connector.pages.selection import HandledForm, WhyForm, bound, chosen_orders, listed, way_back
from connector.templatetags.pages import of
from sync.models import SummaryPart, TrackedOrder
from sync.orders import actions, undo

Orders = QuerySet[TrackedOrder]


@dataclass(frozen=True, slots=True)
class LeavingOut:
    """One thing that is done to orders after a note was asked for: what is asked, with what
    happens and what does not, and what is said afterwards. `ends`: also of archived stores."""

    address: str
    title: Words
    sentence: Words
    button: Words
    happens: tuple[Words, ...]
    stays: tuple[Words, ...]
    form: type[forms.Form]
    act: Callable[[Orders, Any, dict[str, str]], int]
    done: Words
    nothing: Words
    danger: bool = False
    ends: bool = True


EXCLUDE = LeavingOut(
    address="sync:orders-exclude",
    title=gettext_lazy("Do not sync %(orders)s"),
    sentence=gettext_lazy("For what does not belong in the books. “Sync to Xero” takes it back."),
    button=gettext_lazy("Do not sync %(orders)s"),
    happens=(
        gettext_lazy("Each is left out from now on, also when the shop changes it."),
        gettext_lazy("What waits to be sent of them is not sent any more."),
    ),
    stays=(gettext_lazy("What is in Xero already stays there as it is."),),
    form=WhyForm,
    act=lambda orders, user, said: actions.exclude(orders, user, said["why"]),
    done=gettext_lazy("%(orders)s marked as not to be synced. What is in Xero stays there."),
    nothing=gettext_lazy("No order was selected. Tick the orders that are not to be synced."),
    danger=True,
)
HANDLE = LeavingOut(
    address="sync:orders-handle",
    title=gettext_lazy("Handled by hand: %(orders)s"),
    sentence=gettext_lazy(
        "For what you took care of in Xero yourself. “Open again” takes this back."
    ),
    button=gettext_lazy("Mark %(orders)s as handled"),
    happens=(
        gettext_lazy("Each counts as accounted for in the list and when stores are reconciled."),
        gettext_lazy("Nothing more of them is sent, also when the shop changes them."),
    ),
    stays=(gettext_lazy("What is in Xero already stays there as it is."),),
    form=HandledForm,
    act=lambda orders, user, said: actions.handle_by_hand(orders, user, said["why"], said["link"]),
    done=gettext_lazy(
        "%(orders)s marked as handled by hand. What is in Xero stays there, and nothing more "
        "is sent."
    ),
    nothing=gettext_lazy("No order was selected. Tick the orders that you took care of in Xero."),
)
REOPEN = LeavingOut(
    address="sync:orders-reopen",
    title=gettext_lazy("Open %(orders)s again"),
    sentence=gettext_lazy("For what was left out and belongs in the books after all."),
    button=gettext_lazy("Open %(orders)s again"),
    happens=(
        gettext_lazy("Each is built and sent as if it had never been left out."),
        gettext_lazy(
            "What you entered in Xero yourself is not recognised: void it there first, or the "
            "sale stands twice."
        ),
    ),
    stays=(gettext_lazy("What was posted before is not posted again."),),
    form=WhyForm,
    act=lambda orders, user, said: actions.reopen(orders, user, said["why"]),
    done=gettext_lazy("%(orders)s opened again and on the way."),
    nothing=gettext_lazy("No order was selected. Tick the orders that are to be synced again."),
    ends=False,
)


@right(ORDERS)
@require_POST
def orders_exclude(request: HttpRequest) -> HttpResponse:
    """Ask why, then mark the chosen orders as not to be synced."""
    return _mark(request, EXCLUDE)


@right(ORDERS)
@require_POST
def orders_handle(request: HttpRequest) -> HttpResponse:
    """Ask what was done, then mark the chosen orders as handled in Xero by hand."""
    return _mark(request, HANDLE)


@right(ORDERS)
@require_POST
def orders_reopen(request: HttpRequest) -> HttpResponse:
    """Ask why, then take back that the chosen orders were left out."""
    return _mark(request, REOPEN)


def _mark(request: HttpRequest, mark: LeavingOut) -> HttpResponse:
    chosen = chosen_orders(request, str(mark.nothing), ends=mark.ends)
    if chosen is None:
        return redirect(way_back(request))
    form = bound(mark.form, request)
    if form.is_valid():
        count = mark.act(chosen, request.user, form.cleaned_data)
        _say(request, str(mark.done), count)
        return redirect(way_back(request))
    found, back = listed(chosen), way_back(request)
    orders = {"orders": of(found["count"], "order")}
    question = Question(
        title=str(mark.title) % orders, sentence=str(mark.sentence),
        button=str(mark.button) % orders, address=reverse(mark.address), back=back,
        happens=[str(one) for one in mark.happens], stays=[str(one) for one in mark.stays],
        carried=_carried(found["orders"], back), form=form, danger=mark.danger,
    )  # fmt: skip
    return confirm(request, question, "sync/ask.html", **found)


def _say(request: HttpRequest, done: str, count: int) -> None:
    """How many orders something was done to; of none it was done before, or is not possible."""
    if count:
        messages.success(request, done % {"orders": of(count, "order")})
    else:
        messages.info(request, _("Nothing was changed: it was done before."))


def _carried(orders: Iterable[TrackedOrder], back: str) -> list[tuple[str, Any]]:
    return [("next", back), *(("order", order.pk) for order in orders)]


@right(ORDERS)
@require_POST
def orders_undo(request: HttpRequest) -> HttpResponse:
    """Say what undoing the chosen orders does and what it cannot, ask why, then mark them."""
    nothing = _("No order was selected. Tick the orders to undo.")
    chosen = chosen_orders(request, nothing, ends=True)
    if chosen is None:
        return redirect(way_back(request))
    plan = undo.plan(chosen)
    form = bound(WhyForm, request)
    if plan.steps and form.is_valid():
        count = undo.undo(chosen, request.user, form.cleaned_data["why"])
        done = _("Undo asked for of %(orders)s. Each order's page shows what became of it.")
        _say(request, done, count)
        return redirect(way_back(request))
    found, back = listed(chosen), way_back(request)
    question = Question(
        title=_("Undo %(orders)s") % {"orders": of(found["count"], "order")},
        sentence=_condition(len(plan.orders)),
        button=_("Undo %(orders)s in Xero") % {"orders": of(len(plan.orders), "order")},
        address=reverse("sync:orders-undo"), back=back,
        happens=[
            _("What is listed above is done in Xero, and the orders are left out from then on."),
        ] if plan.steps else [],
        stays=_stays(chosen) if plan.steps else [],
        carried=_carried(found["orders"], back), form=form, danger=True,
    )  # fmt: skip
    return confirm(request, question, "sync/undo.html", plan=plan, **found)


def _stays(chosen: Orders) -> list[str]:
    said = [_("Contacts stay, and what is listed as staying.")]
    parts = SummaryPart.objects.filter(order__in=chosen, posting__isnull=False)
    if parts.filter(store__enabled=False).exists():
        said.append(
            _("What is part of a daily summary stays as long as its store is switched off.")
        )
    return said


def _condition(count: int) -> str:
    if not count:
        return _("Nothing can be undone here, and nothing was.")
    said = ngettext(
        "%(orders)s can be taken back in Xero. Nothing is done before you choose the button below.",
        "%(orders)s can be taken back in Xero. Nothing is done before you choose the button below.",
        count,
    )
    return said % {"orders": of(count, "order")}
