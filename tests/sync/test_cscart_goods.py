"""What is promised of customers, products and stock to a merchant of CS-Cart."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from connector.lib import clock
from sandbox.cscart import DemoShop
from sandbox.cscart.shop import API_KEY, EMAIL
from stores.canonical.records import Stream
from sync.ingest.products import rebuild_outdated
from sync.models import TrackedProduct
from tests.sync.cscart_world import configure, later, number, proves, read, sold
from tests.sync.cscart_world import cs as cs
from tests.sync.cscart_world import shop as shop
from tests.sync.world import World

# --- customers ----------------------------------------------------------------------------------


def moved(shop: DemoShop, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """The first customer corrects their account, a day on."""
    person = shop.demand.person
    new = replace(person(1), **changes)
    monkeypatch.setattr(shop.demand, "person", lambda n: new if n == 1 else person(n))
    shop.customers[1] = str(int(clock.timestamp()))


@proves("E5", "E19", "E44")
@pytest.mark.parametrize("way", ["add-on", "api", "off"])
def test_a_customer_is_a_contact_that_follows_the_shop_where_that_is_on(
    cs: World, shop: DemoShop, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    on, keys = way != "off", {"email": EMAIL, "api_key": API_KEY} if way == "api" else None
    contacts = {"account_number": True}
    configure(shop, keys=keys, streams={"customers": on}, contacts=contacts)
    order = sold(shop)
    sold(shop)
    cs.sync()

    (contact,) = cs.contacts()
    street = next(a for a in contact["Addresses"] if a["AddressType"] == "STREET")
    assert contact["EmailAddress"] == order["email"]
    assert contact["AccountNumber"] == order["user_id"]
    assert (contact["FirstName"], contact["LastName"]) == (order["firstname"], order["lastname"])
    assert (street["City"], street["PostalCode"]) == (order["b_city"], order["b_zipcode"])

    if on:
        read(cs, Stream.CUSTOMERS)
    cs.time.forward(days=1)
    moved(shop, monkeypatch, telephone="0499 111 222", lastname="Newname")
    if on:
        read(cs, Stream.CUSTOMERS)
    later(cs)

    (contact,) = cs.contacts()
    assert ("0499 111 222" in json.dumps(contact["Phones"])) is on


# --- products and stock -------------------------------------------------------------------------


@proves("E6", "E20", "E45")
def test_products_are_items_by_their_codes_and_their_changes_follow(
    cs: World, shop: DemoShop
) -> None:
    theirs = cs.xero.person("create_item", item={"Code": "TEA-POT", "Name": "Our own pot"})
    configure(shop, streams={"products": True})
    read(cs, Stream.PRODUCTS)

    items = cs.items()
    coded = {one.code or str(one.id) for one in shop.catalogue.products.values()}
    assert set(items) == coded
    assert items["TEA-POT"]["ItemID"] == theirs["ItemID"]
    assert items["MUG-STN"]["Name"] == "Stoneware mug"
    order = sold(shop)
    cs.sync()
    assert cs.invoices()[number(order)]["LineItems"][0]["ItemCode"] == "MUG-STN"

    shop.change_product("MUG-STN", price="26.50")
    read(cs, Stream.PRODUCTS)
    assert cs.items()["MUG-STN"]["SalesDetails"]["UnitPrice"] == Decimal("26.50")
    assert cs.calls()["POST Items"] >= 1
    assert set(cs.items()) == coded


@proves("E21", "E26", "E27")
def test_tracked_items_need_accounts_that_fit(cs: World, shop: DemoShop) -> None:
    accounts = {"inventory": "710", "cogs": "310"}
    configure(shop, streams={"products": True}, items={"tracked": True}, accounts=accounts)
    read(cs, Stream.PRODUCTS)

    held = TrackedProduct.objects.filter(state="held")
    assert {row.reasons[0]["field"] for row in held} == {"accounts.inventory"}
    assert "MUG-STN" not in cs.items()

    accounts = {"inventory": "630", "cogs": "310"}
    configure(shop, streams={"products": True}, items={"tracked": True}, accounts=accounts)
    assert rebuild_outdated(cs.fresh(cs.store))
    cs.work()
    mug = cs.items()["MUG-STN"]
    assert (mug["IsTrackedAsInventory"], mug["InventoryAssetAccountCode"]) == (True, "630")
    assert mug["PurchaseDetails"]["COGSAccountCode"] == "310"


def counted(cs: World, *codes: str) -> None:
    """Xero counts these: ten pieces each, at 4."""
    details = {"COGSAccountCode": "310", "UnitPrice": 4}
    for code in codes:
        item = {"Code": code, "InventoryAssetAccountCode": "630", "PurchaseDetails": details}
        cs.xero.person("create_item", item=item)
        cs.xero.person("receive_stock", item=code, quantity=10, cost=4)


def on_hand(shop: DemoShop, sku: str) -> Decimal:
    return shop.catalogue.find(sku)[0].amount


@proves("E6", "E21", "E46")
def test_stock_of_xero_goes_to_the_shop_and_a_sale_moves_both_at_cost(
    cs: World, shop: DemoShop
) -> None:
    counted(cs, "MUG-STN", "TOWEL-SET")
    configure(shop, streams={"stock": "to_store"})
    assert read(cs, Stream.STOCK) == 2
    assert (on_hand(shop, "MUG-STN"), on_hand(shop, "TOWEL-SET")) == (10, 10)

    sold(shop, items=[("MUG-STN", 3)])
    later(cs)
    mug = cs.items()["MUG-STN"]
    assert (mug["QuantityOnHand"], mug["TotalCostPool"]) == (7, 28)
    assert on_hand(shop, "MUG-STN") == 7
    assert read(cs, Stream.STOCK) == 0, "both moved by the sale alone"


@proves("E46")
def test_stock_of_the_shop_adjusts_xero_once(cs: World, shop: DemoShop) -> None:
    counted(cs, "MUG-STN")
    sold(shop, items=[("MUG-STN", 1)])
    configure(shop, streams={"stock": "to_xero"}, accounts={"stock_adjustment": "429"})
    cs.sync()
    shop.set_stock("MUG-STN", 25)
    read(cs, Stream.STOCK)
    assert cs.items()["MUG-STN"]["QuantityOnHand"] == 25
    assert read(cs, Stream.STOCK) == 0


@proves("E1")
def test_all_streams_of_one_shop_run_side_by_side(cs: World, shop: DemoShop) -> None:
    counted(cs, "MUG-STN")
    configure(shop, streams={"customers": True, "products": True, "stock": "to_store"})
    order = sold(shop)
    cs.sync()
    for stream in (Stream.PRODUCTS, Stream.CUSTOMERS, Stream.STOCK):
        read(cs, stream)

    assert list(cs.invoices()) == [number(order)]
    assert len(cs.payments()) == 1
    assert sum(one.get("EmailAddress") == order["email"] for one in cs.contacts()) == 1
    assert len(cs.items()) > 10
    assert on_hand(shop, "MUG-STN") == cs.items()["MUG-STN"]["QuantityOnHand"]
