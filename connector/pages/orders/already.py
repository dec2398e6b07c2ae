"""Already in Xero: invoices that may stand for orders, for a person to decide on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounting.sale.recognise import Certainty
from connector.lib.marks import row_key
from connector.lib.rights import ORDERS, right
from connector.pages.filters import zone_of
from connector.pages.selection import way_back
from connector.pages.stores.away import refused_away
from connector.templatetags.pages import of
from sync.models import Proposal
from sync.orders.recognise import proposals
from xero.models import MirrorContact

_ROWS = 50
_LIMIT = 10_000
_HOW = {
    Certainty.SAME: gettext_lazy("Same number, total and currency"),
    Certainty.NUMBER: gettext_lazy("Same number, another total"),
    Certainty.ALIKE: gettext_lazy("May be: same customer, total and date"),
}
_LINKS = {
    Certainty.SAME: gettext_lazy("It becomes the order’s invoice. Payments and refunds follow it."),
    Certainty.NUMBER: gettext_lazy("The order counts as handled by hand, as the totals differ."),
    Certainty.ALIKE: gettext_lazy(
        "It becomes the order’s invoice. Payments and refunds follow it."
    ),
}


@dataclass(frozen=True, slots=True)
class FoundInvoice:
    """One invoice beside one order."""

    row: Proposal
    how: str
    then: str
    contact: str
    link: str
    zone: str


@right()
@require_safe
def already_list(request: HttpRequest) -> HttpResponse:
    """`?after=` is the mark of a page."""
    after = row_key(request.GET.get("after", "")) or 0
    rows = Proposal.objects.open().select_related("order__store", "organisation")
    found = list(rows.filter(pk__gt=after).order_by("pk")[: _ROWS + 1])
    context = {
        "found": shown(found[:_ROWS]),
        "after": after,
        "next": found[_ROWS - 1].pk if len(found) > _ROWS else None,
        "count": Proposal.objects.open().order_by()[: _LIMIT + 1].count(),
        "alike": proposals.alike().order_by()[: proposals.MOST].count(),
    }
    return render(request, "sync/already.html", context)


def shown(rows: Sequence[Proposal]) -> list[FoundInvoice]:
    """With the names of the invoices' contacts: one query more, however many they are."""
    contacts = MirrorContact.objects.filter(
        organisation__in={row.organisation_id for row in rows},
        contact_id__in={row.contact_id for row in rows},
    )
    names = dict(contacts.values_list("contact_id", "name"))
    return [
        FoundInvoice(
            row, str(_HOW[Certainty(row.certainty)]), str(_LINKS[Certainty(row.certainty)]),
            names.get(row.contact_id, ""), row.organisation.invoice_link(row.xero_id),
            zone_of(row.order.store),
        )
        for row in rows
    ]  # fmt: skip


@right(ORDERS)
@require_POST
def already_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """`decision`: link, or post for "Post anyway"."""
    rows = Proposal.objects.select_related("order__store", "organisation")
    row = rows.filter(pk=pk).first()
    back = way_back(request, "sync:already")
    if row is None:
        messages.info(request, _("That was decided, or is no longer so. This is what is left."))
        return redirect(back)
    if refusal := refused_away(request, row.order.store):
        return refusal
    number = row.order.number
    try:
        if request.POST.get("decision") == "link":
            done, said = (
                proposals.link(row, request.user),
                _("Order %(number)s is linked.") % {"number": number},
            )
        else:
            done, said = (
                proposals.post_anyway(row.order, request.user),
                _("Order %(number)s is on its way.") % {"number": number},
            )
    except proposals.Taken as error:
        messages.warning(request, str(error))
        return redirect(back)
    if done:
        messages.success(request, said)
    else:
        messages.info(request, _("Order %(number)s was decided on before.") % {"number": number})
    return redirect(back)


@right(ORDERS)
@require_POST
def already_link_alike(request: HttpRequest) -> HttpResponse:
    """Link all that are the same in number, total and currency, one to one."""
    try:
        count = proposals.link_alike(request.user)
    except proposals.Taken as error:
        messages.warning(request, str(error))
    else:
        messages.success(
            request, _("%(orders)s linked to what is in Xero.") % {"orders": of(count, "order")}
        )
    return redirect("sync:already")
