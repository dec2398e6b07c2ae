"""The page of one order."""

from __future__ import annotations

import json
import socket
import sys
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from accounts_mapping.rules import mapped_order
from stores.models import Store, as_text
from sync.models import TrackedOrder
from sync.orders.actions import exclude
from tests.web.factories import (
    AccountFactory,
    AttemptFactory,
    DispatchFactory,
    MappingFactory,
    OrderFactory,
    PostingFactory,
    SourceRecordFactory,
    magento_order,
    reason,
)
from xero.mirror.known import code_key
from xero.models import MirrorItem


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
    fix = "What to do: In the store&#x27;s mapping: name the account under"
    assert fix in text
    assert '<a href="/mapping/au/accounts/#accounts.shipping">Open the setting</a>' in text


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

    with django_assert_max_num_queries(27):
        page.get(f"/orders/{order.pk}/")


def mapping_on(page: Client, order: Any) -> str:
    """The text of the panel "How this order is mapped"."""
    text = page.get(f"/orders/{order.pk}/").text
    panel = text.split('<h2 id="mapping">', 1)[1].split("</section>", 1)[0]
    return " ".join(strip_tags(panel).split())


def test_it_shows_how_each_line_is_mapped_and_where_that_is_decided(
    page: Client, store: Store
) -> None:
    MappingFactory(
        store=store, number=3,
        document=MappingFactory.document | {
            "rules": [{"when": {"sku": "JUMPER-*"}, "account": "210", "tracking": {"Shop": "Au"}}],
            "posting": {"due_days": "14"},
        },
    )  # fmt: skip
    store.organisation.reference_refreshed_at = None
    store.organisation.save()
    AccountFactory(organisation=store.organisation, code="210", name="Knitwear")

    said = mapping_on(page, order_of(store, mapping_version=2))

    assert "By version 3 of the rules, in force now; last built by version 2" in said
    assert "Account 210 Knitwear Rule 1: sku JUMPER-* rules[0].account" in said
    assert "Tracking Shop Au Rule 1: sku JUMPER-* rules[0].tracking.Shop" in said
    assert "Account in AUD 091" in said
    assert "All other payment methods payment_accounts.*" in said
    assert "Due 2026-12-04 Default of the store posting.due_days" in said
    assert "Contact Ines Almeida Default of the store contacts.strategy" in said
    assert "within store au in the configuration file" in said


def test_it_shows_what_is_missing_and_what_the_order_waits_for(page: Client, store: Store) -> None:
    document = MappingFactory.document | {
        "accounts": {},
        "rules": [{"when": {"country": "AU"}, "hold": "Ask Ana"}],
    }
    MappingFactory(store=store, document=document)

    said = mapping_on(page, order_of(store, label="held", state="held"))

    assert "Held by a rule: Ask Ana rules[0].hold" in said
    assert "Not mapped No account is mapped for sales. Choose one as accounts.sales." in said
    assert "to mend, each with the place in the configuration that gives it" in said


def test_the_mapping_is_asked_once_and_nobody_is_called(
    page: Client, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    MappingFactory(store=store)
    order, asked = order_of(store), []

    def refuse(*_: Any) -> None:
        raise AssertionError("the page called somebody")

    map_order = mapped_order.map_order
    for module in [one for one in sys.modules.values() if hasattr(one, "map_order")]:
        monkeypatch.setattr(
            module, "map_order", lambda *given: asked.append(given) or map_order(*given)
        )

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert "Tax rule 1: 10 %" in mapping_on(page, order)
    assert len(asked) == 1


def test_the_queries_of_the_mapping_do_not_grow_with_the_lines(
    page: Client, store: Store, django_assert_num_queries: Any
) -> None:
    MappingFactory(store=store)
    short = order_of(store)
    content = magento_order("000000008", total="1100.00")
    (line,) = content["items"]
    content["items"] = [
        line | {"item_id": n, "sku": f"JUMPER-{n}", "row_total": 25, "row_total_incl_tax": 27.5,
                "tax_amount": 2.5, "price": 25, "price_incl_tax": 27.5}
        for n in range(1, 41)
    ]  # fmt: skip
    long = OrderFactory(
        store=store, source_id="8", number="000000008", total="1100.00", content=content
    )
    page.get(f"/orders/{short.pk}/")

    with CaptureQueriesContext(connection) as few:
        page.get(f"/orders/{short.pk}/")
    assert 10 < len(few) < 28
    with django_assert_num_queries(len(few)):
        said = mapping_on(page, long)
    assert said.count("Merino jumper") == 40
    assert said.count("JUMPER-40") == 1
    assert said.count("Account 200") == 1
    assert len(page.get(f"/orders/{long.pk}/").content) < 50_000


def test_a_line_names_its_item_or_by_which_rule_it_has_none(page: Client, store: Store) -> None:
    rules = [{"when": {"sku": "JUMPER-M", "country": "AU"}, "item": False}]
    MappingFactory(store=store, document=MappingFactory.document)
    MirrorItem.objects.create(
        organisation=store.organisation, item_id="1", code="JUMPER-M", code_key=code_key("JUMPER-M")
    )
    order = order_of(store)

    assert "Merino jumper JUMPER-M item JUMPER-M" in mapping_on(page, order)
    MappingFactory(store=store, number=2, document=MappingFactory.document | {"rules": rules})
    without = "JUMPER-M without its item: Rule 1: sku JUMPER-M, country AU rules[0].item"
    assert without in mapping_on(page, order)
