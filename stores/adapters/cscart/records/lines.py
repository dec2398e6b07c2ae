"""The products, certificates and shipping of a CS-Cart order as canonical lines, and what stands
beside them in its total as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import said
from stores.adapters.cscart.records.cart import Cart, CartItem, Shipping, SoldCertificate
from stores.adapters.cscart.records.rates import Charged, charged
from stores.adapters.cscart.records.taxes import Share, Shares, allocate_exactly
from stores.adapters.cscart.records.texts import id_of, inner, text_of
from stores.adapters.cscart.records.totals import TotalReading
from stores.canonical.order import GiftCard, Line, LineKind, TotalRow
from stores.canonical.records import ParseFacts
from stores.raw import Raw

CERTIFICATE = "gift_card"  # the product type of what is sold as one
USED, POINTS, SURCHARGE = "use_gift_certificates", "points_info", "payment_surcharge"
_ONE = Decimal(1)


def amount_of(item: CartItem, reading: TotalReading) -> Decimal:
    """What the total has of an item before the discount beside the items."""
    return ZERO if item.excluded and not reading.charges_excluded else item.amount


def discounts(order: Raw, cart: Cart, reading: TotalReading) -> dict[str, Decimal]:
    """The share of each item in the discount, by its amount: so the shop spreads it before it
    computes tax. Of equal remainders the larger item gets the cent, then the lower id."""
    ids = sorted((item.id for item in cart.items), key=lambda one: (len(one), one))
    amounts = {item.id: amount_of(item, reading) for item in cart.items}
    if not cart.discount:
        return dict.fromkeys(ids, ZERO)
    if not any(amounts.values()):
        raise order.refusal(
            "subtotal_discount", said("and there is no product to take it off"), "total_unclear"
        )
    parts = allocate_exactly(cart.discount, [amounts[one] for one in ids])
    return dict(zip(ids, parts, strict=True))


def item_line(
    item: CartItem, amount: Decimal, discount: Decimal, shares: Sequence[Share], *, by_unit: bool,
    facts: ParseFacts,
) -> Line:  # fmt: skip
    """A product that was sold."""
    raw, sku = item.raw, text_of(item.raw, "product_code")
    known = facts.products.get(sku, {})
    part = charged(amount - discount, shares)
    full_net, full_gross = _full(part, amount, discount, by_unit=by_unit)
    plain = not part.fixed_inside and bool(amount or not item.amount)
    return Line(
        id=item.id,
        kind=LineKind.GOODS,
        name=text_of(raw, "product") or text_of(inner(raw, "extra"), "product") or sku,
        sku=sku,
        quantity=item.quantity,
        net=part.net,
        tax=part.tax,
        full_net=full_net,
        full_gross=full_gross,
        unit_net=item.price if plain and not part.included else None,
        unit_gross=item.price if plain and not part.on_top else None,
        rate=part.rate,
        taxes=part.taxes,
        fixed_taxes=part.fixed,
        tax_class=_text(known.get("tax_class")) or _class_of(shares),
        category=_text(known.get("category")),
        product_type=_text(known.get("type")),
        product_known=not sku or sku in facts.products,
        product_id=id_of(raw, "product_id"),
        discounted_after_tax=by_unit and bool(discount),
        path=raw.path,
    )


def _full(
    part: Charged, amount: Decimal, discount: Decimal, *, by_unit: bool
) -> tuple[Decimal | None, Decimal | None]:
    """The amounts before the discount without and with tax.

    By unit price the discount takes no tax off. On the subtotal it does, in the proportion of the
    prices, which the shop states with their taxes inside, or without those on top.
    """
    if not discount:
        return part.net, part.gross
    if by_unit:
        return part.net + discount, part.gross + discount
    stated = amount - part.fixed_inside
    if not part.on_top:
        return None if part.included else stated, stated
    if not part.included:
        return stated, None
    left = amount - discount
    return None, round_to(part.gross * amount / left) if left else None


def certificate_line(sold: SoldCertificate) -> Line:
    """A gift certificate that was bought: no sale yet, and without tax."""
    recipient = text_of(sold.raw, "recipient")
    name = f"Gift certificate {sold.code}".strip()
    return Line(
        id=sold.id,
        kind=LineKind.GOODS,
        name=f"{name} for {recipient}" if recipient else name,
        quantity=_ONE,
        net=sold.amount,
        tax=ZERO,
        full_net=sold.amount,
        full_gross=sold.amount,
        unit_net=sold.amount,
        unit_gross=sold.amount,
        rate=ZERO,
        product_type=CERTIFICATE,
        path=sold.raw.path,
    )


def shipping_line(
    place: int, shipping: Shipping, shares: Sequence[Share], reading: TotalReading
) -> Line:
    """A way by which goods were sent."""
    part = charged(shipping.amount, shares, tax_inside=reading.shipping_with_tax)
    return Line(
        id=f"shipping:{place}",
        kind=LineKind.SHIPPING,
        code="shipping",
        name=shipping.name,
        quantity=_ONE,
        net=part.net,
        tax=part.tax,
        full_net=part.net,
        full_gross=part.gross,
        unit_net=part.net,
        unit_gross=part.gross,
        rate=part.rate,
        taxes=part.taxes,
        fixed_taxes=part.fixed,
        tax_class=_class_of(shares),
        path=shipping.path,
    )


def rows_of(order: Raw, cart: Cart, reading: TotalReading, shares: Shares) -> tuple[TotalRow, ...]:
    """The surcharge of the payment method, certificates that paid, and fields of the shop's own
    that its total has."""
    rows = []
    if cart.surcharge:
        part = charged(cart.surcharge, shares.surcharge)
        if part.fixed:
            text = said("and a fixed tax is on it, which cannot be told from it")
            raise order.refusal(SURCHARGE, text, "tax_unclear")
        title = text_of(order.child("payment_method"), "surcharge_title") or "Payment surcharge"
        rows.append(
            TotalRow(
                SURCHARGE, title, part.net, order.at(SURCHARGE), tax=part.tax, taxes=part.taxes,
                rate=part.rate,
            )
        )  # fmt: skip
    for card in cards_used(cart, reading):
        rows.append(
            TotalRow(USED, f"Gift certificate {card.code}".strip(), -card.amount, card.path)
        )
    if reading.points_beside:
        path = f"{order.at(POINTS)}.in_use.cost"
        rows.append(TotalRow(POINTS, "Reward points", -cart.points, path))
    return (*rows, *reading.others)


def cards_used(cart: Cart, reading: TotalReading) -> tuple[GiftCard, ...]:
    """The certificates that paid for the order."""
    taken = ((one, one.amount if reading.by_amount else one.cost) for one in cart.used)
    return tuple(GiftCard(one.code, amount, amount, one.path) for one, amount in taken if amount)


def cards_sold(cart: Cart) -> tuple[GiftCard, ...]:
    return tuple(
        GiftCard(one.code, one.amount, one.amount, one.raw.path) for one in cart.sold if one.amount
    )


def includes_tax(shares: Shares, lines: Mapping[str, Line]) -> bool | None:
    """Whether prices have their tax inside: as most of the tax on the products has; where those
    bear none, as that on the rest. None where nothing was taxed."""
    of_items = [share for one in lines for share in shares.items.get(one, ())]
    of_rest = [share for found in shares.shippings.values() for share in found]
    for group in (of_items, [*of_rest, *shares.surcharge]):
        taxed = [one for one in group if one.tax.rate is not None and one.amount]
        inside = sum((abs(one.amount) for one in taxed if one.tax.included), ZERO)
        if taxed:
            return inside * 2 >= sum((abs(one.amount) for one in taxed), ZERO)
    return None


def _class_of(shares: Sequence[Share]) -> str:
    """The ids of the taxes, as a rule by class names them."""
    return ",".join(dict.fromkeys(one.tax.id for one in shares))


def _text(value: object) -> str:
    return "" if value is None else str(value)
