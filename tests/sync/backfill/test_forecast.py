"""What a backfill costs, as arithmetic."""

from __future__ import annotations

import pytest

from sync.backfill.forecast import (
    BATCH,
    Measured,
    ReadingPace,
    Supply,
    calls_for,
    forecast,
    span,
    time_left,
)
from sync.dispatch import gather
from xero.documents.kinds import Kind

PLENTY = Supply(left_today=812, a_day=1000, reserve=200, a_minute=51)


def test_a_call_takes_as_many_documents_as_the_outbox_puts_into_one() -> None:
    assert BATCH == gather.BATCH


def test_the_usual_order_is_a_contact_an_invoice_and_a_payment() -> None:
    found = forecast(2340, Measured(), PLENTY)

    assert found.calls == 3 * 47 + 4
    assert found.days == 0
    assert found.sentence() == (
        "2,340 orders in the shop. About 145 calls and 3 minutes; 812 calls are left today."
    )


def test_what_was_measured_is_believed() -> None:
    """Half of the people are known, every tenth order is refunded, and notes go one by one."""
    measured = Measured(
        1000,
        {
            Kind.CONTACT: 500, Kind.INVOICE: 900, Kind.PAYMENT: 900, Kind.CREDIT_NOTE: 100,
            Kind.ALLOCATION: 10,
        },
    )  # fmt: skip

    assert calls_for(2000, measured) == 20 + 36 + 36 + 4 + 20 + 4
    assert calls_for(1, measured) == 1 + 1 + 1 + 1 + 1 + 4
    assert calls_for(0, measured) == 0


def test_more_calls_than_today_has_take_further_days_without_the_reserve() -> None:
    found = forecast(30_000, Measured(), PLENTY)

    assert found.calls == 1804
    # 612 today, then 800 a day
    assert found.days == 2
    assert found.sentence() == (
        "30,000 orders in the shop. About 1,804 calls; 812 calls are left today, of which 200 are "
        "kept for live orders. It takes 2 more days than today."
    )


@pytest.mark.parametrize(("left", "days"), [(345, 0), (344, 1), (150, 1), (0, 1)])
def test_the_reserve_is_not_spent(left: int, days: int) -> None:
    supply = Supply(left_today=left, a_day=1000, reserve=200, a_minute=51)

    assert forecast(2340, Measured(), supply).days == days


@pytest.mark.parametrize(
    ("pace", "seconds_a_call", "seconds"),
    [
        # the minute's limit: 145 calls at 51 a minute
        (ReadingPace(100, 1.0), 0.5, 171),
        # a slow Xero: one call after another
        (ReadingPace(100, 1.0), 3.0, 435),
        # a slow shop: 24 pages
        (ReadingPace(100, 60.0), 0.5, 1440),
    ],
)
def test_the_slowest_of_shop_calls_and_limit_makes_the_time(
    pace: ReadingPace, seconds_a_call: float, seconds: int
) -> None:
    supply = Supply(1000, 1000, 200, 51, seconds_a_call)

    assert forecast(2340, Measured(), supply, pace).seconds == seconds


def test_no_orders_cost_nothing() -> None:
    found = forecast(0, Measured(), PLENTY)

    assert (found.calls, found.seconds, found.days) == (0, 0, 0)
    assert found.sentence() == "No order was placed in the shop on these days."


def test_the_rest_takes_as_long_as_what_is_done_says() -> None:
    assert time_left(0, 100, elapsed=5, foreseen=60) == 60
    assert time_left(0, 100, elapsed=5, foreseen=0) is None
    assert time_left(25, 100, elapsed=30, foreseen=60) == 90
    assert time_left(100, 100, elapsed=30, foreseen=60) == 0
    assert time_left(103, 100, elapsed=30, foreseen=60) == 0


def test_spans_are_said_in_the_largest_unit_that_fits() -> None:
    assert [span(s) for s in (0, 1, 40, 60, 61, 3600, 3601, 7201)] == [
        "1 second", "1 second", "40 seconds", "60 seconds", "2 minutes", "60 minutes", "2 hours",
        "3 hours",
    ]  # fmt: skip
