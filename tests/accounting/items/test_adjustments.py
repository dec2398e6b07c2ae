"""Stock adjustments: documents of 0.00 at average cost."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounting.items.adjustments import Move, adjust, cost_unknown, documents_needed, unit_cost
from accounting.reasons import Hold
from tests.accounting.orders import books
from xero.documents.documents import StockAdjustment
from xero.documents.facts import AccountFacts, ItemFacts, OrganisationFacts
from xero.documents.kinds import Kind
from xero.documents.payloads import shown

D = Decimal
RULES = {"accounts": {"stock_adjustment": "311"}}
DAY = date(2026, 11, 27)


def item(on_hand: str = "4", pool: str | None = "10.00", **details: Any) -> ItemFacts:
    details = {"Name": "Mug", "InventoryAssetAccountCode": "630"} | details
    stock, cost = D(on_hand), None if pool is None else D(pool)
    return ItemFacts("MUG", "i1", tracked=True, on_hand=stock, cost_pool=cost, details=details)


def adjusted(*moves: Move) -> list[StockAdjustment]:
    numbers = [f"S1-STOCK-{n}" for n in range(documents_needed(moves))]
    return adjust(books(RULES), moves, day=DAY, contact="c1", numbers=numbers)


def test_up_is_a_bill_of_nothing() -> None:
    (one,) = adjusted(Move("MUG", item(), D("3.0000")))
    assert one.kind == Kind.STOCK_INCREASE
    assert shown(one.payload()) == {
        "Type": "ACCPAY",
        "InvoiceNumber": "S1-STOCK-0",
        "Contact": {"ContactID": "c1"},
        "Date": "2026-11-27",
        "DueDate": "2026-11-27",
        "LineAmountTypes": "NoTax",
        "CurrencyCode": "AUD",
        "Status": "AUTHORISED",
        "LineItems": [
            {
                "Description": "Mug", "Quantity": "3", "UnitAmount": "2.50",
                "AccountCode": "630", "TaxType": "NONE", "ItemCode": "MUG",
            },
            {
                "Description": "Stock adjustment", "Quantity": "1", "UnitAmount": "-7.50",
                "AccountCode": "311", "TaxType": "NONE",
            },
        ],
    }  # fmt: skip
    assert one.expected().total == 0


def test_down_is_a_suppliers_credit_of_nothing_at_average_cost() -> None:
    (one,) = adjusted(Move("MUG", item("3", "10.00"), D("-3")))
    body = shown(one.payload())
    assert (one.kind, body["Type"]) == (Kind.STOCK_DECREASE, "ACCPAYCREDIT")
    assert body["CreditNoteNumber"] == "S1-STOCK-0"
    assert "DueDate" not in body
    assert [(line["Quantity"], line["UnitAmount"]) for line in body["LineItems"]] == [
        ("3", "3.3333"),
        ("1", "-10.00"),
    ]
    assert one.expected().total == 0


def test_ups_and_downs_are_documents_of_their_own_of_at_most_a_hundred_items() -> None:
    moves = [Move(f"S{n}", item(), D(1 if n % 2 else -1)) for n in range(301)]
    documents = adjusted(*moves)
    assert [(one.increase, len(one.lines)) for one in documents] == [
        (True, 101), (True, 51), (False, 101), (False, 52),
    ]  # fmt: skip
    assert len({one.number for one in documents}) == 4
    assert all(one.expected().total == 0 for one in documents)


@pytest.mark.parametrize(
    ("known", "cost"),
    [
        (item("4", "10"), "2.50"),
        (item("0", "0", PurchaseDetails={"UnitPrice": D("7.5000")}), "7.50"),
        (item("-1", "-3", PurchaseDetails={"UnitPrice": D("7")}), "7.00"),
        (item("2", "0"), "0.00"),
        (item("0", "0"), None),
        (item("5", None), None),
    ],
)
def test_what_one_is_worth(known: ItemFacts, cost: str | None) -> None:
    assert unit_cost(known) == (cost if cost is None else D(cost))


def test_more_of_what_nobody_knows_the_cost_of_is_not_guessed() -> None:
    reason = cost_unknown(Move("MUG", item("0", "0"), D(5)))
    assert reason is not None
    assert reason.code == "stock_cost_unknown"
    assert cost_unknown(Move("MUG", item("0", "0"), D(-5))) is None
    assert cost_unknown(Move("MUG", item(), D(5))) is None


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (None, "account_unmapped"),
        ("999", "account_unknown"),
        ("610", "account_not_allowed"),
    ],
)
def test_the_adjustment_account_must_fit(account: str | None, code: str) -> None:
    facts = AccountFacts("i", "610", "Debtors", "CURRENT", "ASSET", "ACTIVE", "", "DEBTORS")
    organisation = OrganisationFacts(connected=True, name="Demo", accounts={"610": facts})
    rules = {"accounts": {"stock_adjustment": account}}
    with pytest.raises(Hold) as held:
        adjust(
            books(rules, organisation), [Move("MUG", item(), D(1))],
            day=DAY, contact="c1", numbers=["n"],
        )  # fmt: skip
    assert (held.value.reason.code, held.value.reason.field) == (code, "accounts.stock_adjustment")
