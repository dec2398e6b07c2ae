"""What a shop said, in one shape for all shops: frozen, exact, without accounting.

Adapters produce these; `sync` consumes them. Amounts are Decimal in the document's currency
(`currency`), moments are aware datetimes, text is as the shop wrote it. A field that the
shop left out is None or "", never a made-up value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Stream(StrEnum):
    """A kind of record that is read from a shop, each with its own cursor."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    CUSTOMERS = "customers"
    PRODUCTS = "products"
    STOCK = "stock"


class ParseError(ValueError):
    """A record holds something that cannot be read for certain.

    `field` is the dotted path in the record (`items[0].price`), `value` what stood there
    (None if nothing did), `code` a stable identifier, `str()` a sentence for a person.
    """

    def __init__(self, field: str, value: object, message: str, *, code: str = "bad_value") -> None:
        super().__init__(message)
        self.field = field
        self.value = value
        self.code = code


class LineKind(StrEnum):
    GOODS = "goods"
    SHIPPING = "shipping"
    FEE = "fee"


# The `code` of a FEE line that is a fixed product tax (eco fee) on which tax was charged.
FIXED_TAX_CODE = "weee"


@dataclass(frozen=True, slots=True)
class TaxShare:
    """One tax on one line, as the shop charged it. `rate` is percent, None for a fixed tax."""

    name: str
    rate: Decimal | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was charged.

    `net` and `tax` are what was charged after all discounts; `net + tax` is exact.
    `full_net` and `full_gross` are the amounts before discounts without and with tax, as
    the shop states them (None where it does not). `unit_net`, `unit_gross` are the prices
    of one piece as shown. `rate` is the percentage that the shop charged in all, 0 for
    an untaxed line. `fixed_taxes` are amounts per line outside `tax` (eco fees). `category` names
    the product's categories, one a line of text; `product_known` is False where the shop's own
    record of the product, which alone says class and category, is not at hand.
    """

    id: str
    kind: LineKind
    name: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    full_net: Decimal | None
    full_gross: Decimal | None
    rate: Decimal
    path: str
    code: str = ""
    sku: str = ""
    unit_net: Decimal | None = None
    unit_gross: Decimal | None = None
    taxes: tuple[TaxShare, ...] = ()
    fixed_taxes: tuple[TaxShare, ...] = ()
    tax_class: str = ""
    category: str = ""
    product_type: str = ""
    product_known: bool = True

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class TotalRow:
    """An amount beside the lines that the shop's total may contain.

    `code` is what `total_rows` of the configuration names; `amount` is signed as it enters
    the grand total (a redeemed gift card is negative) and without `tax`. `counted` is False
    where the adapter cannot tell whether the total contains it. `before_tax` says of reward
    points that the shop took them off before it computed the tax.
    """

    code: str
    title: str
    amount: Decimal
    path: str
    tax: Decimal = Decimal(0)
    counted: bool = True
    before_tax: bool = False


@dataclass(frozen=True, slots=True)
class Address:
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    region_code: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    tax_number: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """`id` is empty for a guest. `tax_number` is one that the shop accepted for the order.

    Addresses and `updated_at` are those of a customer's own record, None in an order; so is
    `websites`, the id and, as far as it is known, the name of the website that it belongs to.
    """

    id: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""
    group_id: str = ""
    group: str = ""
    tax_number: str = ""
    billing: Address | None = None
    shipping: Address | None = None
    updated_at: datetime | None = None
    websites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerChanges:
    """What is to be written to a customer's own record; None: it stays as it is.

    Phone, company and address are those of the address that the customer bills to. Of
    `address` lines, city, region, postcode and country count; region and country may be names.
    """

    phone: str | None = None
    company: str | None = None
    tax_number: str | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that the shop says it received: one tender. `received_at` is None if not told."""

    method: str
    amount: Decimal
    reference: str = ""
    title: str = ""
    received_at: datetime | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A gift card that an order sold or took in payment.

    `amount` is positive, in the order's currency; `base_amount` is the same in its base
    currency, None where the shop does not state it. `code` is empty where it states none.
    """

    code: str
    amount: Decimal
    base_amount: Decimal | None
    path: str = ""


@dataclass(frozen=True, slots=True)
class StatusChange:
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What was refunded of one order line: `net` and `tax` after discounts, both positive.

    `fixed`: a fixed tax of that line, not the line itself. `restocked`: the goods went back
    to stock.
    """

    order_line_id: str
    name: str
    sku: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    rate: Decimal
    path: str
    restocked: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class TenderBack:
    """A part of a refund that went back on what the shop issues itself: a gift card, store
    credit, points.

    `code` is what `total_rows` of the configuration names, `amount` is positive; `base_amount`
    is the same in the shop's base currency, None where it does not state it. `of` is the code of
    what had paid it, "" where that was money.
    """

    code: str
    title: str
    amount: Decimal
    of: str = ""
    path: str = ""
    base_amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """What was taken back of an order. `total` is positive, and before the tenders by which it
    went back; `adjustment` is goodwill minus fees kept.

    `tenders` is what went back on gift cards, as store credit or points, and `money` the rest.
    `base_total` and `base_tax` are `total` and `tax` in the shop's base currency, as it states.
    """

    id: str
    number: str
    order_id: str
    currency: str
    total: Decimal
    refunded_at: datetime
    updated_at: datetime
    lines: tuple[RefundLine, ...]
    shipping_net: Decimal
    shipping_tax: Decimal
    adjustment: Decimal
    tax: Decimal
    method: str = ""
    base_total: Decimal | None = None
    base_tax: Decimal | None = None
    tenders: tuple[TenderBack, ...] = ()

    @property
    def money(self) -> Decimal:
        """What went back as money."""
        return self.total - sum((one.amount for one in self.tenders), Decimal(0))

    @property
    def of_money(self) -> Decimal:
        """What had been paid with money, whatever it went back as: an order states the sum."""
        return self.total - sum((one.amount for one in self.tenders if one.of), Decimal(0))


@dataclass(frozen=True, slots=True)
class PartKeys:
    """What settings may call the parts of the shop that a store view belongs to: of the website,
    the store (group) and the view itself the id, then code and name as far as known."""

    website: tuple[str, ...] = ()
    store_group: tuple[str, ...] = ()
    store_view: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Which part of the shop an order is of, as its own fields of these names say."""

    website: str = ""
    store_group: str = ""
    store_view: str = ""
    store_view_id: str = ""
    parts: PartKeys = PartKeys()


@dataclass(frozen=True, slots=True)
class Order:
    """One order in its current state.

    `id` is the platform's own key, `number` what the customer sees. `total` is the grand
    total as the shop states it, `tax` its stated tax in all; what was cancelled of an order that
    goes on is in neither, nor in `lines` and `outstanding`, but in `cancelled`. `received` is
    what the shop states was received (None: it states nothing, and the status decides);
    `outstanding` likewise. `rate` is units of `currency` per unit of `base_currency` as the shop
    recorded; `base_total` and `base_tax` are `total` and `tax` in the base currency, as it states.
    `prices_include_tax` is the shop's own flag or what its amounts prove, None if neither.
    `refunded` is what the order states was refunded of money, `given_back` what of gift cards,
    store credit and points. `replaces` is the number of the order that this one was created from by
    an edit. `ships` is False where the shop says that it holds nothing to ship. `cards_sold` are
    the gift cards that the order brought into being, by code; `cards_redeemed` those that paid for
    it. `invoice_number` is what the shop calls its own invoice, where exactly one covers all of
    the order.
    """

    id: str
    number: str
    status: str
    currency: str
    base_currency: str
    total: Decimal
    tax: Decimal
    placed_at: datetime
    updated_at: datetime
    lines: tuple[Line, ...]
    customer: Customer
    billing: Address
    shipping: Address | None = None
    state: str = ""
    rows: tuple[TotalRow, ...] = ()
    payments: tuple[Payment, ...] = ()
    received: Decimal | None = None
    outstanding: Decimal | None = None
    refunded: Decimal = Decimal(0)
    given_back: Decimal = Decimal(0)
    refunds: tuple[Refund, ...] = ()
    cancelled: Decimal = Decimal(0)
    base_total: Decimal | None = None
    base_tax: Decimal | None = None
    rate: Decimal | None = None
    prices_include_tax: bool | None = None
    payment_method: str = ""
    payment_title: str = ""
    shipping_method: str = ""
    shipping_title: str = ""
    store_view_id: str = ""
    store_view: str = ""
    store_group: str = ""
    website: str = ""
    parts: PartKeys = PartKeys()
    coupon: str = ""
    note: str = ""
    po_number: str = ""
    transaction_id: str = ""
    invoice_number: str = ""
    shipped_at: datetime | None = None
    ships: bool = True
    history: tuple[StatusChange, ...] = ()
    replaces: str = ""
    replaced_by: str = ""
    cards_sold: tuple[GiftCard, ...] = ()
    cards_redeemed: tuple[GiftCard, ...] = ()

    @property
    def country(self) -> str:
        """Where it was delivered, else billed: decides the tax."""
        return (self.shipping.country if self.shipping else "") or self.billing.country

    @property
    def region(self) -> str:
        """State or province code (else its name) of the delivery, else of the bill."""
        address = self.shipping if self.shipping and self.shipping.country else self.billing
        return address.region_code or address.region


@dataclass(frozen=True, slots=True)
class Product:
    """`websites` are the ids and, as far as known, the names of those that offer it; empty where
    the shop does not say."""

    sku: str
    name: str
    price: Decimal | None
    product_type: str = ""
    tax_class: str = ""
    categories: tuple[str, ...] = ()
    description: str = ""
    cost: Decimal | None = None
    updated_at: datetime | None = None
    enabled: bool = True
    websites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A category of products. `parent_id` is "" for one that stands under no other."""

    id: str
    name: str
    parent_id: str = ""


@dataclass(frozen=True, slots=True)
class StockLevel:
    """How many of a product the shop has; `counted` False: it does not count them.

    `available` is what is left to sell: without what is ordered and still to be shipped, so
    below zero where more was ordered than is there. A shop that lowers `on_hand` at the order
    has the same in both.
    """

    sku: str
    on_hand: Decimal
    available: Decimal
    counted: bool = True


@dataclass(frozen=True, slots=True)
class RecordRef:
    """Which object of the shop a record or an event speaks of.

    `version` orders the records of one object (the shop's updated time in ISO form), `number`
    is what a person calls it (empty where it has no other name than its id).
    """

    stream: Stream
    id: str
    version: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Raw records of a stream with the position that a next read starts from.

    `position` is None until the page proves one; it is stored only after the records are.
    `mark` is the page's end in the adapter's own words: `Cursor.after` takes it, and reading
    goes on with the very next record. "" where the adapter knows no such place.
    """

    records: tuple[dict[str, Any], ...]
    position: datetime | None
    total: int | None = None
    mark: str = ""


@dataclass(frozen=True, slots=True)
class ParseFacts:
    """What a parser needs beside the record: facts of the shop that the record lacks.

    `products` maps a SKU to its facts (category, tax_class, type), `customer_groups` an id
    to its name, `websites`, `store_views` ids to names, `parts` the id of a store view to what
    it belongs to. `shop_timezone` is for dates without an offset.
    """

    shop_timezone: str = "UTC"
    prices_include_tax: bool | None = None
    products: dict[str, dict[str, Any]] = field(default_factory=dict)
    customer_groups: dict[str, str] = field(default_factory=dict)
    store_views: dict[str, str] = field(default_factory=dict)
    websites: dict[str, str] = field(default_factory=dict)
    parts: dict[str, PartKeys] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderCondition:
    """How an order stands in the shop at this moment, read before anything is written to it.

    `stopped`: cancelled, closed or on hold, so that no other status belongs to it. `comments`
    are all that staff and programs wrote to it.
    """

    status: str
    state: str = ""
    stopped: bool = False
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What a probe of the shop found; shown on the store's page and used as choices."""

    name: str
    version: str
    currency: str
    timezone: str
    statuses: tuple[tuple[str, str], ...] = ()
    payment_methods: tuple[tuple[str, str], ...] = ()
    tax_classes: tuple[tuple[str, str], ...] = ()
    customer_groups: tuple[tuple[str, str], ...] = ()
    store_views: tuple[tuple[str, str], ...] = ()
    websites: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, PartKeys], ...] = ()
    prices_include_tax: bool | None = None
    # Whether an order only reserves goods, which leave the stock with the shipment.
    reserves_stock: bool | None = None
    warnings: tuple[str, ...] = ()
