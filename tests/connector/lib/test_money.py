from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.lib import money

amounts = st.decimals(
    min_value=-(10**7), max_value=10**7, places=2, allow_nan=False, allow_infinity=False
)
weights = st.lists(
    st.decimals(min_value=0, max_value=10**6, places=4, allow_nan=False), min_size=1, max_size=30
)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, "5"),
        ("12.5000", "12.5000"),
        ("-0.01", "-0.01"),
        (Decimal("1.1"), "1.1"),
        ("1e2", "1E+2"),
    ],
)
def test_plain_numbers_are_read(value: object, number: str) -> None:
    assert str(money.parse_decimal(value)) == number


@pytest.mark.parametrize(
    "value",
    [None, "", "N/A", "12,50", " 1", "1_000", "NaN", "Infinity", True, 1.5, [], Decimal("NaN")],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a"):
        money.parse_decimal(value)


def test_numbers_too_large_for_a_payload_are_refused() -> None:
    assert money.parse_decimal("9999999999.99") == Decimal("9999999999.99")
    with pytest.raises(ValueError, match="larger"):
        money.parse_decimal("10000000000")


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("1.004999", "1.00"), ("2.675", "2.68")],
)
def test_halves_are_rounded_away_from_zero(amount: str, rounded: str) -> None:
    assert money.round_to(Decimal(amount)) == Decimal(rounded)


def test_currencies_have_their_own_decimals() -> None:
    assert [money.minor_digits(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]
    assert money.known_currency("AUD")
    assert not money.known_currency("aud")
    assert not money.known_currency("XQX")


@pytest.mark.parametrize(
    ("amount", "trimmed"),
    [("12.5000", "12.50"), ("0.1250", "0.125"), ("100", "100.00"), ("0", "0.00")],
)
def test_trailing_zeros_go_but_two_decimals_stay(amount: str, trimmed: str) -> None:
    assert str(money.trim(Decimal(amount))) == trimmed


def test_plain_has_no_exponent() -> None:
    assert money.plain(Decimal("1E+2")) == "100"


def test_the_largest_remainder_gets_the_odd_cent() -> None:
    thirds = money.allocate(Decimal("10.00"), [Decimal(1)] * 3)
    assert thirds == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    assert money.allocate(Decimal("-0.05"), [Decimal(1), Decimal(3)]) == [
        Decimal("-0.01"),
        Decimal("-0.04"),
    ]
    assert money.allocate(Decimal("1.00"), [Decimal(0), Decimal(0)]) == [
        Decimal("0.50"),
        Decimal("0.50"),
    ]


def test_an_allocation_that_makes_no_sense_is_refused() -> None:
    assert money.allocate(Decimal(0), []) == []
    with pytest.raises(ValueError, match="nothing to split over"):
        money.allocate(Decimal(1), [])
    with pytest.raises(ValueError, match="negative"):
        money.allocate(Decimal(1), [Decimal(-1)])
    with pytest.raises(ValueError, match="decimals"):
        money.allocate(Decimal("0.001"), [Decimal(1)])


@given(total=amounts, parts=weights)
def test_parts_sum_to_the_total_and_stay_within_a_cent(
    total: Decimal, parts: list[Decimal]
) -> None:
    shares = money.allocate(total, parts)

    assert sum(shares) == total
    whole = sum(parts)
    if whole:
        for share, part in zip(shares, parts, strict=True):
            assert abs(share - total * part / whole) < money.CENT


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_units_round_trip(units: int) -> None:
    assert money.to_units(money.from_units(units)) == units


def test_more_than_four_decimals_have_no_units() -> None:
    with pytest.raises(ValueError, match="decimals"):
        money.to_units(Decimal("0.00001"))
