"""CS-Cart's products, stock and customers in canonical form."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from stores.adapters.cscart.records.catalogue import parse_customer, parse_product, parse_stock
from stores.adapters.cscart.records.forms import identify, settled, told
from stores.canonical.product import StockLevel
from stores.canonical.records import ParseError, ParseFacts, Stream

FACTS = ParseFacts(customer_groups={"4": "Wholesale"}, websites={"1": "Simtech"})
PRODUCT = {
    "product_id": "12", "product": "Tea &amp; pot", "product_code": "TEA", "status": "A",
    "company_id": "1", "amount": "10", "tracking": "B", "price": "30.000000", "tax_ids": "6",
    "category_ids": [224, 225], "is_edp": "N", "updated_timestamp": "1772452800",
}  # fmt: skip


def test_a_product_says_what_rules_and_items_need() -> None:
    read = parse_product(PRODUCT, FACTS)

    assert (read.sku, read.name, read.price) == ("TEA", "Tea & pot", Decimal(30))
    assert (read.categories, read.tax_class) == (("224", "225"), "6")
    assert (read.websites, read.enabled) == (("1", "Simtech"), True)
    assert read.updated_at == datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [("6,7", "6,7"), ("", ""), ([], ""), (["6"], "6"), ({"6": "6"}, "6"), (None, ""), ("0", "0")],
)
def test_taxes_of_a_product_are_read_as_they_are_written(written: object, read: str) -> None:
    assert parse_product(PRODUCT | {"tax_ids": written}, FACTS).tax_class == read


def test_a_product_needs_no_code_and_one_switched_off_says_so() -> None:
    assert parse_product(PRODUCT | {"product_code": ""}, FACTS).sku == ""
    assert not parse_product(PRODUCT | {"status": "D"}, FACTS).enabled
    assert parse_product(PRODUCT | {"is_edp": "Y"}, FACTS).product_type == "downloadable"


def test_stock_is_all_there_to_sell_and_may_not_be_counted() -> None:
    assert parse_stock(PRODUCT, FACTS) == StockLevel(
        "TEA", Decimal(10), Decimal(10), product_id=PRODUCT["product_id"]
    )
    assert not parse_stock(PRODUCT | {"tracking": "D"}, FACTS).counted
    combination = {"combination_hash": "998", "product_code": "TEA-RED", "amount": "-2"}
    assert parse_stock(combination, FACTS).available == -2
    assert identify(Stream.STOCK, combination | {"product_id": "12"}).id == "998"
    for bad in ("", "many", None):
        with pytest.raises(ParseError):
            parse_stock(PRODUCT | {"amount": bad}, FACTS)


def test_a_customer_has_the_addresses_and_the_group_of_the_record() -> None:
    read = parse_customer(
        {
            "user_id": "3", "email": "jane@example.com", "firstname": "", "lastname": "",
            "company": "Doe &amp; Co", "phone": "", "b_firstname": "Jane", "b_city": "London",
            "b_country": "gb", "b_phone": "020", "s_firstname": "", "s_country": "",
            "usergroups": {"3": {"usergroup_id": "3", "status": "P"},
                           "4": {"usergroup_id": "4", "status": "A"}},
        },
        FACTS,
    )  # fmt: skip

    assert (read.id, read.first_name, read.company) == ("3", "Jane", "Doe & Co")
    assert (read.group_id, read.group, read.phone) == ("4", "Wholesale", "020")
    assert read.billing is not None
    assert (read.billing.country, read.shipping, read.updated_at) == ("GB", None, None)


def test_a_row_tells_of_an_order_what_the_order_tells_itself() -> None:
    row = {"order_id": "1", "status": "P", "total": "19.20", "invoice_id": "4",
           "credit_memo_id": None}  # fmt: skip
    whole = {"order_id": 1, "status": "P", "total": Decimal("19.2000"), "products": {},
             "doc_ids": {"I": "4"}}  # fmt: skip

    assert told(Stream.ORDERS, row) == told(Stream.ORDERS, whole)
    for change in ({"status": "C"}, {"total": "19.21"}, {"credit_memo_id": "7"}):
        assert told(Stream.ORDERS, row | change) != told(Stream.ORDERS, whole)
    assert told(Stream.ORDERS, {"order_id": "1", "invoice_id": ["?"], "total": "N/A"})
    assert settled(Stream.ORDERS, {"status": "C"})
    assert not settled(Stream.ORDERS, {"status": "P"})
    assert not settled(Stream.CUSTOMERS, {"status": "C"})
