"""The list of orders: pages, filters, and what is done to a selection."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from accounting.contacts.persons import customer_key
from connector.lib import clock
from stores.models import Store
from sync.models import LeftOutCustomer, OrderAction, ShopWrite, TrackedOrder, TrackedProduct
from sync.orders import actions
from tests.web.factories import (
    OrderFactory,
    PostingFactory,
    ShopWriteFactory,
    SourceRecordFactory,
    StoreFactory,
    reason,
)

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def numbers(response: Any) -> list[str]:
    """The order numbers on a page, from top to bottom."""
    return re.findall(r'<th scope="row"><a href="/orders/\d+/">([^<]+)</a>', response.text)


def make(store: Store, number: str, **fields: Any) -> TrackedOrder:
    return OrderFactory(store=store, source_id=str(int(number)), number=number, **fields)


def test_without_a_store_the_page_says_what_will_appear(page: Client) -> None:
    text = page.get("/orders/").text

    assert "No store is set up yet" in text
    assert 'href="/set-up/"' in text


def test_without_an_order_the_page_offers_the_pull(page: Client, store: Store) -> None:
    text = page.get("/orders/").text

    assert "No order has been read yet" in text
    assert "python manage.py sync --store au --wait" in text


def test_customers_and_products_that_a_shop_left_out_stand_below_the_orders_that_are(
    page: Client, store: Store
) -> None:
    why = "Mia, in the shop: <a sample>"
    LeftOutCustomer.objects.create(store=store, key=customer_key("7"), why=why)
    for number, sku in enumerate(("MUG-STN", "TEA-POT")):
        out = {} if number else {"excluded_at": NOON, "excluded_why": why}
        record = SourceRecordFactory(store=store)
        TrackedProduct.objects.create(
            store=store, source_id=str(number), sku=sku, record=record, **out
        )

    text = page.get("/orders/?state=skipped&store=au").text
    assert "Customer 7, " in text
    assert "Product MUG-STN, " in text
    assert text.count("Mia, in the shop: &lt;a sample&gt;") == 2
    assert "TEA-POT" not in text
    for other in ("/orders/", "/orders/?state=skipped&store=uk"):
        assert "Mia" not in page.get(other).text


def test_a_row_says_what_became_of_the_order(page: Client, store: Store) -> None:
    placed_at = datetime(2026, 11, 20, 3, 14, tzinfo=UTC)
    order = make(
        store, "000000007", total="1234.5", customer_name="Ines Almeida", placed_at=placed_at
    )
    PostingFactory(order=order)

    response = page.get("/orders/")

    text = response.text
    assert "1,234.50" in text
    assert "Ines Almeida" in text
    assert '<span class="state posted">In Xero</span>' in text
    assert f"{store.number_prefix}000000007</a>" in text
    assert "https://go.xero.com/organisationlogin/default.aspx?shortcode=%21NLglS" in text
    # 20 November 03:14 in UTC is the afternoon in Sydney
    assert "November 2026" in text
    assert "AEDT" in text


@pytest.mark.parametrize(
    ("label", "fields", "words"),
    [
        ("working", {"state": "new", "build_at": NOON}, "Waits its turn"),
        ("held", {"state": "held", "reasons": [reason("tax_unmapped", "x")]}, "No tax rule fits"),
        ("unknown", {}, "Nothing is sent twice"),
        (
            "skipped",
            {"state": "excluded", "excluded_at": NOON, "excluded_why": "Invoiced by hand"},
            "Invoiced by hand",
        ),
    ],
)
def test_the_reason_stands_beside_the_state(
    page: Client, store: Store, label: str, fields: dict[str, Any], words: str
) -> None:
    make(store, "000000001", label=label, **fields)

    assert f'title="{words}">{words}</span>' in page.get("/orders/").text


def test_a_refusal_is_told_in_xeros_own_words(page: Client, store: Store) -> None:
    order = make(store, "000000001", label="dead")
    PostingFactory(
        order=order, state="dead", reasons=[reason("refused", "Account 202 is archived.")]
    )

    assert "Account 202 is archived." in page.get("/orders/").text


def test_a_difference_is_told_with_both_totals(page: Client, store: Store) -> None:
    order = make(store, "000000001", label="mismatch")
    PostingFactory(order=order, differs=True, xero_total_units=1_100_100)

    assert "110.01 in Xero, 110.00 here" in page.get("/orders/").text


def test_pages_hold_fifty_orders_and_follow_each_other_without_gap(
    page: Client, store: Store
) -> None:
    # given: 120 orders, of which some were placed at the same moment and three have no date
    for n in range(1, 121):
        placed = None if n <= 3 else NOON - timedelta(minutes=n // 4)
        make(store, f"{n:09d}", placed_at=placed)

    seen, address = [], "/orders/"
    pages = []
    while address:
        response = page.get(address)
        pages.append(numbers(response))
        seen += pages[-1]
        older = re.search(r'href="([^"]+)" rel="next"', response.text)
        address = f"/orders/{older[1].replace('&amp;', '&')}" if older else ""

    assert [len(rows) for rows in pages] == [50, 50, 20]
    assert len(set(seen)) == 120
    assert seen[:3] == ["000000003", "000000002", "000000001"]
    # and back again
    newer = re.search(r'href="([^"]+)" rel="prev"', response.text)
    assert newer is not None
    assert numbers(page.get(f"/orders/{newer[1].replace('&amp;', '&')}")) == pages[1]


def test_an_address_that_makes_no_sense_shows_the_first_page(page: Client, store: Store) -> None:
    make(store, "000000001")

    for mark in ("x", "~", "2026-13-40~5", "2026-11-20T00:00:00~5", "~x"):
        assert numbers(page.get("/orders/", {"after": mark})) == ["000000001"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "held"}, ["000000002"]),
        ({"state": "attention"}, ["000000002", "000000003"]),
        ({"store": "eu"}, ["000000004"]),
        ({"reason": "tax_unmapped"}, ["000000002"]),
        ({"reason": "refused"}, ["000000003"]),
        ({"q": "000000004"}, ["000000004"]),
        ({"q": "tom"}, ["000000002"]),
        ({"q": "TOM@exa"}, ["000000002"]),
        ({"q": "AU-000000001"}, ["000000001"]),
        ({"q": "okafor"}, []),
        ({"since": "2026-11-21"}, ["000000001"]),
        ({"until": "2026-11-17"}, ["000000004"]),
        ({"since": "2026-11-18", "until": "2026-11-19"}, ["000000002", "000000003"]),
    ],
)
def test_filters(page: Client, query: dict[str, str], found: list[str]) -> None:
    au = StoreFactory(slug="au", number_prefix="AU-")
    eu = StoreFactory(slug="eu", organisation=au.organisation, number_prefix="EU-")
    # 20 November 14:00 in UTC is 21 November in Sydney
    one = make(au, "000000001", placed_at=datetime(2026, 11, 20, 14, tzinfo=UTC))
    PostingFactory(order=one)
    make(
        au, "000000002", label="held", state="held", reasons=[reason("tax_unmapped", "x")],
        customer_name="Tom Okafor", customer_email="tom@example.com",
        placed_at=datetime(2026, 11, 19, 1, tzinfo=UTC),
    )  # fmt: skip
    three = make(au, "000000003", label="dead", placed_at=datetime(2026, 11, 18, 1, tzinfo=UTC))
    PostingFactory(order=three, state="dead", reasons=[reason("refused", "No.")])
    make(eu, "000000004", placed_at=datetime(2026, 11, 17, 1, tzinfo=UTC))

    assert numbers(page.get("/orders/", query)) == found


def test_a_date_that_is_none_is_said_beside_its_field(page: Client, store: Store) -> None:
    make(store, "000000001")

    response = page.get("/orders/", {"since": "yesterday"})

    assert "Type a date such as 2026-11-30." in response.text
    assert numbers(response) == ["000000001"]


def test_no_order_fits(page: Client, store: Store) -> None:
    make(store, "000000001")

    text = page.get("/orders/", {"q": "zzz"}).text

    assert "No order fits" in text
    assert "0 orders fit these filters." in text


def test_the_number_of_queries_does_not_grow_with_the_orders(
    page: Client, store: Store, django_assert_max_num_queries: Any
) -> None:
    for n in range(1, 61):
        order = make(store, f"{n:09d}")
        PostingFactory(order=order)
        PostingFactory(order=order, purpose="payment-1", kind="payment")

    with django_assert_max_num_queries(16):
        response = page.get("/orders/")

    assert len(response.content) < 50_000


# --- what is done to a selection ------------------------------------------------------------


def test_chosen_orders_are_synced_and_the_filters_kept(
    page: Client, store: Store, rung: list[Any]
) -> None:
    orders = [make(store, f"{n:09d}", label="held", state="held") for n in (1, 2, 3)]

    response = page.post(
        "/orders/sync/",
        {"order": [orders[0].pk, orders[1].pk], "next": "/orders/?state=held"},
        follow=True,
    )

    assert response.redirect_chain == [("/orders/?state=held", 302)]
    assert "2 orders on the way to Xero." in response.text
    for order in orders:
        order.refresh_from_db()
    assert [order.build_at is not None for order in orders] == [True, True, False]
    assert [order.lane for order in orders] == ["click", "click", "live"]
    assert ("sync.build", store.pk) in rung


def test_nothing_selected_says_so_and_does_nothing(
    page: Client, store: Store, rung: list[Any]
) -> None:
    make(store, "000000001")

    response = page.post("/orders/sync/", {}, follow=True)

    assert "No order was selected." in response.text
    assert not TrackedOrder.objects.exclude(build_at=None).exists()
    assert rung == []


def test_a_number_that_is_none_is_refused(page: Client, db: None) -> None:
    response = page.post("/orders/sync/", {"order": "1 OR 1=1"})

    assert response.status_code == 400
    assert "This address cannot be read" in response.text


def test_the_way_back_leads_nowhere_else(page: Client, store: Store, rung: list[Any]) -> None:
    order = make(store, "000000001")

    response = page.post("/orders/sync/", {"order": order.pk, "next": "https://evil.example/"})

    assert response["Location"] == "/orders/"


def test_changes_need_a_token_and_a_post(ana: Any, store: Store) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)
    order = make(store, "000000001")

    for address in ("/orders/sync/", "/orders/do-not-sync/"):
        assert client.post(address, {"order": order.pk, "why": "x"}).status_code == 403
        assert client.get(address).status_code == 405
    order.refresh_from_db()
    assert (order.build_at, order.excluded_at) == (None, None)


def test_do_not_sync_asks_for_a_reason_first(page: Client, store: Store) -> None:
    order = make(store, "000000042")

    response = page.post("/orders/do-not-sync/", {"order": order.pk})

    assert '<label for="id_why">Reason</label>' in response.text
    assert "000000042" in response.text
    order.refresh_from_db()
    assert order.excluded_at is None


def test_an_empty_reason_is_not_enough(page: Client, store: Store) -> None:
    order = make(store, "000000042")

    response = page.post("/orders/do-not-sync/", {"order": order.pk, "why": "  "})

    assert "Type why, so that a colleague understands it later." in response.text
    order.refresh_from_db()
    assert order.excluded_at is None


def test_do_not_sync_keeps_who_and_why(
    page: Client, ana: Any, store: Store, rung: list[Any]
) -> None:
    order = make(store, "000000042")

    page.post("/orders/do-not-sync/", {"order": order.pk, "why": "Invoiced by hand"})

    order.refresh_from_db()
    assert order.excluded_by == ana
    assert order.excluded_why == "Invoiced by hand"
    assert order.excluded_at is not None
    assert order.label == "skipped"


@pytest.mark.parametrize(
    ("address", "out", "consequence"),
    [
        ("do-not-sync", False, "Each is left out from now on"),
        ("handled-by-hand", False, "Each counts as accounted for"),
        ("reopen", True, "Each is built and sent as if it had never been left out."),
    ],
)
def test_a_question_says_its_consequences_and_a_second_press_changes_nothing(
    page: Client, store: Store, rung: list[Any], address: str, out: bool, consequence: str
) -> None:
    order = make(store, "000000042")
    if out:
        actions.exclude(TrackedOrder.objects.all(), None, "Twice in the shop")
    asked = page.post(f"/orders/{address}/", {"order": order.pk}).text
    assert "What happens" in asked
    assert consequence in asked
    assert f'<input type="hidden" name="order" value="{order.pk}">' in asked

    said = {"order": order.pk, "why": "Invoiced by hand"}
    first = page.post(f"/orders/{address}/", said, follow=True).text
    order.refresh_from_db()
    stands = (order.excluded_at, order.excluded_why, order.state, order.build_at)
    second = page.post(f"/orders/{address}/", said, follow=True).text

    assert "1 order" in first
    assert "Nothing was changed: it was done before." in second
    order.refresh_from_db()
    assert (order.excluded_at, order.excluded_why, order.state, order.build_at) == stands


# --- drafts ---------------------------------------------------------------------------------


def draft(store: Store, number: str, status: str = "DRAFT", **fields: Any) -> TrackedOrder:
    order = make(store, number, label="draft", **fields)
    PostingFactory(order=order, xero_status=status, amount_due_units=order.total_units)
    return order


def test_only_what_is_a_draft_is_approved_and_counted(
    page: Client, ana: Any, store: Store, rung: list[Any]
) -> None:
    drafts = [draft(store, "000000001"), draft(store, "000000002", "SUBMITTED")]
    coming = make(store, "000000003", label="working", state="new")
    others = [
        make(store, "000000004", label="held", state="held", reasons=[reason("tax_unmapped")]),
        make(store, "000000005", label="skipped", state="skipped"),
        draft(store, "000000006", "AUTHORISED"),
        draft(store, "000000007", "PAID"),
    ]
    chosen = [order.pk for order in (*drafts, coming, *others)]

    text = page.post("/orders/approve/", {"order": chosen}, follow=True).text

    assert "3 orders approved. Drafts in Xero are approved now; payments follow." in text
    assert "4 orders had no draft to approve. Nothing was done with them." in text
    approved = TrackedOrder.objects.exclude(approved_at=None)
    assert set(approved) == {*drafts, coming}
    assert OrderAction.objects.filter(what="approve", user=ana).count() == 3
    for order in others:
        label = order.label
        order.refresh_from_db()
        assert (order.label, order.build_at) == (label, None)


# --- who did it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "act",
    [
        lambda orders, user: actions.sync_now(orders, user),
        lambda orders, user: actions.approve(orders, user),
        lambda orders, user: actions.exclude(orders, user, "x"),
        lambda orders, user: actions.handle_by_hand(orders, user, "x"),
        lambda orders, user: actions.undo(orders, user, "x"),
        lambda orders, user: actions.reopen(orders, user, "x"),
        lambda orders, user: actions.tell_shop_again(orders, user),
    ],
    ids=["sync", "approve", "exclude", "handle", "undo", "reopen", "tell"],
)
def test_nothing_is_done_of_which_it_cannot_be_written_who_did_it(
    ana: Any, store: Store, rung: list[Any], monkeypatch: pytest.MonkeyPatch, act: Any
) -> None:
    order = draft(store, "000000001")
    if act.__code__.co_names[-1] == "reopen":
        TrackedOrder.objects.update(excluded_at=clock.now(), state="excluded", label="skipped")
    ShopWriteFactory(order=order, posting=order.postings.get(), state="failed")
    rows = [list(model.objects.values()) for model in (TrackedOrder, ShopWrite)]

    def full(*_: Any, **__: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(OrderAction.objects, "bulk_create", full)

    with pytest.raises(OperationalError):
        act(TrackedOrder.objects.all(), ana)

    assert [list(model.objects.values()) for model in (TrackedOrder, ShopWrite)] == rows
