"""The figures of made-up orders: CS-Cart's two ways of computing tax, worked by hand and by
identity."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from sandbox.cscart import DemoShop
from sandbox.shop.made_up.demand import Plan
from sandbox.shop.refusals import NotPossible

EPOCH = datetime(2026, 11, 1, tzinfo=UTC)
WAYS = ["unit_price", "subtotal"]


def shop_of(way: str, *, orders: int = 0, profile: str = "uk", **more: Any) -> DemoShop:
    plan = Plan(profile=profile, inclusive=profile == "au", coupons=0.4, foreign=0.2)
    return DemoShop(
        orders=orders, plan=plan, epoch=EPOCH, tax_calculation=way, with_refunds=True, **more
    )


def placed(way: str, items: list[tuple[str, int]], profile: str = "uk", **more: Any) -> Any:
    """Bought at home by the first customer, by bank transfer."""
    return shop_of(way, profile=profile).place_order(**{
        "items": items, "coupon": "", "shipping": "flat", "foreign": False, "customer": 1,
        "payment_method": "Bank transfer", "status": "C", **more,
    })  # fmt: skip


def money(value: Any) -> Decimal:
    return Decimal(str(value))


def parts(order: Any, tax: str = "6") -> dict[str, Decimal]:
    applies = order["taxes"][tax]["applies"]
    return {key.split("_")[0]: money(one) for key, one in applies.items() if key != "items"}


@pytest.mark.parametrize("edition", ["ultimate", "multivendor"])
@pytest.mark.parametrize("profile", ["au", "uk"])
@pytest.mark.parametrize("way", WAYS)
def test_the_parts_of_every_order_come_to_its_total(way: str, profile: str, edition: str) -> None:
    """The identity that holds on every captured order, with certificates bought and used."""
    shop = shop_of(
        way, orders=250 if edition == "ultimate" else 600, profile=profile, edition=edition
    )
    seen: Counter[str] = Counter()
    for order in shop.orders:
        rows = [
            row for row in order["products"].values()
            if "exclude_from_calculate" not in row["extra"]
        ]  # fmt: skip
        seen["given"] += len(order["products"]) - len(rows)
        if order["is_parent_order"] == "Y":
            children = shop.children(shop.id_of(order))
            parts_ = [
                sum(money(one[key]) for one in children) for key in ("total", "subtotal_discount")
            ]
            # A vendor's order that was lowered leaves its parent as it was.
            lowered = parts_[1] != money(order["subtotal_discount"])
            assert lowered or money(order["total"]) == parts_[0]
            assert len(children) > 1
            continue
        goods = sum((money(row["price"]) * int(row["amount"]) for row in rows), Decimal(0))
        sold = (order.get("gift_certificates") or {}).values()
        used = (order.get("use_gift_certificates") or {}).values()
        taxes = (order["taxes"] or {}).values()
        on_top = [money(one["tax_subtotal"]) for one in taxes if one["price_includes_tax"] == "N"]
        whole = goods - money(order["subtotal_discount"]) + money(order["shipping_cost"])
        whole += money(order["payment_surcharge"]) + sum(on_top)
        whole += sum(money(one["amount"]) for one in sold)
        whole -= sum(money(one["cost"]) for one in used)
        assert whole == money(order["total"]), order["order_id"]
        assert sum(on_top) == money(order["tax_subtotal"])
        assert money(order["shipping_cost"]) == sum(money(w["rate"]) for w in order["shipping"])
        seen.update(
            certificate=bool(sold), used=bool(used), points="points_info" in order,
            surcharge=bool(money(order["payment_surcharge"])), two=len(order["shipping"]) > 1,
            levy="7" in (order["taxes"] or {}), deposit="8" in (order["taxes"] or {}),
            coupon="coupons" in order, offered=bool(money(order["discount"])),
            memo=bool(order["credit_memo_id"]), returned=bool(order["returns"]),
        )  # fmt: skip
    # Of a vendor's own few goods, all come in one parcel.
    rare = {"two"} if edition == "multivendor" else set()
    assert {name for name, count in seen.items() if not count} <= rare, seen


@pytest.mark.parametrize(("way", "price", "tax"), [("unit_price", "20.000", "5.9860"),
                                                   ("subtotal", "20.000", "5.99")])  # fmt: skip
def test_tax_on_top_by_hand(way: str, price: str, tax: str) -> None:
    """24.95 and 4.99 postage at 20 %, 2 × 9.07 of salt without tax."""
    order = placed(way, [("MUG-STN", 1), ("SALT-PINK", 2)])

    assert order["taxes"]["6"]["rate_value"] == price
    assert order["taxes"]["6"]["tax_subtotal"] == 5.99
    assert parts(order) == {"P": Decimal("4.99"), "S": Decimal("0.998" if way != "subtotal"
                                                                 else "1.00")}  # fmt: skip
    assert order["total"] == "54.07"


@pytest.mark.parametrize(("way", "tax"), [("unit_price", 2.27), ("subtotal", 2.04)])
def test_inside_prices_a_discount_takes_tax_off_on_the_subtotal_only(way: str, tax: float) -> None:
    """A mug of 24.95 with 10 % inside, 10 % off; free postage."""
    order = placed(way, [("MUG-STN", 1)], "au", coupon="WELCOME10", shipping="free")

    assert order["total"] == "22.45"  # 24.95 - 2.50
    assert order["subtotal_discount"] == 2.5
    assert order["taxes"]["6"]["tax_subtotal"] == tax  # of 24.95, or of 22.45
    assert order["tax_subtotal"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_tax_of_a_later_priority_is_on_what_the_first_made_of_it(way: str) -> None:
    order = placed(way, [("KNIFE-20", 1)], shipping="free")

    assert parts(order)["P"] == Decimal("29.8")
    assert parts(order, "7")["P"] == Decimal("4.47")  # 2.5 % of 178.80
    assert order["total"] == "183.27"


@pytest.mark.parametrize(("way", "fixed"), [("unit_price", 0.75), ("subtotal", 0.25)])
def test_a_fixed_tax_is_for_each_piece_or_once_for_all(way: str, fixed: float) -> None:
    order = placed(way, [("CAFETIERE", 3)])

    assert order["taxes"]["8"]["rate_type"] == "F"
    assert order["taxes"]["8"]["tax_subtotal"] == fixed


def test_a_surcharge_bears_tax_or_none() -> None:
    wallet = placed("unit_price", [("MUG-STN", 1)], payment_method="PayPal")
    check = placed("unit_price", [("MUG-STN", 1)], payment_method="Check")

    assert wallet["payment_surcharge"] == 0.45  # 1.5 % of 29.94
    assert parts(wallet)["PS"] == Decimal("0.09")
    assert check["payment_surcharge"] == 1.8
    assert "PS" not in parts(check)


def test_certificates_and_points_in_their_fields() -> None:
    order = placed(
        "subtotal", [("TEA-POT", 1)], issued={"gift_card": 200, "points": 10, "certificate": 25}
    )
    (used,) = order["use_gift_certificates"].values()
    (sold,) = order["gift_certificates"].values()

    # 89.00 less 10 % of a promotion, less points: 70.10; 20 % on it and on 4.99; 25.00 sold
    assert (order["discount"], order["subtotal_discount"]) == (8.9, 10)
    assert (used["amount"], used["cost"]) == ("200.00", "115.11")
    assert (sold["amount"], bool(sold["gift_cert_code"])) == ("25.00", True)
    assert order["points_info"]["in_use"]["cost"] == 10
    assert order["total"] == "0.00"


def test_what_a_vendor_sells_is_an_order_of_its_own() -> None:
    shop = shop_of("subtotal", edition="multivendor")
    whole = shop.place_order(
        items=[("MUG-STN", 1), ("TEA-POT", 1), ("BEANS-250", 1)], coupon="", foreign=False,
        customer=1, status="P",
    )  # fmt: skip
    children = shop.children(shop.id_of(whole))

    assert (whole["is_parent_order"], whole["status"]) == ("Y", "T")
    assert {one["company_id"] for one in children} == {"1", "2", "3"}
    assert {one["status"] for one in children} == {"P"}
    with pytest.raises(NotPossible):
        shop.set_status(shop.id_of(whole), "C")


def test_staff_edit_lower_give_back_and_cancel() -> None:
    shop = shop_of("subtotal")
    order = shop.place_order(
        items=[("MUG-STN", 3)], coupon="", shipping="free", foreign=False, customer=1, status="C",
        payment_method="Bank transfer",
    )  # fmt: skip
    number, stock = shop.id_of(order), shop.catalogue.find("MUG-STN")[0].amount
    assert order["total"] == "89.82"

    shop.edit(number, [("MUG-STN", 2)])
    assert (order["total"], order["invoice_id"]) == ("59.88", "1")
    assert shop.catalogue.find("MUG-STN")[0].amount == stock + 1
    shop.lower(number, Decimal(5))
    assert order["total"] == "53.88"  # 5.00 and its tax
    shop.give_back(number, "MUG-STN", 1)
    with pytest.raises(NotPossible):
        shop.give_back(number, "MUG-STN", 2)
    with pytest.raises(NotPossible):
        shop.lower(number, Decimal(50))
    shop.set_status(number, "Refunded")
    assert (order["status"], order["credit_memo_id"]) == ("R", "1")
    assert shop.catalogue.find("MUG-STN")[0].amount == stock + 3
