"""The figures of made-up orders: OpenCart's rows of a total, worked by hand and by identity."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.opencart import DemoShop
from sandbox.shop.made_up.demand import Plan
from sandbox.shop.refusals import NotPossible

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
VERSIONS = ["3", "4.0", "4"]


def shop_of(version: str, *, orders: int = 0, profile: str = "uk", **plan: Any) -> DemoShop:
    return DemoShop(
        orders=orders, version=version, epoch=EPOCH, with_refunds=True,
        plan=Plan(profile=profile, inclusive=profile == "au", coupons=0.4, foreign=0.2, **plan),
    )  # fmt: skip


def rows(order: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["code"], row["value"]) for row in order["order_total"]]


@pytest.mark.parametrize("profile", ["au", "uk"])
@pytest.mark.parametrize("version", VERSIONS)
def test_the_rows_of_every_order_come_to_its_total(version, profile):
    """Each column is rounded for itself: a row may be off by half of its last digit."""
    shop = shop_of(version, orders=400, profile=profile)
    seen: Counter[str] = Counter()
    for order in shop.orders:
        *parts, total = [(row["code"], Decimal(row["value"])) for row in order["order_total"]]
        seen.update(code for code, _ in parts)
        assert total == ("total", Decimal(order["order"]["total"]))
        off = abs(sum((value for _, value in parts), Decimal(0)) - total[1])
        assert off <= Decimal("0.00005") * (len(parts) + 1)
        goods = sum((Decimal(row["total"]) for row in order["order_product"]), Decimal(0))
        goods += sum((Decimal(row["amount"]) for row in order["order_voucher"]), Decimal(0))
        assert parts[0] == ("sub_total", goods)
    every = {"sub_total", "shipping", "tax", "coupon", "credit", "reward", "handling",
             "low_order_fee"}  # fmt: skip
    assert set(seen) == every | ({"voucher"} if version != "4" else set())


def test_a_taxed_order_by_hand():
    """24.95 + 2 × 9.07 net and 4.99 postage, 20 % on all but the salt."""
    order = shop_of("3").place_order(
        items=[("MUG-STN", 1), ("SALT-PINK", 2)], coupon="", shipping="flat", foreign=False,
        customer=1, status="complete",
    )  # fmt: skip
    assert rows(order) == [
        ("sub_total", "43.0900"), ("shipping", "4.9900"), ("tax", "5.9880"), ("total", "54.0680"),
    ]  # fmt: skip


def test_a_coupon_lowers_the_tax_and_one_for_postage_too():
    """10 % off 24.95 is 2.495, tax 20 % of 22.455 and 4.99; free postage takes 4.99 and its tax."""
    shop = shop_of("3")
    given = {"items": [("MUG-STN", 1)], "shipping": "flat", "foreign": False, "customer": 1}
    assert rows(shop.place_order(coupon="WELCOME10", **given)) == [
        ("sub_total", "24.9500"), ("shipping", "4.9900"), ("coupon", "-2.4950"),
        ("tax", "5.4890"), ("total", "32.9340"),
    ]  # fmt: skip
    assert rows(shop.place_order(coupon="POSTFREE", **given)) == [
        ("sub_total", "24.9500"), ("shipping", "4.9900"), ("coupon", "-4.9900"),
        ("tax", "4.9900"), ("total", "29.9400"),
    ]  # fmt: skip


@pytest.mark.parametrize(("version", "eco"), [("3", "2.2500"), ("4.0", "2.2500"), ("4", "0.7500")])
def test_eco_tax_is_for_each_piece_or_once_for_the_line(version, eco):
    order = shop_of(version).place_order(
        items=[("CAFETIERE", 3)], coupon="", foreign=False, customer=1
    )
    taxes = [row["value"] for row in order["order_total"] if row["code"] == "tax"]
    assert taxes[0] == eco
    assert order["order_product"][0]["tax"] == "12.7400"  # 59.95 at 20 %, and 0.75


def test_credit_points_and_certificates_pay_in_their_rows():
    shop = shop_of("3")
    order = shop.place_order(
        items=[("TEA-POT", 1)], coupon="", shipping="flat", customer=1, foreign=False,
        issued={"gift_card": 20, "store_credit": 7, "points": 10},
    )  # fmt: skip
    found = dict(rows(order))
    assert (found["voucher"], found["credit"], found["reward"]) == (
        "-20.0000",
        "-7.0000",
        "-10.0000",
    )
    # 20 % of 89 - 10 and of 4.99
    assert found["tax"] == "16.7980"
    assert found["total"] == "73.7880"
    assert order["order"]["customer_id"] == "1"


def test_a_certificate_that_was_sold_pays_once_its_order_is_complete():
    shop = shop_of("3", orders=400)
    sold = {one["code"]: one for order in shop.orders for one in order["order_voucher"]}
    spent = [
        (told["code"], Decimal(told["amount"]), order)
        for order in shop.orders
        for told in shop.purse.redeemed_by(shop.id_of(order))
    ]
    assert spent
    for code, amount, order in spent:
        assert int(sold[code]["order_id"]) < shop.id_of(order)
        if amount:
            assert ("voucher", str(amount)) in rows(order)
    for code, voucher in sold.items():
        assert -sum(amount for one, amount, _ in spent if one == code) <= Decimal(voucher["amount"])


def test_version_4_has_no_certificates():
    shop = shop_of("4", orders=200)
    assert not any(order["order_voucher"] for order in shop.orders)
    with pytest.raises(NotPossible, match="no gift certificates"):
        shop.place_order(items=[("TEA-POT", 1)], issued={"gift_card": 20})


def test_what_costs_nothing_is_a_free_checkout():
    order = shop_of("4").place_order(
        items=[("GUIDE-PDF", 1)], coupon="", customer=1, issued={"store_credit": 500}
    )
    assert rows(order)[-1] == ("total", "0.0000")
    assert json.loads(order["order"]["payment_method"])["code"] == "free_checkout.free_checkout"


def test_nobody_abroad_pays_a_tax():
    shop = shop_of("3", orders=300)
    abroad = [one for one in shop.orders if one["order"]["payment_country"] == "United States"]
    assert abroad
    assert not any(code == "tax" for order in abroad for code, _ in rows(order))


def test_prices_that_are_seen_with_their_tax_are_stored_without():
    order = shop_of("3", profile="au").place_order(
        items=[("MUG-STN", 1), ("KIT-BREW", 1)], coupon="", foreign=False, customer=1
    )
    prices = [row["price"] for row in order["order_product"]]
    # 24.95 / 1.1; 59.95 / 1.1 + 2 × 16.50 + 2 × 24.95 / 1.1
    assert prices == ["22.6818", "132.8636"]


def test_currencies_carry_a_value_and_amounts_stay_in_the_base_currency():
    shop = shop_of("4", orders=300)
    heads = [one["order"] for one in shop.orders]
    rates = {(head["currency_code"], head["currency_value"]) for head in heads}
    assert rates == {("GBP", "1.00000000"), ("EUR", "1.14860001"), ("USD", "1.27339995")}


def test_an_edited_order_is_reckoned_anew():
    shop = shop_of("3")
    order = shop.place_order(
        items=[("MUG-STN", 2)], coupon="WELCOME10", shipping="flat", customer=1, foreign=False
    )
    shop.change_product("MUG-STN", price=30)
    edited = shop.edit(shop.id_of(order), [("MUG-STN", 1)])
    assert rows(edited) == [
        ("sub_total", "30.0000"), ("shipping", "4.9900"), ("coupon", "-3.0000"),
        ("tax", "6.3980"), ("total", "38.3880"),
    ]  # fmt: skip
    assert len(edited["order_product"]) == 1
