"""How documents are taken back, and what cannot be: pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accounting.undo import OrderDocuments, PostedDocument, UndoPlan, UndoWay, plan_undo

TODAY = date(2026, 3, 20)
FULL, D90, ZERO = Decimal("110.00"), Decimal("90.00"), Decimal(0)
INVOICE = PostedDocument(
    "invoice", "S1-1", "posted", "i", "AUTHORISED", FULL, FULL, FULL, date(2026, 3, 2)
)
PAID = replace(INVOICE, status="PAID", due=ZERO)
PAYMENT = PostedDocument("payment", "tx", "posted", "p", "AUTHORISED", FULL, FULL)
NOTE = PostedDocument("credit_note", "S1-1-R1", "posted", "c", "PAID", Decimal("20.00"))


def plan(*documents: PostedDocument, lock_date: date | None = None) -> UndoPlan:
    orders = [OrderDocuments(1, "1001", "AUD", documents)]
    return plan_undo(orders, today=TODAY, lock_date=lock_date)


@pytest.mark.parametrize(
    ("documents", "lock_date", "way", "amount", "refunded"),
    [
        ((replace(INVOICE, status="DRAFT"),), None, UndoWay.DELETE, FULL, ZERO),
        ((replace(INVOICE, status="SUBMITTED"),), None, UndoWay.DELETE, FULL, ZERO),
        ((INVOICE,), None, UndoWay.VOID, FULL, ZERO),
        # its month is over, or its day locked: an old return is never changed
        ((replace(INVOICE, day=date(2026, 2, 28)),), None, UndoWay.CREDIT, FULL, ZERO),
        ((INVOICE,), date(2026, 3, 2), UndoWay.CREDIT, FULL, ZERO),
        ((PAID, PAYMENT), None, UndoWay.CREDIT, FULL, FULL),
        ((replace(INVOICE, due=Decimal("60.00")),), None, UndoWay.CREDIT, FULL, Decimal("50.00")),
        ((PAID, PAYMENT, NOTE), None, UndoWay.CREDIT, Decimal("90.00"), Decimal("90.00")),
    ],
)
def test_each_state_has_its_way_back(
    documents: tuple[PostedDocument, ...], lock_date: date | None, way: UndoWay, amount: Decimal,
    refunded: Decimal,
) -> None:  # fmt: skip
    found = plan(*documents, lock_date=lock_date)
    (step,) = found.steps
    assert (step.way, step.key, step.amount, step.refunded) == (way, "S1-1", amount, refunded)
    assert (found.cannot, found.orders) == ((), [1])


@pytest.mark.parametrize(
    ("documents", "lock_date", "words"),
    [
        ((), None, "Nothing of it is in Xero."),
        ((replace(INVOICE, status="VOIDED"),), None, "voided or credited already"),
        ((PAID, replace(NOTE, total=FULL)), None, "voided or credited already"),
        ((INVOICE, replace(PAYMENT, state="unknown", xero_id="")), None, "not known yet"),
        ((replace(INVOICE, total=Decimal("120.00")),), None, "from 110.00 to 120.00"),
        ((INVOICE,), date(2026, 3, 31), "locked up to 2026-03-31"),
    ],
)
def test_what_cannot_be_undone_says_why_and_nothing_is_done(
    documents: tuple[PostedDocument, ...], lock_date: date | None, words: str
) -> None:
    found = plan(*documents, lock_date=lock_date)
    (reason,) = found.cannot
    assert words in reason.text
    assert found.steps == ()


def test_a_payment_is_never_removed_and_that_is_said() -> None:
    (note,) = plan(PAID, PAYMENT).notes
    assert (note.key, "matched with the bank" in note.text) == ("tx", True)


def test_what_waits_is_withdrawn_and_a_draft_in_a_locked_period_deleted() -> None:
    waiting = replace(INVOICE, state="pending", xero_id="")
    (step,) = plan(waiting).steps
    assert (step.way, step.amount) == (UndoWay.WITHDRAW, ZERO)
    (step,) = plan(replace(INVOICE, status="DRAFT"), lock_date=date(2026, 12, 31)).steps
    assert step.way is UndoWay.DELETE


def test_a_part_of_a_summary_is_credited_whatever_the_summary_is() -> None:
    """The summary is over 500.00; 110.00 of it are the order's, all paid."""
    whole = Decimal("500.00")
    part = replace(
        INVOICE, total=whole, posted_total=whole, part_of="S1-D20260302-AUD", share=FULL, due=ZERO
    )
    refund = replace(
        NOTE, total=whole, key="S1-1-R1", part_of="S1-D20260302-AUD-R", share=Decimal("20.00")
    )
    for status in ("PAID", "AUTHORISED"):
        (step,) = plan(replace(part, status=status), refund).steps
        assert (step.way, step.amount, step.refunded) == (UndoWay.CREDIT, D90, D90)
        assert "S1-D20260302-AUD itself stays" in step.text
    (step,) = plan(replace(part, status="DRAFT")).steps
    assert (step.way, step.amount) == (UndoWay.CREDIT, FULL)
    assert "used once both are approved" in step.text
    (changed,) = plan(replace(part, total=Decimal("501.00"))).cannot
    assert "A person changed S1-D20260302-AUD in Xero from 500.00 to 501.00" in changed.text
    (waits,) = plan(replace(part, state="sending")).cannot
    assert "n its way" in waits.text
