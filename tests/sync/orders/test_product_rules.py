"""Rules about products: the shop's orders do not say what a product's class or category is."""

from __future__ import annotations

import pytest

from stores.canonical.records import Stream
from stores.connect import connect
from stores.models import Cursor, ShopCategory
from sync.flow import steps
from sync.ingest.pull import pulled
from tests.sync.world import RULES, World


def test_class_and_category_of_a_product_decide_account_and_tax(world: World) -> None:
    world.shop.change_product(
        "MUG-STN",
        custom_attributes=[
            {"attribute_code": "tax_class_id", "value": "9"},
            {"attribute_code": "category_ids", "value": ["7", "12"]},
        ],
    )
    order = world.place(items=[("MUG-STN", 1), ("GRIND-HND", 1)])
    rules = [{"class": "9", "rate": "10", "tax_type": "OUTPUT"}, *RULES["tax"]["rules"]]
    world.save_rules(tax={"rules": rules}, rules=[{"when": {"category": "12"}, "account": "203"}])
    assert Stream.PRODUCTS in pulled(world.store)
    steps.read_stream(world.store, Stream.PRODUCTS)
    world.sync()
    (invoice,) = world.invoices().values()
    accounts = {line["Description"]: line["AccountCode"] for line in invoice["LineItems"]}
    assert sorted(accounts.values()) == ["200", "202", "203"]
    assert invoice["Total"] == invoice["AmountPaid"] > 0
    assert world.row(order).label == "posted"
    assert (
        not world.xero.ledger(world.organisation.tenant_id)["Items"]
        or not world.calls()["PUT Items"]
    )


def test_without_such_a_rule_products_are_not_read(world: World) -> None:
    assert Stream.PRODUCTS not in pulled(world.store)
    assert not Cursor.objects.filter(stream=Stream.PRODUCTS).exists()


def read_by_name(world: World, category: str) -> list[str]:
    """The accounts of a mug's and a course's lines under a rule for a category."""
    rules = [{"when": {"category": category}, "account": "203"}]
    world.save_rules(rules=rules, accounts={"sales": "200", "shipping": "200"})
    steps.read_stream(world.store, Stream.PRODUCTS)
    world.place(items=[("MUG-STN", 1), ("CLASS-WEB", 1)])
    world.sync()
    (invoice,) = world.invoices().values()
    lines = {line["Description"].split()[0]: line["AccountCode"] for line in invoice["LineItems"]}
    return [lines["Stoneware"], lines["Latte"]]


@pytest.mark.parametrize(
    ("category", "accounts"),
    [
        ("mugs & cups", ["203", "200"]),  # its own name
        ("Kitchen", ["203", "200"]),  # the one above it
        ("Serv*", ["200", "203"]),
        ("6", ["200", "203"]),  # by id
        ("Default Category", ["203", "203"]),
        ("Root Catalog", ["200", "200"]),  # above everything, and shown nowhere
    ],
)
def test_a_rule_names_a_category_or_one_above_it(
    world: World, category: str, accounts: list[str]
) -> None:
    assert read_by_name(world, category) == accounts


def test_without_the_right_to_read_categories_their_ids_go_on_working(world: World) -> None:
    world.shop.denied.add("Magento_Catalog::categories")
    assert read_by_name(world, "4") == ["203", "200"]
    assert not ShopCategory.objects.exists()


def test_categories_follow_the_shop(world: World) -> None:
    world.save_rules(rules=[{"when": {"category": "Mugs"}, "account": "203"}])
    steps.read_stream(world.store, Stream.PRODUCTS)
    known = ShopCategory.objects.filter(store=world.store)
    assert known.get(source_id="4").names == ["Mugs & Cups", "Kitchen", "Default Category"]
    world.shop.stock.categories[3]["name"] = "Mugs"
    del world.shop.stock.categories[4:]
    steps.read_stream(world.store, Stream.PRODUCTS)
    assert dict(known.values_list("source_id", "names")) == {
        "2": ["Default Category"],
        "3": ["Kitchen", "Default Category"],
        "4": ["Mugs", "Kitchen", "Default Category"],
    }


def test_a_shop_without_the_list_of_categories_gives_them_as_a_tree(world: World) -> None:
    world.shop.fail("no_route", match="/categories/list", times=None)
    found = {one.id: (one.name, one.parent_id) for one in connect(world.store).categories()}
    assert found["6"] == ("Courses", "5")
    assert sorted(found) == ["2", "3", "4", "5", "6"]


def test_a_rule_names_a_customer_group_of_which_orders_say_the_number(world: World) -> None:
    group = {"when": {"customer_group": "General"}, "account": "203"}
    world.save_rules(rules=[group], accounts={"sales": "200", "shipping": "200"})
    for customer, number in ((1, 1), (2, 7)):
        order = world.place(customer=customer, guest=False)
        world.shop.update_order(order["entity_id"], customer_group_id=number)
    world.sync()
    goods = {one["LineItems"][0]["AccountCode"] for one in world.invoices().values()}
    assert goods == {"203", "200"}
    asked = len([call for call in world.shop.requests if "customerGroups" in call])
    world.sync()
    assert len([call for call in world.shop.requests if "customerGroups" in call]) == asked == 1
