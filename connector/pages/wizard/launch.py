"""The last stage: what applies from now on is said once more, and the store is switched on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from connector.configuration.versions.draft import draft
from connector.configuration.versions.publish import change
from connector.configuration.versions.refusals import Conflict, DraftRefused
from connector.lib import clock, doorbell
from connector.lib.rights import MAPPING, STORES, right
from connector.pages.filters import zone_of
from connector.pages.mapping.looking import chosen_store
from connector.pages.parts.confirming import Question, confirm
from connector.pages.parts.core_texts import errors_shown
from connector.pages.stores.away import in_use
from connector.pages.wizard.bar import forget, remember
from connector.pages.wizard.environment import is_barred
from connector.pages.wizard.progress import TITLES, SetUpFacts, Stage, framed
from connector.templatetags.pages import day
from stores.models import Store

STATUSES = {
    "DRAFT": gettext_lazy("Drafts: somebody approves each, then its payment follows"),
    "SUBMITTED": gettext_lazy("Awaiting approval: likewise"),
    "AUTHORISED": gettext_lazy("Approved: payments follow at once"),
}
ENVIRONMENTS = {
    "production": gettext_lazy("Production: it posts to a real organisation"),
    "sandbox": gettext_lazy("A sandbox: it posts to a demo company only, unless you confirm it"),
}
_ENVIRONMENT, _STATUS, _CUT_OVER = ("environment",), ("posting", "status"), ("cut_over",)


class LaunchForm(forms.Form):
    """What applies from now on."""

    environment = forms.ChoiceField(
        label=gettext_lazy("This store is"), choices=list(ENVIRONMENTS.items()),
        widget=forms.RadioSelect,
    )  # fmt: skip
    status = forms.ChoiceField(
        label=gettext_lazy("Invoices are posted as"), choices=list(STATUSES.items()),
        widget=forms.RadioSelect,
    )  # fmt: skip
    cut_over = forms.DateField(
        label=gettext_lazy("Post orders from"), required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        help_text=gettext_lazy(
            "The cut-over: orders that were placed before this day are never posted. Empty: all "
            "orders of the shop are, however old."
        ),
        error_messages={"invalid": gettext_lazy("Type a date such as 2026-01-31.")},
    )  # fmt: skip

    def edits(self, store: Store) -> dict[tuple[str, ...], Any]:
        """What is otherwise than what is live."""
        wanted = {
            _ENVIRONMENT: self.cleaned_data["environment"],
            _STATUS: self.cleaned_data["status"],
            _CUT_OVER: str(self.cleaned_data["cut_over"] or "") or None,
        }
        now = values(store)
        return {path: value for path, value in wanted.items() if now[path] != value}


def values(store: Store) -> dict[tuple[str, ...], Any]:
    """The same as it is live."""
    live = draft(store).live
    posting = live.get("posting") or {}
    return {
        _ENVIRONMENT: live.get("environment") or "production",
        _STATUS: posting.get("status") or "AUTHORISED",
        _CUT_OVER: str(live["cut_over"]) if live.get("cut_over") else None,
    }


@right()
@require_safe
def launch(request: HttpRequest, slug: str) -> HttpResponse:
    """What would apply; `?environment=…` and the others show what was typed."""
    store = chosen_store(slug)
    found = SetUpFacts(store)
    remember(request, found)
    now = values(store)
    today = clock.today(zone_of(store)).isoformat()
    initial = {
        "environment": now[_ENVIRONMENT], "status": now[_STATUS],
        "cut_over": now[_CUT_OVER] or ("" if store.enabled else today),
    }  # fmt: skip
    form = LaunchForm(request.GET) if "environment" in request.GET else LaunchForm(initial=initial)
    return render(request, "wizard/launch.html", _context(found, form))


def _context(found: SetUpFacts, form: LaunchForm) -> dict[str, Any]:
    store = found.store
    assert store is not None
    open_ = [stage for stage in Stage if stage is not Stage.LAUNCH and not found.is_done(stage)]
    return framed(
        found, Stage.LAUNCH, form=form, barred=is_barred(store),
        open=[(TITLES[stage], found.address(stage)) for stage in open_],
        blocked=not found.is_done(Stage.ACCESS),
        statuses=STATUSES[values(store)[_STATUS]], cut_over=store.profile.cut_over,
    )  # fmt: skip


@right(STORES, reading=False)
@right(MAPPING, reading=False)
@require_http_methods(["GET", "HEAD", "POST"])
@in_use
def go_live(request: HttpRequest, slug: str) -> HttpResponse:
    """Asks once, with all that follows; then publishes it and switches the store on."""
    store = chosen_store(slug)
    found = SetUpFacts(store)
    form = LaunchForm(request.POST if request.method == "POST" else request.GET)
    if store.enabled:
        messages.info(request, _("%(name)s was switched on already.") % {"name": store.name})
        return redirect(found.address(Stage.LAUNCH))
    if not form.is_valid() or not found.is_done(Stage.ACCESS):
        return render(request, "wizard/launch.html", _context(found, form))
    if request.method != "POST":
        return confirm(request, _question(found, form))
    try:
        edits = form.edits(store)
        if edits:
            note = _("Set-up: what applies from now on")
            change(store, edits, author=request.user, seen=None, note=note)
    except (DraftRefused, Conflict) as refused:
        _refuse(form, refused)
        return render(request, "wizard/launch.html", _context(found, form))
    store.switch(on=True)
    doorbell.ring("sync.tick")
    forget(request)
    messages.success(
        request, _("%(name)s is live: its orders are read and posted by themselves from now on.")
        % {"name": store.name},
    )  # fmt: skip
    return redirect("dashboard:store", slug)


def _refuse(form: LaunchForm, refused: DraftRefused | Conflict) -> None:
    """At the field that it is about, where it is one of these."""
    if isinstance(refused, Conflict):
        form.add_error(None, _("Somebody published just now. Look again, then go on."))
        return
    for place, texts in errors_shown(refused.errors).items():
        name = place.rpartition(".")[2]
        for text in texts:
            form.add_error(name if name in form.fields else None, text)


def _question(found: SetUpFacts, form: LaunchForm) -> Question:
    store, wanted = found.store, form.cleaned_data
    assert store is not None
    names = {"name": store.name}
    return Question(
        title=_("Switch %(name)s on") % names,
        sentence=_("From now on its orders go to Xero by themselves."),
        button=_("Switch %(name)s on") % names,
        address=reverse("set-up:go-live", args=[store.slug]),
        back=found.address(Stage.LAUNCH),
        happens=_happens(store, wanted),
        stays=[
            _("What is in Xero already stays as it is, the draft of the test too: approve it, or "
              "delete it on its order’s page."),
            _("You can switch the store off at any time: what waits is kept."),
        ],
        carried=[
            ("environment", wanted["environment"]), ("status", wanted["status"]),
            ("cut_over", wanted["cut_over"] or ""),
        ],
    )  # fmt: skip


def _happens(store: Store, wanted: dict[str, Any]) -> list[str]:
    """What follows from switching on, with what was chosen."""
    organisation = store.organisation
    names = {
        "organisation": organisation, "from": day(wanted["cut_over"]),
        "schedule": store.profile.schedule.orders,
    }  # fmt: skip
    since = _("All orders of the shop are posted to %(organisation)s, however old they are.")
    if wanted["cut_over"]:
        since = _(
            "Orders that were placed on %(from)s or later are posted to %(organisation)s, those "
            "that are there already first."
        )
    posted = {
        "AUTHORISED": _("Invoices are approved at once, and payments are put on them."),
        "DRAFT": _("Invoices wait as drafts until they are approved; then payments follow."),
        "SUBMITTED": _("Invoices wait for approval in Xero; payments follow then."),
    }
    found = [
        _("The shop is read by its schedule (%(schedule)s), and whenever it calls.") % names,
        since % names,
        posted[wanted["status"]],
    ]
    if organisation is not None and organisation.is_demo_company:
        found.append(_("%(organisation)s is a demo company: nothing real is booked.") % names)
    elif wanted["environment"] == "production":
        found.append(_("%(organisation)s is a real organisation: this is booked.") % names)
    return found
