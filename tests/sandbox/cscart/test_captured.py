"""The demo shop against answers of real CS-Cart shops: the same keys, kinds and arithmetic.

`CAPTURED_ORDERS` names the folder with the captured answers; without it nothing runs here.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.cscart import DemoShop
from sandbox.cscart.api import records
from sandbox.cscart.api.goods import product as product_row
from sandbox.cscart.goods.taxes import Tax
from sandbox.cscart.notation import text
from sandbox.cscart.orders import people, statuses
from sandbox.cscart.orders.arithmetic import Cart, Item, Way, reckon
from sandbox.shop.made_up.demand import Plan

_FOLDER = os.environ.get("CAPTURED_ORDERS", "")
pytestmark = pytest.mark.skipif(
    not _FOLDER, reason="CAPTURED_ORDERS does not name a folder of captured answers"
)
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
# Which version wrote each; 96 lists its ways of shipping, but does not date its changes.
ORDERS = {
    "docs_ru_order_25_shipping_tax_included": "4.3",
    "docs_ru_order_96_product_tax_included": "4.18",
    "mv_order_1743_coupon_20pct": "4.18",
}
# What extensions of that shop, or its carriers, put into them.
_FOREIGN = {"s_address_type", "service_params", "fulfillment_status"}


def _read(name: str) -> Any:
    path = Path(_FOLDER) / "cscart" / f"{name}.json"
    return json.loads(path.read_text(), parse_float=Decimal)


def shop_of(version: str) -> DemoShop:
    plan = Plan(profile="uk", inclusive=True, coupons=0.5)
    return DemoShop(orders=60, plan=plan, epoch=EPOCH, version=version, tax_calculation="subtotal")


def kind(value: Any) -> str:
    """Text, number, or the rest; an empty object is a list."""
    if isinstance(value, bool | int | Decimal | float):
        return "number"
    return "text" if isinstance(value, str) or value is None else "object"


@pytest.mark.parametrize("name", ORDERS)
def test_a_real_orders_money_has_the_same_keys_and_kinds_in_ours(name: str) -> None:
    real, version = _read(name), ORDERS[name]
    shop = shop_of(version)
    ours = [records.detail(one, shop.version) for one in shop.orders]
    keys = {key: {kind(one[key]) for one in ours if key in one} for one in ours for key in one}

    missing = {key for key in real if key not in keys} - _FOREIGN
    # An order of the older shops has `doc_ids`, the newer ones have the storefront.
    assert missing <= {"issuer_id"}, missing
    for key in ("total", "shipping_cost", "order_id", "timestamp", "status", "company_id",
                "subtotal", "products", "taxes", "tax_subtotal"):  # fmt: skip
        assert kind(real[key]) in keys[key], key
    real_row = next(iter(real["products"].values()))
    our_row = next(iter(ours[0]["products"].values()))
    lacking = real_row.keys() - our_row.keys()
    assert lacking <= {"order_id", "deleted_product"}, lacking
    for key in ("price", "amount", "item_id", "subtotal", "tax_value", "discount"):
        assert kind(real_row[key]) == kind(our_row[key]), key


@pytest.mark.parametrize("name", ORDERS)
def test_our_arithmetic_gives_a_real_orders_taxes_and_total(name: str) -> None:
    """Prices, quantities, postage and discount go in; the taxes and the total must come out."""
    real = _read(name)
    taxes = {
        key: Tax(
            key, one["description"], Decimal(one["rate_value"]),
            included=one["price_includes_tax"] == "Y", priority=int(one["priority"]),
        )
        for key, one in (real["taxes"] or {}).items()
    }  # fmt: skip
    applied = {key: one["applies"]["items"] for key, one in (real["taxes"] or {}).items()}
    items = [
        Item(
            key, Decimal(row["price"]), int(row["amount"]),
            [tax for tax, on in applied.items() if key in on["P"]],
        )
        for key, row in real["products"].items()
    ]  # fmt: skip
    postage = Decimal(real["shipping_cost"])
    ways = [Way("1", 0, postage, [tax for tax, on in applied.items() if on["S"]])]
    discount = Decimal(str(real["subtotal_discount"]))

    found = reckon(Cart(items, ways, discount), taxes, by_unit=False)

    assert text(found.total) == real["total"]
    assert found.goods == Decimal(str(real["subtotal"]))
    assert found.on_top == Decimal(str(real["tax_subtotal"]))
    for key, one in found.taxes.items():
        stated = real["taxes"][key]
        assert one.total == Decimal(str(stated["tax_subtotal"]))
        for part in ("P", "S"):
            assert one.parts[part] == Decimal(str(stated["applies"][part]))
    assert found.taxes.keys() == (real["taxes"] or {}).keys()


def test_rows_of_real_lists_have_our_keys() -> None:
    shop = shop_of("4.18")
    order = _read("docs_en_orders_list")
    assert order["orders"][0].keys() == records.row(shop.orders[0]).keys()
    assert kind(order["params"]["total_items"]) == "text"
    products = [product_row(shop.catalogue, one) for one in shop.catalogue.products.values()]
    for row in _read("docs_products_list_4.1x_trimmed")["products"]:
        assert row.keys() <= products[0].keys()
        for key in ("amount", "price", "updated_timestamp", "tax_ids", "main_category"):
            assert kind(row[key]) == kind(products[0][key]), key
    customer, administrator = _read("docs_users_list")
    assert customer.keys() == people.row(shop.demand.person(1), "1").keys()
    assert administrator.keys() == people.ADMINISTRATOR.keys()
    for row in _read("docs_statuses_list"):
        ours = next(one for one in statuses.described() if one["status"] == row["status"])
        assert row.keys() <= ours.keys()
        assert row["params"].keys() <= ours["params"].keys()
        assert row["description"] == ours["description"]
