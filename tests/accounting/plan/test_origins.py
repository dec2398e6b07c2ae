"""What Xero's history says of documents when all of them shall say where they are from."""

from __future__ import annotations

from datetime import date
from typing import Any

from accounting.history import Slot
from accounting.plan.origins import origin_of, origin_of_day
from tests.accounting.orders import books, build, order
from xero.documents.documents import DocumentStatusChange
from xero.documents.kinds import Kind, Ref

ALL = {"posting": {"history_notes": "all"}}


def said(slot: Slot, rules: dict[str, Any]) -> str:
    invoice = build(order()).invoice
    assert invoice is not None
    return origin_of(books(rules), order(), slot, invoice)


def test_a_document_names_its_order_and_its_shop_if_all_of_them_shall() -> None:
    sale, refund = Slot("order", "7", "invoice"), Slot("refund", "9", "credit_note")
    assert said(sale, ALL) == "Order 1001 of s1, https://shop.example.com."
    assert said(refund, ALL) == "Refund 9 of order 1001 of s1, https://shop.example.com."
    for otherwise in ({}, {"posting": {"history_notes": "off"}}):
        assert said(sale, otherwise) == ""


def test_a_change_of_a_document_is_no_document() -> None:
    change = DocumentStatusChange(Kind.INVOICE, Ref(Kind.INVOICE, "S1-1001"), "VOIDED")
    assert origin_of(books(ALL), order(), Slot("order", "7", "cancel"), change) == ""


def test_a_summary_names_as_many_orders_as_there_is_room_for() -> None:
    shop = "s1, https://shop.example.com"
    assert origin_of_day(books(ALL), ["1", "2"]) == f"2 orders of {shop}: 1, 2."
    many = [f"{date(2026, 3, 2):%Y%m%d}{n:04}" for n in range(400)]
    text = origin_of_day(books(ALL), many)
    assert text.startswith(f"400 orders of {shop}: {many[0]}, {many[1]}, ")
    count = text.count(many[0][:8])
    assert text.endswith(f" and {400 - count} more.")
    assert 700 < len(text) < 850
    assert origin_of_day(books(), many) == ""
