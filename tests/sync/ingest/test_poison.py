"""Records that cannot be kept or read whole: each costs itself only, and is held by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.lib import clock, exact_json
from stores import adapter as base
from stores.canonical.records import Stream
from stores.connect import connect
from stores.models import Cursor, SourceRecord, as_text
from sync.backfill import actions as backfill
from sync.backfill import read as backfill_reading
from sync.ingest import calls
from sync.ingest import ingest as keep
from sync.models import IncomingCall, TrackedOrder, TrackedProduct
from tests.sync.world import World, at_rest, in_xero

HALF = "Ann \ud83d"
Spoil = Callable[[dict[str, Any]], None]


def beside_the_payment(text: str) -> Spoil:
    def spoil(order: dict[str, Any]) -> None:
        order["payment"]["additional_information"] = ["Card", text]

    return spoil


def at_the_top(**fields: Any) -> Spoil:
    return lambda order: order.update(fields)


def named(name: str) -> Spoil:
    return lambda order: order["billing_address"].update(firstname=name)


def nested(levels: int) -> list[Any]:
    found: list[Any] = []
    for _ in range(levels):
        found = [found]
    return found


POISON: dict[str, Spoil] = {
    "half an emoji inside": beside_the_payment('{"payer":"Ann \\ud83d"}'),
    "NaN inside": beside_the_payment('{"n":NaN}'),
    "Infinity inside": beside_the_payment('[{"n":-Infinity}]'),
    "480 brackets inside": beside_the_payment("[" * 480 + "]" * 480),
    "100,000 brackets inside": beside_the_payment('{"a":' * 100_000 + "1" + "}" * 100_000),
    "half an emoji": named(HALF),
    "half an emoji as a key": at_the_top(**{HALF: 1}),
    "NaN": at_the_top(weight=float("nan")),
    "150 brackets": at_the_top(extra=nested(150)),
    "a surrogate in the number": at_the_top(po=["\udfff"]),
}
# What is odd and can be kept and read all the same.
ODD: dict[str, Spoil] = {
    "a marked text": beside_the_payment("\0n+5"),
    "marked texts": at_the_top(a="\0n-", b="\0n1e5", c="\0n..", d={"\0n+5": "\0n"}),
    "a whole number of 5,000 digits": at_the_top(extra=[10**4000]),
    "NUL inside": beside_the_payment('{"a":"\\u0000"}'),
    "brackets that are no JSON": beside_the_payment("[[[ paid ]]"),
    "a very long text": at_the_top(remark="x" * 2_000_000),
    "NULs": at_the_top(remark="\0", weight="\0"),
}


def spoilt(world: World, spoil: Spoil, **wish: Any) -> dict[str, Any]:
    order = world.place(**wish)
    spoil(order)
    world.shop.update_order(order["entity_id"])
    return order


def held_by_name(world: World, order: dict[str, Any]) -> None:
    row = world.row(order)
    assert (row.number, row.state, row.label) == (order["increment_id"], "held", "held")
    assert row.postings.count() == 0
    assert [reason["code"] for reason in row.reasons] == ["unreadable"]
    assert row.record.flaws


def readable_pages(order: TrackedOrder) -> None:
    """Nobody is kept from looking at it."""
    client, (ana, _) = (
        Client(),
        get_user_model().objects.get_or_create(username="ana", is_superuser=True),
    )
    client.force_login(ana)
    for end in ("", "preview/", "record/"):
        assert client.get(f"/orders/{order.pk}/{end}").status_code == 200, end
    assert order.number in client.get("/orders/").content.decode()


@pytest.mark.parametrize("spoil", POISON.values(), ids=POISON)
def test_a_record_that_cannot_be_kept_is_held_by_name_and_the_stream_goes_on(
    world: World, spoil: Spoil
) -> None:
    before = world.place(customer=1)
    bad = spoilt(world, spoil, customer=2)
    after = world.place(customer=3)

    world.sync()

    assert Cursor.of(world.store, Stream.ORDERS).last_error == ""
    held_by_name(world, bad)
    in_xero(world, before, after)
    assert len(world.invoices()) == 2
    world.sync()
    assert (SourceRecord.objects.count(), len(world.invoices())) == (3, 2)
    at_rest()
    readable_pages(world.row(bad))


def test_what_is_odd_and_can_be_kept_is_kept_as_it_was_and_posted(world: World) -> None:
    odd = [spoilt(world, spoil, customer=n) for n, spoil in enumerate(ODD.values(), start=1)]

    world.sync()

    in_xero(world, *odd)
    for what, order in zip(ODD, odd, strict=True):
        row = world.row(order)
        assert row.record.flaws is None, what
        json.loads(row.record.body)
        readable_pages(row)


def test_corrected_in_the_shop_it_is_posted(world: World) -> None:
    bad = spoilt(world, POISON["NaN inside"])
    world.sync()
    held_by_name(world, bad)
    world.time.forward(minutes=1)
    bad["payment"]["additional_information"] = ["Card"]
    world.shop.update_order(bad["entity_id"])

    world.sync()

    in_xero(world, bad)


def test_calls_that_name_such_records_are_worked_off(world: World) -> None:
    pairs = [
        (spoilt(world, spoil, customer=2 * n), world.place(customer=2 * n + 1))
        for n, spoil in enumerate(POISON.values(), start=1)
    ]
    for bad, good in pairs:
        IncomingCall.objects.create(
            store=world.store, digest=str(bad["entity_id"]),
            wanted=[["orders", str(order["entity_id"])] for order in (bad, good)],
        )  # fmt: skip

        calls.work_off(world.store)

    world.work()
    said = {(row.state, row.error, row.note) for row in IncomingCall.objects.all()}
    assert said == {(IncomingCall.State.DONE, "", "")}
    for bad, good in pairs:
        held_by_name(world, bad)
        in_xero(world, good)


def test_a_backfill_reads_past_such_records(world: World) -> None:
    bad = [spoilt(world, spoil, customer=n + 1) for n, spoil in enumerate(POISON.values())]
    good = world.place(customer=20)
    today = clock.today(world.store.profile.timezone)
    row = backfill.plan(world.fresh(world.store), today, today)
    backfill.start(row)

    backfill_reading.work(row)
    world.work()

    row.refresh_from_db()
    assert (row.error, row.found) == ("", len(bad) + 1)
    for order in bad:
        held_by_name(world, order)
    in_xero(world, good)


def test_whatever_breaks_the_keeping_of_a_record_costs_that_record_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [world.place(customer=n) for n in (1, 2, 3)]
    bad = orders.pop(1)
    track = keep.track

    def buggy(store: Any, rows: Any, **more: Any) -> int:
        if any(one.row.body != "{}" and one.ref.id == str(bad["entity_id"]) for one in rows):
            raise ZeroDivisionError("a bug")
        return track(store, rows, **more)

    monkeypatch.setattr(keep, "track", buggy)
    world.sync()

    held_by_name(world, bad)
    in_xero(world, *orders)


def test_what_is_wrong_with_the_database_is_no_records_fault(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    world.place()

    def full(*_: Any, **__: Any) -> int:
        raise OperationalError("disk full")

    monkeypatch.setattr(keep, "track", full)
    world.pull()
    assert "disk full" in Cursor.of(world.store, Stream.ORDERS).last_error
    assert (SourceRecord.objects.count(), TrackedOrder.objects.count()) == (0, 0)


# --- other streams --------------------------------------------------------------------------------


def test_products_customers_and_refunds_go_on_as_well(world: World) -> None:
    world.change_store(streams={"products": True, "customers": True})
    order = world.place()
    world.sync()
    world.time.forward(minutes=1)
    adapter = connect(world.store)
    page = next(adapter.pages(Stream.PRODUCTS, base.Interval()))
    products = [dict(one) for one in page.records[:3]]
    products[0]["name"] = HALF
    products[1]["sku"] = "S" * 150
    products[2].pop("sku")
    delivery = keep.Delivery(Stream.PRODUCTS, [*products, {"id": 9, "sku": "GOOD", "price": 1}])
    keep.keep(world.store, adapter, delivery)
    world.build()
    rows = {row.sku: row.state for row in TrackedProduct.objects.all()}
    assert rows.pop("GOOD") == "ready"
    assert list(rows.values()) == ["held"] * 3

    customers = [
        {"id": 77, "email": HALF, "addresses": nested(700)},
        {"id": 78, "group_id": 10**50},
    ]
    assert keep.keep(world.store, adapter, keep.Delivery(Stream.CUSTOMERS, customers)) == 0
    assert SourceRecord.objects.filter(stream="customers").count() == 2

    refund = {"creditmemo": {"entity_id": 5, "order_id": HALF, "grand_total": "1e999999999"}}
    deep = {"creditmemo": {"entity_id": 6, "order_id": order["entity_id"], "items": nested(900)}}
    memos = keep.complete(world.store, adapter, Stream.REFUNDS, [refund, deep])
    assert keep.keep(world.store, adapter, memos) == 0
    assert SourceRecord.objects.filter(stream="refunds").count() == 2


NUMBERS = ["1e999999", "1e999999999999", "-1E+1000000", "1e-999999", "1e99999999999999999999"]


@pytest.mark.parametrize("field", ["grand_total", "weight", "store_id"])
def test_a_number_with_a_huge_exponent_costs_no_time_and_one_order(
    world: World, field: str
) -> None:
    adapter = connect(world.store)
    for number in NUMBERS:
        order = world.place()
        order.pop(field, None)
        record = exact_json.loads(
            json.dumps(order).replace('"entity_id"', f'"{field}":{number},"entity_id"', 1)
        )
        keep.keep(world.store, adapter, keep.Delivery(Stream.ORDERS, [record]))
    sound = world.place()
    keep.keep(world.store, adapter, keep.Delivery(Stream.ORDERS, [sound]))

    world.build()

    rows = list(TrackedOrder.objects.exclude(pk=world.row(sound).pk))
    assert len(rows) == len(NUMBERS)
    for row in rows:
        assert row.state == "held" or field != "grand_total"
        readable_pages(row)
    assert world.row(sound).state == "ready"


# --- as text, and back ----------------------------------------------------------------------------

scalars = (
    st.none() | st.booleans() | st.integers() | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["\0n+5", "\0n-", "\0n5", '"\0n+5"', "\ud83d", "\\"])
)  # fmt: skip
records = st.dictionaries(
    st.text(),
    st.recursive(scalars, lambda x: st.lists(x) | st.dictionaries(st.text(), x), max_leaves=10),
)


# Many small records rather than few large ones, whose making is what takes the time.
@settings(max_examples=150)
@given(records)
def test_a_record_comes_back_as_it_was(record: dict[str, Any]) -> None:
    whole, flaws = exact_json.tame(record)
    text, _ = as_text(whole)
    assert SourceRecord(body=text).record == whole
    assert json.loads(text, parse_float=Decimal) == whole
    assert exact_json.loads(exact_json.dumps(whole, indent=2)) == whole
    assert flaws or whole == record
    text.encode()


@pytest.mark.parametrize("marked", ["+5", "-", "..", "1e", "01", "+", "E", "5.", "--1"])
def test_a_text_that_lost_its_quotes_in_an_earlier_version_has_them_again(marked: str) -> None:
    body = f'{{"a": {marked}, "b": [1.50, -2E+3, true, "x {marked}", {marked}], "c": "\\\\\\""}}'
    assert SourceRecord(body=body).record == {
        "a": f"\0n{marked}",
        "b": [Decimal("1.50"), Decimal("-2E+3"), True, f"x {marked}", f"\0n{marked}"],
        "c": '\\"',
    }


# --- orders of other parts of the shop ------------------------------------------------------------


@pytest.mark.parametrize("only", [{"store_views": ["nowhere"]}, {"websites": ["nowhere"]}])
def test_orders_of_another_view_are_not_held_though_they_cannot_be_read(
    world: World, only: dict[str, Any]
) -> None:
    world.change_store(only=only)
    spoils = [named(HALF), at_the_top(grand_total="N/A"), at_the_top(tax_amount={"a": 1})]
    bad = [spoilt(world, spoil) for spoil in spoils]

    world.sync()

    for row in map(world.row, bad):
        codes = [one["code"] for one in row.reasons]
        assert (row.label, codes) == ("skipped", ["other_store_view"])


def test_an_order_that_does_not_say_where_it_is_of_is_held(world: World) -> None:
    world.change_store(only={"store_views": ["nowhere"]})
    bad = spoilt(world, at_the_top(grand_total="N/A", store_id=None, store_name=None))

    world.sync()

    assert world.row(bad).state == "held"
