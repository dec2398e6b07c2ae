"""What Xero refuses: one element, a whole request, a total that is not the predicted one."""

from __future__ import annotations

import json

import pytest

from sync.models import Posting
from tests.sync.world import World, at_rest, books, in_xero, money
from xero.models import Account


def test_a_rejected_line_leaves_the_other_49_posted(world: World) -> None:
    orders = [world.place(customer=n % 20 + 1) for n in range(50)]
    bad = orders[17]
    world.pull()
    world.build()
    spoil_account(world.posting(bad), "206")
    world.work()
    posting = world.posting(bad)
    assert posting.state == "dead"
    assert posting.reasons[0]["message"].startswith("Xero: ")
    assert "206" in posting.reasons[0]["message"]
    assert world.row(bad).label == "dead"
    assert len(world.invoices()) == 49
    in_xero(world, *(order for order in orders if order is not bad))
    assert world.calls()["PUT Invoices"] == 1
    assert len(world.payments()) == 49
    # Nobody touches it: nothing more is sent, neither of it nor of the others.
    world.time.forward(days=1)
    world.work()
    assert world.calls()["PUT Invoices"] == 1
    # Corrected and tried again by a person.
    world.rebuild(bad)
    world.work()
    assert world.calls()["PUT Invoices"] == 2
    assert world.calls()["PUT Payments"] == 2
    books(world)


def spoil_account(posting: Posting, account: str) -> None:
    """Have a document name an account that Xero refuses."""
    body = json.loads(posting.payload)
    body["LineItems"][0]["AccountCode"] = account
    posting.payload = json.dumps(body)
    posting.save()


def test_elements_answered_in_another_order_settle_the_right_orders(world: World) -> None:
    orders = [world.place(customer=n, items=[("MUG-STN", n)]) for n in range(1, 8)]
    world.xero.faults({"kind": "reorder", "match": {"method": "PUT", "count": 0}})
    world.sync()
    in_xero(world, *orders)
    for order in orders:
        invoice = world.invoices()[world.number(order)]
        assert world.posting(order).xero_id == invoice["InvoiceID"]
    books(world)


@pytest.mark.parametrize("kind", ["Contacts", "Invoices", "Payments"])
def test_a_request_refused_as_a_whole_goes_out_one_by_one(world: World, kind: str) -> None:
    for n in (1, 2, 3):
        world.place(customer=n)
    fault = {
        "kind": "error_before",
        "match": {"method": "PUT", "path": f"/{kind}$"},
        "params": {"status": 400, "body": '{"Type": "PostDataInvalidException"}'},
    }
    world.xero.faults(fault)
    world.sync()
    assert world.calls()[f"PUT {kind}"] == 4
    books(world)


def test_a_refused_contact_holds_its_orders_with_xeros_words_and_no_others(
    world: World,
) -> None:
    good, bad = world.place(customer=1), world.place(customer=2)
    world.pull()
    world.build()
    refuse_contact(world, bad)
    world.work()
    in_xero(world, good)
    assert len(world.invoices()) == 1
    invoice = world.posting(bad)
    assert (invoice.state, world.row(bad).label) == ("held", "held")
    assert invoice.reasons[0]["code"] == "contact_unusable"
    assert "Name" in invoice.reasons[0]["message"]
    assert not Posting.objects.waiting().exclude(parent__state__in=("held", "dead")).exists()
    # The same person buys again: the contact is tried once more, with what is known now.
    again = world.place(customer=2)
    world.sync()
    in_xero(world, good, bad, again)
    assert world.row(bad).label == "posted"
    books(world)


def refuse_contact(world: World, order: dict[str, object]) -> None:
    """Give an order's contact a payload that Xero refuses."""
    contact = world.posting(order).parent
    assert contact is not None
    body = json.loads(contact.payload) | {"Name": "x" * 300}
    contact.payload = json.dumps(body)
    contact.save()


def test_an_email_that_only_xero_finds_invalid_is_dropped(world: World) -> None:
    order = world.place()
    world.pull()
    world.build()
    contact = world.posting(order).parent
    assert contact is not None
    body = json.loads(contact.payload) | {"EmailAddress": "ann@@example.com"}
    contact.payload = json.dumps(body)
    contact.save()
    world.work()
    in_xero(world, order)
    assert world.calls()["PUT Contacts"] == 2
    at_rest()


def test_totals_that_differ_keep_the_difference_and_hold_the_payment(world: World) -> None:
    order = world.place()
    fault = {
        "kind": "totals_off",
        "match": {"method": "PUT", "path": "/Invoices$"},
        "params": {"by": "0.01", "keep": True},
    }
    world.xero.faults(fault)
    world.sync()
    invoice = world.posting(order)
    assert (invoice.state, invoice.differs) == ("posted", True)
    assert invoice.reasons[0]["code"] == "mismatch"
    assert world.posting(order, "payment-1").state == "held"
    assert world.row(order).label == "mismatch"
    assert world.payments() == []
    at_rest()


def test_a_refused_tax_amount_is_posted_with_a_rounding_line_instead(world: World) -> None:
    order = world.place()
    world.xero.faults({"kind": "reject_tax_override", "match": {"method": "PUT", "count": 0}})
    world.sync()
    assert world.calls()["PUT Invoices"] == 2
    (invoice,) = world.invoices().values()
    assert [line["Description"] for line in invoice["LineItems"]][-1] == "Rounding"
    assert invoice["Total"] == money(order["grand_total"])
    assert world.row(order).label == "posted"
    at_rest()


def test_what_xero_goes_on_refusing_is_not_sent_for_ever(world: World) -> None:
    """A cure that does not help ends after three tries and leaves a person Xero's words."""
    order = world.place()
    fault = {
        "kind": "error_before",
        "match": {"method": "PUT", "path": "/Invoices$", "count": 0},
        "params": {
            "status": 400,
            "body": json.dumps(
                {"Elements": [{"ValidationErrors": [{"Message": "Tax amount is wrong."}]}]}
            ),
        },
    }
    world.xero.faults(fault)
    world.sync()
    world.time.forward(days=1)
    world.work()
    assert (world.posting(order).state, world.row(order).label) == ("held", "held")
    # Once with the TaxAmount and, with a rounding line instead, three times.
    assert world.calls()["PUT Invoices"] == 4
    assert "Tax amount is wrong." in world.posting(order).reasons[0]["message"]


def test_an_amount_that_no_json_number_holds_is_dead_and_blocks_nobody(world: World) -> None:
    good, bad = world.place(customer=1), world.place(customer=2)
    world.pull()
    world.build()
    posting = world.posting(bad)
    body = json.loads(posting.payload)
    body["LineItems"][0]["UnitAmount"] = {"$n": "12345678901.23"}
    posting.payload = json.dumps(body)
    posting.save()
    world.work()
    in_xero(world, good)
    posting.refresh_from_db()
    assert (posting.state, world.row(bad).label) == ("dead", "dead")
    assert "12345678901.23" in posting.reasons[0]["message"]


def test_an_archived_account_is_refused_in_xeros_words_or_held_once_it_is_known(
    world: World,
) -> None:
    order = world.place()
    world.sync()
    books(world)
    world.xero.person("archive_account", account="200")
    late = world.place(customer=3)
    world.sync()
    assert world.row(late).label == "dead"
    assert "200" in world.posting(late).reasons[0]["message"]
    # The refusal showed that what was known is old: the next order is not even sent.
    world.time.forward(minutes=3)
    later = world.place(customer=4)
    writes = world.writes()
    world.sync()
    assert Account.objects.get(organisation=world.organisation, code="200").status == "ARCHIVED"
    assert world.codes(later) == ["account_archived"]
    assert "200" in world.row(later).reasons[0]["message"]
    assert world.writes() == writes
    in_xero(world, order)
    world.xero.person("restore_account", account="200")
    world.time.forward(hours=7)
    world.rebuild(late)
    world.work()
    books(world)
