"""Invoices that a person or an older tool posted: found, shown, linked by a person only."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connector.lib import clock
from stores.models import Store
from sync.backfill import actions as backfill
from sync.backfill import read as backfill_reading
from sync.dispatch import freshness
from sync.models import Backfill, OrderAction, Posting, Proposal, TrackedOrder
from sync.orders.recognise import proposals
from tests.sync.world import World, at_rest, books, in_xero, money

Decision = Proposal.Decision


@pytest.fixture
def ana(db: None) -> Any:
    return get_user_model().objects.create(username="ana")


def theirs(world: World, order: dict[str, Any], **wish: Any) -> dict[str, Any]:
    """An invoice over the same total that an older tool posted."""
    wish = {"number": order["increment_id"], "total": order["grand_total"], **wish}
    return dict(world.xero.person("create_invoice", **wish))


def past_orders(world: World) -> Backfill:
    """A backfill of all days, run as far as it goes."""
    today = clock.today(world.store.profile.timezone)
    row = backfill.plan(world.fresh(world.store), today - timedelta(days=60), today)
    backfill.start(row)
    for _ in range(5):
        row = Backfill.objects.select_related("store__organisation__token_set").get(pk=row.pk)
        backfill_reading.work(row)
        if not row.is_unfinished:
            break
        world.work()
    return row


@pytest.mark.parametrize("named", ["number", "reference", "prefixed"])
def test_an_order_whose_invoice_is_there_waits_for_a_person(world: World, named: str) -> None:
    order = world.place()
    names = {
        "number": {"number": order["increment_id"]},
        "reference": {"number": "OLD-1", "reference": order["increment_id"]},
        "prefixed": {"number": world.number(order)},
    }
    invoice = theirs(world, order, **names[named])
    world.sync()

    assert world.codes(order) == ["already_in_xero"]
    assert world.row(order).label == "held"
    proposal = Proposal.objects.get()
    assert (proposal.certainty, proposal.xero_id) == ("same", invoice["InvoiceID"])
    assert (proposal.decision, proposal.number) == ("", invoice["InvoiceNumber"])
    message = world.row(order).reasons[0]["message"]
    assert invoice["InvoiceNumber"] in message
    assert "34.90 AUD" in message
    assert (len(world.invoices()), world.writes()) == (1, 0)
    assert len(world.contacts()) == 1, "only the invoice's own"
    world.sync()
    assert Proposal.objects.count() == 1
    at_rest()


def test_an_older_invoice_to_a_contact_that_waits_to_be_sent_is_a_persons(world: World) -> None:
    order = world.place(status="pending")
    world.pull()
    world.build()
    name = str(json.loads(Posting.objects.get(kind="contact").payload)["Name"])
    words = {"number": world.number(order), "reference": order["increment_id"], "contact": name}
    theirs(world, order, **words)
    Store.objects.update(created_at=clock.now() + timedelta(hours=1))
    world.new_process()
    freshness.first_look(world.organisation)
    world.build()
    assert world.codes(order) == ["already_in_xero"]
    assert (len(world.invoices()), world.writes()) == (1, 0)


def test_another_currency_or_a_voided_invoice_is_no_reason_to_wait(world: World) -> None:
    order, other = world.place(customer=1), world.place(customer=2)
    theirs(world, order, currency="EUR")
    voided = theirs(world, other)
    world.xero.person("void", invoice=voided["InvoiceNumber"])
    world.sync()
    assert Proposal.objects.count() == 0
    in_xero(world, order, other)


@pytest.mark.stories
def test_only_a_backfill_guesses(world: World) -> None:
    """The same customer, total and day; and the same number with another total."""
    world.place(customer=1)
    world.sync()
    [contact] = world.contacts()
    same_day = clock.now() - timedelta(days=3)
    orders = [world.place(customer=1, created_at=same_day) for _ in range(2)]
    day = same_day.astimezone(ZoneInfo("Australia/Sydney")).date()
    theirs(world, orders[0], number="OLD-1", contact=contact["Name"], date=day.isoformat())
    theirs(world, orders[1], total="35.00")
    world.time.forward(minutes=40)
    row = past_orders(world)

    found = set(Proposal.objects.values_list("order__source_id", "number", "certainty"))
    first, second = (str(order["entity_id"]) for order in orders)
    assert found == {
        (first, "OLD-1", "alike"),
        (second, "OLD-1", "alike"),
        (second, orders[1]["increment_id"], "number"),
    }
    assert {world.codes(order)[0] for order in orders} == {"already_in_xero"}
    assert row.held == 2

    # The live stream does not: it would hold what has nothing to do with it.
    Proposal.objects.all().delete()
    TrackedOrder.objects.filter(backfill=row).update(backfill=None)
    world.rebuild(*orders)
    world.work()
    in_xero(world, *orders)


@pytest.mark.stories
def test_linked_it_is_the_orders_invoice_and_what_follows_is_planned_from_it(
    world: World, ana: Any
) -> None:
    order = world.place()
    invoice = theirs(world, order)
    world.sync()
    assert proposals.link(Proposal.objects.get(), ana)
    assert not proposals.link(Proposal.objects.get(), ana), "a second click does nothing"
    world.work()

    posting = world.posting(order)
    assert (posting.state, posting.xero_id, posting.key) == (
        "posted", invoice["InvoiceID"], invoice["InvoiceNumber"],
    )  # fmt: skip
    assert posting.adopted
    assert posting.linked
    assert world.row(order).label == "posted"
    assert len(world.invoices()) == 1
    # Its payment was missing: it is posted against the linked invoice, after a look.
    assert [one["Amount"] for one in world.payments()] == [money(order["grand_total"])]
    assert world.invoices()[invoice["InvoiceNumber"]]["AmountDue"] == 0
    assert OrderAction.objects.get(what="link").user == ana
    assert len(world.contacts()) == 1, "the shop's customer is not made beside the invoice's"
    at_rest()
    # A refund credits it, to its own contact, and it is never voided or changed.
    world.shop.refund(order["entity_id"])
    world.sync()
    notes = world.xero.ledger(world.organisation.tenant_id)["CreditNotes"]
    assert [one["Total"] for one in notes] == [money(order["grand_total"])]
    assert notes[0]["Contact"]["ContactID"] == invoice["Contact"]["ContactID"]
    assert world.invoices()[invoice["InvoiceNumber"]]["Status"] == "PAID"
    at_rest()


@pytest.mark.stories
def test_linked_and_paid_there_nothing_is_posted(world: World, ana: Any) -> None:
    order = world.place()
    invoice = theirs(world, order)
    world.xero.person("pay", invoice=invoice["InvoiceNumber"], account="090")
    world.sync()
    writes = world.writes()
    proposals.link(Proposal.objects.get(), ana)
    world.work()
    assert world.row(order).label == "posted"
    assert world.writes() == writes
    assert world.posting(order, "payment-1").adopted
    world.new_process()
    world.sync()
    assert world.writes() == writes
    at_rest()


@pytest.mark.stories
def test_a_linked_invoice_is_credited_and_not_voided_when_the_order_is_cancelled(
    world: World, ana: Any
) -> None:
    order = world.place(status="pending")
    invoice = theirs(world, order)
    world.sync()
    proposals.link(Proposal.objects.get(), ana)
    world.work()
    world.shop.cancel(order["entity_id"])
    world.sync()
    assert world.invoices()[invoice["InvoiceNumber"]]["Status"] != "VOIDED"
    [note] = world.xero.ledger(world.organisation.tenant_id)["CreditNotes"]
    assert note["Total"] == money(order["grand_total"])
    at_rest()


def test_with_another_total_linking_counts_as_handled_by_hand(world: World, ana: Any) -> None:
    order = world.place(created_at=clock.now() - timedelta(days=3))
    theirs(world, order, total="34.91")
    past_orders(world)
    [proposal] = Proposal.objects.all()
    assert proposal.certainty == "number"
    proposals.link(proposal, ana)
    world.work()
    row = world.row(order)
    assert (row.state, row.excluded_as, row.label) == ("excluded", "handled_by_hand", "skipped")
    assert proposal.xero_id in row.excluded_link
    assert Posting.objects.count() == 0
    assert Proposal.objects.get().decision == Decision.BY_HAND


def test_post_anyway_posts_it_and_asks_no_more(world: World, ana: Any) -> None:
    order = world.place()
    theirs(world, order)
    world.sync()
    assert proposals.post_anyway(world.row(order), ana)
    assert not proposals.post_anyway(world.row(order), ana)
    world.work()
    in_xero(world, order)
    assert len(world.invoices()) == 2
    books(world, others=1)


@pytest.mark.stories
def test_all_that_are_alike_are_linked_at_once_and_doubtful_ones_are_left(
    world: World, ana: Any
) -> None:
    orders = [world.place(customer=n + 1) for n in range(4)]
    for order in orders[:3]:
        theirs(world, order)
    theirs(world, orders[2], number="OLD-9", reference=orders[2]["increment_id"])
    world.sync()
    assert Proposal.objects.count() == 4
    in_xero(world, orders[3])

    assert proposals.link_alike(ana) == 2
    assert proposals.link_alike(ana) == 0
    world.work()

    assert [world.row(order).label for order in orders] == ["posted"] * 2 + ["held", "posted"]
    assert len(world.invoices()) == 5
    assert Proposal.objects.filter(decision="linked").count() == 2
    assert Proposal.objects.open().count() == 2


@pytest.mark.stories
def test_an_invoice_stands_for_one_order_only(world: World, ana: Any) -> None:
    """Two orders alike: once it is linked to one of them, the other is posted."""
    first, second = world.place(customer=1), world.place(customer=2)
    theirs(world, first, reference=second["increment_id"])
    world.sync()
    one, other = Proposal.objects.order_by("pk")
    assert proposals.link(one, ana)
    with pytest.raises(proposals.Taken, match="linked to another order"):
        proposals.link(other, ana)
    other.refresh_from_db()
    assert other.decision == ""
    world.work()
    assert Proposal.objects.open().count() == 0
    assert len(world.invoices()) == 2
    assert world.row(second).label == "posted"
    assert len({p.xero_id for p in Posting.objects.filter(kind="invoice")}) == 2


@pytest.mark.stories
def test_an_invoice_that_is_given_another_number_frees_the_order(world: World) -> None:
    order = world.place()
    invoice = theirs(world, order)
    world.sync()
    changes = {"InvoiceNumber": "MINE-1"}
    world.xero.person("edit_invoice", invoice=invoice["InvoiceID"], changes=changes)
    world.time.forward(minutes=2)
    world.rebuild(order)
    world.work()
    assert Proposal.objects.count() == 0
    books(world, others=1)


def test_a_hundred_orders_are_compared_in_a_few_statements(world: World) -> None:
    """As many as for ten, and no call to Xero."""
    for n in range(12):
        order = world.place(customer=n + 1)
        if n % 2:
            theirs(world, order)
    world.pull()
    world.build()
    counts = []
    for number in (4, 12):
        TrackedOrder.objects.update(build_at=None)
        chosen = TrackedOrder.objects.order_by("pk")[:number].values("pk")
        TrackedOrder.objects.filter(pk__in=chosen).update(build_at=clock.now())
        calls = world.calls().total()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            world.build()
        assert world.calls().total() == calls
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Proposal.objects.count() == 6
