"""Magento records made by hand, in the style of its REST API.

`Sale` computes an order as Magento 2.4.7 does (tax per row, after discount) and then writes
it as REST shows it: order rows after discount and clipped at 0. Written from the rules, not
with the parser, so that the two check each other.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from stores.canonical.order import Order

Json = dict[str, Any]
ZERO = Decimal(0)


def cents(value: Decimal | int | str) -> Decimal:
    """Half up to two decimals."""
    return Decimal(value).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


@dataclass(slots=True)
class Goods:
    """One cart row. `price` includes tax if the sale's prices do; `weee` is untaxed, per row."""

    price: Decimal
    quantity: Decimal = Decimal(1)
    rate: Decimal = Decimal(20)
    discount: Decimal = ZERO
    weee: Decimal = ZERO
    bundle: bool = False
    row: Decimal = field(init=False, default=ZERO)
    tax: Decimal = field(init=False, default=ZERO)
    compensation: Decimal = field(init=False, default=ZERO)

    def compute(self, inclusive: bool) -> None:
        amount = cents(self.price * self.quantity)
        self.discount = min(self.discount, amount)
        if inclusive:
            before = _tax_inside(amount, self.rate)
            self.row = amount - before
            self.tax = _tax_inside(amount - self.discount, self.rate)
            self.compensation = before - self.tax
        else:
            self.row = amount
            self.tax = cents((amount - self.discount) * self.rate / 100)


@dataclass(slots=True)
class Sale:
    """A whole order. `shipping` and its discount include tax if the prices do."""

    goods: list[Goods]
    inclusive: bool = False
    shipping: Decimal = ZERO
    shipping_discount: Decimal = ZERO
    shipping_rate: Decimal = Decimal(20)
    weee_in_subtotal: bool = False
    extra: Json = field(default_factory=dict)
    tenders: Decimal = ZERO
    named_taxes: bool = True

    def order(self, **changes: Any) -> Json:
        """The order as `GET /V1/orders/:id` answers it, with `changes` to its top level."""
        for one in self.goods:
            one.compute(self.inclusive)
        delivery = Goods(self.shipping, rate=self.shipping_rate, discount=self.shipping_discount)
        delivery.compute(self.inclusive)
        parts = [*self.goods, delivery]
        subtotal = sum((one.row for one in self.goods), ZERO)
        weee = sum((one.weee for one in self.goods), ZERO)
        total = sum((p.row + p.tax + p.compensation - p.discount for p in parts), ZERO) + weee
        record = order(
            grand_total=total - self.tenders,
            subtotal=subtotal + (weee if self.weee_in_subtotal else ZERO),
            discount_amount=-sum((p.discount for p in parts), ZERO),
            tax_amount=sum((p.tax for p in parts), ZERO),
            discount_tax_compensation_amount=sum((g.compensation for g in self.goods), ZERO),
            shipping_amount=delivery.row,
            shipping_incl_tax=delivery.row + delivery.tax + delivery.compensation,
            shipping_discount_amount=delivery.discount,
            shipping_tax_amount=delivery.tax,
            shipping_discount_tax_compensation_amount=delivery.compensation,
            items=self._items(),
        )
        if self.named_taxes:
            self._name_taxes(record, delivery)
        record["extension_attributes"] |= self.extra
        return record | changes

    def _items(self) -> list[Json]:
        rows: list[Json] = []
        for number, one in enumerate(self.goods, 1):
            row = rest_item(number * 10, one, self.inclusive)
            if one.bundle:
                rows.append(_bundle_parent(number * 10 - 1, row))
                row["parent_item_id"] = number * 10 - 1
            rows.append(row)
        return rows

    def _name_taxes(self, record: Json, delivery: Goods) -> None:
        applied = [
            {"type": "product", "item_id": n * 10, "applied_taxes": [_tax(one.rate, one.tax)]}
            for n, one in enumerate(self.goods, 1)
            if one.rate
        ]
        if self.shipping and delivery.rate:
            applied.append(
                {"type": "shipping", "applied_taxes": [_tax(delivery.rate, delivery.tax)]}
            )
        record["extension_attributes"]["item_applied_taxes"] = applied


def rest_item(item_id: int, one: Goods, inclusive: bool) -> Json:
    """A computed row as REST shows it."""
    factor = 1 + one.rate / 100
    net = cents(one.price / factor) if inclusive else one.price
    gross = one.price if inclusive else cents(one.price * factor)
    after = one.row - one.discount
    return item(
        item_id,
        qty_ordered=one.quantity,
        price=net,
        price_incl_tax=gross,
        row_total=max(ZERO, after),
        row_total_incl_tax=max(ZERO, after + one.tax + one.compensation + one.weee),
        tax_amount=one.tax,
        tax_percent=one.rate,
        discount_amount=one.discount,
        discount_tax_compensation_amount=one.compensation,
        weee_tax_applied=json.dumps(
            [{"title": "Eco fee", "row_amount": str(one.weee)}] if one.weee else []
        ),
    )


def item(item_id: int = 1, **changes: Any) -> Json:
    """A plain order item: 2 × 10.00 at 20 %, unless changed."""
    return {
        "item_id": item_id,
        "name": "Mug",
        "sku": "MUG",
        "product_type": "simple",
        "qty_ordered": 2,
        "price": 10,
        "price_incl_tax": 12,
        "row_total": 20,
        "row_total_incl_tax": 24,
        "tax_amount": 4,
        "tax_percent": 20,
        "discount_amount": 0,
        "qty_shipped": 0,
    } | changes


def order(**changes: Any) -> Json:
    """A plain pending order of 24.00 EUR with one item and no shipping, unless changed."""
    return {
        "entity_id": 7,
        "increment_id": "000000007",
        "state": "new",
        "status": "pending",
        "created_at": "2026-11-02 23:30:00",
        "updated_at": "2026-11-03 08:00:00",
        "order_currency_code": "EUR",
        "base_currency_code": "EUR",
        "base_to_order_rate": 1,
        "base_grand_total": 24,
        "grand_total": 24,
        "subtotal": 20,
        "discount_amount": 0,
        "tax_amount": 4,
        "shipping_amount": 0,
        "shipping_tax_amount": 0,
        "shipping_description": "Flat Rate - Fixed",
        "total_due": 24,
        "store_id": 1,
        "store_name": "Main Website\nMain Store\nEnglish",
        "customer_is_guest": 1,
        "customer_group_id": 0,
        "customer_email": "ines@example.com",
        "customer_firstname": "Ines",
        "customer_lastname": "Silva",
        "items": [item()],
        "billing_address": address(),
        "payment": {"method": "checkmo", "additional_information": ["Bank transfer"]},
        "status_histories": [],
        "extension_attributes": {
            "shipping_assignments": [
                {"shipping": {"address": address(city="Porto"), "method": "flatrate_flatrate"}}
            ],
        },
    } | changes


def address(**changes: Any) -> Json:
    """An address in Lisbon."""
    return {
        "firstname": "Ines",
        "lastname": "Silva",
        "company": "Silva Lda",
        "street": ["Rua Augusta 1", "2 Esq"],
        "city": "Lisboa",
        "postcode": "1100-048",
        "country_id": "PT",
        "region": "Lisboa",
        "region_code": "PT-11",
        "telephone": "+351 21 000 0000",
        "email": "ines@example.com",
    } | changes


def invoice(entity_id: int = 1, **changes: Any) -> Json:
    """A paid invoice over the plain order."""
    return {
        "entity_id": entity_id,
        "order_id": 7,
        "state": 2,
        "grand_total": 24,
        "created_at": "2026-11-03 07:59:00",
        "updated_at": "2026-11-03 07:59:00",
        "transaction_id": "ch_1",
    } | changes


def shipment(entity_id: int = 1, **changes: Any) -> Json:
    """What was sent of the plain order."""
    at = "2026-11-09 08:00:00"
    return {"entity_id": entity_id, "order_id": 7, "created_at": at, "updated_at": at} | changes


def creditmemo(entity_id: int = 3, **changes: Any) -> Json:
    """A credit memo that gives back the plain order's item."""
    return {
        "entity_id": entity_id,
        "increment_id": "000000003",
        "order_id": 7,
        "state": 2,
        "order_currency_code": "EUR",
        "grand_total": 24,
        "subtotal": 20,
        "tax_amount": 4,
        "discount_amount": 0,
        "shipping_amount": 0,
        "adjustment_positive": 0,
        "adjustment_negative": 0,
        "created_at": "2026-11-05 10:00:00",
        "updated_at": "2026-11-05 10:00:01",
        "items": [
            {
                "entity_id": 1,
                "order_item_id": 1,
                "name": "Mug",
                "sku": "MUG",
                "qty": 2,
                "price": 10,
                "row_total": 20,
                "row_total_incl_tax": 24,
                "tax_amount": 4,
            }
        ],
    } | changes


def changed(record: Json, path: str, value: Any) -> Json:
    """A deep copy with one value set; `...` removes the key. `items[0].price` is a path."""
    result = copy.deepcopy(record)
    steps = [int(s[1:-1]) if s[0] == "[" else s for s in path.replace("[", ".[").split(".")]
    place: Any = result
    for step in steps[:-1]:
        place = place[step]
    if value is ...:
        del place[steps[-1]]
    else:
        place[steps[-1]] = value
    return result


def charged(order: Order) -> Decimal:
    """What lines, fixed taxes and counted rows of an order come to."""
    lines = sum((line.net + line.tax for line in order.lines), ZERO)
    fees = sum((fee.amount for line in order.lines for fee in line.fixed_taxes), ZERO)
    return lines + fees + sum((row.amount + row.tax for row in order.rows if row.counted), ZERO)


def _bundle_parent(item_id: int, child: Json) -> Json:
    """A dynamic bundle repeats its children's money, but not their discount."""
    before = child["row_total"] + child["discount_amount"]
    money = {"row_total": before, "tax_amount": child["tax_amount"], "discount_amount": 0}
    parent = child | money | {"item_id": item_id, "product_type": "bundle", "sku": "KIT"}
    del parent["tax_percent"], parent["weee_tax_applied"]
    return parent


def _tax(rate: Decimal, amount: Decimal) -> Json:
    return {"code": f"VAT{rate}", "title": f"VAT {rate} %", "percent": rate, "amount": amount}


def _tax_inside(gross: Decimal, rate: Decimal) -> Decimal:
    return cents(gross * rate / (100 + rate))
