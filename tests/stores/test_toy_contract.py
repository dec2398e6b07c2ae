"""A platform is its folder and one line of the settings: the smallest one keeps the contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from connector.lib.outgoing import http
from stores.canonical.records import RecordRef, Stream
from stores.signatures import signature
from tests.stores.contract import TOLD, AdapterContract, Connection
from tests.stores.toy import admin
from tests.stores.toy.adapter import BOXES, ToyAdapter
from tests.stores.toy.admin import ToyWithAdmin
from tests.stores.toy.market import ToyMarket
from tests.stores.toy.orders import toy_order

URL = "https://toys.example.com"


def sign(secret: str, body: bytes, at: datetime) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {"X-Timestamp": timestamp, "X-Signature": signature(secret, timestamp, body)}


def connected(kind: type[ToyAdapter], monkeypatch: pytest.MonkeyPatch) -> Connection:
    box: list[dict[str, Any]] = [toy_order(n, toys=n, tip=Decimal(n - 1)) for n in (1, 2, 3)]
    monkeypatch.setitem(BOXES, URL, box)
    return Connection(
        adapter=kind(kind.Credentials(key="hush"), http.session(), url=URL),
        order_ids=frozenset({"1", "2", "3"}),
        total_field=("total",),
        sign=sign,
        body=b'{"orders": ["1"]}',
        refs=(RecordRef(Stream.ORDERS, "1"),),
        lacks=frozenset(TOLD) - {"version", "currency", "timezone"},
    )


class TestToyShop(AdapterContract):
    @pytest.fixture
    def connection(self, monkeypatch: pytest.MonkeyPatch) -> Connection:
        return connected(ToyAdapter, monkeypatch)


class TestToyMarket(AdapterContract):
    """The same of a shop whose lists tell little."""

    @pytest.fixture
    def connection(self, monkeypatch: pytest.MonkeyPatch) -> Connection:
        return connected(ToyMarket, monkeypatch)


class TestToyWithAdmin(AdapterContract):
    """One whose admin shows how its orders stand in Xero."""

    @pytest.fixture
    def connection(self, monkeypatch: pytest.MonkeyPatch) -> Connection:
        monkeypatch.setattr(admin, "ADMIN", admin.Admin())
        monkeypatch.setattr(admin.ADMIN, "gone", {str(987650000 + n) for n in range(100)})
        made = connected(ToyWithAdmin, monkeypatch)
        return replace(
            made, shown=lambda: {order: one for (_, order), one in admin.ADMIN.shown.items()}
        )
