"""What the rest of the product may ask of a shop: the seam between shops and accounting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

import requests
from pydantic import BaseModel

from connector.lib.errors import ConnectorError
from stores.canonical import (
    Customer,
    Order,
    Page,
    ParseFacts,
    Product,
    RecordRef,
    Refund,
    StockLevel,
    StoreFacts,
    Stream,
)

Parsed = Order | Refund | Customer | Product | StockLevel


class By(StrEnum):
    """Which moment of a record a stream is read by."""

    CHANGED = "changed"
    PLACED = "placed"


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a stream was read.

    Reading starts at `position - overlap` and includes both ends; `position` None means from
    the beginning. `until` stops it, also inclusive; None means up to now. `by` says whether
    these are moments of the last change or of when the record came to be. `after` is the
    `mark` of a page: what it covers is left out, record by record.
    """

    position: datetime | None = None
    overlap: timedelta = timedelta(minutes=5)
    until: datetime | None = None
    by: By = By.CHANGED
    after: str = ""

    @property
    def start(self) -> datetime | None:
        """The first moment that is read."""
        return None if self.position is None else self.position - self.overlap


@dataclass(frozen=True, slots=True)
class WebhookCall:
    """One incoming call: its raw body, its headers by any spelling, the store's secret."""

    body: bytes
    headers: Mapping[str, str]
    secret: str
    received_at: datetime
    query: Mapping[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """A header by its name in any case; "" where it is absent."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")


class WebhookRefused(ConnectorError):
    """An incoming call that is not believed: answer it with `status` (400 or 401)."""

    def __init__(self, message: str, *, code: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@runtime_checkable
class StoreAdapter(Protocol):
    """One kind of shop. Adapters know no accounting, no database and not each other.

    HTTP goes through the given session. Calls raise `connector.lib.errors`; parsing raises
    `ParseError`. What needs no connection is static: `adapter_class("magento").parse(…)`.
    """

    kind: ClassVar[str]
    label: ClassVar[str]
    streams: ClassVar[frozenset[Stream]]
    Credentials: ClassVar[type[BaseModel]]

    def __init__(self, credentials: Any, session: requests.Session, *, url: str) -> None: ...

    def probe(self) -> StoreFacts:
        """What the shop is; `warnings` say what the credentials do not allow."""
        ...

    def pages(self, stream: Stream, since: Cursor) -> Iterator[Page]:
        """Raw records changed (or placed, see `Cursor.by`) since the cursor, the oldest first.

        Nothing in the interval is missed; a record may come more than once. A page's
        `position` and `mark` are safe to store once its records are.
        """
        ...

    def count(self, stream: Stream, since: Cursor) -> int | None:
        """How many records `pages` would give now, in one call; None if the shop does not say."""
        ...

    def fetch(self, ref: RecordRef) -> dict[str, Any]:
        """One record anew, in the form that `pages` gives it."""
        ...

    @staticmethod
    def parse(stream: Stream, record: Mapping[str, Any], facts: ParseFacts) -> Parsed:
        """A record in canonical form; ParseError where it cannot be read for certain."""
        ...

    @staticmethod
    def identify(stream: Stream, record: Mapping[str, Any]) -> RecordRef:
        """Which object a record is; fails only where it has no id."""
        ...

    @staticmethod
    def scrub(record: Mapping[str, Any]) -> dict[str, Any]:
        """A copy of a record without card data and gateway secrets."""
        ...

    @staticmethod
    def documents_of(raw: object) -> list[dict[str, Any]]:
        """The order records of an export: one object, a list, or a list answer."""
        ...

    @staticmethod
    def webhook(call: WebhookCall) -> list[RecordRef]:
        """What an incoming call asks to fetch. Its signature is checked, its body not trusted."""
        ...

    def set_order_status(self, order_id: str, status: str, comment: str = "") -> None:
        """Put an order into a status."""
        ...

    def set_stock(self, sku: str, quantity: Decimal) -> None:
        """Set the quantity on hand of a product."""
        ...
