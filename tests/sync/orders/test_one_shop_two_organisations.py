"""Two websites of one shop, each with books of its own."""

from __future__ import annotations

from typing import Any

import pytest

from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from sandbox.xero.seed import add_organisation
from stores.canonical.records import Stream
from stores.models import Store
from sync.dispatch import send
from sync.flow import steps
from sync.ingest.pull import pull
from sync.models import TrackedOrder
from tests.sync.world import RULES, World, log_in

VIEWS = {"North": "North\nShop\nEnglish", "South": "South\nShop\nEnglish", "West": "West\nB2B\nAll"}


@pytest.fixture
def south(world: World) -> Store:
    """`world.store` takes the website North, this one South, in another organisation."""
    second = add_organisation(world.xero.app.state, "South Pty", "AU", 7)
    world.xero.config(auto_tenant=second.tenant_id)
    organisation = log_in(world.app)
    world.change_store(only={"websites": ["North"]})
    settings = world.store.settings | {
        "slug": "south", "organisation": "South Pty", "number_prefix": "SO-",
        "only": {"websites": ["South"]},
    }  # fmt: skip
    store = Store(organisation=organisation, credentials=world.store.credentials)
    store.apply(world.store.profile.model_validate(settings))
    store.save()
    save_rules(store, StoreRules.model_validate(RULES))
    return store


def sold_in(world: World, website: str, customer: int) -> dict[str, Any]:
    order = world.place(customer=customer)
    return world.shop.update_order(order["entity_id"], store_name=VIEWS[website])


def sync_all(world: World, south: Store) -> None:
    world.sync()
    pull(world.fresh(south), Stream.ORDERS)
    pull(world.fresh(south), Stream.REFUNDS)
    for _ in range(6):
        steps.build_store(world.fresh(south))
        send.drain(world.fresh(south).organisation)
        world.time.forward(seconds=61)


def documents(world: World, store: Store) -> list[str]:
    ledger = world.xero.ledger(store.organisation.tenant_id)
    found = [one["InvoiceNumber"] for one in ledger["Invoices"]]
    return sorted(found + [one["CreditNoteNumber"] for one in ledger["CreditNotes"]])


def test_each_order_and_refund_goes_to_its_own_books_only(world: World, south: Store) -> None:
    north, far, nobodys = (sold_in(world, name, n) for n, name in enumerate(VIEWS, 1))
    sync_all(world, south)
    assert documents(world, world.store) == [f"S1-{north['increment_id']}"]
    assert documents(world, south) == [f"SO-{far['increment_id']}"]
    world.shop.refund(far["entity_id"])
    sync_all(world, south)
    assert documents(world, world.store) == [f"S1-{north['increment_id']}"]
    number = f"SO-{far['increment_id']}"
    assert documents(world, south) == [number, f"{number}-R1"]
    rows = TrackedOrder.objects.filter(source_id=str(nobodys["entity_id"]))
    assert [(row.state, row.reasons[0]["code"]) for row in rows] == [
        ("skipped", "other_store_view")
    ] * 2


def test_parts_of_the_shop_are_named_by_their_codes(world: World) -> None:
    """An order holds their names only. They are looked up where a setting names a part."""
    code = {"websites": ["base"], "stores": ["main_website_store"], "store_views": ["default"]}
    world.change_store(only=code)
    when = {"website": "base", "store_view": "default"}
    world.save_rules(
        rules=[{"when": when, "tracking": {"Region": "{website}"}}],
        posting={"tracking_options": "create"},
    )
    order = world.place()
    world.sync()
    assert world.row(order).label == "posted"
    (line, *_) = world.invoices()[world.number(order)]["LineItems"]
    assert line["Tracking"][0]["Option"] == "Main Website"
    world.change_store(only={"store_views": [world.shop.profile.foreign_view]})
    other = world.place(customer=2)
    world.sync()
    assert world.row(other).reasons[0]["code"] == "other_store_view"


def test_products_of_another_website_become_no_items(world: World) -> None:
    world.change_store(only={"websites": ["1"]}, streams={"products": True})
    for sku, website in (("HERE", 1), ("THERE", 2)):
        world.shop.change_product(sku, extension_attributes={"website_ids": [website]})
    pull(world.fresh(world.store), Stream.PRODUCTS)
    world.work()
    assert "HERE" in world.items()
    assert "THERE" not in world.items()


def test_customers_of_another_website_are_not_exported(world: World) -> None:
    world.change_store(only={"websites": ["Main Website", "1"]})
    for customer in (1, 2):
        world.place(customer=customer, guest=False)
    buyers = sorted(order["customer_id"] for order in world.shop.orders)
    world.shop.change_customer(buyers[0], website_id=2)
    pull(world.fresh(world.store), Stream.CUSTOMERS, trigger="command")
    world.work()
    numbers = {one["ContactNumber"] for one in world.contacts() if one.get("ContactNumber")}
    assert numbers == {f"S1:{buyers[1]}"}
