"""What changes after an order was built: rules, accounts, the order itself, the store's switch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounting.sale.build import build_order
from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from connector.lib import clock
from sync.dispatch import freshness
from sync.flow import steps
from sync.flow.sweep import sweep
from sync.models import Dispatch, Posting, TrackedOrder
from sync.orders import build_due
from sync.rebuild import rebuild_held
from tests.sync.bell import Bell
from tests.sync.world import RULES, World, at_rest, books, in_xero


def test_new_rules_free_the_orders_that_the_old_ones_held(world: World, bell: Bell) -> None:
    world.save_rules(accounts={"sales": "999"})
    orders = [world.place(customer=n) for n in (1, 2)]
    world.sync()
    assert [world.codes(order) for order in orders] == [["account_unknown"]] * 2
    world.save_rules()
    sweep()
    bell.answer()
    world.work()
    books(world)


def test_the_same_rules_rebuild_nothing(world: World, bell: Bell) -> None:
    world.save_rules(accounts={"sales": "999"})
    world.place()
    world.sync()
    sweep()
    assert not TrackedOrder.objects.filter(build_at__isnull=False).exists()


def test_a_method_mapped_later_sends_the_payment_without_a_click(world: World, bell: Bell) -> None:
    rules = {**RULES, "payment_accounts": {"paypal_express": "090"}}
    save_rules(world.store, StoreRules.model_validate(rules))
    order = world.place()
    world.sync()
    assert world.codes(order) == ["payment_method_unmapped"]
    world.save_rules()
    sweep()
    bell.answer()
    world.work()
    assert world.calls()["PUT Invoices"] == 1
    books(world)


def test_an_account_restored_in_xero_frees_orders_at_the_next_refresh(world: World) -> None:
    world.xero.person("archive_account", account="200")
    order = world.place()
    world.sync()
    assert world.codes(order) == ["account_archived"]
    world.xero.person("restore_account", account="200")
    world.time.forward(hours=7)
    steps.refresh(world.organisation)
    world.work()
    books(world)


def test_a_change_of_the_stores_settings_is_taken_up_by_rebuild_held(world: World) -> None:
    order = world.place()
    world.xero.person("create_invoice", number=world.number(order), total=5)
    world.sync()
    world.change_store(number_prefix="S7-")
    assert rebuild_held(world.store) == 1
    world.work()
    books(world, others=1)


def test_rules_changed_after_posting_change_nothing_that_is_posted(world: World) -> None:
    order = world.place()
    world.sync()
    world.save_rules(accounts={"sales": "201"})
    world.shop.ship(order["entity_id"])
    world.time.forward(minutes=2)
    world.sync()
    row = world.row(order)
    assert (row.label, row.reasons) == ("posted", [])
    (invoice,) = world.invoices().values()
    assert invoice["LineItems"][0]["AccountCode"] == "200"
    books(world)


def test_an_order_shipped_after_posting_changes_nothing(world: World) -> None:
    order = world.place()
    world.sync()
    world.time.forward(minutes=2)
    world.shop.ship(order["entity_id"])
    world.sync()
    assert world.row(order).label == "posted"
    assert world.row(order).shop_status == "complete"
    books(world)


def test_an_order_paid_later_gets_its_payment_and_no_second_invoice(world: World) -> None:
    order = world.place(status="pending", payment_method="banktransfer")
    world.sync()
    in_xero(world, order)
    assert world.payments() == []
    world.time.forward(days=2)
    world.shop.pay(order["entity_id"])
    world.sync()
    assert len(world.payments()) == 1
    assert world.calls()["PUT Invoices"] == 1
    books(world)


def test_an_order_cancelled_before_it_is_sent_is_withdrawn(world: World) -> None:
    order = world.place(status="pending", payment_method="banktransfer")
    world.pull()
    world.build()
    world.shop.cancel(order["entity_id"])
    world.time.forward(minutes=1)
    world.sync()
    assert world.row(order).label == "skipped"
    assert world.invoices() == {}
    at_rest()


def meanwhile(world: World, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Build what is due; between the build and the write something happens, once."""
    freshness.prepare(world.organisation)

    def build(*args: Any) -> Any:
        built = build_order(*args)
        world.time.forward(1)
        happens()
        return built

    with monkeypatch.context() as patched:
        patched.setattr("accounting.orders.build_order", build)
        assert build_due.enqueue_due(world.fresh(world.store)) == 1
    assert TrackedOrder.objects.get().build_at is not None


def test_an_order_that_changes_while_it_is_built_is_built_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place(status="pending", payment_method="banktransfer")
    world.pull()

    def paid() -> None:
        world.shop.pay(order["entity_id"])
        world.pull()

    meanwhile(world, monkeypatch, paid)
    world.work()
    assert len(world.payments()) == 1
    books(world)


def test_a_click_while_an_order_is_built_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.place()
    world.pull()
    meanwhile(world, monkeypatch, lambda: world.rebuild(order))
    world.work()
    books(world)


def test_a_builder_whose_claim_has_passed_to_another_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.place()
    world.pull()
    meanwhile(world, monkeypatch, lambda: TrackedOrder.objects.update(claimed_by="another"))
    assert Posting.objects.exclude(kind="contact").count() == 0
    TrackedOrder.objects.update(claimed_by="", claimed_until=None)
    world.work()
    books(world)


# --- enabled: false -----------------------------------------------------------------------------


def test_a_store_that_is_switched_off_keeps_its_queue_and_sends_nothing(
    world: World, bell: Bell
) -> None:
    orders = [world.place(customer=n) for n in (1, 2)]
    world.pull()
    world.build()
    late = world.place(customer=3)
    world.change_store(enabled=False)
    sweep()
    bell.answer()
    world.send()
    assert world.writes() == 0
    assert Posting.objects.filter(state="pending").count() == 6
    assert TrackedOrder.objects.count() == 2, "a store that is off was read"
    world.change_store(enabled=True)
    world.sync()
    in_xero(world, *orders, late)
    books(world)


def test_a_request_that_waits_to_be_sent_again_does_not_go_out_once_its_store_is_off(
    world: World,
) -> None:
    world.place()
    world.xero.faults({"kind": "maintenance", "match": {"method": "PUT"}})
    world.pull()
    world.build()
    world.send()
    assert Dispatch.objects.get().state == "retry"
    world.change_store(enabled=False)
    world.time.forward(minutes=5)
    writes = world.writes()
    world.send()
    assert world.writes() == writes
    assert Posting.objects.filter(state="pending").count() == 3
    world.change_store(enabled=True)
    world.work()
    books(world)


def test_a_write_whose_fate_is_unknown_is_still_looked_up_when_its_store_is_off(
    world: World,
) -> None:
    order = world.place()
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$"}})
    world.pull()
    world.build()
    world.send()
    world.change_store(enabled=False)
    world.time.forward(minutes=5)
    world.send()
    assert world.posting(order).state == "posted"
    assert world.payments() == []
    world.change_store(enabled=True)
    world.work()
    books(world)


def test_lease_of_a_dead_reader_or_builder_ends(world: World) -> None:
    world.place()
    world.pull()
    TrackedOrder.objects.update(claimed_by="dead", claimed_until=clock.now() + timedelta(minutes=2))
    assert world.build() == 0
    world.time.forward(minutes=3)
    world.work()
    books(world)
