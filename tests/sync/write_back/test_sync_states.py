"""A shop whose admin shows it is told how its orders and products stand in Xero: the last word of
each, many in a call, and never while something is open in the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from connector.lib.errors import Misconfigured, OutcomeUnknown, Temporary
from stores import registry
from stores.adapter import Ask, Wish
from stores.adapters.magento.adapter import MagentoAdapter
from stores.canonical.records import Stream
from stores.canonical.sync_state import SyncState, SyncStatus
from stores.profile import Written
from sync.flow import asked
from sync.flow.sweep import sweep
from sync.models import ShopWrite, TrackedOrder, TrackedProduct
from sync.orders import actions
from sync.outbox import sync_states
from sync.outbox.shop_writes import try_again
from tests.stores.toy import admin
from tests.stores.toy.admin import ShowsSyncStates
from tests.sync.bell import Bell
from tests.sync.dispatch.test_two_workers import at_once
from tests.sync.world import World


class Showing(ShowsSyncStates, MagentoAdapter):
    profile: Any = replace(MagentoAdapter.profile, writes=frozenset(Written))


@pytest.fixture(autouse=True)
def shown(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[admin.Admin]:
    """The admin of all shops here: it shows what it is told."""
    settings.STORE_ADAPTERS = {"magento": f"{__name__}.Showing"}
    monkeypatch.setattr(admin, "ADMIN", admin.Admin())
    registry._load.cache_clear()
    yield admin.ADMIN
    registry._load.cache_clear()


@pytest.fixture
def page() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ana", password="x"))
    return client


def tell(world: World) -> None:
    """All that is owed by now goes to the shop."""
    world.time.forward(seconds=sync_states.GATHER.total_seconds() + 1)
    world.write_back()


def of(order: dict[str, Any], shown: admin.Admin) -> SyncState:
    return shown.shown[Stream.ORDERS, str(order["entity_id"])]


def writes(**wanted: Any) -> list[str]:
    rows = ShopWrite.objects.filter(what="sync_state", **wanted).order_by("pk")
    return list(rows.values_list("state", flat=True))


def test_an_order_is_shown_with_its_number_and_its_address(
    world: World, shown: admin.Admin
) -> None:
    order = world.place()
    world.pull()
    tell(world)
    assert of(order, shown).state is SyncStatus.WAITING
    assert (of(order, shown).number, of(order, shown).link) == ("", "")
    world.work()
    tell(world)
    world.organisation.refresh_from_db()
    link = world.organisation.invoice_link(world.posting(order).xero_id)
    assert of(order, shown) == SyncState(
        Stream.ORDERS, str(order["entity_id"]), SyncStatus.IN_XERO, world.number(order), link
    )
    # What happens once more and changes nothing is not told again.
    told = len(shown.calls)
    world.rebuild(order)
    world.sync()
    tell(world)
    assert len(shown.calls) == told
    assert writes() == ["done"]
    assert ShopWrite.objects.get().payload["found"] is True


def test_a_customer_who_is_left_out_is_shown_so_with_who_said_it(
    world: World, shown: admin.Admin
) -> None:
    def told(wish: Wish) -> SyncState:
        asked.act(world.store.pk, [Ask(wish, ("7",), "Mia", "a sample", Stream.CUSTOMERS)])
        tell(world)
        return shown.shown[Stream.CUSTOMERS, "7"]

    world.bought_by(world.place(), "Mia Hart", "mia@example.com", 7)
    world.sync()
    out = told(Wish.LEAVE_OUT)
    contact = next(one for one in world.contacts() if one.get("ContactNumber") == "S1:7")
    assert (out.state, out.reason) == (SyncStatus.LEFT_OUT, "Mia, in the shop: a sample")
    assert contact["ContactID"] in out.link

    back = told(Wish.TAKE_IN)
    assert (back.state, back.reason, back.link) == (SyncStatus.IN_XERO, "", out.link)


def test_what_is_owed_is_written_behind_the_orders_as_builds_write_it(world: World) -> None:
    """The other way round a delivery and a build would wait for each other."""
    known = world.place(status="pending")
    world.pull()
    world.place()
    world.shop.pay(int(known["entity_id"]))
    with CaptureQueriesContext(connection) as asked:
        world.pull()
    written = [
        query["sql"].split('"')[1]
        for query in asked
        if query["sql"].startswith(("INSERT", "UPDATE"))
    ]
    owed = [at for at, table in enumerate(written) if table == "sync_shopwrite"]
    orders = [at for at, table in enumerate(written) if table == "sync_trackedorder"]
    assert len(orders) == 2
    assert max(orders) < min(owed)


def test_of_many_changes_the_last_is_told_and_many_orders_in_one_call(
    world: World, shown: admin.Admin
) -> None:
    orders = [world.place(customer=1 + n % 3) for n in range(7)]
    world.sync()
    tell(world)
    assert [len(call) for call in shown.calls] == [7]
    assert {of(order, shown).state for order in orders} == {SyncStatus.IN_XERO}
    assert ShopWrite.objects.count() == 7


def test_more_than_one_call_holds_go_in_several(
    world: World, shown: admin.Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.write_back.states.STATES_AT_ONCE", 3)
    for n in range(7):
        world.place(customer=1 + n % 3)
    world.sync()
    tell(world)
    assert [len(call) for call in shown.calls] == [3]
    world.write_back()
    world.write_back()
    assert [len(call) for call in shown.calls] == [3, 3, 1]
    assert {ref.id for call in shown.calls for ref in call} == {
        str(row.source_id) for row in TrackedOrder.objects.all()
    }


def test_what_is_held_says_why_and_what_is_left_out_by_whom(
    world: World, shown: admin.Admin
) -> None:
    held, kept = world.place(), world.place(customer=2)
    world.save_rules(accounts={"sales": None})
    world.sync()
    actions.exclude(TrackedOrder.objects.filter(pk=world.row(kept).pk), None, "a test order")
    tell(world)
    assert of(held, shown).state is SyncStatus.HELD
    assert of(held, shown).reason == world.row(held).reasons[0]["message"] != ""
    assert of(kept, shown).state is SyncStatus.LEFT_OUT
    assert of(kept, shown).reason == "Do not sync: a test order"
    assert (of(kept, shown).number, of(kept, shown).link) == ("", "")
    actions.reopen(TrackedOrder.objects.filter(pk=world.row(kept).pk), None, "it was none")
    tell(world)
    assert of(kept, shown) == SyncState(Stream.ORDERS, str(kept["entity_id"]), SyncStatus.WAITING)


def test_a_sale_that_was_taken_back_is_voided_and_keeps_its_number(
    world: World, shown: admin.Admin
) -> None:
    order = world.place(status="pending")
    world.sync()
    tell(world)
    world.shop.cancel(order["entity_id"])
    world.sync()
    tell(world)
    assert (of(order, shown).state, of(order, shown).number) == (
        SyncStatus.VOIDED, world.number(order),
    )  # fmt: skip
    assert of(order, shown).link


def test_a_draft_is_in_xero_and_says_that_it_waits(world: World, shown: admin.Admin) -> None:
    world.save_rules(posting={"status": "DRAFT"})
    order = world.place(status="pending")
    world.sync()
    tell(world)
    assert of(order, shown).state is SyncStatus.IN_XERO
    assert of(order, shown).reason == "It waits in Xero for approval."


def test_every_order_of_a_summary_shows_its_number(world: World, shown: admin.Admin) -> None:
    world.save_rules(posting={"mode": "daily_summary"})
    orders = [world.place(customer=customer) for customer in (1, 2)]
    world.sync()
    tell(world)
    assert {of(order, shown).state for order in orders} == {SyncStatus.WAITING}
    world.time.forward(days=1, hours=4)
    world.sync()
    tell(world)
    (number,) = world.invoices()
    assert {of(order, shown).number for order in orders} == {number}
    assert {of(order, shown).state for order in orders} == {SyncStatus.IN_XERO}


def test_products_are_shown_with_the_code_of_their_item(world: World, shown: admin.Admin) -> None:
    world.change_store(streams={"products": True})
    world.pull_products()
    world.work()
    tell(world)
    row = TrackedProduct.objects.get(sku="MUG-STN")
    assert shown.shown[Stream.PRODUCTS, row.source_id] == SyncState(
        Stream.PRODUCTS, row.source_id, SyncStatus.IN_XERO, "MUG-STN"
    )
    left_out = TrackedProduct.objects.get(sku="TEE")
    said = shown.shown[Stream.PRODUCTS, left_out.source_id]
    assert (said.state, said.reason) == (SyncStatus.LEFT_OUT, left_out.why)
    assert len(shown.shown) == TrackedProduct.objects.count()


def test_products_that_only_rules_need_are_not_shown(world: World, shown: admin.Admin) -> None:
    world.pull_products()
    world.work()
    tell(world)
    assert shown.calls == []


def test_without_a_place_for_it_nothing_is_owed(
    world: World, shown: admin.Admin, settings: Settings
) -> None:
    settings.STORE_ADAPTERS = {"magento": "stores.adapters.magento.adapter.MagentoAdapter"}
    world.place()
    world.sync()
    assert not ShopWrite.objects.exists()
    # A row of before, from an adapter that could.
    settings.STORE_ADAPTERS = {"magento": f"{__name__}.Showing"}
    sync_states.orders_changed(TrackedOrder.objects.values_list("pk", flat=True))
    settings.STORE_ADAPTERS = {"magento": "stores.adapters.magento.adapter.MagentoAdapter"}
    tell(world)
    row = ShopWrite.objects.get()
    assert (row.state, row.reasons[0]["code"]) == ("held", "shop_refused")


def test_what_changes_while_it_is_told_is_told_again(world: World, shown: admin.Admin) -> None:
    order = world.place()
    world.pull()

    def meanwhile() -> None:
        shown.meanwhile = lambda: None
        world.work()

    shown.meanwhile = meanwhile
    tell(world)
    assert of(order, shown).state is SyncStatus.WAITING
    assert writes() == ["pending"]
    assert not ShopWrite.objects.get().is_claimed
    tell(world)
    assert of(order, shown).state is SyncStatus.IN_XERO
    assert writes() == ["done"]


def test_a_state_that_is_under_way_is_nobody_elses(world: World, shown: admin.Admin) -> None:
    """Also where it changed meanwhile: an older word never lands after a newer one."""
    world.place()
    world.pull()

    def meanwhile() -> None:
        shown.meanwhile = lambda: None
        world.work()
        tell(world)

    shown.meanwhile = meanwhile
    tell(world)
    assert len(shown.calls) == 1


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (Temporary("The shop is down."), "pending"),
        (OutcomeUnknown("No answer came."), "unknown"),
        (Misconfigured("A web page.", code="not_json"), "unknown"),
    ],
)
def test_a_call_that_fails_is_made_again_with_what_is_so_by_then(
    world: World, shown: admin.Admin, failure: Any, state: str
) -> None:
    order, other = world.place(), world.place(customer=2)
    world.pull()
    shown.failures.append(failure)
    tell(world)
    assert writes() == [state, state]
    assert set(ShopWrite.objects.values_list("attempts", flat=True)) == {1}
    world.work()
    world.time.forward(minutes=2)
    world.write_back()
    assert writes() == ["done", "done"]
    assert {of(one, shown).state for one in (order, other)} == {SyncStatus.IN_XERO}
    assert len(shown.calls) == 2


def test_a_state_that_comes_back_after_a_lost_answer_is_told(
    world: World, shown: admin.Admin
) -> None:
    """The shop may show the one between the two."""
    order = world.place()
    world.sync()
    tell(world)
    mine = TrackedOrder.objects.filter(pk=world.row(order).pk)
    actions.exclude(mine, None, "a mistake")
    shown.failures.append(OutcomeUnknown("No answer came."))
    tell(world)
    assert of(order, shown).state is SyncStatus.LEFT_OUT
    actions.reopen(mine, None, "it was none")
    world.work()
    world.time.forward(minutes=2)
    world.write_back()
    assert of(order, shown).state is SyncStatus.IN_XERO


def test_what_a_shop_does_not_have_or_take_keeps_nothing_else_back(
    world: World, shown: admin.Admin, page: Client
) -> None:
    gone, locked, good = (world.place(customer=customer) for customer in (1, 2, 3))
    shown.gone.add(str(gone["entity_id"]))
    shown.refused.add(str(locked["entity_id"]))
    world.sync()
    tell(world)
    assert of(good, shown).state is SyncStatus.IN_XERO
    rows = {row.order_id: row for row in ShopWrite.objects.all()}
    assert rows[world.row(gone).pk].state == "dropped"
    held = rows[world.row(locked).pk]
    assert (held.state, held.reasons[0]["code"]) == ("held", "shop_refused")
    assert f"{locked['entity_id']} is locked." in held.reasons[0]["message"]
    text = page.get(f"/orders/{world.row(locked).pk}/").content.decode()
    assert "Sync state" in text
    assert f"{locked['entity_id']} is locked." in text
    text = page.get(f"/orders/{world.row(good).pk}/").content.decode()
    assert f"In Xero: {world.number(good)}" in text
    # A person's click, or the next change.
    shown.refused.clear()
    assert try_again(ShopWrite.objects.filter(pk=held.pk)) == 1
    world.write_back()
    assert of(locked, shown).state is SyncStatus.IN_XERO


def test_a_shop_that_lets_nobody_write_is_asked_again_with_the_next_change(
    world: World, shown: admin.Admin
) -> None:
    order = world.place()
    world.pull()
    shown.failures.append(Misconfigured("No right to it.", code="forbidden"))
    tell(world)
    assert writes() == ["held"]
    tell(world)
    assert len(shown.calls) == 1
    world.work()
    tell(world)
    assert of(order, shown).state is SyncStatus.IN_XERO


def test_a_killed_writer_and_a_lost_ring_are_found_by_the_sweep(
    world: World, shown: admin.Admin, bell: Bell
) -> None:
    order = world.place()
    world.pull()
    world.time.forward(seconds=10)
    rows = ShopWrite.objects.all()
    assert rows.take("killed", timedelta(minutes=10), most=100, state="sending").count() == 1
    bell.lose()
    world.write_back()
    assert shown.calls == []
    world.time.forward(minutes=11)
    # The order is posted meanwhile, which is one more thing to tell.
    for _ in range(2):
        bell.lose()
        sweep()
        bell.answer()
        world.time.forward(seconds=10)
    assert of(order, shown).state is SyncStatus.IN_XERO


def test_it_costs_so_many_queries_however_many_orders(world: World, shown: admin.Admin) -> None:
    counts = []
    for many in (2, 8):
        for n in range(many):
            world.place(customer=1 + n % 3)
        world.sync()
        world.time.forward(seconds=10)
        with CaptureQueriesContext(connection) as queries:
            world.write_back()
        settled = [one for one in queries if "UPDATE" in one["sql"] and '"payload"' in one["sql"]]
        assert len(settled) >= many
        counts.append(len(queries) - len(settled))
    assert counts[0] == counts[1]


def test_writers_at_once_tell_each_thing_once(real_world: World, shown: admin.Admin) -> None:
    orders = [real_world.place(customer=customer) for customer in range(1, 6)]
    real_world.sync()
    real_world.time.forward(seconds=10)
    at_once(real_world.write_back, real_world.write_back, real_world.write_back)
    assert sorted(one.id for call in shown.calls for one in call) == sorted(
        str(order["entity_id"]) for order in orders
    )
    assert writes() == ["done"] * 5


def test_a_change_that_is_not_committed_yet_when_its_order_is_told_is_told_after(
    real_world: World, shown: admin.Admin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who tells waits for who changes, or is told to come again."""
    monkeypatch.setattr(sync_states, "GATHER", timedelta(0))
    order = real_world.place()
    real_world.sync()
    real_world.write_back()
    mine = TrackedOrder.objects.filter(pk=real_world.row(order).pk)
    for label, status in [("held", SyncStatus.HELD), ("posted", SyncStatus.IN_XERO)] * 3:

        def change(label: str = label) -> None:
            with transaction.atomic():
                sync_states.orders_changed(mine.values_list("pk", flat=True))
                time.sleep(0.2)
                mine.update(label=label)

        sync_states.orders_changed(mine.values_list("pk", flat=True))
        at_once(change, real_world.write_back)
        real_world.write_back()
        assert of(order, shown).state is status
