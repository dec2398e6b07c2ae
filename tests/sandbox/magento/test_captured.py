"""The demo shop against answers of a real Magento: the same fields, the same arithmetic.

`CAPTURED_ORDERS` names the folder with the captured answers; without it nothing runs here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.magento import DemoShop
from sandbox.magento.documents.refunds import Refund, credit_memo
from sandbox.magento.orders.arithmetic import Line, compute
from sandbox.shop.made_up.demand import Plan

_FOLDER = os.environ.get("CAPTURED_ORDERS", "")
pytestmark = pytest.mark.skipif(
    not _FOLDER, reason="CAPTURED_ORDERS does not name a folder of captured answers"
)
EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
CUT = "shipping_discount_tax_compensation_amnt"


def _read(pattern: str) -> list[Any]:
    paths = sorted((Path(_FOLDER) / "magento").glob(pattern)) if _FOLDER else []
    return [pytest.param(json.loads(p.read_text(), parse_float=Decimal), id=p.stem) for p in paths]


ORDERS = _read("m2_live_order_*.json")
MEMOS = _read("m2_live_creditmemo_*.json")


def paths(value: Any, at: str = "") -> Iterator[str]:
    """Names of all fields, with the way to them; positions in lists are left out."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{at}.{name}"
            yield from paths(inner, f"{at}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, at)


def all_paths(values: Iterable[Any]) -> set[str]:
    return {path for value in values for path in paths(value)}


@pytest.fixture(scope="module")
def shop() -> DemoShop:
    """A shop that has everything: composites, coupons, refunds, foreign orders."""
    shop = DemoShop(orders=300, plan=Plan(foreign=0.3, coupons=0.5), epoch=EPOCH)
    for order in shop.orders:
        if order["status"] in ("processing", "complete") and order["entity_id"] % 4 == 0:
            first = order["items"][0]["item_id"]
            shop.refund(order["entity_id"], items={first: 1})
        elif order["status"] == "processing":
            shop.refund(order["entity_id"])
    return shop


@pytest.mark.parametrize("order", ORDERS)
def test_every_field_of_a_real_order_is_ours_too(order: dict[str, Any], shop: DemoShop) -> None:
    assert set(paths(order)) - all_paths(shop.orders) == set()


@pytest.mark.parametrize("memo", MEMOS)
def test_every_field_of_a_real_memo_is_ours_too(memo: dict[str, Any], shop: DemoShop) -> None:
    assert set(paths(memo)) - all_paths(shop.creditmemos) == set()


@pytest.mark.parametrize("order", ORDERS)
def test_the_identity_holds_for_real_orders(order: dict[str, Any]) -> None:
    for prefix in ("", "base_"):
        names = ("subtotal", "shipping_amount", "tax_amount", "discount_amount",
                 "discount_tax_compensation_amount")  # fmt: skip
        last = f"base_{CUT}" if prefix else "shipping_discount_tax_compensation_amount"
        total = sum(order[prefix + name] for name in names) + order[last]
        assert total == order[prefix + "grand_total"]


@pytest.mark.parametrize("order", ORDERS)
def test_our_arithmetic_gives_a_real_orders_figures(order: dict[str, Any]) -> None:
    """Prices, quantities and discounts go in; rows and taxes, shipping last, must come out."""
    items = [i for i in order["items"] if i["price"] and i["product_type"] != "bundle"]
    for prefix in ("", "base_"):
        inclusive = _is_inclusive(order)
        rates = [Decimal(item["tax_percent"]) for item in items]
        lines = [
            Line(
                Decimal(item[prefix + ("price_incl_tax" if inclusive else "price")]),
                item["qty_ordered"], rate, rate, Decimal(item[prefix + "discount_amount"]),
            )
            for item, rate in zip(items, rates, strict=True)
        ]  # fmt: skip
        name = "shipping_incl_tax" if inclusive else "shipping_amount"
        taxed = max(rates) if order["shipping_tax_amount"] else Decimal(0)
        discount = Decimal(order[prefix + "shipping_discount_amount"])
        lines.append(Line(Decimal(order[prefix + name]), 1, taxed, taxed, discount))
        *rows, postage = compute(lines, inclusive=inclusive)
        for item, row in zip(items, rows, strict=True):
            assert row.tax == item[prefix + "tax_amount"]
            assert row.price == item[prefix + "price"]
            assert row.price_incl_tax == item[prefix + "price_incl_tax"]
            assert max(row.row_total - row.discount, 0) == item[prefix + "row_total"]
            after = row.row_total - row.discount + row.tax + row.compensation
            assert after == item[prefix + "row_total_incl_tax"]
            assert row.compensation == item[prefix + "discount_tax_compensation_amount"]
        assert postage.tax == order[prefix + "shipping_tax_amount"]
        assert postage.row_total == order[prefix + "shipping_amount"]
        column = f"base_{CUT}" if prefix else "shipping_discount_tax_compensation_amount"
        assert postage.compensation == order[column]


@pytest.mark.parametrize("memo", MEMOS)
def test_our_refund_of_a_real_order_gives_the_real_memo(memo: dict[str, Any]) -> None:
    order = next(p.values[0] for p in ORDERS if p.values[0]["entity_id"] == memo["order_id"])
    wanted = json.loads(json.dumps(memo, default=float))
    before = _before_refund(json.loads(json.dumps(order, default=float)))
    refund = Refund(
        items={item["order_item_id"]: item["qty"] for item in memo["items"]},
        shipping=Decimal(memo["base_shipping_amount"]),
        adjustment_positive=Decimal(memo["base_adjustment_positive"]),
        adjustment_negative=Decimal(memo["base_adjustment_negative"]),
    )
    made = credit_memo(before, refund, memo_id=memo["entity_id"], at=memo["created_at"])
    for ours, real in zip([made, *made["items"]], [wanted, *wanted["items"]], strict=True):
        names = [name for name in real if name not in ("entity_id", "increment_id", "items")]
        assert {name: ours.get(name) for name in names} == {name: real[name] for name in names}
    for name in ("total_refunded", "tax_refunded", "discount_refunded", "state", "status"):
        assert before[name] == json.loads(json.dumps(order[name], default=float))


def _before_refund(order: dict[str, Any]) -> dict[str, Any]:
    """The order as it was, with nothing given back."""
    for row in (order, order["payment"], *order["items"]):
        for name in [n for n in row if "refunded" in n or n.startswith(("adj", "base_adj"))]:
            row[name] = 0
    order["state"] = order["status"] = "processing"
    return order


def _is_inclusive(order: dict[str, Any]) -> bool:
    """A catalogue with the tax in it has original prices above the prices without."""
    return any(item["base_original_price"] > item["base_price"]
               for item in order["items"] if "base_original_price" in item)  # fmt: skip
