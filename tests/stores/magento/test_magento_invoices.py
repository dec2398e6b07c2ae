"""Which of the shop's invoices stands for an order: the one that covers all of it, or none."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseFacts, Stream
from tests.stores.magento.magento_records import Goods, Sale

WHOLE = Decimal(120)


def _invoice(number: str, total: Decimal, state: int = 2) -> dict[str, Any]:
    return {
        "increment_id": number, "grand_total": Decimal(total), "state": state,
        "created_at": "2026-03-02 01:00:00",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("invoices", "number"),
    [
        ([], ""),
        ([("79", WHOLE, 2)], "79"),
        ([("79", WHOLE, 1)], "79"),  # written, and not paid yet
        ([("79", WHOLE - 1, 2)], ""),
        ([("79", WHOLE - 100, 2), ("80", 100, 2)], ""),
        ([("79", WHOLE, 3), ("80", WHOLE, 2)], "80"),  # the first was cancelled
        ([("79", WHOLE, 3)], ""),
        ([("", WHOLE, 2)], ""),
    ],
)
def test_the_one_invoice_of_all_of_it(
    invoices: list[tuple[str, Decimal, int]], number: str
) -> None:
    order = Sale([Goods(Decimal(100))]).order()
    record = {"order": order, "invoices": [_invoice(*one) for one in invoices]}
    parsed = registry.reader("magento").parse(Stream.ORDERS, record, ParseFacts())
    assert isinstance(parsed, Order)
    assert parsed.invoice_number == number
