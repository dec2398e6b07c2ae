"""From products to items: what is sent, what is left alone, what is held."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounting.items.build import BuiltItem, build_item, cut_name, plain_text, up_to_date
from stores.canonical.product import Product
from tests.accounting.orders import books
from xero.documents.facts import AccountFacts, ItemFacts, OrganisationFacts, TaxRateFacts
from xero.documents.payloads import shown

D = Decimal
MUG = Product(
    sku="MUG", name="Mug", price=D("19.950000"), product_type="simple", tax_class="2",
    categories=("12",), description="<p>A mug.</p>", cost=D("7.5"),
)  # fmt: skip
TYPES = {
    "200": ("REVENUE", "REVENUE"), "203": ("REVENUE", "REVENUE"), "300": ("DIRECTCOSTS", "EXPENSE"),
    "310": ("DIRECTCOSTS", "EXPENSE"), "630": ("INVENTORY", "ASSET"), "710": ("FIXED", "ASSET"),
    "835": ("CURRLIAB", "LIABILITY"),
}  # fmt: skip
ORGANISATION = OrganisationFacts(
    connected=True, name="Demo", base_currency="AUD", country="AU",
    accounts={
        code: AccountFacts(f"id-{code}", code, f"Account {code}", kind, of, "ACTIVE")
        for code, (kind, of) in TYPES.items()
    },
    tax_rates={
        name: TaxRateFacts(name, name, D(10), "ACTIVE", frozenset(classes))
        for name, classes in {"OUTPUT": ["REVENUE"], "INPUT": ["EXPENSE"]}.items()
    },
)  # fmt: skip
TRACKED = {"items": {"tracked": True}, "accounts": {"inventory": "630", "cogs": "310"}}


def built(
    product: Product = MUG,
    rules: dict[str, Any] | None = None,
    existing: ItemFacts | None = None,
    organisation: OrganisationFacts = ORGANISATION,
    **store: Any,
) -> BuiltItem:
    return build_item(
        books(rules, organisation, **store), product, code=product.sku, existing=existing
    )


def payload(one: BuiltItem) -> dict[str, Any]:
    assert (one.status, one.item is not None) == ("ready", True)
    assert one.item is not None
    return shown(one.item.payload())


def why(one: BuiltItem) -> tuple[str, str, str]:
    """Status, code and field of the first reason; nothing is sent."""
    assert one.item is None
    return one.status, one.reasons[0].code, one.reasons[0].field


def mug(**details: Any) -> ItemFacts:
    """The mug as Xero has it once it was exported."""
    has = {
        "Name": "Mug", "Description": "A mug.",
        "SalesDetails": {"UnitPrice": D("19.95"), "AccountCode": "200"},
        "PurchaseDetails": {"UnitPrice": D("7.5000")},
    }  # fmt: skip
    return ItemFacts("MUG", "item-1", details=has | details)


def test_a_new_item_that_nobody_counts() -> None:
    assert payload(built()) == {
        "Code": "MUG",
        "Name": "Mug",
        "Description": "A mug.",
        "SalesDetails": {"UnitPrice": "19.95", "AccountCode": "200"},
        "PurchaseDetails": {"UnitPrice": "7.50"},
        "PurchaseDescription": "A mug.",
    }


def test_a_new_tracked_item() -> None:
    product = replace(MUG, cost=None)
    assert payload(built(product, TRACKED)) == {
        "Code": "MUG",
        "Name": "Mug",
        "Description": "A mug.",
        "SalesDetails": {"UnitPrice": "19.95", "AccountCode": "200"},
        "PurchaseDetails": {"COGSAccountCode": "310"},
        "PurchaseDescription": "A mug.",
        "InventoryAssetAccountCode": "630",
    }


@pytest.mark.parametrize("kind", ["virtual", "downloadable", "giftcard"])
def test_what_has_no_stock_is_never_tracked(kind: str) -> None:
    rules = TRACKED | {"accounts": {**TRACKED["accounts"], "gift_cards": "835"}}
    body = payload(built(replace(MUG, product_type=kind), rules))
    assert "InventoryAssetAccountCode" not in body
    assert "COGSAccountCode" not in body["PurchaseDetails"]
    assert body["SalesDetails"]["AccountCode"] == ("835" if kind == "giftcard" else "200")


@pytest.mark.parametrize(
    ("fields", "keys"),
    [
        ([], {"Name", "Description", "PurchaseDescription", "SalesDetails", "PurchaseDetails"}),
        (["name"], {"Name", "SalesDetails"}),
        (["description"], {"Description", "SalesDetails"}),
        (["price"], {"SalesDetails", "PurchaseDetails"}),
    ],
)
def test_fields_products_chooses_what_is_sent(fields: list[str], keys: set[str]) -> None:
    body = payload(built(fields={"products": fields}))
    assert set(body) == {"Code"} | keys
    assert ("UnitPrice" in body["SalesDetails"]) == (fields in ([], ["price"]))


def test_products_beat_rules_and_rules_beat_accounts() -> None:
    rule = {"when": {"sku": "M*"}, "account": "203", "tax_type": "OUTPUT"}
    of_orders = {"when": {"sku": "MUG", "country": "NZ"}, "account": "835"}
    override = {"sku": "MUG", "sales_account": "200", "purchase_account": "300"}
    sales = payload(built(rules={"rules": [of_orders, rule]}))["SalesDetails"]
    assert sales == {"UnitPrice": "19.95", "AccountCode": "203", "TaxType": "OUTPUT"}
    body = payload(built(rules={"rules": [rule], "products": [override]}))
    assert body["SalesDetails"]["AccountCode"] == "200"
    assert body["SalesDetails"]["TaxType"] == "OUTPUT"
    assert body["PurchaseDetails"] == {"UnitPrice": "7.50", "AccountCode": "300"}
    body = payload(built(rules=TRACKED | {"products": [override]}))
    assert body["PurchaseDetails"] == {"UnitPrice": "7.50", "COGSAccountCode": "300"}


def test_a_rule_by_category_and_a_tax_rule_by_class_alone() -> None:
    rules = {
        "rules": [{"when": {"category": "12"}, "account": "203"}],
        "tax": {"rules": [{"class": "2", "tax_type": "OUTPUT"}]},
    }
    sales = payload(built(rules=rules))["SalesDetails"]
    assert (sales["AccountCode"], sales["TaxType"]) == ("203", "OUTPUT")


@pytest.mark.parametrize(
    ("rules", "code", "field"),
    [
        ({"accounts": {"sales": "999"}}, "account_unknown", "accounts.sales"),
        ({"items": {"tracked": True}}, "account_unmapped", "accounts.cogs"),
        (
            {"items": {"tracked": True}, "accounts": {"cogs": "310"}},
            "account_unmapped",
            "accounts.inventory",
        ),
        (
            {"items": {"tracked": True}, "accounts": {"inventory": "710", "cogs": "310"}},
            "account_not_allowed",
            "accounts.inventory",
        ),
        (
            {"items": {"tracked": True}, "accounts": {"inventory": "630", "cogs": "710"}},
            "account_not_allowed",
            "accounts.cogs",
        ),
        ({"accounts": {"purchases": "630"}}, "account_not_allowed", "accounts.purchases"),
        (
            {"products": [{"sku": "MUG", "tax_type": "INPUT"}]},
            "tax_not_allowed",
            "products[0].tax_type",
        ),
    ],
)
def test_accounts_that_do_not_fit_hold_the_product(
    rules: dict[str, Any], code: str, field: str
) -> None:
    assert why(built(rules=rules)) == ("held", code, field)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"price": None}, "missing", "price"),
        ({"price": D("-1")}, "bad_number", "price"),
        ({"cost": D("-1")}, "bad_number", "cost"),
    ],
)
def test_a_bad_price_holds_the_product(changes: dict[str, Any], code: str, field: str) -> None:
    assert why(built(replace(MUG, **changes))) == ("held", code, field)


def test_a_price_that_is_not_sent_is_not_asked_for() -> None:
    body = payload(built(replace(MUG, price=None), fields={"products": ["name"]}))
    assert body["SalesDetails"] == {"AccountCode": "200"}


def test_prices_of_another_currency_are_not_the_items() -> None:
    one = built(base_currency="NZD")
    assert payload(one)["SalesDetails"] == {"AccountCode": "200"}
    assert [reason.code for reason in one.reasons] == ["price_not_sent"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"product_type": "configurable"}, "product_of_others"),
        ({"product_type": "grouped"}, "product_of_others"),
        ({"product_type": "bundle", "price": D(0)}, "product_of_others"),
        ({"enabled": False}, "product_disabled"),
    ],
)
def test_what_is_never_sold_itself_gets_no_item(changes: dict[str, Any], code: str) -> None:
    assert why(built(replace(MUG, **changes)))[:2] == ("skipped", code)


def test_an_item_that_is_as_it_should_be_is_left_alone() -> None:
    one = built(existing=mug())
    assert (one.status, one.item) == ("ready", None)


def test_of_an_existing_item_only_what_differs_is_sent_with_its_id() -> None:
    one = built(replace(MUG, price=D("21"), name="Big mug"), existing=mug())
    assert payload(one) == {
        "ItemID": "item-1",
        "Code": "MUG",
        "Name": "Big mug",
        "SalesDetails": {"UnitPrice": "21.00", "AccountCode": "200"},
    }


def test_what_a_person_entered_stays_and_what_is_empty_is_filled() -> None:
    theirs = mug(
        SalesDetails={"UnitPrice": D("19.95"), "AccountCode": "203", "TaxType": "EXEMPTOUTPUT"},
        PurchaseDetails={"AccountCode": "310"},
        PurchaseDescription="From the potter",
    )
    assert payload(built(rules={"accounts": {"purchases": "300"}}, existing=theirs)) == {
        "ItemID": "item-1",
        "Code": "MUG",
        "PurchaseDetails": {"AccountCode": "310", "UnitPrice": "7.50"},
    }
    bare = ItemFacts("mug", "item-2", details={"Name": "Their name"})
    assert payload(built(existing=bare, fields={"products": ["price"]})) == {
        "ItemID": "item-2",
        "Code": "mug",
        "SalesDetails": {"UnitPrice": "19.95", "AccountCode": "200"},
        "PurchaseDetails": {"UnitPrice": "7.50"},
    }


def test_whether_an_existing_item_is_tracked_is_never_changed() -> None:
    assert built(rules=TRACKED, existing=mug()).item is None
    details = mug(PurchaseDetails={"UnitPrice": D("7.5"), "COGSAccountCode": "300"}).details
    counted = ItemFacts("MUG", "item-1", tracked=True, details=details)
    assert built(rules={"accounts": {"purchases": "300"}}, existing=counted).item is None


def test_an_item_that_is_not_for_sale_stays_so() -> None:
    bought = ItemFacts("MUG", "item-1", details={"IsSold": False, "Name": "Mug"})
    assert payload(built(existing=bought)) == {
        "ItemID": "item-1",
        "Code": "MUG",
        "Description": "A mug.",
        "PurchaseDetails": {"UnitPrice": "7.50"},
        "IsSold": False,
    }


def test_an_update_that_says_nothing_new_is_known_as_done() -> None:
    one = built(replace(MUG, price=D("21")), existing=mug())
    assert one.item is not None
    sales = {"UnitPrice": D("21.0000"), "AccountCode": "200"}
    assert up_to_date(one.item.payload(), mug(SalesDetails=sales))
    assert not up_to_date(one.item.payload(), mug())


def test_a_switched_off_product_that_has_an_item_still_follows() -> None:
    assert payload(built(replace(MUG, enabled=False, name="New"), existing=mug()))["Name"] == "New"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("<p>One</p><p>Two &amp; three</p>", "One\nTwo & three"),
        ("A<br/>B", "A\nB"),
        ("<style>p {}</style>Mug <b>big</b>\xa0&lt; 5", "Mug big < 5"),
        ("5 < 6 > 4", "5 < 6 > 4"),
        ("a\x00b\r\n\r\n c", "ab\nc"),
        ("x" * 5000, "x" * 3999 + "…"),
    ],
)
def test_descriptions_lose_their_markup_and_fit(text: str, plain: str) -> None:
    assert plain_text(text) == plain


def test_a_long_name_is_cut() -> None:
    name = cut_name("Roaster's tee, organic cotton, extra large, black and white")
    assert name == "Roaster's tee, organic cotton, extra large, black…"
    assert len(name) == 50
