"""Streams, pages and what a parser needs beside a record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from stores.canonical.order import PartKeys


class Stream(StrEnum):
    """A kind of record that is read from a shop, each with its own cursor."""

    ORDERS = "orders"
    REFUNDS = "refunds"
    CUSTOMERS = "customers"
    PRODUCTS = "products"
    STOCK = "stock"


class By(StrEnum):
    """What a stream is read by: the moment of a record's last change, the moment when it came to
    be, or its id."""

    CHANGED = "changed"
    PLACED = "placed"
    ID = "id"


class ParseError(ValueError):
    """A record holds something that cannot be read for certain.

    `field` is the dotted path in the record (`items[0].price`), `value` what stood there
    (None if nothing did), `code` a stable identifier, `message` a sentence for a person.
    """

    def __init__(self, field: str, value: object, message: str, *, code: str = "bad_value") -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.value = value
        self.code = code


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
    goes on with the very next record. "" where the adapter knows no such place. `refs` are
    objects that the page speaks of without their records, such as the order of a ledger's row:
    they are fetched and kept with it.
    """

    records: tuple[dict[str, Any], ...]
    position: datetime | None
    total: int | None = None
    mark: str = ""
    refs: tuple[RecordRef, ...] = ()


@dataclass(frozen=True, slots=True)
class ParseFacts:
    """What a parser needs beside the record: facts of the shop that the record lacks.

    `products` maps a SKU to its facts (category, tax_class, type), `customer_groups` an id
    to its name, `websites`, `store_views` ids to names, `parts` the id of a store view to what
    it belongs to. `shop_timezone` is for dates without an offset, `base_currency` the shop's own,
    for records that do not say it ("": not known).
    """

    shop_timezone: str = "UTC"
    base_currency: str = ""
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
class ShopTax:
    """A tax that the shop would charge: its name, its percentage as text, and where; "" is all."""

    name: str
    rate: str
    country: str = ""
    state: str = ""


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
    shipping_methods: tuple[tuple[str, str], ...] = ()
    currencies: tuple[str, ...] = ()
    tax_rates: tuple[ShopTax, ...] = ()
    # What may be done about a return, as `refunds.return_actions` names it.
    return_actions: tuple[tuple[str, str], ...] = ()
    store_views: tuple[tuple[str, str], ...] = ()
    websites: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, PartKeys], ...] = ()
    prices_include_tax: bool | None = None
    # Whether an order only reserves goods, which leave the stock with the shipment.
    reserves_stock: bool | None = None
    warnings: tuple[str, ...] = ()
    # What the adapter is told again whenever it reads this shop, in its own words.
    findings: tuple[tuple[str, str], ...] = ()
