"""A CS-Cart shop whose orders come about, change and are taken back: what stands in Xero then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import responses

from connector.configuration.importing import import_configuration
from connector.lib import clock
from stores.models import Store
from sync.ingest.probe import probe
from sync.models import TrackedOrder
from tests.stores.cscart.cscart_records import A, Json, on, order, product, tax
from tests.stores.cscart.fake_shop import KEYS, LISTS, URL, FakeShop
from tests.sync.world import RULES, World

STATUSES = {"invoice": ["O", "P", "C"], "reverse": ["I"], "refunded": ["R"], "paid": ["P", "C"]}


@pytest.fixture
def shop() -> Iterator[FakeShop]:
    fake = FakeShop(lists=LISTS)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_passthru("http://127.0.0.1")
        fake.install(mock)
        yield fake


@pytest.fixture
def books(world: World, shop: FakeShop) -> World:
    """A world whose one store is a CS-Cart shop."""
    Store.objects.all().delete()
    world.stores.clear()
    configure()
    world.stores.append(Store.objects.get())
    return world


def configure(**more: Any) -> None:
    store = {
        "slug": "cs", "platform": "cscart", "url": URL, "credentials": KEYS,
        "organisation": "Demo Company (AU)", "base_currency": "AUD", "country": "AU",
        "timezone": "Australia/Sydney", "number_prefix": "CS-",
    }  # fmt: skip
    rules = {**RULES, "statuses": STATUSES}
    text = json.dumps({"version": "1", "stores": [store | rules | more]})
    import_configuration(text.replace('"1"', "1", 1), lookup={}.get)


def sold(number: int, total: str = "110.00", **more: Any) -> Json:
    """An order of today over one product with 10 % inside."""
    inside = Decimal(total) / 11
    gst = tax(inside, {"P": inside, "S": 0, "items": on(A)}, rate="10.000")
    stamp = str(int((clock.now() - timedelta(hours=1)).timestamp()))
    return order(
        total, product(A, total), taxes={"6": gst}, order_id=str(number), timestamp=stamp,
        updated_at=None, b_country="AU", s_country="AU", **more,
    )  # fmt: skip


def later(books: World) -> None:
    """The next look at the shop, and what follows from it."""
    books.time.forward(minutes=6)
    books.sync()


def credits(books: World) -> list[tuple[str, str, str, str]]:
    """Credit notes: number, status, total, what is left open of it."""
    found = books.xero.ledger(books.organisation.tenant_id)["CreditNotes"]
    return [
        (one["CreditNoteNumber"], one["Status"], str(one["Total"]), str(one["RemainingCredit"]))
        for one in found
    ]


def test_its_orders_reach_xero_and_those_of_vendors_in_place_of_their_parent(
    books: World, shop: FakeShop
) -> None:
    configure(
        rules=[{"when": {"vendor": "Simtech"}, "account": "260"}],
        tracking={"Region": "{vendor}"},
    )
    probe(books.fresh(books.store))
    shop.orders = {
        "1": sold(1, "165.00", is_parent_order="Y", status="T"),
        "2": sold(2, parent_order_id="1", company_id="1"),
        "3": sold(3, "55.00", parent_order_id="1", company_id="2", status="O"),
        "4": sold(4, status="N"),
    }

    books.sync()

    sales = books.invoices()
    assert {number: str(one["Total"]) for number, one in sales.items()} == {
        "CS-2": "110.00", "CS-3": "55.00",
    }  # fmt: skip
    accounts = {n: one["LineItems"][0]["AccountCode"] for n, one in sales.items()}
    assert accounts == {"CS-2": "260", "CS-3": "200"}
    (tracked,) = sales["CS-2"]["LineItems"][0]["Tracking"]
    assert tracked["Option"] == "Simtech"
    assert [str(one["Amount"]) for one in books.payments()] == ["110.00"]
    labels = TrackedOrder.objects.order_by("source_id").values_list("source_id", "label")
    assert list(labels) == [("1", "skipped"), ("2", "posted"), ("3", "posted")]


def test_a_status_that_changes_is_followed_within_two_looks(books: World, shop: FakeShop) -> None:
    shop.orders["1"] = sold(1, status="O")
    books.sync()
    assert books.payments() == []

    shop.orders["1"]["status"] = "P"
    later(books)

    assert [str(one["Amount"]) for one in books.payments()] == ["110.00"]


@pytest.mark.parametrize(("setting", "left"), [("open", "22.00"), ("refunded", "0.00")])
def test_a_paid_order_whose_total_falls_is_credited(
    books: World, shop: FakeShop, setting: str, left: str
) -> None:
    configure(refunds={"lowered_total": setting})
    shop.orders["1"] = sold(1)
    books.sync()

    shop.orders["1"] = sold(1, "88.00")
    later(books)
    later(books)

    assert [(total, rest) for _, _, total, rest in credits(books)] == [("22.00", left)]
    assert str(books.invoices()["CS-1"]["Total"]) == "110.00"


def test_an_order_that_grows_before_it_is_paid_is_changed_in_place(
    books: World, shop: FakeShop
) -> None:
    shop.orders["1"] = sold(1, status="O")
    books.sync()

    shop.orders["1"] = sold(1, "121.00", status="O")
    later(books)

    assert {n: str(one["Total"]) for n, one in books.invoices().items()} == {"CS-1": "121.00"}


@pytest.mark.parametrize("change", [{"status": "R"}, {"credit_memo_id": "9"}])
def test_what_is_taken_back_whole_is_credited_and_paid_back_once(
    books: World, shop: FakeShop, change: dict[str, str]
) -> None:
    shop.orders["1"] = sold(1)
    books.sync()

    shop.orders["1"] |= change
    later(books)
    later(books)

    assert credits(books) == [("CS-1-C", "PAID", "110.00", "0.00")]


def test_what_was_cancelled_before_it_was_paid_is_voided(books: World, shop: FakeShop) -> None:
    shop.orders["1"] = sold(1, status="O")
    books.sync()

    shop.orders["1"]["status"] = "I"
    later(books)

    assert (books.invoices(), credits(books)) == ({}, [])


def test_an_order_that_does_not_add_up_is_held_until_it_is_corrected(
    books: World, shop: FakeShop
) -> None:
    shop.orders["1"] = sold(1) | {"total": "111.00"}
    books.sync()
    (reason,) = TrackedOrder.objects.get().reasons
    assert "1.00 is unexplained" in reason["message"]
    assert books.invoices() == {}

    shop.orders["1"] = sold(1)
    later(books)

    assert list(books.invoices()) == ["CS-1"]


def test_what_was_paid_in_xero_sets_the_status_and_nothing_else(
    books: World, shop: FakeShop
) -> None:
    configure(statuses={**STATUSES, "on_paid": "C"})
    shop.orders["1"] = sold(1)
    books.sync()
    books.write_back()

    writes = [body for path, body in shop.written if path == "orders/1"]
    assert [sorted(body) for body in writes] == [
        ["notify_department", "notify_user", "notify_vendor", "status"]
    ]
    assert shop.orders["1"]["status"] == "C"


def test_a_shop_that_was_proven_to_know_changes_is_asked_for_those_alone(
    books: World, shop: FakeShop
) -> None:
    shop.rewrites, shop.knows_changes = False, True
    for number in range(1, 4):
        placed = sold(number)
        shop.orders[str(number)] = placed | {"updated_at": placed["timestamp"]}
    # Longer ago than what is read again after each look, and with the first one of an hour.
    books.time.forward(hours=3)
    probe(books.fresh(books.store))
    books.stores[0] = books.fresh(books.store)
    books.sync()

    before = len(shop.calls)
    now = str(int(clock.now().timestamp()))
    shop.orders["2"] |= {"notes": "changed", "updated_at": now}
    later(books)

    assert set(books.invoices()) == {"CS-1", "CS-2", "CS-3"}
    assert shop.calls[before:] == [("GET", "orders"), ("GET", "orders/2")]
    assert "updated_at_from" in shop.queries[before]
    kept = TrackedOrder.objects.get(source_id="2").record.record
    assert kept["notes"] == "changed"
