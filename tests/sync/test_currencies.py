"""A currency that the organisation has not, posted in the books' own."""

from __future__ import annotations

from sync import prepare
from tests.sync.world import World, at_rest, idempotent, ledger_agrees, money
from xero.models import Currency


def test_a_foreign_order_is_posted_converted_to_the_shops_base_total(world: World) -> None:
    order = world.place(foreign=True, items=[("MUG-STN", 3)], coupon="")
    assert (order["order_currency_code"], order["base_currency_code"]) == ("NZD", "AUD")
    assert order["grand_total"] != order["base_grand_total"]
    prepare.prepare(world.organisation)
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
