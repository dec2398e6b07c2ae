"""Which tax was on which line: told by amounts, as OpenCart's core makes them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from connector.lib.money import CENT, ZERO
from stores.adapters.opencart.records.parse import parse_order
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts
from tests.stores.magento.magento_records import charged
from tests.stores.opencart.opencart_records import ECO, PLACES, VAT, Shop, opencart_order

D = Decimal
FACTS = ParseFacts(base_currency="GBP")


def read(record: dict[str, Any], **facts: Any) -> Order:
    return parse_order(record, ParseFacts(base_currency="GBP", **facts))


def taxes(order: Order) -> list[tuple[str, str, str]]:
    """Net, tax and rate of each line."""
    return [(str(line.net), str(line.tax), str(line.percent)) for line in order.lines]


def test_one_rate_on_goods_and_shipping():
    order = read(opencart_order())

    assert taxes(order) == [
        ("200.00", "40.00", "20"),
        ("50.00", "10.00", "20"),
        ("5.00", "1.00", "20"),
    ]
    assert (order.total, order.tax) == (D("306.00"), D("51.00"))
    assert all(line.taxes[0].name == "VAT (20%)" for line in order.lines)


def test_shipping_that_is_not_taxed_is_told_by_the_tax_row():
    order = read(opencart_order(shipping=("5", "")))

    assert taxes(order)[-1] == ("5.00", "0", "0")


def test_two_rates_each_on_its_goods():
    order = read(opencart_order([("10", 3, "taxed"), ("4", 2, "reduced")]))

    assert taxes(order) == [("30.00", "6.00", "20"), ("8.00", "0.40", "5"), ("5.00", "1.00", "20")]


@pytest.mark.parametrize(("per_piece", "eco"), [(True, "8.00"), (False, "6.00")])
def test_a_fixed_tax_stands_beside_the_percentages(per_piece: bool, eco: str):
    shop = Shop(fixed_per_piece=per_piece)

    order = read(
        opencart_order([("100", 2, "eco"), ("500", 1, "eco")], shop=shop, shipping=("5", "eco"))
    )

    assert order.tax == D("141.00")
    fees = [fee for line in order.lines for fee in line.fixed_taxes]
    assert {fee.name for fee in fees} == {"Eco Tax (-2.00)"}
    assert sum(fee.amount for fee in fees) == D(eco)
    assert charged(order) == order.total


def test_a_rate_that_the_name_does_not_tell_is_that_of_a_piece():
    shop = Shop(classes={"taxed": (("GST", D("10"), "P"),)})

    order = read(opencart_order(shop=shop))

    assert [line.percent for line in order.lines] == [D(10)] * 3


def test_neither_name_of_a_fixed_tax_and_a_percentage_tells_which_is_which():
    shop = Shop(classes={"both": (("Levy", D("2"), "F"), ("Duty", D("20"), "P"))})

    order = read(opencart_order([("100", 1, "both")], shop=shop, shipping=("5", "both")))

    assert taxes(order) == [("100.00", "20.00", "20"), ("5.00", "1.00", "20")]
    assert sum(fee.amount for line in order.lines for fee in line.fixed_taxes) == D("4.00")


def test_two_percentages_on_one_line():
    shop = Shop(classes={"taxed": (("GST", D("5"), "P"), ("PST", D("7"), "P"))})

    order = read(opencart_order(shop=shop))

    first = order.lines[0]
    assert first.percent == D(12)
    assert [(share.name, share.rate, share.amount) for share in first.taxes] == [
        ("GST", D(5), D("10.00")), ("PST", D(7), D("14.00")),
    ]  # fmt: skip


def test_a_coupon_takes_its_share_off_each_line_and_its_tax():
    order = read(opencart_order(coupon=("10", "P")))

    assert taxes(order) == [
        ("180.00", "36.00", "20"),
        ("45.00", "9.00", "20"),
        ("5.00", "1.00", "20"),
    ]
    assert order.lines[0].full_net == D("200.00")
    assert order.rows == ()
    assert order.coupon == "1111"


def test_a_coupon_for_some_goods_only_is_told_by_the_tax_of_each_rate():
    record = opencart_order(
        [("100", 1, "taxed"), ("40", 1, "reduced")], coupon=("25", "P"), coupon_lines=[1]
    )

    order = read(record)

    assert [line.net for line in order.lines] == [D("100.00"), D("30.00"), D("5.00")]


def test_a_coupon_on_one_of_several_lines_of_a_rate_is_solved():
    record = opencart_order(
        [("100", 1, "taxed"), ("60", 1, "taxed"), ("40", 1, "reduced"), ("20", 1, "")],
        coupon=("50", "P"), coupon_lines=[1, 2], shipping=None,
    )  # fmt: skip

    order = read(record)

    assert sum(line.tax for line in order.lines) == order.tax
    assert order.lines[2].net == D("20.00")
    assert order.lines[0].net + order.lines[1].net == D("130.00")
    assert order.lines[3].net == D("20.00")


def test_a_coupon_that_makes_shipping_free_takes_the_tax_off_shipping():
    order = read(opencart_order(coupon=("0", "F"), free_shipping=True))

    shipping = order.lines[-1]
    assert (shipping.full_net, shipping.net, shipping.tax) == (D("5.00"), D("0.00"), D("0.00"))
    assert [line.net for line in order.lines[:2]] == [D("200.00"), D("50.00")]


def test_a_coupon_behind_the_tax_is_a_row_that_lowers_no_tax():
    shop = Shop(places={**Shop().places, "coupon": 6})

    record = opencart_order(shop=shop)
    record["order_total"].insert(-1, {
        "code": "coupon", "title": "Coupon (1111)", "value": "-10.0000", "sort_order": "6",
    })  # fmt: skip
    record["order_total"][-1]["value"] = record["order"]["total"] = "296.0000"
    order = read(record)

    assert order.tax == D("51.00")
    (row,) = order.rows
    assert (row.code, row.amount, row.tax, row.after_tax) == ("coupon", D("-10.00"), 0, True)


def test_points_before_the_tax_are_off_the_goods_and_behind_it_a_row():
    before = read(opencart_order(reward="25"))
    late = Shop(places={**Shop().places, "reward": 6})
    record = opencart_order(shop=late, rows=[("reward", "-25", 6)])
    behind = read(record)

    assert [line.net for line in before.lines] == [D("180.00"), D("45.00"), D("5.00")]
    assert before.rows == ()
    assert [(row.code, row.amount, row.before_tax) for row in behind.rows] == [
        ("reward", D("-25.00"), False)
    ]


def test_fees_carry_the_tax_that_the_shop_charged_on_them():
    shop = Shop(places={**PLACES, "handling": 4, "low_order_fee": 4})
    fees = {"handling": ("3", "taxed"), "low_order_fee": ("2", "")}

    order = read(opencart_order(fees=fees, shop=shop))

    assert [(row.code, row.amount, row.tax, row.rate) for row in order.rows] == [
        ("handling", D("3.00"), D("0.60"), D(20)), ("low_order_fee", D("2.00"), 0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize(("tax_class", "tax"), [("taxed", "-2.00"), ("", "0")])
def test_a_discount_of_an_extension_lowers_the_tax_or_is_as_one_behind_it(
    tax_class: str, tax: str
) -> None:
    shop = Shop(places={**PLACES, "group_discount": 4})

    order = read(opencart_order(fees={"group_discount": ("-10", tax_class)}, shop=shop))

    (row,) = order.rows
    assert (row.amount, str(row.tax), row.after_tax) == (D("-10.00"), tax, not tax_class)
    assert charged(order) == order.total


def test_shipping_alone_may_be_taxed():
    order = read(opencart_order([("100", 1, "")], shipping=("5", "taxed")))

    assert taxes(order) == [("100.00", "0", "0"), ("5.00", "1.00", "20")]


@pytest.mark.parametrize("told", [{}, {"x_taxes": {VAT[0]: {"rate": "20", "type": "P"}}}])
def test_shipping_may_bear_a_tax_that_no_goods_bear(told: dict[str, Any]):
    """Books at 5 per cent, sent at 20: neither row is an amount of its own."""
    order = read(opencart_order([("0.9681", 20, "reduced"), ("12", 1, "")]) | told)

    assert taxes(order) == [("19.36", "0.97", "5"), ("12.00", "0", "0"), ("5.00", "1.00", "20")]
    assert not any(line.fixed_taxes for line in order.lines)


def test_a_fee_may_bear_a_tax_of_its_own_beside_that_of_shipping():
    order = read(opencart_order(
        [("10", 2, "reduced")], shipping=("5", "reduced"), fees={"klarna_fee": ("2", "taxed")}
    ))  # fmt: skip

    assert taxes(order) == [("20.00", "1.00", "5"), ("5.00", "0.25", "5")]
    assert [(row.amount, row.tax, row.rate) for row in order.rows] == [
        (D("2.00"), D("0.40"), D(20))
    ]


def test_shipping_may_bear_one_tax_more_than_the_goods():
    """In Canada books are free of the provincial tax, and their shipping is not."""
    gst, pst = ("GST", D("5"), "P"), ("PST", D("7"), "P")
    shop = Shop(classes={"books": (gst,), "taxed": (gst, pst)})

    order = read(opencart_order([("10", 2, "books")], shop=shop, shipping=("5", "taxed")))

    assert taxes(order) == [("20.00", "1.00", "5"), ("5.00", "0.60", "12")]


def test_a_tax_that_says_its_percentage_is_never_an_amount():
    """Charged at another one than it says: no rule for 20 fits that, and it is held."""
    record = opencart_order([("9.99", 1, "taxed")], shipping=None)
    record["order_product"][0]["tax"] = "0.3333"
    record["order_total"][1]["value"] = "0.3333"

    (line,) = read(record).lines

    assert (line.percent, line.fixed_taxes) == (D("3.3363"), ())


def test_an_extension_that_rounds_each_tax_to_cents_is_within_rounding():
    record = opencart_order([("33.3333", 1, "taxed"), ("0.0700", 1, "taxed")], shipping=None)
    tax = next(row for row in record["order_total"] if row["code"] == "tax")
    tax["value"] = "6.6800"

    order = read(record)

    assert order.tax == D("6.68")
    assert sum(line.tax for line in order.lines) == D("6.68")


def test_a_tax_that_no_reading_comes_to_is_refused_by_its_row():
    record = opencart_order()
    tax = next(row for row in record["order_total"] if row["code"] == "tax")
    tax["value"] = "58.0000"

    with pytest.raises(ParseError) as refused:
        read(record)

    assert refused.value.code == "tax_not_reproduced"
    assert refused.value.field == "order_total[2].value"
    assert "VAT (20%)" in str(refused.value)


def test_a_tax_of_goods_for_which_no_piece_is_taxed_is_read_as_one_class():
    record = opencart_order()
    for product in record["order_product"]:
        product["tax"] = "0.0000"

    assert [line.percent for line in read(record).lines] == [D(20)] * 3


_PRICES = st.decimals("0.01", "900", places=4)
_LINES = st.lists(
    st.tuples(_PRICES, st.integers(1, 9), st.sampled_from(["taxed", "reduced", "eco", ""])),
    min_size=1, max_size=6,
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    lines=_LINES,
    shipping=st.one_of(st.none(), st.tuples(_PRICES, st.sampled_from(["taxed", "eco", ""]))),
    percent=st.sampled_from(["", "10", "12.5"]),
    value=st.sampled_from(["1.00000000", "0.61250001", "1.27345000"]),
    per_piece=st.booleans(),
)
def test_what_the_core_added_up_is_read_as_it_was_charged(
    lines: Sequence[tuple[Decimal, int, str]], shipping: Any, percent: str, value: str,
    per_piece: bool,
) -> None:  # fmt: skip
    """Every order of OpenCart's own arithmetic is either read with the tax of each line, or
    refused for its tax; never read with another tax than its rows."""
    if shipping is not None and shipping[1] == "eco":
        assume(any(kind == "eco" for _, _, kind in lines))  # else nothing tells what it is
    record = opencart_order(
        [(str(price), quantity, kind) for price, quantity, kind in lines],
        shop=Shop(fixed_per_piece=per_piece),
        shipping=None if shipping is None else (str(shipping[0]), shipping[1]),
        coupon=(percent, "P") if percent else None,
        currency=("GBP" if value == "1.00000000" else "EUR", value),
    )

    order = read(record)

    rows = {row["title"]: row for row in record["order_total"] if row["code"] == "tax"}
    rate = D(value)
    shown = {
        name: (D(row["value"]) * rate).quantize(CENT, "ROUND_HALF_UP") for name, row in rows.items()
    }
    found: dict[str, Decimal] = {}
    for line in order.lines:
        for share in (*line.taxes, *line.fixed_taxes):
            found[share.name] = found.get(share.name, ZERO) + share.amount
    assert {name: amount for name, amount in found.items() if amount} == {
        name: amount for name, amount in shown.items() if amount
    }
    assert abs(charged(order) - order.total) <= CENT * len(record["order_total"]) / 2


def test_what_the_table_of_taxes_says_goes_before_what_amounts_allow():
    """Two on twenty may be ten per cent, or an amount."""
    shop = Shop(classes={"taxed": (VAT,), "eco": (VAT, ECO)})
    record = opencart_order([("9.99", 3, "taxed"), ("20", 1, "eco")], shop=shop)
    told = record | {"x_taxes": {ECO[0]: {"rate": "2.0000", "type": "F"}}}

    order = read(told)

    assert [line.percent for line in order.lines] == [D(20)] * 3
    assert [bool(line.fixed_taxes) for line in order.lines] == [False, True, False]
    assert read(record).lines[1].percent == D(30)  # which no rule for 20 fits: it is held
