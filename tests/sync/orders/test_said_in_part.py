"""What a shop says of money and not of taxes, from its own records to the books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from pytest_django import Settings

from stores.models import Store
from sync.models import TrackedOrder
from tests.stores.toy.adapter import BOXES
from tests.stores.toy.orders import toy_order
from tests.sync.ingest.test_toy_platform import URL, configure
from tests.sync.world import RULES, World

pytestmark = pytest.mark.stories
Box = list[dict[str, Any]]


@pytest.fixture
def box(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Box:
    settings.STORE_ADAPTERS = settings.STORE_ADAPTERS | {
        "toybazaar": "tests.stores.toy.bazaar.ToyBazaar"
    }
    monkeypatch.setitem(BOXES, URL, [])
    return BOXES[URL]


@pytest.fixture
def toys(world: World, box: Box) -> World:
    Store.objects.all().delete()
    configure(
        platform="toybazaar",
        accounts=RULES["accounts"] | {"refund_adjustments": "260"},
        payment_accounts={"marbles": "970", "buttons": "090"},
    )
    world.stores[:] = [Store.objects.get()]
    return world


def way(by: str, amount: str, **more: str) -> dict[str, str]:
    return {"by": by, "amount": amount} | more


def paid_by_both(number: int, **more: Any) -> dict[str, Any]:
    """44.00 (tax 4.00): 30.00 in marbles and 14.00 in buttons."""
    ways = [
        way("marbles", "30.00", id="m-1", gateway="gw-1"),
        way("buttons", "14.00", id="b-1", gateway="gw-2"),
    ]
    return toy_order(number, toys=2, paid=ways, **more)


def later(toys: World, box: Box, **changes: Any) -> None:
    """The order of the box is another now, and was read."""
    toys.time.forward(minutes=20)
    at = box[0]["changed"]
    box[0] |= changes | {"changed": f"{at[:-2]}{int(at[-2:]) + 1:02}"}
    toys.sync()


def reasons() -> list[str]:
    return [one["code"] for one in TrackedOrder.objects.get().reasons]


def notes(toys: World) -> list[dict[str, Any]]:
    found = toys.xero.ledger(toys.organisation.tenant_id)["CreditNotes"]
    return [one for one in found if one["Status"] != "VOIDED"]


def given_back(toys: World) -> dict[str, Decimal]:
    """What went back of credit notes, by account."""
    back = [one for one in toys.payments() if one.get("CreditNote")]
    return {one["Account"]["Code"]: Decimal(str(one["Amount"])) for one in back}


def refund_of(amount: str, *ways: dict[str, str]) -> dict[str, Any]:
    return {"id": "R1", "amount": amount, "at": "2026-11-20 11:00:00", "ways": list(ways)}


def test_a_refund_is_credited_when_all_of_its_money_went_back_each_way_from_its_account(
    toys: World, box: Box
) -> None:
    box.append(paid_by_both(1))
    toys.sync()
    pending = way("buttons", "10.00", state="pending")
    later(toys, box, back=[refund_of("22.00", way("marbles", "12.00", state="done"), pending)])
    assert notes(toys) == []
    assert reasons() == ["refund_pending"]

    done = [way("marbles", "12.00", state="done"), pending | {"state": "done"}]
    later(toys, box, back=[refund_of("22.00", *done)], given="22.00")

    (note,) = notes(toys)
    assert (note["Total"], note["TotalTax"], note["RemainingCredit"]) == (22, 2, 0)
    assert [line["AccountCode"] for line in note["LineItems"]] == ["260"]
    assert given_back(toys) == {"970": Decimal(12), "090": Decimal(10)}
    assert reasons() == []
    later(toys, box, name="Ada")
    assert given_back(toys) == {"970": Decimal(12), "090": Decimal(10)}


def test_of_a_refund_that_was_declined_in_part_the_rest_is_credited(toys: World, box: Box) -> None:
    box.append(paid_by_both(1))
    toys.sync()
    ways = [way("marbles", "12.00", state="done"), way("buttons", "10.00", state="declined")]

    later(toys, box, back=[refund_of("22.00", *ways)], given="12.00")

    assert [note["Total"] for note in notes(toys)] == [12]
    assert given_back(toys) == {"970": Decimal(12)}


def test_a_refund_that_moved_no_money_is_open_credit_of_the_buyer(toys: World, box: Box) -> None:
    box.append(paid_by_both(1))
    toys.sync()

    later(toys, box, back=[refund_of("22.00", way("marbles", "0", state="done"))])

    (note,) = notes(toys)
    assert (note["Total"], note["RemainingCredit"]) == (22, 22)
    assert (given_back(toys), reasons()) == ({}, ["credit_left_open"])


def test_what_the_provider_gave_back_of_its_fee_is_shown(toys: World, box: Box) -> None:
    done = way("marbles", "22.00", state="done", fee="0.45")
    box.append(paid_by_both(1, back=[refund_of("22.00", done)], given="22.00"))
    toys.sync()
    page = Client()
    page.force_login(get_user_model().objects.create_superuser("ana", password="x"))

    shown = page.get(f"/orders/{TrackedOrder.objects.get().pk}/").text

    assert "Of its fee the provider gave back 0.45 AUD with refund R1." in shown


def test_a_payment_in_another_currency_holds_the_payments_and_not_the_invoice(
    toys: World, box: Box
) -> None:
    order = paid_by_both(1)
    order["paid"][1]["money"] = "NZD"
    box.append(order)

    toys.sync()

    (invoice,) = toys.invoices().values()
    assert (invoice["Total"], toys.payments()) == (44, [])
    assert reasons() == ["tenders_do_not_add_up"]


def test_what_the_marketplace_collected_is_neither_invoiced_nor_paid(toys: World, box: Box) -> None:
    order = paid_by_both(1)
    order["toys"][0]["taxed_by"] = "marketplace"
    box.append(order)

    toys.sync()

    (invoice,) = toys.invoices().values()
    assert (invoice["Total"], invoice["TotalTax"], invoice["AmountDue"]) == (40, 0, 0)
    assert sum(Decimal(str(one["Amount"])) for one in toys.payments()) == 40
    assert reasons() == ["tax_of_marketplace"]


def test_where_nobody_says_who_collected_a_tax_nothing_is_posted(toys: World, box: Box) -> None:
    order = paid_by_both(1)
    order["toys"][0]["taxed_by"] = "unknown"
    box.append(order)

    toys.sync()

    assert (toys.invoices(), reasons()) == ({}, ["tax_collector_unknown"])


def test_a_payment_bears_its_own_name_and_an_authorised_one_is_posted_when_it_came_in(
    toys: World, box: Box
) -> None:
    order = paid_by_both(1)
    order["paid"][1]["state"] = "authorised"
    box.append(order)
    toys.sync()
    assert [(one["Reference"], one["Amount"]) for one in toys.payments()] == [("m-1", 30)]

    later(toys, box, paid=[order["paid"][0], order["paid"][1] | {"state": "received"}])

    named = {one["Reference"]: one["Amount"] for one in toys.payments()}
    assert (named, reasons()) == ({"m-1": 30, "b-1": 14}, [])
