"""What comes between the reading of an order and the writing of what was built of it is not lost.

Each test has something happen at that moment, as another process would do it: behind the last look
that the build takes, before its transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError

from connector.lib import clock
from sync.dispatch import conflicts, freshness
from sync.dispatch.gather import gather
from sync.items import build_due as items
from sync.models import Posting, TrackedOrder, TrackedProduct
from sync.orders import actions, build_due, tracking
from sync.orders.build_due import enqueue_due
from sync.orders.recall.documents import Recalled, recall
from sync.rebuild import rebuild_held, rebuild_stuck
from tests.sync.orders.test_refunds_and_cancellations import TWO_MUGS_AND_BEANS
from tests.sync.standing import invoice
from tests.sync.world import World, at_rest, books, forgotten, in_xero
from xero.models import Lane

Doc = dict[str, Any]
Meanwhile = Callable[[Callable[[], object]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Have something happen once, between reading and writing."""
    waiting: list[Callable[[], object]] = []
    provide = tracking.provide

    def behind(*args: Any) -> Any:
        while waiting:
            waiting.pop()()
        return provide(*args)

    monkeypatch.setattr(tracking, "provide", behind)
    return waiting.append


def build(world: World) -> int:
    return enqueue_due(World.fresh(world.store))


def known(world: World) -> None:
    """What must be known of the organisation before anything is built."""
    freshness.prepare(world.organisation)
    world.organisation.refresh_from_db()


def placed(world: World, **wish: Any) -> Doc:
    """An order that is read, and that a build is to take."""
    known(world)
    order = world.place(**wish)
    world.pull()
    return order


def in_the_outbox(order: TrackedOrder) -> int:
    return Posting.objects.filter(order=order).count()


# --- what was asked for -----------------------------------------------------------------------


def test_a_request_stands_though_it_was_stamped_before_the_order_was_taken(
    world: World, meanwhile: Meanwhile
) -> None:
    """By the clock of another host, or in a transaction that took its time."""
    row = world.row(placed(world))
    stamped = clock.now()
    world.time.forward(1)
    meanwhile(lambda: TrackedOrder.objects.filter(pk=row.pk).update(build_at=stamped))
    assert build(world) == 1
    row.refresh_from_db()
    assert (row.build_at, row.claimed_by, row.state) == (stamped, "", "ready")
    assert build(world) == 1
    row.refresh_from_db()
    assert row.build_at is None


def clicks(row: TrackedOrder) -> None:
    actions.sync_now(TrackedOrder.objects.filter(pk=row.pk), None)


def leaves_out(row: TrackedOrder) -> None:
    actions.exclude(TrackedOrder.objects.filter(pk=row.pk), None, "ours")


def undoes(row: TrackedOrder) -> None:
    actions.undo(TrackedOrder.objects.filter(pk=row.pk), None, "ours")


def approves(row: TrackedOrder) -> None:
    actions.approve(TrackedOrder.objects.filter(pk=row.pk), None)


@pytest.mark.parametrize("says", [clicks, leaves_out, undoes, approves])
def test_a_person_who_speaks_while_an_order_is_built_is_heard_first(
    world: World, meanwhile: Meanwhile, says: Callable[[TrackedOrder], None]
) -> None:
    row = world.row(placed(world))
    meanwhile(lambda: says(row))
    assert build(world) == 1
    row.refresh_from_db()
    assert in_the_outbox(row) == 0, "nothing of what was planned before"
    assert (row.lane, row.claimed_by) == (Lane.CLICK if says is not leaves_out else row.lane, "")
    assert row.build_at is not None
    assert build(world) == 1
    row.refresh_from_db()
    left_out = says in (leaves_out, undoes)
    assert (row.build_at, row.state) == (None, "excluded" if left_out else "ready")
    assert bool(in_the_outbox(row)) is not left_out


@pytest.mark.parametrize("as_guest", [False, True])
def test_a_contact_whose_order_is_built_again_is_made_by_the_buyers_next_one(
    world: World, meanwhile: Meanwhile, caplog: pytest.LogCaptureFixture, as_guest: bool
) -> None:
    """A build finds the contact of one order beside it; that one is let go of."""
    first, second = placed(world, customer=1), world.place(customer=1)
    if as_guest:
        world.bought_by(second, "Ann Other", str(second["customer_email"]))
    world.pull()
    meanwhile(lambda: clicks(world.row(first)))
    assert build(world) == 2
    assert "chunk_failed" not in caplog.text
    assert [in_the_outbox(world.row(one)) for one in (first, second)] == [0, 0]
    assert build(world) == 2
    world.work()
    books(world)
    assert world.calls()["PUT Contacts"] == 1


def test_of_an_order_that_changes_while_it_is_built_only_the_new_is_posted(
    world: World, meanwhile: Meanwhile
) -> None:
    order = placed(world, status="pending")

    def changes() -> None:
        world.time.forward(2)
        world.shop.edit(order["entity_id"], TWO_MUGS_AND_BEANS)
        world.pull()

    meanwhile(changes)
    assert build(world) == 1
    assert in_the_outbox(world.row(order)) == 0
    world.work()
    assert world.calls()["POST Invoices"] == 0, "never posted as it was"
    books(world)


def test_what_was_held_by_accounts_that_are_read_anew_meanwhile_is_built_once_more(
    world: World, meanwhile: Meanwhile
) -> None:
    row = world.row(placed(world))
    meanwhile(lambda: rebuild_held(world.store))
    build(world)
    row.refresh_from_db()
    assert row.build_at is not None


# --- what stands ------------------------------------------------------------------------------


def test_an_invoice_that_another_worker_took_over_meanwhile_is_followed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was put back, and the shop has changed the order since. The other worker had
    the order before, and was too slow: it finds the invoice, and loses its claim."""
    order = placed(world, status="pending")
    with forgotten(world):
        world.work()
        assert len(world.invoices()) == 1
    world.time.forward(minutes=7)
    world.shop.edit(order["entity_id"], TWO_MUGS_AND_BEANS)
    world.pull()
    done: list[int] = []

    def quicker(*args: Any) -> Recalled:
        if not done:
            done.append(recall(*args).taken)
            return Recalled()
        return recall(*args)

    monkeypatch.setattr(build_due, "recall", quicker)
    world.work()
    assert done == [1]
    at_rest()
    in_xero(world, order)


def test_what_comes_back_from_its_request_meanwhile_is_not_withdrawn(
    world: World, meanwhile: Meanwhile
) -> None:
    """It was looked up and is not in Xero: it is to be sent, and no plan says so, as it was on
    its way when that was made."""
    order = placed(world)
    build(world)
    while (formed := gather(world.organisation)) is not None and formed.kind != "invoice":
        formed.postings.update(state=Posting.State.POSTED, xero_id="known")
        formed.move(to="done", frm=("open", "unknown"))
    row = world.row(order)
    (sent,) = row.postings.filter(kind="invoice")
    assert sent.state == Posting.State.SENDING
    TrackedOrder.objects.filter(pk=row.pk).update(build_at=clock.now())

    def comes_back() -> None:
        Posting.objects.filter(pk=sent.pk).move(
            to=Posting.State.PENDING, frm=(Posting.State.SENDING,)
        )

    meanwhile(comes_back)
    build(world)
    build(world)
    sent.refresh_from_db()
    assert sent.state == Posting.State.PENDING


# --- what people did in Xero ------------------------------------------------------------------


def voids(world: World, number: str) -> None:
    world.xero.person("void", invoice=number)


def pays(world: World, number: str) -> None:
    world.xero.person("pay", invoice=number, amount=10, account="090", reference="bank")


@pytest.mark.parametrize("does", [voids, pays])
def test_what_people_did_is_planned_for_though_its_worker_dies_when_it_sees_it(
    world: World, monkeypatch: pytest.MonkeyPatch, does: Callable[[World, str], None]
) -> None:
    order = placed(world, status="pending")
    world.work()
    row = world.row(order)
    does(world, world.number(order))
    world.time.forward(minutes=40)

    def dies(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(conflicts, "plan_again", dies)
        with pytest.raises(SystemExit):
            freshness.watch(world.organisation)
    world.new_process()
    freshness.watch(world.organisation)
    row.refresh_from_db()
    assert row.build_at is not None
    assert invoice(world, world.number(order))["Status"] in ("VOIDED", "AUTHORISED")


# --- the database -----------------------------------------------------------------------------


@pytest.mark.parametrize("error", [OperationalError("deadlock detected")])
def test_a_database_that_fails_holds_no_order(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    order = placed(world)

    def fails(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(build_due, "save_rows", fails)
        assert build(world) == 0
    row = world.row(order)
    assert (row.state, row.claimed_by, in_the_outbox(row)) == ("new", "", 0)
    assert row.build_at is not None
    world.work()
    books(world)


# --- products ---------------------------------------------------------------------------------


def exported(world: World) -> TrackedProduct:
    world.change_store(streams={"products": True})
    known(world)
    world.pull_products()
    row = TrackedProduct.objects.filter(build_at__isnull=False).order_by("pk").first()
    assert row is not None
    return row


def product_clicked(row: TrackedProduct) -> None:
    TrackedProduct.objects.filter(pk=row.pk).update(lane=Lane.CLICK, build_at=clock.now())


def product_left_out(row: TrackedProduct) -> None:
    TrackedProduct.objects.filter(pk=row.pk).update(excluded_at=clock.now(), build_at=clock.now())


@pytest.mark.parametrize("says", [product_clicked, product_left_out])
def test_of_a_product_too(
    world: World, monkeypatch: pytest.MonkeyPatch, says: Callable[[TrackedProduct], None]
) -> None:
    row = exported(world)
    load, told = items._Links.load, []

    def behind(*args: Any) -> Any:
        found = load(*args)
        if not told:
            told.append(says(row))
        return found

    monkeypatch.setattr(items._Links, "load", behind)
    items.enqueue_items(World.fresh(world.store), limit=1000)
    row.refresh_from_db()
    assert (row.state, row.claimed_by, row.posting) == ("new", "", None)
    assert row.build_at is not None
    items.enqueue_items(World.fresh(world.store), limit=1000)
    row.refresh_from_db()
    assert row.build_at is None
    assert row.state == ("skipped" if says is product_left_out else "ready")


def test_products_that_are_being_built_are_built_once_more_where_accounts_are_read_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = exported(world)
    load = items._Links.load

    def behind(*args: Any) -> Any:
        rebuild_stuck(world.store)
        return load(*args)

    monkeypatch.setattr(items._Links, "load", behind)
    items.enqueue_items(World.fresh(world.store), limit=1000)
    row.refresh_from_db()
    assert row.build_at is not None
