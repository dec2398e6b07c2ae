"""Gift cards over several orders, from the shop to Xero and in the ledger of cards."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from accounting.gift_cards import CardMove, CardUse
from accounting.sale.built import HELD, Built
from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from sync.models import GiftCardEntry
from sync.orders import gift_cards as card_ledger
from tests.sync.world import RULES, World, at_rest

ACCOUNTS = {**RULES["accounts"], "gift_cards": "835", "store_credit": "836"}


def use_rules(world: World, **sections: Any) -> None:
    save_rules(world.store, StoreRules.model_validate({**RULES, "accounts": ACCOUNTS, **sections}))


def sell_card(world: World, code: str, worth: float) -> dict[str, Any]:
    """A paid order of one gift card."""
    order = world.place()
    codes = {"extension_attributes": {"giftcard_created_codes": [code]}}
    options = {"extension_attributes": {"giftcard_item_option": codes}}
    order["items"][0].update(
        product_type="giftcard", product_option=options, price=worth, base_price=worth,
        price_incl_tax=worth, row_total=worth, row_total_incl_tax=worth, tax_amount=0,
        tax_percent=0, discount_amount=0, extension_attributes={},
    )  # fmt: skip
    order["extension_attributes"].update(applied_taxes=[], item_applied_taxes=[])
    world.shop.update_order(
        order["entity_id"], subtotal=worth, subtotal_incl_tax=worth, tax_amount=0,
        shipping_amount=0, shipping_incl_tax=0, shipping_tax_amount=0, grand_total=worth,
        base_grand_total=worth, total_paid=worth, total_due=0,
    )  # fmt: skip
    order["payment"].update(amount_paid=worth)
    return order


def redeem(world: World, amount: float, **extra: Any) -> tuple[dict[str, Any], Decimal]:
    """A paid order of which so much was paid by what the shop issued; and its whole total."""
    order = world.place()
    whole = Decimal(str(order["grand_total"]))
    rest = float(whole - Decimal(str(amount)))
    order["extension_attributes"].update(extra)
    order["payment"].update(amount_paid=rest)
    world.shop.update_order(
        order["entity_id"], grand_total=rest, base_grand_total=rest, total_paid=rest, total_due=0
    )
    return order, whole


def by_card(world: World, code: str, amount: float) -> tuple[dict[str, Any], Decimal]:
    cards = [{"id": 1, "code": code, "amount": amount, "base_amount": amount}]
    return redeem(world, amount, gift_cards=cards, gift_cards_amount=amount)


def paid(world: World, order: dict[str, Any]) -> list[tuple[str, Decimal]]:
    """What was paid on an order's invoice in Xero, by account."""
    invoice = world.invoices()[world.number(order)]["InvoiceID"]
    accounts = {
        one["AccountID"]: one["Code"]
        for one in world.xero.ledger(world.organisation.tenant_id)["Accounts"]
    }
    return sorted(
        (accounts[one["Account"]["AccountID"]], Decimal(str(one["Amount"])))
        for one in world.payments()
        if one.get("Invoice", {}).get("InvoiceID") == invoice
    )


def entries(world: World) -> list[tuple[str, str, int]]:
    rows = GiftCardEntry.objects.filter(store=world.store).order_by("order__source_id", "use")
    return list(rows.values_list("code", "use", "units"))


def test_a_card_redeemed_before_its_sale_was_seen_is_paid_once_it_is(world: World) -> None:
    use_rules(world)
    redeemed, whole = by_card(world, "GC-1", 5)
    world.sync()
    assert world.codes(redeemed) == ["gift_card_unknown"]
    assert paid(world, redeemed) == [("970", whole - 5)]
    assert entries(world) == [("GC-1", "waiting", 50_000)]

    sold = sell_card(world, "GC-1", 8)
    world.sync()
    assert paid(world, sold) == [("970", Decimal(8))]
    assert paid(world, redeemed) == [("835", Decimal(5)), ("970", whole - 5)]
    assert (world.codes(redeemed), world.row(redeemed).label) == ([], "posted")

    again, total = by_card(world, "GC-1", 5)
    world.sync()
    assert paid(world, again) == [("835", Decimal(3)), ("970", total - 5)]
    assert world.codes(again) == ["gift_card_unknown"]

    calls = world.writes()
    world.rebuild(redeemed, sold, again)
    world.work()
    at_rest()
    assert world.writes() == calls
    assert entries(world) == [
        ("GC-1", "redeemed", 50_000), ("GC-1", "sold", 80_000),
        ("GC-1", "redeemed", 30_000), ("GC-1", "waiting", 20_000),
    ]  # fmt: skip


def test_the_held_one_of_two_tenders_goes_out_once_mapped_and_the_other_stays(
    world: World,
) -> None:
    use_rules(world, payment_accounts={"paypal_express": "090"})
    order, whole = redeem(world, 4, customer_balance_amount=4)
    world.sync()
    assert world.codes(order) == ["payment_method_unmapped"]
    assert paid(world, order) == [("836", Decimal(4))]
    use_rules(world)
    world.rebuild(order)
    world.work()
    at_rest()
    assert paid(world, order) == [("836", Decimal(4)), ("970", whole - 4)]
    assert world.invoices()[world.number(order)]["Status"] == "PAID"
    assert world.codes(order) == []


def test_an_opening_balance_that_another_process_used_up_is_not_used_twice(world: World) -> None:
    use_rules(world, gift_cards={"opening_balance": "10"})
    first, _ = by_card(world, "OLD-1", 6)
    second, whole = by_card(world, "OLD-2", 6)
    world.sync()
    assert entries(world) == [
        ("OLD-1", "opening", 60_000), ("OLD-2", "opening", 40_000), ("OLD-2", "waiting", 20_000)
    ]  # fmt: skip
    assert paid(world, second) == [("835", Decimal(4)), ("970", whole - 6)]
    stale = Built("ready", cards=(CardMove("OLD-2", CardUse.OPENING, Decimal(6)),))
    held = Built(HELD, cards=())
    built = [(world.row(first), held), (world.row(second), stale)]
    assert card_ledger.over_opening(world.store, built, Decimal(10)) == {world.row(second).pk}
    assert card_ledger.over_opening(world.store, built, Decimal(12)) == set()


def test_a_card_that_a_refund_filled_again_is_known_to_the_next_order(world: World) -> None:
    use_rules(world)
    sell_card(world, "GC-1", 8)
    first = world.place(issued={"gift_card": "8"})
    cards = [{"id": 1, "code": "GC-1", "amount": 8, "base_amount": 8}]
    first["extension_attributes"]["gift_cards"] = cards
    world.sync()
    assert world.row(first).label == "posted"
    empty, whole = by_card(world, "GC-1", 5)
    world.sync()
    assert world.codes(empty) == ["gift_card_unknown"]

    world.shop.refund(first["entity_id"])
    world.sync()
    assert paid(world, empty) == [("835", Decimal(5)), ("970", whole - 5)]
    assert ("GC-1", "returned", 80_000) in entries(world)
    assert world.codes(empty) == []

    calls = world.writes()
    world.rebuild(first, empty)
    world.work()
    at_rest()
    assert world.writes() == calls
