"""An order as the shop keeps it: reckoned, and in the shapes in which CS-Cart writes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.lib.money import ZERO, round_to
from sandbox.cscart.goods.catalogue import Catalogue
from sandbox.cscart.goods.taxes import COURIER, POST, STANDARD, Taxes
from sandbox.cscart.notation import four, hashed, keyed, number, rate_text, text
from sandbox.cscart.orders import lines, people
from sandbox.cscart.orders.arithmetic import Cart, Item, Levied, Reckoned, Surcharge, Way, reckon
from sandbox.cscart.orders.checkout import GIFT, Checkout, Checkouts
from sandbox.cscart.orders.purse import Purse
from sandbox.shop.made_up.profiles import Profile

Order = dict[str, Any]
_TWO_WAYS = 4  # so many different products come in two parcels


class Writer:
    """Fills orders. `by_unit` is the shop's way of computing tax, and may be changed."""

    def __init__(
        self, profile: Profile, catalogue: Catalogue, taxes: Taxes, checkouts: Checkouts,
        purse: Purse, *, by_unit: bool,
    ) -> None:  # fmt: skip
        self._profile, self._catalogue, self._taxes = profile, catalogue, taxes
        self._checkouts, self._purse = checkouts, purse
        self.by_unit = by_unit

    def fill(self, order: Order, taken: Checkout) -> Order:
        """Write what was bought, by whom, and what it comes to into an order."""
        coupon_off, other_off = self._checkouts.discount(taken)
        items = self._items(taken)
        cart = self._cart(taken, [item for _, item in items], coupon_off + other_off)
        found = reckon(cart, self._taxes.by_id, by_unit=self.by_unit)
        for code, paid in found.used.items():
            self._purse.find(code).spent[int(order["order_id"])] = paid
        order |= {
            **people.addresses(taken.customer), **people.named(taken.customer),
            "user_id": "0" if taken.guest else str(taken.customer.number),
            "notes": taken.note, **people.described(taken.customer),
            "secondary_currency": self._profile.foreign_currency if taken.foreign
            else self._profile.currency,
        }  # fmt: skip
        order |= self._figures(found, taken, items)
        order |= self._beside(order, found, taken, coupon_off, other_off)
        return order

    def _items(self, taken: Checkout) -> list[tuple[str, Item]]:
        """Each product with its SKU; what is given away bears no tax."""
        found = []
        for sku, count in taken.basket:
            product, _ = self._catalogue.find(sku)
            taxes = self._taxes.charged(product.taxes, taken.customer.country)
            found.append((sku, Item(hashed(sku), product.offered, count, taxes)))
        if taken.given:
            gift, _ = self._catalogue.find(GIFT)
            item = Item(hashed(GIFT, "given"), gift.offered, taken.given, given=True)
            found.append((GIFT, item))
        return found

    def _cart(self, taken: Checkout, items: Sequence[Item], off: Decimal) -> Cart:
        goods = sum((item.amount for item in items), ZERO)
        ways = self._ways(taken)
        shipping = sum((way.rate for way in ways), ZERO)
        payment = taken.payment
        fee = round_to((goods - off + shipping) * payment.percent / 100) + payment.amount
        home = self._taxes.charged((STANDARD,), taken.customer.country)
        surcharge = Surcharge(payment.id, fee, home if payment.taxed else ())
        return Cart(
            items, ways, off, surcharge if fee else None, taken.sold,
            {code: self._purse.find(code).balance for code in taken.used},
        )  # fmt: skip

    def _ways(self, taken: Checkout) -> list[Way]:
        """One parcel, or two where much is sent; none for what is downloaded."""
        sent = [sku for sku, _ in taken.basket if self._catalogue.find(sku)[0].ships]
        if not sent:
            return []
        home = self._taxes.charged((STANDARD,), taken.customer.country)
        rate = ZERO if taken.ships_free else self._profile.flat_shipping
        ways = [Way(COURIER[0], 0, rate, home)]
        if len(sent) >= _TWO_WAYS:
            ways.append(Way(POST[0], 1, round_to(rate / 2), home))
        return ways

    def _figures(
        self, found: Reckoned, taken: Checkout, items: Sequence[tuple[str, Item]]
    ) -> Order:
        """Amounts, lines and taxes."""
        products = {
            item.id: lines.product(
                self._catalogue, sku, item, self._tax_of(item, found.taxes), bonus=item.given
            )
            for sku, item in items
        }
        discount = sum((Decimal(str(one["discount"])) for one in products.values()), ZERO)
        shown = number(round_to(found.goods + found.sold))
        return {
            "total": text(found.total), "subtotal": shown, "display_subtotal": shown,
            "discount": number(discount), "subtotal_discount": number(round_to(found.discount)),
            "payment_surcharge": number(found.surcharge) if found.surcharge else "0.00",
            "shipping_cost": text(found.shipping), "display_shipping_cost": text(found.shipping),
            "products": products,
            "taxes": keyed({key: lines.tax(one, self.by_unit) for key, one in found.taxes.items()}),
            "tax_subtotal": number(found.on_top),
            "need_shipping": bool(self._ways(taken)),
            "shipping": [lines.way(one) for one in self._ways(taken)],
            "shipping_ids": ",".join(one.shipping_id for one in self._ways(taken)),
        }  # fmt: skip

    def _tax_of(self, item: Item, taxes: Mapping[str, Levied]) -> Decimal:
        """By unit price a line says its tax; on the subtotal it says none."""
        if not self.by_unit:
            return ZERO
        return four(sum((one.parts.get(f"P_{item.id}", ZERO) for one in taxes.values()), ZERO))

    def _beside(
        self, order: Order, found: Reckoned, taken: Checkout, coupon_off: Decimal,
        points_off: Decimal,
    ) -> Order:  # fmt: skip
        """Coupons, certificates and points, and how it is paid."""
        used = {
            code: {
                "gift_cert_id": self._purse.find(code).id,
                "amount": text(self._purse.find(code).balance + paid),
                "cost": text(paid),
            }
            for code, paid in found.used.items()
        }
        more = {
            **lines.promotions(taken.coupon, coupon_off, given=bool(taken.given)),
            **lines.payment(taken.payment, taken.token, rate_text),
            "use_gift_certificates": used or [],
            "gift_certificates": keyed({
                hashed(order["order_id"], place): lines.certificate(amount)
                for place, amount in enumerate(taken.sold)
            }),
            "points_info": lines.points(min(taken.points, points_off), found.goods),
        }  # fmt: skip
        # The add-ons of a shop write nothing where nothing of theirs was used.
        kept = ("use_gift_certificates", "gift_certificates", "points_info")
        return {key: value for key, value in more.items() if value or key not in kept}
