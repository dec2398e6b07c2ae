"""The parts of an order in CS-Cart's shapes: products, taxes, ways of shipping, what paid."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO
from sandbox.cscart.goods.catalogue import Catalogue
from sandbox.cscart.goods.taxes import COURIER, POST, Payment
from sandbox.cscart.notation import number, rate_text, text
from sandbox.cscart.orders.arithmetic import Item, Levied, Way
from sandbox.shop.made_up.profiles import Coupon

Record = dict[str, Any]
_POINTS_FOR_ONE = 10


def product(catalogue: Catalogue, sku: str, item: Item, tax: Decimal, *, bonus: bool) -> Record:
    """A row of `products`: its price is after the product's own discount."""
    stocked, size = catalogue.find(sku)
    off = ZERO if bonus else stocked.price - stocked.offered
    base = item.price + off
    extra: Record = {
        "product_options": {"4": "20"} if size else [], "unlimited_download": "N",
        "product": stocked.name, "company_id": stocked.company,
        "is_edp": "N" if stocked.ships else "Y", "edp_shipping": "N",
        "discount": number(off), "base_price": number(base), "stored_price": "N",
    }  # fmt: skip
    if size:
        extra["product_options_value"] = [
            {"option_id": "4", "option_name": "Size", "variant_name": size.rpartition("-")[2],
             "modifier": "0.000", "modifier_type": "A"}
        ]  # fmt: skip
    if bonus:
        extra |= {"exclude_from_calculate": "N31", "stored_price": "Y"}
    return {
        "item_id": item.id, "product_id": str(stocked.id),
        "product_code": size or stocked.code, "price": text(item.price),
        "amount": str(item.quantity), "extra": extra, "product": stocked.name,
        "product_status": "A", "deleted_product": False, "discount": number(off * item.quantity),
        "company_id": stocked.company, "base_price": number(base),
        "original_price": number(base), "cart_id": item.id, "tax_value": number(tax),
        "subtotal": number(item.amount), "display_subtotal": number(item.amount),
        "shipped_amount": 0, "shipment_amount": str(item.quantity), "is_accessible": True,
        "shared_product": False,
    }  # fmt: skip


def tax(one: Levied, by_unit: bool) -> Record:
    """An entry of `taxes`; what it applies to is told by keys, or by sums and lists."""
    applies: Record = {key: number(amount) for key, amount in one.parts.items()}
    if not by_unit:
        groups: dict[str, dict[str, bool]] = {}
        for way_ in one.ways:
            groups.setdefault(str(way_.group), {})[way_.shipping_id] = True
        applies["items"] = {
            "PS": [], "S": groups or [], "P": dict.fromkeys(one.items, True) or [],
        }  # fmt: skip
    return {
        "rate_type": "F" if one.tax.fixed else "P", "rate_value": rate_text(one.tax.rate),
        "price_includes_tax": "Y" if one.tax.included else "N", "regnumber": one.tax.regnumber,
        # PHP keeps what came from the database as text, and 0 as it was computed.
        "priority": str(one.tax.priority) if one.tax.priority else 0,
        "tax_subtotal": number(one.total), "description": one.tax.name, "applies": applies,
    }  # fmt: skip


def way(one: Way) -> Record:
    name = dict((COURIER, POST))[one.shipping_id]
    return {
        "shipping_id": one.shipping_id, "shipping": name, "delivery_time": "3-5 days",
        "rate_calculation": "M", "service_params": [], "destination": "I", "min_weight": "0.00",
        "max_weight": "0.00", "service_id": "0", "module": None, "service_code": None,
        "group_key": one.group, "rate": number(one.rate), "group_name": "Simtech",
        "need_shipment": True,
    }  # fmt: skip


def promotions(coupon: Coupon | None, off: Decimal, *, given: bool) -> Record:
    """Coupons and promotions, `[]` and "" where there are none."""
    found: Record = {}
    if coupon is not None:
        found[str(coupon.rule_id)] = {
            "bonuses": [{
                "bonus": "order_discount", "promotion_id": str(coupon.rule_id),
                "discount_bonus": "by_percentage" if coupon.percent else "by_fixed",
                "discount_value": str(coupon.percent or coupon.amount),
            }],
            "total_discount": number(off), "name": coupon.code, "short_description": "",
        }  # fmt: skip
    if given:
        bonus = {"bonus": "free_products", "promotion_id": "31", "value": []}
        found["31"] = {"bonuses": [bonus], "name": "A gift", "short_description": ""}
    codes: Record = {coupon.code: [coupon.rule_id]} if coupon is not None else {}
    return {
        "promotions": found or [], "promotion_ids": ",".join(found),
        **({"coupons": codes} if codes else {}),
    }  # fmt: skip


def payment(paid: Payment, token: str, rate: Callable[[Decimal], str]) -> Record:
    online = paid.id in ("1", "2")
    method: Record = {
        "payment_id": paid.id, "company_id": "1", "usergroup_ids": "0", "position": "10",
        "status": "A", "template": "views/orders/components/payments/cc.tpl",
        "processor_id": "0", "processor_params": {"key": "demo"} if online else "",
        "a_surcharge": rate(paid.amount), "p_surcharge": rate(paid.percent), "tax_ids": [],
        "localization": "", "payment_category": "tab1", "payment": paid.name, "description": "",
        "instructions": "", "surcharge_title": paid.title, "lang_code": "en", "processor": None,
        "processor_type": None, "image": [],
    }  # fmt: skip
    answer = {"card": "vis", "card_number": "XXXXXXXXXXXX1111", "cvv2": "XXX",
              "transaction_id": f"ch_{token[:20]}"}  # fmt: skip
    return {
        "payment_id": paid.id, "payment_method": method, "payment_info": answer if online else [],
    }  # fmt: skip


def certificate(amount: Decimal) -> Record:
    """One that is bought: its code is made when the order is placed."""
    return {
        "gift_cert_code": "", "sender": "A friend", "recipient": "Ada", "message": "",
        "amount": text(amount), "send_via": "E", "email": "ada@example.com", "products": [],
        "subtotal": number(amount), "display_subtotal": number(amount), "tax_value": 0,
    }  # fmt: skip


def points(worth: Decimal, goods: Decimal) -> Record:
    """Points that paid, whose worth is inside the discount; and what the order earns."""
    if not worth:
        return {}
    used = {"points": int(worth * _POINTS_FOR_ONE), "cost": number(worth)}
    return {"in_use": used, "reward": int(goods // 10)}
