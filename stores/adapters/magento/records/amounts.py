"""What each order line was charged, recovered from what Magento's REST API shows of it.

Magento keeps, for each order item, `row_total` before discounts without tax, and the identity

    net = row_total - discount_amount + discount_tax_compensation_amount

where the compensation is not 0 when prices include tax. REST answers, however, rewrite
`row_total` of *order* items to `max(0, row_total - discount_amount)` and `row_total_incl_tax`
to the amount after discount, fixed product taxes included
(Magento\\Sales\\Model\\Order\\Webapi\\ChangeOutputArray, 2.4.7). A row of 0 may thus be a
clipped one. `full_nets` undoes this and proves itself by the order's subtotal, which is the
sum of the rows before discounts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from connector.lib import money
from connector.lib.money import ZERO
from connector.lib.texts.said import figure, said
from stores.canonical.records import ParseError
from stores.raw import Raw


@dataclass(frozen=True, slots=True)
class OrderItem:
    """The figures of one charged order item, as REST gives them; `fixed` is its weee."""

    raw: Raw
    id: str
    quantity: Decimal
    price: Decimal
    price_gross: Decimal | None
    row: Decimal
    row_gross: Decimal | None
    discount: Decimal
    compensation: Decimal
    tax: Decimal
    fixed: Decimal

    def net(self, full_net: Decimal) -> Decimal:
        """What was charged without tax, given the row before discounts."""
        return full_net - self.discount + self.compensation


@dataclass(frozen=True, slots=True)
class Shipping:
    """The order's shipping; `full_gross` is None where the shop does not state it."""

    full_net: Decimal
    full_gross: Decimal | None
    discount: Decimal
    compensation: Decimal
    tax: Decimal

    @property
    def net(self) -> Decimal:
        return self.full_net - self.discount + self.compensation

    @property
    def charged(self) -> bool:
        """Whether any amount of it is not zero."""
        return any((self.full_net, self.discount, self.compensation, self.tax))


def read_item(raw: Raw, fixed: Decimal) -> OrderItem:
    """The figures of a charged item; ParseError for what is missing, bad or impossible."""
    quantity = raw.number("qty_ordered")
    row = raw.number("row_total")
    tax = raw.number("tax_amount")
    discount = raw.amount("discount_amount")
    if quantity < 0:
        raise raw.refusal("qty_ordered", said("a quantity cannot be negative"), "negative_quantity")
    price = raw.number("price")
    if quantity == 0 and (row or tax or discount):
        raise raw.refusal("qty_ordered", said("but the line has an amount"), "zero_quantity")
    return OrderItem(
        raw=raw,
        id=raw.required_text("item_id"),
        quantity=quantity,
        price=price,
        price_gross=raw.optional("price_incl_tax"),
        row=row,
        row_gross=raw.optional("row_total_incl_tax"),
        discount=discount,
        compensation=raw.amount("discount_tax_compensation_amount"),
        tax=tax,
        fixed=fixed,
    )


def read_shipping(order: Raw) -> Shipping:
    """The order's shipping. Only an order without delivery may leave the amount out."""
    virtual = order.flag("is_virtual") is True
    return Shipping(
        full_net=order.amount("shipping_amount") if virtual else order.number("shipping_amount"),
        full_gross=order.optional("shipping_incl_tax"),
        discount=order.amount("shipping_discount_amount"),
        compensation=order.amount("shipping_discount_tax_compensation_amount"),
        tax=order.amount("shipping_tax_amount"),
    )


def full_nets(items: Sequence[OrderItem], order: Raw, slack: Decimal) -> list[Decimal]:
    """Each item's row before discounts without tax; together they make the subtotal.

    Three readings are tried, the one that fits the subtotal best wins: rows after discount
    with clipped ones recovered from the gross row, the same with clipped ones recovered from
    the price, and rows before discount (events, old versions). Fixed taxes may be inside the
    subtotal or not. ParseError `lines_differ` where none fits within `slack`.
    """
    subtotal = order.number("subtotal")
    fixed = sum((item.fixed for item in items), ZERO)
    best: tuple[Decimal, list[Decimal]] | None = None
    for reading in (_after_discount, _after_discount_by_price, _before_discount):
        rows = [reading(item) for item in items]
        found = sum(rows, ZERO)
        distance = min(abs(found - subtotal), abs(found + fixed - subtotal))
        if best is None or distance < best[0]:
            best = distance, rows
    assert best is not None
    if best[0] > slack:
        raise differs(order, "subtotal", subtotal, sum(best[1], ZERO))
    return best[1]


def _after_discount(item: OrderItem) -> Decimal:
    if item.row or not item.discount or item.row_gross is None:
        return item.row + item.discount
    # Clipped, or exactly 0: the gross row still tells, net = gross - tax - fixed taxes.
    net = item.row_gross - item.tax - item.fixed
    return net + item.discount - item.compensation


def _after_discount_by_price(item: OrderItem) -> Decimal:
    if item.row or not item.discount:
        return item.row + item.discount
    return money.round_to(item.price * item.quantity)


def _before_discount(item: OrderItem) -> Decimal:
    return item.row


def prices_include_tax(
    items: Sequence[OrderItem], rows: Sequence[Decimal], shipping: Shipping, order: Raw
) -> bool | None:
    """Whether the shop's prices include tax, where the amounts prove it; else None.

    Proof is a tax compensation (it exists with inclusive prices only), or a line whose row
    follows from one unit price and not from the other, if no line says the opposite.
    """
    header = order.amount("discount_tax_compensation_amount")
    if header or shipping.compensation or any(item.compensation for item in items):
        return True
    proofs = {_proof(item, row) for item, row in zip(items, rows, strict=True)} - {None}
    return proofs.pop() if len(proofs) == 1 else None


def _proof(item: OrderItem, full_net: Decimal) -> bool | None:
    if item.price_gross is None or item.price_gross == item.price or not item.tax:
        return None
    full_gross = item.net(full_net) + item.tax + item.discount
    fits_net = _fits(item.price, item.quantity, full_net)
    fits_gross = _fits(item.price_gross, item.quantity, full_gross)
    return fits_gross if fits_net != fits_gross else None


def _fits(price: Decimal, quantity: Decimal, row: Decimal) -> bool:
    # Magento rounds rows to two decimals in every currency.
    return money.round_to(price * quantity) == money.round_to(row)


def full_gross(
    item: OrderItem, full_net: Decimal, rate: Decimal, inclusive: bool
) -> Decimal | None:
    """The row before discounts with tax, where the shop's figures state it.

    With inclusive prices the discount is a gross amount, so that it can be added back. With
    exclusive ones a discounted line no longer tells what its tax had been.
    """
    if inclusive or not item.discount:
        return item.net(full_net) + item.tax + item.discount
    return full_net if not rate and not item.tax else None


def charged(items: Iterable[Raw]) -> list[Raw]:
    """The items that carry the money, in order.

    A configurable's money is the parent's and its child repeats it without amounts. A bundle
    with dynamic prices has it on both, and only the children's is discounted: the children
    are taken. A bundle with a fixed price has it on the parent alone.
    """
    rows = _with_inline_parents(list(items))
    children: dict[str, list[Raw]] = {}
    for row in rows:
        if parent := parent_id(row):
            children.setdefault(parent, []).append(row)

    def flatten(row: Raw) -> list[Raw]:
        own = children.get(row.text("item_id"), [])
        if row.text("product_type") == "configurable" or not _carry_money(own, instead_of=row):
            return [row]
        return [leaf for child in own for leaf in flatten(child)]

    return [leaf for row in rows if not parent_id(row) for leaf in flatten(row)]


def parent_id(row: Raw) -> str:
    """The id of the item that this one belongs to, from its own field or the inline parent."""
    return row.text("parent_item_id") or row.child("parent_item").text("item_id")


def _with_inline_parents(rows: list[Raw]) -> list[Raw]:
    """Add parents that are given only inside their child, so that no money is lost."""
    known = {row.required_text("item_id") for row in rows}
    complete: list[Raw] = []
    for row in rows:
        if (parent := parent_id(row)) and parent not in known:
            inline = row.child("parent_item")
            if not inline.data:
                raise row.refusal(
                    "parent_item_id", said("that item is not in the order"), "no_parent"
                )
            complete.append(inline)
            known.add(parent)
        complete.append(row)
    return complete


def _carry_money(children: Sequence[Raw], *, instead_of: Raw) -> bool:
    """Whether the children are what is charged. Prices decide only where all rows are 0."""
    if any(map(_has_money, children)):
        return True
    return not _has_money(instead_of) and any(child.amount("price") for child in children)


def _has_money(row: Raw) -> bool:
    return any(row.amount(key) for key in ("row_total", "tax_amount", "discount_amount"))


def check_sums(
    order: Raw, items: Sequence[OrderItem], shipping: Shipping, other_tax: Decimal, slack: Decimal
) -> None:
    """That the lines add up to the order's own discount, compensation and tax.

    ParseError `lines_differ` otherwise. The grand total is not looked at: what it holds
    beside the lines is for the mapping to say.
    """
    found = {
        "discount_amount": -sum((item.discount for item in items), shipping.discount),
        "discount_tax_compensation_amount": sum((item.compensation for item in items), ZERO),
        "tax_amount": sum((item.tax for item in items), shipping.tax) + other_tax,
    }
    for key, amount in found.items():
        stated = order.amount(key)
        if abs(stated - amount) > slack:
            raise differs(order, key, stated, amount)


def differs(order: Raw, key: str, stated: Decimal, found: Decimal) -> ParseError:
    """The refusal of an order whose lines do not add up to its header."""
    message = said(
        "%(at)s is %(stated)s, but the lines of the order add up to %(found)s.",
        at=order.at(key),
        stated=figure(stated),
        found=figure(found),
    )
    return ParseError(order.at(key), order.data.get(key), message, code="lines_differ")


def rounding_slack(lines: int) -> Decimal:
    """By how much sums of rounded lines may differ: a cent a line, at most five."""
    return money.CENT * min(max(1, lines), 5)
