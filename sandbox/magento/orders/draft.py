"""An order before it is written down: what is bought, by whom, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from connector.lib.money import ZERO, round_to
from sandbox.magento.orders import arithmetic
from sandbox.magento.orders.arithmetic import Amounts, Line
from sandbox.shop.made_up.people import Customer
from sandbox.shop.made_up.profiles import BUNDLE, CONFIGURABLE, VIRTUAL, Coupon, Product, Profile

OWN, NOTHING, SUM = "own", "nothing", "sum"


@dataclass(slots=True)
class Row:
    """One item of the order. `role` says whether it carries money, none, or its parts' sum."""

    product: Product
    quantity: int
    role: str = OWN
    parent: int | None = None
    sku: str = ""
    parts: list[int] = field(default_factory=list)
    base: Amounts = field(default_factory=Amounts)
    order: Amounts = field(default_factory=Amounts)


@dataclass(slots=True)
class Draft:
    """Everything about an order that is decided before its first status."""

    number: int
    profile: Profile
    inclusive: bool
    customer: Customer
    guest: bool
    rows: list[Row]
    coupon: Coupon | None
    shipping_method: str  # flatrate_flatrate, freeshipping_freeshipping or "" (virtual)
    shipping_price: Decimal
    currency: str
    currency_rate: Decimal
    payment_method: str
    created_at: str
    protect_code: str
    shipping_base: Amounts = field(default_factory=Amounts)
    shipping_order: Amounts = field(default_factory=Amounts)

    @property
    def is_virtual(self) -> bool:
        """Whether nothing has to be sent."""
        return all(row.product.kind == VIRTUAL for row in self.rows)

    @property
    def rate(self) -> Decimal:
        """The customer's tax rate in percent: exports are not taxed."""
        return ZERO if self.customer.foreign else self.profile.tax_rate

    @property
    def item_id(self) -> int:
        """The id of the first row; the others follow. Orders have fewer than 100 rows."""
        return self.number * 100


def rows_for(profile: Profile, basket: Sequence[tuple[str, int]]) -> list[Row]:
    """Rows for skus and quantities. A variant's sku (`TEE-M`) brings its parent along."""
    rows: list[Row] = []
    for sku, quantity in basket:
        product = profile.catalogue[sku]
        parent = next((p for p in profile.catalogue.values() if sku in p.variants), None)
        at = len(rows)
        if parent is not None:
            rows.append(Row(parent, quantity, sku=sku, parts=[at + 1]))
            rows.append(Row(product, quantity, NOTHING, at))
        elif product.kind == BUNDLE:
            head = Row(product, quantity, OWN if product.price_fixed else SUM)
            role = NOTHING if product.price_fixed else OWN
            rows.append(head)
            for part, each in product.parts:
                head.parts.append(len(rows))
                rows.append(Row(profile.catalogue[part], quantity * each, role, at))
        elif product.kind == CONFIGURABLE:
            raise ValueError(f"{sku} has variants: choose one of {', '.join(product.variants)}")
        else:
            rows.append(Row(product, quantity))
    return rows


def settle_prices(draft: Draft) -> None:
    """Compute every row and shipping in the base currency and in the order's currency."""
    draft.shipping_base = _compute(draft, Decimal(1), "base")
    if draft.currency_rate == 1:
        for row in draft.rows:
            row.order = row.base
        draft.shipping_order = draft.shipping_base
    else:
        draft.shipping_order = _compute(draft, draft.currency_rate, "order")


def _compute(draft: Draft, rate: Decimal, side: str) -> Amounts:
    """Fill `side` of all rows, each currency being rounded on its own; returns shipping."""
    paying = [row for row in draft.rows if row.role == OWN]
    lines = []
    for row in paying:
        shop_rate = draft.profile.tax_rate if row.product.taxed else ZERO
        charged = draft.rate if row.product.taxed else ZERO
        price = round_to(row.product.price * rate)
        lines.append(Line(price, row.quantity, charged, shop_rate))
    shipping = Line(round_to(draft.shipping_price * rate), 1, draft.rate, draft.profile.tax_rate)
    if draft.coupon is not None:
        arithmetic.discount(draft.coupon, lines, shipping, inclusive=draft.inclusive, rate=rate)
    *amounts, postage = arithmetic.compute([*lines, shipping], inclusive=draft.inclusive)
    for row, computed in zip(paying, amounts, strict=True):
        setattr(row, side, computed)
    for row in draft.rows:
        if row.role == SUM:
            parts = [getattr(draft.rows[part], side) for part in row.parts]
            setattr(row, side, arithmetic.add(parts, row.quantity))
    return postage
