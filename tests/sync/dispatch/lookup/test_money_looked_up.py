"""Money in Xero that may be ours after a lost answer: which is, which a person must compare."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounting.reasons import Reason
from sync.dispatch.lookup import money as lookup_money
from sync.dispatch.lookup.bank import _is_received, _may_be_received
from sync.dispatch.lookup.verdicts import Element, Verdict
from sync.models import Dispatch, Posting
from sync.outbox.fill import fill
from xero.api.replies import ElementResult
from xero.documents.kinds import Kind, Ref
from xero.documents.settling import InvoicePayment

D = Decimal
DAY, LATER = "2026-03-02", "2026-03-03"
OURS = "1001-1"


def told(verdict: Verdict) -> str | None:
    """`pay_1` where that one is ours, a reason's code where a person must act, None: it is sent."""
    if isinstance(verdict, Reason):
        return verdict.code
    return verdict.xero_id if isinstance(verdict, ElementResult) else None


def listed(amount: str, reference: str | None = None, day: str = DAY, **changes: Any) -> Element:
    """A payment as Xero lists it on the document."""
    made = {"PaymentID": "pay_1", "Amount": D(amount), "Date": f"{day}T00:00:00"}
    return made | ({"Reference": reference} if reference else {}) | changes


@pytest.fixture
def among(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Verdicts on payments of these amounts, with `1001-1`, `1001-2` … as references."""

    def decide(
        *amounts: str,
        there: list[Element],
        left: str,
        known: frozenset[str] = frozenset(),
        also: Sequence[str] = (),
    ) -> list[str | None]:
        monkeypatch.setattr(lookup_money, "_known", lambda *_: known)
        pairs = [
            (
                Posting(pk=n, key=f"1001-{n}", also_called=list(also)),
                {"Amount": D(amount), "Date": DAY},
            )
            for n, amount in enumerate(amounts, start=1)
        ]
        verdicts = lookup_money._among(Dispatch(), pairs, there, D(left))
        return [told(verdicts[row.pk]) for row, _ in pairs]

    return decide


@pytest.mark.parametrize(
    ("there", "left", "verdict"),
    [
        ([], "20.00", None),
        ([], "19.99", "invoice_not_payable"),
        ([listed("20.00", OURS)], "0.00", "pay_1"),
        ([listed("20.00", OURS, Status="AUTHORISED")], "20.00", "pay_1"),
        # The reference is ours alone, whatever the amount and the day.
        ([listed("15.00", OURS, LATER)], "20.00", "pay_1"),
        # A person recorded it without a reference.
        ([listed("20.00")], "20.00", "pay_1"),
        ([listed("20.00"), listed("20.00", PaymentID="pay_2")], "20.00", "outcome_ambiguous"),
        ([listed("20.00", day=LATER)], "20.00", None),
        # Nothing is due any more, so that it can be no other.
        ([listed("20.00", "bank", LATER)], "0.00", "pay_1"),
        ([listed("20.00", "bank", LATER)], "20.00", None),
        ([listed("20.00", "bank")], "20.00", "outcome_ambiguous"),
        ([listed("19.00", "bank")], "20.00", None),
        # Of two by a person nobody can tell which it is.
        ([listed("20.00", day=LATER), listed("20.00", day=LATER)], "0.00", "invoice_not_payable"),
        # The one that fits in everything goes before one that bears the reference alone.
        ([listed("15.00", OURS, PaymentID="pay_2"), listed("20.00", OURS)], "0.00", "pay_1"),
        ([listed("20.00", OURS, Status="DELETED")], "20.00", None),
    ],
)
def test_a_payment_is_told_apart_by_amount_day_and_reference(
    among: Any, there: list[Element], left: str, verdict: str | None
) -> None:
    assert among("20.00", there=there, left=left) == [verdict]


@pytest.mark.parametrize(
    ("there", "verdict"),
    [
        ([listed("20.00", "shop-7", LATER)], "pay_1"),
        ([listed("19.00", "shop-7")], None),
        # Its own reference goes before another of its names.
        ([listed("20.00", "shop-7", PaymentID="pay_2"), listed("20.00", OURS, LATER)], "pay_1"),
    ],
)
def test_a_payment_that_somebody_entered_under_another_of_its_names_is_ours(
    among: Any, there: list[Element], verdict: str | None
) -> None:
    assert among("20.00", there=there, left="20.00", also=["shop-7"]) == [verdict]


def test_what_is_another_payments_is_not_taken_for_this_one(among: Any) -> None:
    known = frozenset({"pay_1"})
    assert among("20.00", there=[listed("20.00", OURS)], left="20.00", known=known) == [None]


def test_each_payment_in_xero_is_counted_once(among: Any) -> None:
    one, two = listed("20.00"), listed("20.00", "1001-2", PaymentID="pay_2")
    assert among("20.00", "20.00", there=[one, two], left="0.00") == ["pay_1", "pay_2"]
    assert among("20.00", "20.00", there=[two], left="20.00") == [None, "pay_2"]
    assert among("20.00", "20.00", there=[one], left="20.00") == ["pay_1", None]


def test_what_one_payment_takes_is_not_due_for_the_next(among: Any) -> None:
    assert among("20.00", "5.00", there=[], left="24.99") == [None, "invoice_not_payable"]
    assert among("20.00", "4.99", there=[], left="24.99") == [None, None]


def receipt(total: str, reference: str = "") -> Element:
    return {"BankTransactionID": "receipt_1", "Total": D(total), "Reference": reference}


@pytest.mark.parametrize(
    ("there", "reference", "kind", "verdict"),
    [
        ([], "ch_1", "RECEIVE", None),
        ([receipt("20.00", "ch_1")], "ch_1", "RECEIVE", "receipt_1"),
        ([receipt("20.00")], "", "RECEIVE", "receipt_1"),
        ([receipt("15.00", "ch_1")], "ch_1", "RECEIVE", "outcome_ambiguous"),
        ([receipt("20.00", "bank")], "ch_1", "RECEIVE", "outcome_ambiguous"),
        ([receipt("20.00")], "ch_1", "RECEIVE", "outcome_ambiguous"),
        ([receipt("15.00", "bank")], "ch_1", "RECEIVE", None),
        ([receipt("15.00")], "", "RECEIVE", None),
        # What was paid too much grew since: that a part of it was sent is known by its name.
        ([receipt("15.00", "ch_1-over")], "ch_1-over", "RECEIVE-OVERPAYMENT", "receipt_1"),
        ([receipt("15.00")], "", "RECEIVE-OVERPAYMENT", None),
        ([receipt("15.00", "bank")], "ch_1-over", "RECEIVE-OVERPAYMENT", None),
    ],
)
def test_a_receipt_is_told_apart_by_amount_and_reference(
    there: list[Element], reference: str, kind: str, verdict: str | None
) -> None:
    row = Posting(pk=1, expected={"Total": "20.00", "TotalTax": "0.00"})
    sent = {"Type": kind, "Date": DAY} | ({"Reference": reference} if reference else {})
    found = _is_received(row, sent, there)
    if found is None:
        found = _may_be_received(row, sent, there)
    assert told(found) == verdict


@pytest.mark.parametrize(
    ("invoice", "amount", "same"),
    [("inv_1", "20.00", True), ("inv_2", "20.00", False), ("inv_1", "19.99", False)],
)
def test_an_allocation_is_told_apart_by_invoice_and_amount(
    invoice: str, amount: str, same: bool
) -> None:
    one = {"Invoice": {"InvoiceID": invoice}, "Amount": D(amount)}
    sent = {"Invoice": {"InvoiceID": "inv_1"}, "Amount": D("20.00")}
    assert lookup_money._same_allocation(one, sent) is same


def test_the_outbox_keeps_what_else_a_payment_is_called() -> None:
    row = Posting()
    invoice = Ref(Kind.INVOICE, "S1-1001")
    fill(
        row, InvoicePayment(invoice, "970", date(2026, 3, 2), D(5), "ch_1", also=("shop-7",)), None
    )
    assert (row.key, row.also_called) == ("ch_1", ["shop-7"])
    fill(row, InvoicePayment(invoice, "970", date(2026, 3, 2), D(5), "ch_1"), None)
    assert row.also_called == []
