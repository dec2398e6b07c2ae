"""The OpenCart adapter keeps the contract of all adapters, against its extension's protocol."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import responses

from connector.lib.outgoing import http
from stores.adapters.opencart.adapter import OpenCartAdapter
from stores.canonical.records import RecordRef, Stream
from stores.canonical.sync_state import SyncState, SyncStatus
from stores.signatures import signature
from tests.stores.contract import AdapterContract, Connection
from tests.stores.opencart.extension import SHOP, Extension, three_orders
from tests.stores.php.package import KEY, SECRET


def sign(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {"X-Timestamp": timestamp, "X-Signature": signature(secret, timestamp, body)}


def connected() -> OpenCartAdapter:
    credentials = OpenCartAdapter.Credentials(key=KEY, secret=SECRET)
    return OpenCartAdapter(credentials, http.session(allow_private=True), url=SHOP)


class TestOpenCart(AdapterContract):
    @pytest.fixture
    def connection(self) -> Iterator[Connection]:
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
            shop = three_orders()
            shop.tax_rates = [
                {"name": "VAT (20%)", "rate": "20.0000", "type": "P", "geo_zone_id": "3"}
            ]
            shop.serve(mocked)
            yield Connection(
                adapter=connected(),
                order_ids=frozenset({"1", "2", "3"}),
                total_field=("order", "total"),
                sign=sign,
                body=b'{"orders": [1, 2], "customers": [7], "call": "9f0c"}',
                refs=(
                    RecordRef(Stream.ORDERS, "1"),
                    RecordRef(Stream.ORDERS, "2"),
                    RecordRef(Stream.CUSTOMERS, "7"),
                ),
                shown=lambda: shown(shop),
            )


def shown(shop: Extension) -> dict[str, SyncState]:
    """What the shop's admin shows of its orders."""
    return {
        str(one["id"]): SyncState(
            Stream.ORDERS, str(one["id"]), SyncStatus(one["state"]), one["number"], one["url"],
            one["reason"],
        )
        for one in shop.states
    }  # fmt: skip
