"""A currency that the organisation has not, posted in the books' own."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from sync.dispatch import freshness
from sync.models import TrackedOrder
from tests.sync.standing import again
from tests.sync.world import World, at_rest, idempotent, ledger_agrees, money
from xero.models import Currency


def test_a_foreign_order_is_posted_converted_to_the_shops_base_total(world: World) -> None:
    order = world.place(foreign=True, items=[("MUG-STN", 3)], coupon="")
    assert (order["order_currency_code"], order["base_currency_code"]) == ("NZD", "AUD")
    assert order["grand_total"] != order["base_grand_total"]
    freshness.prepare(world.organisation)
    Currency.objects.filter(code="NZD").delete()
    world.sync()
    assert world.codes(order) == ["currency_not_enabled"]
    assert world.invoices() == {}
    world.save_rules(posting={"currency_not_enabled": "convert"})
    world.rebuild(order)
    world.work()
    invoice = world.invoices()[world.number(order)]
    assert invoice["CurrencyCode"] == "AUD"
    assert invoice["Total"] == money(order["base_grand_total"])
    assert invoice["TotalTax"] == money(order["base_tax_amount"])
    assert invoice["AmountDue"] == 0
    (payment,) = world.payments()
    assert payment["Amount"] == money(order["base_grand_total"])
    assert invoice["LineItems"][0]["Description"] == "Stoneware mug (NZD 81.39 at 1.0873)"
    assert world.codes(order) == ["currency_converted"]
    at_rest()
    ledger_agrees(world)
    idempotent(world)


@pytest.mark.stories
def test_its_refunds_close_it_to_the_cent_and_both_sides_agree(world: World) -> None:
    order = world.place(foreign=True, items=[("MUG-STN", 3)], coupon="")
    freshness.prepare(world.organisation)
    Currency.objects.filter(code="NZD").delete()
    world.save_rules(posting={"currency_not_enabled": "convert"})
    world.sync()
    item = order["items"][0]["item_id"]
    for _ in range(2):
        world.time.forward(days=1)
        world.shop.refund(order["entity_id"], items={item: 1})
        world.sync()
    world.time.forward(days=1)
    world.shop.refund(order["entity_id"])
    world.sync()
    notes = world.xero.ledger(world.organisation.tenant_id)["CreditNotes"]
    assert {note["CurrencyCode"] for note in notes} == {"AUD"}
    assert [note["RemainingCredit"] for note in notes] == [0, 0, 0]
    assert sum(note["Total"] for note in notes) == money(order["base_grand_total"])
    assert sum(note["TotalTax"] for note in notes) == money(order["base_tax_amount"])
    assert notes[0]["LineItems"][0]["Description"] == "Stoneware mug (NZD 27.13 at 1.0873)"
    assert world.codes(order) == ["currency_converted"]
    call_command("reconcile", "--store", "au")
    # and so they do where the order was posted by a version without these columns
    nothing = {"invoiced_units": None, "invoiced_tax_units": None, "books_currency": ""}
    TrackedOrder.objects.update(**nothing)
    call_command("reconcile", "--store", "au")
    again(world)
