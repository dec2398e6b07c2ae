"""What the demo reads of its shops' orders, against what those shops hold."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from connector.demo import figures
from connector.demo.checking import Sold
from connector.demo.remotes import Shop, pairing_code, shops
from sandbox.cscart import DemoShop as CSCartShop
from sandbox.magento import DemoShop as MagentoShop
from sandbox.opencart import DemoShop as OpenCartShop
from sandbox.shop.made_up.demand import Plan

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


def read(running: Any, platform: str) -> dict[str, Sold]:
    port = urlsplit(running.url).port
    assert port is not None
    found = list(figures.orders_of(Shop("s", "Organisation", 0, port, (), platform)))
    sold = {one.number: one for one in found}
    assert len(sold) == len(found)
    return sold


@pytest.mark.parametrize("orders", [1, 3, 12, 40])
def test_the_shops_share_all_orders(orders: int) -> None:
    chosen = shops(orders)

    assert sum(shop.orders for shop in chosen) == orders
    assert {shop.platform for shop in chosen} == {"magento", "opencart", "cscart"}


def test_a_magento_shops_orders_are_read_to_the_last_page() -> None:
    with MagentoShop(orders=130, plan=Plan(foreign=0.3), epoch=EPOCH) as running:
        found = read(running, "magento")

        assert len(found) == 130
        for order in running.orders:
            sold = found[order["increment_id"]]
            figures_ = [order["grand_total"], order["tax_amount"], order["total_due"]]
            assert [sold.total, sold.tax, sold.due] == [Decimal(str(one)) for one in figures_]
            assert sold.currency == order["order_currency_code"]


@pytest.mark.parametrize("version", ["3", "4"])
def test_an_opencart_shops_orders_are_read_to_the_last_page(version: str) -> None:
    with OpenCartShop(orders=230, epoch=EPOCH, version=version) as running:
        found = read(running, "opencart")

        assert found.keys() == {order["order"]["order_id"] for order in running.orders}
        assert len(found) == 230


def test_what_certificate_and_credit_paid_is_in_the_total_and_a_fixed_tax_is_no_tax() -> None:
    with OpenCartShop(plan=Plan(profile="uk", inclusive=False), epoch=EPOCH) as running:
        number = running.id_of(running.place_order(
            items=[("CAFETIERE", 1)], coupon="", shipping="flat", customer=1, foreign=False,
            status="pending", issued={"gift_card": 20, "store_credit": 7},
        ))  # fmt: skip
        found = read(running, "opencart")[str(number)]

        # 59.95 and 4.99 at 20 %, and 0.75; 27 of it is paid
        assert found == Sold(
            str(number), "GBP", Decimal("78.68"), Decimal("12.99"), Decimal("51.68")
        )
        running.set_status(number, "complete")
        assert read(running, "opencart")[str(number)].due == 0


def test_an_order_in_another_currency_is_read_row_by_row() -> None:
    with OpenCartShop(plan=Plan(profile="uk", inclusive=False), epoch=EPOCH) as running:
        number = running.id_of(running.place_order(
            items=[("MUG-STN", 1)], coupon="", shipping="flat", customer=1, foreign=True,
            status="complete",
        ))  # fmt: skip
        head = running.order(number)["order"]
        rate = {"EUR": "1.14860001", "USD": "1.27339995"}[head["currency_code"]]
        found = read(running, "opencart")[str(number)]

        # 24.95 + 4.99 at 20 %: 5.988 and 35.928 by the rate
        expected = {"1.14860001": ("41.27", "6.88"), "1.27339995": ("45.75", "7.63")}[rate]
        assert (str(found.total), str(found.tax)) == expected


def test_one_cscart_shop_is_read_over_its_api_and_the_other_is_paired_with_its_add_on() -> None:
    ways = [one for one in shops(12) if one.platform == "cscart"]
    assert ["--addon" in one.options for one in ways] == [False, True]

    for addon in (False, True):
        with CSCartShop(epoch=EPOCH, addon=addon) as running:
            port = urlsplit(running.url).port
            assert port is not None
            shown = pairing_code(Shop("s", "Organisation", 0, port, (), "cscart"))
            assert shown == (running.pairing_code if addon else "")


@pytest.mark.parametrize("edition", ["ultimate", "multivendor"])
def test_a_cscart_shops_orders_are_read_to_the_last_page(edition: str) -> None:
    with CSCartShop(orders=130, epoch=EPOCH, edition=edition) as running:
        found = read(running, "cscart")

        assert found.keys() == {order["order_id"] for order in running.orders}
        assert len(found) == 130


def test_what_a_certificate_paid_is_in_the_total_and_levy_and_deposit_are_no_tax() -> None:
    plan = Plan(profile="uk", inclusive=False)
    with CSCartShop(plan=plan, epoch=EPOCH, tax_calculation="subtotal") as running:
        number = running.id_of(running.place_order(
            items=[("KNIFE-20", 1), ("CAFETIERE", 2)], coupon="", shipping="flat", customer=1,
            payment_method="Bank transfer", status="O", issued={"gift_card": 20},
        ))  # fmt: skip
        found = read(running, "cscart")[str(number)]

        # 149 + 2 × 59.95 and 4.99 at 20 %; 2.5 % on the 178.80 of the knife, 0.25 for the glass
        assert found == Sold(
            str(number), "AUD", Decimal("333.39"), Decimal("54.78"), Decimal("313.39")
        )
        running.set_status(number, "P")
        assert read(running, "cscart")[str(number)].due == 0
