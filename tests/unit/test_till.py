"""Which money goes where: what a tender has given back, what an invoice still takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from sync.history import Entry, History, Slot
from sync.till import Back, Credit, Debit, Till
from tests.unit.orders import D
from xero.documents import Allocation, Kind, Payment, Ref, Refund

DAY = date(2026, 3, 2)
SALE = Slot("order", "7", "invoice")
CARD, CHEQUE = ("091", False), ("970", False)


def paid(index: int, amount: str, account: str = "091") -> Entry:
    return Entry(
        Slot("order", "7", f"payment-{index}"), Kind.PAYMENT, "", True, True, total=D(amount),
        settles="S1-1001", account=account, dated=DAY + timedelta(days=index),
    )  # fmt: skip


def given_back(index: int, amount: str, of: str, account: str = "091") -> Entry:
    return Entry(
        Slot("refund", of, f"refund-{index}"), Kind.REFUND, "", True, True, total=D(amount),
        settles=f"S1-1001-R{of}", account=account, dated=DAY,
    )  # fmt: skip


def credit(total: str, id: str = "1", **changes: object) -> Credit:
    slot = Slot("refund", id, "credit_note")
    made = Credit(slot, f"S1-1001-R{id}", D(total), DAY, returned=True)
    return replace(made, **changes)  # type: ignore[arg-type]


def till(*entries: Entry, due: str = "110.00", **options: object) -> Till:
    """Of an invoice of so much, before what the entries put on it."""
    debit = Debit(SALE, "S1-1001", D(due))
    return Till(History(entries), "7", [debit], **options)  # type: ignore[arg-type]


Used = tuple[list[tuple[str, str]], str]


def used(one: Till, what: Credit, account: tuple[str, bool] | None = None) -> Used:
    """What uses up a credit (the account, or the invoice), and how much of it stays open."""
    wants, left = one.use(what, account)
    found = []
    for want in wants:
        document = want.document
        if isinstance(document, Refund):
            found.append((document.account, str(document.amount)))
        elif isinstance(document, Allocation):
            assert isinstance(document.invoice, Ref)
            found.append((document.invoice.key, str(document.amount)))
    return found, str(left)


def test_what_a_tender_gave_back_before_is_not_there_any_more() -> None:
    one = till(paid(1, "110.00"), given_back(1, "60.00", of="1"))
    assert used(one, credit("110.00", "2")) == ([("091", "50.00")], "60.00")


def test_what_a_tender_gives_back_now_is_not_there_for_the_next_credit() -> None:
    one = till(paid(1, "110.00"))
    assert used(one, credit("60.00", "1")) == ([("091", "60.00")], "0.00")
    assert used(one, credit("60.00", "2")) == ([("091", "50.00")], "10.00")


def test_what_went_back_to_another_method_is_no_money_that_is_here() -> None:
    """Of 60 paid by card, 50 went back by bank: of 55 more, 10 are money and 45 are due."""
    one = till(paid(1, "60.00"))
    assert used(one, credit("50.00", "1"), CHEQUE) == ([("970", "50.00")], "0.00")
    assert used(one, credit("55.00", "2"), CHEQUE) == (
        [("970", "10.00"), ("S1-1001", "45.00")], "0.00",
    )  # fmt: skip
    assert one.received == D("0.00")


def test_what_was_refilled_is_not_given_back_from_that_tender_again() -> None:
    issued = frozenset({("835", False)})
    one = till(paid(1, "50.00", "835"), paid(2, "60.00"), issued=issued)
    back = Back("835", False, D("30.00"), bound=True)
    assert used(one, credit("40.00", "1", back=(back,), stated=True)) == (
        [("835", "30.00"), ("091", "10.00")], "0.00",
    )  # fmt: skip
    assert used(one, credit("70.00", "2", back=(back,), stated=True)) == (
        [("835", "20.00"), ("091", "50.00")], "0.00",
    )  # fmt: skip


def test_money_that_people_post_goes_back_by_them_and_counts_as_given_back() -> None:
    one = till(paid(1, "60.00"))
    one.elsewhere([Payment(Ref(Kind.INVOICE, "S1-1001"), "090", DAY + timedelta(days=9),
                           D("50.00"), "", tender=2)])  # fmt: skip
    assert used(one, credit("40.00", "1")) == ([("S1-1001", "40.00")], "0.00")
    assert used(one, credit("40.00", "2")) == (
        [("091", "30.00"), ("S1-1001", "10.00")], "0.00",
    )  # fmt: skip


@pytest.mark.parametrize(("amount", "posted"), [("60.00", []), ("60.01", ["0.01"])])
def test_a_tender_is_posted_as_far_as_it_is_not_posted_yet(amount: str, posted: list[str]) -> None:
    one = till(paid(1, "60.00"))
    payment = Payment(Ref(Kind.INVOICE, "S1-1001"), "091", DAY, Decimal(amount), "pi_1", tender=1)
    wants = one.receive([payment], again=[])
    assert [str(want.document.amount) for want in wants] == posted  # type: ignore[union-attr]
    assert (one.short, one.over) == ([], [])


@pytest.mark.parametrize(
    ("not_payable", "posted", "covered"), [(False, ["110.00"], []), (True, [], ["110.00"])]
)
def test_what_people_paid_is_looked_for_once_and_then_covers_the_tender(
    not_payable: bool, posted: list[str], covered: list[str]
) -> None:
    """Their payment may be this very one, which is then found on the invoice."""
    waiting = Entry(
        Slot("order", "7", "payment-1"), Kind.PAYMENT, "", False, False, not_payable=not_payable
    )
    debit = Debit(SALE, "S1-1001", D("110.00"), by_people=D("110.00"))
    one = Till(History((waiting,)), "7", [debit])
    payment = Payment(Ref(Kind.INVOICE, "S1-1001"), "091", DAY, D("110.00"), "pi_1", tender=1)
    wants = one.receive([payment], again=[])
    assert [str(want.document.amount) for want in wants] == posted  # type: ignore[union-attr]
    assert all(want.look_up for want in wants)
    assert [str(theirs) for _, theirs in one.covered] == covered
    assert one.over == []


def test_a_second_payment_of_a_tender_is_told_from_the_first_by_its_place_and_reference() -> None:
    one = till(paid(1, "60.00"))
    payment = Payment(Ref(Kind.INVOICE, "S1-1001"), "091", DAY, D("110.00"), "pi_1", tender=1)
    (want,) = one.receive([payment], again=[])
    assert want.slot == Slot("order", "7", "payment-1", revision=2)
    assert isinstance(want.document, Payment)
    assert (want.document.amount, want.document.reference) == (D("50.00"), "pi_1-2")


def test_a_payment_that_was_removed_in_xero_leaves_its_place_to_nobody() -> None:
    gone = replace(paid(1, "110.00"), frozen=False, ended=True)
    payment = Payment(Ref(Kind.INVOICE, "S1-1001"), "091", DAY, D("110.00"), "pi_1", tender=1)
    (want,) = till(gone).receive([payment], again=[])
    assert want.slot == Slot("order", "7", "payment-1", revision=2)


def test_of_two_cards_on_one_account_the_second_is_refilled_though_the_first_was() -> None:
    done = given_back(1, "30.00", of="1", account="835")
    one = till(paid(1, "50.00", "835"), done, issued=frozenset({("835", False)}))
    back = tuple(Back("835", False, D(part), bound=True) for part in ("30.00", "20.00"))
    assert used(one, credit("50.00", "1", back=back, stated=True)) == ([("835", "20.00")], "0.00")
