"""Without invoices a paid order is one bank transaction, or is held."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounting.linting import doubts
from accounting.sale.built import Built
from stores.canonical.order import Order, Payment
from tests.accounting.orders import (
    account,
    build,
    codes,
    discounted,
    line,
    order,
    organisation,
    shipping,
    snapshot,
)
from xero.documents.facts import NOT_CONNECTED, OrganisationFacts
from xero.documents.lines import Totals

D = Decimal


def receipt(
    made: Order, rules: dict[str, Any] | None = None, xero: OrganisationFacts = NOT_CONNECTED
) -> Built:
    return build(made, rules, xero, streams={"invoices": False})


def paid(*amounts: str, **changes: Any) -> Order:
    """An order of 110.00 with these payments by cheque."""
    tenders = tuple(Payment("checkmo", D(amount)) for amount in amounts)
    return order(**({"payments": tenders, "received": sum(map(D, amounts), D(0))} | changes))


def test_a_paid_order_is_one_bank_transaction_with_the_invoices_lines() -> None:
    goods = [line("100"), discounted("50", "10", id="2"), shipping("5")]
    rules = {"tracking": {"Store": "Online"}}
    built = receipt(order(*goods), rules)
    invoiced = build(order(*goods), rules)
    assert invoiced.invoice is not None
    assert built.receipt is not None
    assert (built.status, built.reasons) == ("ready", ())
    assert (built.invoice, built.payments, built.overpayments) == (None, (), ())
    assert built.documents == (built.contact.contact, built.receipt)  # type: ignore[union-attr]
    lines = [one.payload() for one in invoiced.invoice.lines]
    assert built.receipt.payload() == {
        "Type": "RECEIVE",
        "Contact": {"ContactID": built.contact.id},  # type: ignore[union-attr]
        "BankAccount": {"Code": "970"},
        "Date": "2026-03-02",
        "LineAmountTypes": "Exclusive",
        "CurrencyCode": "AUD",
        "Reference": "1001",
        "LineItems": lines,
    }
    assert all("Tracking" in one for one in lines)
    assert built.receipt.expected() == Totals(D("145.00"), D("14.50"), D("159.50"))


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (paid("40"), "receipt_partly_paid"),
        (paid("110", received=D(100)), "tenders_do_not_add_up"),
        (paid("120", "-10"), "tenders_do_not_add_up"),
        (order(payment_method="stripe"), "payment_method_unmapped"),
    ],
)
def test_what_cannot_be_one_is_held_as_a_whole(made: Order, code: str) -> None:
    built = receipt(made)
    assert (built.status, codes(built), built.documents) == ("held", [code], ())


def test_several_tenders_on_one_account_are_one() -> None:
    built = receipt(paid("60", "50"))
    assert built.receipt is not None
    assert built.receipt.expected() == Totals(D("100.00"), D("10.00"), D("110.00"))


def test_tenders_on_several_accounts_are_held() -> None:
    tenders = (Payment("checkmo", D(60)), Payment("stripe", D(50)))
    rules = {"payment_accounts": {"stripe": "971"}}
    built = receipt(order(payments=tenders, received=D(110)), rules)
    assert (built.status, codes(built)) == ("held", ["receipt_several_accounts"])
    assert built.reasons[0].field == "payment_accounts"
    assert "970 and 971" in built.reasons[0].message


@pytest.mark.parametrize(
    ("bank", "status"),
    [
        ({"type": "BANK"}, "ready"),
        ({"type": "CURRENT", "payments_enabled": True}, "held"),
        ({"type": "BANK", "currency": "EUR"}, "held"),
        ({"type": "BANK", "status": "ARCHIVED"}, "held"),
    ],
)
def test_its_account_is_a_bank_account_of_its_currency(bank: dict[str, Any], status: str) -> None:
    built = receipt(order(), xero=organisation(account("970", "ASSET", **bank)))
    assert built.status == status
    if status == "held":
        assert built.reasons[0].field == "payment_accounts.checkmo"


def test_more_than_is_due_is_an_overpayment_beside_it() -> None:
    built = receipt(paid("130"))
    assert built.receipt is not None
    assert built.receipt.expected() == Totals(D("100.00"), D("10.00"), D("110.00"))
    (more,) = built.overpayments
    assert (more.type, more.reference, str(more.lines[0].amount)) == (
        "RECEIVE-OVERPAYMENT", "1001-1-over", "20.00"
    )  # fmt: skip
    assert built.documents[-2:] == (built.receipt, more)
    assert codes(built) == ["overpaid"]


def test_its_date_is_that_of_the_last_money_outside_locked_periods() -> None:
    first, last = (datetime(2026, 3, day, 1, tzinfo=UTC) for day in (4, 9))
    tenders = (Payment("checkmo", D(60), received_at=last),
               Payment("checkmo", D(50), received_at=first))  # fmt: skip
    made = order(payments=tenders, received=D(110))
    assert receipt(made).receipt.date == date(2026, 3, 9)  # type: ignore[union-attr]
    locked = organisation(lock_date=date(2026, 3, 31))
    assert codes(receipt(made, xero=locked)) == ["period_locked"]
    moved = receipt(made, {"posting": {"locked_period": "next_open_day"}}, locked).receipt
    assert moved is not None
    assert moved.date == date(2026, 4, 1)
    assert moved.lines[0].description == "Shirt (order of 2026-03-09)"


def test_a_foreign_one_carries_the_orders_rate() -> None:
    made = order(currency="EUR", rate=D("0.6"))
    built = receipt(made)
    assert built.receipt is not None
    assert built.receipt.payload()["CurrencyRate"] == D("0.60")


def test_its_reference_is_never_empty() -> None:
    built = receipt(order(), {"posting": {"reference": "{po_number}"}})
    assert built.receipt is not None
    assert built.receipt.reference == "1001"


def test_an_import_says_which_methods_cannot_be_receipts() -> None:
    rules = {"payment_accounts": {"checkmo": "970", "cod": {"AUD": "971"}}}
    xero = organisation(account("971", "ASSET", type="CURRENT", payments_enabled=True))
    for invoices in (True, False):
        made = snapshot(rules, streams={"invoices": invoices})
        found = doubts(made.store, made.rules, xero)
        assert [line.split(":")[0] for line in found] == (
            [] if invoices else ["payment_accounts.cod"]
        )


def test_money_that_a_person_posts_is_no_receipt_of_ours() -> None:
    by_hand = {"payment_accounts": {"checkmo": "none", "stripe": "091"}}
    built = receipt(paid("110"), by_hand)
    assert (built.status, codes(built), built.documents) == ("skipped", ["payment_by_hand"], ())
    card = Payment("stripe", D(50))
    split = order(payments=(*paid("60").payments, card), received=D(110))
    assert codes(receipt(split, by_hand)) == ["receipt_partly_paid"]
