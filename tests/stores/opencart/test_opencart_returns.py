"""What is credited for goods that come back: what was paid for them, whatever coupon was used."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from accounting.lines.returned import with_returns
from connector.lib.money import CENT
from stores.adapters.opencart.records.parse import parse_order
from stores.canonical.order import LineKind, Order
from stores.canonical.records import ParseFacts
from tests.golden.test_golden import preview
from tests.stores.opencart.opencart_records import opencart_order

D = Decimal
LINES = st.lists(
    st.tuples(
        st.decimals("0.50", 900, places=2).map(str), st.integers(1, 5), st.just("taxed")
    ),
    min_size=1, max_size=4,
)  # fmt: skip


def returning(record: dict[str, Any], place: int) -> dict[str, Any]:
    """The record with one piece of a line sent back, and the money returned."""
    line, day = record["order_product"][place], "2026-03-09 10:00:00"
    came = {
        "return_id": "7", "order_id": "1", "product_id": line["product_id"],
        "product": line["name"], "model": line["model"], "quantity": "1", "return_status_id": "3",
        "return_action_id": "1", "date_added": day, "date_modified": day,
    }  # fmt: skip
    return record | {"return": [came]}


def read(record: dict[str, Any]) -> Order:
    return parse_order(record, ParseFacts(base_currency="GBP"))


def halves(amount: Decimal, whole: Decimal) -> bool:
    """Whether an amount is a percentage in whole ones and halves."""
    times = round(amount * 200 / whole)
    return times > 0 and abs(whole * times / 200 - amount) <= D("0.0001")


@given(
    lines=LINES, percent=st.integers(1, 90), post=st.decimals("0.50", 40, places=2),
    frees=st.booleans(), data=st.data(),
)  # fmt: skip
@settings(max_examples=60)
def test_a_piece_is_credited_at_what_was_paid_for_it(
    lines: list[tuple[str, int, str]], percent: int, post: Decimal, frees: bool, data: Any
) -> None:
    """One rate on all of it, so that no tax row tells what the coupon was taken off."""
    sold = sum((D(price) * count for price, count, _ in lines), D(0))
    off = sold * percent / 100
    # Where the sum is a percentage too, both ways are as good.
    assume(not (frees and halves(off + post, sold)))
    assume(frees or not (off >= post and halves(off - post, sold) and not halves(off, sold)))
    record = opencart_order(
        lines, shipping=(str(post), "taxed"), coupon=(str(percent), "P"), free_shipping=frees
    )
    place = data.draw(st.integers(0, len(lines) - 1))
    price, count, _ = lines[place]

    order = with_returns(read(returning(record, place)), {"1"})

    (refund,) = order.refunds
    paid = D(price) * (100 - percent) / 100 * D("1.2")
    assert abs(refund.total - paid) <= 2 * CENT
    (ship,) = [line for line in order.lines if line.kind is LineKind.SHIPPING]
    assert ship.net == (0 if frees else post)
    whole = D(price) * count * (100 - percent) / 100
    assert abs(order.lines[place].net - whole) <= CENT


def test_a_percentage_that_frees_the_shipping_too_leaves_the_goods_their_price() -> None:
    record = opencart_order(
        [("27.51", 3, "taxed"), ("10", 1, "taxed")], coupon=("10", "P"), free_shipping=True
    )
    found, _ = preview({"orders": [returning(record, 0)]}, "opencart")
    (note,) = [one for one in found[0]["documents"] if one["kind"] == "credit_note"]
    assert note["expected"]["Total"] == "29.71"
