"""Which orders are accounted for, in what the two sides differ, and why: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounting.reconcile.causes import CAUSES, Cause, Side
from accounting.reconcile.day_sums import DaySums
from accounting.reconcile.judge import judge
from accounting.reconcile.rows import (
    Compared,
    DocumentRow,
    InXero,
    OrderRow,
    Standing,
    XeroDocument,
    XeroPayment,
)
from xero.documents.breakdown import breakdown_of
from xero.documents.documents import CreditNote, DocumentStatusChange, Invoice
from xero.documents.lines import DocumentLine, TaxMode
from xero.documents.settling import InvoicePayment

DAY = date(2026, 3, 2)
POSTED = datetime(2026, 3, 2, 5, tzinfo=UTC)
READ = POSTED + timedelta(hours=1)
GROSS, TAX = 1_100_000, 100_000
ORDER = OrderRow(
    1, "1001", "ready", "AUD", DAY, "processing", invoiced=GROSS, tax=TAX, received=GROSS, due=0
)
INVOICE = DocumentRow(
    1, "invoice", "S1-1001", "posted", "i", "AUTHORISED", DAY, GROSS, TAX, 0, GROSS, TAX,
    [["200", "OUTPUT", 900_000, 90_000], ["202", "OUTPUT", 100_000, 10_000]], posted_at=POSTED,
)  # fmt: skip
PAYMENT = DocumentRow(
    2, "payment", "tx", "posted", "p", "AUTHORISED", DAY, GROSS, breakdown=[["090", GROSS]],
    posted_at=POSTED,
)  # fmt: skip
IN_XERO = XeroDocument("i", "PAID", "AUD", GROSS, TAX, 0, DAY)
PAID = XeroPayment("p", "i", "AUTHORISED", GROSS, DAY, "090")
NOTE = DocumentRow(
    3, "credit_note", "S1-1001-R1", "posted", "c", "PAID", DAY, 220_000, 20_000, 0, 220_000, 20_000,
    [["200", "OUTPUT", 200_000, 20_000]], posted_at=POSTED,
)  # fmt: skip
VOIDED = DocumentRow(
    4, "invoice", "S1-1001", "posted", "i", "VOIDED", posted_at=POSTED,
)  # fmt: skip
# Its part of a summary over 500.00, all of which is paid.
PART = replace(INVOICE, due=0, shared=True)
ALL = Compared()


def found(
    *documents: XeroDocument, paid: tuple[XeroPayment, ...] = (PAID,), **options: Any
) -> InXero:
    payments: dict[str, list[XeroPayment]] = {}
    for one in paid:
        payments.setdefault(one.document_id, []).append(one)
    known = {"documents_at": READ, "payments_at": READ} | options
    return InXero({one.xero_id: one for one in documents or (IN_XERO,)}, payments, **known)


def differences(
    order: OrderRow, *postings: DocumentRow, there: InXero, compared: Compared = ALL
) -> list[tuple[Any, ...]]:
    verdict = judge(order, postings, there, compared)
    return [(d.field, d.shop, d.xero, d.side, d.cause) for d in verdict.differences]


@pytest.mark.parametrize(
    ("order", "postings", "standing"),
    [
        (ORDER, (INVOICE, PAYMENT), Standing.IN_XERO),
        (replace(ORDER, state="new"), (), Standing.MISSING),
        (ORDER, (), Standing.MISSING),
        (ORDER, (replace(INVOICE, state="pending", xero_id=""),), Standing.MISSING),
        (ORDER, (replace(INVOICE, state="unknown", xero_id=""),), Standing.MISSING),
        (replace(ORDER, state="held", reasons=("tax_unmapped",)), (), Standing.HELD),
        (
            ORDER, (replace(INVOICE, state="dead", xero_id="", reasons=("refused",)),),
            Standing.HELD,
        ),
        (
            replace(ORDER, state="skipped", reasons=("before_cut_over",)), (), Standing.LEFT_OUT,
        ),
        (replace(ORDER, state="excluded", excluded_as="do_not_sync"), (), Standing.LEFT_OUT),
        (
            replace(ORDER, state="excluded", excluded_as="handled_by_hand"), (INVOICE,),
            Standing.BY_HAND,
        ),
        (ORDER, (PART,), Standing.IN_XERO),
        # cancelled in the shop, and voided by ourselves: nobody has to do anything
        (replace(ORDER, reasons=("reversed_in_xero",)), (INVOICE, VOIDED), Standing.LEFT_OUT),
        (
            replace(ORDER, state="held", reasons=("reversed_in_xero", "refund_exceeds_invoice")),
            (replace(INVOICE, state="held", xero_id=""),), Standing.HELD,
        ),
        # what only informs explains no absence
        (replace(ORDER, reasons=("currency_converted",)), (), Standing.MISSING),
    ],
)  # fmt: skip
def test_every_order_has_a_document_or_a_reason_or_is_missing(
    order: OrderRow, postings: tuple[DocumentRow, ...], standing: Standing
) -> None:
    verdict = judge(order, postings, found(), ALL)
    assert (verdict.standing, verdict.differences) == (standing, ())


GONE = InXero({}, {}, READ, READ)
FOREIGN = XeroPayment("x", "i", "AUTHORISED", GROSS, DAY, "091")
WHOLE_NOTE = replace(NOTE, key="S1-1001-C", total=GROSS, tax=TAX, expected_total=GROSS,
                     expected_tax=TAX, due=0)  # fmt: skip
WHOLE_NOTE_THERE = XeroDocument("c", "PAID", "AUD", GROSS, TAX, 0, DAY)
CANCELLED = replace(ORDER, reasons=("reversed_in_xero",), shop_status="canceled")
UNPAID = replace(ORDER, received=0, due=GROSS)
OPEN = replace(IN_XERO, status="AUTHORISED", due=GROSS)
NO_PAYMENT = found(OPEN, paid=())
HELD_PAYMENT = replace(PAYMENT, state="held", xero_id="", reasons=("payment_method_unmapped",))


@pytest.mark.parametrize(
    ("order", "postings", "there", "told"),
    [
        # a person changed the document in Xero
        (
            ORDER, (INVOICE, PAYMENT), found(replace(IN_XERO, total=GROSS + 100)),
            ("total", GROSS, GROSS + 100, Side.XERO, Cause.CHANGED_IN_XERO),
        ),
        (
            ORDER, (INVOICE, PAYMENT), found(replace(IN_XERO, tax=0)),
            ("tax", TAX, 0, Side.XERO, Cause.CHANGED_IN_XERO),
        ),
        (
            ORDER, (INVOICE, PAYMENT), found(replace(IN_XERO, day=date(2026, 2, 1))),
            ("date", "2026-03-02", "2026-02-01", Side.XERO, Cause.CHANGED_IN_XERO),
        ),
        (
            ORDER, (INVOICE, PAYMENT), found(replace(IN_XERO, status="VOIDED"), paid=()),
            ("status", "processing", "VOIDED", Side.XERO, Cause.VOIDED_IN_XERO),
        ),
        (
            ORDER, (INVOICE, PAYMENT), GONE,
            ("status", "processing", "", Side.XERO, Cause.GONE_FROM_XERO),
        ),
        # the shop changed the order
        (
            replace(ORDER, invoiced=GROSS + 100), (INVOICE, PAYMENT), found(),
            ("total", GROSS + 100, GROSS, Side.STORE, Cause.CHANGED_IN_SHOP),
        ),
        (
            replace(ORDER, state="held", reasons=("reversed", "changed_after_posting"),
                    shop_status="canceled"), (INVOICE, PAYMENT), found(),
            ("status", "canceled", "PAID", Side.STORE, Cause.CHANGED_IN_SHOP),
        ),
        (
            replace(UNPAID, received=500, due=GROSS - 500), (INVOICE,), NO_PAYMENT,
            ("amount_due", GROSS - 500, GROSS, Side.STORE, Cause.CHANGED_IN_SHOP),
        ),
        # cancelled and credited, and the credit was not put against the invoice
        (
            replace(CANCELLED, received=0, due=GROSS), (INVOICE, WHOLE_NOTE),
            found(OPEN, replace(WHOLE_NOTE_THERE, due=100), paid=()),
            ("amount_due", 0, GROSS - 100, Side.XERO, Cause.UNEXPLAINED),
        ),
        # at posting
        (
            ORDER, (replace(INVOICE, differs=True, total=GROSS + 100), PAYMENT),
            found(replace(IN_XERO, total=GROSS + 100)),
            ("total", GROSS, GROSS + 100, Side.XERO, Cause.MISMATCH),
        ),
        (
            replace(ORDER, tax=TAX + 100), (INVOICE, PAYMENT), found(),
            ("tax", TAX + 100, TAX, Side.XERO, Cause.ROUNDING),
        ),
        (
            replace(ORDER, tax=TAX + 600), (INVOICE, PAYMENT), found(),
            ("tax", TAX + 600, TAX, Side.STORE, Cause.CHANGED_IN_SHOP),
        ),
        # payments
        (
            UNPAID, (INVOICE,), found(paid=(FOREIGN,)),
            ("amount_due", GROSS, 0, Side.XERO, Cause.PAID_IN_XERO),
        ),
        (
            ORDER, (INVOICE, PAYMENT), found(OPEN, paid=(replace(PAID, status="DELETED"),)),
            ("amount_due", 0, GROSS, Side.XERO, Cause.PAYMENT_REMOVED),
        ),
        (
            ORDER, (INVOICE, PAYMENT), NO_PAYMENT,
            ("amount_due", 0, GROSS, Side.XERO, Cause.PAYMENT_REMOVED),
        ),
        (
            ORDER, (INVOICE, HELD_PAYMENT), NO_PAYMENT,
            ("amount_due", 0, GROSS, Side.XERO, Cause.PAYMENT_HELD),
        ),
        (
            replace(ORDER, reasons=("payment_method_unmapped",)), (INVOICE,), NO_PAYMENT,
            ("amount_due", 0, GROSS, Side.XERO, Cause.PAYMENT_HELD),
        ),
        (
            ORDER, (INVOICE, replace(PAYMENT, state="pending", xero_id="")), NO_PAYMENT,
            ("amount_due", 0, GROSS, Side.XERO, Cause.NOT_YET_SYNCED),
        ),
        (
            UNPAID, (INVOICE,), found(replace(OPEN, due=GROSS - 500), paid=()),
            ("amount_due", GROSS, GROSS - 500, Side.XERO, Cause.CREDITED_IN_XERO),
        ),
        (
            ORDER, (INVOICE,), found(replace(OPEN, status="DRAFT"), paid=()),
            ("amount_due", 0, GROSS, Side.XERO, Cause.WAITS_FOR_APPROVAL),
        ),
        (
            replace(ORDER, received=GROSS + 500, reasons=("bank_account_needed",)),
            (INVOICE, PAYMENT),
            found(),
            ("payment", GROSS + 500, GROSS, Side.XERO, Cause.PAYMENT_HELD),
        ),
        # refunds
        (
            replace(ORDER, refunded=220_000, refunded_tax=20_000), (INVOICE, PAYMENT), found(),
            ("refunded", 220_000, 0, Side.XERO, Cause.REFUND_NOT_POSTED),
        ),
        (
            replace(ORDER, refunded=220_000, refunded_tax=20_000),
            (INVOICE, PAYMENT, replace(NOTE, state="pending", xero_id="")), found(),
            ("refunded", 220_000, 0, Side.XERO, Cause.NOT_YET_SYNCED),
        ),
        (  # of tax alone: a memo over 0.00
            replace(ORDER, refunded_tax=20_000), (INVOICE, PAYMENT), found(),
            ("tax", TAX - 20_000, TAX, Side.XERO, Cause.REFUND_NOT_POSTED),
        ),
    ],
)  # fmt: skip
def test_a_difference_has_one_cause_and_one_side(
    order: OrderRow, postings: tuple[DocumentRow, ...], there: InXero, told: tuple[Any, ...]
) -> None:
    assert differences(order, *postings, there=there) == [told]


NOTE_THERE = XeroDocument("c", "PAID", "AUD", 220_000, 20_000, 0, DAY)


@pytest.mark.parametrize(
    ("order", "postings", "there", "compared"),
    [
        # a refund that was posted, with its money back
        (
            replace(ORDER, refunded=220_000, refunded_tax=20_000), (INVOICE, PAYMENT, NOTE),
            found(IN_XERO, NOTE_THERE), ALL,
        ),
        # a person paid, and the shop says that it is paid
        (ORDER, (INVOICE,), found(paid=(FOREIGN,)), ALL),
        # payments and credit notes are switched off
        (
            replace(ORDER, refunded=220_000), (INVOICE,), NO_PAYMENT,
            Compared(payments=False, credits=False),
        ),
        # cancelled in the shop, and voided by ourselves
        (
            replace(ORDER, state="skipped", reasons=("reversed",)),
            (
                INVOICE,
                replace(INVOICE, pk=9, expected_total=None, xero_status="VOIDED"),
            ),
            found(replace(OPEN, status="VOIDED"), paid=()), ALL,
        ),
        # cancelled in the shop when it could not be voided any more: credited, nothing is due
        (
            replace(CANCELLED, received=0, due=GROSS), (INVOICE, WHOLE_NOTE),
            found(IN_XERO, WHOLE_NOTE_THERE, paid=()), ALL,
        ),
        # cancelled after it was paid, and the money did not go back
        (
            CANCELLED, (INVOICE, PAYMENT, replace(WHOLE_NOTE, due=GROSS)),
            found(IN_XERO, replace(WHOLE_NOTE_THERE, status="AUTHORISED", due=GROSS)), ALL,
        ),
        # a gift card that was taken off the invoice by a line of its own
        (
            replace(ORDER, invoiced=GROSS + 500, tendered=500, received=GROSS + 500),
            (INVOICE, PAYMENT), found(), ALL,
        ),
        # the lists are older than the documents: what Xero answered counts
        (ORDER, (INVOICE, PAYMENT), InXero({}, {}, POSTED - timedelta(1), None), ALL),
        (ORDER, (INVOICE, PAYMENT), InXero(), ALL),
    ],
)  # fmt: skip
def test_what_is_right_is_no_difference(
    order: OrderRow, postings: tuple[DocumentRow, ...], there: InXero, compared: Compared
) -> None:
    assert differences(order, *postings, there=there, compared=compared) == []


def test_an_update_of_an_invoice_counts_once_with_what_it_brought() -> None:
    more = replace(INVOICE, pk=8, total=GROSS + 1000, expected_total=GROSS + 1000, due=GROSS + 1000)
    there = found(replace(OPEN, total=GROSS + 1000, due=GROSS + 1000), paid=())
    order = replace(UNPAID, invoiced=GROSS + 1000, due=GROSS + 1000)
    verdict = judge(order, (INVOICE, more), there, ALL)
    assert (verdict.documents, verdict.differences) == (1, ())


def test_every_cause_says_what_happened_and_what_to_do() -> None:
    assert set(CAUSES) == set(Cause)
    assert all(kind.title and kind.fix.endswith(".") for kind in CAUSES.values())


# --- sums by day ----------------------------------------------------------------------------


def summed(*given: tuple[OrderRow, tuple[DocumentRow, ...], InXero]) -> list[tuple[Any, ...]]:
    sums = DaySums()
    for order, postings, there in given:
        sums.add(order, postings, judge(order, postings, there, ALL), there)
    return [(one.measure, one.name, *one.sums) for one in sums.rows()]


def test_an_order_that_agrees_adds_the_same_to_all_three_columns() -> None:
    assert summed((ORDER, (INVOICE, PAYMENT), found())) == [
        ("payment", "090", GROSS, 0, GROSS, 0, GROSS, 0),
        ("sale", "OUTPUT", 1_000_000, TAX, 1_000_000, TAX, 1_000_000, TAX),
    ]


def test_what_is_not_posted_or_not_as_posted_stands_beside_the_tax_types() -> None:
    held = replace(ORDER, state="held", reasons=("tax_unmapped",))
    changed = found(replace(IN_XERO, total=GROSS + 100))
    left_out = replace(ORDER, state="excluded", excluded_as="handled_by_hand")
    assert summed(
        (held, (), found()), (ORDER, (INVOICE, PAYMENT), changed), (left_out, (), found())
    ) == [
        ("payment", "", GROSS, 0, 0, 0, 0, 0),
        ("payment", "090", GROSS, 0, GROSS, 0, GROSS, 0),
        ("sale", "", 1_000_000, TAX, 0, 0, 1_000_100, TAX),
        ("sale", "OUTPUT", 1_000_000, TAX, 1_000_000, TAX, 0, 0),
    ]


# --- breakdowns -----------------------------------------------------------------------------


def line(unit: str, *, account: str = "200", tax_type: str = "OUTPUT") -> DocumentLine:
    rate = Decimal(10 if tax_type == "OUTPUT" else 0)
    return DocumentLine("x", Decimal(1), Decimal(unit), account, tax_type, rate)


def test_a_breakdown_sums_lines_by_account_and_tax_type_net_of_tax() -> None:
    lines = (line("110.00"), line("11.00"), line("5.00", tax_type="EXEMPTOUTPUT"))
    invoice = Invoice("S1-1", "c", DAY, DAY, TaxMode.INCLUSIVE, "AUD", "AUTHORISED", "1", lines)
    assert breakdown_of(invoice) == [
        ["200", "OUTPUT", 1_100_000, 110_000], ["200", "EXEMPTOUTPUT", 50_000, 0],
    ]  # fmt: skip
    note = CreditNote("S1-1-R1", "c", DAY, TaxMode.EXCLUSIVE, "AUD", "AUTHORISED", "1", lines[:1])
    assert breakdown_of(note) == [["200", "OUTPUT", 1_100_000, 110_000]]
    assert breakdown_of(InvoicePayment("i", "090", DAY, Decimal("12.50"), "tx")) == [
        ["090", 125_000]
    ]
    assert breakdown_of(DocumentStatusChange(Invoice.kind, "i", "VOIDED")) is None
    assert (invoice.dated(), DocumentStatusChange(Invoice.kind, "i", "VOIDED").dated()) == (
        DAY,
        None,
    )


# --- what is left open ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reasons", "open_units", "differs"),
    [
        (("credit_left_open",), 220_000, False),
        (("credit_left_open", "period_locked"), 220_000, True),
        (("credit_left_open",), 110_000, True),
    ],
)
def test_credit_that_is_left_open_as_the_order_says_is_no_difference(
    reasons: tuple[str, ...], open_units: int, differs: bool
) -> None:
    """110.00 was paid, and the order is worth 88.00 since: 22.00 is the buyer's."""
    order = replace(ORDER, invoiced=880_000, tax=80_000, due=-220_000, reasons=reasons)
    note = replace(NOTE, key="S1-1001-E1", due=open_units)
    credit = XeroDocument("c", "AUTHORISED", "AUD", 220_000, 20_000, open_units, DAY)
    verdict = judge(order, [INVOICE, PAYMENT, note], found(IN_XERO, credit), ALL)
    assert bool(verdict.differences) is differs
