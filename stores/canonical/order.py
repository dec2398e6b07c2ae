"""What a shop said, in one shape for all shops: frozen, exact, without accounting.

Adapters produce these; `sync` consumes them. Amounts are Decimal in the document's currency
(`currency`), moments are aware datetimes, text is as the shop wrote it. A field that the
shop left out is None or "", never a made-up value.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from stores.canonical.customer import Address, Customer
from stores.canonical.refund import Refund, Return


class LineKind(StrEnum):
    GOODS = "goods"
    SHIPPING = "shipping"
    FEE = "fee"


# The `code` of a FEE line that is a fixed product tax (eco fee) on which tax was charged.
FIXED_TAX_CODE = "weee"


class Collector(StrEnum):
    """Who collected a tax from the buyer, and so pays it to the authority."""

    SHOP = "shop"
    MARKETPLACE = "marketplace"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TaxShare:
    """One tax on one line, as the shop charged it. `rate` is percent, None for a fixed tax.
    `amount` is in the order's total, whoever collected it."""

    name: str
    rate: Decimal | None
    amount: Decimal
    collected_by: Collector = Collector.SHOP


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was charged.

    `net` and `tax` are what was charged after all discounts; `net + tax` is exact.
    `full_net` and `full_gross` are the amounts before discounts without and with tax, as
    the shop states them (None where it does not). `unit_net`, `unit_gross` are the prices
    of one piece as shown. `rate` is the percentage that the shop charged in all, 0 for
    an untaxed line; None where the shop states no tax: `net` then is what was charged, with the
    tax that the mapping says inside, and `tax` is 0. `fixed_taxes` are amounts per line outside
    `tax` (eco fees). `category` names the product's categories, one a line of text;
    `product_known` is False where the shop's own record of the product, which alone says class
    and category, is not at hand. `sales_account` is the account in Xero that the shop itself names
    for the product, "" where it names none. `product_id` is the shop's own id of what was sold, of
    the variant where there are any, as `identify` gives it of the product's record; "" where the
    shop goes by SKU alone. `discounted_after_tax`: what was taken off took nothing off its tax,
    which is that of the full amount.
    """

    id: str
    kind: LineKind
    name: str
    quantity: Decimal
    net: Decimal
    tax: Decimal
    full_net: Decimal | None
    full_gross: Decimal | None
    rate: Decimal | None
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
    sales_account: str = ""
    product_id: str = ""
    discounted_after_tax: bool = False

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def percent(self) -> Decimal:
        """The rate of a line whose tax is known: what a shop leaves unsaid is worked out before."""
        assert self.rate is not None
        return self.rate


@dataclass(frozen=True, slots=True)
class TotalRow:
    """An amount beside the lines that the shop's total may contain.

    `code` is what `total_rows` of the configuration names; `amount` is signed as it enters
    the grand total (a redeemed gift card is negative) and without `tax`. `counted` is False
    where the adapter cannot tell whether the total contains it. `before_tax` says of reward
    points that the shop took them off before it computed the tax, `after_tax` of a discount that
    it took it off afterwards, so that it lowers no tax. `taxes` are the named taxes of `tax`, and
    `rate` is their percentage in all, None where the shop does not tell.
    """

    code: str
    title: str
    amount: Decimal
    path: str
    tax: Decimal = Decimal(0)
    counted: bool = True
    before_tax: bool = False
    after_tax: bool = False
    taxes: tuple[TaxShare, ...] = ()
    rate: Decimal | None = None


class MoneyIn(StrEnum):
    """What became of a tender: the money came in, or is promised only."""

    RECEIVED = "received"
    AUTHORISED = "authorised"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that the shop says it received: one tender. `received_at` is None if not told.

    What is `authorised` is no money yet. `amount` is what the buyer paid, in `currency`: "" is the
    order's, and money of another is held, as nobody knows what of the order it pays. `fee` is what
    the provider kept of it, None where the shop does not say. `reference` is what the payment is
    called in Xero, at best the gateway's id of the transaction. `others` are further names of this
    very payment, by which a bank's or gateway's statement, or a person, may call it: the shop's own
    id of it, the gateway's of the order.
    """

    method: str
    amount: Decimal
    reference: str = ""
    title: str = ""
    received_at: datetime | None = None
    path: str = ""
    state: MoneyIn = MoneyIn.RECEIVED
    fee: Decimal | None = None
    others: tuple[str, ...] = ()
    currency: str = ""

    @property
    def references(self) -> tuple[str, ...]:
        """All names of it without repetition, `reference` first where there is one."""
        named = (one.strip() for one in (self.reference, *self.others))
        return tuple(dict.fromkeys(filter(None, named)))


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
    the order. `returns` are goods that came back, of a shop that states no refunds for them.
    `test`: nobody bought anything, somebody tried the shop. `unconfirmed`: the buyer has not
    placed it yet. `deleted`: the shop has it no longer, and this is how it was. `divided`: the
    shop made orders of its own of each part of it, and those carry the money. `taken_back`: it
    has a document of the shop's by which all of it, and its money, went back. `vendor_id` and
    `vendor` are whose goods it sells, on a marketplace.
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
    returns: tuple[Return, ...] = ()
    test: bool = False
    unconfirmed: bool = False
    deleted: bool = False
    divided: bool = False
    taken_back: bool = False
    vendor_id: str = ""
    vendor: str = ""

    @property
    def country(self) -> str:
        """Where it was delivered, else billed: decides the tax."""
        return (self.shipping.country if self.shipping else "") or self.billing.country

    @property
    def region(self) -> str:
        """State or province code (else its name) of the delivery, else of the bill."""
        address = self.shipping if self.shipping and self.shipping.country else self.billing
        return address.region_code or address.region
