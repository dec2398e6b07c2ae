"""Orders as CS-Cart answers them, with arithmetic of their own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from stores.adapters.cscart.records.parse import parse_order
from stores.canonical.order import Order
from stores.canonical.records import ParseFacts

Json = dict[str, Any]
FACTS = ParseFacts(base_currency="GBP")
A, B = "1061624811", "2889884972"
_NAMES = ("firstname", "lastname", "address", "city", "zipcode", "country")
_PERSON = dict(zip(_NAMES, ("Jane", "Doe", "1 High St", "London", "N1 1AA", "GB"), strict=True))


def product(ident: str, price: str, amount: int = 1, **more: Any) -> tuple[str, Json]:
    """A product of an order, by its item's id."""
    return ident, {
        "item_id": ident, "product_id": ident[-2:], "product_code": f"SKU-{ident[-1]}",
        "product": f"Article {ident[-1]}", "price": price, "amount": str(amount),
        "extra": {"product_options": []}, "tax_value": 0,
        "subtotal": Decimal(price) * amount,
    } | more  # fmt: skip


def tax(
    sub: object, applies: Json, *, rate: str = "20.000", inside: str = "Y", **more: Any
) -> Json:
    """A tax of an order."""
    return {
        "rate_type": "P", "rate_value": rate, "price_includes_tax": inside, "priority": "0",
        "tax_subtotal": sub, "description": "VAT", "applies": applies,
    } | more  # fmt: skip


def on(*items: str) -> Json:
    """The `items` of `applies`, as PHP writes them."""
    return {"P": dict.fromkeys(items, True) if items else [], "S": [], "PS": []}


def order(total: str = "120.00", *products: tuple[str, Json], **more: Any) -> Json:
    """An order of one product of 120.00 with 20 % inside, unless it says otherwise."""
    goods = dict(products or [product(A, "120.00")])
    taxes: Any = [] if products else {"6": tax(20, {"P": 20, "S": 0, "items": on(A)})}
    person = {f"{kind}_{key}": value for kind in "bs" for key, value in _PERSON.items()}
    return {
        "order_id": "101", "is_parent_order": "N", "parent_order_id": "0", "company_id": "1",
        "user_id": "7", "total": total, "subtotal": 0, "discount": "0.00",
        "subtotal_discount": "0.00", "payment_surcharge": "0.00", "shipping_cost": "0.00",
        "timestamp": "1772452800", "updated_at": "1772454600", "status": "P", "notes": "",
        "firstname": "Jane", "lastname": "Doe", "email": "jane@example.com", "phone": "",
        "payment_id": "1", "payment_method": {"payment_id": "1", "payment": "Credit card"},
        "products": goods, "taxes": taxes, "tax_subtotal": 0, "shipping": [],
        "secondary_currency": "GBP", "payment_info": [], "doc_ids": [], **person,
    } | more  # fmt: skip


def parsed(record: Json, **facts: Any) -> Order:
    """The order that a record is."""
    known = ParseFacts(**{"base_currency": "GBP", **facts})
    return parse_order(record, known)
