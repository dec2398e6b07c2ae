"""The numbers that orders' documents are to bear: whether one is taken, in Xero or by an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sync.models import Posting
from sync.orders.work import PlannedOrder
from xero.documents.documents import CreditNote, Invoice
from xero.documents.kinds import WITH_BALANCE, Kind
from xero.models import MirrorDocument, Organisation


@dataclass(slots=True)
class Numbers:
    """Of one chunk of planned orders: which numbers Xero has already, and which of our orders
    owns each. Of two orders with one number the one that has a document of that number owns it,
    else the older one."""

    _in_xero: set[tuple[str, str]] = field(default_factory=set)
    _owners: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def load(cls, organisation: Organisation, orders: Sequence[PlannedOrder]) -> Numbers:
        """Two queries, however many orders."""
        wanted = [
            (Kind(planned.document.kind), planned.document.number, one.row.pk)
            for one in orders
            for planned in one.plan.documents
            if isinstance(planned.document, Invoice | CreditNote)
        ]
        numbers = {number for _, number, _ in wanted}
        in_xero = MirrorDocument.objects.filter(
            organisation=organisation, kind__in=WITH_BALANCE, number__in=numbers
        )
        found = cls(set(in_xero.values_list("kind", "number")))
        ours = Posting.objects.filter(
            organisation=organisation, kind=Kind.INVOICE, verb="PUT", key__in=numbers
        ).exclude(state=Posting.State.VOIDED, xero_id="")
        owned = list(ours.order_by("pk").values_list("key", "order_id"))
        mine = sorted((number, pk) for kind, number, pk in wanted if kind == Kind.INVOICE)
        for number, order in [*owned, *mine]:
            found._owners.setdefault(number, order)
        return found

    def is_in_xero(self, kind: str, number: str) -> bool:
        return (kind, number) in self._in_xero

    def of_another(self, one: PlannedOrder) -> str:
        """A number of the order's invoices that is another order's; "" if there is none."""
        for planned in one.plan.documents:
            if isinstance(planned.document, Invoice):
                number = planned.document.number
                if self._owners.get(number, one.row.pk) != one.row.pk:
                    return number
        return ""
