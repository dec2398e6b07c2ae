"""What a tender becomes: payments as far as each invoice is due, and what people put there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from accounting.history import Entry, History, Slot
from accounting.plan.open_items import OpenInvoice
from accounting.plan.receivables import Receivables
from tests.accounting.orders import D
from tests.accounting.plan.test_receivables import DAY, SALE, given_back, paid, receivables, tender
from xero.documents.kinds import Kind, Ref
from xero.documents.settling import InvoicePayment


@pytest.mark.parametrize(("amount", "posted"), [("60.00", []), ("60.01", ["0.01"])])
def test_a_tender_is_posted_as_far_as_it_is_not_posted_yet(amount: str, posted: list[str]) -> None:
    one = receivables(paid(1, "60.00"))
    payment = InvoicePayment(
        Ref(Kind.INVOICE, "S1-1001"), "091", DAY, Decimal(amount), "pi_1", tender=1
    )
    documents = one.receive([payment], again=[])
    assert [str(wanted.document.amount) for wanted in documents] == posted  # type: ignore[union-attr]
    assert (one.short, one.over) == ([], [])


@pytest.mark.parametrize(
    ("not_payable", "posted", "covered"), [(False, ["110.00"], []), (True, [], ["110.00"])]
)
def test_what_people_paid_is_looked_for_once_and_then_covers_the_tender(
    not_payable: bool, posted: list[str], covered: list[str]
) -> None:
    """Their payment may be this very one, which is then found on the invoice."""
    waiting = Entry(
        Slot("order", "7", "payment-1"), Kind.PAYMENT, "", False, False, not_payable=not_payable
    )
    invoice = OpenInvoice(SALE, "S1-1001", D("110.00"), by_people=D("110.00"))
    one = Receivables(History((waiting,)), "7", [invoice])
    payment = InvoicePayment(
        Ref(Kind.INVOICE, "S1-1001"), "091", DAY, D("110.00"), "pi_1", tender=1
    )
    documents = one.receive([payment], again=[])
    assert [str(wanted.document.amount) for wanted in documents] == posted  # type: ignore[union-attr]
    assert all(wanted.look_up for wanted in documents)
    assert [str(theirs) for _, theirs in one.covered] == covered
    assert one.over == []


def test_a_second_payment_of_a_tender_is_told_from_the_first_by_its_place_and_reference() -> None:
    one = receivables(paid(1, "60.00"))
    payment = InvoicePayment(
        Ref(Kind.INVOICE, "S1-1001"), "091", DAY, D("110.00"), "pi_1", tender=1
    )
    (wanted,) = one.receive([payment], again=[])
    assert wanted.slot == Slot("order", "7", "payment-1", revision=2)
    assert isinstance(wanted.document, InvoicePayment)
    assert (wanted.document.amount, wanted.document.reference) == (D("50.00"), "pi_1-2")


def test_a_payment_that_was_removed_in_xero_leaves_its_place_to_nobody() -> None:
    gone = replace(paid(1, "110.00"), frozen=False, ended=True)
    payment = InvoicePayment(
        Ref(Kind.INVOICE, "S1-1001"), "091", DAY, D("110.00"), "pi_1", tender=1
    )
    (wanted,) = receivables(gone).receive([payment], again=[])
    assert wanted.slot == Slot("order", "7", "payment-1", revision=2)


def test_less_received_than_is_posted_is_told() -> None:
    one = receivables(paid(1, "60.00"))
    assert one.receive([tender(1, "59.99")], again=[]) == []
    assert (one.short, one.over) == ([(D("60.00"), D("59.99"))], [])


def test_what_people_put_on_several_invoices_covers_each_tender_once() -> None:
    """120 on two invoices: 100 of the first tender, 20 of the second, whose rest is too much."""
    invoices = [
        OpenInvoice(Slot("order", "7", purpose), number, D("60.00"), by_people=D("60.00"))
        for purpose, number in (("invoice", "S1-1001"), ("edit", "S1-1001-E1"))
    ]
    one = Receivables(History(), "7", invoices)
    assert one.receive([tender(1, "100.00"), tender(2, "30.00")], again=[]) == []
    assert [str(theirs) for _, theirs in one.covered] == ["100.00", "20.00"]
    assert [str(payment.amount) for payment in one.over] == ["10.00"]


def test_what_was_given_back_of_one_tender_is_received_again_of_that_one_alone() -> None:
    back = replace(given_back(1, "60.00", of="1"), slot=Slot("order", "7", "cancel-1-refund-1"))
    one = receivables(paid(1, "60.00"), paid(2, "50.00"), back, due="220.00")
    documents = one.receive([tender(1, "60.00"), tender(2, "50.00")], again=[back])
    assert [wanted.slot for wanted in documents] == [Slot("order", "7", "payment-1", revision=2)]


def test_what_people_paid_once_is_looked_for_once() -> None:
    invoice = OpenInvoice(SALE, "S1-1001", D("110.00"), by_people=D("60.00"))
    one = Receivables(History(), "7", [invoice])
    documents = one.receive([tender(1, "60.00"), tender(2, "60.00")], again=[])
    assert [str(wanted.document.amount) for wanted in documents] == ["60.00", "50.00"]  # type: ignore[union-attr]
    assert [str(payment.amount) for payment in one.over] == ["10.00"]


def test_a_tender_is_spread_over_the_invoices_as_far_as_each_is_due() -> None:
    invoices = [
        OpenInvoice(Slot("order", "7", purpose), number, D("60.00"))
        for purpose, number in (("invoice", "S1-1001"), ("edit", "S1-1001-E1"))
    ]
    one = Receivables(History(), "7", invoices)
    documents = one.receive([tender(1, "100.00")], again=[])
    assert [str(wanted.document.amount) for wanted in documents] == ["60.00", "40.00"]  # type: ignore[union-attr]


def test_less_received_than_is_posted_covers_nothing_of_what_people_put() -> None:
    invoice = OpenInvoice(SALE, "S1-1001", D("110.00"), by_people=D("20.00"))
    one = Receivables(History((paid(1, "60.00"),)), "7", [invoice])
    assert one.receive([tender(1, "50.00")], again=[]) == []
    assert (one.short, one.covered, one.over) == ([(D("60.00"), D("50.00"))], [], [])


def test_the_rest_of_a_tender_that_is_posted_in_part_is_not_looked_for() -> None:
    """A person who enters a payment enters all of it."""
    invoice = OpenInvoice(SALE, "S1-1001", D("110.00"), by_people=D("90.00"))
    one = Receivables(History((paid(1, "20.00"),)), "7", [invoice])
    assert one.receive([tender(1, "60.00")], again=[]) == []
    assert [str(theirs) for _, theirs in one.covered] == ["40.00"]
