"""CS-Cart and Multi-Vendor as a store: the parts of this package behind one face."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

import requests

from connector.lib.errors import Rejected
from stores.adapter import Cursor, Parsed, Reply, WebhookCall, fetch_each
from stores.adapters.cscart.client import CSCartClient, Json, in_path
from stores.adapters.cscart.credentials import CSCartCredentials
from stores.adapters.cscart.errors import unexpected
from stores.adapters.cscart.profile import PROFILE
from stores.adapters.cscart.reading import catalogue as reading
from stores.adapters.cscart.reading import orders
from stores.adapters.cscart.reading.probe import CHANGES, FORM, Probe
from stores.adapters.cscart.records import catalogue, forms, parse, scrub
from stores.canonical.order import Whereabouts
from stores.canonical.records import (
    OrderCondition,
    Page,
    ParseFacts,
    RecordRef,
    StoreFacts,
    Stream,
)
from stores.profile import Coverage, PlatformProfile
from stores.signatures import read_call

_PARSERS: dict[Stream, Callable[[Mapping[str, Any], ParseFacts], Parsed]] = {
    Stream.ORDERS: parse.parse_order,
    Stream.CUSTOMERS: catalogue.parse_customer,
    Stream.PRODUCTS: catalogue.parse_product,
    Stream.STOCK: catalogue.parse_stock,
}
_PATHS = {
    Stream.ORDERS: "orders",
    Stream.CUSTOMERS: "users",
    Stream.PRODUCTS: "products",
    Stream.STOCK: "products",
}
_SILENT = {"notify_user": "N", "notify_department": "N", "notify_vendor": "N"}


class CSCartAdapter:
    """A CS-Cart shop at `url`; see `stores.adapter.StoreAdapter` for the contract."""

    profile: ClassVar[PlatformProfile] = PROFILE
    Credentials: ClassVar[type[CSCartCredentials]] = CSCartCredentials

    def __init__(
        self, credentials: CSCartCredentials, session: requests.Session, *, url: str
    ) -> None:
        self._client = CSCartClient(url, credentials, session)
        self._knows_changes = False

    def recall(self, findings: Mapping[str, str]) -> None:
        self._client.form = findings.get(FORM, "")
        self._knows_changes = bool(findings.get(CHANGES))

    def covers(self, stream: Stream) -> Coverage:
        """Where the list of orders was proven to know what changed, it tells all."""
        if stream is Stream.ORDERS and self._knows_changes:
            return Coverage()
        return PROFILE.covers(stream)

    def probe(self) -> StoreFacts:
        return Probe(self._client).facts()

    def pages(self, stream: Stream, since: Cursor) -> Iterator[Page]:
        if stream is Stream.ORDERS:
            return orders.pages(self._client, since)
        if stream is Stream.CUSTOMERS:
            return reading.customer_pages(self._client, since)
        if stream is Stream.PRODUCTS:
            return reading.product_pages(self._client, since)
        return reading.stock_pages(self._client)

    def count(self, stream: Stream, since: Cursor) -> int | None:
        """The lists count what they hold, not a part of it."""
        return None

    def complete(self, stream: Stream, record: Json) -> Json:
        """The record itself, in the place of its row: rows of orders lack what was charged, those
        of customers their addresses. An order that was asked for by its id, and is silent on its
        printed documents, gets them from its row."""
        if forms.is_row(stream, record):
            whole = self._one(stream, forms.identify(stream, record).id)
            return forms.with_row(stream, whole, record)
        if forms.lacks_documents(stream, record):
            row = orders.row_of(self._client, record)
            return record if row is None else forms.with_row(stream, record, row)
        return record

    def told(self, stream: Stream, record: Mapping[str, Any]) -> str:
        return forms.told(stream, record)

    def settled(self, stream: Stream, record: Mapping[str, Any]) -> bool:
        return forms.settled(stream, record)

    def fetch(self, ref: RecordRef) -> Json:
        return self._one(ref.stream, ref.id)

    def fetch_many(self, stream: Stream, ids: Sequence[str]) -> list[Json]:
        """One by one: no list can be asked for several ids."""
        return fetch_each(self.fetch, stream, ids)

    def numbered(self, number: str) -> list[Json]:
        """An order's number is its id."""
        if not number.isdecimal():
            return []
        return self.fetch_many(Stream.ORDERS, [number])

    @staticmethod
    def parse(stream: Stream, record: Mapping[str, Any], facts: ParseFacts) -> Parsed:
        return _PARSERS[stream](record, facts)

    @staticmethod
    def identify(stream: Stream, record: Mapping[str, Any]) -> RecordRef:
        return forms.identify(stream, record)

    @staticmethod
    def whereabouts(record: Mapping[str, Any], facts: ParseFacts) -> Whereabouts:
        return parse.whereabouts(record, facts)

    @staticmethod
    def scrub(record: Mapping[str, Any]) -> Json:
        return scrub.scrub(record)

    @staticmethod
    def documents_of(raw: object) -> list[Json]:
        return forms.documents_of(raw)

    @staticmethod
    def webhook(call: WebhookCall) -> Reply:
        return Reply(tuple(read_call(call, PROFILE.streams)))

    def order_condition(self, order_id: str) -> OrderCondition:
        order = self._one(Stream.ORDERS, order_id)
        return OrderCondition(status=str(order.get("status") or ""))

    def set_order_status(self, order_id: str, status: str, note: str = "") -> None:
        """The status and its switches, and nothing else: any other key may have CS-Cart compute
        the order anew. It has no notes that could be added, and nobody is sent mail."""
        self._client.put(f"orders/{in_path(order_id)}", {"status": status, **_SILENT})

    def set_stock(self, sku: str, quantity: Decimal) -> None:
        found = reading.by_sku(self._client, sku)
        if found is None:
            raise Rejected(
                f"The shop has no product with the code {sku}.",
                code="not_found",
                hint="Give a product of the shop this code (CODE), or correct the SKU.",
            )
        # JSON knows no Decimal; a quantity has at most four decimals and is no money.
        whole = quantity == quantity.to_integral_value()
        amount = int(quantity) if whole else float(quantity)
        self._client.put(reading.address_of(found), {"amount": amount})

    def _one(self, stream: Stream, ident: str) -> Json:
        record = self._client.get(f"{_PATHS[stream]}/{in_path(ident)}")
        if not isinstance(record, dict) or not record:
            raise unexpected(self._client.shop, f"answers {stream} {ident} with no record")
        return record
