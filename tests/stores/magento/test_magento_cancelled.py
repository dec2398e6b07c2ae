"""A Magento order of which the rest was cancelled, from its record to the books: the figures are
those of a real 2.4.7, where teas at 9.99, mugs at 14.95 and shipping at 9.55 bear 10 %."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from accounting.eligibility import Treatment, treatment_of
from stores.adapters.magento.records.parse import parse_order
from stores.canonical.order import LineKind, Order
from stores.canonical.records import ParseError, ParseFacts
from tests.accounting.one_order import OneOrder
from tests.accounting.orders import D, books
from tests.accounting.sale.test_refund_documents import METHODS

ADDRESS = {"country_id": "AU", "firstname": "Jane", "lastname": "Doe", "email": "j@example.com"}
PRICES = {"TEA": "9.99", "MUG": "14.95"}


def cents(value: Decimal) -> Decimal:
    return value.quantize(D("0.01"), ROUND_HALF_UP)


def item(sku: str, ordered: int, *, gross: bool, **quantities: int) -> dict[str, Any]:
    price = D(PRICES[sku])
    row = price * ordered
    net, tax = (
        (cents(row / D("1.1")), row - cents(row / D("1.1"))) if gross else (row, cents(row / 10))
    )
    return {
        "item_id": 1 + list(PRICES).index(sku), "sku": sku, "name": sku, "product_type": "simple",
        "price": cents(price / D("1.1")) if gross else price, "row_total": net,
        "price_incl_tax": price if gross else cents(price * D("1.1")), "tax_amount": tax,
        "row_total_incl_tax": net + tax, "tax_percent": 10, "discount_amount": 0,
        "qty_ordered": ordered, "qty_canceled": 0, "qty_invoiced": 0, **quantities,
    }  # fmt: skip


def record(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An order as REST answers it, paid so far as `total_paid` says."""
    net = sum((one["row_total"] for one in items), D(0))
    ship, ship_tax = D("9.55"), D("0.95")  # Magento carries what it rounded up before
    tax = sum((one["tax_amount"] for one in items), ship_tax)
    total = net + ship + tax
    made = {
        "entity_id": 7, "increment_id": "1001", "state": "processing", "status": "processing",
        "order_currency_code": "AUD", "base_currency_code": "AUD", "store_id": 1,
        "created_at": "2026-03-02 12:00:00", "updated_at": "2026-03-05 12:00:00",
        "grand_total": total, "base_grand_total": total, "subtotal": net, "tax_amount": tax,
        "shipping_amount": ship, "shipping_tax_amount": ship_tax,
        "shipping_incl_tax": ship + ship_tax, "discount_amount": 0, "total_due": total,
        "payment": {"method": "checkmo"},
        "customer_firstname": "Jane", "customer_lastname": "Doe", "customer_email": "j@example.com",
        "billing_address": ADDRESS, "items": list(items),
    }  # fmt: skip
    made |= changes
    if "total_paid" in changes and "total_due" not in changes:
        made["total_due"] = made["grand_total"] - made["total_paid"]
    return made


def memo(total: str, tax: str, sku: str, quantity: int) -> dict[str, Any]:
    return {
        "entity_id": 5, "increment_id": "5", "order_id": 7, "state": 2, "grand_total": D(total),
        "order_currency_code": "AUD", "tax_amount": D(tax), "created_at": "2026-03-04 12:00:00",
        "updated_at": "2026-03-04 12:00:00",
        "items": [{
            "order_item_id": 1 + list(PRICES).index(sku), "qty": quantity, "name": sku, "sku": sku,
            "row_total": D(total) - D(tax), "tax_amount": D(tax),
        }],
    }  # fmt: skip


def read(order: dict[str, Any], *memos: dict[str, Any]) -> Order:
    return parse_order({"order": order, "creditmemos": list(memos)}, ParseFacts())


def partly_invoiced(*, gross: bool, cancelled: bool, **changes: Any) -> dict[str, Any]:
    """Two of four teas and shipping invoiced and paid; then, perhaps, the rest cancelled."""
    gone = {"qty_canceled": 2} if cancelled else {}
    tea = item("TEA", 4, gross=gross, qty_invoiced=2, **gone)
    mug = item("MUG", 2, gross=gross, **gone)
    made = record(tea, mug)
    paid_tax = cents(tea["tax_amount"] / 2) + D("0.95")
    paid = cents(tea["row_total_incl_tax"] / 2) + D("10.50")
    made = record(tea, mug, total_paid=paid, total_invoiced=paid, tax_invoiced=paid_tax)
    if cancelled:
        made |= {
            "state": "complete", "status": "complete", "total_canceled": made["grand_total"] - paid,
            "base_total_canceled": made["grand_total"] - paid, "shipping_canceled": 0,
            "tax_canceled": made["tax_amount"] - paid_tax,
            "base_tax_canceled": made["tax_amount"] - paid_tax,
        }  # fmt: skip
    return made | changes


def test_what_is_left_of_a_partly_invoiced_order_is_what_was_invoiced() -> None:
    order = read(partly_invoiced(gross=False, cancelled=True))
    assert (order.total, order.tax, order.cancelled) == (D("32.48"), D("2.95"), D("54.87"))
    assert (order.received, order.outstanding) == (D("32.48"), D("0"))
    assert [(one.sku, one.quantity) for one in order.lines if one.kind is LineKind.GOODS] == [
        ("TEA", 2)
    ]


@pytest.mark.parametrize("together", [True, False])
def test_the_refund_and_the_cancellation_each_take_their_own(together: bool) -> None:
    """87.35 less 54.87 cancelled less 10.99 given back: 21.49."""
    given = {"total_refunded": D("10.99")}, memo("10.99", "1.00", "TEA", 1)
    one = OneOrder(books(METHODS)).see(read(partly_invoiced(gross=False, cancelled=False)))
    assert one.books_of["S1-1001"] == "87.35 (7.94)"
    if not together:
        one.see(read(partly_invoiced(gross=False, cancelled=False, **given[0]), given[1]))
    one.see(read(partly_invoiced(gross=False, cancelled=True, **given[0]), given[1]))
    assert one.books_of["S1-1001-R5"] == "10.99 (1.00)"
    assert one.books_of["S1-1001-E1"] == "54.87 (4.99)"
    assert one.sums == (D("21.49"), D("1.95"), D("21.49"))
    assert one.receivable == 0


def test_it_is_the_same_with_prices_that_include_tax() -> None:
    """Teas at 9.99 and mugs at 14.95, tax included: 80.36, of which 49.88 is cancelled."""
    given = {"total_refunded": D("9.99")}, memo("9.99", "0.91", "TEA", 1)
    one = OneOrder(books(METHODS)).see(read(partly_invoiced(gross=True, cancelled=False)))
    assert one.books_of["S1-1001"] == "80.36 (7.30)"
    one.see(read(partly_invoiced(gross=True, cancelled=False, **given[0]), given[1]))
    one.see(read(partly_invoiced(gross=True, cancelled=True, **given[0]), given[1]))
    assert one.books_of["S1-1001-E1"] == "49.88 (4.53)"
    assert one.sums == (D("20.49"), D("1.86"), D("20.49"))
    assert one.receivable == 0


def all_refunded(**changes: Any) -> dict[str, Any]:
    """Three of four teas and shipping invoiced, the teas refunded, then the fourth cancelled."""
    tea = item("TEA", 4, gross=False, qty_invoiced=3, qty_canceled=1, qty_refunded=3)
    return record(
        tea, total_paid=D("43.47"), total_invoiced=D("43.47"), total_refunded=D("32.97"),
        state="canceled", status="canceled", total_canceled=D("10.99"), tax_canceled=D("1.00"),
        shipping_canceled=0, base_total_canceled=D("10.99"), base_tax_canceled=D("1.00"),
    ) | changes  # fmt: skip


@pytest.mark.parametrize("refunded", [[], ["canceled"]])
def test_the_totals_decide_what_became_of_an_order_that_is_called_cancelled(
    refunded: list[str],
) -> None:
    """Shipping was kept: a sale of 43.47, of which 32.97 went back."""
    tea = item("TEA", 4, gross=False, qty_invoiced=3)
    before = read(record(tea, total_paid=D("43.47"), total_invoiced=D("43.47")))
    after = read(all_refunded(), memo("32.97", "3.00", "TEA", 3))
    assert (after.total, after.cancelled) == (D("43.47"), D("10.99"))
    setting = books(METHODS | {"statuses": {"reverse": ["canceled"], "refunded": refunded}})
    assert treatment_of(setting.snapshot.rules.statuses, after) is Treatment.POST
    for one in (OneOrder(setting).see(before).see(after), OneOrder(setting).see(after)):
        assert one.sums == (D("10.50"), D("0.95"), D("10.50"))
        assert one.receivable == 0
        assert one.books_of["S1-1001-R5"] == "32.97 (3.00)"
        assert "S1-1001-C" not in one.books_of


def test_an_order_of_which_nothing_was_invoiced_is_cancelled_as_a_whole() -> None:
    tea = item("TEA", 4, gross=False, qty_canceled=4)
    for paid in ({}, {"total_paid": D("10.00")}):
        total = D("54.46")
        gone = total - paid.get("total_paid", D(0))
        order = read(record(
            tea, state="canceled", status="canceled", total_canceled=gone,
            tax_canceled=D("4.95"), shipping_canceled=D("9.55"), **paid,
        ))  # fmt: skip
        assert (order.total, order.cancelled) == (total, D(0))
        assert treatment_of(books().snapshot.rules.statuses, order) is Treatment.REVERSE


def test_what_is_invoiced_and_not_paid_yet_was_not_cancelled() -> None:
    """Magento counts all that is not paid as cancelled in the total, and not in its tax."""
    owed = partly_invoiced(gross=False, cancelled=True, total_paid=D("0.00"), total_due=D("87.35"))
    order = read(owed | {"total_canceled": D("87.35"), "base_total_canceled": D("87.35")})
    assert (order.total, order.tax, order.outstanding) == (D("32.48"), D("2.95"), D("32.48"))


def test_goods_that_were_sent_and_not_invoiced_are_cancelled_by_the_totals() -> None:
    """Magento counts no quantity as cancelled of what was shipped."""
    order = partly_invoiced(gross=False, cancelled=True)
    for row in order["items"]:
        row["qty_canceled"], row["qty_shipped"] = 0, row["qty_ordered"]
    assert read(order).total == D("32.48")


def test_quantities_that_explain_no_reading_of_the_totals_are_refused() -> None:
    order = partly_invoiced(
        gross=False, cancelled=True, total_canceled=D("20.00"), total_invoiced=0
    )
    with pytest.raises(ParseError) as refused:
        read(order)
    assert refused.value.code == "partly_cancelled"
