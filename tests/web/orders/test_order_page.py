"""The page of one order."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from stores.models import Store, as_text
from sync.models import TrackedOrder
from sync.orders.actions import exclude
from tests.web.factories import (
    AttemptFactory,
    DispatchFactory,
    MappingFactory,
    OrderFactory,
    PostingFactory,
    ShopWriteFactory,
    SourceRecordFactory,
    magento_order,
    reason,
)


def order_of(store: Store, **fields: Any) -> Any:
    return OrderFactory(store=store, source_id="7", number="000000007", **fields)


def test_it_shows_what_was_ordered(page: Client, store: Store) -> None:
    order = order_of(store)

    text = page.get(f"/orders/{order.pk}/").text

    assert "Merino jumper" in text
    assert "JUMPER-M" in text
    for figure in ("100.00", "10.00", "110.00"):
        assert figure in text
    assert "12 Harbour Street" in text
    assert "ines@example.com" in text
    assert "ch_3Nk2" in text


def test_it_shows_the_documents_with_links_and_totals(page: Client, store: Store) -> None:
    order = order_of(store)
    invoice = PostingFactory(order=order, amount_due_units=250_000)
    PostingFactory(
        order=order, purpose="payment-1", kind="payment", parent=invoice, key="ch_3Nk2",
        expected=None, payload=json.dumps({"Amount": {"$n": "85.00"}}), xero_total_units=None,
    )  # fmt: skip

    text = page.get(f"/orders/{order.pk}/").text

    assert f"In Xero as {invoice.key}, 110.00 AUD. 25.00 AUD is due." in text
    assert "%2FAccountsReceivable%2FView.aspx%3FInvoiceID%3D" in text
    assert "85.00" in text


def test_reasons_say_where_they_are_fixed(page: Client, store: Store) -> None:
    order = order_of(
        store,
        label="held",
        state="held",
        reasons=[reason("account_unmapped", "No account for shipping.", "accounts.shipping")],
    )

    text = page.get(f"/orders/{order.pk}/").text

    assert "Not posted: No account for shipping." in text
    fix = "What to do: The store&#x27;s section of the configuration file: name the account under"
    assert fix in text
    assert "accounts.shipping" in text


def test_a_refused_document_shows_xeros_words(page: Client, store: Store) -> None:
    order = order_of(store, label="dead")
    PostingFactory(order=order, state="dead", reasons=[reason("refused", "Email is invalid.")])

    assert "Xero refused it: Email is invalid." in page.get(f"/orders/{order.pk}/").text


def test_a_difference_is_spelled_out(page: Client, store: Store) -> None:
    order = order_of(store, label="mismatch")
    PostingFactory(order=order, differs=True, xero_total_units=1_100_100)

    text = page.get(f"/orders/{order.pk}/").text

    assert "110.01 AUD; 110.00 was expected, a difference of 0.01." in text


def test_the_timeline_has_the_newest_first(page: Client, store: Store) -> None:
    order = order_of(store)
    dispatch = DispatchFactory(organisation=store.organisation)
    PostingFactory(order=order, dispatch=dispatch)
    AttemptFactory(dispatch=dispatch, correlation_id="corr-1", error="")
    SourceRecordFactory(store=store, source_id="7", content=magento_order(total="99.00"))

    text = page.get(f"/orders/{order.pk}/").text

    assert text.index("Changed in the shop, version 2") < text.index("Received from the shop")
    assert "corr-1" in text
    assert "HTTP 200, 412 ms." in text


def test_a_person_and_their_reason_are_named(page: Client, ana: Any, store: Store) -> None:
    order = order_of(store, label="held", state="held")
    exclude(TrackedOrder.objects.filter(pk=order.pk), ana, "Invoiced by hand")

    text = page.get(f"/orders/{order.pk}/").text

    assert "Not synced: marked by ana. Why: Invoiced by hand." in text
    assert "Marked as not to be synced by ana" in text


def test_an_unreadable_record_names_the_field_and_the_value(page: Client, store: Store) -> None:
    content = magento_order("000000007") | {"grand_total": "N/A"}
    order = order_of(store, label="held", state="held", content=content)

    response = page.get(f"/orders/{order.pk}/")

    assert response.status_code == 200
    assert "This order cannot be read" in response.text
    assert "<code>grand_total</code>" in response.text
    assert "<code>N/A</code>" in response.text


def test_a_platform_without_an_adapter_does_not_break_the_page(
    page: Client, store: Store, settings: Any
) -> None:
    settings.STORE_ADAPTERS = {}
    order = order_of(store)

    assert "This version cannot read magento shops" in page.get(f"/orders/{order.pk}/").text


def test_the_record_keeps_the_shops_digits_and_is_harmless(page: Client, store: Store) -> None:
    content = magento_order("000000007", product="<script>alert(1)</script>")
    order = order_of(store, content=content)
    order.record.body = as_text(content)[0].replace('"base_to_order_rate": 1', '"rate": 1.50000')
    order.record.save()

    shown = page.get(f"/orders/{order.pk}/").text
    as_file = page.get(f"/orders/{order.pk}/record/")

    assert '"rate": 1.50000' in shown
    assert "<script>alert" not in shown
    assert as_file["Content-Type"] == "text/plain; charset=utf-8"
    assert as_file["X-Content-Type-Options"] == "nosniff"


def test_a_long_record_is_fetched_only_when_it_is_opened(page: Client, store: Store) -> None:
    content = magento_order("000000007") | {"extra": "x" * 60_000}
    order = order_of(store, content=content)

    response = page.get(f"/orders/{order.pk}/")

    assert len(response.content) < 50_000
    assert f'hx-get="/orders/{order.pk}/record/"' in response.text


def test_the_preview_shows_the_documents_and_changes_nothing(page: Client, store: Store) -> None:
    store.organisation.reference_refreshed_at = None
    store.organisation.save()
    MappingFactory(store=store)
    order = order_of(store, label="working", state="new")

    text = page.get(f"/orders/{order.pk}/preview/").text

    assert "would become 3 documents in Xero" in text
    assert f"{store.number_prefix}000000007" in text
    assert "110.00 AUD" in text
    assert not order.postings.exists()


def test_the_preview_of_an_order_that_would_wait_says_for_what(page: Client, store: Store) -> None:
    store.organisation.reference_refreshed_at = None
    store.organisation.save()
    order = order_of(store)

    text = page.get(f"/orders/{order.pk}/preview/").text

    assert "would wait for you: nothing would be sent." in text


def test_no_such_order(page: Client, db: None) -> None:
    response = page.get("/orders/4711/")

    assert response.status_code == 404
    assert "There is no such page" in response.text


def test_the_number_of_queries_does_not_grow_with_the_documents(
    page: Client, store: Store, django_assert_max_num_queries: Any
) -> None:
    order = order_of(store)
    for n in range(12):
        PostingFactory(order=order, purpose=f"payment-{n}", kind="payment")

    with django_assert_max_num_queries(12):
        page.get(f"/orders/{order.pk}/")


def test_what_the_shop_refused_is_shown_and_can_be_tried_again(
    page: Client, store: Store, rung: list[tuple[Any, ...]]
) -> None:
    order = order_of(store, label="posted")
    said = reason("shop_refused", "The status packed does not belong to the order's state.")
    status = ShopWriteFactory(
        order=order, what="status", state="held", attempts=1, reasons=[said],
        payload={"text": "Paid in Xero: S1-000000007", "status": "packed"},
    )  # fmt: skip
    told = ShopWriteFactory(order=order, posting=status.posting, state="done", key="1")

    text = page.get(f"/orders/{order.pk}/").text
    assert "Status packed" in text
    assert text.count("does not belong to the order") == 2, "the row and the timeline"
    assert text.count("Try again") == 2, "the button, and its name"
    assert "Comment is in the shop" in text
    assert "The shop refused what was to be written to it" in page.get("/").text

    address = f"/orders/{order.pk}/"
    sent = page.post("/orders/tell-shop/", {"order": order.pk, "next": address}, follow=True)
    assert "It is tried again now." in sent.text
    status.refresh_from_db()
    told.refresh_from_db()
    assert (status.state, status.reasons, status.attempts) == ("pending", [], 0)
    assert told.state == "done"
    assert rung == [("sync.write_back", store.pk)]
    assert "Writing to the shop asked for again by ana" in page.get(address).text


def test_of_a_write_that_waits_it_says_why(page: Client, store: Store) -> None:
    order = order_of(store, label="posted")
    ShopWriteFactory(order=order, state="unknown", attempts=1)

    text = page.get(f"/orders/{order.pk}/").text

    assert "What it has is looked up before anything is written again" in text
    assert "Try again" not in text
