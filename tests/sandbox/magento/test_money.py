"""The demo Magento shop's arithmetic: identities over seeds, and examples by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.magento import DemoShop
from sandbox.magento.orders.arithmetic import Line, compute, discount
from sandbox.magento.orders.generate import Generator, generate_orders
from sandbox.shop.made_up.demand import Plan, Wish, moments
from sandbox.shop.made_up.profiles import Coupon
from sandbox.shop.refusals import NotPossible

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
CENT = Decimal("0.01")


def money(row: dict[str, Any], name: str) -> Decimal:
    return Decimal(str(row.get(name, 0)))


def shipping_compensation(order: dict[str, Any], prefix: str) -> Decimal:
    cut = "base_shipping_discount_tax_compensation_amnt"
    return money(order, cut if prefix else "shipping_discount_tax_compensation_amount")


def carrying(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows with money of their own: not a dynamic bundle's head."""
    heads = {i["parent_item_id"] for i in order["items"] if "parent_item_id" in i and i["price"]}
    return [item for item in order["items"] if item["item_id"] not in heads]


def assert_adds_up(order: dict[str, Any], *, inclusive: bool) -> None:
    items = carrying(order)
    for prefix in ("", "base_"):
        total = shipping_compensation(order, prefix)
        for name in ("subtotal", "shipping_amount", "tax_amount", "discount_amount",
                     "discount_tax_compensation_amount"):  # fmt: skip
            total += money(order, prefix + name)
        assert total == money(order, prefix + "grand_total") >= 0

        rows = sum(money(item, prefix + "row_total") for item in items)
        discounts = sum(money(item, prefix + "discount_amount") for item in items)
        shipping_discount = money(order, prefix + "shipping_discount_amount")
        # A net row minus a gross coupon may be below zero: Magento then shows zero.
        stopped = any(not i[prefix + "row_total"] and i[prefix + "discount_amount"] for i in items)
        assert stopped or rows == money(order, prefix + "subtotal") - discounts
        assert discounts + shipping_discount == -money(order, prefix + "discount_amount")
        taxes = sum(money(item, prefix + "tax_amount") for item in items)
        shipping_tax = money(order, prefix + "shipping_tax_amount")
        assert taxes + shipping_tax == money(order, prefix + "tax_amount")
        gross = sum(money(item, prefix + "row_total_incl_tax") for item in items)
        postage = money(order, prefix + "shipping_incl_tax")
        if inclusive:
            assert gross + postage - shipping_discount == money(order, prefix + "grand_total")
        else:
            assert money(order, prefix + "discount_tax_compensation_amount") == 0
            net = money(order, prefix + "shipping_amount") - shipping_discount + shipping_tax
            assert gross + net == money(order, prefix + "grand_total")


plans = st.builds(
    Plan,
    seed=st.integers(0, 10**6),
    profile=st.sampled_from(["au", "uk"]),
    inclusive=st.booleans(),
    foreign=st.sampled_from([0.0, 0.3]),
    coupons=st.sampled_from([0.0, 0.7]),
)


@settings(max_examples=60, deadline=None)
@given(plan=plans, number=st.integers(1, 10**6))
def test_every_order_adds_up(plan: Plan, number: int) -> None:
    generator = Generator(plan)
    for at in range(number, number + 4):
        order = generator.order(at, EPOCH, until=EPOCH).order
        assert json.loads(json.dumps(order)) == order
        assert_adds_up(order, inclusive=plan.inclusive)


@settings(max_examples=60, deadline=None)
@given(plan=plans)
def test_tax_is_the_rate_within_the_carried_cent(plan: Plan) -> None:
    """Over a whole order, tax is rate x taxable to half a cent: remainders are carried."""
    order = Generator(plan).place(1, EPOCH)
    for prefix in ("", "base_"):
        taxed = [item for item in carrying(order) if item["tax_percent"]]
        exact = sum(
            money(i, prefix + "row_total_incl_tax") * 1 - money(i, prefix + "tax_amount")
            for i in taxed
        ) * Decimal(taxed[0]["tax_percent"] if taxed else 0) / 100  # fmt: skip
        paid = sum(money(item, prefix + "tax_amount") for item in taxed)
        assert abs(exact - paid) <= CENT


@settings(max_examples=40, deadline=None)
@given(plan=plans, pieces=st.integers(1, 3), data=st.data())
def test_refunds_in_steps_give_back_what_was_paid(
    plan: Plan, pieces: int, data: st.DataObject
) -> None:
    shop = DemoShop(plan=plan, epoch=EPOCH)
    order = shop.place_order(status="processing", coupon="", created_at=EPOCH)
    memos = []
    for _ in range(pieces):
        tops = [i for i in order["items"] if "parent_item_id" not in i]
        item = data.draw(st.sampled_from(tops))
        if item["qty_refunded"] < item["qty_ordered"]:
            memos.append(shop.refund(order["entity_id"], items={item["item_id"]: 1}))
    if order["state"] != "closed":
        memos.append(shop.refund(order["entity_id"]))
    for memo in memos:
        total = money(memo, "subtotal") + money(memo, "discount_amount")
        total += money(memo, "tax_amount") + money(memo, "shipping_amount")
        total += money(memo, "discount_tax_compensation_amount")
        assert total == money(memo, "grand_total")
    assert order["state"] == "closed"
    assert sum(money(memo, "grand_total") for memo in memos) == money(order, "grand_total")
    assert money(order, "total_refunded") == money(order, "total_paid")


@settings(max_examples=40, deadline=None)
@given(plan=plans, coupon=st.sampled_from(["WELCOME10", "SPRING15", "LOYAL20", "THIRD"]))
def test_full_refund_of_a_discounted_order_is_the_whole_amount(plan: Plan, coupon: str) -> None:
    shop = DemoShop(plan=plan, epoch=EPOCH)
    order = shop.place_order(status="processing", coupon=coupon, created_at=EPOCH)
    if not order["grand_total"]:
        return
    memo = shop.refund(order["entity_id"])
    assert abs(money(memo, "grand_total") - money(order, "grand_total")) < CENT
    assert order["state"] == order["status"] == "closed"


def test_the_same_arguments_give_the_same_orders() -> None:
    plan = Plan(seed=5, profile="uk", customers=40)
    assert [*generate_orders(80, plan, epoch=EPOCH)] == [*generate_orders(80, plan, epoch=EPOCH)]
    other = Plan(seed=6, profile="uk", customers=40)
    assert [*generate_orders(80, plan, epoch=EPOCH)] != [*generate_orders(80, other, epoch=EPOCH)]


def test_remainders_are_carried_from_row_to_row_and_into_shipping() -> None:
    """29.99 x 3 and 7.33 x 7 at 20 % on top: 17.994 and 10.262 become 17.99 and 10.27."""
    twenty = Decimal(20)
    lines = [
        Line(Decimal("29.99"), 3, twenty, twenty),
        Line(Decimal("7.33"), 7, twenty, twenty),
        Line(Decimal(50), 1, twenty, twenty),
    ]
    rows = compute(lines, inclusive=False)
    assert [row.tax for row in rows] == [Decimal("17.99"), Decimal("10.27"), Decimal(10)]
    rows = compute(lines, inclusive=True)
    assert [row.tax for row in rows] == [Decimal("15.00"), Decimal("8.55"), Decimal("8.33")]
    assert [row.price for row in rows[:2]] == [Decimal("24.99"), Decimal("6.11")]


def test_fixed_coupon_is_spread_over_rows_and_shipping() -> None:
    twenty = Decimal(20)
    lines = [Line(Decimal("29.99"), 3, twenty, twenty), Line(Decimal("7.33"), 2, twenty, twenty)]
    shipping = Line(Decimal(25), 1, twenty, twenty)
    coupon = Coupon(1, "FIFTEEN", amount=Decimal(15), shipping_too=True)
    discount(coupon, lines, shipping, inclusive=False, rate=Decimal(1))
    shares = [line.discount for line in [*lines, shipping]]
    assert shares == [Decimal("10.41"), Decimal("1.70"), Decimal("2.89")]
    taxes = [row.tax for row in compute([*lines, shipping], inclusive=False)]
    assert taxes == [Decimal("15.91"), Decimal("2.59"), Decimal("4.43")]


def test_exports_leave_the_price_without_the_tax() -> None:
    line = Line(Decimal("29.99"), 1, Decimal(0), Decimal(20))
    (row,) = compute([line], inclusive=True)
    assert (row.price, row.price_incl_tax, row.tax) == (Decimal("24.99"), Decimal("24.99"), 0)


def test_shapes_of_composite_products() -> None:
    shop = DemoShop(epoch=EPOCH)
    order = shop.place_order(
        items=[("TEE-M", 2), ("KIT-BREW", 1), ("BOX-GIFT", 1)], coupon="WELCOME10",
        foreign=False, status="processing",
    )  # fmt: skip
    rows = {(item["sku"], item["product_type"]): item for item in order["items"]}
    tee, child = rows["TEE-M", "configurable"], rows["TEE-M", "simple"]
    assert tee["row_total"] > 0 == child["row_total"] == child["tax_amount"]
    assert child["parent_item"]["item_id"] == child["parent_item_id"] == tee["item_id"]
    kit = rows["KIT-BREW", "bundle"]
    parts = [i for i in order["items"] if i.get("parent_item_id") == kit["item_id"]]
    assert kit["discount_amount"] == 0 < min(part["discount_amount"] for part in parts)
    assert money(kit, "tax_amount") == sum(money(part, "tax_amount") for part in parts)
    box = rows["BOX-GIFT", "bundle"]
    parts = [i for i in order["items"] if i.get("parent_item_id") == box["item_id"]]
    assert box["row_total"] > 0 == sum(part["row_total"] for part in parts)
    assert order["total_item_count"] == 6
    assert_adds_up(order, inclusive=True)


def test_virtual_order_has_nothing_to_ship() -> None:
    order = DemoShop(epoch=EPOCH).place_order(items=[("GUIDE-PDF", 1)], status="processing")
    shipping = order["extension_attributes"]["shipping_assignments"][0]["shipping"]
    assert order["is_virtual"] == 1
    assert order["state"] == "complete"
    assert "address" not in shipping
    assert "method" not in shipping


def test_card_orders_have_a_transaction_and_offline_ones_none() -> None:
    shop = DemoShop(epoch=EPOCH)
    card = shop.place_order(payment_method="stripe_payments", status="processing")
    transfer = shop.place_order(payment_method="banktransfer", status="processing")
    assert card["payment"]["last_trans_id"].startswith("pi_")
    assert "last_trans_id" not in transfer["payment"]
    assert [row["order_id"] for row in shop.transactions] == [card["entity_id"]]
    assert len(shop.invoices) == 2


def test_invoice_rows_are_before_the_discount_even_where_the_order_shows_zero() -> None:
    shop = DemoShop(epoch=EPOCH)
    order = shop.place_order(
        items=[("FILTER-100", 1)], coupon="LOYAL20", shipping="flat", foreign=False,
        customer=_customer_at_home(shop), payment_method="checkmo", status="processing",
    )  # fmt: skip
    (item,), (row,) = order["items"], shop.invoices[0]["items"]
    assert (item["row_total"], item["row_total_incl_tax"]) == (0, 0)
    assert (row["row_total"], row["row_total_incl_tax"], row["discount_amount"]) == (
        6.66,
        7.33,
        7.33,
    )


def test_statuses_and_what_they_forbid() -> None:
    shop = DemoShop(epoch=EPOCH)
    pending = shop.place_order(payment_method="checkmo", status="pending")
    assert (pending["state"], pending["total_due"]) == ("new", pending["grand_total"])
    assert "total_paid" not in pending
    with pytest.raises(NotPossible):
        shop.refund(pending["entity_id"])
    shop.hold(pending["entity_id"])
    assert pending["hold_before_state"] == "new"
    shop.unhold(pending["entity_id"])
    assert "hold_before_state" not in pending
    shop.cancel(pending["entity_id"])
    assert pending["state"] == "canceled"
    with pytest.raises(NotPossible):
        shop.pay(pending["entity_id"])
    assert shop.place_order(status="closed")["state"] == "closed"


def test_memo_of_adjustments_only() -> None:
    shop = DemoShop(epoch=EPOCH)
    order = shop.place_order(items=[("KNIFE-20", 1)], status="processing", foreign=False)
    memo = shop.refund(order["entity_id"], items={}, adjustment_positive=Decimal(10))
    assert (memo["items"], memo["subtotal"], memo["grand_total"]) == ([], 0, 10)
    assert order["total_refunded"] == 10
    assert order["state"] == "processing"


def test_memo_with_a_shipping_discount_has_four_decimals() -> None:
    """Magento takes the shipping's tax for a refund of shipping: 3.47 turns into less."""
    shop = DemoShop(plan=Plan(inclusive=False), epoch=EPOCH)
    order = shop.place_order(
        items=[("MUG-STN", 3)], coupon="SORRY25", shipping="flat", foreign=False,
        customer=_customer_at_home(shop), status="processing",
    )  # fmt: skip
    memo = shop.refund(order["entity_id"], items={"MUG-STN": 1})
    header, rows = money(memo, "discount_amount"), sum(
        money(item, "discount_amount") for item in memo["items"]
    )  # fmt: skip
    assert -header < rows
    assert money(memo, "grand_total").as_tuple().exponent == -4
    assert money(order, "total_refunded") == round(money(memo, "grand_total"), 2)


def _customer_at_home(shop: DemoShop) -> int:
    return next(n for n in range(1, 99) if not shop.demand.person(n).foreign)


def test_as_many_people_as_asked_for_and_some_come_back() -> None:
    plan = Plan(customers=120, orders_per_customer=1.5)
    orders = list(generate_orders(180, plan, epoch=EPOCH))
    assert len({order["customer_email"] for order in orders}) == 120
    times = [order["created_at"] for order in orders]
    assert times == sorted(times)
    assert max(order["updated_at"] for order in orders) <= "2026-11-01 00:00:00"
    assert {order["customer_is_guest"] for order in orders} == {0, 1}


def test_paid_only_and_proportions() -> None:
    paid = generate_orders(60, Plan(paid_only=True), epoch=EPOCH)
    assert {order["status"] for order in paid} <= {"processing", "complete"}
    statuses = {order["status"] for order in generate_orders(300, Plan(), epoch=EPOCH)}
    assert statuses == {"processing", "complete", "pending", "canceled", "holded"}


def test_moments_are_rising_and_in_the_past() -> None:
    times = list(moments(50, seed=1, epoch=EPOCH, days=2))
    assert times == sorted(times)
    assert all((EPOCH - at).total_seconds() <= 2 * 86400 + 1 for at in times)


def test_a_free_order_is_paid_by_the_free_method() -> None:
    order = Generator(Plan()).place(1, EPOCH, Wish(items=[("FILTER-100", 1)], coupon="LOYAL20",
                                                   shipping="free"))  # fmt: skip
    assert order["grand_total"] == 0
    assert order["payment"]["method"] == "free"
