"""Which day a document stands on: zones, summer time, the chosen date, locked periods."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from stores.adapters.magento.records.parse import parse_order
from stores.canonical.order import Payment, StatusChange
from stores.canonical.records import ParseFacts
from tests.accounting.orders import build, codes, line, order, organisation
from tests.stores.magento.magento_records import order as magento_order

ORDERED = datetime(2026, 3, 2, 12, tzinfo=UTC)
PAID = datetime(2026, 3, 5, 12, tzinfo=UTC)
SHIPPED = datetime(2026, 3, 9, 12, tzinfo=UTC)
DAYS = {"ordered": date(2026, 3, 2), "paid": date(2026, 3, 5), "shipped": date(2026, 3, 9)}
SAID = {
    "ordered": "order of 2026-03-02",
    "paid": "paid on 2026-03-05",
    "shipped": "shipped on 2026-03-09",
}


def dated() -> Any:
    """Ordered, paid and shipped on three days."""
    tender = Payment("checkmo", Decimal("110.00"), received_at=PAID)
    made = order(placed_at=ORDERED, shipped_at=SHIPPED)
    return replace(made, payments=(tender,), received=tender.amount, outstanding=Decimal(0))


@pytest.mark.parametrize("chosen", DAYS)
def test_the_chosen_date_in_an_open_period(chosen: str) -> None:
    built = build(dated(), {"posting": {"date": chosen, "due_days": 14}}, organisation())
    assert built.invoice is not None
    assert built.invoice.date == DAYS[chosen]
    assert (built.invoice.due_date - built.invoice.date).days == 14
    assert built.invoice.lines[0].description == "Shirt"
    # The payment stands on the day of the capture, whatever the invoice's.
    assert [payment.date for payment in built.payments] == [date(2026, 3, 5)]


@pytest.mark.parametrize("chosen", DAYS)
def test_in_a_locked_period_the_order_is_held_and_names_the_days(chosen: str) -> None:
    locked = organisation(lock_date=date(2026, 3, 31))
    built = build(dated(), {"posting": {"date": chosen}}, locked)
    assert (built.status, codes(built)) == ("held", ["period_locked"])
    assert DAYS[chosen].isoformat() in built.reasons[0].message
    assert "2026-03-31" in built.reasons[0].message
    assert built.documents == ()


@pytest.mark.parametrize("chosen", DAYS)
def test_or_it_is_dated_the_next_open_day_with_its_own_date_in_the_line(chosen: str) -> None:
    locked = organisation(lock_date=date(2026, 3, 31))
    rules = {"posting": {"date": chosen, "locked_period": "next_open_day", "due_days": 14}}
    built = build(dated(), rules, locked)
    assert built.invoice is not None
    assert (built.invoice.date, built.invoice.due_date) == (date(2026, 4, 1), date(2026, 4, 15))
    assert built.invoice.lines[0].description == f"Shirt ({SAID[chosen]})"
    assert [payment.date for payment in built.payments] == [date(2026, 4, 1)]


def test_only_the_locked_one_of_invoice_and_payment_moves() -> None:
    locked = organisation(lock_date=date(2026, 3, 3))
    built = build(dated(), {"posting": {"locked_period": "next_open_day"}}, locked)
    assert built.invoice is not None
    assert built.invoice.date == date(2026, 3, 4)
    assert [payment.date for payment in built.payments] == [date(2026, 3, 5)]
    held = build(dated(), {"posting": {"date": "shipped"}}, organisation(lock_date=DAYS["paid"]))
    # The invoice is of an open day, its payment of a locked one.
    assert (held.status, codes(held), held.payments) == ("ready", ["period_locked"], ())


@pytest.mark.parametrize(
    ("books", "written", "shop", "day"),
    [
        # Around midnight of the books, winter and summer.
        ("Europe/London", "2026-01-31 23:59:59", "UTC", "2026-01-31"),
        ("Europe/London", "2026-06-30 23:00:00", "UTC", "2026-07-01"),
        ("Europe/London", "2026-06-30 22:59:59", "UTC", "2026-06-30"),
        ("Australia/Sydney", "2026-01-31 12:59:59", "UTC", "2026-01-31"),
        ("Australia/Sydney", "2026-01-31 13:00:00", "UTC", "2026-02-01"),
        ("Pacific/Auckland", "2026-04-04 11:30:00", "UTC", "2026-04-05"),
        ("America/Los_Angeles", "2026-03-01 07:59:59", "UTC", "2026-02-28"),
        # The shop writes its own time, without an offset.
        ("Australia/Sydney", "2026-01-31 23:30:00", "Australia/Sydney", "2026-01-31"),
        ("Europe/London", "2026-01-31 23:30:00", "America/New_York", "2026-02-01"),
        # An offset beats shop_timezone.
        ("Europe/London", "2026-01-31T23:30:00+11:00", "America/New_York", "2026-01-31"),
        ("Europe/London", "2026-01-31T23:30:00Z", "America/New_York", "2026-01-31"),
        # 02:30 comes twice on that day, and not at all on the other: still that day.
        ("Europe/Berlin", "2026-10-25 02:30:00", "Europe/Berlin", "2026-10-25"),
        ("Europe/Berlin", "2026-03-29 02:30:00", "Europe/Berlin", "2026-03-29"),
        # Where clocks change at midnight, half past twelve is skipped or comes twice.
        ("Africa/Cairo", "2026-04-24 00:30:00", "Africa/Cairo", "2026-04-24"),
        ("Africa/Cairo", "2026-10-29 23:30:00", "Africa/Cairo", "2026-10-29"),
        ("America/Havana", "2026-11-01 00:30:00", "America/Havana", "2026-11-01"),
    ],
)
def test_the_day_is_that_of_the_books(books: str, written: str, shop: str, day: str) -> None:
    record = magento_order(created_at=written, status="processing", state="processing")
    made = parse_order(record, ParseFacts(shop_timezone=shop))
    rules = {"tax": {"rules": [{"country": "*", "rate": "20", "tax_type": "TAX20"}]}}
    built = build(made, rules, timezone=books, base_currency="EUR")
    assert built.invoice is not None, built.reasons
    assert built.invoice.date.isoformat() == day


def unpaid(**changes: Any) -> Any:
    return replace(order(placed_at=ORDERED), payments=(), received=Decimal(0), **changes)


@pytest.mark.parametrize("paid_status", [True, False])
def test_an_order_of_nothing_does_not_wait_for_money(paid_status: bool) -> None:
    history = (StatusChange("processing", PAID),) if paid_status else ()
    free = unpaid(
        total=Decimal(0), tax=Decimal(0), lines=(line("0"),), outstanding=Decimal(0),
        history=history,
    )  # fmt: skip
    built = build(free, {"posting": {"date": "paid", "zero_orders": "post"}})
    assert built.invoice is not None, built.reasons
    assert built.invoice.date == DAYS["paid" if paid_status else "ordered"]
    assert built.payments == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"ships": False},
        {"status": "closed", "state": "closed"},
        {"status": "canceled", "state": "canceled"},
    ],
    ids=["nothing to ship", "refunded before it was shipped", "cancelled before it was shipped"],
)
def test_what_is_never_shipped_stands_on_the_day_of_its_money(changes: dict[str, Any]) -> None:
    built = build(replace(dated(), shipped_at=None, **changes), {"posting": {"date": "shipped"}})
    assert built.invoice is not None, built.reasons
    assert built.invoice.date == DAYS["paid"]


def test_what_is_never_shipped_nor_paid_stands_on_its_own_day() -> None:
    built = build(unpaid(ships=False), {"posting": {"date": "shipped"}})
    assert built.invoice is not None, built.reasons
    assert built.invoice.date == DAYS["ordered"]


def test_what_is_still_to_be_shipped_waits() -> None:
    built = build(replace(dated(), shipped_at=None), {"posting": {"date": "shipped"}})
    assert (built.status, codes(built)) == ("held", ["not_paid_yet"])


@pytest.mark.parametrize("virtual", [1, 0])
def test_magento_says_whether_an_order_holds_anything_to_ship(virtual: int) -> None:
    assert parse_order(magento_order(is_virtual=virtual), ParseFacts()).ships is not bool(virtual)
