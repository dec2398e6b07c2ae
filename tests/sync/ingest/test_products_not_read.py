"""Rules by tax class or category, and a product that was not read yet."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from stores.models import ShopCategory
from sync.models import TrackedProduct
from tests.sync.world import RULES, World, at_rest

CATEGORY = [{"when": {"category": "Fresh"}, "account": "203"}]


@pytest.fixture(autouse=True)
def _new_product(world: World) -> None:
    """A mug of tax class 9, in a category that is as new as itself."""
    world.save_rules(rules=CATEGORY, accounts={"sales": "200", "shipping": "202"})
    world.shop.stock.categories.append(
        {**world.shop.stock.categories[-1], "id": 77, "name": "Fresh"}
    )
    attributes = {"tax_class_id": "9", "category_ids": ["77"]}
    world.shop.change_product(
        "MUG-STN",
        custom_attributes=[
            {"attribute_code": code, "value": value} for code, value in attributes.items()
        ],
    )


def _goods(world: World) -> list[str]:
    """The account of the first line of each invoice."""
    return [one["LineItems"][0]["AccountCode"] for one in world.invoices().values()]


def _asked(world: World) -> int:
    return len([one for one in world.shop.requests if "/products" in one])


def test_a_product_that_was_not_read_is_asked_for_once(world: World) -> None:
    orders = [world.place(customer=n) for n in (1, 2)]
    world.sync()
    assert _goods(world) == ["203", "203"]
    assert [world.codes(order) for order in orders] == [[], []]
    assert "Fresh" in ShopCategory.objects.get(source_id="77").names
    asked = _asked(world)
    world.place(customer=3)
    world.sync()
    assert _goods(world) == ["203"] * 3
    assert _asked(world) == asked
    assert TrackedProduct.objects.get().sku == "MUG-STN"


def test_nothing_is_asked_where_no_rule_is_about_products(world: World) -> None:
    world.save_rules()
    world.place()
    world.sync()
    assert _asked(world) == 0


def test_where_the_shop_does_not_answer_the_order_waits_and_is_tried_again(world: World) -> None:
    fault = world.shop.fail("error", match="/products", times=None)
    order, other = world.place(), world.place(items=[("MUG-STN", 2)], customer=2)
    world.pull()
    world.build()
    row = world.row(order)
    assert (row.state, [one["code"] for one in row.reasons]) == ("held", ["product_unanswered"])
    assert "MUG-STN" in row.reasons[0]["message"]
    assert world.invoices() == {}
    assert row.build_at is not None
    world.shop.faults.clear()
    world.work()
    assert _goods(world) == ["203", "203"]
    assert world.codes(order) == world.codes(other) == []
    at_rest()
    assert fault


def test_sync_and_wait_ends_with_the_order_held(world: World, capsys: Any) -> None:
    world.shop.fail("error", match="/products", times=None)
    world.place()
    call_command("sync", "--store", "au", "--wait", "--json")
    assert '"held": 1' in capsys.readouterr().out
    assert world.invoices() == {}


def test_of_a_product_that_the_shop_has_no_more_the_order_says_so(world: World) -> None:
    order = world.place()
    world.spoil(order, sku="MUG-OLD")
    world.sync()
    row = world.row(order)
    assert (row.label, [one["code"] for one in row.reasons]) == ("posted", ["product_not_read"])
    assert "MUG-OLD" in row.reasons[0]["message"]
    assert _goods(world) == ["200"]
    at_rest()


def test_a_product_that_is_gone_holds_where_its_tax_type_is_in_question(world: World) -> None:
    world.save_rules(tax={"rules": [{"class": "9", "tax_type": "OUTPUT"}, *RULES["tax"]["rules"]]})
    order = world.place()
    world.spoil(order, sku="MUG-OLD")
    world.sync()
    row = world.row(order)
    assert (row.label, [one["code"] for one in row.reasons]) == ("held", ["product_gone"])
    assert "MUG-OLD" in row.reasons[0]["message"]
    assert row.build_at is None
    named = [{"sku": "MUG-OLD", "sales_account": "200", "tax_type": "OUTPUT"}]
    world.save_rules(
        tax={"rules": [{"class": "9", "tax_type": "OUTPUT"}, *RULES["tax"]["rules"]]},
        products=named,
    )
    world.rebuild(order)
    world.sync()
    assert world.row(order).label == "posted"
    assert world.codes(order) == []


def test_the_tax_class_of_a_new_product_decides(world: World) -> None:
    world.save_rules(
        tax={"rules": [{"class": "9", "rate": "10", "tax_type": "OUTPUT", "as_charged": True}]}
    )
    order = world.place(shipping="free")
    world.sync()
    assert world.row(order).label == "posted"
    assert world.codes(order) == []


def test_an_order_that_is_not_posted_asks_for_nothing(world: World) -> None:
    world.change_store(cut_over="2099-01-01")
    world.place()
    world.sync()
    assert _asked(world) == 0


def test_a_product_that_cannot_be_read_is_no_product_to_go_by(world: World) -> None:
    world.shop.change_product("MUG-STN", price="N/A")
    order = world.place()
    world.sync()
    assert world.codes(order) == ["product_not_read"]
    assert "MUG-STN" in world.row(order).reasons[0]["message"]
