"""The money of Magento orders: lines recovered from rewritten rows sum to the grand total."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stores.adapters.magento.records.parse import parse_order
from stores.canonical.order import LineKind, Order, TaxShare
from stores.canonical.records import ParseError, ParseFacts
from tests.stores.magento.magento_records import Goods, Json, Sale, cents, charged, item, order

FACTS = ParseFacts()
D = Decimal


def read(sale: Sale, **changes: Any) -> Order:
    return parse_order(sale.order(**changes), FACTS)


def amounts(low: str, high: str) -> st.SearchStrategy[Decimal]:
    return st.decimals(D(low), D(high), places=2)


goods = st.builds(
    Goods,
    price=amounts("0.01", "500"),
    quantity=st.integers(1, 12).map(D) | st.decimals(D("0.25"), D(3), places=2),
    rate=st.sampled_from([D(0), D("5.5"), D("8.25"), D(10), D(20), D(23)]),
    discount=st.just(D(0)) | amounts("0", "300") | st.just(D(10_000)),
    weee=st.just(D(0)) | amounts("0.10", "3"),
    bundle=st.booleans(),
)
sales = st.builds(
    Sale,
    goods=st.lists(goods, min_size=1, max_size=5),
    inclusive=st.booleans(),
    shipping=st.just(D(0)) | amounts("0.01", "30"),
    shipping_discount=st.just(D(0)) | amounts("0", "40"),
    shipping_rate=st.sampled_from([D(0), D(20)]),
    weee_in_subtotal=st.booleans(),
)


@given(sales)
def test_lines_sum_to_the_total_whatever_was_sold(sale: Sale) -> None:
    parsed = read(sale)

    assert charged(parsed) == parsed.total
    assert sum(line.tax for line in parsed.lines) == parsed.tax
    assert all(row.counted for row in parsed.rows)


@given(sales)
def test_what_was_charged_for_each_thing_is_recovered(sale: Sale) -> None:
    parsed = read(sale)

    lines = [line for line in parsed.lines if line.kind is LineKind.GOODS]
    assert [line.tax for line in lines] == [one.tax for one in sale.goods]
    assert [line.full_net for line in lines] == [one.row for one in sale.goods]
    assert [line.rate for line in lines] == [one.rate for one in sale.goods]
    assert all(share.amount == line.tax for line in lines for share in line.taxes)


@given(sales)
def test_the_tax_basis_is_never_the_wrong_one(sale: Sale) -> None:
    assert read(sale).prices_include_tax in (None, sale.inclusive)


@given(sales)
def test_with_inclusive_prices_the_shown_price_is_recovered(sale: Sale) -> None:
    sale.inclusive = True
    record = sale.order()

    parsed = parse_order(record, ParseFacts(prices_include_tax=True))

    lines = [line for line in parsed.lines if line.kind is LineKind.GOODS]
    for line, one in zip(lines, sale.goods, strict=True):
        assert line.full_gross is not None
        assert abs(line.full_gross - one.price * one.quantity) <= D("0.005")
        assert line.gross == line.full_gross - one.discount


few_goods = st.builds(Sale, goods=st.lists(goods, min_size=1, max_size=2), inclusive=st.booleans())


@given(few_goods, st.lists(st.fractions(0, 1, max_denominator=12), min_size=2, max_size=2))
def test_what_is_left_after_a_part_was_cancelled_sums_to_what_is_left_of_the_total(
    sale: Sale, parts: list[Fraction]
) -> None:
    record = sale.order()
    total, tax = record["grand_total"], record["tax_amount"]
    gone = gone_tax = D(0)
    for row, one, part in zip(
        (row for row in record["items"] if row["item_id"] % 10 == 0),
        sale.goods,
        parts,
        strict=False,
    ):
        share = D(part.numerator) / part.denominator
        row["qty_canceled"] = (one.quantity * share).quantize(D("0.0001"))
        share = row["qty_canceled"] / one.quantity
        gone += (one.row - one.discount + one.compensation + one.tax + one.weee) * share
        gone_tax += one.tax * share
    record |= {"total_canceled": cents(gone), "tax_canceled": cents(gone_tax)}

    parsed = parse_order(record, FACTS)

    if not 0 < record["total_canceled"] < total:
        assert parsed.total == total
        return
    assert parsed.total == total - record["total_canceled"] == charged(parsed)
    assert parsed.tax == tax - record["tax_canceled"] == sum(line.tax for line in parsed.lines)
    assert all(line.quantity > 0 for line in parsed.lines)


# --- by hand ------------------------------------------------------------------------------


def test_inclusive_prices_with_a_third_off() -> None:
    """4 × 7.33 = 29.32 less 9.77 is 19.55, of which a sixth is tax: 3.26."""
    parsed = read(Sale([Goods(D("7.33"), D(4), discount=D("9.77"))], inclusive=True))

    [line] = parsed.lines
    assert (line.full_gross, line.gross) == (D("29.32"), D("19.55"))
    assert (line.full_net, line.net, line.tax) == (D("24.43"), D("16.29"), D("3.26"))
    assert parsed.prices_include_tax is True


def test_exclusive_prices_with_a_discount_do_not_tell_the_former_tax() -> None:
    parsed = read(Sale([Goods(D("29.99"), D(3), discount=D("10.41"))]))

    [line] = parsed.lines
    assert (line.full_net, line.net, line.tax) == (D("89.97"), D("79.56"), D("15.91"))
    assert line.full_gross is None
    assert parsed.prices_include_tax is False


@pytest.mark.parametrize("inclusive", [True, False])
def test_a_free_line_keeps_its_price_and_its_rate(inclusive: bool) -> None:
    parsed = read(Sale([Goods(D("29.99"), discount=D("29.99"))], inclusive=inclusive))

    [line] = parsed.lines
    assert (line.net, line.tax, line.rate) == (D(0), D(0), D(20))
    assert line.full_net == (D("24.99") if inclusive else D("29.99"))
    assert parsed.total == D(0)


def test_a_discount_above_the_net_row_is_not_lost_to_clipping() -> None:
    """24.99 net, 29.99 gross, 29.98 off: REST shows a row of 0, a cent remains to pay."""
    parsed = read(Sale([Goods(D("29.99"), discount=D("29.98"))], inclusive=True))

    [line] = parsed.lines
    assert (line.gross, line.full_gross) == (D("0.01"), D("29.99"))


def test_rows_before_discount_as_events_and_old_versions_give_them() -> None:
    record = Sale([Goods(D(10), D(2), discount=D(5)), Goods(D(3))]).order()
    record["items"][0] |= {"row_total": D(20), "row_total_incl_tax": D(23)}

    parsed = parse_order(record, FACTS)

    assert [line.net for line in parsed.lines] == [D(15), D(3)]


def test_discounted_shipping_is_a_line_of_its_own() -> None:
    sale = Sale([Goods(D(10))], shipping=D(10), shipping_discount=D("3.33"), inclusive=True)

    parsed = read(sale)

    line = parsed.lines[-1]
    assert parsed.prices_include_tax is True  # only shipping's compensation proves it here
    assert (line.kind, line.id, line.path) == (LineKind.SHIPPING, "shipping", "shipping_amount")
    assert (line.net, line.tax, line.rate) == (D("5.56"), D("1.11"), D(20))
    assert (line.full_net, line.full_gross) == (D("8.33"), D(10))


@pytest.mark.parametrize(
    ("applied", "tax", "rate"),
    [([20], "2.00", 20), ([20], "0", 0), ([], "0", 0)],
)
def test_the_rate_of_shipping_without_its_own_record(
    applied: list[int], tax: str, rate: int
) -> None:
    sale = Sale([Goods(D(10))], shipping=D(10), named_taxes=False)
    sale.shipping_rate = D(20) if D(tax) else D(0)
    sale.extra = {"applied_taxes": [{"title": "VAT", "percent": p, "amount": 4} for p in applied]}

    line = read(sale).lines[-1]

    assert (line.tax, line.rate) == (D(tax), D(rate))


@pytest.mark.parametrize(
    ("goods", "shipping", "tax", "rate"),
    [
        ([20, 5], "10", "2.00", "20"),
        ([20, 5], "10", "0.50", "5"),
        ([D("14.975"), 0], "9.99", "1.50", "14.975"),
        # A cent of the shop's own rounding, where only one rate comes near.
        ([20, 5], "10", "1.99", "20"),
        # 5 % and 5.4 % of a small amount are the same cents.
        ([5, D("5.4")], "1", "0.05", None),
        ([20, 5], "10", "0.70", None),
    ],
)
def test_the_tax_on_shipping_is_explained_by_a_rate_of_the_items(
    goods: list[Any], shipping: str, tax: str, rate: str | None
) -> None:
    """Records without names of taxes: the rates that the order states are all there is."""
    sale = Sale([Goods(D(30), rate=D(one)) for one in goods], shipping=D(shipping),
                shipping_rate=D(0), named_taxes=False)  # fmt: skip
    record = sale.order()
    record |= {
        "shipping_tax_amount": D(tax),
        "shipping_incl_tax": D(shipping) + D(tax),
        "tax_amount": record["tax_amount"] + D(tax),
        "grand_total": record["grand_total"] + D(tax),
    }
    if rate is None:
        with pytest.raises(ParseError) as refused:
            parse_order(record, FACTS)
        assert refused.value.code == "tax_without_rate"
    else:
        line = parse_order(record, FACTS).lines[-1]
        assert (line.kind, line.rate, line.tax) == (LineKind.SHIPPING, D(rate), D(tax))
        assert charged(parse_order(record, FACTS)) == record["grand_total"]


def test_shipping_tax_that_the_only_rate_does_not_explain_is_refused() -> None:
    sale = Sale([Goods(D(10))], shipping=D(10), shipping_rate=D(7), named_taxes=False)
    sale.extra = {"applied_taxes": [{"title": "VAT", "percent": 20, "amount": 4}]}

    with pytest.raises(ParseError) as refused:
        read(sale)

    assert (refused.value.field, refused.value.code) == (
        "shipping_tax_amount",
        "tax_without_rate",
    )


def test_two_taxes_on_one_line_are_two_shares() -> None:
    record = Sale([Goods(D(100), rate=D("8.25"))]).order()
    record["extension_attributes"]["item_applied_taxes"] = [
        {
            "type": "product",
            "item_id": 10,
            "applied_taxes": [
                {"title": "State", "percent": 6, "amount": 6},
                {"title": "City", "percent": D("2.25"), "amount": D("2.24")},
            ],
        }
    ]

    [line] = parse_order(record, FACTS).lines

    assert (line.tax, line.rate) == (D("8.25"), D("8.25"))
    # The cent that the shares lack goes to the larger one.
    assert line.taxes == (
        TaxShare("State", D(6), D("6.01")),
        TaxShare("City", D("2.25"), D("2.24")),
    )


def test_a_fixed_tax_stands_on_its_line() -> None:
    [line] = read(Sale([Goods(D(10), D(2), weee=D("1.50"))])).lines

    assert line.fixed_taxes == (TaxShare("Eco fee", None, D("1.50")),)
    assert (line.net, line.tax) == (D(20), D(4))


def test_a_taxed_fixed_tax_is_a_fee_line() -> None:
    weee = '[{"title": "Eco fee", "row_amount": 2, "row_amount_incl_tax": 2.4}]'
    line = item(weee_tax_applied=weee, weee_tax_applied_row_amount=2)

    parsed = parse_order(order(items=[line], tax_amount=D("4.4"), grand_total=D("26.4")), FACTS)

    fee = parsed.lines[1]
    assert (fee.kind, fee.code, fee.net, fee.tax) == (LineKind.FEE, "weee", D(2), D("0.4"))
    assert (fee.id, fee.rate) == ("1:weee", D(20))
    assert charged(parsed) == parsed.total


def test_a_fixed_tax_that_contradicts_its_list_is_refused() -> None:
    line = item(
        weee_tax_applied='[{"title": "Eco", "row_amount": 2}]', weee_tax_applied_row_amount=3
    )

    with pytest.raises(ParseError) as refused:
        parse_order(order(items=[line]), FACTS)

    assert refused.value.field == "items[0].weee_tax_applied_row_amount"


# --- rows beside the lines ----------------------------------------------------------------


def test_what_the_shop_itself_issued_reduces_the_total() -> None:
    extra: Json = {
        "gift_cards_amount": D(5),
        "customer_balance_amount": "2.0000",
        "reward_currency_amount": D("0.50"),
        "gw_price": D(3),
        "gw_tax_amount": D("0.60"),
        "gw_id": 4,
    }
    record = order(grand_total=D("20.10"), tax_amount=D("4.60"))
    record["extension_attributes"] |= extra

    parsed = parse_order(record, FACTS)

    assert {row.code: row.amount + row.tax for row in parsed.rows} == {
        "gift_cards_amount": D(-5),
        "customer_balance_amount": D(-2),
        "reward_currency_amount": D("-0.50"),
        "gw_price": D("3.60"),
    }
    assert parsed.rows[0].path == "extension_attributes.gift_cards_amount"
    assert charged(parsed) == parsed.total


def test_an_unknown_surcharge_is_a_candidate_with_its_tax() -> None:
    record = order(grand_total=D("26.40"), tax_amount=D("4.40"))
    record["extension_attributes"] |= {
        "cod_fee_amount": D(2),
        "base_cod_fee_amount": D(2),
        "cod_fee_tax_amount": D("0.40"),
        "pickup_location_code": "0042",
        "loyalty_points": 120,
        "note_flag": True,
    }

    parsed = parse_order(record, FACTS)

    [row] = parsed.rows
    assert (row.code, row.amount, row.tax, row.counted) == ("cod_fee_amount", 2, D("0.40"), False)
    assert charged(parsed) == D(24)


def test_numbers_are_no_candidates_where_the_total_is_explained() -> None:
    record = order()
    record["extension_attributes"] |= {"delivery_slot": 12}

    assert parse_order(record, FACTS).rows == ()


def test_an_unexplained_total_without_candidates_is_left_to_the_mapping() -> None:
    parsed = parse_order(order(grand_total=30), FACTS)

    assert (parsed.total, charged(parsed), parsed.rows) == (D(30), D(24), ())


# --- the tax basis ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prices", "row", "tax", "expected"),
    [
        (("6.11", "7.33"), "42.76", "8.55", True),  # 7 × 7.33 = 51.31, 7 × 6.11 = 42.77
        (("29.99", "35.99"), "209.93", "41.99", False),  # 7 × 35.99 = 251.93
        (("10", "12"), "70", "14", None),  # both fit
        (("10", "10"), "70", "0", None),  # no tax, nothing to see
    ],
)
def test_the_basis_is_proven_by_the_price_that_makes_the_row(
    prices: tuple[str, str], row: str, tax: str, expected: bool | None
) -> None:
    line = item(qty_ordered=7, price=prices[0], price_incl_tax=prices[1], row_total=row)
    line |= {"tax_amount": tax, "row_total_incl_tax": D(row) + D(tax)}
    line["tax_percent"] = 20 if D(tax) else 0
    record = order(items=[line], subtotal=row, tax_amount=tax, grand_total=D(row) + D(tax))

    assert parse_order(record, FACTS).prices_include_tax is expected


def test_the_shops_own_setting_wins() -> None:
    parsed = parse_order(order(), ParseFacts(prices_include_tax=True))

    assert parsed.prices_include_tax is True
