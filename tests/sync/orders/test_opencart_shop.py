"""An OpenCart shop from its extension to Xero: sold, returned, lowered, deleted, told."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses
from django.contrib.auth import get_user_model
from django.core.management import call_command

from connector.configuration.importing import import_configuration
from connector.lib import clock
from stores.adapter import WebhookCall
from stores.models import Store
from stores.php.signing import hook_secret
from stores.signatures import signature
from sync.ingest import calls
from sync.ingest.accept import accept
from sync.models import TrackedOrder
from sync.orders import actions
from sync.outbox.sync_states import GATHER
from tests.stores.opencart.extension import SHOP, Extension
from tests.stores.opencart.opencart_records import Shop, opencart_order, returned
from tests.stores.php.package import KEY, SECRET
from tests.sync.world import RULES, World

GST = Shop(classes={"taxed": (("GST (10%)", Decimal(10), "P"),)})


@pytest.fixture
def shop(settings: Any) -> Iterator[Extension]:
    settings.ALLOW_PRIVATE_HOSTS = True
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.add_passthru("http://127.0.0.1")
        mocked.add_passthru("http://localhost")
        made = Extension()
        made.serve(mocked)
        yield made


@pytest.fixture
def oc(world: World, shop: Extension) -> World:
    """A world whose one store is an OpenCart shop, switched on by a configuration file."""
    Store.objects.all().delete()
    world.stores.clear()
    store = RULES | {
        "slug": "oc", "platform": "opencart", "url": SHOP, "organisation": "Demo Company (AU)",
        "credentials": {"key": KEY, "secret": SECRET}, "base_currency": "AUD",
        "timezone": "Australia/Sydney", "country": "AU", "number_prefix": "OC-",
        "statuses": {"invoice": ["2", "5"], "reverse": ["7"], "refunded": ["11"],
                     "paid": ["2", "5"]},
        "refunds": {"return_actions": ["1"]},
        "payment_accounts": {"bank_transfer": "090"},
    }  # fmt: skip
    file = json.dumps({"version": "1", "stores": [store]}).replace('"1"', "1", 1)
    import_configuration(file, lookup={}.get)
    world.stores.append(Store.objects.get())
    return world


def sold(number: int, **columns: Any) -> dict[str, Any]:
    at = clock.now().strftime("%Y-%m-%d %H:%M:%S")
    place = {
        f"{kind}_{name}": value
        for kind in ("payment", "shipping")
        for name, value in {"country": "Australia", "zone": "New South Wales"}.items()
    }
    values = place | {"date_added": at, "date_modified": at} | columns
    return opencart_order(
        shop=GST, order_id=number, currency=("AUD", "1.00000000"), history=[("2", at)], **values
    )


def totals(oc: World) -> dict[str, Decimal]:
    return {number: Decimal(str(one["Total"])) for number, one in oc.invoices().items()}


def credit_notes(oc: World) -> list[Decimal]:
    found = oc.xero.ledger(oc.organisation.tenant_id)["CreditNotes"]
    return [Decimal(str(one["Total"])) for one in found]


def changed(shop: Extension, record: dict[str, Any]) -> None:
    at = clock.now().strftime("%Y-%m-%d %H:%M:%S")
    record = {**record, "order": {**record["order"], "date_modified": at}}
    shop.put(record, at)


def test_orders_of_its_extension_reach_xero_once(oc: World, shop: Extension) -> None:
    for number in (1, 2):
        shop.put(sold(number))
    shop.put(sold(3, order_status_id="0"))

    oc.sync()
    oc.sync()

    assert totals(oc) == {"OC-1": Decimal("280.50"), "OC-2": Decimal("280.50")}
    assert [Decimal(str(one["Amount"])) for one in oc.payments()] == [Decimal("280.50")] * 2


def test_a_hint_of_the_shop_is_believed_by_its_derived_secret(oc: World, shop: Extension) -> None:
    shop.put(sold(1))
    body = json.dumps({"orders": [1], "call": "a"}).encode()
    now = clock.now()
    timestamp = str(int(now.timestamp()))
    headers = {
        "X-Timestamp": timestamp,
        "X-Signature": signature(hook_secret(SECRET), timestamp, body),
    }

    reply = accept("oc", WebhookCall(body, headers, "", now), lambda *_: [])
    calls.work_off(oc.store)
    oc.work()

    assert reply.status == 200
    assert list(totals(oc)) == ["OC-1"]


def test_a_return_is_credited_and_paid_back(oc: World, shop: Extension) -> None:
    record = sold(1)
    shop.put(record)
    oc.sync()
    oc.time.forward(timedelta(hours=1).total_seconds())
    at = clock.now().strftime("%Y-%m-%d %H:%M:%S")
    changed(shop, returned(record, (1, 1, "1"), at=at))

    oc.sync()
    oc.sync()

    assert credit_notes(oc) == [Decimal("110.00")]


def test_an_order_that_the_shop_deleted_waits_for_a_person_who_has_it_credited(
    oc: World, shop: Extension
) -> None:
    for number in (1, 2):
        shop.put(sold(number))
    oc.sync()
    oc.time.forward(timedelta(hours=1).total_seconds())
    for number in (1, 2):
        shop.delete(number, clock.now())

    oc.sync()

    rows = TrackedOrder.objects.order_by("number")
    assert {row.state for row in rows} == {"held"}
    assert {reason["code"] for row in rows for reason in row.reasons} == {"deleted_in_shop"}
    assert len(totals(oc)) == 2

    ana = get_user_model().objects.create_superuser("ana", password="x")
    actions.undo(TrackedOrder.objects.filter(number="1"), ana, "gone")
    actions.handle_by_hand(TrackedOrder.objects.filter(number="2"), ana, "kept")
    oc.work()
    oc.sync()

    assert credit_notes(oc) == [Decimal("280.50")]
    assert not TrackedOrder.objects.filter(label="held").exists()


def test_its_admin_is_told_how_its_orders_stand(oc: World, shop: Extension) -> None:
    shop.put(sold(1))

    oc.sync()
    oc.time.forward(GATHER.total_seconds() + 1)
    oc.write_back()

    told = {one["id"]: (one["state"], one["number"]) for one in shop.states}
    assert told[1] == ("in_xero", "OC-1")


@pytest.mark.parametrize("seen_before", [True, False])
def test_a_status_that_gives_the_money_back_leaves_nothing_to_reconcile(
    oc: World, shop: Extension, seen_before: bool
) -> None:
    """The shop states no sum: what it says is worth what stood."""
    record = sold(1)
    if seen_before:
        shop.put(record)
        oc.sync()
        oc.time.forward(timedelta(hours=1).total_seconds())
    at = clock.now().strftime("%Y-%m-%d %H:%M:%S")
    history = [{"order_history_id": str(n), "order_status_id": status, "date_added": at,
                "notify": "0", "comment": "", "order_id": "1"}
               for n, status in ((1, "2"), (2, "11"))]  # fmt: skip
    changed(shop, record | {"order": record["order"] | {"order_status_id": "11"},
                            "order_history": history})  # fmt: skip
    oc.sync()

    out = io.StringIO()
    with contextlib.suppress(SystemExit):
        call_command("reconcile", "--json", stdout=out)
    assert json.loads(out.getvalue())["differences"] == []
    assert credit_notes(oc) == [Decimal("280.50")]
