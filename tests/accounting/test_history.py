"""What stands of an order, asked as a build and a plan ask it; and the door that they go by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounting import orders
from accounting.contacts.directory import Contacts
from accounting.history import Entry, History, Slot
from accounting.orders import account_for
from accounting.reasons import Reason
from stores.canonical.order import Order, Payment
from tests.accounting.orders import NOON, D, books, line, order
from tests.accounting.standing import posted
from xero.documents.documents import DocumentStatusChange
from xero.documents.facts import ItemFacts
from xero.documents.kinds import Kind

DAILY = {"posting": {"mode": "daily_summary"}}
DRAFTS = {"posting": {"mode": "daily_summary", "status": "DRAFT"}}
UNDONE = Reason("undone", "Undone in Xero, marked by a person: a mistake")


def entry(purpose: str = "invoice", kind: Kind = Kind.INVOICE, **changes: Any) -> Entry:
    values = {"frozen": True, "posted": True, "status": "AUTHORISED", "currency": "AUD"} | changes
    return Entry(Slot("order", "7", purpose), kind, "S1-1001", **values)


def paid(**changes: Any) -> Order:
    tender = Payment("checkmo", D("110.00"), received_at=NOON)
    return order(line("100.00"), **{"payments": (tender,), "received": D("110.00")} | changes)


# --- questions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stands", "sold", "approved"),
    [
        ((), False, False),
        ((entry(),), True, True),
        ((entry(status="PAID"),), True, True),
        ((entry(status="DRAFT"),), True, False),
        ((entry(), replace(entry(status="SUBMITTED"), slot=Slot("order", "7", "invoice", 2))),
         True, False),
        ((entry("receipt", Kind.BANK_TRANSACTION, status=""),), True, True),
        ((entry(frozen=False, posted=False),), False, False),
        ((entry(ended=True),), False, False),
        ((entry("edit"),), False, False),
    ],
)  # fmt: skip
def test_a_sale_stands_once_it_is_on_its_way(
    stands: tuple[Entry, ...], sold: bool, approved: bool
) -> None:
    history = History(stands)
    assert (history.is_sold, history.is_approved) == (sold, approved)
    assert history.sold_in == ("AUD" if sold else "")


@pytest.mark.parametrize(
    ("changes", "alone", "new"),
    [
        ({}, True, False),
        ({"frozen": False, "posted": False}, True, True),
        ({"frozen": False, "posted": False, "withdrawn": True}, False, True),
        ({"frozen": False, "ended": True}, True, False),
        ({"shared": True}, False, False),
        ({"purpose": "payment-1", "kind": Kind.PAYMENT}, False, False),
    ],
)
def test_what_was_withdrawn_or_is_a_summarys_is_no_document_of_its_own(
    changes: dict[str, Any], alone: bool, new: bool
) -> None:
    history = History((entry(**changes),))
    assert (history.is_alone, history.is_new) == (alone, new)
    assert replace(history, linking=True).is_alone


# --- the door ------------------------------------------------------------------------------------


def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """How often an order is built and planned, in that order."""
    calls: list[str] = []
    for name in ("build_order", "plan_order"):
        real = getattr(orders, name)

        def call(*given: Any, real: Any = real, name: str = name) -> Any:
            calls.append(name)
            return real(*given)

        monkeypatch.setattr(orders, name, call)
    return calls


@pytest.mark.parametrize("rules", [{}, DAILY, DRAFTS], ids=["alone", "summary", "draft"])
@pytest.mark.parametrize("received", ["110.00", "10.00"], ids=["paid", "in part"])
def test_an_order_is_built_once(
    rules: dict[str, Any], received: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = counted(monkeypatch)
    tender = Payment("checkmo", D(received), received_at=NOON)
    found = account_for(books(rules), paid(payments=(tender,), received=D(received)), Contacts())
    assert bool(found.parts) is (bool(rules) and received == "110.00")
    as_a_draft = rules == DRAFTS and not found.parts
    assert calls == ["build_order", "plan_order", *["plan_order"] * as_a_draft]


def test_a_draft_that_stays_alone_is_one_and_a_part_of_a_summary_has_its_money() -> None:
    alone = account_for(books(DRAFTS), paid(payments=(), received=D(0)), Contacts())
    assert alone.built.invoice is not None
    assert (alone.parts, alone.built.invoice.status) == ((), "DRAFT")
    (part,) = account_for(books(DRAFTS), paid(), Contacts()).parts
    assert [money.amount for money in part.money] == [D("110.00")]


def test_a_draft_names_the_item_that_xero_counts_and_stays_alone_whatever_is_in_stock() -> None:
    """It moves no stock before somebody approves it."""
    items = {"SHIRT": ItemFacts("SHIRT", tracked=True, on_hand=D(0))}
    found = account_for(replace(books(DRAFTS), known_items=items), paid(), Contacts())
    assert found.built.invoice is not None
    assert (found.parts, found.built.invoice.lines[0].item_code) == ((), "SHIRT")


def test_what_a_person_has_undone_is_taken_back_and_not_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unpaid = paid(payments=(), received=D(0))
    first = posted(account_for(books(), unpaid, Contacts()).plan, due=D("110.00"))
    calls = counted(monkeypatch)
    found = account_for(books(), unpaid, Contacts(), replace(first, undone=UNDONE))
    assert (found.built.status, found.built.reasons) == ("skipped", (UNDONE,))
    (planned,) = found.plan.documents
    assert isinstance(planned.document, DocumentStatusChange)
    assert (planned.document.status, calls) == ("VOIDED", ["plan_order"])
    nothing = account_for(books(), unpaid, Contacts(), History(undone=UNDONE))
    assert nothing.plan.documents == ()
