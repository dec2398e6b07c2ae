"""A checkout as the rows that OpenCart stores of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import count

from connector.lib.money import ZERO
from sandbox.opencart.goods.catalogue import Catalogue
from sandbox.opencart.goods.taxes import STANDARD_CLASS, Tariff, Taxes
from sandbox.opencart.notation import amount_text
from sandbox.opencart.orders import header
from sandbox.opencart.orders.arithmetic import SORT_ORDERS, Cart, CartLine, TotalRow, reckon
from sandbox.opencart.orders.checkout import Checkout
from sandbox.opencart.orders.purse import Purse
from sandbox.opencart.orders.statuses import Tables
from sandbox.opencart.versions import Version
from sandbox.shop.made_up.profiles import Profile

Row = dict[str, str]


class Writer:
    """Writes orders of one shop; the numbers of rows rise through all of them."""

    def __init__(
        self, profile: Profile, version: Version, catalogue: Catalogue, taxes: Taxes, purse: Purse
    ) -> None:
        self._profile, self._version = profile, version
        self._catalogue, self._taxes, self._purse = catalogue, taxes, purse
        self._ids = {name: count(1) for name in ("product", "option", "total", "voucher")}

    def write(
        self, order_id: int, taken: Checkout, at: str, *, ships_free: bool, inclusive: bool
    ) -> Tables:
        """A new order, in no status yet."""
        tables: Tables = {
            "order": header.head(
                order_id, taken, version=self._version, profile=self._profile, at=at
            ),
            "order_history": [], "return": [],
        }  # fmt: skip
        self.fill(tables, taken, ships_free=ships_free, inclusive=inclusive)
        return tables

    def fill(self, tables: Tables, taken: Checkout, *, ships_free: bool, inclusive: bool) -> None:
        """The rows that the goods decide, also anew, when an order is edited: all are replaced."""
        head, lines = tables["order"], self._lines(taken)
        method = None
        if any(line.ships for line in lines):
            method = header.FREE if ships_free else header.FLAT
        cart = self._cart(taken, lines, method, inclusive=inclusive)
        tariff = self._taxes.tariff(taken.customer.country)
        rows = reckon(cart, tariff, self._version)
        total = rows[-1].value
        order_id = head["order_id"]
        tables["order_product"], tables["order_option"] = self._products(order_id, lines, tariff)
        tables["order_total"] = [self._total(order_id, row) for row in rows]
        tables["order_voucher"] = [
            self._voucher(order_id, taken, amount) for amount in taken.bought_vouchers
        ]
        head |= header.paid_by(taken.method if total else "free_checkout", self._version)
        head |= header.address("shipping", taken.customer if method else None, self._version)
        cost = cart.shipping or ZERO
        head |= header.sent_by(method, cost, STANDARD_CLASS, self._version, self._profile.symbol)
        head["total"] = amount_text(total)

    def _cart(
        self, taken: Checkout, lines: Sequence[CartLine], method: tuple[str, str] | None, *,
        inclusive: bool,
    ) -> Cart:  # fmt: skip
        flat = self._taxes.net(self._profile.flat_shipping, taxed=True, inclusive=inclusive)
        shipping = None
        if method is not None:
            shipping = ZERO if method == header.FREE else Decimal(amount_text(flat))
        priced = sum((line.total for line in lines if line.points), ZERO)
        costs = sum(line.points for line in lines)
        points = round(costs * min(taken.points_worth / priced, Decimal(1))) if priced else 0
        voucher = (taken.voucher, self._purse.balance(taken.voucher)) if taken.voucher else None
        return Cart(
            lines, taken.bought_vouchers, shipping, method[1] if method else "", taken.coupon,
            points, taken.credit, voucher,
        )  # fmt: skip

    def _lines(self, taken: Checkout) -> list[CartLine]:
        lines = []
        for sku, quantity in taken.basket:
            product, size = self._catalogue.find(sku)
            lines.append(CartLine(
                product.product_id, product.name, str(product.row["model"]), size, quantity,
                product.price, product.tax_class, product.points * quantity, product.ships,
            ))  # fmt: skip
        return lines

    def _products(
        self, order_id: str, lines: Sequence[CartLine], tariff: Tariff
    ) -> tuple[list[Row], list[Row]]:
        products, options = [], []
        for line in lines:
            row = {
                "order_product_id": str(next(self._ids["product"])), "order_id": order_id,
                "product_id": str(line.product_id),
                **({"master_id": "0"} if self._version.four else {}),
                "name": line.name, "model": line.model, "quantity": str(line.quantity),
                "price": amount_text(line.price), "total": amount_text(line.total),
                "tax": amount_text(tariff.unit_tax(line.price, line.tax_class)),
                "reward": str(int(line.total)),
            }  # fmt: skip
            products.append(row)
            if line.size:
                options.append({
                    "order_option_id": str(next(self._ids["option"])), "order_id": order_id,
                    "order_product_id": row["order_product_id"], "product_option_id": "1",
                    "product_option_value_id": "1", "name": "Size", "value": line.size,
                    "type": "select",
                })  # fmt: skip
        return products, options

    def _total(self, order_id: str, row: TotalRow) -> Row:
        return {
            "order_total_id": str(next(self._ids["total"])), "order_id": order_id,
            **({"extension": "opencart"} if self._version.four else {}),
            "code": row.code, "title": row.title, "value": amount_text(row.value),
            "sort_order": str(SORT_ORDERS[row.code]),
        }  # fmt: skip

    def _voucher(self, order_id: str, taken: Checkout, amount: Decimal) -> Row:
        number, who = next(self._ids["voucher"]), taken.customer
        code = f"{taken.token[:6].upper()}{number:04}"
        made = self._purse.make(code, amount, order_id=int(order_id))
        return {
            "order_voucher_id": str(number), "order_id": order_id,
            "voucher_id": str(made.voucher_id),
            "description": f"{self._profile.symbol}{amount:.2f} Gift Certificate for a friend",
            "code": code, "from_name": f"{who.firstname} {who.lastname}",
            "from_email": who.email, "to_name": "A friend", "to_email": "friend@example.com",
            "voucher_theme_id": "8", "message": "", "amount": amount_text(amount),
        }  # fmt: skip
