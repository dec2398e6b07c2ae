"""The first page: is everything in Xero, and if not, what is to be done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from connector.lib import clock
from connector.pages import overview
from connector.templatetags import pages
from stores.models import Store
from tests.web.factories import (
    CursorFactory,
    DayCountFactory,
    OrderFactory,
    OrganisationFactory,
    PostingFactory,
    StoreFactory,
    reason,
)


def test_a_fresh_installation_says_how_to_go_on(page: Client) -> None:
    text = page.get("/").text

    assert "Nothing is posted yet: no organisation of Xero is connected." in text
    assert 'class="button primary" href="/set-up/"' in text


def test_a_shop_that_is_not_live_yet_leads_back_to_its_set_up(page: Client, store: Store) -> None:
    store.switch(on=False)

    assert "Go on with the set-up" in page.get("/").text


def test_where_no_order_can_come_it_is_said_why(page: Client, store: Store) -> None:
    said = "Orders appear here as soon as the shop has some."
    assert said in page.get("/").text

    Store.objects.update(credentials={})
    text = page.get("/").text
    assert "No order can be read: what is in the way" in text
    assert "its keys are not entered" in text
    assert "Not read yet" not in text
    assert said not in text

    store.switch(on=False)
    text = page.get("/").text
    assert "none will be: no shop is switched on" in text
    assert said not in text


def test_all_is_well(page: Client, store: Store) -> None:
    PostingFactory(order=OrderFactory(store=store))

    text = page.get("/").text

    assert "Everything is in Xero. 1 invoice posted today." in text
    assert "Nothing needs you." in text
    assert "Nothing waits to be sent." in text


def test_orders_are_counted_by_state_and_lead_to_the_list(page: Client, store: Store) -> None:
    for label, count in (("posted", 3), ("held", 2), ("dead", 1), ("working", 2)):
        for _ in range(count):
            OrderFactory(store=store, label=label)

    text = page.get("/").text

    assert "0 invoices posted today. 2 need you. 1 was refused by Xero. 2 on the way." in text
    assert '<a class="figure" href="/orders/?state=held"><b>2</b>' in text
    assert '<a class="figure none" href="/orders/?state=mismatch"><b>0</b>' in text
    assert "Look at 3 orders" in text


def test_counts_stop(page: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "COUNT_LIMIT", 2)
    monkeypatch.setattr(pages, "COUNT_LIMIT", 2)
    for _ in range(4):
        OrderFactory(store=store)

    assert "<b>2+</b>" in page.get("/").text


def test_what_needs_attention_is_grouped_by_cause(page: Client, store: Store) -> None:
    # given: two orders held for one cause, one refused, one whose payment alone is held
    for _ in range(2):
        OrderFactory(store=store, label="held", state="held", reasons=[reason("tax_unmapped", "x")])
    refused = OrderFactory(store=store, label="dead")
    PostingFactory(order=refused, state="dead", reasons=[reason("refused", "No.")])
    paid = OrderFactory(store=store, label="held")
    PostingFactory(order=paid)
    PostingFactory(
        order=paid, purpose="payment-1", kind="payment", state="held",
        reasons=[reason("outcome_ambiguous", "Cannot be told.")],
    )  # fmt: skip

    text = page.get("/").text

    for code, count in (("tax_unmapped", 2), ("refused", 1), ("outcome_ambiguous", 1)):
        address = f"/orders/?state=attention&amp;reason={code}"
        assert address in text
        row = text[text.index(address) :]
        assert row[: row.index("</tr>")].rstrip().endswith(f'<td class="aside num">{count}</td>')
        # each figure leads to exactly the orders behind it
        found = page.get(address.replace("&amp;", "&")).text
        assert f"{count} order{'s' if count > 1 else ''} fit" in found


def test_an_order_that_was_settled_since_is_in_no_group(page: Client, store: Store) -> None:
    OrderFactory(store=store, label="posted", reasons=[reason("rate_not_sent", "x")])

    assert "Nothing needs you." in page.get("/").text


def test_a_lost_log_in_is_the_first_thing_on_the_page(page: Client) -> None:
    organisation = OrganisationFactory(
        token_set__state="reconnect", token_set__reason="Xero no longer accepts the log-in."
    )
    StoreFactory(organisation=organisation)
    OrderFactory(store=organisation.stores.get(), label="working", state="new")

    text = page.get("/").text

    assert "Nothing is being posted until the connection to Xero is mended." in text
    assert "<strong>Demo Company (AU):</strong> Xero no longer accepts the log-in." in text
    assert '<span class="state dead">Reconnect</span>' in text


def test_a_missing_right_does_not_stop_everything(page: Client) -> None:
    organisation = OrganisationFactory(token_set__scopes="accounting.invoices")
    OrderFactory(store=StoreFactory(organisation=organisation))

    text = page.get("/").text

    assert "Nothing is being posted" not in text
    assert "because Xero gave no right for it: payments and refunds" in text


def test_a_parked_organisation_says_until_when(page: Client) -> None:
    OrganisationFactory(
        parked_until=clock.now() + timedelta(hours=2, minutes=5),
        parked_reason="The day's calls are used up.",
    )

    text = page.get("/").text

    # The apostrophe is escaped.
    assert "calls are used up. Goes on in 2 hours." in text
    assert '<span class="state unknown">Parked</span>' in text


def test_calls_left_are_shown_and_xeros_own_count_wins(page: Client, store: Store) -> None:
    DayCountFactory(
        organisation=store.organisation, calls=137, remaining_told=500, calls_when_told=130,
        told_at=clock.now(),
    )  # fmt: skip

    # 500 were left after our 130th call, and 7 were sent since
    assert "493 of 1,000 calls left today, 60 of 60 this minute" in page.get("/").text


def test_a_shop_that_cannot_be_read_says_why(page: Client, store: Store) -> None:
    CursorFactory(store=store, last_error="The shop answers 401.")

    text = page.get("/").text

    assert "The shop answers 401." in text
    assert '<span class="state dead">Cannot read</span>' in text


def test_the_chart_has_fourteen_days(page: Client, store: Store) -> None:
    for days in (0, 0, 3, 20):
        moment = clock.now() - timedelta(days=days)
        PostingFactory(order=OrderFactory(store=store), posted_at=moment, changed_at=clock.now())

    text = page.get("/").text

    assert 'aria-label="3 invoices in 14 days"' in text
    assert text.count('<rect class="bar') == 14
    assert text.count('<rect class="bar zero"') == 12


def test_the_backlog_is_counted(page: Client, store: Store) -> None:
    order = OrderFactory(store=store, label="working", state="ready")
    PostingFactory(order=order, state="pending")
    OrderFactory(store=store, label="working", state="new", build_at=clock.now())

    text = page.get("/").text

    assert "1 document waiting to be sent" in text
    assert "1 order waiting to be prepared." in text


def test_the_number_of_queries_is_constant(page: Client, django_assert_num_queries: Any) -> None:
    def fill(count: int) -> None:
        for n in range(count):
            organisation = OrganisationFactory()
            store = StoreFactory(organisation=organisation, slug=f"shop-{organisation.pk}")
            CursorFactory(store=store)
            order = OrderFactory(
                store=store, label="held", state="held", reasons=[reason("tax_unmapped", f"{n}")]
            )
            PostingFactory(order=order, state="pending")

    fill(1)
    with django_assert_num_queries(27) as captured:
        page.get("/")
    fill(6)
    with django_assert_num_queries(len(captured)):
        page.get("/")
