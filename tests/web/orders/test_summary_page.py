"""The page of one daily summary, and what an order's page and the list say of it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from django.test import Client

from connector.lib import clock
from connector.pages.attention.waiting import groups, with_reason
from stores.models import Store
from sync.models import Posting, PostingSource, SummaryPart, TrackedOrder
from tests.web.factories import OrderFactory, PostingFactory, reason

NUMBER = "S1-D20260302-AUD"
EACH = 110_000  # 11.00


def summary_of(store: Store, orders: list[Any], total: str) -> Posting:
    posting = PostingFactory(
        order=None, store=store, organisation=store.organisation, source_kind="summary",
        source_id="20260302-AUD", key=NUMBER, document_date=date(2026, 3, 2),
        xero_id="220ddca8-3144-4085-9a88-000000000001",
        payload=json.dumps({"CurrencyCode": "AUD"}), expected={"Total": total, "TotalTax": "1.00"},
        xero_total_units=None,
    )  # fmt: skip
    PostingSource.objects.bulk_create(
        PostingSource(posting=posting, order=order, amount_units=EACH) for order in orders
    )
    return posting


def orders_of(store: Store, count: int) -> list[Any]:
    return [
        OrderFactory(store=store, source_id=f"{n}", number=f"{n:09}", label="posted")
        for n in range(1, count + 1)
    ]


def test_it_lists_its_orders_and_says_that_they_sum_to_it(page: Client, store: Store) -> None:
    orders = orders_of(store, 3)
    posting = summary_of(store, orders, "33.00")

    text = page.get(f"/orders/summaries/{posting.pk}/").text

    assert "33.00 AUD in all: the sum of its orders, to the cent." in text
    for order in orders:
        assert f'href="/orders/{order.pk}/"' in text
        assert order.number in text
    assert "All 3 orders" in text


def test_a_difference_between_the_orders_and_the_document_is_said(
    page: Client, store: Store
) -> None:
    posting = summary_of(store, orders_of(store, 3), "33.01")

    text = page.get(f"/orders/summaries/{posting.pk}/").text

    assert "The document says 33.01: compare the two." in text


def test_a_long_list_is_paged_and_the_sum_stays_that_of_all(
    page: Client, store: Store, django_assert_max_num_queries: Any
) -> None:
    orders = orders_of(store, 120)
    posting = summary_of(store, orders, "1320.00")
    address = f"/orders/summaries/{posting.pk}/"
    seen: list[str] = []
    with django_assert_max_num_queries(12):
        text = page.get(address).text
    while True:
        found = [order.number for order in reversed(orders) if f">{order.number}<" in text]
        seen += found
        assert "1,320.00" in text
        if 'rel="next"' not in text:
            break
        older = text.split("after=")[1].split('"')[0].split("&")[0]
        text = page.get(address, {"after": older}).text
    assert seen == [order.number for order in reversed(orders)]
    newer = text.split("before=")[1].split('"')[0].split("&")[0]
    assert f">{orders[69].number}<" in page.get(address, {"before": newer}).text


def test_an_orders_page_says_which_part_of_a_summary_is_its(page: Client, store: Store) -> None:
    order = orders_of(store, 1)[0]
    posting = summary_of(store, [order], "11.00")
    money = PostingFactory(
        order=None, store=store, organisation=store.organisation, source_kind="summary",
        source_id="20260302-AUD", purpose="payment-1", kind="payment", parent=posting,
        key=f"{NUMBER}-P1", xero_id="220ddca8-3144-4085-9a88-000000000002",
        expected=None, payload=json.dumps({"Amount": {"$n": "11.00"}}),
        xero_total_units=None,
    )  # fmt: skip
    PostingSource.objects.create(posting=money, order=order, amount_units=EACH)

    text = page.get(f"/orders/{order.pk}/").text

    assert f"In Xero, in the daily summary {NUMBER}." in text
    assert "11.00 of it is of this order." in text
    assert text.count(f'href="/orders/summaries/{posting.pk}/"') == 2
    assert text.count(f">{NUMBER}<") == 1
    OrderFactory(store=store, source_id="9", number="000000009")
    found = page.get("/orders/", {"q": NUMBER}).text
    assert order.number in found
    assert "000000009" not in found


def test_an_order_that_waits_says_for_which_day(page: Client, store: Store) -> None:
    order = OrderFactory(store=store, source_id="7", number="000000007", label="working")
    SummaryPart.objects.create(
        order=order, store=store, source_kind="order", source_id="7", purpose="invoice",
        kind="invoice", day=date(2026, 3, 2), currency="AUD", contact="Web sales",
        total_units=EACH, tax_units=0, content={}, due_at=clock.now() + timedelta(hours=5),
    )  # fmt: skip

    assert "Waits for the summary of 2 March 2026, which is made in " in (
        page.get(f"/orders/{order.pk}/").text
    )
    assert "In the summary of 2 March 2026" in page.get("/orders/").text


def test_only_a_summary_has_such_a_page(page: Client, store: Store) -> None:
    order = orders_of(store, 1)[0]
    posting = PostingFactory(order=order)
    assert page.get(f"/orders/summaries/{posting.pk}/").status_code == 404


def test_a_refused_summary_stands_under_needs_attention_for_each_of_its_orders(
    page: Client, store: Store
) -> None:
    orders = orders_of(store, 2)
    posting = summary_of(store, orders, "22.00")
    posting.state = "dead"
    posting.reasons = [reason("refused", "Account code '200' is archived.")]
    posting.save()
    TrackedOrder.objects.update(label="dead")

    (group,) = groups()

    assert (group.code, group.count) == ("refused", 2)
    assert with_reason(TrackedOrder.objects.all(), "refused").count() == 2
    assert "Account code" in page.get(f"/orders/{orders[1].pk}/").text


def test_a_draft_is_approved_on_its_page_or_with_an_order_of_it(page: Client, store: Store) -> None:
    orders = orders_of(store, 3)
    posting = summary_of(store, orders, "33.00")
    address = f"/orders/summaries/{posting.pk}/"
    assert "Approve draft" not in page.get(address).text
    Posting.objects.filter(pk=posting.pk).update(state="posted", xero_status="DRAFT")
    assert f'action="{address}approve/"' in page.get(address).text

    text = page.post("/orders/approve/", {"order": orders[0].pk}, follow=True).text

    assert f"So is {NUMBER}, with all 3 orders in it." in text
    approval = posting.children.get(verb="POST")
    assert (approval.purpose, approval.state, approval.look_up) == (
        "approve-invoice", "pending", True,
    )  # fmt: skip
    assert "is approved in Xero now" in page.post(f"{address}approve/", follow=True).text
    assert posting.children.count() == 1
    Posting.objects.filter(pk=posting.pk).update(xero_status="PAID")
    assert "nothing was done" in page.post(f"{address}approve/", follow=True).text
    assert page.get(f"{address}approve/").status_code == 405
    text = page.get(f"/orders/{orders[0].pk}/").text
    assert text.count("of it is of this order") == 1
