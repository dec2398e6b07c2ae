"""What stands of an order's money: each amount where it was put, and nowhere else."""

from __future__ import annotations

from typing import Any

from accounting.history import Entry, History, Slot
from accounting.money.standing import (
    credited_ahead,
    put_against,
    refunded_of,
    used_of,
)
from tests.accounting.orders import D
from xero.documents.kinds import Kind


def entry(kind: Kind, purpose: str, total: str, source: str = "order", **changes: Any) -> Entry:
    values = {"frozen": True, "posted": True, "total": D(total)} | changes
    return Entry(Slot(source, "7", purpose), kind, values.pop("key", ""), **values)


STANDING = History((
    entry(Kind.INVOICE, "invoice", "110", key="S1-1", by_people=D("5")),
    entry(Kind.INVOICE, "edit", "22", key="S1-1-E1"),
    entry(Kind.PAYMENT, "payment-1", "60", settles="S1-1"),
    entry(Kind.PAYMENT, "payment-2", "22", settles="S1-1-E1"),
    entry(Kind.PAYMENT, "payment-3", "9", settles="S1-1", frozen=False, posted=False),
    entry(Kind.PAYMENT, "payment-4", "8", settles="S1-1", ended=True),
    entry(Kind.BANK_TRANSACTION, "overpayment-1", "4"),
    entry(Kind.CREDIT_NOTE, "credit_note", "50", "refund", key="S1-1-R7", by_people=D("3")),
    entry(Kind.REFUND, "refund-1", "20", "refund", settles="S1-1-R7"),
    entry(Kind.ALLOCATION, "allocation", "10", "refund", settles="S1-1-R7", against="S1-1"),
    entry(Kind.CREDIT_NOTE, "cancel-credit", "30", key="S1-1-C"),
    entry(Kind.REFUND, "cancel-1-refund-1", "12", settles="S1-1-C"),
    entry(Kind.ALLOCATION, "cancel-1-allocation", "7", settles="S1-1-C", against="S1-1-E1"),
))  # fmt: skip


def test_payments_and_allocations_are_put_against_their_invoice() -> None:
    assert put_against(STANDING) == {"S1-1": D("70"), "S1-1-E1": D("29")}


def test_a_credit_note_is_used_by_its_own_refunds_and_allocations_and_by_people() -> None:
    assert used_of(STANDING, "S1-1-R7") == D("33")
    assert used_of(STANDING, "S1-1-C") == D("19")
    assert used_of(STANDING, "S1-2-C") == 0
    assert (refunded_of(STANDING, "S1-1-R7"), refunded_of(STANDING, "S1-1-C")) == (D("20"), D("12"))


def test_an_invoice_of_somebody_that_is_called_like_a_credit_note_is_none() -> None:
    linked = entry(
        Kind.INVOICE, "invoice", "110", key="S1-1-R7", linked=True, by_people=D("110")
    )  # fmt: skip
    assert used_of(History((*STANDING.entries, linked)), "S1-1-R7") == D("33")


def test_posted_is_what_came_in_less_what_a_cancellation_gave_back() -> None:
    """A refund gives back what was sold, and the money had been there."""
    assert (STANDING.paid, STANDING.overpaid) == (D("70"), D("4"))


def test_what_refunds_were_put_against_was_credited_while_it_was_due() -> None:
    assert credited_ahead(STANDING) == D("10")
