"""Magento 2 and Adobe Commerce as a store: the parts of this package behind one face."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import requests

from connector.lib.errors import Rejected
from stores.adapter import Interval, Parsed, WebhookCall, WebhookReply, fetch_each
from stores.adapters.magento import writing
from stores.adapters.magento.client import Filter, Json, MagentoClient, in_path
from stores.adapters.magento.credentials import MagentoCredentials
from stores.adapters.magento.errors import unexpected
from stores.adapters.magento.profile import PROFILE
from stores.adapters.magento.reading import late
from stores.adapters.magento.reading import pages as reading
from stores.adapters.magento.reading.categories import read_categories
from stores.adapters.magento.reading.inventory import Inventory
from stores.adapters.magento.reading.probe import Probe
from stores.adapters.magento.records import catalogue, forms, parse, scrub
from stores.canonical.customer import CustomerChanges
from stores.canonical.order import Whereabouts
from stores.canonical.product import Category, StockTarget
from stores.canonical.records import (
    By,
    OrderCondition,
    Page,
    ParseFacts,
    RecordRef,
    StoreFacts,
    Stream,
)
from stores.profile import PlatformProfile
from stores.signatures import read_call
from stores.writing import check_ids

_PARSERS: dict[Stream, Callable[[Mapping[str, Any], ParseFacts], Parsed]] = {
    Stream.ORDERS: parse.parse_order,
    Stream.REFUNDS: parse.parse_creditmemo,
    Stream.CUSTOMERS: catalogue.parse_customer,
    Stream.PRODUCTS: catalogue.parse_product,
    Stream.STOCK: catalogue.parse_stock,
}
_PATHS = {
    Stream.ORDERS: "orders",
    Stream.REFUNDS: "creditmemo",
    Stream.CUSTOMERS: "customers",
    Stream.PRODUCTS: "products",
    Stream.STOCK: "stockItems",
}
_HEAD = "entity_id,increment_id,state,status"
_CONDITION = "status,state,status_histories[comment]"


class MagentoAdapter:
    """A Magento shop at `url`; see `stores.adapter.StoreAdapter` for the contract."""

    profile: ClassVar[PlatformProfile] = PROFILE
    Credentials: ClassVar[type[MagentoCredentials]] = MagentoCredentials

    def __init__(
        self, credentials: MagentoCredentials, session: requests.Session, *, url: str
    ) -> None:
        self._client = MagentoClient(url, credentials, session)
        self._inventory = Inventory(self._client)

    def probe(self) -> StoreFacts:
        return Probe(self._client).facts()

    def pages(self, stream: Stream, since: Interval) -> Iterator[Page]:
        if stream is Stream.STOCK:
            yield from self._stock()
            return
        if stream is Stream.ORDERS and since.by is By.CHANGED:
            yield from late.orders(self._client, since)
            return
        for page in reading.pages(self._client, reading.SOURCES[stream], since):
            yield replace(page, records=tuple(self._completed(stream, page.records)))

    def count(self, stream: Stream, since: Interval) -> int | None:
        listed = Stream.PRODUCTS if stream is Stream.STOCK else stream
        return reading.count(self._client, reading.SOURCES[listed], since)

    def fetch(self, ref: RecordRef) -> Json:
        record = self._client.get(f"{_PATHS[ref.stream]}/{in_path(ref.id)}")
        if not isinstance(record, dict):
            raise unexpected(self._client.shop, f"answers {ref.stream} with no record")
        if ref.stream is Stream.STOCK:
            return self._with_salable(ref.id, record)
        return self._completed(ref.stream, (record,))[0]

    def fetch_many(self, stream: Stream, ids: Sequence[str]) -> list[Json]:
        """By the list of the stream; stock items have none, and are asked for by SKU. An order
        that was edited comes with the one that it was made from."""
        if stream is Stream.STOCK:
            return fetch_each(self.fetch, stream, ids)
        found = reading.chosen(self._client, stream, ids)
        if stream is Stream.ORDERS:
            found = [*late.replaced(self._client, tuple(found)), *found]
        return self._completed(stream, tuple(found))

    def numbered(self, number: str) -> list[Json]:
        found = self._client.search("orders", ((Filter("increment_id", "eq", number),),))
        return self._completed(Stream.ORDERS, found.items)

    def categories(self) -> list[Category]:
        return read_categories(self._client)

    def _stock(self) -> Iterator[Page]:
        """The stock of every product: it has no time of change, and is read one by one."""
        for page in reading.pages(self._client, reading.SOURCES[Stream.PRODUCTS], Interval()):
            refs = [RecordRef(Stream.STOCK, str(row.get("sku"))) for row in page.records]
            yield Page(tuple(self.fetch(ref) for ref in refs), None, page.total)

    def _with_salable(self, sku: str, item: Json) -> Json:
        """A stock item with the SKU that it was asked by, which it lacks, and what may be sold;
        where that is more than the item has, also what all sources have."""
        record = item | {"sku": sku}
        salable = self._inventory.salable(sku) if catalogue.may_be_counted(item) else None
        if salable is None:
            return record
        record |= {"salable_quantity": salable}
        if catalogue.sells_more_than_on_hand(record):
            everywhere = self._inventory.everywhere(sku)
            record |= {} if everywhere is None else {"sources_quantity": everywhere}
        return record

    def _completed(self, stream: Stream, records: tuple[Json, ...]) -> list[Json]:
        """Records with what they need beside them to be understood."""
        if stream is Stream.ORDERS:
            return reading.with_companions(self._client, records)
        if stream is Stream.REFUNDS:
            return reading.with_orders(self._client, records)
        return list(records)

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
        return WebhookReply(tuple(read_call(call, PROFILE.streams)))

    def order_condition(self, order_id: str) -> OrderCondition:
        order = self._client.get(f"orders/{in_path(order_id)}", [("fields", _CONDITION)])
        if not isinstance(order, dict):
            raise unexpected(self._client.shop, "answers an order with no record")
        return writing.condition_of(order)

    def set_order_status(self, order_id: str, status: str, note: str = "") -> None:
        """Put an order into a status, and then add a comment that is for the shop's staff only.

        Magento 2.4.7 takes no new status with a comment, and older ones lose the order's where
        a comment has none. So the status is saved with the order, whose state stays as it was
        read just before, and the comment repeats it. Whether the status belongs to the state
        is not looked at by Magento.
        """
        order = self._head(order_id)
        if status and status != order.get("status"):
            saved = writing.order_with(order, status)
            self._client.write("POST", "orders", {"entity": saved})
            order |= saved
        if note:
            self._comment(order_id, order, note)

    def add_order_note(self, order_id: str, note: str) -> None:
        self._comment(order_id, self._head(order_id), note)

    def _head(self, order_id: str) -> Json:
        order = self._client.get(f"orders/{in_path(order_id)}", [("fields", _HEAD)])
        if not isinstance(order, dict):
            raise unexpected(self._client.shop, "answers an order with no record")
        return order

    def _comment(self, order_id: str, order: Json, comment: str) -> None:
        path = f"orders/{in_path(order_id)}/comments"
        entry = writing.comment_on(order, comment)
        try:
            self._client.write("POST", path, {"statusHistory": entry})
        except Rejected:
            # Nothing was written. If the status moved on since it was read, that was why.
            entry = writing.comment_on(self._head(order_id), comment)
            if entry["status"] == order.get("status"):
                raise
            self._client.write("POST", path, {"statusHistory": entry})

    def set_customer(self, customer_id: str, changes: CustomerChanges) -> Json:
        """Magento takes whole customers only: read, changed, and put back."""
        path = f"customers/{in_path(customer_id)}"
        customer = self._client.get(path)
        if not isinstance(customer, dict):
            raise unexpected(self._client.shop, "answers a customer with no record")
        countries: list[Json] = []
        if writing.needs_countries(customer, changes):
            countries = self._client.get("directory/countries")
        body = {"customer": writing.changed_customer(customer, changes, countries)}
        record = self._client.write("PUT", path, body)
        if not isinstance(record, dict):
            raise unexpected(self._client.shop, "answers a changed customer with no record")
        return record

    def set_stock(self, target: StockTarget, quantity: Decimal) -> None:
        """Set the quantity of the default stock, or of a source where one is named; in stock is
        what there is some of. A SKU is one product's."""
        check_ids(target, "product_id", "location_id")
        sku = target.sku or target.product_id  # which in Magento is the SKU
        # Read first: Magento takes a source's quantity of a SKU that no product has.
        item = self._client.get(f"stockItems/{in_path(sku)}")
        if not isinstance(item, dict) or not str(item.get("item_id")).isdecimal():
            raise unexpected(self._client.shop, "answers a stock item without an id")
        # JSON knows no Decimal; a quantity has at most four decimals and is no money.
        number = int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
        if target.location_id:
            source = {"sku": sku, "source_code": target.location_id, "quantity": number}
            row = source | {"status": int(quantity > 0)}
            self._client.write("POST", "inventory/source-items", {"sourceItems": [row]})
            return
        self._client.write(
            "PUT",
            f"products/{in_path(sku)}/stockItems/{item['item_id']}",
            {"stockItem": {"qty": number, "is_in_stock": quantity > 0}},
        )
