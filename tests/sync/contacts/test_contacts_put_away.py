"""What follows a sale whose contact a person merged, archived or exchanged in Xero."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from connector.lib import clock
from sync.models import Posting, TrackedOrder
from sync.orders import actions
from tests.sync.contacts.test_people import known_customer
from tests.sync.orders.test_refunds_and_cancellations import time as time
from tests.sync.standing import again, ledger
from tests.sync.world import World, at_rest, money


@pytest.fixture(autouse=True)
def _rules(world: World) -> None:
    world.save_rules(accounts={"refund_adjustments": "260"})


def _merge(world: World, name: str = "Ann Lee") -> None:
    world.xero.person("create_contact", contact={"Name": "Lee Holdings"})
    world.xero.person("merge_contacts", contact=name, into="Lee Holdings")


def _archive(world: World, name: str = "Ann Lee") -> None:
    world.xero.person("archive_contact", contact=name)


def _exchange(world: World, name: str = "Ann Lee") -> None:
    """The invoice is another customer's, says a person."""
    other = world.xero.person("create_contact", contact={"Name": "Lee Holdings"})
    changes = {"Contact": {"ContactID": other["ContactID"]}}
    for invoice in world.invoices().values():
        world.xero.person("edit_invoice", invoice=invoice["InvoiceNumber"], changes=changes)


def _names(world: World, kind: str = "CreditNotes") -> set[str]:
    by_id = {one["ContactID"]: one["Name"] for one in world.contacts()}
    return {by_id[one["Contact"]["ContactID"]] for one in ledger(world)[kind]}


def _done(world: World, order: dict[str, Any]) -> None:
    assert world.row(order).label == "posted", world.row(order).reasons
    at_rest()
    again(world)


@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize(("put_away", "owner"), [(_merge, "Lee Holdings"), (_archive, "Ann Lee")])
def test_a_refund_goes_to_whom_the_sale_belongs_by_now(
    world: World, put_away: Any, owner: str, noticed: bool
) -> None:
    order = known_customer(world)
    put_away(world)
    if noticed:
        world.time.forward(hours=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    assert _names(world) == {owner}
    (note,) = ledger(world)["CreditNotes"]
    assert note["Status"] == "PAID"
    _done(world, order)


@pytest.mark.parametrize(
    ("put_away", "owner", "noticed"),
    [
        (_merge, "Lee Holdings", True),
        (_merge, "Lee Holdings", False),
        (_archive, "Ann Lee", True),
        (_archive, "Ann Lee", False),
        (_exchange, "Lee Holdings", True),
    ],
)
def test_a_cancellation_of_last_month_is_allocated_to_the_invoice(
    world: World, put_away: Any, owner: str, noticed: bool
) -> None:
    order = world.place(status="pending")
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.sync()
    put_away(world)
    if noticed:
        world.time.forward(days=40)
    world.save_rules(posting={"cancel": "credit_note"})
    world.shop.cancel(order["entity_id"])
    world.sync()
    assert _names(world) == {owner}
    (invoice,) = world.invoices().values()
    assert invoice["AmountDue"] == 0
    _done(world, order)


@pytest.mark.parametrize("archived", ["restore", "suffix"])
def test_who_was_put_away_stays_away_while_nothing_new_is_posted(
    world: World, archived: str
) -> None:
    world.save_rules(contacts={"archived": archived})
    order = known_customer(world)
    _archive(world)
    world.time.forward(hours=1)
    world.rebuild(order)
    world.sync()
    assert [(one["Name"], one["ContactStatus"]) for one in world.contacts()] == [
        ("Ann Lee", "ARCHIVED")
    ]
    more = world.place()
    world.bought_by(more, "Ann Lee", "ann@example.com", customer=7)
    world.rebuild(order)
    world.sync()
    assert world.row(more).label == "posted"
    assert [one["ContactStatus"] for one in world.contacts()] == (
        ["ACTIVE"] if archived == "restore" else ["ARCHIVED", "ACTIVE"]
    )
    _done(world, order)


def test_where_archived_contacts_stay_archived_the_order_says_so(world: World) -> None:
    world.save_rules(contacts={"archived": "suffix"})
    order = known_customer(world)
    _archive(world)
    world.time.forward(hours=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    row = world.row(order)
    assert row.label == "held"
    assert "contacts.archived" in row.reasons[0]["message"]
    assert ledger(world)["CreditNotes"] == []
    world.xero.person("restore_contact", contact="Ann Lee")
    world.time.forward(hours=1)
    world.rebuild(order)
    world.sync()
    assert _names(world) == {"Ann Lee"}
    _done(world, order)


def test_a_contact_whose_name_went_to_another_is_restored_under_a_name_of_its_own(
    world: World,
) -> None:
    order = known_customer(world)
    _archive(world)
    world.xero.person("create_contact", contact={"Name": "Ann Lee"})
    world.time.forward(hours=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    assert _names(world) == {"Ann Lee (ann@example.com)"}
    _done(world, order)


@pytest.mark.parametrize(("put_away", "owner"), [(_merge, "Lee Holdings"), (_archive, "Ann Lee")])
@pytest.mark.parametrize("after", [0, 2])
def test_what_a_change_adds_or_takes_off_follows_as_well(
    world: World, put_away: Any, owner: str, after: int
) -> None:
    order = world.place(items=[("MUG-STN", 1)])
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.part_paid(order, "34.90")
    world.sync()
    put_away(world)
    world.time.forward(hours=1)
    world.shop.edit(order["entity_id"], [("MUG-STN", 2)] if after else [("TEA-POT", 1)])
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.sync()
    assert _names(world) | _names(world, "Invoices") == {owner}
    assert len(ledger(world)["CreditNotes"]) + len(world.invoices()) == 2
    at_rest()
    again(world)


@pytest.mark.parametrize(("put_away", "owner"), [(_merge, "Lee Holdings"), (_archive, "Ann Lee")])
def test_a_sale_that_is_undone_and_issued_anew_follows(
    world: World, put_away: Any, owner: str
) -> None:
    order = known_customer(world)
    put_away(world)
    world.time.forward(hours=1)
    ana = get_user_model().objects.create_user("ana")
    assert actions.undo(TrackedOrder.objects.all(), ana, "a test") == 1
    world.work()
    assert _names(world) == {owner}
    actions.sync_now(TrackedOrder.objects.all(), None)
    world.work()
    assert _names(world, "Invoices") == {owner}
    assert len(world.invoices()) == 2
    _done(world, order)


@pytest.mark.parametrize(("put_away", "owner"), [(_merge, "Lee Holdings"), (_archive, "Ann Lee")])
def test_money_beyond_what_is_due_goes_to_whom_the_sale_belongs(
    world: World, put_away: Any, owner: str
) -> None:
    world.save_rules(payment_accounts={"*": "090", "checkmo": "090"})
    order = known_customer(world)
    put_away(world)
    world.time.forward(hours=1)
    world.part_paid(order, "50.00")
    world.sync()
    assert _names(world, "BankTransactions") == {owner}
    at_rest()
    again(world)


@pytest.mark.parametrize(("put_away", "owner"), [(_merge, "Lee Holdings"), (_archive, "Ann Lee")])
def test_a_refund_of_before_the_cut_over_goes_to_the_earlier_invoices_contact(
    world: World, put_away: Any, owner: str
) -> None:
    order = world.place()
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.xero.person(
        "create_invoice", number=world.number(order), contact="Ann Lee",
        total=order["grand_total"],
    )  # fmt: skip
    world.change_store(cut_over=str((clock.now() + timedelta(days=1)).date()))
    put_away(world)
    world.time.forward(days=3)
    world.shop.refund(order["entity_id"])
    world.sync()
    assert _names(world) == {owner}
    _done(world, order)


@pytest.mark.parametrize(("put_away", "owner"), [(_merge, "Lee Holdings"), (_archive, "Ann Lee")])
def test_a_receipt_without_an_invoice_is_refunded_to_its_contact(
    world: World, put_away: Any, owner: str
) -> None:
    world.save_rules(payment_accounts={"*": "090", "checkmo": "090"})
    world.change_store(streams={"invoices": False})
    order = known_customer(world)
    put_away(world)
    world.time.forward(hours=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    assert _names(world) == {owner}
    _done(world, order)


@pytest.mark.parametrize("put_away", [_merge, _archive])
def test_a_refund_of_a_summarised_order_follows_the_contact_of_the_summary(
    world: World, put_away: Any
) -> None:
    world.save_rules(posting={"mode": "daily_summary"})
    order = world.place()
    world.sync()
    world.time.forward(days=2)
    world.work()
    assert _names(world, "Invoices") == {"Web sales"}
    put_away(world, "Web sales")
    world.time.forward(hours=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    world.time.forward(days=2)
    world.work()
    assert world.row(order).label == "posted", world.row(order).reasons
    assert len(ledger(world)["CreditNotes"]) == 1
    at_rest()


def test_a_restoring_that_xero_refuses_is_said_by_what_waits_for_it(world: World) -> None:
    order = known_customer(world)
    _archive(world)
    world.time.forward(hours=1)
    world.shop.refund(order["entity_id"])
    world.pull()
    world.build()
    Posting.objects.filter(purpose="restore").update(payload='{"ContactID": "no-such-id"}')
    world.work()
    row = world.row(order)
    assert row.label in ("held", "dead")
    waits = row.postings.get(purpose="credit_note")
    assert waits.reasons[0]["code"] == "contact_unusable"


def test_an_invoice_in_doubt_whose_contact_was_merged_meanwhile_is_ours(world: World) -> None:
    known_customer(world)
    order = world.place(items=[("TEA-POT", 1)])
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": "/Invoices$"}})
    world.pull()
    world.build()
    world.send()
    world.xero.faults()
    _merge(world)
    world.work()
    assert len(world.invoices()) == 2
    assert _names(world, "Invoices") == {"Lee Holdings"}
    world.rebuild(order)
    world.sync()  # who stands for her now learns her address
    _done(world, order)


@pytest.mark.parametrize(("put_away", "owner"), [(_merge, "Lee Holdings"), (_archive, "Ann Lee")])
@pytest.mark.parametrize("policy", ["restore", "suffix"])
def test_an_invoice_that_is_changed_in_place_stays_with_its_contact(
    world: World, put_away: Any, owner: str, policy: str
) -> None:
    world.save_rules(contacts={"archived": policy})
    order = world.place(status="pending")
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.sync()
    put_away(world)
    world.time.forward(hours=1)
    world.shop.edit(order["entity_id"], [("MUG-STN", 2)])
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.sync()
    (invoice,) = world.invoices().values()
    assert _names(world, "Invoices") == {owner}
    if owner == "Ann Lee" and policy == "suffix":
        assert "contacts.archived" in world.row(order).reasons[-1]["message"]
        assert world.row(order).label == "held"
        return
    assert invoice["Total"] == money(order["grand_total"])
    _done(world, order)


@pytest.mark.parametrize("bought_again", [True, False])
@pytest.mark.parametrize("noticed", [True, False])
def test_an_invoice_whose_contact_was_archived_is_changed_once_that_is_restored(
    world: World, noticed: bool, bought_again: bool
) -> None:
    """Also where another order has restored it meanwhile."""
    order = world.place(status="pending")
    world.bought_by(order, "Ann Lee", "ann@example.com", customer=7)
    world.sync()
    world.time.forward(minutes=1)
    _archive(world)
    world.time.forward(minutes=31 if noticed else 1)
    world.shop.edit(order["entity_id"], [("MUG-STN", 1)])
    if bought_again:
        world.bought_by(world.place(), "Ann Lee", "ann@example.com", customer=7)
    world.sync()
    assert world.invoices()[world.number(order)]["Total"] == money(order["grand_total"])
    _done(world, order)
