"""Reconciling 100,000 orders from stored answers: seconds and megabytes, without asking Xero."""

from __future__ import annotations

import resource
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection

from connector.lib import clock
from stores.models import SourceRecord, Store
from sync.models import Posting, TrackedOrder
from sync.reconcile import run as reconcile
from tests.bench import world
from tests.bench.report import Row
from tests.bench.scenarios import Options
from xero.models import MirrorCursor, MirrorDocument, MirrorPayment, Organisation

_SECONDS, _MEGABYTES = 60, 300
_BATCH = 2_000
# Of a thousand orders one was changed in Xero, and one is not there.
_ODD = 1_000
_GROSS, _TAX = 1_100_000, 100_000


def measure(options: Options) -> list[Row]:
    """Orders with an invoice and a payment each; as many documents in the mirror."""
    count = options.pick(100_000, 5_000)
    organisation = Organisation.objects.create(tenant_id="bench", name="Books", country="AU")
    store = world.add_store(organisation, 1)
    for kind in MirrorCursor.Kind:
        MirrorCursor.objects.create(
            organisation=organisation, kind=kind, position=clock.now() + timedelta(minutes=1)
        )
    for numbers in _batches(count):
        _fill(organisation, store, numbers)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # what the database's own housekeeping does in a quiet moment
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, used = time.monotonic(), time.process_time()
    run = reconcile.reconcile(reconcile.queue(store))
    seconds, used = time.monotonic() - started, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert (run.orders, run.missing, run.differences) == (count, count // _ODD, count // _ODD)
    days = run.days.count()
    return [
        Row(f"{count:,} orders, {run.documents:,} documents", seconds, "s", _SECONDS,
            at_most=True, note=f"{run.open} differences found, {days} sums by day"),
        Row("peak memory of the process", peak, "MB", _MEGABYTES, at_most=True,
            note=f"{before:.0f} MB before"),
        Row("orders compared", count / seconds, "/s", note=f"{used:.1f} s of this process's CPU"),
    ]  # fmt: skip


def _batches(count: int) -> Iterator[Sequence[int]]:
    for first in range(1, count + 1, _BATCH):
        yield range(first, min(first + _BATCH, count + 1))


def _fill(organisation: Organisation, store: Store, numbers: Sequence[int]) -> None:
    """Orders, postings and mirror rows as they stand after everything was posted and read back."""
    records = SourceRecord.objects.bulk_create(
        SourceRecord(
            store=store, stream="orders", source_id=str(n), digest=f"{n}", body='{"bench": true}'
        )
        for n in numbers
    )
    orders = TrackedOrder.objects.bulk_create(
        TrackedOrder(
            store=store, source_id=str(n), number=f"{n:09d}", record=record, state="ready",
            label="posted", currency="AUD", total_units=_GROSS, tax_units=_TAX,
            outstanding_units=0, invoiced_units=_GROSS, invoiced_tax_units=_TAX,
            received_units=_GROSS, refunded_tax_units=0, placed_at=_moment(n), mapping_version=1,
        )
        for n, record in zip(numbers, records, strict=True)
    )  # fmt: skip
    invoices = Posting.objects.bulk_create(_invoice(organisation, store, o) for o in orders)
    payments = Posting.objects.bulk_create(
        _payment(organisation, store, invoice, order)
        for invoice, order in zip(invoices, orders, strict=True)
    )
    MirrorDocument.objects.bulk_create(
        MirrorDocument(
            organisation=organisation, kind="invoice", number=one.key, xero_id=one.xero_id,
            status="PAID", currency="AUD", date=one.document_date, tax=_TAX,
            total=_GROSS + 10_000 * (n % _ODD == 1),
        )
        for n, one in zip(numbers, invoices, strict=True)
        if one.xero_id
    )  # fmt: skip
    MirrorPayment.objects.bulk_create(
        MirrorPayment(
            organisation=organisation, payment_id=one.xero_id, document_id=invoice.xero_id,
            status="AUTHORISED", amount=_GROSS, date=one.document_date, account_code="090",
        )
        for one, invoice in zip(payments, invoices, strict=True)
        if one.xero_id
    )  # fmt: skip


def _moment(number: int) -> datetime:
    """A year of orders, three hundred a day."""
    return datetime(2026, 1, 1, 3, tzinfo=UTC) + timedelta(days=number // 300)


def _posted(order: TrackedOrder) -> dict[str, object]:
    lost = int(order.source_id) % _ODD == 2
    if lost:
        return {"state": "pending"}
    return {
        "state": "posted", "xero_id": str(uuid.uuid4()), "xero_status": "AUTHORISED",
        "xero_total_units": _GROSS, "xero_tax_units": _TAX, "amount_due_units": 0,
        "posted_at": _moment(1),
    }  # fmt: skip


def _invoice(organisation: Organisation, store: Store, order: TrackedOrder) -> Posting:
    return Posting(
        organisation=organisation, store=store, order=order, source_kind="order",
        source_id=order.source_id, purpose="invoice", kind="invoice",
        key=f"S1-{order.number}", payload="{}", document_date=_moment(int(order.source_id)).date(),
        expected={"SubTotal": "100.00", "TotalTax": "10.00", "Total": "110.00"},
        breakdown=[["200", "OUTPUT", 900_000, 90_000], ["202", "OUTPUT", 100_000, 10_000]],
        **_posted(order),
    )  # fmt: skip


def _payment(
    organisation: Organisation, store: Store, invoice: Posting, order: TrackedOrder
) -> Posting:
    return Posting(
        organisation=organisation, store=store, order=order, source_kind="order",
        source_id=order.source_id, purpose="payment-1", kind="payment", key=f"{order.number}-1",
        parent=invoice, payload="{}", document_date=invoice.document_date,
        breakdown=[["090", _GROSS]], **_posted(order),
    )  # fmt: skip
