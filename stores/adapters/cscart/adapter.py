"""CS-Cart and Multi-Vendor as a store: the parts of this package behind one face."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import requests

from connector.lib.errors import NeedsAttention, Rejected
from stores.adapter import Interval, Introduction, Parsed, WebhookCall, WebhookReply, fetch_each
from stores.adapters.cscart.addon_shop import AddonShop
from stores.adapters.cscart.client import CSCartClient, Json, in_path
from stores.adapters.cscart.credentials import CSCartCredentials
from stores.adapters.cscart.errors import unexpected
from stores.adapters.cscart.profile import PROFILE, WITH_ADDON
from stores.adapters.cscart.reading import catalogue as reading
from stores.adapters.cscart.reading import orders
from stores.adapters.cscart.reading.addon_probe import ADDON, MADE_BY, SHOP, facts_of
from stores.adapters.cscart.reading.probe import CHANGES, FORM, Probe
from stores.adapters.cscart.records import catalogue, forms, parse, scrub
from stores.canonical.order import Whereabouts
from stores.canonical.product import StockTarget
from stores.canonical.records import (
    OrderCondition,
    Page,
    ParseFacts,
    RecordRef,
    StoreFacts,
    Stream,
)
from stores.canonical.sync_state import SyncState
from stores.php import hints, sync_states
from stores.profile import Coverage, PlatformProfile
from stores.signatures import read_call
from stores.writing import check_ids

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
        self._has_api = credentials.for_api
        # None where the shop is read over its REST API.
        self._addon = AddonShop(url, credentials, session) if credentials.for_addon else None
        self._knows_changes = False

    def recall(self, findings: Mapping[str, str]) -> None:
        self._client.form = findings.get(FORM, "")
        self._knows_changes = bool(findings.get(CHANGES))
        if self._addon is not None:
            self._addon.by_shop = findings.get(MADE_BY) == SHOP
            if self._has_api and findings and not findings.get(ADDON):
                self._addon = None

    def covers(self, stream: Stream) -> Coverage:
        """With the add-on, as `WITH_ADDON` says. Where the list of orders was proven to know what
        changed, it tells all."""
        if self._addon is not None:
            return WITH_ADDON.get(stream, Coverage())
        if stream is Stream.ORDERS and self._knows_changes:
            return Coverage()
        return PROFILE.covers(stream)

    def probe(self) -> StoreFacts:
        """By the add-on. Where it does not answer, and there are keys for the REST API too, by
        that, with a warning."""
        if self._addon is None:
            return Probe(self._client).facts()
        try:
            return facts_of(self._addon)
        except NeedsAttention as error:
            if not self._has_api:
                raise
            found = Probe(self._client).facts()
            self._addon = None
            text = f"{error} {error.hint} Until then the shop is read through its REST API."
            return replace(found, warnings=(text, *found.warnings))

    def pages(self, stream: Stream, since: Interval) -> Iterator[Page]:
        if self._addon is not None:
            return self._addon.pages(stream, since)
        if stream is Stream.ORDERS:
            return orders.pages(self._client, since)
        if stream is Stream.CUSTOMERS:
            return reading.customer_pages(self._client, since)
        if stream is Stream.PRODUCTS:
            return reading.product_pages(self._client, since)
        return reading.stock_pages(self._client)

    def count(self, stream: Stream, since: Interval) -> int | None:
        """The REST API's lists count what they hold, not a part of it."""
        return None if self._addon is None else self._addon.count(stream, since)

    def complete(self, stream: Stream, record: Json) -> Json:
        """The record itself, in the place of its row: rows of orders lack what was charged, those
        of customers their addresses. An order that was asked for by its id, and is silent on its
        printed documents, gets them from its row. What the add-on gives is whole."""
        if self._addon is not None:
            return record
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
        if ref.stream is Stream.STOCK:
            return self.fetch_stock(StockTarget(ref.id))
        return self._one(ref.stream, ref.id) if self._addon is None else self._addon.one(ref)

    def fetch_many(self, stream: Stream, ids: Sequence[str]) -> list[Json]:
        """Over the REST API one by one: no list can be asked for several ids."""
        if self._addon is not None:
            return self._addon.chosen(stream, ids)
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
    def webhook(call: WebhookCall) -> WebhookReply:
        """Greetings and wishes are the add-on's; what only names records may be another's too."""
        if hints.is_of_a_package(call.body):
            return hints.read_call(call)
        return WebhookReply(tuple(read_call(call, PROFILE.streams)))

    def order_condition(self, order_id: str) -> OrderCondition:
        if self._addon is not None:
            return self._addon.condition(order_id)
        order = self._one(Stream.ORDERS, order_id)
        return OrderCondition(status=str(order.get("status") or ""))

    def set_order_status(self, order_id: str, status: str, note: str = "") -> None:
        """The status and its switches, and nothing else: any other key may have CS-Cart compute
        the order anew. It has no notes that could be added, and nobody is sent mail."""
        if self._addon is not None:
            self._addon.set_status(order_id, status)
            return
        self._client.put(f"orders/{in_path(order_id)}", {"status": status, **_SILENT})

    def fetch_stock(self, target: StockTarget) -> Json:
        """Of a combination of options by its hash, of a product by its id, of either by its
        code."""
        if self._addon is not None:
            return self._addon.fetch_stock(target)
        if not target.variant_id and not target.product_id:
            return reading.of_code(self._client, target.sku)
        address = reading.address_of_stock(target)
        record = self._client.get(address)
        if not isinstance(record, dict) or not record:
            raise unexpected(self._client.shop, f"answers the stock of {target} with no record")
        return record

    def set_stock(self, target: StockTarget, quantity: Decimal) -> None:
        check_ids(target, "product_id", "variant_id")
        if self._addon is not None:
            self._addon.set_stock(target, quantity)
            return
        # Read first: the shop may take the amount of an id that it does not have.
        record = self.fetch_stock(target)
        by_id = target.variant_id or target.product_id
        address = reading.address_of_stock(target) if by_id else reading.address_of(record)
        # JSON knows no Decimal; a quantity has at most four decimals and is no money.
        whole = quantity == quantity.to_integral_value()
        amount = int(quantity) if whole else float(quantity)
        self._client.put(address, {"amount": amount})

    def write_sync_states(
        self, states: Sequence[SyncState]
    ) -> Mapping[tuple[Stream, str], Rejected]:
        """Shown by the add-on. CS-Cart itself has no place for them."""
        if self._addon is not None:
            return sync_states.write(self._addon.client, states)
        error = Rejected("The shop has no add-on that could show it.", code="not_found")
        return {(one.stream, one.id): error for one in states}

    def introduce(self, callback: str, app: str, store: str, *, reach: bool) -> Introduction:
        """Tell the add-on where to call; `reach`: it tries that now."""
        if self._addon is None:
            raise Rejected("The shop has no add-on that could call.", code="not_able")
        return self._addon.client.introduce(callback, app, store, reach=reach)

    def _one(self, stream: Stream, ident: str) -> Json:
        record = self._client.get(f"{_PATHS[stream]}/{in_path(ident)}")
        if not isinstance(record, dict) or not record:
            raise unexpected(self._client.shop, f"answers {stream} {ident} with no record")
        return record
