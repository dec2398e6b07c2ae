"""A platform that no file of the product names: one line of the settings, and its shops are read,
posted, shown and called as all others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from connector.configuration.importing import Report, import_configuration
from connector.configuration.reading import FileRefused
from connector.lib import clock, doorbell
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from stores.signatures import signature
from sync.flow.sweep import sweep
from sync.ingest import calls
from sync.ingest.pull import pulled
from sync.models import TrackedOrder
from tests.stores.toy.adapter import BOXES
from tests.stores.toy.orders import toy_order
from tests.sync.world import RULES, World

URL = "https://toys.example.com"
Box = list[dict[str, Any]]


@pytest.fixture
def box(settings: Settings) -> Iterator[Box]:
    """The orders of a toy shop. This one setting is all that the product is told of it."""
    settings.STORE_ADAPTERS = settings.STORE_ADAPTERS | {
        "toy": "tests.stores.toy.adapter.ToyAdapter"
    }
    BOXES[URL] = []
    yield BOXES[URL]
    del BOXES[URL]


@pytest.fixture
def toys(world: World, box: Box) -> World:
    """A world whose one store is a toy shop."""
    Store.objects.all().delete()
    world.stores.clear()
    configure()
    world.stores.append(Store.objects.get())
    return world


@pytest.fixture
def page() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ana", password="x"))
    return client


def configure(**more: Any) -> Report:
    """Import a file, which is JSON and so YAML, with the usual rules but no statuses."""
    store = {
        "slug": "toys", "name": "Toys", "platform": "toy", "url": URL,
        "credentials": {"key": "hush"}, "webhook_secret": "toys-secret",
        "organisation": "Demo Company (AU)",
        "base_currency": "AUD", "timezone": "Australia/Sydney", "country": "AU",
        "number_prefix": "TOY-",
    }  # fmt: skip
    rules = {key: value for key, value in RULES.items() if key != "statuses"}
    file = {"version": "1", "stores": [store | rules | more]}
    return import_configuration(json.dumps(file).replace('"1"', "1", 1), lookup={}.get)


def test_its_orders_reach_xero_as_the_profile_says(toys: World, box: Box) -> None:
    box += [toy_order(1), toy_order(2, toys=3, tip=Decimal(5)), toy_order(3, status="boxed")]

    toys.sync()

    assert {number: Decimal(str(one["Total"])) for number, one in toys.invoices().items()} == {
        "TOY-T1": Decimal(22), "TOY-T2": Decimal(71),
    }  # fmt: skip
    tipped = toys.invoices()["TOY-T2"]["LineItems"]
    assert [line["AccountCode"] for line in tipped] == ["200", "260"]
    assert sorted(payment["Amount"] for payment in toys.payments()) == [22, 71]
    labels = TrackedOrder.objects.order_by("pk").values_list("label", flat=True)
    assert list(labels) == ["posted", "posted", "skipped"]


def test_only_the_streams_that_it_has_are_read(
    toys: World, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    rings: list[tuple[Any, ...]] = []
    monkeypatch.setattr(doorbell, "ring", lambda *args, **_: rings.append(args))
    store = toys.store

    sweep()
    assert calls.trigger(store.slug, store.trigger_token)

    assert pulled(store) == (Stream.ORDERS,)
    assert [args[1:] for args in rings if args[0] == "sync.pull"] == [(store.pk, "orders")] * 2
    assert not Cursor.objects.exclude(stream="orders").exists()


def test_a_reason_points_at_its_own_records(toys: World, box: Box) -> None:
    box += [toy_order(1, total="23.00")]

    toys.sync()

    (reason,) = TrackedOrder.objects.get().reasons
    assert (reason["code"], reason["field"]) == ("totals_do_not_add_up", "total")
    assert toys.invoices() == {}


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"streams": {"products": True}}, "streams.products: Toy shop has no products to read"),
        (
            {"streams": {"customers": "both"}},
            "streams.customers: Toy shop has no customers to read and no customers to write to",
        ),
        ({"streams": {"stock": "to_xero"}}, "streams.stock: Toy shop has no stock to read"),
        (
            {"streams": {"stock": "to_store"}},
            "streams.stock: Toy shop has no stock to read and no stock to write to",
        ),
        ({"streams": {"stock": "master"}}, "streams.stock: Toy shop has no stock to write to"),
        (
            {"write_back": {"comment": True}},
            "write_back.comment: Toy shop has no order notes to write to",
        ),
        (
            {"statuses": {"on_paid": "x"}},
            "statuses.on_paid: Toy shop has no order statuses to write to",
        ),
    ],
)
def test_what_its_shops_cannot_do_is_refused(
    toys: World, section: dict[str, Any], said: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        configure(**section)

    assert refused.value.lines == [f"stores[0].{said}"]


def test_what_is_not_asked_of_it_is_no_fault(toys: World) -> None:
    report = configure(
        streams={"products": False, "customers": True, "stock": "off"},
        write_back={"comment": False}, statuses={"on_paid": None, "invoice": ["played"]},
    )  # fmt: skip

    assert not [line for line in report.notices if "Toy shop" in line]


def test_its_calls_are_believed_by_its_own_scheme(toys: World, box: Box) -> None:
    box += [toy_order(1)]
    body = b'{"orders": ["1"]}'
    now = str(int(clock.timestamp()))
    signed = {"X-Timestamp": now, "X-Signature": signature("toys-secret", now, body)}
    client = Client()

    answers = [
        client.post("/hooks/toys/", body, "application/json", headers=headers).status_code
        for headers in (signed | {"X-Signature": "0"}, signed)
    ]
    calls.work_off(toys.store)
    toys.work()

    assert answers == [401, 200]
    assert list(toys.invoices()) == ["TOY-T1"]


def test_pages_show_what_its_profile_says(toys: World, box: Box, page: Client) -> None:
    box += [toy_order(1)]
    toys.sync()
    order = TrackedOrder.objects.get()

    stores, store = page.get("/stores/").text, page.get("/stores/toys/").text
    steps, shown = page.get("/set-up/file/").text, page.get(f"/orders/{order.pk}/").text

    assert "Toy shop" in stores
    assert "A toy rings twice." in store
    assert store.count("Toy shop has none") == 4
    assert "Toy shop" in steps
    assert "Toy key" in steps
    assert "Look under the lid." in steps
    assert "Activate and Allow" in steps
    assert steps.count("${STORE_AU_CONSUMER_KEY}") == 1
    assert steps.count("As it stands, the store") == 3  # the toy has no example
    assert "TOY-T1" in shown
    assert "Mia" in shown
    assert "T1" in page.get("/orders/").text
    assert page.get(f"/orders/{order.pk}/preview/").status_code == 200
    assert page.get("/stores/toys/backfill/").status_code == 200


def test_its_keys_are_checked_by_its_profile(toys: World) -> None:
    with pytest.raises(FileRefused) as unknown:
        configure(credentials={"bearer": "x"})
    with pytest.raises(FileRefused) as elsewhere:
        configure(platform="toys")
    warned = configure(url="http://toys.example.com")

    assert unknown.value.lines == ["stores[0].credentials.bearer: unknown key"]
    assert elsewhere.value.lines == [
        "stores[0].platform: must be magento, opencart, cscart or toy, not 'toys'"
    ]
    assert any(
        line.startswith("stores.toys.url: The toy key goes to toys.example.com with every call")
        for line in warned.notices
    )
    assert not [line for line in warned.notices if "not active" in line]


def test_without_its_adapter_the_store_says_what_is_missing(
    toys: World, box: Box, page: Client, settings: Settings
) -> None:
    box += [toy_order(1)]
    toys.sync()
    order = TrackedOrder.objects.get()
    toys.time.forward(timedelta(hours=1).total_seconds())
    settings.STORE_ADAPTERS = {
        name: path for name, path in settings.STORE_ADAPTERS.items() if name != "toy"
    }

    toys.pull()
    sweep()

    said = "This version cannot read toy shops; it reads: cscart, magento, opencart."
    assert said in Cursor.objects.get(stream="orders").last_error
    assert said in page.get(f"/orders/{order.pk}/").text
    assert "toy (not read yet)" in page.get("/stores/").text
    assert page.get("/stores/toys/").status_code == 200


def test_what_its_shop_leaves_unsaid_is_worked_out_and_shown(
    toys: World, box: Box, page: Client
) -> None:
    promised = {"by": "marbles", "amount": "22.00", "state": "authorised"}
    bare = {"id": "1", "name": "Top", "count": 1, "net": "22.00", "account": "260"}
    box += [
        toy_order(1, trial="Y"),
        toy_order(2, paid=[{"by": "marbles", "amount": "22.00", "fee": "0.70"}]),
        toy_order(3, paid=[promised]),
        toy_order(4) | {"tax": "0", "toys": [bare]},
    ]
    configure(tax=RULES["tax"] | {"default": "OUTPUT"})

    toys.sync()

    rows = {row.number: row for row in TrackedOrder.objects.all()}
    assert {number: row.label for number, row in rows.items()} == {
        "T1": "skipped", "T2": "posted", "T3": "posted", "T4": "posted",
    }  # fmt: skip
    assert [one["code"] for one in rows["T1"].reasons] == ["test_order"]
    assert [one["code"] for one in rows["T3"].reasons] == ["payment_authorised"]
    unsaid = toys.invoices()["TOY-T4"]
    assert (unsaid["Total"], unsaid["TotalTax"], unsaid["LineAmountTypes"]) == (22, 2, "Inclusive")
    assert unsaid["LineItems"][0]["AccountCode"] == "260"
    assert [one["Amount"] for one in toys.payments()] == [22, 22]
    shown = {number: page.get(f"/orders/{row.pk}/").text for number, row in rows.items()}
    assert "of which the provider kept" in shown["T2"]
    assert ", authorised" in shown["T3"]
    assert "(not stated)" in shown["T4"]
