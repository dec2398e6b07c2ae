"""What the pages say at their top is true in every state: a table of states for each sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from connector.lib import clock
from connector.pages.orders.detail import documents_of
from connector.pages.orders.headline import condition
from connector.pages.overview import condition as overview_condition
from stores.models import Store
from sync.models import Posting, TrackedOrder
from sync.outbox.labels import relabel
from tests.web.factories import (
    CursorFactory,
    OrderFactory,
    OrganisationFactory,
    PostingFactory,
    StoreFactory,
    reason,
)

Label = TrackedOrder.Label
REVERSED = reason("reversed_in_xero", "Cancelled in the shop, so S1-1 is taken back in Xero.")


def order(store: Store, **fields: Any) -> TrackedOrder:
    """An order of 110.00, number 000000007."""
    fields = {"invoiced_units": 1_100_000} | fields
    return OrderFactory(store=store, source_id="7", number="000000007", **fields)


def invoice(row: TrackedOrder, due: str = "0.00", status: str = "PAID", **fields: Any) -> Posting:
    units = int(float(due) * 10_000)
    if fields.get("state", "posted") != "posted":
        return PostingFactory(order=row, xero_status=status, **fields)
    return PostingFactory(order=row, xero_status=status, amount_due_units=units, **fields)


def document(row: TrackedOrder, kind: str, purpose: str, amount: str, **fields: Any) -> Posting:
    parent = row.postings.filter(kind="invoice", verb="PUT").first()
    payload = {"Amount": amount, "Account": {"Code": fields.pop("account", "091")}}
    note = kind == "credit_note"
    fields = {
        "expected": {"SubTotal": amount, "TotalTax": "0.00", "Total": amount} if note else None,
        "xero_total_units": int(float(amount) * 10_000) if note else None,
        "payload": json.dumps({} if note else payload), "parent": parent, "key": f"{kind}-{amount}",
        "amount_due_units": None, "xero_id": f"{kind}-{purpose}", "source_id": row.source_id,
    } | fields  # fmt: skip
    return PostingFactory(order=row, kind=kind, purpose=purpose, **fields)


def change(row: TrackedOrder, purpose: str, **fields: Any) -> Posting:
    """An approval, a cancellation, or another change of the invoice."""
    parent = row.postings.get(kind="invoice", verb="PUT")
    fields = {"xero_id": parent.xero_id, "xero_total_units": 1_100_000} | fields
    return PostingFactory(
        order=row, verb="POST", purpose=purpose, parent=parent, key=parent.key, expected=None,
        **fields,
    )  # fmt: skip


# --- the order: what stands for it → the word, the sentence -------------------------------------


def paid(store: Store) -> TrackedOrder:
    row = order(store, received_units=1_100_000)
    invoice(row)
    document(row, "payment", "payment-1", "110.00")
    return row


def part_paid(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, "25.00", "AUTHORISED")
    document(row, "payment", "payment-1", "85.00")
    return row


def unpaid(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, "110.00", "AUTHORISED")
    return row


def of_nothing(store: Store) -> TrackedOrder:
    row = order(store, total="0.00", invoiced_units=0)
    invoice(row, "0.00", "PAID")
    return row


def draft(store: Store, status: str = "DRAFT", **fields: Any) -> TrackedOrder:
    row = order(store, received_units=1_100_000)
    invoice(row, "110.00", status, **fields)
    return row


def submitted(store: Store) -> TrackedOrder:
    return draft(store, "SUBMITTED")


def draft_of_summary(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, "110.00", "DRAFT", source_kind="summary", key="S1-D20261120-AUD")
    return row


def draft_note(store: Store) -> TrackedOrder:
    row = paid(store)
    document(row, "credit_note", "credit_note", "10.00", xero_status="DRAFT", key="S1-7-R1")
    return row


def being_approved(store: Store) -> TrackedOrder:
    row = draft(store)
    change(row, "approve-invoice", state="pending")
    return row


def approved(store: Store) -> TrackedOrder:
    row = paid(store)
    change(row, "approve-invoice")
    return row


def refunded(store: Store, amount: str = "110.00", **fields: Any) -> TrackedOrder:
    row = order(store, refunded_units=int(float(amount) * 10_000), **fields)
    invoice(row)
    document(row, "payment", "payment-1", "110.00")
    document(row, "credit_note", "credit_note", amount, xero_status="PAID", amount_due_units=0)
    document(row, "refund", "refund-1", amount)
    return row


def part_refunded(store: Store) -> TrackedOrder:
    return refunded(store, "55.00")


def refunded_from_two(store: Store) -> TrackedOrder:
    row = order(store, refunded_units=860_000)
    invoice(row)
    document(row, "credit_note", "credit_note", "86.00", amount_due_units=0)
    document(row, "refund", "refund-1", "36.00", account="091")
    document(row, "refund", "refund-2", "50.00", account="835")
    return row


def taken_off(store: Store) -> TrackedOrder:
    row = order(store, refunded_units=330_000)
    invoice(row, "17.00", "AUTHORISED")
    document(row, "payment", "payment-1", "60.00")
    document(row, "credit_note", "credit_note", "33.00", amount_due_units=0)
    return row


def refunded_elsewhere(store: Store) -> TrackedOrder:
    row = order(store, refunded_units=550_000, reasons=[reason("credit_notes_off", "x")])
    invoice(row)
    document(row, "payment", "payment-1", "110.00")
    return row


def lowered(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row)
    document(row, "payment", "payment-1", "110.00")
    document(row, "credit_note", "edit", "22.00", amount_due_units=220_000)
    return row


def raised(store: Store) -> TrackedOrder:
    row = order(store, total="121.00", invoiced_units=1_210_000)
    invoice(row, "0.00", "PAID", xero_total_units=1_100_000)
    PostingFactory(
        order=row, purpose="edit", key="S1-7-E1", xero_status="AUTHORISED",
        xero_total_units=110_000, amount_due_units=110_000,
    )  # fmt: skip
    return row


def voided(store: Store) -> TrackedOrder:
    row = order(store, reasons=[REVERSED])
    invoice(row)
    change(row, "cancel")
    row.postings.filter(verb="PUT").update(state="voided", xero_status="VOIDED")
    return row


def draft_deleted(store: Store) -> TrackedOrder:
    row = voided(store)
    row.postings.filter(verb="PUT").update(xero_status="DELETED")
    return row


def being_voided(store: Store) -> TrackedOrder:
    row = order(store, reasons=[REVERSED])
    invoice(row, "110.00", "AUTHORISED")
    change(row, "cancel", state="pending")
    return row


def credited(store: Store) -> TrackedOrder:
    row = order(store, reasons=[REVERSED])
    invoice(row)
    document(row, "payment", "payment-1", "110.00")
    document(row, "credit_note", "cancel-credit", "110.00", amount_due_units=1_100_000)
    return row


def issued_anew(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, state="voided", xero_id="gone", xero_total_units=1_100_000)
    invoice(row, "0.00", "PAID", revision=2, key="S1-000000007-A")
    document(row, "payment", "payment-1", "110.00")
    return row


def receipt(store: Store) -> TrackedOrder:
    row = order(store)
    PostingFactory(order=row, kind="bank_transaction", purpose="receipt", amount_due_units=None)
    return row


def refund_alone(store: Store) -> TrackedOrder:
    row = order(store, refunded_units=1_100_000)
    document(row, "credit_note", "credit_note", "110.00", key="S1-7-R1")
    return row


def half_sent(store: Store) -> TrackedOrder:
    row = order(store, received_units=1_100_000)
    invoice(row, "110.00", "AUTHORISED")
    document(row, "payment", "payment-1", "110.00", state="pending", xero_id="")
    return row


def not_sent(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, state="pending")
    return row


def in_doubt(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, state="unknown")
    return row


def switched_off(store: Store) -> TrackedOrder:
    Store.objects.filter(pk=store.pk).update(enabled=False)
    return not_sent(store)


def log_in_lost(store: Store) -> TrackedOrder:
    store.organisation.token_set.state = "reconnect"
    store.organisation.token_set.reason = "Xero no longer accepts the log-in."
    store.organisation.token_set.save()
    return half_sent(store)


def held(store: Store) -> TrackedOrder:
    return order(store, state="held", reasons=[reason("tax_unmapped", "No rule for 7 %.")])


def payment_held(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, "110.00", "AUTHORISED")
    document(
        row, "payment", "payment-1", "110.00", state="held", xero_id="",
        reasons=[reason("payment_unmapped", "No account for stripe.")],
    )  # fmt: skip
    return row


def dead(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, state="dead", reasons=[reason("refused", "Email is invalid.")])
    return row


def payment_dead(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, "110.00", "AUTHORISED")
    document(
        row, "payment", "payment-1", "110.00", state="dead", xero_id="",
        reasons=[reason("refused", "The account is archived.")],
    )  # fmt: skip
    return row


def differs(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, "110.01", "AUTHORISED", differs=True, xero_total_units=1_100_100)
    document(row, "payment", "payment-1", "110.00", state="pending", xero_id="")
    return row


def unpaid_differs(store: Store) -> TrackedOrder:
    row = order(store)
    invoice(row, "110.01", "AUTHORISED", differs=True, xero_total_units=1_100_100)
    return row


def skipped(store: Store) -> TrackedOrder:
    return order(store, state="skipped", reasons=[reason("before_cut_over", "It is too old.")])


def left_out(store: Store, how: str = "do_not_sync", **fields: Any) -> TrackedOrder:
    bea, _ = get_user_model().objects.get_or_create(username="bea")
    return order(
        store, state="excluded", excluded_at=clock.now(), excluded_by=bea, excluded_as=how,
        excluded_why="Twice in the shop", reasons=[reason(how, "Marked by a person.")], **fields,
    )  # fmt: skip


def left_out_afterwards(store: Store) -> TrackedOrder:
    row = left_out(store)
    invoice(row, "110.00", "AUTHORISED")
    return row


def by_hand(store: Store) -> TrackedOrder:
    return left_out(store, "handled_by_hand")


def undone(store: Store) -> TrackedOrder:
    row = left_out(store, "undone")
    invoice(row)
    change(row, "cancel")
    row.postings.filter(verb="PUT").update(state="voided", xero_status="VOIDED")
    return row


def being_undone(store: Store) -> TrackedOrder:
    row = left_out(store, "undone")
    invoice(row, "110.00", "AUTHORISED")
    change(row, "cancel", state="retry")
    return row


def undo_refused(store: Store) -> TrackedOrder:
    row = left_out(store, "undone")
    invoice(row, "110.00", "AUTHORISED")
    change(row, "cancel", state="dead", reasons=[reason("refused", "The period is locked.")])
    return row


def undo_of_nothing(store: Store) -> TrackedOrder:
    return left_out(store, "undone")


IN_XERO = "In Xero as S1-000000007, 110.00 AUD."
ORDERS: list[tuple[Callable[[Store], TrackedOrder], str, str]] = [
    (paid, "In Xero", f"{IN_XERO} Paid in full."),
    (part_paid, "In Xero", f"{IN_XERO} 25.00 AUD is due. 85.00 AUD is paid."),
    (unpaid, "In Xero", f"{IN_XERO} 110.00 AUD is due."),
    (of_nothing, "In Xero", "In Xero as S1-000000007, 0.00 AUD. There is nothing to pay."),
    (
        draft, "Draft",
        "Draft in Xero as S1-000000007, 110.00 AUD. It waits for approval; its payment follows "
        "then.",
    ),
    (
        submitted, "Draft",
        "Submitted for approval in Xero as S1-000000007, 110.00 AUD. It waits for approval; its "
        "payment follows then.",
    ),
    (
        draft_of_summary, "Draft",
        "Draft in Xero, in the daily summary S1-D20261120-AUD, which waits for approval.",
    ),
    (
        draft_note, "Draft",
        "Not all of it counts yet: credit note S1-7-R1 waits in Xero for approval.",
    ),
    (
        being_approved, "Working",
        "S1-000000007 is a draft in Xero, and is being approved. Waits its turn.",
    ),
    (approved, "In Xero", f"{IN_XERO} Paid in full."),
    (
        refunded, "Refunded",
        f"{IN_XERO} Refunded: 110.00 of 110.00 AUD, from account 091.",
    ),
    (
        part_refunded, "Part refunded",
        f"{IN_XERO} Part refunded: 55.00 of 110.00 AUD, from account 091. Nothing is due.",
    ),
    (
        refunded_from_two, "Part refunded",
        f"{IN_XERO} Part refunded: 86.00 of 110.00 AUD: 36.00 from account 091, 50.00 from account "
        "835. Nothing is due.",
    ),
    (
        taken_off, "Part refunded",
        f"{IN_XERO} Part refunded: 33.00 of 110.00 AUD, taken off what was due. "
        "17.00 AUD is due. 60.00 AUD is paid.",
    ),
    (
        refunded_elsewhere, "Part refunded",
        f"{IN_XERO} The shop gave back 55.00 of 110.00 AUD, which is not in Xero. "
        "Paid in full.",
    ),
    (
        lowered, "In Xero",
        f"{IN_XERO} Credited after a change: 22.00 of 110.00 AUD, left open for the customer. "
        "Nothing is due.",
    ),
    (raised, "In Xero", "In Xero as S1-000000007, 121.00 AUD. 11.00 AUD is due."),
    (voided, "Cancelled", "Cancelled in the shop: S1-000000007 is voided in Xero."),
    (draft_deleted, "Cancelled", "Cancelled in the shop: S1-000000007 is deleted in Xero."),
    (
        being_voided, "Working",
        "S1-000000007 is being taken back in Xero. Waits its turn.",
    ),
    (
        credited, "Cancelled",
        "Cancelled in the shop, and in Xero as S1-000000007, 110.00 AUD. Credited in full: 110.00 "
        "of 110.00 AUD, left open for the customer.",
    ),
    (issued_anew, "In Xero", "In Xero as S1-000000007-A, 110.00 AUD. Paid in full."),
    (receipt, "In Xero", "In Xero as a bank transaction of 110.00 AUD."),
    (
        refund_alone, "Refunded",
        "In Xero as credit note S1-7-R1: the sale itself was not posted here.",
    ),
    (
        half_sent, "Working",
        "S1-000000007 is in Xero, but not its payment. Waits its turn.",
    ),
    (not_sent, "Working", "On its way to Xero. Waits its turn."),
    (
        in_doubt, "Checking",
        "It was sent, and no answer came. It is looked up in Xero before anything else, so that "
        "nothing is sent twice.",
    ),
    (
        switched_off, "Working",
        "Waits: AU shop is switched off, and nothing of it is sent.",
    ),
    (
        log_in_lost, "Working",
        "S1-000000007 is in Xero, but not its payment. Waits: Xero no longer accepts the log-in.",
    ),
    (held, "Needs you", "Not posted: No rule for 7 %."),
    (payment_held, "Needs you", "Not everything is in Xero: No account for stripe."),
    (dead, "Refused", "Xero refused it: Email is invalid."),
    (
        payment_dead, "Refused",
        "S1-000000007 is in Xero, but Xero refused its payment: The account is archived.",
    ),
    (
        differs, "Differs",
        "S1-000000007 is in Xero with 110.01 AUD; 110.00 was expected, a difference of 0.01. Its "
        "payment waits: compare the two in Xero.",
    ),
    (
        unpaid_differs, "Differs",
        "S1-000000007 is in Xero with 110.01 AUD; 110.00 was expected, a difference of 0.01. "
        "Nothing more of it is sent: compare the two in Xero.",
    ),
    (skipped, "Not synced", "Not synced: It is too old."),
    (left_out, "Not synced", "Not synced: marked by bea. Why: Twice in the shop."),
    (
        left_out_afterwards, "Not synced",
        "Not synced: marked by bea. Why: Twice in the shop. What is in Xero stays: S1-000000007.",
    ),
    (
        by_hand, "Not synced",
        "Handled in Xero by hand, says bea: Twice in the shop. Nothing more of it is sent.",
    ),
    (
        undone, "Not synced",
        "Undone by bea: its documents are taken back in Xero. Why: Twice in the shop.",
    ),
    (
        being_undone, "Not synced",
        "Undo asked for by bea: its documents are being taken back in Xero. Why: Twice in the "
        "shop.",
    ),
    (
        undo_refused, "Refused",
        "Undo asked for by bea, but not all could be taken back in Xero: The period is locked. "
        "Why: Twice in the shop.",
    ),
    (
        undo_of_nothing, "Not synced",
        "Undone by bea: nothing of it was in Xero. Why: Twice in the shop.",
    ),
]  # fmt: skip
NAMES = [row[0].__name__ for row in ORDERS]


@pytest.fixture
def store(db: None) -> Store:
    return StoreFactory(slug="au", number_prefix="S1-")


def made(store: Store, make: Callable[[Store], TrackedOrder]) -> TrackedOrder:
    """With the label that its documents amount to."""
    row = make(store)
    relabel([row.pk])
    return TrackedOrder.objects.select_related("store__organisation__token_set").get(pk=row.pk)


@pytest.mark.parametrize(("make", "word", "sentence"), ORDERS, ids=NAMES)
def test_what_is_said_of_an_order_is_so(
    page: Client, store: Store, make: Callable[[Store], TrackedOrder], word: str, sentence: str
) -> None:
    row = made(store, make)

    assert row.shown[1] == word
    assert condition(row, documents_of(row), row.store.organisation) == sentence
    text = page.get(f"/orders/{row.pk}/").text
    assert f'{row.number} <span class="state {row.shown[0]}">{word}</span>' in text


@pytest.fixture
def every(db: None) -> list[TrackedOrder]:
    """An order in each of the states, each in a store and an organisation of its own."""
    stores = [StoreFactory(slug=name.replace("_", "-"), number_prefix="S1-") for name in NAMES]
    return [made(store, make) for store, (make, *_) in zip(stores, ORDERS, strict=True)]


def test_the_list_says_the_same_word_and_no_green_one_of_what_is_not_all_well(
    page: Client, every: list[TrackedOrder]
) -> None:
    rows = {
        row.pk: part
        for part in page.get("/orders/").text.split("<tr")
        for row in every
        if f'href="/orders/{row.pk}/"' in part
    }

    for row, (_, word, _) in zip(every, ORDERS, strict=True):
        listed = rows[row.pk]
        assert f'<span class="state {row.shown[0]}">{word}</span>' in listed, row.store.slug
        assert ('class="state posted"' in listed) == (word == "In Xero"), row.store.slug


def test_each_filter_finds_what_bears_its_word(page: Client, every: list[TrackedOrder]) -> None:
    def found(state: str) -> set[str]:
        text = page.get(f"/orders/?state={state}").text
        return {row.store.slug for row in every if f'href="/orders/{row.pk}/"' in text}

    def those(wanted: Callable[[TrackedOrder], bool]) -> set[str]:
        return {row.store.slug for row in every if wanted(row)}

    for state in sorted({row.shown[0] for row in every}):
        assert found(state) >= those(lambda row, state=state: row.shown[0] == state), state
    for ending in TrackedOrder.Ending.values:
        assert found(ending) == those(lambda row, ending=ending: row.shown[0] == ending)
    needing = ("held", "dead", "mismatch", "draft")
    assert found("attention") == those(lambda row: row.label in needing)


@pytest.mark.parametrize("make", [row[0] for row in ORDERS], ids=NAMES)
def test_everything_is_in_xero_only_if_it_is(
    page: Client, store: Store, make: Callable[[Store], TrackedOrder]
) -> None:
    CursorFactory(store=store)
    row = made(store, make)

    text = page.get("/").text

    assert ("Everything is in Xero." in text) == (row.label == Label.POSTED)
    assert ("1 draft waits for approval." in text) == (row.label == Label.DRAFT)
    assert ("1 on the way." in text) == (
        row.label in (Label.WORKING, Label.CHECKING) and make is not switched_off
    )
    assert ("1 kept back" in text) == (make is switched_off)
    assert ("Nothing had to be posted" in text) == (row.label == Label.SKIPPED)


@pytest.mark.parametrize(
    ("make", "may"),
    [
        (draft, True), (submitted, True), (draft_of_summary, True), (draft_note, True),
        (paid, False), (being_approved, False), (held, False), (skipped, False),
        (lambda store: draft(store, linked=True), False),
    ],
)  # fmt: skip
def test_a_draft_is_approved_on_the_page_of_its_order(
    page: Client, store: Store, make: Callable[[Store], TrackedOrder], may: bool
) -> None:
    row = made(store, make)

    text = page.get(f"/orders/{row.pk}/").text

    assert ('formaction="/orders/approve/">Approve</button>' in text) == may
    if may and make is not draft_of_summary:
        page.post("/orders/approve/", {"order": row.pk})
        row.refresh_from_db()
        assert (row.approved_at is not None, row.label) == (True, "working")


def test_an_invoice_that_was_approved_is_listed_and_counted_once(
    page: Client, store: Store
) -> None:
    row = made(store, approved)

    assert "1 invoice posted today." in page.get("/").text
    text = page.get(f"/orders/{row.pk}/").text
    documents = text[text.index('id="documents"') : text.index("</table>")]
    assert documents.count(">S1-000000007</a>") == 1
    # and its approval has its own words where it happened
    assert "Approval of invoice S1-000000007: done in Xero" in text
    assert text.count("Invoice S1-000000007 is in Xero") == 1


def test_an_approval_on_its_way_is_called_what_it_is(page: Client, store: Store) -> None:
    row = made(store, being_approved)

    text = page.get(f"/orders/{row.pk}/").text

    assert '<th scope="row">Approval of invoice' in text


# --- the overview: counts → the sentence --------------------------------------------------------

COUNTS = [
    ({"posted": 50}, {}, "Everything is in Xero. 50 invoices posted today."),
    ({"draft": 50}, {}, "50 invoices posted today. 50 drafts wait for approval."),
    (
        {"posted": 9, "draft": 1, "held": 2, "mismatch": 1, "dead": 1, "working": 4, "unknown": 1},
        {},
        "50 invoices posted today. 3 need you. 1 draft waits for approval. 1 was refused by Xero. "
        "5 on the way.",
    ),
    ({"posted": 9}, {"unread": True}, "Everything that was read is in Xero. 50 invoices posted "
     "today."),
    ({"posted": 9, "working": 3}, {"kept": 3}, "50 invoices posted today. 3 kept back: the store "
     "is switched off or not connected."),
    ({"skipped": 4}, {}, "Nothing had to be posted: every order so far is left out, by a rule or "
     "a person. 50 invoices posted today."),
    ({}, {}, "No order has been read yet. Orders appear here as soon as the shop has some."),
    ({}, {"why_none": "No shop is on."}, "No shop is on."),
    ({}, {"shops": 0}, "Nothing is posted yet: no shop is set up."),
]  # fmt: skip


@pytest.mark.parametrize(("counts", "more", "sentence"), COUNTS)
def test_what_the_overview_says_is_so(
    db: None, counts: dict[str, int], more: dict[str, Any], sentence: str
) -> None:
    every = dict.fromkeys(Label.values, 0) | counts

    assert overview_condition(every, 50, [OrganisationFactory()], **more) == sentence


def test_drafts_are_a_cause_of_their_own_and_lead_to_themselves(page: Client, store: Store) -> None:
    for number in range(3):
        OrderFactory(store=store, label="draft", source_id=f"{number + 1}")

    text = page.get("/").text

    assert '<a class="figure" href="/orders/?state=draft"><b>3</b>' in text
    assert "Drafts that wait for approval in Xero</a>" in text
    assert "Look at 3 orders" in text
    assert 'value="drafts"' not in page.get("/orders/").text


# --- the stores: what is the matter → the sentence ----------------------------------------------


def well(store: Store) -> None:
    CursorFactory(store=store)


def with_a_draft(store: Store) -> None:
    CursorFactory(store=store)
    OrderFactory(store=store, label="draft")


def unreadable(store: Store) -> None:
    CursorFactory(store=store, last_error="The shop answers 401.")


def off(store: Store) -> None:
    CursorFactory(store=store)
    Store.objects.update(enabled=False)


def unconnected(store: Store) -> None:
    CursorFactory(store=store)
    Store.objects.update(organisation=None)


def without_keys(store: Store) -> None:
    Store.objects.update(credentials={})


def lost(store: Store) -> None:
    CursorFactory(store=store, last_run_at=clock.now() - timedelta(minutes=3))
    log_in_lost(store)


STORES: list[tuple[Callable[[Store], object], str, str, str]] = [
    (lambda store: None, "1 store. 1 not read yet.", "Not read yet",
     "The first pull reads the orders since the cut-over."),
    (without_keys, "1 store. 1 needs you.", "No keys",
     "It is switched on, and cannot be read: its keys are not entered. Enter them under “Keys” on "
     "the store’s page, and test its connection."),
    (well, "1 store. Every one is read and posted.", "Reading", "Last read 3 minutes ago."),
    (with_a_draft, "1 store. Every one is read. 1 order needs you.", "Reading",
     "Last read 3 minutes ago."),
    (unreadable, "1 store. 1 needs you.", "Cannot read", "The shop answers 401."),
    (off, "1 store. 1 switched off.", "Off",
     "Switched off: nothing is read or posted, the queue is kept."),
    (unconnected, "1 store. 1 needs you.", "No organisation",
     "Waits until “Demo Company (AU)” is connected to Xero."),
    (lost, "1 store. 1 needs you.", "Not posting",
     "It is read, but nothing is posted: Xero no longer accepts the log-in."),
]  # fmt: skip


@pytest.mark.parametrize(("make", "listed", "label", "says"), STORES)
def test_what_is_said_of_a_store_is_so(
    page: Client, store: Store, make: Callable[[Store], object], listed: str, label: str, says: str
) -> None:
    make(store)

    text = page.get("/stores/").text
    assert f'id="condition">{listed}</p>' in text
    own = page.get("/stores/au/").text
    assert f'id="condition">{says}</p>' in own
    assert f">{label}</span></h1>" in own


def test_a_lost_log_in_is_told_once(page: Client, store: Store) -> None:
    lost(store)

    assert page.get("/").text.count('<li class="notice') == 1
