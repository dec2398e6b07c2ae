"""Try a draft: what the last orders would become with it, beside what they become now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from connector.configuration.versions.draft import draft
from connector.lib import clock
from connector.lib.marks import row_key
from connector.lib.rights import MAPPING, right
from connector.lib.texts.said import put_together
from connector.pages.filters import zone_of
from connector.pages.mapping.draft import condition as condition_of_draft
from connector.pages.parts.core_texts import in_words
from connector.pages.stores.away import in_use
from stores.models import Store
from sync.models import Trial, TrialDifference
from sync.trials import run as trials

_ROWS = 25
_MONTHS = 12
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_KINDS = {
    "contact": gettext_lazy("Contact"),
    "item": gettext_lazy("Item"),
    "invoice": gettext_lazy("Invoice"),
    "payment": gettext_lazy("Payment"),
    "credit_note": gettext_lazy("Credit note"),
    "allocation": gettext_lazy("Allocation"),
    "refund": gettext_lazy("Refund"),
    "bank_transaction": gettext_lazy("Bank transaction"),
}
_WAS = {
    "added": gettext_lazy("Only with the draft"),
    "removed": gettext_lazy("Only with what is live"),
}
# The state in the stylesheet, and its word.
_STATES = {
    "ready": ("posted", gettext_lazy("Ready")),
    "held": ("held", gettext_lazy("Needs you")),
    "skipped": ("skipped", gettext_lazy("Not synced")),
    "none": ("skipped", gettext_lazy("None")),
}


@dataclass(frozen=True, slots=True)
class TriedDifference:
    """One line: what of an order is otherwise. `first` begins an order, which `row` is. The
    values are words, or a state with its shape and the reasons."""

    row: TrialDifference
    first: bool
    what: str
    live: str = ""
    tried: str = ""
    states: Sequence[tuple[str, Any, list[str]]] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """A kind of difference, and how many orders have it; without values where they vary."""

    what: str
    orders: int
    live: str | None
    tried: str | None


@right()
@require_safe
def try_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest trial of the store; `?after=` goes on behind a difference."""
    store = get_object_or_404(Store, slug=slug)
    drafted = draft(store)
    trial = Trial.objects.filter(store=store).select_related("started_by").order_by("-pk").first()
    context: dict[str, Any] = {
        "store": store, "draft": drafted, "trial": trial, "zone": zone_of(store),
        "months": _months(store), "usual": trials.USUAL, "most": trials.MOST,
        "condition": condition(trial), "can_try": bool(drafted.changes) and drafted.section,
        "outdated": trial is not None and trial.document != drafted.document,
        "draft_condition": condition_of_draft(drafted),
    }  # fmt: skip
    if trial is not None and trial.state == Trial.State.DONE:
        after = row_key(request.GET.get("after", "")) or 0
        rows = list(trial.differences.select_related("order").filter(pk__gt=after)[: _ROWS + 1])
        context["found"] = [line for row in rows[:_ROWS] for line in _lines(row)]
        context["counted"] = [_counted(one) for one in trial.counts]
        context["next"] = rows[_ROWS - 1].pk if len(rows) > _ROWS else 0
    return render(request, "accounts/try_it.html", context)


def condition(trial: Trial | None) -> str:
    """The sentence under the title."""
    if trial is None:
        return _("What the last orders would become with the draft, before it is published.")
    if trial.is_running:
        if not trial.total:
            return _("The orders are being looked up.")
        return _("%(done)d of %(total)d orders are tried.") % {
            "done": trial.done, "total": trial.total,
        }  # fmt: skip
    if trial.state != Trial.State.DONE:
        return _("The last trial broke off.")
    tried = ngettext("%(n)d order was tried.", "%(n)d orders were tried.", trial.total)
    differ = ngettext(
        "%(n)d becomes something else with the draft.",
        "%(n)d become something else with the draft.",
        trial.differing,
    )
    if not trial.differing:
        return f"{tried % {'n': trial.total}} {_('None becomes anything else with the draft.')}"
    return f"{tried % {'n': trial.total}} {differ % {'n': trial.differing}}"


def _lines(row: TrialDifference) -> list[TriedDifference]:
    """An order's differences: its state, then document by document."""
    told, found = row.found, []
    if told["status"][0] != told["status"][1] or told["reasons"][0] != told["reasons"][1]:
        both = zip(told["status"], _reasons(told), strict=True)
        states = [(*_STATES.get(one, ("skipped", one)), reasons) for one, reasons in both]
        found.append(TriedDifference(row, first=True, what=_("State"), states=states))
    for document in told["documents"]:
        title = f"{_kind(document['kind'])} {document['name']}".strip()
        if document["was"] != "changed":
            found.append(TriedDifference(row, not found, f"{title}: {_WAS[document['was']]}"))
        found += [
            TriedDifference(
                row, not found and not n, f"{title}: {one['what']}", one["live"], one["tried"]
            )
            for n, one in enumerate(document["fields"])
        ]
    return found


def _counted(told: Mapping[str, Any]) -> Counted:
    """`sync.trials.compare.DifferenceCounts` in words."""
    live, tried = told["live"], told["tried"]
    if told["what"] == "status":
        words = [str(_STATES.get(one, ("", one))[1]) if one else None for one in (live, tried)]
        return Counted(_("State"), told["orders"], *words)
    if told["what"] == "reasons":
        return Counted(_("Why it waits"), told["orders"], None, None)
    if not told["what"]:
        what = str(_WAS.get(tried, _("Otherwise there")))
        return Counted(f"{_kind(told['kind'])}: {what}", told["orders"], "", "")
    return Counted(f"{_kind(told['kind'])}: {told['what']}", told["orders"], live, tried)


def _kind(kind: str) -> str:
    return str(_KINDS.get(kind, kind))


@right(MAPPING)
@require_POST
@in_use
def try_start(request: HttpRequest, slug: str) -> HttpResponse:
    """`scope`: a month such as 2026-11; otherwise the last orders."""
    store = get_object_or_404(Store, slug=slug)
    drafted = draft(store)
    if not drafted.changes:
        messages.info(request, _("There is no draft to try: nothing is changed."))
        return redirect("accounts:draft", slug)
    if drafted.section is None:
        messages.warning(
            request, _("The draft cannot be tried as it is. See what is wrong with it.")
        )
        return redirect("accounts:draft", slug)
    found = _MONTH.fullmatch(request.POST.get("scope", ""))
    span = _span(store, int(found[1]), int(found[2])) if found else {}
    trials.queue(store, drafted.document, user=request.user, **span)
    return redirect("accounts:draft-try", slug)


def _span(store: Store, year: int, month: int) -> dict[str, Any]:
    """A month of the books."""
    zone = ZoneInfo(zone_of(store))
    following = (year + month // 12, month % 12 + 1)
    return {
        "since": datetime(year, month, 1, tzinfo=zone),
        "until": datetime(*following, 1, tzinfo=zone),
        "most": trials.MOST,
    }


def _months(store: Store) -> list[tuple[str, str]]:
    """The last twelve, this one first: what is sent, and what is read."""
    today = clock.now().astimezone(ZoneInfo(zone_of(store)))
    count = today.year * 12 + today.month - 1
    found = []
    for one in range(count, count - _MONTHS, -1):
        year, month = divmod(one, 12)
        found.append((f"{year}-{month + 1:02d}", f"{MONTHS[month + 1]} {year}"))
    return found


def _reasons(told: Mapping[str, Any]) -> list[list[str]]:
    """Those with what is live and those with the draft, in the reader's language."""
    unsaid = [[None] * len(some) for some in told["reasons"]]
    return [
        [in_words(put_together(*one)) for one in zip(*both, strict=True)]
        for both in zip(told["reasons"], told.get("said", unsaid), strict=True)
    ]
