"""Which invoices may already stand for an order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accounting.sale.recognise import Certainty, ListedInvoice, SoldOrder, certainty

DAY = date(2026, 11, 7)
SOLD = SoldOrder("1001", "S1-1001", "1001", Decimal("34.90"), "AUD", DAY, contact_id="c1")
OTHER = ListedInvoice("x", "INV-7", "", Decimal("34.90"), "AUD", date(2026, 11, 20), "c2")


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "S1-1001"},
        {"number": "1001"},
        {"number": "#1001"},
        {"reference": "1001"},
        {"reference": "S1-1001"},
    ],
)
def test_number_or_reference_with_total_and_currency_is_the_same(changes: dict[str, str]) -> None:
    listed = replace(OTHER, **changes)

    assert certainty(SOLD, listed, guess=False) is Certainty.SAME
    assert certainty(SOLD, replace(listed, currency="EUR"), guess=True) is None
    other_total = replace(listed, total=Decimal("34.91"))
    assert certainty(SOLD, other_total, guess=False) is None
    assert certainty(SOLD, other_total, guess=True) is Certainty.NUMBER


def test_customer_total_and_day_may_be_chance_and_only_guess() -> None:
    listed = replace(OTHER, contact_id="c1", day=DAY)

    assert certainty(SOLD, listed, guess=True) is Certainty.ALIKE
    assert certainty(SOLD, listed, guess=False) is None
    for change in (
        {"contact_id": "c2"}, {"contact_id": ""}, {"day": date(2026, 11, 8)}, {"day": None},
        {"total": Decimal("34.91")}, {"currency": "EUR"},
    ):  # fmt: skip
        assert certainty(SOLD, replace(listed, **change), guess=True) is None
    stranger = replace(SOLD, contact_id="")
    assert certainty(stranger, replace(listed, contact_id=""), guess=True) is None


def test_the_very_document_that_would_be_posted_is_ours() -> None:
    """A restored database finds it: it is looked up and adopted, as after a lost answer."""
    ours = replace(OTHER, number="S1-1001", reference="1001", contact_id="c1")

    assert certainty(SOLD, ours, guess=True) is None
    assert certainty(SOLD, replace(ours, contact_id="c2"), guess=False) is Certainty.SAME
    assert certainty(SOLD, replace(ours, reference=""), guess=False) is Certainty.SAME


def test_another_number_is_another_sale() -> None:
    for number in ("11001", "1001-A", "S2-1001", "s1-1001x", ""):
        assert certainty(SOLD, replace(OTHER, number=number), guess=True) is None
