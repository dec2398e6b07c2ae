"""Refunds of what gift cards, store credit and points had paid for: before tenders, and to each."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.contacts.directory import Contacts
from accounting.gift_cards import CardFacts, CardMove, CardUse
from accounting.history import NOTHING_YET, History
from accounting.plan.plan import Plan, plan_order
from accounting.reconcile.expected import figures_of
from accounting.sale.build import build_order
from accounting.sale.built import Built
from stores.adapters.magento.records.parse import parse_order
from stores.canonical.order import Order
from stores.canonical.records import ParseFacts
from tests.accounting.card_orders import CODES, CardOrder, worked
from tests.accounting.one_order import OneOrder
from tests.accounting.orders import account, books, merged, organisation
from tests.accounting.standing import posted
from xero.documents.documents import CreditNote, Invoice
from xero.documents.kinds import Kind
from xero.documents.settling import CreditNoteRefund, InvoicePayment

D = Decimal
RULES: dict[str, Any] = {
    "accounts": {"rewards": "837", "refund_adjustments": "260"},
    "payment_accounts": {"stripe": "091"},
    "gift_cards": {"unknown": "liability"},
}
ACCOUNT = dict(zip(CODES, ("835", "836", "837"), strict=True))
CLEARING = account("091", "ASSET", type="BANK")
PAYABLE = organisation(CLEARING, account("837", "LIABILITY", payments_enabled=True))
NO_PAYMENTS = organisation(
    CLEARING, *(account(code, "LIABILITY") for code in ("835", "836", "837"))
)


def read(made: CardOrder) -> Order:
    text = json.dumps(made.record())
    return parse_order(json.loads(text, parse_float=Decimal), ParseFacts())


class Answer:
    """What an order becomes, by its documents."""

    def __init__(
        self, made: CardOrder | Order, rules: dict[str, Any] | None = None, facts: Any = PAYABLE,
        history: History = NOTHING_YET, cards: CardFacts | None = None, **store: Any,
    ) -> None:  # fmt: skip
        order = read(made) if isinstance(made, CardOrder) else made
        found = books(merged(RULES, rules or {}), facts, **store)
        self.books = replace(found, cards=cards or CardFacts())
        self.built: Built = build_order(self.books, order, Contacts())
        self.plan: Plan = plan_order(self.books, order, self.built, history)
        self.figures = figures_of(self.books, order, tax=self.built.tax)
        self.wanted = [wanted.document for wanted in self.plan.documents]

    @property
    def codes(self) -> list[str]:
        return [reason.code for reason in (*self.built.reasons, *self.plan.reasons)]

    @property
    def notes(self) -> list[tuple[str, Decimal, Decimal]]:
        return [
            (one.number, one.expected().total, one.expected().total_tax)
            for one in self.wanted
            if isinstance(one, CreditNote)
        ]

    @property
    def lines(self) -> list[list[tuple[str, Decimal]]]:
        """Account and amount of each line of each credit note."""
        notes = [one for one in self.wanted if isinstance(one, CreditNote)]
        return [[(line.account, line.amount) for line in note.lines] for note in notes]

    def money(self, kind: type[InvoicePayment] | type[CreditNoteRefund]) -> Counter[str]:
        """By account, what was paid or given back."""
        found: Counter[str] = Counter()
        for one in self.wanted:
            if isinstance(one, kind):
                found[one.account] += one.amount
        return found


# --- the worked example ------------------------------------------------------------------------


def test_all_that_a_card_and_a_gateway_paid_goes_back_to_each() -> None:
    made = worked()
    made.refund(2)
    answer = Answer(made)
    assert answer.notes == [("S1-1001-R1", D("86.00"), D("14.33"))]
    assert answer.money(InvoicePayment) == {"091": D("36.00"), "835": D("50.00")}
    assert answer.money(CreditNoteRefund) == {"091": D("36.00"), "835": D("50.00")}
    assert answer.codes == []


def test_a_memo_of_nothing_but_a_card_is_a_refund_like_any_other() -> None:
    made = worked()
    assert made.refund(1)["grand_total"] == 0
    answer = Answer(made)
    assert answer.notes == [("S1-1001-R1", D("43.00"), D("7.16"))]
    assert answer.money(CreditNoteRefund) == {"835": D("43.00")}
    made.refund(1)
    answer = Answer(made)
    assert [total for _, total, _ in answer.notes] == [D("43.00"), D("43.00")]
    assert sum(tax for _, _, tax in answer.notes) == D("14.33")
    assert answer.money(CreditNoteRefund) == {"835": D("50.00"), "091": D("36.00")}


def test_the_second_memo_is_planned_upon_the_first_one_in_xero() -> None:
    made = worked()
    made.refund(1)
    before = posted(Answer(made).plan)
    made.refund(1)
    answer = Answer(made, history=before)
    assert [number for number, _, _ in answer.notes] == ["S1-1001-R2"]
    assert answer.money(CreditNoteRefund) == {"835": D("7.00"), "091": D("36.00")}
    assert (
        Answer(made, history=History((*before.entries, *posted(answer.plan).entries))).wanted == []
    )


def test_all_three_tenders_at_once() -> None:
    made = worked([(CODES[0], 3000), (CODES[1], 2000), (CODES[2], 1000)])
    made.refund(2)
    answer = Answer(made)
    assert answer.notes == [("S1-1001-R1", D("86.00"), D("14.33"))]
    assert answer.money(CreditNoteRefund) == {
        "835": D("30.00"), "836": D("20.00"), "837": D("10.00"), "091": D("26.00")
    }  # fmt: skip


def test_an_order_that_a_card_paid_for_whole_is_credited_whole_though_it_is_closed() -> None:
    made = worked([(CODES[0], 8600)])
    made.refund(2)
    answer = Answer(made, {"statuses": {"invoice": ["processing"]}})
    assert answer.notes == [("S1-1001-R1", D("86.00"), D("14.33"))]
    assert answer.money(InvoicePayment) == answer.money(CreditNoteRefund) == {"835": D("86.00")}


# --- a liability that takes no payments --------------------------------------------------------


def test_where_the_liability_takes_no_payments_the_line_of_the_invoice_is_on_the_note_too() -> None:
    made = worked()
    made.refund(2)
    answer = Answer(made, facts=NO_PAYMENTS)
    assert answer.notes == [("S1-1001-R1", D("36.00"), D("14.33"))]
    assert answer.lines == [[("200", D("86.00")), ("835", D("-50.00"))]]
    assert answer.money(CreditNoteRefund) == answer.money(InvoicePayment) == {"091": D("36.00")}


def test_a_note_of_nothing_moves_the_goods_back_to_the_card() -> None:
    made = worked()
    made.refund(1)
    answer = Answer(made, facts=NO_PAYMENTS)
    assert [total for _, total, _ in answer.notes] == [D("0.00")]
    assert answer.lines[0][1] == ("835", D("-43.00"))
    assert answer.money(CreditNoteRefund) == {}


# --- taxed when it was sold --------------------------------------------------------------------


def test_a_card_that_was_taxed_when_sold_reduces_the_tax_of_the_note_as_of_the_invoice() -> None:
    made = worked()
    made.refund(2)
    rules = {"gift_cards": {"unknown": "discount"}}
    answer = Answer(made, rules)
    (invoice,) = (one for one in answer.wanted if isinstance(one, Invoice))
    assert (invoice.expected().total, invoice.expected().total_tax) == (D("36.00"), D("6.00"))
    assert answer.notes == [("S1-1001-R1", D("36.00"), D("6.00"))]
    assert answer.money(CreditNoteRefund) == {"091": D("36.00")}


def card_of(worth: int) -> CardOrder:
    """86.00 of which so many cents are paid by the card AAA."""
    made = worked([(CODES[0], worth)])
    card = {"id": 1, "code": "AAA", "amount": worth / 100, "base_amount": worth / 100}
    made.extra = {"gift_cards": [card]}
    return made


def test_a_known_single_purpose_card_is_on_each_note_as_on_the_invoice() -> None:
    made = card_of(5000)
    made.refund(1)
    made.refund(1)
    single = {"gift_cards": {"voucher": "single"}}
    answer = Answer(made, single, cards=CardFacts({"AAA": D(50)}))
    assert [total for _, total, _ in answer.notes] == [D("0.00"), D("36.00")]
    assert sum(tax for _, _, tax in answer.notes) == D("6.00")
    assert [line[0] for line in answer.lines[1]] == ["200", "200"]
    assert answer.money(CreditNoteRefund) == {"091": D("36.00")}
    assert answer.codes == []


def test_from_a_single_purpose_card_nothing_goes_to_the_store_credit() -> None:
    made = card_of(5000)
    made.refund(2, stored=5000)
    single = {"gift_cards": {"voucher": "single"}}
    answer = Answer(made, single, cards=CardFacts({"AAA": D(50)}))
    assert (answer.notes, answer.codes) == ([], ["refund_does_not_add_up"])


def test_points_that_are_a_discount_had_made_the_goods_cheaper() -> None:
    made = worked([(CODES[2], 600)])
    made.refund(1)
    made.refund(1)
    answer = Answer(made, {"total_rows": {CODES[2]: "discount"}})
    (invoice,) = (one for one in answer.wanted if isinstance(one, Invoice))
    assert (invoice.expected().total, invoice.expected().total_tax) == (D("80.00"), D("14.33"))
    assert sum(total for _, total, _ in answer.notes) == D("80.00")
    assert sum(tax for _, _, tax in answer.notes) == D("14.33")
    assert answer.money(CreditNoteRefund) == answer.money(InvoicePayment) == {"091": D("80.00")}


# --- the card itself ---------------------------------------------------------------------------


def test_what_went_back_on_a_card_is_there_for_the_next_order() -> None:
    made = card_of(5000)
    made.refund(1)
    moves = Answer(made, cards=CardFacts({"AAA": D(20)})).built.cards
    assert moves == (
        CardMove("AAA", CardUse.REDEEMED, D(20)), CardMove("AAA", CardUse.UNKNOWN, D(30)),
        CardMove("AAA", CardUse.RETURNED, D(43)),
    )  # fmt: skip


def test_a_card_whose_money_went_to_the_store_credit_stays_empty() -> None:
    made = card_of(5000)
    made.refund(2, stored=5000)
    moves = Answer(made, cards=CardFacts({"AAA": D(50)})).built.cards
    assert moves == (CardMove("AAA", CardUse.REDEEMED, D(50)),)


# --- before the cut-over -----------------------------------------------------------------------


def test_a_refund_of_before_the_cut_over_goes_to_each_tender_too() -> None:
    made = worked()
    made.refund(2)
    rules = {"refunds": {"before_cut_over": "standalone"}}
    answer = Answer(made, rules, cut_over="2026-03-04")
    assert answer.notes == [("S1-1001-R1", D("86.00"), D("14.33"))]
    assert answer.money(CreditNoteRefund) == {"091": D("36.00"), "835": D("50.00")}


def test_an_order_that_states_what_went_back_and_brings_no_memo_says_so() -> None:
    made = worked()
    made.extra = {"gift_cards_refunded": 43}
    answer = Answer(made)
    assert answer.codes == ["refund_not_given"]
    assert (answer.figures.refunded, answer.figures.refunded_tax) == (D(43), None)


# --- what waits --------------------------------------------------------------------------------


def test_a_refund_to_a_card_waits_while_the_card_is_held() -> None:
    made = worked()
    made.refund(1)
    answer = Answer(made, {"gift_cards": {"unknown": "hold"}})
    assert answer.notes == []
    assert answer.codes == ["gift_card_unknown", "refund_waits_for_payment"]


def test_a_refund_to_a_tender_without_an_account_says_which() -> None:
    made = CardOrder(2, 4300, {})
    made.refund(2, stored=8600)
    answer = Answer(made, {"accounts": {"store_credit": None}})
    assert (answer.notes, answer.money(CreditNoteRefund)) == ([], {})
    assert answer.codes == ["account_unmapped"]


# --- to the store credit -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["customer_bal_total_refunded", "bs_customer_bal_total_refunded",
             "customer_balance_total_refunded"]
)  # fmt: skip
def test_money_that_was_put_on_the_store_credit_leaves_the_bank_alone(name: str) -> None:
    made = CardOrder(2, 4300, {})
    made.refund(2, stored=8600, name=name)
    answer = Answer(made)
    assert answer.notes == [("S1-1001-R1", D("86.00"), D("14.33"))]
    assert answer.money(InvoicePayment) == {"091": D("86.00")}
    assert answer.money(CreditNoteRefund) == {"836": D("86.00")}


def test_the_order_states_it_as_refunded_and_a_cancellation_returns_nothing_more() -> None:
    """Of 86.00 by gateway 43.00 was put on the store credit; then the order was cancelled."""
    made = CardOrder(2, 4300, {})
    made.refund(1, stored=4300)
    assert Answer(made).codes == []
    order = replace(read(made), state="canceled", status="canceled")
    answer = Answer(order)
    assert answer.money(CreditNoteRefund) == {"836": D("43.00")}
    assert "credit_left_open" in answer.codes


def test_the_order_tells_it_where_no_memo_does() -> None:
    made = CardOrder(2, 4300, {}, extra={"customer_balance_total_refunded": 43})
    made.refund(1)
    assert Answer(made).money(CreditNoteRefund) == {"836": D("43.00")}


def test_what_a_card_paid_may_be_put_on_the_store_credit() -> None:
    made = worked()
    made.refund(2, stored=5000)
    assert Answer(made).money(CreditNoteRefund) == {"836": D("50.00"), "091": D("36.00")}


def test_just_what_money_would_get_is_money() -> None:
    made = worked()
    made.refund(2, stored=3600)
    assert Answer(made).money(CreditNoteRefund) == {"835": D("50.00"), "836": D("36.00")}


def test_store_credit_that_goes_back_where_it_came_from_is_counted_once() -> None:
    made = worked([(CODES[1], 5000)])
    made.refund(2, stored=5000)
    assert Answer(made).money(CreditNoteRefund) == {"836": D("50.00"), "091": D("36.00")}


def test_money_on_store_credit_that_takes_no_payments_is_a_line() -> None:
    made = CardOrder(2, 4300, {})
    made.refund(2, stored=8600)
    answer = Answer(made, facts=NO_PAYMENTS)
    assert answer.notes == [("S1-1001-R1", D("0.00"), D("14.33"))]
    assert answer.money(CreditNoteRefund) == {}


# --- fees --------------------------------------------------------------------------------------


def test_a_fee_that_eats_the_refund_is_income_in_place_of_the_goods() -> None:
    made = CardOrder(2, 4300, {})
    made.refund(1, fee=4300)
    answer = Answer(made)
    assert answer.notes == [("S1-1001-R1", D("0.00"), D("0.00"))]
    assert [line[0] for line in answer.lines[0]] == ["200", "260"]
    assert answer.codes == []
    assert (answer.figures.refunded, answer.figures.refunded_tax) == (D(0), D(0))


# --- without invoices --------------------------------------------------------------------------


def test_without_invoices_what_went_back_to_a_card_is_a_line_of_the_note() -> None:
    made = worked()
    made.refund(2)
    answer = Answer(made, streams={"invoices": False})
    assert answer.notes == [("S1-1001-R1", D("36.00"), D("14.33"))]
    assert answer.money(CreditNoteRefund) == {"091": D("36.00")}


# --- any split, any sequence -------------------------------------------------------------------


@st.composite
def stories(draw: st.DrawFn) -> CardOrder:
    pieces = draw(st.integers(1, 5))
    price = draw(st.integers(1, 20_000))
    left = pieces * price
    tenders = {}
    for code in draw(st.permutations(CODES)):
        tenders[code] = draw(st.sampled_from([0, left, draw(st.integers(0, left))]))
        left -= tenders[code]
    made = CardOrder(pieces, price, tenders, rate=draw(st.sampled_from([5, 10, 20])))
    while made.left and draw(st.integers(0, 3)):
        pieces = draw(st.integers(1, made.left))
        made.refund(pieces, fee=draw(st.sampled_from([0, 0, 1, pieces * price])))
    return made


@given(made=stories(), mirrored=st.sets(st.sampled_from(CODES)))
def test_notes_are_before_tenders_and_each_tender_gets_what_the_shop_states(
    made: CardOrder, mirrored: set[str]
) -> None:
    facts = organisation(
        CLEARING,
        *(account(ACCOUNT[code], "LIABILITY", payments_enabled=code not in mirrored)
          for code in CODES),
    )  # fmt: skip
    answer = Answer(made, facts=facts)
    assert answer.codes == []
    on_lines: Counter[str] = Counter()
    for lines in answer.lines:
        for name, amount in lines:
            if name in ACCOUNT.values():
                on_lines[name] -= amount
    before = sum((total for _, total, _ in answer.notes), D(0)) + on_lines.total()
    assert before == D((made.pieces - made.left) * made.price - made.fees) / 100
    tax = D(made.tax - made.tax_left - made.fee_tax) / 100
    assert sum((tax for _, _, tax in answer.notes), D(0)) == tax
    stated = {ACCOUNT[code]: D(cents) / 100 for code, cents in made.back.items()}
    stated["091"] = D(made.money_back) / 100
    assert +(answer.money(CreditNoteRefund) + on_lines) == +Counter(stated)
    figures = answer.figures
    assert figures.refunded == sum((total for _, total, _ in answer.notes), D(0))
    assert figures.refunded_tax == sum((tax for _, _, tax in answer.notes), D(0))


@given(made=stories())
def test_memos_that_are_posted_one_by_one_come_to_the_same(made: CardOrder) -> None:
    memos, whole = made.memos, Answer(made)
    history = NOTHING_YET
    found: Counter[str] = Counter()
    for count in range(len(memos) + 1):
        made.memos = memos[:count]
        order = replace(read(made), refunded=D(0))
        answer = Answer(order, history=history)
        found += answer.money(CreditNoteRefund)
        history = History((*history.entries, *posted(answer.plan).entries))
    assert found == whole.money(CreditNoteRefund)
    assert Answer(order, history=history).wanted == []


@given(made=stories())
def test_cards_taxed_when_sold_leave_the_notes_with_the_tax_of_the_invoice(made: CardOrder) -> None:
    """However it is given back: in the end nothing of sale and tax is left."""
    if made.left:
        made.refund(made.left)
    if made.fees:
        return
    answer = Answer(made, {"gift_cards": {"unknown": "discount"}})
    assert answer.codes == []
    (invoice,) = (one for one in answer.wanted if isinstance(one, Invoice))
    assert sum((total for _, total, _ in answer.notes), D(0)) == invoice.expected().total
    assert sum((tax for _, _, tax in answer.notes), D(0)) == invoice.expected().total_tax
    assert answer.money(CreditNoteRefund) == answer.money(InvoicePayment)


# --- taken back and issued anew ------------------------------------------------------------------


def test_what_went_back_to_a_card_goes_back_once_though_the_sale_is_issued_anew() -> None:
    made = worked()
    made.refund(1)
    order = read(made)
    one = OneOrder(replace(books(merged(RULES, {}), PAYABLE), cards=CardFacts())).see(order)
    before = refilled(one)
    assert before == {"835": D("43.00")}
    one.see(order, undo=True)
    one.see(order)
    assert one.sums[0] == D("43.00")
    assert one.receivable == 0
    by_memo = [e for e in one.entries if e.kind is Kind.REFUND and e.slot.source_kind == "refund"]
    assert sum(e.total for e in by_memo) == D("43.00")


def refilled(one: OneOrder) -> Counter[str]:
    found: Counter[str] = Counter()
    for entry in one.entries:
        if entry.kind is Kind.REFUND:
            found[entry.account] += entry.total  # type: ignore[assignment]
    return found
