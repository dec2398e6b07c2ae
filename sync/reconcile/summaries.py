"""Daily summaries in a reconciliation: each order's part of one, and each one as a whole.

A part is compared with its order, a summary with the sum of its parts: so an order that differs
is told as such, and what Xero has otherwise than was posted is told once, of the summary.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import Q

from accounting.reconcile.rows import DocumentRow, OrderRow
from connector.lib.money import ZERO, to_units
from stores.models import Store
from sync.models import Posting, SummaryPart
from sync.summaries.contents import part_of
from xero.documents.breakdown import summed
from xero.documents.kinds import Kind
from xero.documents.payloads import loaded

_MANY = 200


@dataclass(slots=True)
class _Sums:
    """What the parts of one summary come to."""

    kind: str
    currency: str
    total: int = 0
    tax: int = 0
    money: int = 0


@dataclass(frozen=True, slots=True)
class Whole:
    """A summary as if it were one order, whose figures are the sums of its parts."""

    order: OrderRow
    postings: Sequence[DocumentRow]
    xero_id: str


@dataclass(slots=True)
class Summaries:
    """Reads the parts of orders chunk by chunk, and keeps what each summary must come to: its
    size is that of the number of summaries."""

    store: Store
    _sums: dict[int, _Sums] = field(default_factory=dict)

    def parts(self, within: Q) -> dict[int, list[DocumentRow]]:
        """By order, its parts of summaries that are in Xero, as documents of its own."""
        rows = SummaryPart.objects.filter(
            within, store=self.store, posting__state=Posting.State.POSTED
        )
        found: dict[int, list[DocumentRow]] = defaultdict(list)
        for row in rows.select_related("order", "posting").order_by("pk").iterator(500):
            found[row.order_id].append(self._part(row))
        return found

    def _part(self, row: SummaryPart) -> DocumentRow:
        part, posting = part_of(row), row.posting
        assert posting is not None
        money = to_units(sum((one.amount for one in part.money), ZERO))
        sums = self._sums.setdefault(posting.pk, _Sums(row.kind, row.currency))
        sums.total += row.total_units
        sums.tax += row.tax_units
        sums.money += money
        return DocumentRow(
            posting.pk, row.kind, part.key, posting.state, posting.xero_id, posting.xero_status,
            row.day, row.total_units, row.tax_units, row.total_units - money, row.total_units,
            row.tax_units, summed(part.lines, part.mode), posted_at=posting.posted_at, shared=True,
        )  # fmt: skip

    def wholes(
        self, read: Callable[[Q], Iterable[tuple[int, int, DocumentRow]]]
    ) -> Iterator[list[Whole]]:
        """The summaries of the parts that were read, some at a time. `read` gives documents, with
        the keys of their order and their parent."""
        keys = sorted(self._sums)
        for first in range(0, len(keys), _MANY):
            some = frozenset(keys[first : first + _MANY])
            documents: dict[int, list[DocumentRow]] = defaultdict(list)
            for _, parent, row in read(Q(pk__in=some) | Q(parent__in=some)):
                documents[row.pk if row.pk in some else parent].append(row)
            allocated = _allocated(some)
            yield [
                self._whole(pk, documents[pk], allocated.get(pk, 0))
                for pk in sorted(some)
                if pk in documents
            ]

    def _whole(self, pk: int, postings: Sequence[DocumentRow], allocated: int) -> Whole:
        sums, document = self._sums[pk], next(one for one in postings if one.pk == pk)
        assert document.day is not None
        order = OrderRow(0, document.key, "ready", sums.currency, document.day, is_summary=True)
        if sums.kind == Kind.INVOICE:
            received = sums.money + allocated
            order = replace(order, invoiced=sums.total, tax=sums.tax, received=received)
        else:
            order = replace(order, refunded=sums.total, refunded_tax=sums.tax)
        return Whole(order, postings, document.xero_id)


def own_of(order: OrderRow, parts: Sequence[DocumentRow]) -> OrderRow:
    """What the shop says of an order beyond its parts of summaries, which are summed there."""
    sold = [part for part in parts if part.kind == Kind.INVOICE]
    back = [part for part in parts if part.kind == Kind.CREDIT_NOTE]
    received = order.received
    if received is not None and sold:
        received -= sum((part.total or 0) - (part.due or 0) for part in sold)
    refunded_tax = order.refunded_tax
    if refunded_tax is not None:
        refunded_tax -= sum(part.tax or 0 for part in back)
    return replace(
        order, received=received, refunded_tax=refunded_tax,
        invoiced=order.invoiced - sum(part.total or 0 for part in sold),
        tax=order.tax - sum(part.tax or 0 for part in sold),
        refunded=order.refunded - sum(part.total or 0 for part in back),
    )  # fmt: skip


def _allocated(summaries: Iterable[int]) -> dict[int, int]:
    """What credit of single orders was put against each summary."""
    found: dict[int, int] = defaultdict(int)
    rows = Posting.objects.filter(
        target__in=summaries, kind=Kind.ALLOCATION, state=Posting.State.POSTED
    )
    for target, payload in rows.values_list("target", "payload"):
        assert target is not None
        found[target] += to_units(Decimal(loaded(payload, str).get("Amount", 0)))
    return found
