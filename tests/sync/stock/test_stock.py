"""Stock in both directions: only differences are written, and our own writes cause no more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stores.canonical.records import Stream
from stores.models import Cursor
from sync.flow import steps
from sync.items.known import Goods
from sync.models import Posting, StockState
from sync.stock import level as stock_level
from sync.stock.outstanding import Outstanding, leaving
from tests.sync.flow.test_sync_command import sync
from tests.sync.world import World, at_rest
from xero.models import Organisation

TRACKED = {
    "InventoryAssetAccountCode": "630",
    "PurchaseDetails": {"COGSAccountCode": "310", "UnitPrice": 4},
}
SKUS = ("MUG-STN", "TOWEL-SET", "TEE-S")


@pytest.fixture
def stocked(world: World) -> World:
    """Xero counts three of the shop's products, and one that the shop does not have: ten each.
    Nothing of it was ever read."""
    for code in (*SKUS, "ELSEWHERE"):
        world.xero.person("create_item", item={"Code": code, "Name": code, **TRACKED})
        world.xero.person("receive_stock", item=code, quantity=10, cost=4)
    world.save_rules(accounts={"stock_adjustment": "429"})
    return world


@pytest.fixture
def counted(stocked: World) -> World:
    """The same after two mugs were sold and invoiced."""
    place_and_sync(stocked)
    return stocked


def place_and_sync(world: World, quantity: int = 2) -> dict[str, Any]:
    """An order of mugs, posted; the accounts are known afterwards."""
    order = world.place(items=[("MUG-STN", quantity)])
    world.sync()
    world.time.forward(minutes=5)
    return order


def level(world: World) -> int:
    """One run; how many products were written."""
    run = steps.read_stream(world.fresh(world.store), Stream.STOCK)
    assert run is not None
    assert run.error == ""
    return run.changed


def shop_has(world: World) -> dict[str, float]:
    """To sell: ordered goods that are not shipped are on hand beside that."""
    stock = world.shop.stock
    return {sku: stock.quantities[sku] - stock.reserved(sku) for sku in SKUS}


def set_shop(world: World, **quantities: float) -> None:
    """So many to sell."""
    stock = world.shop.stock
    for sku, quantity in zip(SKUS, quantities.values(), strict=False):
        stock.set(sku, quantity + stock.reserved(sku))


def xero_has(world: World) -> dict[str, Decimal]:
    return {sku: world.items()[sku]["QuantityOnHand"] for sku in SKUS}


def puts(world: World) -> int:
    """How often the shop was written to."""
    return sum(request.startswith("PUT") for request in world.shop.requests)


def test_xero_to_the_shop_writes_what_differs_and_then_nothing(stocked: World) -> None:
    stocked.change_store(streams={"stock": "to_store"})
    set_shop(stocked, mug=10, towel=3, tee=99)
    code, told = sync("--store", "au", "--stream", "stock")
    assert (code, told["posted"], told["held"], told["waiting"]) == (0, 0, 0, 0)
    assert shop_has(stocked) == {"MUG-STN": 10, "TOWEL-SET": 10, "TEE-S": 10}
    assert puts(stocked) == 2
    # Our own writes come back when they are read again, and cause nothing.
    assert level(stocked) == 0
    # A sale leaves the shop at once and Xero with its invoice: nothing is to be written.
    order = place_and_sync(stocked, 3)
    assert stocked.row(order).label == "posted"
    assert level(stocked) == 0
    assert shop_has(stocked)["MUG-STN"] == 7
    assert puts(stocked) == 2
    # One that is not invoiced yet has left the shop only.
    stocked.save_rules(accounts={"sales": "999"})
    place_and_sync(stocked, 1)
    stocked.xero.person("receive_stock", item="MUG-STN", quantity=10)
    assert level(stocked) == 1
    assert (xero_has(stocked)["MUG-STN"], shop_has(stocked)["MUG-STN"]) == (17, 16)
    assert puts(stocked) == 3


def test_an_item_that_becomes_another_product_s_while_both_sides_are_read_is_left_alone(
    stocked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.change_store(streams={"stock": "to_store"})
    level(stocked)
    stocked.xero.person("receive_stock", item="MUG-STN", quantity=5)
    before = shop_has(stocked)
    real = stock_level._read_items

    def renamed(organisation: Organisation) -> None:
        stocked.xero.person("edit_item", item="TEE-S", changes={"Code": "TEE-OLD"})
        stocked.xero.person("edit_item", item="MUG-STN", changes={"Code": "TEE-S"})
        real(organisation)

    monkeypatch.setattr(stock_level, "_read_items", renamed)
    stocked.time.forward(minutes=5)

    assert level(stocked) == 0
    assert shop_has(stocked) == before


def test_what_leaves_is_told_by_as_many_queries_however_much_was_sold(stocked: World) -> None:
    level(stocked)
    organisation = stocked.fresh(stocked.store).organisation
    assert organisation is not None

    def asked(sold: int) -> int:
        goods = {(stocked.store.pk, Goods(f"NONE-{n}")): Decimal(n) for n in range(1, sold)}
        goods[stocked.store.pk, Goods("MUG-STN")] = Decimal(2)
        seen = Outstanding(goods, frozenset())
        with CaptureQueriesContext(connection) as queries:
            found = leaving(organisation, seen, seen)
        mug = organisation.items.get(code="MUG-STN").facts()
        assert (found.quantities, found.unsettled) == ({mug.item_id: 2}, frozenset())
        return len(queries)

    assert asked(400) == asked(1) <= 5


def test_a_sku_that_the_shop_cannot_be_asked_for_is_left_out_and_says_so(stocked: World) -> None:
    """One is refused when it is read, one when it is written."""
    stocked.change_store(streams={"stock": "to_store"})
    stocked.xero.person("create_item", item={"Code": "..", "Name": "Dots", **TRACKED})
    set_shop(stocked, mug=1, towel=3, tee=99)
    stocked.shop.refused_stock["MUG-STN"] = "The stock of this product is kept elsewhere."
    code, told = sync("--store", "au", "--stream", "stock")
    assert (code, told["held"]) == (0, 2)
    assert shop_has(stocked) == {"MUG-STN": 1, "TOWEL-SET": 10, "TEE-S": 10}
    dots, mug = StockState.objects.exclude(reasons=[]).order_by("sku")
    assert (dots.sku, mug.sku) == ("..", "MUG-STN")
    assert {one.reasons[0]["code"] for one in (dots, mug)} == {"stock_refused"}
    assert "another SKU" in dots.reasons[0]["message"]
    assert "kept elsewhere" in mug.reasons[0]["message"]
    # What the shop takes again is written, and its reason is gone.
    stocked.shop.refused_stock.clear()
    assert level(stocked) == 1
    assert shop_has(stocked)["MUG-STN"] == 10
    assert StockState.objects.exclude(reasons=[]).get().sku == ".."


def test_the_shop_to_xero_adjusts_by_documents_of_nothing_once(counted: World) -> None:
    counted.change_store(streams={"stock": "to_xero"})
    set_shop(counted, mug=8, towel=3, tee=25)
    code, told = sync("--store", "au", "--stream", "stock")
    assert (code, told["held"], told["dead"], told["waiting"]) == (0, 0, 0, 0)
    assert told["posted"] == 3, "two adjustments, and the contact that they are of"
    assert xero_has(counted) == {"MUG-STN": 8, "TOWEL-SET": 3, "TEE-S": 25}
    bill, credit = adjustments(counted)
    assert (bill["Type"], bill["Total"], bill["Status"]) == ("ACCPAY", 0, "PAID")
    assert (credit["Type"], credit["Total"]) == ("ACCPAYCREDIT", 0)
    assert [line["LineAmount"] for line in bill["LineItems"]] == [60, -60]
    assert [line["LineAmount"] for line in credit["LineItems"]] == [28, -28]
    assert bill["LineItems"][1]["AccountCode"] == "429"
    assert counted.items()["TEE-S"]["TotalCostPool"] == 100
    # What we wrote comes back: nothing more, neither now nor after a sale.
    writes = counted.writes()
    assert level(counted) == 0
    place_and_sync(counted, 3)
    assert xero_has(counted)["MUG-STN"] == 5
    assert shop_has(counted)["MUG-STN"] == 5
    assert level(counted) == 0
    assert counted.writes() == writes + 2, "the sale's invoice and payment"
    assert len(adjustments(counted)) == 2
    assert puts(counted) == 0
    at_rest()


def adjustments(world: World) -> list[dict[str, Any]]:
    ledger = world.xero.ledger(world.organisation.tenant_id)
    ours = [one for one in ledger["Invoices"] if "STOCK" in (one.get("InvoiceNumber") or "")]
    return ours + list(ledger["CreditNotes"])


def test_what_is_sold_and_not_invoiced_is_not_adjusted_away(counted: World) -> None:
    counted.change_store(streams={"stock": "to_xero"})
    set_shop(counted, mug=8, towel=10, tee=10)
    counted.save_rules(accounts={"sales": "999", "stock_adjustment": "429"})
    order = place_and_sync(counted, 3)
    assert counted.row(order).label == "held"
    assert level(counted) == 0
    assert Posting.objects.filter(source_kind="stock").count() == 0
    # An order that changed while the stock was read leaves its products to the next run.
    counted.place(items=[("TOWEL-SET", 1)])
    counted.shop.stock.set("TOWEL-SET", 5)  # one of which is ordered
    assert level(counted) == 0
    counted.time.forward(minutes=5)
    assert level(counted) == 1
    counted.work()
    assert xero_has(counted) == {"MUG-STN": 8, "TOWEL-SET": 5, "TEE-S": 10}


@pytest.mark.parametrize("path", ["/Invoices$", "/CreditNotes$"])
def test_an_adjustment_whose_answer_is_lost_is_found_by_its_number(
    counted: World, path: str
) -> None:
    counted.change_store(streams={"stock": "to_xero"})
    set_shop(counted, mug=8, towel=3, tee=25)
    counted.xero.faults({"kind": "lose_answer", "match": {"method": "PUT", "path": path}})
    assert level(counted) == 2
    counted.send()
    # While nobody knows what became of it no other is made.
    assert level(counted) == 0
    counted.work()
    assert xero_has(counted) == {"MUG-STN": 8, "TOWEL-SET": 3, "TEE-S": 25}
    assert len(adjustments(counted)) == 2
    assert Posting.objects.get(source_kind="stock", adopted=True).state == "posted"
    assert level(counted) == 0
    at_rest()


def test_what_cannot_be_adjusted_says_why_and_the_rest_goes_on(counted: World) -> None:
    bare = {"InventoryAssetAccountCode": "630", "PurchaseDetails": {"COGSAccountCode": "310"}}
    counted.xero.person("create_item", item={"Code": "KNIFE-20", **bare})
    counted.change_store(streams={"stock": "to_xero"})
    set_shop(counted, mug=8, towel=11, tee=10)
    counted.save_rules()  # stock_adjustment is no longer mapped
    code, _ = sync("--store", "au", "--stream", "stock")
    assert code == 1
    assert Cursor.of(counted.store, Stream.STOCK).last_error_code == "account_unmapped"
    assert Posting.objects.filter(source_kind="stock").count() == 0
    counted.save_rules(accounts={"stock_adjustment": "429"})
    code, told = sync("--store", "au", "--stream", "stock")
    assert (code, told["held"]) == (0, 1)
    assert xero_has(counted)["TOWEL-SET"] == 11
    knife = StockState.objects.get(sku="KNIFE-20")
    assert [reason["code"] for reason in knife.reasons] == ["stock_cost_unknown"]
    assert counted.items()["KNIFE-20"]["QuantityOnHand"] == 0


def test_a_refused_adjustment_is_not_sent_again_until_it_says_something_else(
    counted: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.xero.rules import stock

    counted.change_store(streams={"stock": "to_xero"})
    set_shop(counted, mug=8, towel=12, tee=10)
    real = stock.check
    monkeypatch.setattr(stock, "check", lambda call, old, new: ["You may not do this"])
    assert level(counted) == 1
    counted.work()
    assert Posting.objects.get(source_kind="stock").state == "dead"
    writes = counted.writes()
    assert level(counted) == 0
    counted.work()
    assert counted.writes() == writes
    assert Posting.objects.get(source_kind="stock").state == "dead"
    monkeypatch.setattr(stock, "check", real)
    counted.shop.stock.set("TOWEL-SET", 13)
    assert level(counted) == 1
    counted.work()
    assert xero_has(counted)["TOWEL-SET"] == 13
    states = Posting.objects.filter(source_kind="stock").order_by("pk")
    assert list(states.values_list("state", flat=True)) == ["voided", "posted"]


def test_stock_that_is_off_or_with_an_outside_master_is_not_touched(world: World) -> None:
    for chosen in ("off", "master"):
        world.change_store(streams={"stock": chosen})
        code, told = sync("--store", "au", "--stream", "stock")
        assert (code, told) == (1, {})
    assert not world.shop.requests
