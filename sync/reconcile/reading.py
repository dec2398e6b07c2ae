"""Read what a reconciliation compares, chunk by chunk: a fixed number of queries a chunk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce

from accounting.reconcile.rows import DocumentRow, InXero, OrderRow, XeroDocument, XeroPayment
from connector.lib.money import to_units
from stores.models import Store
from sync.models import Posting, SummaryPart, TrackedOrder
from sync.reconcile.summaries import Summaries, Whole
from xero.documents.kinds import MASTER_DATA, TO_CUSTOMERS, WITH_BALANCE
from xero.mirror import refresh as mirror
from xero.mirror.known import read_at
from xero.models import MirrorDocument, MirrorPayment

CHUNK = 1000
_KEYS = 200
# Almost all have none: an empty list is not worth reading a hundred thousand times.
_WHY = Case(When(~Q(reasons=[]), then="reasons"))
_ORDER = (
    "pk", "number", "state", "currency", "dated_at", "shop_status", "why",
    "excluded_at", "excluded_as", "invoiced_units", "total_units", "tendered_units",
    "invoiced_tax_units", "tax_units", "received_units", "outstanding_units", "refunded_units",
    "refunded_tax_units", "books_currency", "by_hand_units",
)  # fmt: skip
_POSTING = (
    "pk", "kind", "key", "state", "xero_id", "xero_status", "document_date",
    "xero_total_units", "xero_tax_units", "amount_due_units", "expected", "breakdown", "differs",
    "why", "posted_at", "purpose",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    """Orders with their documents, their `parts` of summaries, and what Xero holds of the
    documents."""

    orders: Sequence[OrderRow]
    postings: dict[int, list[DocumentRow]]
    found: InXero
    parts: dict[int, list[DocumentRow]]


class Reading:
    """The orders of one store. The moments up to which Xero's lists are known are taken once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._zone = ZoneInfo(str(store.settings.get("timezone") or "UTC"))
        self.documents_at, self.payments_at = _known_at(store)
        self.summaries = Summaries(store)
        self._has_summaries = SummaryPart.objects.filter(store=store).exists()

    def orders(self) -> QuerySet[TrackedOrder]:
        dated_at = Coalesce("placed_at", "created_at")
        orders = TrackedOrder.objects.filter(store=self._store)
        return orders.annotate(dated_at=dated_at, why=_WHY)

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """All orders by their keys, `size` at a time."""
        last = 0
        while rows := list(
            self.orders().filter(pk__gt=last).order_by("pk").values_list(*_ORDER)[:size]
        ):
            # By their range: a thousand keys in a statement take longer than the statement.
            within = Q(order_id__gte=rows[0][0], order_id__lte=rows[-1][0])
            yield self._chunk(rows, within)
            last = rows[-1][0]

    def of(self, orders: Sequence[int]) -> Chunk:
        """Some orders by their keys, in the order given."""
        found = {r[0]: r for r in self.orders().filter(pk__in=orders).values_list(*_ORDER)}
        return self._chunk([found[pk] for pk in orders if pk in found], Q(order_id__in=orders))

    def _chunk(self, rows: Sequence[tuple[Any, ...]], within: Q) -> Chunk:
        parts: dict[int, list[DocumentRow]] = {}
        orders = [_order(row, self._zone) for row in rows]
        if self._has_summaries:
            parts = self.summaries.parts(within)
            waiting = SummaryPart.objects.waiting().filter(within, store=self._store)
            waits = frozenset(waiting.values_list("order_id", flat=True))
            orders = [replace(order, waits=order.pk in waits) for order in orders]
        found: dict[int, list[DocumentRow]] = defaultdict(list)
        for order, _, row in self._documents_of(within):
            found[order].append(row)
        return Chunk(orders, found, self.in_xero(chain(*found.values())), parts)

    def whole_summaries(self) -> Iterator[tuple[Whole, InXero]]:
        """The summaries of all parts that were read, and what Xero holds of each."""
        for some in self.summaries.wholes(self._documents_of):
            found = self.in_xero(chain(*(one.postings for one in some)))
            for one in some:
                yield one, found

    def _documents_of(self, which: Q) -> Iterator[tuple[int, int, DocumentRow]]:
        """Documents with the keys of their order and of what must be in Xero before them."""
        postings = Posting.objects.filter(which, store=self._store)
        if self._store.organisation_id is not None:
            postings = postings.filter(organisation=self._store.organisation_id)
        listed = postings.exclude(kind__in=MASTER_DATA).order_by("pk")
        listed = listed.annotate(why=_WHY)
        for order, parent, *fields in listed.values_list("order_id", "parent_id", *_POSTING):
            yield order, parent, _posting(fields)

    def in_xero(self, postings: Iterable[DocumentRow]) -> InXero:
        """What Xero holds of these documents, a few at a time.

        A list of a thousand keys is slow to send, and makes PostgreSQL read the whole table.
        """
        if self._store.organisation is None or self.documents_at is None:
            return InXero()
        ids = sorted({p.xero_id for p in postings if p.xero_id and p.kind in TO_CUSTOMERS})
        documents: dict[str, XeroDocument] = {}
        payments: dict[str, list[XeroPayment]] = defaultdict(list)
        for first in range(0, len(ids), _KEYS):
            keys = ids[first : first + _KEYS]
            documents |= self._documents(keys)
            if self.payments_at is not None:
                self._payments(keys, payments)
        return InXero(documents, payments, self.documents_at, self.payments_at)

    def _documents(self, keys: Sequence[str]) -> dict[str, XeroDocument]:
        rows = MirrorDocument.objects.filter(
            organisation=self._store.organisation, kind__in=WITH_BALANCE, xero_id__in=keys
        )
        columns = ("xero_id", "status", "currency", "total", "tax", "amount_due", "date")
        return {row[0]: XeroDocument(*row) for row in rows.values_list(*columns)}

    def _payments(self, keys: Sequence[str], found: dict[str, list[XeroPayment]]) -> None:
        rows = MirrorPayment.objects.filter(
            organisation=self._store.organisation, document_id__in=keys
        )
        for payment_id, document_id, status, amount, day, code, account in rows.values_list(
            "payment_id", "document_id", "status", "amount", "date", "account_code", "account_id"
        ):
            payment = XeroPayment(payment_id, document_id, status, amount, day, code or account)
            found[document_id].append(payment)


def _known_at(store: Store) -> tuple[datetime | None, datetime | None]:
    """Up to which moments invoices and credit notes, and payments, are known."""
    organisation = store.organisation
    if organisation is None:
        return None, None
    invoices, notes, payments = (
        read_at(organisation, kind)
        for kind in (mirror.Kind.INVOICES, mirror.Kind.CREDIT_NOTES, mirror.Kind.PAYMENTS)
    )
    return (min(invoices, notes) if invoices and notes else None), payments


def _order(row: tuple[Any, ...], zone: ZoneInfo) -> OrderRow:
    (
        pk, number, state, currency, dated_at, shop_status, reasons, excluded_at,
        excluded_as, invoiced, total, tendered, invoiced_tax, tax, received, due, refunded,
        refunded_tax, books_currency, by_hand,
    ) = row  # fmt: skip
    if books_currency:
        # What is outstanding is in the order's currency; what is due in the books follows from
        # what was received.
        currency, due = books_currency, None
    left_out = excluded_as or "do_not_sync" if excluded_at is not None else ""
    return OrderRow(
        pk, number, state, currency, _day(dated_at, zone), shop_status,
        _codes(reasons), left_out,
        total if invoiced is None else invoiced,
        tendered,
        tax if invoiced_tax is None else invoiced_tax,
        received, due, refunded, refunded_tax, by_hand=by_hand,
    )  # fmt: skip


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def _posting(fields: Sequence[Any]) -> DocumentRow:
    (
        pk, kind, key, state, xero_id, status, day, total, tax, due, expected, breakdown, differs,
        reasons, posted_at, purpose,
    ) = fields  # fmt: skip
    expected_total = expected_tax = None
    if expected:
        expected_total = to_units(Decimal(expected["Total"]))
        expected_tax = to_units(Decimal(expected["TotalTax"]))
    return DocumentRow(
        pk, kind, key, state, xero_id, status, day, total, tax, due, expected_total, expected_tax,
        breakdown, differs, _codes(reasons), posted_at,
        overpaid=purpose.startswith("overpayment-"),
    )  # fmt: skip


def _codes(reasons: list[dict[str, Any]] | None) -> tuple[str, ...]:
    return tuple(reason["code"] for reason in reasons) if reasons else ()


def extra_documents(store: Store) -> list[MirrorDocument]:
    """Documents in Xero under this store's numbers that none of our postings made.

    Of several stores' prefixes that fit, the longest says whose number it is. Nothing without a
    prefix: then any number could be anybody's.
    """
    organisation, prefix = store.organisation, store.number_prefix
    if organisation is None or not prefix:
        return []
    longer = [
        other
        for other in organisation.stores.exclude(pk=store.pk).values_list(
            "number_prefix", flat=True
        )
        if other.startswith(prefix) and other != prefix
    ]
    listed = MirrorDocument.objects.filter(
        organisation=organisation, kind__in=WITH_BALANCE, number__startswith=prefix
    ).exclude(status__in=("VOIDED", "DELETED"))
    return [
        row
        for row in _unclaimed(listed)
        if not any(row.number.startswith(other) for other in longer)
    ]


def _unclaimed(listed: QuerySet[MirrorDocument]) -> QuerySet[MirrorDocument]:
    """Those that no posting has made, nor one whose fate is not known yet."""
    ours = Posting.objects.filter(
        Q(xero_id=OuterRef("xero_id")) | Q(state__in=Posting.UNFINISHED),
        organisation=OuterRef("organisation"), kind=OuterRef("kind"), key=OuterRef("number"),
    )  # fmt: skip
    return listed.filter(~Exists(ours)).order_by("pk")
