"""A CS-Cart shop whose add-on speaks PROTOCOL.md, in memory, over `responses`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from stores.canonical.records import Stream
from stores.canonical.sync_state import SyncState, SyncStatus
from tests.stores.cscart.cscart_records import Json
from tests.stores.cscart.fake_shop import dumps
from tests.stores.php.package import Package, Refusal

URL = "https://shop.example.com"
ADDRESS = f"{URL}/index.php?dispatch=xero_connector.api"
STATUSES = {"O": "Open", "P": "Processed", "C": "Complete"}


def rate(name: str, percent: str, area: str, kind: str = "P") -> Json:
    """A rate of a tax, as the add-on gives it."""
    return {
        "tax_id": "6", "tax": name, "rate_value": percent, "rate_type": kind,
        "destination_id": area,
    }  # fmt: skip


def place(area: str, country: str, state: str = "") -> Json:
    """A place of a rate area."""
    return {"destination_id": area, "country": country, "state": state}


@dataclass
class AddonPackage(Package):
    """`orders`, `customers` and `products` are records by id, as the add-on gives them; `deleted`
    are orders that are gone. `now` is the shop's clock. `by_shop` makes an order as the shop's
    own function would."""

    orders: dict[str, Json] = field(default_factory=dict)
    deleted: dict[str, Json] = field(default_factory=dict)
    customers: dict[str, Json] = field(default_factory=dict)
    products: dict[str, Json] = field(default_factory=dict)
    combinations: list[Json] = field(default_factory=list)
    rates: list[Json] = field(default_factory=lambda: [rate("VAT", "20.000", "1")])
    places: list[Json] = field(default_factory=lambda: [place("1", "GB")])
    address: str = ADDRESS
    protocol: int = 1
    now: int = 1_800_000_000
    by_shop: Callable[[Json], Json] = lambda record: record

    def on_probe(self) -> Json:
        return {
            "addon": "1.0.0", "protocol": self.protocol, "cscart": "4.18.1",
            "edition": "ULTIMATE", "php": "8.2.7", "name": "Tea shop", "url": URL,
            "now": self.now, "timezone": "Europe/London", "base_currency": "GBP",
            "tax_calculation": "subtotal",
            "currencies": [{"currency_code": "EUR"}, {"currency_code": "GBP"}],
            "statuses": [{"status": k, "description": v, "params": {}}
                         for k, v in STATUSES.items()],
            "payments": [{"payment_id": "1", "payment": "Credit card", "status": "A"}],
            "taxes": [{"tax_id": "6", "tax": "VAT"}],
            "tax_rates": self.rates, "destinations": self.places,
            "shippings": [{"shipping_id": "1", "shipping": "Courier", "status": "A"},
                          {"shipping_id": "2", "shipping": "Pigeon", "status": "D"}],
            "usergroups": [{"usergroup_id": "4", "usergroup": "Wholesale"}],
            "companies": [{"company_id": "1", "company": "Simtech"}],
            "storefronts": [{"storefront_id": "1", "name": "Main", "url": URL}],
            "return_actions": [{"id": "4", "name": "Refund"}],
            "counts": {"orders": len(self.orders)}, "last_order_id": self._last(), "paired": None,
        }  # fmt: skip

    def on_orders(self, **said: Any) -> Json:
        made = said.pop("as", "")
        there = {**self.orders, **self.deleted}
        found = _listed("orders", "order_id", there, said)
        if made:
            found["orders"] = [self.by_shop(one) for one in found["orders"]]
        return found | {"last_id": self._last(), "now": self.now}

    def on_count(self, *, by: str, since: int = 0, until: int = 2**32 - 1) -> Json:
        said = {"by": by, "since": since, "until": until, "limit": 10**6}
        return {"count": len(self.on_orders(**said)["orders"])}

    def on_customers(self, **said: Any) -> Json:
        return _listed("customers", "user_id", self.customers, said)

    def on_products(self, **said: Any) -> Json:
        return _listed("products", "product_id", self.products, said)

    def on_stock(self, *, after: int = 0, limit: int = 100, skus: list[str] | None = None) -> Json:
        if skus is not None:
            everything = [*self.products.values(), *self.combinations]
            return {"stock": [p for p in everything if p["product_code"] in skus], "more": False,
                    "last": 0}  # fmt: skip
        rows = [p for n, p in sorted(self.products.items(), key=_number) if int(n) > after]
        last = int(rows[:limit][-1]["product_id"]) if rows else after
        page: list[Json] = []
        for row in rows[:limit]:
            number, counted = row["product_id"], row.get("tracking") == "O"
            sizes = [one for one in self.combinations if one["product_id"] == number]
            page += sizes if counted else [row]
        return {"stock": page, "more": len(rows) > limit, "last": last}

    def on_order_condition(self, *, order_id: int) -> Json:
        if str(order_id) not in self.orders:
            raise Refusal(404, "not_found")
        status = self.orders[str(order_id)]["status"]
        return {"status": status, "x_status_name": STATUSES.get(status, ""), "parent": False}

    def on_set_status(self, *, order_id: int, status: str, notify: bool) -> Json:
        assert notify is False
        if status not in STATUSES:
            raise Refusal(422, "bad_parameter", field="status")
        self.on_order_condition(order_id=order_id)
        self.orders[str(order_id)]["status"] = status
        return self.on_order_condition(order_id=order_id)

    def on_set_stock(self, *, items: list[Json]) -> Json:
        answers = []
        for item in items:
            by = "sku" if "sku" in item else "product_id"
            if by == "sku":
                found = self.on_stock(skus=[item["sku"]])["stock"]
            else:
                found = [p for n, p in self.products.items() if int(n) == item["product_id"]]
            code = "" if len(found) == 1 else "ambiguous" if found else "not_found"
            if not code and found[0].get("tracking") == "D":
                code = "not_counted"
            if not code:
                found[0]["amount"] = item["quantity"]
            answers.append({by: item[by], "done": not code} | ({"code": code} if code else {}))
        return {"items": answers}

    def on_sync_states(self, *, states: list[Json]) -> Json:
        known = {"order": self.orders, "product": self.products, "customer": self.customers}
        unknown = [one["id"] for one in states if str(one["id"]) not in known[one["kind"]]]
        self.states += [one for one in states if one["id"] not in unknown]
        return {"kept": len(states) - len(unknown), "unknown": unknown}

    def on_pair(self, *, callback: str, app: str, store: str, reach: bool) -> Json:
        return {"reached": reach, "error": "", "status": 200 if reach else 0}

    def shown(self) -> dict[str, SyncState]:
        """What the shop's admin shows of its orders."""
        return {
            str(one["id"]): SyncState(
                Stream.ORDERS, str(one["id"]), SyncStatus(one["state"]), one["number"],
                one["url"], one["reason"],
            )
            for one in self.states
        }  # fmt: skip

    def _last(self) -> int:
        return max(map(int, self.orders), default=0)


def as_listed(record: Json, changed: int | None = None) -> Json:
    """A record of the REST API as the add-on gives it."""
    at = int(record["timestamp"]) if changed is None else changed
    whole = {"returns": [], "shipments": [], "invoice_id": None, "credit_memo_id": None}
    told: Json = json.loads(dumps(record))
    return told | whole | {"x_changed": at, "x_base_currency": "GBP"}


def _listed(name: str, key: str, there: dict[str, Json], said: Json) -> Json:
    limit = said.get("limit", 100)
    assert limit >= 1
    if "ids" in said:
        return {name: [there[str(n)] for n in said["ids"] if str(n) in there], "more": False}
    if "after_id" in said:
        rows = [r for n, r in sorted(there.items(), key=_number) if int(n) > said["after_id"]]
    else:
        moment = "timestamp" if said["by"] == "placed" else "x_changed"
        after = said.get("after")
        beyond = (after["moment"], after["id"]) if after else (-1, 0)
        keyed = sorted(((int(r[moment]), int(r[key])), n) for n, r in there.items())
        first, last = said.get("since", 0), said.get("until", 2**32)
        rows = [there[n] for at, n in keyed if first <= at[0] <= last and at > beyond]
    return {name: rows[:limit], "more": len(rows) > limit}


def _number(item: tuple[str, Json]) -> int:
    return int(item[0])
