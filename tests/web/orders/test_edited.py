"""The question on an order's page of which a document was written over in Xero, and its answers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from stores.models import Store
from sync.models import Posting, TrackedOrder
from tests.web.factories import OrderFactory, PostingFactory, UserFactory, reason
from xero.documents.statuses import GONE
from xero.models import MirrorDocument


def edited(store: Store, total: int, status: str = "AUTHORISED", **fields: Any) -> TrackedOrder:
    """An order of 110.00 whose invoice is over `total` by a person's hand."""
    row: TrackedOrder = OrderFactory(
        store=store, source_id="7", number="000000007", label="held", state="ready",
        reasons=[reason("changed_in_xero")],
        **fields,
    )  # fmt: skip
    posting = PostingFactory(order=row, conflict=True, key="S1-7", xero_status=status)
    MirrorDocument.objects.create(
        organisation=posting.organisation, kind="invoice", xero_id=posting.xero_id, number="S1-7",
        status=status, total=total, tax=0, amount_due=total,
    )  # fmt: skip
    return row


@pytest.mark.parametrize(
    ("total", "says"),
    [
        (1_000_000, "an invoice of 10.00 AUD"),
        (1_250_000, "a credit note of 15.00 AUD"),
        (1_100_000, "to 110.00 AUD in the shop"),
    ],
)
def test_the_page_says_what_the_difference_is(
    page: Client, store: Store, total: int, says: str
) -> None:
    row = edited(store, total)
    text = " ".join(page.get(f"/orders/{row.pk}/").text.split())
    assert says in text
    assert "Post the difference" in text
    assert "Keep what Xero has" in text


def test_a_difference_is_asked_for(page: Client, store: Store) -> None:
    row = edited(store, 1_000_000)
    answer = page.post("/orders/post-difference/", {"order": row.pk}, follow=True)
    assert "1 order: what Xero has stays, and the difference is on its way." in answer.text
    assert Posting.objects.get().answer == "difference"
    assert TrackedOrder.objects.get().build_at is not None
    # And nothing is asked for twice of one that has been answered.
    Posting.objects.update(conflict=False)
    answer = page.post("/orders/post-difference/", {"order": row.pk}, follow=True)
    assert "had nothing that was changed in Xero" in answer.text


@pytest.mark.parametrize("status", GONE)
def test_what_is_gone_from_xero_has_no_difference(page: Client, store: Store, status: str) -> None:
    row = edited(store, 1_000_000, status)
    assert "post-difference" not in page.get(f"/orders/{row.pk}/").text
    page.post("/orders/post-difference/", {"order": row.pk})
    assert Posting.objects.get().answer == ""


def test_who_may_only_look_is_asked_nothing(store: Store) -> None:
    row, viewer = edited(store, 1_000_000), Client()
    viewer.force_login(UserFactory(is_superuser=False))
    assert "post-difference" not in viewer.get(f"/orders/{row.pk}/").text
    assert viewer.post("/orders/post-difference/", {"order": row.pk}).status_code == 403
