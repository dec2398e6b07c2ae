"""What a shop may say that cannot be posted: held by name, and the rest of the page goes on."""

from __future__ import annotations

from typing import Any

import pytest

from accounting.sale.build import build_order
from sync.models import Posting
from tests.sync.world import World, at_rest, books, in_xero


def page_with(world: World, **item: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Three good orders and, among them, one whose first line is spoilt."""
    orders = [world.place(customer=n) for n in range(1, 5)]
    bad = orders.pop(1)
    world.spoil(bad, **item)
    return orders, bad


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("price", "N/A", "N/A"),
        ("price", "", ""),
        ("price", None, ""),
        ("row_total", "12,50", "12,50"),
        ("price", "NaN", "NaN"),
        ("qty_ordered", -1, "-1"),
        ("qty_ordered", 0, "0"),
        ("price", "Infinity", "Infinity"),
        ("row_total", {"a": 1}, ""),
        ("price", "1\u0000", ""),
    ],
)
def test_a_value_that_cannot_be_read_holds_its_order_and_names_it(
    world: World, field: str, value: Any, shown: str
) -> None:
    good, bad = page_with(world, **{field: value})
    world.sync()
    row = world.row(bad)
    assert (row.state, row.label, row.postings.count()) == ("held", "held", 0)
    (reason,) = row.reasons
    assert field in reason["field"]
    assert shown in reason["message"]
    in_xero(world, *good)
    assert len(world.invoices()) == 3
    books(world, held=[bad])
    # Corrected in the shop, it is posted.
    world.time.forward(minutes=1)
    fresh = world.shop.place_order(items=[("MUG-STN", 1)], status="processing", coupon="")
    bad["items"] = fresh["items"]
    bad.update({k: v for k, v in fresh.items() if "total" in k or "amount" in k})
    world.shop.update_order(bad["entity_id"])
    world.sync()
    assert world.row(bad).state == "ready"


@pytest.mark.parametrize(
    ("changes", "code", "named"),
    [
        ({"order_currency_code": "XXQ"}, "unknown_currency", "XXQ"),
        ({"order_currency_code": "CHF"}, "currency_not_enabled", "CHF"),
        ({"grand_total": 99.99, "total_paid": 99.99}, "totals_do_not_add_up", "99.99"),
        ({"grand_total": -5, "total_paid": 0}, None, "-5"),
    ],
)
def test_an_order_that_does_not_add_up_is_held_and_named(
    world: World, changes: dict[str, Any], code: str | None, named: str
) -> None:
    good = world.place(customer=1)
    bad = world.place(customer=2)
    world.shop.update_order(bad["entity_id"], **changes)
    world.sync()
    row = world.row(bad)
    assert (row.state, len(row.reasons)) == ("held", 1)
    assert code in (None, row.reasons[0]["code"])
    assert any(named in reason["message"] for reason in row.reasons)
    in_xero(world, good)
    assert len(world.invoices()) == 1
    at_rest()


def test_a_tax_that_nobody_mapped_holds_the_order(world: World) -> None:
    world.save_rules(tax={"rules": [{"rate": "20", "tax_type": "OUTPUT"}]})
    order = world.place()
    world.sync()
    assert world.codes(order) == ["tax_unmapped"]
    assert "10" in world.row(order).reasons[0]["message"]
    assert (world.invoices(), world.writes()) == ({}, 0)


@pytest.mark.parametrize(
    ("accounts", "code"),
    [
        ({"sales": "206"}, "account_archived"),
        ({"sales": "999"}, "account_unknown"),
        ({"sales": "404"}, "tax_not_allowed"),
        ({"sales": "610"}, "account_not_allowed"),
    ],
)
def test_an_account_that_cannot_be_posted_to_holds_the_order(
    world: World, accounts: dict[str, str], code: str
) -> None:
    world.save_rules(accounts=accounts)
    order = world.place()
    world.sync()
    assert world.codes(order) == [code]
    assert accounts["sales"] in world.row(order).reasons[0]["message"]
    assert (world.invoices(), world.writes()) == ({}, 0)


def test_texts_that_are_too_long_or_odd_are_cut_and_cleaned(world: World) -> None:
    order = world.place(items=[("MUG-STN", 1)])
    world.spoil(order, name="Mug 🎉 <script>x</script> שלום " + "long " * 2000)
    world.sync()
    (invoice,) = world.invoices().values()
    text = invoice["LineItems"][0]["Description"]
    assert text.startswith("Mug 🎉 ")
    assert len(text) == 4000
    books(world)


def test_control_characters_anywhere_neither_stop_the_page_nor_the_database(
    world: World,
) -> None:
    good, bad = world.place(customer=1), world.place(customer=2)
    world.shop.update_order(
        bad["entity_id"],
        customer_email="a\u0000nn@example.com",
        status="processing\u0000",
        coupon_code="\u0000",
        customer_note="\u0000\u0007",
    )
    bad["payment"]["method"] = "check\u0000mo"
    world.sync()
    in_xero(world, good, bad)
    assert world.codes(bad) == ["email_dropped"]
    assert world.row(bad).customer_email == "ann@example.com"
    at_rest()


def test_a_total_that_no_database_column_holds_holds_its_order_only(world: World) -> None:
    good, bad = world.place(customer=1), world.place(customer=2)
    huge = 10**22
    bad["items"][0].update(
        price=huge, base_price=huge, row_total=huge, base_row_total=huge, price_incl_tax=huge,
        row_total_incl_tax=huge, tax_amount=0, tax_percent=0, original_price=huge,
    )  # fmt: skip
    bad["extension_attributes"].pop("applied_taxes", None)
    world.shop.update_order(
        bad["entity_id"], grand_total=huge, total_paid=huge, subtotal=huge, tax_amount=0,
        shipping_amount=0, shipping_tax_amount=0, shipping_incl_tax=0, subtotal_incl_tax=huge,
    )  # fmt: skip
    bad["payment"].update(amount_paid=huge)
    world.sync()
    in_xero(world, good)
    assert world.row(bad).label in ("held", "dead")
    assert len(world.invoices()) == 1
    at_rest()


def test_an_error_in_our_own_rules_holds_one_order_and_not_the_store(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [world.place(customer=n) for n in (1, 2, 3)]

    def buggy(books: Any, order: Any, *more: Any) -> Any:
        if order.number == orders[1]["increment_id"]:
            raise ZeroDivisionError("a bug")
        return build_order(books, order, *more)

    with monkeypatch.context() as broken:
        broken.setattr("accounting.orders.build_order", buggy)
        world.sync()
    row = world.row(orders[1])
    assert (row.state, row.label) == ("held", "held")
    assert row.reasons[0]["code"] == "unforeseen"
    assert "ZeroDivisionError: a bug" in row.reasons[0]["message"]
    in_xero(world, orders[0], orders[2])
    assert len(world.invoices()) == 2
    world.rebuild(orders[1])
    world.work()
    books(world)


def long_order(world: World, lines: int) -> dict[str, Any]:
    """An order of so many lines with descriptions of 4,000 characters."""
    order = world.place(items=[("GUIDE-PDF", 1)])
    (item,) = order["items"]
    order["items"] = [
        {**item, "item_id": item["item_id"] * 1000 + n, "name": f"{n} " + "ü" * 4100}
        for n in range(lines)
    ]
    totals = {
        name: round(order[name] * lines, 4)
        for name in ("grand_total", "subtotal", "tax_amount", "total_paid", "subtotal_incl_tax",
                     "base_grand_total", "base_subtotal", "base_tax_amount", "base_total_paid",
                     "total_invoiced", "subtotal_invoiced", "tax_invoiced")
        if name in order
    }  # fmt: skip
    order["payment"].update(amount_paid=totals["grand_total"])
    order["extension_attributes"].pop("applied_taxes", None)
    order["extension_attributes"].pop("item_applied_taxes", None)
    world.shop.update_order(order["entity_id"], **totals)
    return order


def test_orders_of_many_long_lines_are_split_over_several_requests(world: World) -> None:
    orders = [long_order(world, 60) for _ in range(6)]
    world.sync()
    assert [world.row(order).label for order in orders] == ["posted"] * 6, world.row(
        orders[0]
    ).reasons
    sizes = [
        len(body) for body in Posting.objects.filter(kind="invoice").values_list(
            "dispatch__body", flat=True
        ).distinct()
    ]  # fmt: skip
    assert len(sizes) == world.calls()["PUT Invoices"] > 1
    assert max(sizes) <= 3_000_100
    in_xero(world, *orders)
    assert len(world.invoices()) == 6


def test_an_order_of_nothing_is_skipped(world: World) -> None:
    order = world.place()
    order["items"][0].update(
        price=0, row_total=0, tax_amount=0, price_incl_tax=0, row_total_incl_tax=0
    )
    world.shop.update_order(
        order["entity_id"], grand_total=0, subtotal=0, tax_amount=0, shipping_amount=0,
        shipping_tax_amount=0, shipping_incl_tax=0, total_paid=0, subtotal_incl_tax=0,
    )  # fmt: skip
    world.sync()
    assert world.row(order).label == "skipped"
    assert world.codes(order) == ["zero_total"]
    assert world.writes() == 0
