"""An OpenCart shop whose extension speaks PROTOCOL.md, in memory, over `responses`.

It is written from the protocol alone: signatures, refusals and their order, lists by moment and
id, events, writing. What a test wants of it otherwise it sets: `answers` replace the next answers
with any web page.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.stores.opencart.opencart_records import Json, opencart_order
from tests.stores.php.package import Package, Refusal

SHOP = "https://shop.example.com"
ADDRESS = f"{SHOP}/index.php?route=extension/xero_connector/api"


@dataclass
class Extension(Package):
    """One shop. `calls` are the calls that were let in, with their parameters."""

    orders: dict[int, Json] = field(default_factory=dict)
    deleted: dict[int, Json] = field(default_factory=dict)
    customers: dict[int, Json] = field(default_factory=dict)
    products: dict[int, Json] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    timezone: str = "UTC"
    utc_offset: int = 0
    protocol: int = 1
    address: str = ADDRESS
    tax_rates: list[Json] = field(default_factory=list)

    # --- the shop's own life ------------------------------------------------------------------

    def put(self, record: Json, changed: str = "") -> None:
        """An order, new or changed."""
        at = changed or record["order"]["date_modified"]
        self.orders[int(record["order"]["order_id"])] = record | {"x_changed": at}

    def delete(self, order_id: int, at: datetime) -> None:
        gone = self.orders.pop(order_id)
        self.deleted[order_id] = gone | {"x_deleted": at.isoformat(" ", "seconds")[:19]}
        self.note("order", order_id, "deleted", at)

    def note(self, kind: str, id: int, what: str, at: datetime) -> None:
        seq = self.events[-1]["seq"] + 1 if self.events else 1
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        self.events.append({"seq": seq, "kind": kind, "id": id, "what": what, "at": stamp})

    # --- calls --------------------------------------------------------------------------------

    def on_probe(self) -> Json:
        return {
            "extension": "1.0.0", "protocol": self.protocol, "opencart": "3.0.5.1", "php": "8.2.7",
            "name": "Your Store", "url": SHOP, "now": "2026-11-20 12:00:00",
            "utc_offset": self.utc_offset, "timezone": self.timezone, "base_currency": "GBP",
            "prices_include_tax": True,
            "stores": [{"store_id": "0", "name": "Your Store", "url": SHOP}],
            "order_statuses": [{"order_status_id": "1", "name": "Pending"},
                               {"order_status_id": "2", "name": "Processing"}],
            "payment_methods": [{"code": "bank_transfer", "title": "Bank Transfer", "status": "1"},
                                {"code": "cheque", "title": "Cheque", "status": "0"}],
            "shipping_methods": [{"code": "flat", "title": "Flat Rate", "status": "1"}],
            "currencies": [{"code": "GBP", "status": "1"}, {"code": "EUR", "status": "1"}],
            "return_actions": [{"return_action_id": "1", "name": "Refunded"}],
            "customer_groups": [{"customer_group_id": "1", "name": "Default"}],
            "tax_classes": [{"tax_class_id": "9", "title": "Taxable Goods"}],
            "tax_rates": self.tax_rates,
            "last_event": self.events[-1]["seq"] if self.events else 0,
            "paired": None,
        }  # fmt: skip

    def on_orders(
        self, *, by: str = "", since: str = "", until: str = "", after: Json | None = None,
        ids: list[int] | None = None, number: str = "", after_id: int | None = None,
        limit: int = 100,
    ) -> Json:  # fmt: skip
        last = {"last_id": max(self.orders, default=0)}
        if number:
            found = (
                [self.orders[int(number)]]
                if number.isdecimal() and int(number) in self.orders
                else []
            )
            return {"orders": found, "more": False} | last
        if ids is not None:
            there = {**self.deleted, **self.orders}
            return {"orders": [there[one] for one in ids if one in there], "more": False} | last
        placed = {n: r for n, r in self.orders.items() if r["order"]["order_status_id"] != "0"}
        if after_id is not None:
            rows = [r for n, r in sorted(placed.items()) if n > after_id]
            return {"orders": rows[:limit], "more": len(rows) > limit} | last
        keyed = {
            (r["x_changed"] if by == "changed" else r["order"]["date_added"], n): r
            for n, r in placed.items()
        }
        return _listed("orders", keyed, since, until, after, limit) | last

    def on_count(self, *, by: str, since: str = "", until: str = "") -> Json:
        everything = self.on_orders(by=by, since=since, until=until, limit=10**6)
        return {"count": len(everything["orders"])}

    def on_customers(self, **said: Any) -> Json:
        return _by_ids("customers", self.customers, "date_added", said)

    def on_products(self, **said: Any) -> Json:
        return _by_ids("products", self.products, "x_changed", said)

    def on_events(self, *, after: int, limit: int = 500) -> Json:
        rows = [one for one in self.events if one["seq"] > after]
        last = rows[:limit][-1]["seq"] if rows else after
        return {"events": rows[:limit], "last": last, "more": len(rows) > limit}

    def on_stock(
        self, *, after: int = 0, limit: int = 100, skus: list[str] | None = None,
        ids: list[int] | None = None,
    ) -> Json:  # fmt: skip
        rows = [
            {
                key: one.get(key)
                for key in ("product_id", "model", "sku", "quantity", "subtract", "has_options")
            }
            for number, one in sorted(self.products.items())
            if number > after and (ids is None or number in ids)
        ]
        if skus is not None:
            rows = [row for row in rows if (row["sku"] or row["model"]) in skus]
        return {"stock": rows[:limit], "more": len(rows) > limit}

    def on_set_stock(self, *, items: list[Json]) -> Json:
        answers = []
        for item in items:
            by = "sku" if "sku" in item else "product_id"
            found = [
                p for n, p in self.products.items()
                if (n if by == "product_id" else p["sku"] or p["model"]) == item[by]
            ]  # fmt: skip
            code = "not_found" if not found else "ambiguous" if len(found) > 1 else ""
            if found and found[0].get("has_options"):
                code = "has_options"
            if not code:
                found[0]["quantity"] = item["quantity"]
            answers.append({by: item[by], "done": not code} | ({"code": code} if code else {}))
        return {"items": answers}

    def on_order_condition(self, *, order_id: int) -> Json:
        if order_id not in self.orders:
            raise Refusal(404, "not_found")
        order = self.orders[order_id]
        comments = [row["comment"] for row in order["order_history"]]
        return {
            "status": order["order"]["order_status_id"],
            "x_status_name": "",
            "comments": comments,
        }

    def on_set_status(self, *, order_id: int, status_id: int, comment: str, notify: bool) -> Json:
        if status_id > 16:
            raise Refusal(422, "bad_parameter", field="status_id")
        self.orders[order_id]["order"]["order_status_id"] = str(status_id)
        return self.on_add_comment(order_id=order_id, comment=comment)

    def on_add_comment(self, *, order_id: int, comment: str) -> Json:
        history = self.orders[order_id]["order_history"]
        history.append({**history[0], "order_history_id": "99", "comment": comment})
        return self.on_order_condition(order_id=order_id)

    def on_sync_states(self, *, states: list[Json]) -> Json:
        known = {"order": self.orders, "product": self.products, "customer": self.customers}
        unknown = [one["id"] for one in states if one["id"] not in known[one["kind"]]]
        self.states += [one for one in states if one["id"] not in unknown]
        return {"kept": len(states) - len(unknown), "unknown": unknown}

    def on_pair(self, *, callback: str, app: str, store: str, reach: bool) -> Json:
        return {"reached": reach, "error": "", "status": 200 if reach else 0}


def _listed(
    name: str, keyed: dict[tuple[str, int], Json], since: str, until: str, after: Json | None,
    limit: int,
) -> Json:  # fmt: skip
    assert after is None or not after["moment"].startswith("0000"), "the extension refuses it"
    beyond = (after["moment"], after["id"]) if after else None
    keyed = {(max(at, "1000-01-01 00:00:00"), number): one for (at, number), one in keyed.items()}
    rows = [
        record for key, record in sorted(keyed.items())
        if (not since or key[0] >= since) and (not until or key[0] <= until)
        and (beyond is None or key > beyond)
    ]  # fmt: skip
    return {name: rows[:limit], "more": len(rows) > limit}


def _by_ids(name: str, records: dict[int, Json], column: str, said: Json) -> Json:
    if "ids" in said:
        return {name: [records[one] for one in said["ids"] if one in records], "more": False}
    by = "date_added" if said["by"] == "placed" else column
    keyed = {(one[by], number): one for number, one in records.items()}
    return _listed(
        name, keyed, said.get("since", ""), said.get("until", ""), said.get("after"), said["limit"]
    )


def three_orders() -> Extension:
    """A shop of three orders, placed and changed on three days."""
    shop = Extension()
    for number in (1, 2, 3):
        at = f"2026-11-0{number} 10:00:00"
        changed = f"2026-11-0{number} 11:30:00"
        record = opencart_order(order_id=number, date_added=at, date_modified=changed)
        shop.put(record, f"2026-11-01 10:{number}0:00")
    return shop
