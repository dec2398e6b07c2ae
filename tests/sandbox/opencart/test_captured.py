"""The demo shop against rows of real OpenCart shops: the same columns, the same arithmetic.

`CAPTURED_ORDERS` names the folder with the captured rows; without it nothing runs here.
"""

from __future__ import annotations

import json
import os
import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.opencart import DemoShop
from sandbox.opencart.goods.taxes import Rate, Tariff
from sandbox.opencart.notation import amount_text
from sandbox.opencart.orders.arithmetic import Cart, CartLine, reckon
from sandbox.opencart.versions import VERSIONS, Version
from sandbox.shop.made_up.demand import Plan
from sandbox.shop.made_up.profiles import Coupon

_FOLDER = os.environ.get("CAPTURED_ORDERS", "")
pytestmark = pytest.mark.skipif(
    not _FOLDER, reason="CAPTURED_ORDERS does not name a folder of captured rows"
)
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
# What those shops charged, and the coupons of OpenCart's own samples.
VAT = Rate(86, "VAT (20%)", Decimal(20))
ECO = Rate(87, "Eco Tax (-2.00)", Decimal(2), fixed=True)
COUPONS = {
    "1111": Coupon(1, "1111", amount=Decimal(10)), "2222": Coupon(2, "2222", percent=Decimal(10)),
    "3333": Coupon(3, "3333", shipping_too=True),
}  # fmt: skip


def _read() -> list[Any]:
    paths = sorted((Path(_FOLDER) / "opencart").glob("oc?_order_*.json")) if _FOLDER else []
    return [pytest.param(json.loads(path.read_text()), id=path.stem) for path in paths]


def version_of(record: dict[str, Any]) -> Version:
    return VERSIONS["3" if record["store"].startswith("OpenCart 3") else "4"]


@pytest.mark.parametrize("record", _read())
def test_every_column_of_a_real_order_is_ours_too(record: dict[str, Any]) -> None:
    version = next(name for name, one in VERSIONS.items() if one is version_of(record))
    shop = DemoShop(orders=60, plan=Plan(), epoch=EPOCH, version=version)
    for table, real in record.items():
        if table == "store":
            continue
        ours = [row for one in shop.orders for row in _rows(one[table])]
        for row in _rows(real):
            assert row.keys() <= ours[0].keys()


@pytest.mark.parametrize("record", _read())
def test_our_arithmetic_gives_a_real_orders_rows(record: dict[str, Any]) -> None:
    """Prices, quantities, postage and coupon go in; the taxes and the total must come out."""
    real = [(row["code"], row["title"], row["value"]) for row in record["order_total"]]
    titles = {code: title for code, title, _ in real}
    coupon = re.search(r"\((.+)\)", titles.get("coupon", ""))
    lines = [
        CartLine(
            int(row["product_id"]), row["name"], row["model"], "", int(row["quantity"]),
            Decimal(row["price"]), 9,
        )
        for row in record["order_product"]
    ]  # fmt: skip
    postage = next(Decimal(value) for code, _, value in real if code == "shipping")
    cart = Cart(
        lines, shipping=postage, shipping_title=titles["shipping"],
        coupon=COUPONS[coupon[1]] if coupon else None, fees=None,
    )  # fmt: skip
    home = record["order"]["shipping_country"] == "United Kingdom"
    ours = reckon(cart, Tariff({9: (ECO, VAT)} if home else {}), version_of(record))
    assert [(row.code, row.title, amount_text(row.value)) for row in ours] == real


def _rows(table: Any) -> list[dict[str, Any]]:
    return [table] if isinstance(table, dict) else table
