"""Orders that are edited in the demo shop: new rows and totals, everything else as it was."""

from __future__ import annotations

import pytest

from sandbox.magento import DemoShop
from sandbox.shop.made_up.demand import Plan
from sandbox.shop.refusals import NotPossible


@pytest.fixture
def shop() -> DemoShop:
    return DemoShop(plan=Plan(customers=5, foreign=0, coupons=0))


def test_an_edit_changes_rows_and_totals_and_keeps_ids_customer_and_payments(
    shop: DemoShop,
) -> None:
    order = shop.place_order(
        items=[("MUG-STN", 2), ("TEA-POT", 1)], coupon="", shipping="flat", status="processing"
    )
    mug, email = order["items"][0]["item_id"], order["customer_email"]
    shop.refund(order["entity_id"], items={"MUG-STN": 1})
    shop.edit(order["entity_id"], [("BEANS-250", 1), ("MUG-STN", 1)])
    assert (order["grand_total"], order["tax_amount"]) == (51.40, 3.17)
    assert (order["total_paid"], order["total_due"]) == (148.85, -97.45)
    assert order["customer_email"] == email
    beans, kept = order["items"]
    assert (kept["item_id"], kept["qty_refunded"], kept["qty_invoiced"]) == (mug, 1, 1)
    taxed = {row.get("item_id") for row in order["extension_attributes"]["item_applied_taxes"]}
    assert taxed == {None, mug}
    assert beans["item_id"] not in taxed


def test_an_edit_below_what_was_refunded_or_of_a_cancelled_order_is_refused(
    shop: DemoShop,
) -> None:
    order = shop.place_order(items=[("MUG-STN", 2)], coupon="", status="processing")
    shop.refund(order["entity_id"], items={"MUG-STN": 2}, shipping=None)
    with pytest.raises(NotPossible):
        shop.edit(order["entity_id"], [("MUG-STN", 1)])
    other = shop.place_order(items=[("MUG-STN", 2)], coupon="", status="canceled")
    with pytest.raises(NotPossible):
        shop.edit(other["entity_id"], [("MUG-STN", 1)])
    assert other["grand_total"] == 59.85


def test_a_shop_that_is_reset_has_no_orders_and_makes_the_same_ones_again(shop: DemoShop) -> None:
    wish = {"items": [("MUG-STN", 1)], "status": "processing", "created_at": shop.epoch}
    first = dict(shop.place_order(**wish))
    shop.reset()
    assert (shop.orders, shop.creditmemos, shop.invoices) == ([], [], [])
    assert shop.place_order(**wish)["increment_id"] == first["increment_id"]
