"""OpenCart orders as its core adds them up, for tests: an arithmetic of their own.

Amounts are the core's: prices without tax, the taxes of a line by its class, a coupon that takes
the percentages of what it takes off, rows in the order of their places, four decimals stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]
D = Decimal
PLACES = {
    "sub_total": 1, "reward": 2, "shipping": 3, "coupon": 4, "tax": 5, "low_order_fee": 6,
    "handling": 6, "klarna_fee": 4, "credit": 7, "voucher": 8, "total": 9,
}  # fmt: skip
# Name, percentage or fixed amount, kind.
VAT = ("VAT (20%)", D(20), "P")
REDUCED = ("Reduced VAT (5%)", D(5), "P")
ECO = ("Eco Tax (-2.00)", D(2), "F")
TITLES = {"sub_total": "Sub-Total", "total": "Total", "shipping": "Flat Shipping Rate",
          "credit": "Store Credit", "low_order_fee": "Low Order Fee", "handling": "Handling Fee",
          "klarna_fee": "Klarna Fee"}  # fmt: skip


@dataclass
class Shop:
    """How a shop computes an order. `classes` are its taxes by the name of the class."""

    classes: Mapping[str, Sequence[tuple[str, Decimal, str]]] = field(
        default_factory=lambda: {"taxed": (VAT,), "reduced": (REDUCED,), "eco": (VAT, ECO)}
    )
    places: Mapping[str, int] = field(default_factory=lambda: PLACES)
    fixed_per_piece: bool = True
    version: int = 3

    def levies(self, tax_class: str, amount: Decimal) -> list[tuple[str, Decimal, str]]:
        """The taxes on an amount, by name."""
        return [
            (name, rate if kind == "F" else amount * rate / 100, kind)
            for name, rate, kind in self.classes.get(tax_class, ())
        ]


def stored(amount: Decimal) -> str:
    """As a column of four decimals has it."""
    return str(amount.quantize(D("0.0001"), rounding=ROUND_HALF_UP))


def opencart_order(
    lines: Sequence[tuple[str, int, str]] = (("100", 2, "taxed"), ("50", 1, "taxed")),
    *,
    shop: Shop | None = None,
    shipping: tuple[str, str] | None = ("5", "taxed"),
    coupon: tuple[str, str] | None = None,
    free_shipping: bool = False,
    coupon_lines: Sequence[int] | None = None,
    reward: str = "",
    fees: Mapping[str, tuple[str, str]] | None = None,
    vouchers: Sequence[tuple[str, str]] = (),
    credit: str = "",
    voucher: tuple[str, str] | None = None,
    rows: Sequence[tuple[str, str, int]] = (),
    currency: tuple[str, str] = ("GBP", "1.00000000"),
    order_id: int = 1,
    status: str = "2",
    history: Sequence[tuple[str, str]] | None = None,
    **columns: Any,
) -> Json:
    """One order's record. `lines` are (price, quantity, tax class); `coupon` ("10", "F") or
    ("10", "P"), on all lines or those of `coupon_lines`; `rows` others by (code, value, place)."""
    made = _Order(shop or Shop())
    goods = [(D(price), quantity, tax_class) for price, quantity, tax_class in lines]
    totals = [price * quantity for price, quantity, _ in goods]
    for price, quantity, tax_class in goods:
        made.tax_goods(price, quantity, tax_class)
    bought = sum((D(amount) for _, amount in vouchers), D(0))
    sub_total = sum(totals, D(0))
    made.row("sub_total", sub_total + bought)
    steps: list[tuple[int, Any]] = []

    def at(code: str, step: Any) -> None:
        steps.append((made.shop.places[code], step))

    if reward:
        at("reward", lambda: made.take_off("reward", "Reward Points (100)", [
            D(reward) * total / sub_total for total in totals], goods))  # fmt: skip
    if shipping is not None:
        at("shipping", lambda: made.add("shipping", D(shipping[0]), shipping[1]))
    if coupon is not None:
        chosen = range(len(goods)) if coupon_lines is None else coupon_lines
        whole = sum((totals[i] for i in chosen), D(0))
        shares = [
            (
                D(0)
                if i not in chosen
                else totals[i] * D(coupon[0]) / (100 if coupon[1] == "P" else whole)
            )
            for i in range(len(goods))
        ]
        free = shipping if free_shipping else None
        at("coupon", lambda: made.take_off("coupon", "Coupon (1111)", shares, goods, free))
    for code, (amount, tax_class) in (fees or {}).items():
        at(code, lambda c=code, a=amount, t=tax_class: made.add(c, D(a), t))
    at("tax", made.write_taxes)
    for code, value, place in rows:
        steps.append((place, lambda c=code, v=value, p=place: made.row(c, D(v), place=p)))
    if credit:
        at("credit", lambda: made.row("credit", -D(credit)))
    if voucher is not None:
        at("voucher", lambda: made.row("voucher", -D(voucher[1]), f"Voucher ({voucher[0]})"))
    for _, step in sorted(steps, key=lambda one: one[0]):
        step()
    total = sum((D(one["value"]) for one in made.rows), D(0))
    made.row("total", total)
    return _record(
        made, goods, totals, total, vouchers, currency, order_id, status, history, columns
    )


class _Order:
    """The rows of an order while they are added up."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.rows: list[Json] = []
        self.taxes: dict[str, Decimal] = {}

    def row(self, code: str, value: Decimal, title: str = "", place: int | None = None) -> None:
        self.rows.append({
            "order_total_id": str(len(self.rows) + 1), "code": code,
            "title": title or TITLES.get(code, code), "value": stored(value),
            "sort_order": str(self.shop.places.get(code, 5) if place is None else place),
        })  # fmt: skip

    def tax_goods(self, price: Decimal, quantity: int, tax_class: str) -> None:
        for name, amount, kind in self.shop.levies(tax_class, price):
            times = quantity if kind == "P" or self.shop.fixed_per_piece else 1
            self._levy(name, amount * times)

    def add(self, code: str, amount: Decimal, tax_class: str) -> None:
        """A row that is charged, with its tax."""
        self.row(code, amount)
        for name, tax, _ in self.shop.levies(tax_class, amount):
            self._levy(name, tax)

    def take_off(
        self, code: str, title: str, shares: Sequence[Decimal],
        goods: Sequence[tuple[Decimal, int, str]], free: tuple[str, str] | None = None,
    ) -> None:  # fmt: skip
        """A discount with the percentages of what it takes off."""
        whole = sum(shares, D(0))
        for share, (_, _, tax_class) in zip(shares, goods, strict=True):
            self._lower(tax_class, share)
        if free is not None:
            whole += D(free[0])
            self._lower(free[1], D(free[0]))
        self.row(code, -whole, title)

    def write_taxes(self) -> None:
        for name, amount in self.taxes.items():
            if amount > 0:
                self.row("tax", amount, name)

    def _lower(self, tax_class: str, amount: Decimal) -> None:
        for name, tax, kind in self.shop.levies(tax_class, amount):
            if kind == "P":
                self._levy(name, -tax)

    def _levy(self, name: str, amount: Decimal) -> None:
        self.taxes[name] = self.taxes.get(name, D(0)) + amount


def _record(
    made: _Order, goods: Sequence[tuple[Decimal, int, str]], totals: Sequence[Decimal],
    total: Decimal, vouchers: Sequence[tuple[str, str]], currency: tuple[str, str],
    order_id: int, status: str, history: Sequence[tuple[str, str]] | None, columns: Json,
) -> Json:  # fmt: skip
    products = [
        {
            "order_product_id": str(100 * order_id + n), "order_id": str(order_id),
            "product_id": str(40 + n), "name": f"Article {n}", "model": f"A-{n}",
            "quantity": str(quantity), "price": stored(price), "total": stored(totals[n - 1]),
            "tax": stored(sum((tax for _, tax, _ in made.shop.levies(kind, price)), D(0))),
            "reward": "0",
        }
        for n, (price, quantity, kind) in enumerate(goods, start=1)
    ]  # fmt: skip
    changes = [(status, "2026-03-02 12:00:00")] if history is None else history
    return {
        "order": _header(order_id, total, status, currency, made.shop.version) | columns,
        "order_product": products,
        "order_option": [],
        "order_total": made.rows,
        "order_history": [
            {"order_history_id": str(n), "order_id": str(order_id), "order_status_id": to,
             "notify": "0", "comment": "", "date_added": at}
            for n, (to, at) in enumerate(changes, start=1)
        ],
        "order_voucher": [
            {"order_voucher_id": str(n), "order_id": str(order_id), "voucher_id": "0",
             "description": f"{amount} Gift Certificate for Jane", "code": code,
             "amount": stored(D(amount))}
            for n, (code, amount) in enumerate(vouchers, start=1)
        ],
    }  # fmt: skip


def _header(
    order_id: int, total: Decimal, status: str, currency: tuple[str, str], version: int
) -> Json:
    address = {
        "firstname": "Jane", "lastname": "Doe", "company": "", "address_1": "1 High St",
        "address_2": "", "city": "London", "postcode": "N1 1AA", "country": "United Kingdom",
        "country_id": "222", "zone": "Greater London", "zone_id": "3553", "custom_field": "[]",
    }  # fmt: skip
    methods = {
        "payment_method": "Bank Transfer", "payment_code": "bank_transfer",
        "shipping_method": "Flat Shipping Rate", "shipping_code": "flat.flat",
    }  # fmt: skip
    if version == 4:
        paid = {"name": "Bank Transfer", "code": "bank_transfer.bank_transfer"}
        sent = {"name": "Flat Shipping Rate", "code": "flat.flat", "cost": 5}
        methods = {"payment_method": json.dumps(paid), "shipping_method": json.dumps(sent)}
    return {
        "order_id": str(order_id), "invoice_no": "0", "invoice_prefix": "INV-2026-00",
        "store_id": "0", "store_name": "Your Store", "customer_id": "0",
        "customer_group_id": "1", "firstname": "Jane", "lastname": "Doe",
        "email": "jane@example.com", "telephone": "020 7946 0000", "custom_field": "[]",
        **{f"payment_{key}": value for key, value in address.items()},
        **{f"shipping_{key}": value for key, value in address.items()},
        **methods, "comment": "", "total": stored(total), "order_status_id": status,
        "currency_code": currency[0], "currency_value": currency[1],
        "date_added": "2026-03-02 12:00:00", "date_modified": "2026-03-02 12:00:00",
    }  # fmt: skip


def returned(record: Json, *pieces: tuple[int, int, str], at: str = "2026-03-10 09:00:00") -> Json:
    """The record with returns: (place of the line, quantity, action)."""
    order_id = record["order"]["order_id"]
    rows = []
    for n, (place, quantity, action) in enumerate(pieces, start=1):
        product = record["order_product"][place - 1]
        rows.append({
            "return_id": str(n), "order_id": order_id, "product_id": product["product_id"],
            "product": product["name"], "model": product["model"], "quantity": str(quantity),
            "return_reason_id": "1", "return_action_id": action, "return_status_id": "3",
            "date_added": "2026-03-05 09:00:00", "date_modified": at,
        })  # fmt: skip
    return record | {"return": rows}
