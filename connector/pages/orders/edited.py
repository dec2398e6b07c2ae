"""What a person wrote over an order's documents in Xero, and what another says of it.

It is kept, or the difference is posted beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from connector.lib.money import ZERO, from_units
from connector.lib.rights import ORDERS, right
from connector.pages.selection import chosen_orders, way_back
from connector.templatetags.pages import of
from sync.models import Posting, TrackedOrder
from sync.orders import actions
from xero.documents.kinds import Kind
from xero.documents.statuses import GONE
from xero.models import MirrorDocument


@dataclass(frozen=True, slots=True)
class EditedSale:
    """An order's sale as people left it in Xero: what its documents `keys` were written over
    with, what all of it comes to there (`stands`) and in the shop (`ordered`)."""

    keys: tuple[str, ...]
    stands: Decimal
    ordered: Decimal

    @property
    def names(self) -> str:
        return ", ".join(self.keys)

    @property
    def more(self) -> Decimal:
        """What an invoice for the difference would come to; 0 where there is none to post."""
        return max(self.ordered - self.stands, ZERO)

    @property
    def less(self) -> Decimal:
        """Likewise a credit note."""
        return max(self.stands - self.ordered, ZERO)


def edited_sale(row: TrackedOrder, documents: Sequence[Posting]) -> EditedSale | None:
    """None where a person is asked nothing of the kind. One query, and that only where one is."""
    asked = [d for d in documents if _is_asked(d)]
    if not asked:
        return None
    mirror = MirrorDocument.objects.filter(
        organisation=asked[0].organisation_id, xero_id__in=[d.xero_id for d in asked]
    )
    totals = {one.xero_id: from_units(one.total) for one in mirror}
    stands = ZERO
    for document in filter(_is_of_the_sale, documents):
        total = totals.get(document.xero_id, document.xero_total or ZERO)
        stands += total if document.kind == Kind.INVOICE else -total
    ordered = ZERO if row.is_reversed else from_units(row.sold_units)
    return EditedSale(tuple(d.key for d in asked), stands, ordered)


def _is_of_the_sale(document: Posting) -> bool:
    posted = document.state == Posting.State.POSTED and document.verb == "PUT"
    return posted and document.source_kind == "order" and document.purpose in Posting.SALE


def _is_asked(document: Posting) -> bool:
    """As `Posting.objects.edited` has it, of one that is read already."""
    return document.conflict and document.xero_status not in GONE and _is_of_the_sale(document)


@right(ORDERS)
@require_POST
def orders_difference(request: HttpRequest) -> HttpResponse:
    """Keep what people wrote over documents of the chosen orders, and post the difference."""
    nothing = _("No order was selected. Tick the orders, then try again.")
    chosen = chosen_orders(request, nothing)
    if chosen is None:
        return redirect(way_back(request))
    asked = chosen.count()
    count = actions.post_difference(chosen, request.user)
    if count:
        said = ngettext(
            "%(orders)s: what Xero has stays, and the difference is on its way.",
            "%(orders)s: what Xero has stays, and the differences are on their way.",
            count,
        )
        messages.success(request, said % {"orders": of(count, "order")})
    if asked > count:
        said = ngettext(
            "%(orders)s had nothing that was changed in Xero. Nothing was done with it.",
            "%(orders)s had nothing that was changed in Xero. Nothing was done with them.",
            asked - count,
        )
        messages.info(request, said % {"orders": of(asked - count, "order")})
    return redirect(way_back(request))
