"""Products and customers of Magento."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from stores.adapters.magento.records.catalogue import (
    may_be_counted,
    parse_customer,
    parse_product,
    parse_stock,
)
from stores.canonical.records import ParseError, ParseFacts
from tests.stores.magento.magento_records import address

FACTS = ParseFacts(customer_groups={"2": "Wholesale"})


def product(**changes: Any) -> dict[str, Any]:
    return {
        "id": 4,
        "sku": "MUG",
        "name": "Mug",
        "price": Decimal("7.33"),
        "status": 1,
        "type_id": "simple",
        "updated_at": "2026-11-01 08:00:00",
        "extension_attributes": {"category_links": [{"position": 0, "category_id": "12"}]},
        "custom_attributes": [
            {"attribute_code": "tax_class_id", "value": "2"},
            {"attribute_code": "cost", "value": "3.500000"},
            {"attribute_code": "category_ids", "value": ["12", "15"]},
            {"attribute_code": "short_description", "value": "A mug"},
        ],
    } | changes


def test_a_product_is_read() -> None:
    parsed = parse_product(product(), FACTS)

    assert (parsed.sku, parsed.price, parsed.cost) == ("MUG", Decimal("7.33"), Decimal("3.5"))
    assert (parsed.tax_class, parsed.categories) == ("2", ("12",))
    assert (parsed.description, parsed.enabled) == ("A mug", True)
    assert parsed.updated_at == datetime(2026, 11, 1, 8, tzinfo=UTC)


def test_a_product_without_a_price_of_its_own_has_none() -> None:
    bundle = product(status=2, extension_attributes={})
    del bundle["price"]

    parsed = parse_product(bundle, FACTS)

    assert (parsed.price, parsed.enabled, parsed.categories) == (None, False, ("12", "15"))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price": "N/A"}, "price"),
        ({"sku": ""}, "sku"),
        ({"custom_attributes": [{"attribute_code": "cost", "value": "x"}]},
         "custom_attributes.cost"),
    ],
)  # fmt: skip
def test_a_bad_product_is_refused_by_its_path(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse_product(product(**change), FACTS)

    assert refused.value.field == field


def test_a_customer_has_the_company_of_the_billing_address() -> None:
    region = {"region_code": "PT-11", "region": "Lisboa", "region_id": 1}
    record = {
        "id": 9,
        "group_id": 2,
        "email": "ines@example.com",
        "firstname": "Ines",
        "lastname": "Silva",
        "addresses": [
            address(company="Other", region=region),
            address(default_billing=True, region=region, vat_id="PT1"),
        ],
    }

    parsed = parse_customer(record, FACTS)

    assert (parsed.id, parsed.group, parsed.company) == ("9", "Wholesale", "Silva Lda")
    assert parsed.tax_number == "PT1"


def test_a_customer_without_addresses_is_read() -> None:
    assert parse_customer({"id": 9, "email": "a@example.com"}, FACTS).company == ""


@pytest.mark.parametrize(
    ("changes", "quantity", "counted"),
    [
        ({"qty": 12}, "12", True),
        ({"qty": Decimal("0.5000")}, "0.5", True),
        ({"qty": -3}, "-3", True),
        ({"qty": 7, "manage_stock": False}, "7", False),
    ],
)
def test_stock_is_read_with_whether_the_shop_counts_it(
    changes: dict[str, Any], quantity: str, counted: bool
) -> None:
    level = parse_stock({"item_id": 4, "sku": "MUG", "manage_stock": True} | changes, FACTS)

    assert (level.sku, level.on_hand, level.counted) == ("MUG", Decimal(quantity), counted)
    assert level.available == level.on_hand


@pytest.mark.parametrize(
    ("changes", "available"),
    [
        ({"salable_quantity": 26}, "26"),
        ({"salable_quantity": Decimal("25.5")}, "25.5"),
        # The threshold is taken off what Magento sells, and is there all the same.
        ({"salable_quantity": 21, "min_qty": 5}, "26"),
        ({"salable_quantity": 0, "min_qty": 5}, "5"),
        # Backorders down to a limit, and without one.
        ({"salable_quantity": 12, "min_qty": -20}, "-8"),
        ({"salable_quantity": -8}, "-8"),
        # Of what is all reserved Magento says 0, as it does of what has run out.
        ({"salable_quantity": 0}, "0"),
        ({"salable_quantity": 0, "qty": 0, "is_in_stock": False}, "0"),
        ({"salable_quantity": 0, "qty": 3, "min_qty": 5, "is_in_stock": False}, "3"),
        ({"salable_quantity": 0, "qty": 0, "min_qty": -9, "is_in_stock": False}, "0"),
        # Other sources of the stock have more.
        ({"salable_quantity": 40, "sources_quantity": 45}, "40"),
    ],
)
def test_what_is_left_to_sell_is_what_is_on_hand_and_not_reserved(
    changes: dict[str, Any], available: str
) -> None:
    item = {"sku": "MUG", "qty": 30, "min_qty": 0, "is_in_stock": True}

    assert parse_stock(item | changes, FACTS).available == Decimal(available)


@pytest.mark.parametrize(
    "changes",
    [
        {"salable_quantity": Decimal("30.0001")},
        {"salable_quantity": 40},
        {"salable_quantity": 60, "qty": 0, "is_in_stock": False},
        {"salable_quantity": 26, "min_qty": 5},
        {"salable_quantity": 40, "sources_quantity": 39},
        {"salable_quantity": 40, "sources_quantity": 0},
    ],
)
def test_more_to_sell_than_there_is_means_that_a_figure_is_old(changes: dict[str, Any]) -> None:
    item = {"sku": "MUG", "qty": 30, "min_qty": 0, "is_in_stock": True} | changes
    with pytest.raises(ParseError) as refused:
        parse_stock(item, FACTS)

    assert (refused.value.code, refused.value.field) == ("stock_stale", "salable_quantity")
    assert "Update on Save" in str(refused.value)


def test_nobody_guesses_how_many_of_a_product_that_is_switched_off_are_ordered() -> None:
    item = {"sku": "MUG", "qty": 30, "is_in_stock": False, "salable_quantity": 0}
    with pytest.raises(ParseError) as refused:
        parse_stock(item, FACTS)

    assert refused.value.code == "stock_switched_off"


@pytest.mark.parametrize("bad", [None, "", "N/A", True])
def test_stock_without_a_number_is_refused(bad: object) -> None:
    with pytest.raises(ParseError) as refused:
        parse_stock({"sku": "MUG", "qty": bad}, FACTS)

    assert refused.value.field == "qty"


def test_stock_that_does_not_say_whether_it_is_counted_is_read_whole_and_then_refused() -> None:
    record = {"item_id": 4, "sku": "MUG", "qty": 7, "manage_stock": "perhaps"}

    assert may_be_counted(record)
    with pytest.raises(ParseError) as refused:
        parse_stock(record | {"salable_quantity": 7}, FACTS)
    assert (refused.value.field, refused.value.value) == ("manage_stock", "perhaps")
