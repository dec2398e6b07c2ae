"""A store's rules on whole orders: every action, where it reaches, and what the preview says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from accounting.books import Books
from accounting.contacts.directory import Contacts
from accounting.sale.build import build_order
from stores.canonical.customer import Customer
from tests.accounting.orders import (
    build,
    codes,
    discounted,
    line,
    lines_of,
    order,
    organisation,
    row,
    shape,
    shipping,
    snapshot,
)
from xero.documents.facts import ItemFacts, TrackingFacts
from xero.documents.sources import sources


@pytest.mark.parametrize(
    ("when", "reaches"),
    [
        ({"category": "Serv*"}, True),
        ({"sku": ["X", "SETUP"]}, True),
        ({"category": "Services", "sku": "SHIRT"}, False),  # of one and the same line
        ({"sku": "SETUP", "country": "NZ"}, False),
        ({"sku": "SETUP", "total_over": 100, "currency": "AUD"}, True),
    ],
)
def test_a_rule_about_a_line_acts_on_the_order_of_any_such_line(
    when: dict[str, Any], reaches: bool
) -> None:
    made = order(line("100.00"), line("50.00", id="2", sku="SETUP", category="Services"))
    rule = {"when": when, "due_days": 30, "contact": "Services desk", "approve": False}
    built = build(made, {"rules": [rule]})
    assert built.invoice is not None
    assert built.contact is not None
    found = (built.invoice.due_date, built.contact.person.name, built.invoice.status)
    if reaches:
        assert found == (date(2026, 4, 1), "Services desk", "DRAFT")
    else:
        assert found == (date(2026, 3, 2), "Jane Doe", "AUTHORISED")
    held = build(made, {"rules": [{"when": when, "hold": "ask Ana"}]})
    assert codes(held) == (["rule_hold"] if reaches else [])


def test_every_kind_of_action_takes_its_own_first_rule() -> None:
    rules = [
        {"when": {"country": "NZ"}, "due_days": 1, "contact": "No", "approve": False, "hold": "no"},
        {"when": {"sku": "SHIRT"}, "account": "203"},
        {"when": {"country": "AU"}, "account": "204", "tax_type": "TAX20", "due_days": 7},
        {"when": {"currency": "AUD"}, "contact": "Desk {lookup:region:state}", "item": False},
        {"when": {"status": "processing"}, "due_days": 9, "contact": "Other", "item": True},
        {"when": {"payment_method": "check*"}, "tracking": {"Store": "{lookup:region:state}"}},
        {"when": {"coupon": "*"}, "tracking": {"Store": "never"}},
    ]
    mapping = snapshot({
        "rules": rules,
        "lookups": {"region": {"NSW": "East"}},
        "posting": {"reference": "{order_number} {lookup:region:state}"},
        "tracking": {"Store": "Main", "Region": "{country}"},
        "products": [{"sku": "KIT", "sales_account": "206"}],
    })  # fmt: skip
    made = order(line("10.00", rate="20"), line("5.00", rate="20", id="2", sku="KIT"))
    books = Books(mapping, organisation=organisation(), known_items={"SHIRT": ItemFacts("SHIRT")})
    facts = replace(
        books.organisation,
        accounts=books.organisation.accounts | {
            code: replace(books.organisation.accounts["200"], code=code)
            for code in ("203", "206")
        },
    )  # fmt: skip
    built = build_order(replace(books, organisation=facts), made, Contacts())
    assert built.invoice is not None, built.reasons
    assert built.contact is not None
    assert built.contact.person.name == "Desk East"
    assert built.invoice.due_date == date(2026, 3, 9)
    assert built.invoice.reference == "1001 East"
    assert [one.account for one in built.invoice.lines] == ["203", "206"]
    assert {one.tax_type for one in built.invoice.lines} == {"TAX20"}
    assert [one.item_code for one in built.invoice.lines] == ["", ""]
    assert {one.tracking for one in built.invoice.lines} == {(("Store", "East"), ("Region", "AU"))}
    told = {one["field"]: one["source"] for one in sources(built.invoice)}
    assert told == {
        "Contact.ContactID": "rules[3].contact",
        "Date": "posting.date",
        "DueDate": "rules[2].due_days",
        "Status": "posting.status",
        "Reference": "posting.reference",
        "LineItems[0].AccountCode": "rules[1].account",
        "LineItems[0].TaxType": "rules[2].tax_type",
        "LineItems[0].Tracking.Store": "rules[5].tracking.Store",
        "LineItems[0].Tracking.Region": "tracking.Region",
        "LineItems[1].AccountCode": "products[0].sales_account",
        "LineItems[1].TaxType": "rules[2].tax_type",
        "LineItems[1].Tracking.Store": "rules[5].tracking.Store",
        "LineItems[1].Tracking.Region": "tracking.Region",
    }


def test_tracking_of_certain_goods_reaches_those_and_their_discount_only() -> None:
    rule = {"when": {"sku": "KIT"}, "tracking": {"Store": "Kits"}}
    rows = {"surcharge": {"account": "260", "tax_type": "EXEMPTOUTPUT"}}
    made = order(
        discounted("10.00", "1.00", sku="KIT"), line("5.00", id="2"), shipping("3.00"),
        rows=(row("surcharge", "2.00"),),
    )  # fmt: skip
    built = build(made, {"rules": [rule], "tracking": {"Store": "All"}, "total_rows": rows})
    assert [dict(one.tracking)["Store"] for one in lines_of(built)] == [
        "Kits", "All", "All", "All", "Kits",
    ]  # fmt: skip


def test_lines_that_are_no_sale_say_what_they_rest_on() -> None:
    made = replace(order(discounted("10.00", "1.00")), total=order().total / 10 - 1)
    made = replace(made, total=made.lines[0].gross + line("0.01").net)
    told = {one["field"]: one["source"] for one in sources(build(made).documents[1])}
    assert told["LineItems[1].AccountCode"] == "accounts.discounts"
    assert told["LineItems[2].AccountCode"] == "accounts.rounding"
    assert told["LineItems[2].TaxType"] == "tax.out_of_scope"


def test_tracking_is_named_as_xero_writes_it() -> None:
    known = TrackingFacts("t1", "Store", "ACTIVE", frozenset({"East"}))
    for policy in ("create", "skip", "hold"):
        rules = {"tracking": {"store": "EAST"}, "posting": {"tracking_options": policy}}
        built = build(order(), rules, organisation(tracking={"Store": known}))
        assert lines_of(built)[0].tracking == (("Store", "East"),)
        assert built.reasons == ()


def test_the_customer_group_and_the_number_decide_together() -> None:
    """The rule of the documentation: a wholesale order above 1,000."""
    rule = {
        "when": {"customer_group": "Wholesale", "total_over": 1000},
        "tracking": {"Store": "Wholesale"}, "due_days": 30, "contact": "Wholesale desk",
        "approve": True,
    }  # fmt: skip
    buyer = Customer(email="w@example.com", group="Wholesale", tax_number="AU1")
    for net, reached in (("909.09", False), ("909.10", True)):
        made = order(line(net), customer=buyer)
        built = build(made, {"rules": [rule], "posting": {"status": "DRAFT"}})
        assert built.invoice is not None
        assert (built.invoice.status == "AUTHORISED") is reached
        assert bool(lines_of(built)[0].tracking) is reached
        assert shape(built)[0][2:4] == ("200", "TAX10")
