"""Money that was posted as received without an invoice: what follows when the order changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.history import NOTHING_YET, History, Slot
from accounting.plan.plan import Plan, plan_order
from accounting.sale.build import build_order
from stores.canonical.order import Order, Payment
from stores.canonical.refund import Refund, RefundLine
from tests.accounting.orders import NOON, books, line, order
from tests.accounting.standing import posted
from xero.documents.documents import CreditNote
from xero.documents.settling import CreditNoteRefund as PaidBack

D = Decimal
OFF = {"streams": {"invoices": False}}
RETURNED = {"statuses": {"reverse": ["canceled"], "refunded": ["returned"], "invoice": ["*"]}}


def paid(net: str = "100.00") -> Order:
    made = order(line(net))
    return replace(made, received=made.total, payments=(Payment("checkmo", made.total),))


def planned(made: Order, history: History = NOTHING_YET, **store: Any) -> Plan:
    setting = books(RETURNED, **(store or OFF))
    return plan_order(setting, made, build_order(setting, made, Contacts(), history), history)


def shape(plan: Plan) -> list[tuple[str, str]]:
    """Credit notes and what is paid back, and how much each is."""
    found = []
    for wanted in plan.documents:
        if isinstance(wanted.document, CreditNote):
            totals = wanted.document.expected()
            assert totals is not None
            found.append((wanted.document.number, str(totals.total)))
        elif isinstance(wanted.document, PaidBack):
            found.append((wanted.document.account, str(wanted.document.amount)))
    return found


RECEIPT = posted(planned(paid()))


def codes(plan: Plan) -> list[str]:
    return [reason.code for reason in plan.reasons]


def test_cancelled_with_its_money_returned_it_is_credited_and_paid_back() -> None:
    plan = planned(replace(paid(), status="returned", state="canceled"), RECEIPT)
    assert shape(plan) == [("S1-1001-C", "110.00"), ("970", "110.00")]
    assert (codes(plan), plan.reversed) == (["reversed_in_xero"], True)
    assert planned(
        replace(paid(), status="returned"), History((*RECEIPT.entries, *posted(plan).entries))
    ).documents == ()  # fmt: skip


def test_cancelled_with_its_money_kept_the_credit_is_left_open_and_said() -> None:
    plan = planned(replace(paid(), status="canceled", state="canceled"), RECEIPT)
    assert shape(plan) == [("S1-1001-C", "110.00")]
    assert codes(plan) == ["reversed_in_xero", "credit_left_open"]


@pytest.mark.parametrize("history", [NOTHING_YET, RECEIPT], ids=["to come", "posted"])
def test_a_refund_is_credited_after_the_receipt_that_it_takes_back(history: History) -> None:
    plan = planned(replace(paid(), refunds=(_memo(),)), history)
    (note,) = [wanted for wanted in plan.documents if isinstance(wanted.document, CreditNote)]
    assert note.parent == Slot("order", "7", "receipt")


def _memo() -> Refund:
    part = RefundLine("1", "Shirt", "SHIRT", D(1), D("10.00"), D("1.00"), D(10), "x")
    return Refund(
        id="9", number="009", order_id="7", currency="AUD", total=D("11.00"), updated_at=NOON,
        refunded_at=NOON + timedelta(days=1), lines=(part,), shipping_net=D(0),
        shipping_tax=D(0), adjustment=D(0), tax=D("1.00"),
    )  # fmt: skip


def test_a_cancellation_credits_what_refunds_have_not() -> None:
    made = replace(paid(), refunds=(_memo(),), refunded=D("11.00"))
    first = planned(made, RECEIPT)
    assert shape(first) == [("S1-1001-R9", "11.00"), ("970", "11.00")]
    history = History((*RECEIPT.entries, *posted(first).entries))
    plan = planned(replace(made, status="returned", state="canceled"), history)
    assert shape(plan) == [("S1-1001-C", "99.00"), ("970", "99.00")]


def test_cancelled_before_it_was_posted_both_are_posted_one_after_the_other() -> None:
    plan = planned(replace(paid(), status="canceled", state="canceled"))
    assert [wanted.slot.purpose for wanted in plan.documents] == ["receipt"]
    assert plan.wait, "what takes it back follows once it stands"


def test_switching_invoices_on_does_not_post_the_sale_twice() -> None:
    plan = planned(paid(), RECEIPT, streams={"invoices": True})
    assert (plan.documents, codes(plan)) == ((), [])


def test_a_changed_order_is_left_to_a_person() -> None:
    plan = planned(paid("90.00"), RECEIPT)
    assert (plan.documents, codes(plan)) == ((), ["changed_after_posting"])
