"""Which money goes where: what a tender has given back, what an invoice still takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from accounting.history import Entry, History, Slot
from accounting.plan.open_items import Back, OpenCredit, OpenInvoice
from accounting.plan.receivables import Receivables
from tests.accounting.orders import D
from xero.documents.kinds import Kind, Ref
from xero.documents.settling import Allocation, CreditNoteRefund, InvoicePayment

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


def credit(total: str, id: str = "1", **changes: object) -> OpenCredit:
    slot = Slot("refund", id, "credit_note")
    made = OpenCredit(slot, f"S1-1001-R{id}", D(total), DAY, returned=True)
    return replace(made, **changes)  # type: ignore[arg-type]


def allocated(amount: str, of: str) -> Entry:
    return Entry(
        Slot("refund", of, "allocation"), Kind.ALLOCATION, "", True, True, total=D(amount),
        settles=f"S1-1001-R{of}", against="S1-1001",
    )  # fmt: skip


def tender(index: int, amount: str, *, days: int = 0) -> InvoicePayment:
    """What the shop received, as it is to be posted."""
    day = DAY + timedelta(days=days)
    return InvoicePayment(
        Ref(Kind.INVOICE, "S1-1001"), "091", day, D(amount), f"pi_{index}", tender=index
    )


def receivables(*entries: Entry, due: str = "110.00", **options: object) -> Receivables:
    """Of an invoice of so much, before what the entries put on it."""
    invoice = OpenInvoice(SALE, "S1-1001", D(due))
    return Receivables(History(entries), "7", [invoice], **options)  # type: ignore[arg-type]


Used = tuple[list[tuple[str, str]], str]


def used(one: Receivables, what: OpenCredit, account: tuple[str, bool] | None = None) -> Used:
    """What uses up a credit (the account, or the invoice), and how much of it stays open."""
    documents, left = one.use(what, account)
    found = []
    for wanted in documents:
        document = wanted.document
        if isinstance(document, CreditNoteRefund):
            found.append((document.account, str(document.amount)))
        elif isinstance(document, Allocation):
            assert isinstance(document.invoice, Ref)
            found.append((document.invoice.key, str(document.amount)))
    return found, str(left)


def test_what_a_tender_gave_back_before_is_not_there_any_more() -> None:
    one = receivables(paid(1, "110.00"), given_back(1, "60.00", of="1"))
    assert used(one, credit("110.00", "2")) == ([("091", "50.00")], "60.00")


def test_what_a_tender_gives_back_now_is_not_there_for_the_next_credit() -> None:
    one = receivables(paid(1, "110.00"))
    assert used(one, credit("60.00", "1")) == ([("091", "60.00")], "0.00")
    assert used(one, credit("60.00", "2")) == ([("091", "50.00")], "10.00")


def test_what_went_back_to_another_method_is_no_money_that_is_here() -> None:
    """Of 60 paid by card, 50 went back by bank: of 55 more, 10 are money and 45 are due."""
    one = receivables(paid(1, "60.00"))
    assert used(one, credit("50.00", "1"), CHEQUE) == ([("970", "50.00")], "0.00")
    assert used(one, credit("55.00", "2"), CHEQUE) == (
        [("970", "10.00"), ("S1-1001", "45.00")], "0.00",
    )  # fmt: skip
    assert one.received == D("0.00")


def test_what_was_refilled_is_not_given_back_from_that_tender_again() -> None:
    issued = frozenset({("835", False)})
    one = receivables(paid(1, "50.00", "835"), paid(2, "60.00"), issued=issued)
    back = Back("835", False, D("30.00"), bound=True)
    assert used(one, credit("40.00", "1", back=(back,), stated=True)) == (
        [("835", "30.00"), ("091", "10.00")], "0.00",
    )  # fmt: skip
    assert used(one, credit("70.00", "2", back=(back,), stated=True)) == (
        [("835", "20.00"), ("091", "50.00")], "0.00",
    )  # fmt: skip


def test_money_that_people_post_goes_back_by_them_and_counts_as_given_back() -> None:
    one = receivables(paid(1, "60.00"))
    invoice, day = Ref(Kind.INVOICE, "S1-1001"), DAY + timedelta(days=9)
    one.tenders.elsewhere([InvoicePayment(invoice, "090", day, D("50.00"), "", tender=2)])
    assert used(one, credit("40.00", "1")) == ([("S1-1001", "40.00")], "0.00")
    assert used(one, credit("40.00", "2")) == (
        [("091", "30.00"), ("S1-1001", "10.00")], "0.00",
    )  # fmt: skip


def test_of_two_cards_on_one_account_the_second_is_refilled_though_the_first_was() -> None:
    done = given_back(1, "30.00", of="1", account="835")
    one = receivables(paid(1, "50.00", "835"), done, issued=frozenset({("835", False)}))
    back = tuple(Back("835", False, D(part), bound=True) for part in ("30.00", "20.00"))
    assert used(one, credit("50.00", "1", back=back, stated=True)) == ([("835", "20.00")], "0.00")


def test_what_went_back_before_goes_back_no_more_and_stays_open() -> None:
    one = receivables(paid(1, "110.00"))
    assert used(one, credit("40.00", went_back=D("15.00"))) == ([("091", "25.00")], "15.00")


def test_what_went_back_before_is_put_against_what_is_due() -> None:
    one = receivables(paid(1, "100.00"))
    assert used(one, credit("40.00", went_back=D("15.00"))) == (
        [("091", "25.00"), ("S1-1001", "10.00")], "5.00",
    )  # fmt: skip


@pytest.mark.parametrize("xero_id", ["", "c6a0f3a2"])
def test_an_allocation_waits_for_an_invoice_of_ours_and_takes_another_by_its_id(
    xero_id: str,
) -> None:
    invoice = OpenInvoice(SALE, "S1-1001", D("110.00"), xero_id)
    ((wanted,), _) = Receivables(History(), "7", [invoice]).use(credit("40.00"), None)
    assert isinstance(wanted.document, Allocation)
    if xero_id:
        assert (wanted.document.invoice, wanted.target) == (xero_id, None)
    else:
        assert (wanted.document.invoice, wanted.target) == (Ref(Kind.INVOICE, "S1-1001"), SALE)


def test_a_card_that_was_refilled_in_part_takes_the_rest_of_it() -> None:
    one = receivables(paid(1, "110.00"), given_back(0, "30.00", of="1", account="835"))
    back = Back("835", False, D("50.00"), bound=False)
    assert used(one, credit("90.00", back=(back,), stated=True)) == (
        [("835", "20.00"), ("091", "40.00")], "0.00",
    )  # fmt: skip


def test_what_went_back_on_cards_of_one_account_is_spread_over_them_once() -> None:
    one = receivables(paid(1, "30.00", "835"), paid(2, "40.00", "835"), paid(3, "40.00"),
               issued=frozenset({("835", False)}))  # fmt: skip
    back = Back("835", False, D("50.00"), bound=True)
    assert used(one, credit("60.00", back=(back,), stated=True)) == (
        [("835", "30.00"), ("835", "20.00"), ("091", "10.00")], "0.00",
    )  # fmt: skip


def test_people_give_back_what_they_post_of_a_tender_and_not_what_is_posted_from_here() -> None:
    """Of a tender of 50, 20 are posted from here: 30 go back by people, 20 from here."""
    one = receivables(paid(1, "60.00"), paid(2, "20.00"))
    one.tenders.elsewhere([tender(2, "50.00", days=9)])
    assert used(one, credit("80.00")) == (
        [("091", "20.00"), ("091", "30.00"), ("S1-1001", "30.00")], "0.00",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("theirs", "by_us", "ours", "put"),
    [
        ([0], "0.00", "50.00", None),  # what is posted from here is all there yet
        ([9, 8], "0.00", None, "50.00"),  # of two tenders, one is there yet
        ([9], "20.00", "30.00", "20.00"),  # what was refunded from here did not go back by them
    ],
)
def test_a_refund_that_was_put_on_the_invoice_went_back_where_people_post_the_money(
    theirs: list[int], by_us: str, ours: str | None, put: str | None
) -> None:
    """Of 60 posted from here and 50 for each tender of theirs, 50 went back: 50 more."""
    done = [allocated(str(D("50.00") - D(by_us)), of="1")]
    done += [given_back(1, by_us, of="1")] if D(by_us) else []
    one = receivables(paid(1, "60.00"), *done, due="500.00")
    one.tenders.elsewhere([tender(2 + at, "50.00", days=days) for at, days in enumerate(theirs)])
    assert used(one, credit("50.00", "1")) == ([], "0.00")
    expected = [("091", ours)] * bool(ours) + [("S1-1001", put)] * bool(put)
    assert used(one, credit("50.00", "2")) == (expected, "0.00")


def test_a_refund_pays_money_back_first_and_any_other_credit_is_put_against_what_is_due() -> None:
    assert used(receivables(paid(1, "60.00")), credit("60.00")) == ([("091", "60.00")], "0.00")
    cancelled = credit("110.00", slot=Slot("order", "7", "cancel-credit"))
    assert used(receivables(paid(1, "60.00")), cancelled) == (
        [("S1-1001", "50.00"), ("091", "60.00")], "0.00",
    )  # fmt: skip
    by_hand = credit("60.00", returned=False)
    assert used(receivables(paid(1, "60.00")), by_hand) == ([("S1-1001", "50.00")], "10.00")


def test_the_credit_of_a_change_for_the_money_of_a_refund_is_used_as_that_refund() -> None:
    edit = Slot("order", "7", "edit", 1)
    same = credit("30.00", slot=edit, purpose="", source=("refund", "5"))
    (wanted,), left = receivables(paid(1, "60.00")).use(same, None)
    assert (wanted.slot, wanted.parent, left) == (Slot("refund", "5", "refund-1"), edit, D("0.00"))


@pytest.mark.parametrize("dated", [DAY, None])
def test_what_was_paid_last_goes_back_first_whatever_its_place(dated: date | None) -> None:
    first = replace(paid(2, "50.00", "970"), dated=dated)
    earlier = replace(paid(3, "50.00", "972"), dated=dated)
    one = receivables(paid(1, "60.00"), first, earlier, due="160.00")
    assert used(one, credit("80.00")) == ([("091", "60.00"), ("972", "20.00")], "0.00")


def test_what_one_credit_took_of_what_is_due_is_not_there_for_the_next() -> None:
    one = receivables(due="50.00")
    assert used(one, credit("40.00", "1")) == ([("S1-1001", "40.00")], "0.00")
    assert used(one, credit("40.00", "2")) == ([("S1-1001", "10.00")], "30.00")


def test_where_nobody_says_what_of_the_money_is_booked_a_refund_is_put_against_what_is_due() -> (
    None
):
    one = receivables(paid(1, "60.00"), credit_first=True)
    assert used(one, credit("60.00")) == ([("S1-1001", "50.00"), ("091", "10.00")], "0.00")


def test_what_one_credit_note_put_on_a_card_is_not_what_another_one_puts_there() -> None:
    done = given_back(1, "30.00", of="1", account="835")
    one = receivables(paid(1, "50.00", "835"), done, issued=frozenset({("835", False)}))
    back = (Back("835", False, D("20.00"), bound=True),)
    assert used(one, credit("20.00", "2", back=back, stated=True)) == ([("835", "20.00")], "0.00")


def test_a_credit_note_that_is_used_up_pays_nothing_back() -> None:
    one = receivables(paid(1, "110.00"), allocated("60.00", of="1"))
    assert used(one, credit("60.00"), CHEQUE) == ([], "0.00")


def test_money_goes_to_another_method_as_far_as_money_came_in_and_the_rest_is_credit() -> None:
    """Of 60 in money and 50 by card, 80 are given back by bank: 20 of it is due, and no money."""
    issued = frozenset({("835", False)})
    one = receivables(paid(1, "50.00", "835"), paid(2, "60.00"), due="160.00", issued=issued)
    assert used(one, credit("80.00"), CHEQUE) == (
        [("970", "60.00"), ("S1-1001", "20.00")], "0.00",
    )  # fmt: skip


def test_where_the_shop_names_no_method_none_is_the_one_it_names() -> None:
    one = receivables(paid(1, "60.00"))
    one.tenders.know([replace(tender(2, "50.00", days=9), account="970", method="checkmo")])
    assert used(one, credit("30.00")) == ([("970", "30.00")], "0.00")
