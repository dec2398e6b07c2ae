"""CS-Cart's orders as canonical ones: every figure, and every refusal by field and value."""

from __future__ import annotations

import contextlib
import copy
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from stores.adapters.cscart.records.parse import parse_order, whereabouts
from stores.canonical.order import GiftCard, LineKind, TaxShare
from stores.canonical.records import ParseError, ParseFacts
from tests.stores.cscart.cscart_records import A, B, on, order, parsed, product, tax
from tests.stores.magento.magento_records import charged

UNIT = {f"P_{A}": Decimal("1.3966")}


def refused(record: dict[str, Any], **facts: Any) -> ParseError:
    with pytest.raises(ParseError) as error:
        parsed(record, **facts)
    return error.value


# --- what it is ------------------------------------------------------------------------------


def test_an_order_says_who_bought_what_and_when() -> None:
    read = parsed(order(coupons={"SUMMER": [15]}, notes="Leave it at the door", invoice_id="12"))

    assert (read.id, read.number, read.status, read.currency) == ("101", "101", "P", "GBP")
    assert read.placed_at.isoformat() == "2026-03-02T12:00:00+00:00"
    assert read.updated_at.isoformat() == "2026-03-02T12:30:00+00:00"
    assert (read.customer.id, read.customer.email) == ("7", "jane@example.com")
    assert (read.billing.city, read.country) == ("London", "GB")
    assert (read.payment_method, read.payment_title) == ("1", "Credit card")
    assert (read.coupon, read.note, read.invoice_number) == ("SUMMER", "Leave it at the door", "12")
    assert (read.received, read.payments, read.refunds) == (None, (), ())


def test_an_order_without_a_date_of_change_has_its_own() -> None:
    for absent in ({"updated_at": None}, {"updated_at": "0"}, {"updated_at": ""}):
        read = parsed(order(**absent))
        assert read.updated_at == read.placed_at


def test_the_currency_is_the_shops_own_whatever_the_buyer_looked_at() -> None:
    read = parsed(order(secondary_currency="EUR"))

    assert (read.currency, read.base_currency, read.rate) == ("GBP", "GBP", None)
    unknown = refused(order(), base_currency="")
    assert unknown.code == "unknown_currency"
    assert "base_currency of the store" in str(unknown)


def test_php_writes_empty_objects_as_lists_and_numbers_as_it_likes() -> None:
    empty = {"coupons": [], "promotions": [], "payment_info": [], "payment_method": [],
             "points_info": [], "use_gift_certificates": [], "gift_certificates": [],
             "doc_ids": []}  # fmt: skip
    read = parsed(order("120.00", product(A, "120.00", amount=1), taxes=[], **empty))
    numbers = order(total=120, order_id=101, user_id=0, company_id=0, timestamp=1772452800,
                    subtotal_discount=0, shipping_cost=0)  # fmt: skip

    assert (read.lines[0].tax, read.prices_include_tax, read.payment_method) == (0, None, "1")
    assert (parsed(numbers).id, parsed(numbers).customer.id) == ("101", "")


def test_products_may_come_as_a_list() -> None:
    record = order()
    record["products"] = list(record["products"].values())

    assert parsed(record).lines[0].id == A


@pytest.mark.parametrize("mark", [{"is_parent_order": "Y"}, {"status": "T"}])
def test_a_parent_order_is_divided_and_its_money_is_not_looked_at(mark: dict[str, str]) -> None:
    read = parsed(order(total="999.00", **mark))

    assert (read.divided, read.lines) == (True, ())


def test_an_unfinished_order_and_one_with_a_credit_memo_say_so() -> None:
    assert parsed(order(status="N")).unconfirmed
    assert parsed(order(credit_memo_id="9")).taken_back
    assert parsed(order(doc_ids={"I": "4", "C": "9"})).taken_back
    assert parsed(order(doc_ids={"I": "4"})).invoice_number == "4"
    plain = parsed(order(credit_memo_id="0"))
    assert (plain.unconfirmed, plain.taken_back, plain.divided) == (False, False, False)


def test_the_company_is_the_store_and_the_vendor() -> None:
    facts = ParseFacts(
        base_currency="GBP", websites={"56": "Ana's toys"}, store_views={"2": "Outlet"}
    )
    read = parse_order(order(company_id="56", storefront_id="2"), facts)

    assert (read.store_group, read.vendor_id, read.vendor) == ("56", "56", "Ana's toys")
    assert (read.store_view_id, read.store_view, read.website) == ("2", "Outlet", "Ana's toys")
    where = whereabouts({"company_id": "56"}, facts)
    assert (where.store_group, where.parts.store_group) == ("56", ("56", "Ana's toys"))
    assert whereabouts({"company_id": [1]}, facts).store_group == ""


# --- what was charged ------------------------------------------------------------------------


def test_tax_inside_prices_is_told_from_the_keys_of_applies() -> None:
    read = parsed(order())
    (line,) = read.lines

    assert (line.net, line.tax, line.rate) == (100, 20, 20)
    assert line.taxes == (TaxShare("VAT", Decimal(20), Decimal(20)),)
    assert (read.prices_include_tax, line.unit_gross, line.unit_net) == (True, 120, None)
    assert charged(read) == read.total


def test_tax_on_top_is_beside_the_price() -> None:
    vat = tax(Decimal("20.00"), {f"P_{A}": Decimal("20.00")}, inside="N")
    read = parsed(order("120.00", product(A, "50.00", 2), taxes={"6": vat}))
    (line,) = read.lines

    assert (line.net, line.tax, line.unit_net, line.unit_gross) == (100, 20, 50, None)
    assert read.prices_include_tax is False
    assert line.tax_class == "6"


def test_by_unit_price_a_discount_takes_no_tax_off() -> None:
    vat = tax(Decimal("1.40"), UNIT, rate="2.100")
    read = parsed(order("66.70", product(A, "67.90"), taxes={"6": vat}, subtotal_discount="1.20"))
    (line,) = read.lines

    assert (line.gross, line.tax, line.discounted_after_tax) == (
        Decimal("66.70"), Decimal("1.40"), True,
    )  # fmt: skip
    assert line.full_gross == Decimal("67.90")


def test_on_the_subtotal_a_discount_is_spread_by_amount_before_the_tax() -> None:
    vat = tax(9, {"P": 9, "S": 0, "items": on(A)})
    goods = (product(A, "60.00"), product(B, "40.00"))
    read = parsed(order("90.00", *goods, taxes={"6": vat}, subtotal_discount="10.00"))
    first, second = read.lines

    assert (first.gross, first.tax, first.full_gross) == (54, 9, 60)
    assert (second.gross, second.tax, second.discounted_after_tax) == (36, 0, False)


def test_of_equal_remainders_the_lower_id_gets_the_cent() -> None:
    goods = (product(B, "10.00"), product(A, "10.00"))
    read = parsed(order("19.99", *goods, taxes=[], subtotal_discount="0.01"))

    assert {line.id: line.net for line in read.lines} == {A: Decimal("9.99"), B: Decimal(10)}


def test_taxes_of_two_priorities_make_one_rate() -> None:
    first = tax(10, {"P": 10, "S": 0, "items": on(A)}, rate="10.000", inside="N")
    second = tax(
        Decimal("5.50"), {"P": Decimal("5.50"), "S": 0, "items": on(A)}, rate="5.000", inside="N",
        priority=1,
    )  # fmt: skip
    read = parsed(order("115.50", product(A, "100.00"), taxes={"8": second, "6": first}))
    (line,) = read.lines

    assert (line.rate, line.tax) == (Decimal("15.5"), Decimal("15.5"))
    assert [share.amount for share in line.taxes] == [10, Decimal("5.50")]
    same = {key: one | {"priority": "0"} for key, one in {"6": first, "8": second}.items()}
    same["8"] |= {"tax_subtotal": 5, "applies": {"P": 5, "S": 0, "items": on(A)}}
    (flat,) = parsed(order("115.00", product(A, "100.00"), taxes=same)).lines
    assert flat.rate == 15


def test_several_shippings_are_lines_of_their_own_and_one_that_cost_nothing_is_none() -> None:
    ways = [
        {"shipping_id": "1", "shipping": "Courier", "group_key": 0, "rate": 10},
        {"shipping_id": "3", "shipping": "Post", "group_key": 1, "rate": "5.00"},
    ]
    vat = tax(Decimal("22.50"), {f"P_{A}": 20, "S_0_1": Decimal("1.6667"),
                                 "S_1_3": Decimal("0.8333")})  # fmt: skip
    sent = order("135.00", product(A, "120.00"), taxes={"6": vat}, shipping=ways,
                 shipping_cost="15.00")  # fmt: skip
    free = order("120.00", product(A, "120.00"), taxes=[], shipping=ways)

    lines = [line for line in parsed(sent).lines if line.kind is LineKind.SHIPPING]
    assert [(line.name, line.gross, line.tax) for line in lines] == [
        ("Courier", 10, Decimal("1.6667")), ("Post", 5, Decimal("0.8333")),
    ]  # fmt: skip
    assert len(parsed(free).lines) == 1


def test_shipping_of_older_shops_is_keyed_by_its_id() -> None:
    vat = tax(2, {"P": 0, "S": 2, "items": {"PS": [], "S": {"1": True}, "P": []}})
    record = order("132.00", product(A, "120.00"), taxes={"6": vat}, shipping_cost="12.00",
                   shipping={"1": {"shipping": "Courier", "rates": [12]}})  # fmt: skip

    shipping = parsed(record).lines[-1]
    assert (shipping.name, shipping.net, shipping.tax, shipping.rate) == ("Courier", 10, 2, 20)


def test_a_surcharge_is_a_row_with_its_tax_and_its_rate() -> None:
    vat = tax(Decimal("20.50"), {"P": 20, "S": 0, "PS": Decimal("0.50"), "items": on(A)})
    record = order("123.00", product(A, "120.00"), taxes={"6": vat}, payment_surcharge="3.00")
    (row,) = parsed(record).rows

    assert (row.code, row.amount, row.tax, row.rate) == (
        "payment_surcharge", Decimal("2.50"), Decimal("0.50"), 20,
    )  # fmt: skip


def test_certificates_pay_and_are_sold_and_are_no_discount() -> None:
    used = {"GC-1": {"gift_cert_id": "5", "amount": "50.00", "cost": "30.00"}}
    sold = {"77": {"gift_cert_id": "6", "gift_cert_code": "GC-2", "amount": "25.00"}}
    read = parsed(order("115.00", use_gift_certificates=used, gift_certificates=sold))

    assert [(row.code, row.amount) for row in read.rows] == [("use_gift_certificates", -30)]
    assert [(one.code, one.amount) for one in read.cards_redeemed] == [("GC-1", 30)]
    assert [(one.code, one.amount) for one in read.cards_sold] == [("GC-2", 25)]
    assert read.lines[1].product_type == "gift_card"
    by_amount = parsed(order("70.00", use_gift_certificates=used))
    assert by_amount.cards_redeemed == (
        GiftCard("GC-1", Decimal(50), Decimal(50), "use_gift_certificates.GC-1"),
    )


def test_points_are_in_the_discount_unless_the_total_says_otherwise() -> None:
    points = {"in_use": {"points": 120, "cost": "12.00"}, "reward": 4}
    vat = tax(18, {"P": 18, "S": 0, "items": on(A)})
    inside = order("108.00", product(A, "120.00"), taxes={"6": vat}, points_info=points,
                   subtotal_discount="12.00")  # fmt: skip

    assert parsed(inside).rows == ()
    assert [(one.code, one.amount) for one in parsed(order("108.00", points_info=points)).rows] == [
        ("points_info", -12)
    ]


def test_what_a_promotion_gives_away_counts_for_nothing() -> None:
    gift = product(B, "8.00", extra={"exclude_from_calculate": "promotion_4"})
    read = parsed(order("120.00", product(A, "120.00"), gift, taxes=[]))

    assert [line.net for line in read.lines] == [120, 0]
    paid = parsed(order("128.00", product(A, "120.00"), gift, taxes=[]))
    assert [line.net for line in paid.lines] == [120, 8]


def test_a_fixed_tax_is_beside_the_line() -> None:
    eco = tax(6, {"P": 6, "S": 0, "items": on(A)}, rate="6.000", inside="N", rate_type="F")
    (line,) = parsed(order("126.00", product(A, "120.00"), taxes={"9": eco})).lines

    assert (line.net, line.tax, line.rate) == (120, 0, 0)
    assert [(share.name, share.amount) for share in line.fixed_taxes] == [("VAT", 6)]


def test_text_is_read_as_it_was_typed() -> None:
    named = product(A, "120.00", product="Salt &amp; Pepper &quot;A&quot;", product_code="A&amp;B")
    read = parsed(order("120.00", named, taxes=[], b_firstname="Zo&euml;"))

    assert (read.lines[0].name, read.lines[0].sku) == ('Salt & Pepper "A"', "A&B")
    assert read.billing.first_name == "Zoë"
    assert parsed(order("120.00", product(A, "120.00", product="R&para"))).lines[0].name == "R&para"


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "missing"), [("120.01", "0.01 is"), ("119.00", "-1.00 is"), ("240.00", "120.00 is")]
)
def test_an_order_that_does_not_come_to_its_total_names_the_amount(
    total: str, missing: str
) -> None:
    error = refused(order(total))

    assert (error.field, error.code) == ("total", "totals_do_not_add_up")
    assert f"{missing} unexplained" in str(error)


def test_a_field_of_an_extension_that_explains_the_total_is_a_row() -> None:
    (row,) = parsed(order("125.50", packing_fee="5.50")).rows

    assert (row.code, row.amount, row.path) == ("packing_fee", Decimal("5.50"), "packing_fee")
    assert refused(order("125.50", packing_fee="5.40")).field == "total"


@pytest.mark.parametrize("bad", ["N/A", "", "12,50", "NaN", None, [1], True])
@pytest.mark.parametrize("field", ["price", "amount"])
def test_a_bad_number_of_a_product_is_refused_by_its_path(field: str, bad: object) -> None:
    record = order()
    record["products"][A][field] = bad

    assert refused(record).field == f"products.{A}.{field}"


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"timestamp": "yesterday"}, "timestamp", "bad_number"),
        ({"timestamp": "1772452800000"}, "timestamp", "bad_number"),
        ({"timestamp": "-5"}, "timestamp", "bad_date"),
        ({"timestamp": None}, "timestamp", "missing"),
        ({"status": ""}, "status", "missing"),
        ({"products": None}, "products", "missing"),
        ({"products": "none"}, "products", "bad_object"),
        ({"subtotal_discount": "-1.00"}, "subtotal_discount", "bad_value"),
        ({"subtotal_discount": "a lot"}, "subtotal_discount", "bad_number"),
        ({"shipping_cost": "free"}, "shipping_cost", "bad_number"),
        ({"payment_surcharge": "1,5"}, "payment_surcharge", "bad_number"),
        ({"taxes": "20%"}, "taxes", "bad_object"),
        ({"is_parent_order": "maybe"}, "is_parent_order", "bad_flag"),
    ],
)
def test_what_cannot_be_read_for_certain_is_refused(
    changes: dict[str, Any], field: str, code: str
) -> None:
    error = refused(order(**changes))

    assert (error.field, error.code) == (field, code)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"amount": "-1"}, "amount", "negative_quantity"),
        ({"amount": "0"}, "amount", "zero_quantity"),
        ({"price": "-5.00"}, "price", "bad_value"),
    ],
)
def test_impossible_products_are_refused(changes: dict[str, str], field: str, code: str) -> None:
    record = order()
    record["products"][A] |= changes

    error = refused(record)

    assert (error.field, error.code) == (f"products.{A}.{field}", code)


def _taxed(applies: Any, sub: object = 20, **more: Any) -> dict[str, Any]:
    return order("120.00", product(A, "120.00"), taxes={"6": tax(sub, applies, **more)})


@pytest.mark.parametrize(
    ("record", "field", "code"),
    [
        (_taxed({"P": 20, f"P_{A}": 20}), "taxes.6.applies", "tax_unclear"),
        (_taxed({"P": 18, "items": on(A)}), "taxes.6.tax_subtotal", "tax_does_not_add_up"),
        (_taxed([]), "taxes.6.tax_subtotal", "tax_does_not_add_up"),
        (_taxed({"P_999": 20}), "taxes.6.applies.P_999", "tax_unclear"),
        (_taxed({"S": 20, "items": on()}), "taxes.6.applies.S", "tax_unclear"),
        (_taxed({"PS": 20, "items": on()}), "taxes.6.applies.PS", "tax_unclear"),
        (_taxed({"X": 20}), "taxes.6.applies.X", "tax_unclear"),
        (_taxed({"P": 20, "items": on(A)}, rate_type="Q"), "taxes.6.rate_type", "bad_value"),
        (_taxed({"P": 20, "items": on(A)}, rate=""), "taxes.6.rate_value", "bad_number"),
        (_taxed({"P": 20, "items": on(A)}, inside=""), "taxes.6.price_includes_tax", "missing"),
        (_taxed({"P": 20, "items": on(A)}, "twenty"), "taxes.6.tax_subtotal", "bad_number"),
    ],
)
def test_a_tax_that_is_not_told_to_be_on_anything_is_refused(
    record: dict[str, Any], field: str, code: str
) -> None:
    error = refused(record)

    assert (error.field, error.code) == (field, code)


def test_taxes_of_two_ways_of_computing_are_refused() -> None:
    taxes = {"6": tax(20, {"P": 20, "items": on(A)}), "7": tax(1, {f"P_{A}": 1}, rate="1")}
    error = refused(order("120.00", product(A, "120.00"), taxes=taxes))

    assert (error.field, error.code) == ("taxes", "tax_unclear")


def test_two_readings_of_one_total_are_not_guessed_between() -> None:
    points = {"in_use": {"points": 1, "cost": "2.00"}}
    vat = tax(22, {f"P_{A}": 20, "S_0_1": 2}, inside="N")
    record = order(
        "130.00", product(A, "100.00"), taxes={"6": vat}, points_info=points,
        shipping_cost="10.00",
        shipping=[{"shipping_id": "1", "shipping": "Courier", "group_key": 0, "rate": 10}],
    )  # fmt: skip

    assert refused(record).code == "total_unclear"


@pytest.mark.parametrize("junk", [None, "N/A", -1, True, [], {}, [[1]], {"a": [1]}, "\ud800"])
def test_rubbish_anywhere_is_read_or_refused_and_never_an_error_of_the_parser(junk: Any) -> None:
    ways = {"1": {"shipping": "Courier", "rates": [12]}}
    vat = tax(Decimal("22.50"), {"P": 20, "S": 2, "PS": Decimal("0.50"),
                                 "items": on(A) | {"S": {"0": {"1": True}}}})  # fmt: skip
    record = order(
        "117.00", product(A, "120.00"), taxes={"6": vat}, shipping=ways, shipping_cost="12.00",
        payment_surcharge="3.00", points_info={"in_use": {"cost": "5.00"}}, coupons={"A": [1]},
        use_gift_certificates={"GC": {"cost": "18.00", "amount": "18.00"}},
        gift_certificates={"7": {"gift_cert_code": "B", "amount": "0.00"}},
        returns=[{"return_id": "3", "timestamp": "1", "action": "2", "status": "C",
                  "products": {A: {"amount": "1"}}}],
    )  # fmt: skip
    assert parsed(record).total == 117
    for path in _paths(record):
        with contextlib.suppress(ParseError):
            parsed(_changed(record, path, junk))


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    inner = value.items() if isinstance(value, dict) else enumerate(
        value if isinstance(value, list) else ())  # fmt: skip
    for key, one in inner:
        yield from _paths(one, (*at, key))


def _changed(record: dict[str, Any], path: tuple[Any, ...], value: object) -> dict[str, Any]:
    whole: Any = copy.deepcopy(record)
    place = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return dict(whole)


def test_parsing_asks_no_framework() -> None:
    code = (
        "import sys, stores.adapters.cscart.records.parse, stores.adapters.cscart.records.scrub\n"
        "assert not {'django', 'celery', 'requests'} & set(sys.modules), sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
