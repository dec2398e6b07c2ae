"""What credits a sale: refunds against what the order says of them, and what of them stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from accounting.contacts.directory import Contacts
from accounting.history import History
from accounting.plan.plan import plan_order
from accounting.sale.build import build_order
from stores.canonical.order import Payment
from stores.canonical.refund import TenderBack
from tests.accounting.orders import NOON, D, books, codes, row
from tests.accounting.plan.test_one_event import ordered, seen
from tests.accounting.sale.test_refund_documents import METHODS, back, built, paid_back, refunded
from tests.accounting.standing import posted
from xero.documents.kinds import Kind
from xero.documents.settling import Allocation


@pytest.mark.parametrize(("stated", "said"), [("22.02", []), ("22.03", ["refund_not_given"])])
def test_what_went_back_on_cards_may_be_rounded_by_a_cent_for_each_memo_and_no_more(
    stated: str, said: list[str]
) -> None:
    card = TenderBack("gift_cards_amount", "Gift card", D("11.00"), of="gift_cards_amount")
    made = replace(
        refunded(*(back("11.00", id=id, tenders=(card,)) for id in "78"), given_back=D(stated)),
        rows=(row("gift_cards_amount", "-30.00"),), total=D("80.00"), received=D("80.00"),
        payments=(Payment("checkmo", D("80.00"), received_at=NOON),), refunded=D(0),
    )  # fmt: skip
    answer = built(made, {"gift_cards": {"unknown": "liability"}})
    assert codes(answer) == said
    assert paid_back(answer) == [("S1-1001-R7", "835", "11.00"), ("S1-1001-R8", "835", "11.00")]


def test_a_credit_note_that_was_never_sent_is_made_anew_of_what_the_refund_is_by_now() -> None:
    setting = books(METHODS)
    first = refunded(back("22.00"))
    history = posted(plan_order(setting, first, build_order(setting, first, Contacts())))
    unsent = ("credit_note", "refund-1")
    history = History(tuple(
        replace(e, frozen=False, posted=False) if e.slot.purpose in unsent else e
        for e in history.entries
    ))  # fmt: skip
    now = refunded(back("33.00"))
    plan = plan_order(setting, now, build_order(setting, now, Contacts(), history), history)
    notes = [w.document.expected() for w in plan.documents if w.document.kind is Kind.CREDIT_NOTE]
    assert [one.total for one in notes if one is not None] == [D("33.00")]


def test_what_uses_up_the_credit_note_of_a_change_bears_its_date() -> None:
    """Also where it was approved, or freed in Xero, long after."""
    lowered = ordered("80.00", paid="60.00")
    one = seen(ordered("80.00", "20.00", paid="60.00"), lowered)
    (note,) = one.standing(Kind.CREDIT_NOTE)
    freed = History(tuple(e for e in one.entries if e.kind is not Kind.ALLOCATION))
    later = replace(lowered, updated_at=lowered.updated_at + timedelta(days=40))
    built = build_order(one.books, later, Contacts(), freed)
    (wanted,) = plan_order(one.books, later, built, freed).documents
    assert isinstance(wanted.document, Allocation)
    assert (wanted.document.date, wanted.document.amount) == (note.dated, D("22.00"))
