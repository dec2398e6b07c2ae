"""How money goes back: through the tenders that received it, and only the rest against what is
due. Planned of an order of 110.00, or of what a person has done to its invoice in Xero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounting.by_people import with_people
from accounting.contacts.directory import Contacts
from accounting.history import NOTHING_YET, Entry, History
from accounting.plan.plan import Plan, plan_order
from accounting.sale.build import build_order
from stores.canonical.order import Order, Payment
from stores.canonical.refund import Refund, RefundLine
from tests.accounting.orders import NOON, books, line, order
from tests.accounting.standing import posted
from xero.documents.documents import BankTransaction, CreditNote, DocumentStatusChange, Invoice
from xero.documents.settling import Allocation
from xero.documents.settling import CreditNoteRefund as PaidBack
from xero.documents.settling import InvoicePayment as Paid

D = Decimal
MAPPED = {"payment_accounts": {"checkmo": "970", "stripe": "091", "banktransfer": "none"}}


def sold(*tenders: tuple[str, str], **changes: Any) -> Order:
    """An order of 110.00, paid by these methods and amounts."""
    payments = tuple(Payment(method, D(amount)) for method, amount in tenders)
    received = sum((one.amount for one in payments), D(0))
    made = replace(order(line("100.00")), payments=payments, received=received, **changes)
    return replace(made, outstanding=max(made.total - received, D(0)))


def memo(key: int, gross: str, method: str = "") -> Refund:
    net = (D(gross) / D("1.1")).quantize(D("0.01"))
    part = RefundLine("1", "Shirt", "SHIRT", D(1), net, D(gross) - net, D(10), "x")
    return Refund(
        id=str(key), number=f"00{key}", order_id="7", currency="AUD", total=D(gross),
        updated_at=NOON, refunded_at=NOON + timedelta(days=key), lines=(part,),
        shipping_net=D(0), shipping_tax=D(0), adjustment=D(0), tax=D(gross) - net, method=method,
    )  # fmt: skip


def refunded(made: Order, *memos: Refund) -> Order:
    given = sum((one.total for one in memos), D(0))
    return replace(made, refunds=memos, refunded=given)


def planned(made: Order, history: History = NOTHING_YET, **rules: Any) -> Plan:
    setting = books(MAPPED | rules)
    return plan_order(setting, made, build_order(setting, made, Contacts(), history), history)


def shape(plan: Plan) -> list[str]:
    """What the plan does with money and credit, one line each."""
    found = []
    for wanted in plan.documents:
        match wanted.document:
            case Paid(amount=amount, account=account):
                found.append(f"payment {account} {amount}" + (" looked up" * wanted.look_up))
            case PaidBack(amount=amount, account=account):
                found.append(f"refund {account} {amount}")
            case Allocation(amount=amount):
                found.append(f"allocation {amount}")
            case CreditNote(number=number) as note:
                totals = note.expected()
                assert totals is not None
                found.append(f"note {number.removeprefix('S1-1001-')} {totals.total}")
            case Invoice():
                found.append("invoice")
            case BankTransaction() as over:
                found.append(f"overpayment {over.lines[0].unit_amount}")
            case DocumentStatusChange(status=status):
                found.append(status.lower())
    return found


def after(*plans: Plan) -> History:
    return History(tuple(entry for plan in plans for entry in posted(plan).entries))


def people(history: History, amount: str, *, credit: str = "0") -> History:
    """The history, where people have put so much on the invoice, `credit` of it as credit."""
    return History(tuple(_people(entry, D(amount), D(credit)) for entry in history.entries))


def _people(entry: Entry, amount: Decimal, credit: Decimal) -> Entry:
    if entry.slot.purpose != "invoice":
        return entry
    due = entry.total - amount
    return replace(entry, due=due, by_people=amount, credited_by_people=credit)


def codes(plan: Plan) -> list[str]:
    return [reason.code for reason in plan.reasons]


def steps(made: Order, *changes: Order, **rules: Any) -> list[list[str]]:
    """What is planned for an order and for each of its later states, all of it posted at once;
    and that then nothing is planned again."""
    history, found = NOTHING_YET, []
    for state in (made, *changes):
        plan = planned(state, history, **rules)
        found.append(shape(plan))
        history = History((*history.entries, *posted(plan).entries))
        assert planned(state, history, **rules).documents == ()
    return found


@pytest.mark.parametrize(
    ("tenders", "back", "expected"),
    [
        ([("checkmo", "60")], "33.00", ["refund 970 33.00"]),
        ([("checkmo", "60")], "60.00", ["refund 970 60.00"]),
        ([("checkmo", "60")], "80.00", ["refund 970 60.00", "allocation 20.00"]),
        ([("checkmo", "110")], "33.00", ["refund 970 33.00"]),
        ([], "33.00", ["allocation 33.00"]),
        ([("checkmo", "40"), ("stripe", "20")], "33.00", ["refund 091 20.00", "refund 970 13.00"]),
    ],
)
def test_money_goes_back_through_the_tenders_that_received_it(
    tenders: Sequence[tuple[str, str]], back: str, expected: list[str]
) -> None:
    made = sold(*tenders)
    _, found = steps(made, refunded(made, memo(1, back)))
    assert found == [f"note R1 {back}", *expected]


def test_the_named_tender_gives_back_before_the_others() -> None:
    made = sold(("checkmo", "40"), ("stripe", "20"))
    _, found = steps(made, refunded(made, memo(1, "50.00", "checkmo")))
    assert found == ["note R1 50.00", "refund 970 40.00", "refund 091 10.00"]


def test_several_refunds_give_back_no_more_than_came_in() -> None:
    made = sold(("checkmo", "60"))
    first, second = memo(1, "44.00"), memo(2, "33.00")
    _, one, two = steps(made, refunded(made, first), refunded(made, first, second))
    assert one == ["note R1 44.00", "refund 970 44.00"]
    assert two == ["note R2 33.00", "refund 970 16.00", "allocation 17.00"]


def test_money_that_comes_after_credit_took_what_was_due_is_an_overpayment() -> None:
    first, back = sold(), memo(1, "33.00")
    history = after(planned(first))
    credited = planned(refunded(first, back), history)
    assert shape(credited) == ["note R1 33.00", "allocation 33.00"]
    history = History((*history.entries, *posted(credited).entries))
    plan = planned(refunded(sold(("checkmo", "110")), back), history)
    assert shape(plan) == ["payment 970 77.00", "overpayment 33.00"]
    assert codes(plan) == ["overpaid"]


# --- money that cannot be posted yet ----------------------------------------------------------


def test_a_refund_waits_for_the_payment_whose_method_is_not_mapped() -> None:
    made = refunded(sold(("paypal", "110")), memo(1, "33.00", "paypal"))
    plan = planned(made)
    assert shape(plan) == ["invoice"]
    assert codes(plan) == ["refund_waits_for_payment"]
    mapped = {"payment_accounts": {"paypal": "970"}}
    assert shape(planned(made, after(plan), **mapped)) == [
        "note R1 33.00", "payment 970 110.00", "refund 970 33.00",
    ]  # fmt: skip


def test_a_refund_of_a_tender_that_is_posted_waits_for_no_other() -> None:
    made = sold(("checkmo", "60"), ("paypal", "50"))
    named = planned(refunded(made, memo(1, "33.00", "checkmo")))
    assert shape(named) == ["invoice", "note R1 33.00", "payment 970 60.00", "refund 970 33.00"]
    nobody_says = planned(refunded(made, memo(1, "33.00")))
    assert shape(nobody_says) == ["invoice", "payment 970 60.00"]


def test_a_payment_that_is_posted_waits_no_more_when_its_method_is_unmapped() -> None:
    made = sold(("checkmo", "110"))
    history = after(planned(made))
    plan = planned(
        refunded(made, memo(1, "33.00", "checkmo")), history, payment_accounts={"stripe": "091"}
    )
    assert "note R1 33.00" in shape(plan)


def test_a_cancellation_waits_as_well_and_voids_nothing() -> None:
    made = sold(("paypal", "110"))
    history = after(planned(made))
    gone = replace(made, status="canceled", state="canceled")
    plan = planned(gone, history)
    assert (shape(plan), codes(plan)) == ([], ["reversed_in_xero", "refund_waits_for_payment"])
    later = planned(gone, history, payment_accounts={"paypal": "970"})
    assert shape(later) == ["note C 110.00", "payment 970 110.00"]


# --- methods that are mapped to none ----------------------------------------------------------


def test_a_method_mapped_to_none_is_no_payment_and_asks_nobody() -> None:
    plan = planned(sold(("banktransfer", "110")))
    assert (shape(plan), codes(plan)) == (["invoice"], [])


@pytest.mark.parametrize("method", ["banktransfer", ""])
def test_its_refund_is_credit_against_what_is_due_and_no_money(method: str) -> None:
    made = sold(("banktransfer", "110"))
    _, found = steps(made, refunded(made, memo(1, "33.00", method)))
    assert found == ["note R1 33.00", "allocation 33.00"]


@pytest.mark.parametrize(
    ("entered", "expected", "said"),
    [
        ("110", ["note R1 33.00"], ["credit_left_open"]),
        ("90", ["note R1 33.00", "allocation 20.00"], ["credit_left_open"]),
        ("44", ["note R1 33.00", "allocation 33.00"], []),
    ],
)
def test_what_is_over_where_the_bookkeeper_entered_the_money_stays_open_and_is_said(
    entered: str, expected: list[str], said: list[str]
) -> None:
    made = sold(("banktransfer", "110"))
    history = people(after(planned(made)), entered)
    plan = planned(refunded(made, memo(1, "33.00", "banktransfer")), history)
    assert (shape(plan), codes(plan)) == (expected, said)


@pytest.mark.parametrize("returned", [True, False])
@pytest.mark.parametrize(
    ("entered", "expected", "said"),
    [
        ("0", ["note C 110.00", "allocation 110.00"], []),
        ("44", ["note C 110.00", "allocation 66.00"], ["credit_left_open"]),
        ("110", ["note C 110.00"], ["credit_left_open"]),
    ],
)
def test_its_cancellation_is_a_credit_note_that_nothing_is_paid_back_of(
    entered: str, expected: list[str], said: list[str], returned: bool
) -> None:
    made = sold(("banktransfer", "110"))
    history = people(after(planned(made)), entered)
    gone = replace(made, status="canceled", state="canceled")
    rules = {"statuses": {"refunded": ["canceled"]}} if returned else {}
    plan = planned(gone, history, **rules)
    assert shape(plan) == expected
    assert codes(plan) == ["reversed_in_xero", *said]


def test_money_posted_elsewhere_is_not_paid_back_from_another_tender() -> None:
    made = sold(("stripe", "60"), ("banktransfer", "50"))
    first, second = memo(1, "40.00"), memo(2, "30.00")
    sale, one, two = steps(made, refunded(made, first), refunded(made, first, second))
    assert sale == ["invoice", "payment 091 60.00"]
    assert one == ["note R1 40.00", "allocation 40.00"]
    assert two == ["note R2 30.00", "refund 091 20.00", "allocation 10.00"]


@pytest.mark.parametrize(
    ("currency", "posted_there"), [("AUD", ["invoice"]), ("EUR", ["invoice", "payment 092 110.00"])]
)
def test_none_may_be_chosen_by_currency(currency: str, posted_there: list[str]) -> None:
    made = sold(("banktransfer", "110"), currency=currency, base_currency=currency)
    accounts = {"banktransfer": {"AUD": "none", "EUR": "092"}}
    assert shape(planned(made, payment_accounts=accounts)) == posted_there


def test_none_may_be_the_default_for_all_methods() -> None:
    accounts = {"*": "None", "checkmo": "970"}
    assert shape(planned(sold(("paypal", "110")), payment_accounts=accounts)) == ["invoice"]
    assert shape(planned(sold(("checkmo", "110")), payment_accounts=accounts)) == [
        "invoice", "payment 970 110.00",
    ]  # fmt: skip


# --- what people did in Xero ------------------------------------------------------------------


@pytest.mark.parametrize("returned", [True, False])
def test_a_cancelled_sale_is_allocated_up_to_what_is_due_in_xero(returned: bool) -> None:
    """44.00 of 110.00 were entered by hand: 44.00 stay open for the customer, and it is said."""
    made = sold()
    history = people(after(planned(made)), "44")
    gone = replace(made, status="canceled", state="canceled", received=D(0))
    rules = {"statuses": {"refunded": ["canceled"]}} if returned else {}
    plan = planned(gone, history, **rules)
    assert shape(plan) == ["note C 110.00", "allocation 66.00"]
    assert codes(plan) == ["reversed_in_xero", "credit_left_open"]
    assert "44.00" in plan.reasons[-1].message
    assert planned(gone, people(after(planned(made), plan), "44"), **rules).documents == ()


def test_a_lowered_sale_is_credited_up_to_what_is_due_in_xero() -> None:
    made = sold()
    history = people(after(planned(made)), "100")
    lowered = order(line("80.00"), received=D(0), payments=(), outstanding=D("88"))
    plan = planned(lowered, history)
    assert shape(plan) == ["note E1 22.00", "allocation 10.00"]
    assert codes(plan) == ["credit_left_open"]


@pytest.mark.parametrize(
    ("entered", "expected", "said"),
    [
        ("44", ["payment 970 66.00 looked up"], ["invoice_not_payable"]),
        ("110", ["payment 970 110.00 looked up"], []),  # theirs may be this very payment
    ],
)
def test_what_the_shop_received_is_posted_as_far_as_it_is_due_in_xero(
    entered: str, expected: list[str], said: list[str]
) -> None:
    history = people(after(planned(sold())), entered)
    plan = planned(sold(("checkmo", "110")), history)
    assert (shape(plan), codes(plan)) == (expected, said)


def test_a_payment_that_was_looked_up_in_vain_is_covered_by_theirs() -> None:
    """Entered by hand in two parts: there is none like it, and nothing is due."""
    made = sold(("checkmo", "110"))
    history = people(after(planned(sold())), "110")
    (wanted,) = planned(made, history).documents
    tried = replace(posted(planned(made, history)).entries[0], frozen=False, not_payable=True)
    plan = planned(made, History((*history.entries, tried)))
    assert wanted.slot == tried.slot
    assert (shape(plan), codes(plan)) == ([], ["invoice_not_payable"])


def test_a_refund_is_paid_from_our_tender_and_the_rest_left_open() -> None:
    history = people(after(planned(sold())), "44")
    made = sold(("checkmo", "110"))
    history = History((*history.entries, *posted(planned(made, history)).entries))
    plan = planned(refunded(made, memo(1, "88.00", "checkmo")), history)
    assert shape(plan) == ["note R1 88.00", "refund 970 66.00"]
    assert codes(plan) == ["invoice_not_payable", "credit_left_open"]


def test_a_credit_note_that_a_person_used_up_is_not_used_again() -> None:
    made = sold(("checkmo", "110"))
    gone = replace(made, status="canceled", state="canceled")
    history = after(planned(made))
    cancelled = planned(gone, history)
    assert codes(cancelled) == ["reversed_in_xero", "credit_left_open"]
    note = replace(posted(cancelled).entries[0], by_people=D("110.00"))
    done = planned(gone, History((*history.entries, note)))
    assert (done.documents, codes(done)) == ((), ["reversed_in_xero"])


@pytest.mark.parametrize(
    ("credit", "expected"),
    [
        ("44", ["note C 66.00", "allocation 66.00"]),
        ("110", []),
        ("0", ["note C 110.00", "allocation 66.00"]),
    ],
)
def test_what_a_person_credited_is_not_credited_again(credit: str, expected: list[str]) -> None:
    made = sold()
    history = people(after(planned(made)), max(credit, "44"), credit=credit)
    gone = replace(made, status="canceled", state="canceled", received=D(0))
    plan = planned(gone, history)
    assert shape(plan) == expected
    for wanted in plan.documents:
        if isinstance(wanted.document, CreditNote):
            totals = wanted.document.expected()
            assert totals is not None
            assert (totals.total * 1, totals.total_tax * 11) == (totals.total, totals.total)


def test_refunds_and_a_persons_credit_do_not_exceed_the_invoice() -> None:
    made = sold(("checkmo", "60"))
    history = people(after(planned(made)), "40", credit="40")
    plan = planned(refunded(made, memo(1, "77.00")), history)
    assert (shape(plan), codes(plan)) == ([], ["refund_exceeds_invoice"])
    assert shape(planned(refunded(made, memo(1, "66.00")), history)) == [
        "note R1 66.00", "refund 970 60.00", "allocation 6.00",
    ]  # fmt: skip


def test_what_people_put_is_what_xero_says_is_gone_beyond_what_is_ours() -> None:
    made = sold(("checkmo", "60"))
    sale = after(planned(made))
    told = [replace(e, settled=D("104.00")) if e.key else e for e in sale.entries]
    slot = sale.entries[0].slot
    first = with_people(told, {slot: D("30.00")})[0]
    assert (first.by_people, first.credited_by_people) == (D("44.00"), D("30.00"))
    on_its_way = [replace(e, posted=e.slot == slot) for e in told]
    assert with_people(on_its_way, {})[0].by_people == D("104.00")
    less = [replace(e, settled=D("60.00")) if e.key else e for e in sale.entries]
    assert with_people(less, {slot: D("60.00")})[0].by_people == 0
