"""OpenCart 3 and 4 as a store: the parts of this package behind one face."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import requests

from connector.lib.errors import Rejected
from stores.adapter import Interval, Introduction, Parsed, WebhookCall, WebhookReply
from stores.adapters.opencart.client import OpenCartClient
from stores.adapters.opencart.credentials import OpenCartCredentials
from stores.adapters.opencart.profile import PROFILE
from stores.adapters.opencart.reading import pages as reading
from stores.adapters.opencart.reading.probe import Probe
from stores.adapters.opencart.records import catalogue, forms, parse, scrub
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
from stores.php import hints, stock, sync_states
from stores.php.client import PAGE_SIZE, Json
from stores.profile import PlatformProfile
from stores.writing import check_ids

_PARSERS: dict[Stream, Callable[[Mapping[str, Any], ParseFacts], Parsed]] = {
    Stream.ORDERS: parse.parse_order,
    Stream.CUSTOMERS: catalogue.parse_customer,
    Stream.PRODUCTS: catalogue.parse_product,
    Stream.STOCK: catalogue.parse_stock,
}


class OpenCartAdapter:
    """An OpenCart shop at `url`, through its extension; see `stores.adapter.StoreAdapter` for the
    contract."""

    profile: ClassVar[PlatformProfile] = PROFILE
    Credentials: ClassVar[type[OpenCartCredentials]] = OpenCartCredentials

    def __init__(
        self, credentials: OpenCartCredentials, session: requests.Session, *, url: str
    ) -> None:
        self._client = OpenCartClient(url, credentials, session)
        self._probe = Probe(self._client)

    def probe(self) -> StoreFacts:
        self._probe = Probe(self._client)
        return self._probe.facts()

    def pages(self, stream: Stream, since: Interval) -> Iterator[Page]:
        if stream is Stream.STOCK:
            yield from self._stock()
            return
        found = reading.pages(
            self._client, self._probe.clock, stream, since, self._probe.last_event
        )
        for page in found:
            yield replace(page, records=tuple(self._stamped(page.records)))

    def count(self, stream: Stream, since: Interval) -> int | None:
        if stream is not Stream.ORDERS:
            return None
        return reading.count(self._client, self._probe.clock, since)

    def fetch(self, ref: RecordRef) -> Json:
        if ref.stream is Stream.STOCK:
            return self.fetch_stock(StockTarget(ref.id))
        return self._stamped([reading.one(self._client, ref)])[0]

    def fetch_many(self, stream: Stream, ids: Sequence[str]) -> list[Json]:
        """By ids; products and stock by their SKUs too, as orders name them."""
        if stream is Stream.STOCK:
            return self._stock_rows(ids)
        if stream is Stream.PRODUCTS:
            return self._stamped(self._products(ids))
        return self._stamped(reading.chosen(self._client, stream, ids))

    def numbered(self, number: str) -> list[Json]:
        rows, _ = self._client.rows("orders", "orders", number=number)
        return self._stamped(rows)

    def _stamped(self, records: Sequence[Json]) -> list[Json]:
        """Records with what they do not say and the shop does: time zone, base currency, and
        what its taxes are."""
        return [{**record, **self._probe.stamps, **self._taxes_of(record)} for record in records]

    def _taxes_of(self, record: Json) -> Json:
        rows = record.get("order_total")
        named = [
            str(row.get("title"))
            for row in (rows if isinstance(rows, list) else ())
            if isinstance(row, dict) and row.get("code") == "tax"
        ]
        found = self._probe.taxes_named(named) if named else {}
        return {"x_taxes": found} if found else {}

    def _products(self, skus: Sequence[str]) -> list[Json]:
        ids = [str(row["product_id"]) for row in self._stock_rows(skus) if "product_id" in row]
        return reading.chosen(self._client, Stream.PRODUCTS, ids)

    # --- stock ------------------------------------------------------------------------------

    def _stock(self) -> Iterator[Page]:
        """The stock of every product: it has no time of change."""
        window: Json = {}
        while True:
            rows, answer = self._client.rows("stock", "stock", **window, limit=PAGE_SIZE)
            if rows:
                yield Page(tuple(rows), None)
            if answer.get("more") is not True:
                return
            last = rows[-1].get("product_id") if rows else None
            if not reading.is_id(str(last)) or window.get("after") == int(str(last)):
                raise self._client.unexpected("gives the same page of stock again")
            window = {"after": int(str(last))}

    def _stock_rows(self, skus: Sequence[str]) -> list[Json]:
        found: list[Json] = []
        wanted = [sku for sku in dict.fromkeys(one.strip() for one in skus) if sku]
        for start in range(0, len(wanted), PAGE_SIZE):
            rows, _ = self._client.rows("stock", "stock", skus=wanted[start : start + PAGE_SIZE])
            found += rows
        return found

    def fetch_stock(self, target: StockTarget) -> Json:
        if target.product_id:
            rows, _ = self._client.rows("stock", "stock", ids=[_product_id(target)])
        else:
            rows = self._stock_rows([target.sku])
        if not rows:
            raise Rejected(f"The shop has no product {target}.", code="not_found")
        if len(rows) > 1:
            raise _ambiguous(target.sku)
        return rows[0]

    # --- understanding ----------------------------------------------------------------------

    @staticmethod
    def parse(stream: Stream, record: Mapping[str, Any], facts: ParseFacts) -> Parsed:
        return _PARSERS[stream](record, facts)

    @staticmethod
    def identify(stream: Stream, record: Mapping[str, Any]) -> RecordRef:
        return forms.identify(stream, record)

    @staticmethod
    def whereabouts(record: Mapping[str, Any], facts: ParseFacts) -> Whereabouts:
        return parse.whereabouts(record)

    @staticmethod
    def scrub(record: Mapping[str, Any]) -> Json:
        return scrub.scrub(record)

    @staticmethod
    def documents_of(raw: object) -> list[Json]:
        return forms.documents_of(raw)

    @staticmethod
    def webhook(call: WebhookCall) -> WebhookReply:
        return hints.read_call(call)

    # --- writing ----------------------------------------------------------------------------

    def order_condition(self, order_id: str) -> OrderCondition:
        if not reading.is_id(order_id):
            raise Rejected(f"The shop has no order {order_id}.", code="not_found")
        return _condition(
            self._client, self._client.call("order_condition", order_id=int(order_id))
        )

    def set_order_status(self, order_id: str, status: str, note: str = "") -> None:
        """Through the shop's own model, so that its stock and its extensions hear of it; the
        comment comes with the status, and the customer is not told."""
        if not status:
            self.add_order_note(order_id, note)
            return
        self._client.call(
            "set_status", order_id=int(order_id), status_id=int(status), comment=note, notify=False
        )

    def add_order_note(self, order_id: str, note: str) -> None:
        self._client.call("add_comment", order_id=int(order_id), comment=note)

    def set_stock(self, target: StockTarget, quantity: Decimal) -> None:
        """Set the quantity of a product without options. OpenCart counts whole pieces."""
        check_ids(target, "product_id")
        meant: Json = {"sku": target.sku}
        if target.product_id:
            meant = {"product_id": _product_id(target)}
        stock.put(self._client, target, meant, quantity, _refused_stock)

    def write_sync_states(
        self, states: Sequence[SyncState]
    ) -> Mapping[tuple[Stream, str], Rejected]:
        return sync_states.write(self._client, states)

    def introduce(self, callback: str, app: str, store: str, *, reach: bool) -> Introduction:
        """Tell the shop where to call; `reach`: it tries that now."""
        return self._client.introduce(callback, app, store, reach=reach)


def _condition(client: OpenCartClient, answer: Json) -> OrderCondition:
    comments = answer.get("comments")
    if not isinstance(comments, list) or answer.get("status") is None:
        raise client.unexpected("answers how an order stands without a status")
    status = str(answer["status"])
    return OrderCondition(
        status, stopped=status == "0", comments=tuple(str(one) for one in comments)
    )


def _product_id(target: StockTarget) -> int:
    if not reading.is_id(target.product_id):
        raise Rejected(f"The shop has no product {target.product_id}.", code="not_found")
    return int(target.product_id)


def _ambiguous(sku: str) -> Rejected:
    return Rejected(
        f"{sku}: several products of the shop have this SKU.",
        code="ambiguous",
        hint="Give each of them a SKU of its own.",
    )


def _refused_stock(sku: str, code: str) -> Rejected:
    if code == "ambiguous":
        return _ambiguous(sku)
    if code == "has_options":
        return Rejected(
            f"{sku}: the product has options, whose stock OpenCart counts apart.",
            code=code,
            hint="Keep the stock of products with options in the shop.",
        )
    return Rejected(f"The shop has no product {sku}.", code=code)
