"""Rules about products: the shop's orders do not say what a product's class or category is."""

from __future__ import annotations

from stores.canonical import Stream
from stores.models import Cursor
from sync import flows
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
    assert Stream.PRODUCTS in flows.pulled(world.store)
    flows.read_stream(world.store, Stream.PRODUCTS)
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
    assert Stream.PRODUCTS not in flows.pulled(world.store)
    assert not Cursor.objects.filter(stream=Stream.PRODUCTS).exists()
