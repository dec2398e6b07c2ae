"""Figures and dates as the reader's locale writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from connector.lib.texts import locale_formats
from connector.templatetags.pages import capped, day, moment, money, of, quantity

AMOUNT = Decimal("-1234.50")


@pytest.mark.parametrize(
    ("language", "amount", "long", "short"),
    [
        ("en", "-1,234.50", "30 June 2026", "30 Jun 2026"),
        ("en-us", "-1,234.50", "June 30, 2026", "Jun 30, 2026"),
        ("en-za", "-1\xa0234,50", "30 June 2026", "30 Jun 2026"),
        ("de", "-1.234,50", "30. Juni 2026", "30. Juni 2026"),
        ("xx-nowhere", "-1,234.50", "30 June 2026", "30 Jun 2026"),
    ],
)
def test_the_language_of_the_page_decides(
    language: str, amount: str, long: str, short: str
) -> None:
    with translation.override(language):
        assert money(AMOUNT, "AUD") == amount
        assert day(date(2026, 6, 30)) == long
        assert locale_formats.day(date(2026, 6, 30), "yMMMd") == short


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        (Decimal("1E+3"), "AUD", "1,000.00"), (Decimal("1000"), "JPY", "1,000"),
        (Decimal("0.125"), "AUD", "0.125"), (Decimal("-0.00"), "AUD", "0.00"),
        (Decimal("1.5"), "KWD", "1.500"), (Decimal("12345678901234567.89"), "AUD",
                                           "12,345,678,901,234,567.89"), (None, "AUD", ""),
    ],
)  # fmt: skip
def test_money_keeps_every_digit(value: Decimal | None, currency: str, shown: str) -> None:
    assert money(value, currency) == shown


def test_counts_have_their_plural_and_stop_at_ten_thousand() -> None:
    assert [of(n, "order") for n in (0, 1, 2)] == ["0 orders", "1 order", "2 orders"]
    assert of(10_001, "try") == "10,000+ tries"
    assert capped(1234) == "1,234"
    assert quantity(Decimal("2.50")) == "2.5"


def test_a_moment_is_told_in_its_zone() -> None:
    at = datetime(2026, 11, 20, 3, 14, tzinfo=UTC)

    assert ">20 Nov, 14:14</time>" in moment(at, "Australia/Sydney", "stamp")
    assert 'title="20 November 2026, 14:14 AEDT"' in moment(at, "Australia/Sydney", "full")
