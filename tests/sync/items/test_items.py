"""Products become items, once and under their own codes; lines name items that Xero has."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command

from stores.models import Cursor
from sync.models import Posting, TrackedProduct
from sync.rebuild import export_now
from tests.sync.flow.test_sync_command import sync
from tests.sync.world import World, at_rest, books
from xero.mirror.elements import doubt_items
from xero.models import MirrorItem

LONG = "ROASTERS-TEE-ORGANIC-COTTON-XL-BLACK"
COMPOSITES = {"TEE", "KIT-BREW"}


@pytest.fixture
def shop(world: World) -> World:
    """A world whose store sends its products."""
    world.change_store(streams={"products": True})
    return world


def export(world: World) -> None:
    world.pull_products()
    world.work()


def product(world: World, sku: str) -> TrackedProduct:
    return TrackedProduct.objects.get(store=world.store, sku=sku)


def line(world: World, order: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = world.invoices()[world.number(order)]["LineItems"][0]
    return found


def xero_item(world: World, code: str, **more: Any) -> None:
    """An item that a person made in Xero."""
    world.xero.person("create_item", item={"Code": code, **more})


def test_every_product_becomes_an_item_and_again_nothing_is_written(shop: World) -> None:
    shop.shop.change_product(LONG, name="Long", price=9.95)
    shop.shop.change_product("mug-stn", name="Another mug", price=5)
    sold = {row["sku"] for row in shop.shop.stock.products()} - COMPOSITES
    export(shop)
    items = shop.items()
    codes = {row.sku: row.code for row in TrackedProduct.objects.exclude(code="")}
    assert set(codes) == sold
    assert set(items) == set(codes.values())
    assert codes["MUG-STN"] == "MUG-STN"
    assert (codes["mug-stn"][:8], len(codes["mug-stn"])) == ("mug-stn-", 20)
    assert (codes[LONG][:18], len(codes[LONG])) == ("ROASTERS-TEE-ORGA-", 30)
    assert items["MUG-STN"]["SalesDetails"] == {
        "UnitPrice": Decimal("24.95"), "AccountCode": "200",
    }  # fmt: skip
    assert items[codes["mug-stn"]]["Name"] == "Another mug"
    for sku in COMPOSITES:
        assert [r["code"] for r in product(shop, sku).reasons] == ["product_of_others"]
    assert shop.calls()["PUT Items"] == 1
    # Known items on lines; read and built again, nothing is sent.
    order = shop.place()
    shop.sync()
    assert line(shop, order)["ItemCode"] == "MUG-STN"
    Cursor.objects.update(position=None)
    export(shop)
    TrackedProduct.objects.update(build_at=shop.row(order).created_at)
    shop.work()
    assert (shop.calls()["PUT Items"], shop.calls()["POST Items"]) == (1, 0)
    assert shop.items() == items
    books(shop)


def test_a_change_in_the_shop_updates_the_item_by_its_id_only(shop: World) -> None:
    export(shop)
    item = shop.items()["MUG-STN"]
    shop.shop.change_product("MUG-STN", price=26.5, name="Stoneware mug, large")
    export(shop)
    changed = shop.items()["MUG-STN"]
    assert changed["ItemID"] == item["ItemID"]
    assert changed["SalesDetails"] == item["SalesDetails"] | {"UnitPrice": Decimal("26.5000")}
    assert changed["Name"] == "Stoneware mug, large"
    assert shop.calls()["POST Items"] == 1
    update = Posting.objects.get(kind="item", purpose="item-update")
    assert (update.state, update.revision) == ("posted", 2)
    # What the shop says stays the same, what a person changes in Xero stays too.
    shop.shop.change_product("MUG-STN", weight=3)
    export(shop)
    assert shop.calls()["POST Items"] == 1


def test_an_item_that_a_person_made_is_taken_over_and_only_completed(shop: World) -> None:
    theirs = {"UnitPrice": 20, "AccountCode": "203", "TaxType": "EXEMPTOUTPUT"}
    xero_item(shop, "MUG-STN", Name="Mug of ours", SalesDetails=theirs, Description="By hand")
    xero_item(shop, "beans-250", SalesDetails=theirs)
    shop.change_store(streams={"products": True}, fields={"products": ["price"]})
    export(shop)
    mug = shop.items()["MUG-STN"]
    assert (mug["Name"], mug["Description"]) == ("Mug of ours", "By hand")
    assert mug["SalesDetails"] == {
        "UnitPrice": Decimal("24.95"), "AccountCode": "203", "TaxType": "EXEMPTOUTPUT",
    }  # fmt: skip
    assert product(shop, "BEANS-250").code == "beans-250"
    assert not {"BEANS-250"} & set(shop.items())
    order = shop.place(items=[("BEANS-250", 1)])
    shop.sync()
    assert line(shop, order)["ItemCode"] == "beans-250"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "lose_answer", "match": {"method": "PUT", "path": "/Items$"}},
        {
            "kind": "error_after_partial",
            "match": {"method": "PUT", "path": "/Items$"},
            "params": {"saved": 5},
        },
    ],
)
def test_an_answer_lost_after_the_commit_makes_no_second_item(
    shop: World, fault: dict[str, Any]
) -> None:
    shop.xero.faults(fault)
    export(shop)
    saved = len(shop.items()) if fault["kind"] == "lose_answer" else 5
    assert Posting.objects.filter(kind="item", adopted=True).count() == saved
    assert set(shop.items()) == set(
        TrackedProduct.objects.filter(state="ready").values_list("code", flat=True)
    )
    assert not Posting.objects.filter(kind="item").exclude(state="posted").exists()
    at_rest()


def test_an_update_whose_answer_is_lost_is_not_sent_twice(shop: World) -> None:
    export(shop)
    shop.shop.change_product("MUG-STN", price=26.5)
    shop.xero.faults({"kind": "lose_answer", "match": {"method": "POST", "path": "/Items$"}})
    export(shop)
    assert shop.calls()["POST Items"] == 1
    assert shop.items()["MUG-STN"]["SalesDetails"]["UnitPrice"] == Decimal("26.5000")
    assert Posting.objects.get(purpose="item-update").adopted


def test_an_item_made_meanwhile_is_adopted_and_brought_up_to_date(shop: World) -> None:
    shop.pull_products()
    shop.build()
    xero_item(shop, "MUG-STN", Name="By hand")
    shop.work()
    assert shop.items()["MUG-STN"]["Name"] == product(shop, "MUG-STN").name
    assert len(shop.items()) == len(TrackedProduct.objects.filter(state="ready"))
    assert shop.calls()["POST Items"] == 1


def test_a_bad_price_holds_that_product_and_no_other(shop: World) -> None:
    shop.shop.change_product("MUG-STN", price="N/A")
    code, told = sync("--store", "au", "--stream", "products")
    assert (code, told["held"], told["dead"], told["waiting"]) == (0, 1, 0, 0)
    assert told["posted"] == len(shop.items()) > 10
    bad = product(shop, "MUG-STN")
    assert (bad.state, bad.reasons[0]["field"]) == ("held", "price")
    assert "MUG-STN" not in shop.items()
    out = io.StringIO()
    call_command("sync", "--store", "au", "--stream", "products", "--wait", stdout=out)
    assert 'held: MUG-STN: price is "N/A"' in out.getvalue()
    shop.shop.change_product("MUG-STN", price=24.95)
    code, told = sync("--store", "au", "--stream", "products")
    assert (code, told["held"], told["posted"]) == (0, 0, 1)
    assert "MUG-STN" in shop.items()


def test_an_unfit_account_holds_all_until_it_is_mapped_anew(shop: World) -> None:
    shop.save_rules(items={"tracked": True}, accounts={"cogs": "310", "inventory": "710"})
    export(shop)
    held = TrackedProduct.objects.filter(state="held")
    assert {row.reasons[0]["field"] for row in held} == {"accounts.inventory"}
    shop.save_rules(items={"tracked": True}, accounts={"cogs": "310", "inventory": "630"})
    from sync.ingest.products import rebuild_outdated

    assert rebuild_outdated(shop.store) == len(held) > 5
    shop.work()
    mug = shop.items()["MUG-STN"]
    assert (mug["IsTrackedAsInventory"], mug["InventoryAssetAccountCode"]) == (True, "630")
    assert not shop.items()["GUIDE-PDF"]["IsTrackedAsInventory"]
    assert not held.all().exists()


def test_products_that_are_off_are_not_read(world: World) -> None:
    code, told = sync("--store", "au", "--stream", "products")
    assert (code, told) == (1, {})
    assert not world.shop.requests


def test_lines_name_an_item_that_a_person_made_and_lose_one_that_is_deleted(world: World) -> None:
    xero_item(world, "MUG-STN")
    xero_item(world, "Tee-S")
    first, other = world.place(), world.place(items=[("TEE-S", 1)])
    world.sync()
    assert line(world, first)["ItemCode"] == "MUG-STN"
    assert "ItemCode" not in line(world, other), "its code is written otherwise"
    world.xero.person("delete_item", item="MUG-STN")
    second = world.place(customer=2)
    world.sync()
    assert "ItemCode" not in line(world, second)
    assert world.row(second).label == "posted"
    assert not MirrorItem.objects.filter(code="MUG-STN").exists()
    books(world)


def test_an_item_deleted_in_xero_is_made_again_for_a_person_only(shop: World) -> None:
    export(shop)
    shop.xero.person("delete_item", item="MUG-STN")
    doubt_items(shop.organisation)
    shop.shop.change_product("MUG-STN", price=26.5)
    export(shop)
    gone = product(shop, "MUG-STN")
    assert (gone.state, gone.reasons[0]["code"]) == ("held", "item_gone")
    assert "MUG-STN" not in shop.items()
    assert export_now([gone.pk]) == 1
    shop.work()
    assert shop.items()["MUG-STN"]["SalesDetails"]["UnitPrice"] == Decimal("26.5")
    assert product(shop, "MUG-STN").state == "ready"
    assert shop.calls()["PUT Items"] == 2
