"""What follows a converted sale keeps its currency: refunds, money, changes, a cancellation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.contacts.directory import Contacts
from accounting.history import NOTHING_YET, Entry, History, Slot
from accounting.lines.currency import Conversion, of_refund, refunded_in_base
from accounting.plan.plan import Plan, plan_order
from accounting.reconcile.expected import figures_of
from accounting.sale.build import build_order
from stores.canonical.order import Order, Payment
from stores.canonical.refund import Refund, RefundLine, TenderBack
from tests.accounting.orders import NOON, account, books, line, order, organisation, row
from tests.accounting.standing import posted
from xero.documents.documents import CreditNote, DocumentStatusChange
from xero.documents.facts import OrganisationFacts
from xero.documents.kinds import Kind
from xero.documents.settling import CreditNoteRefund as PaidBack
from xero.documents.settling import InvoicePayment as Paid

D = Decimal
CONVERT = {"posting": {"currency_not_enabled": "convert"}}
ENABLED = organisation(currencies=frozenset({"AUD", "GBP"}))


def pounds(net: str = "100.00", base: str = "220.01", base_tax: str = "20.00") -> Order:
    """An order in GBP of a shop in AUD, paid in full; half a pound is a dollar, but for a cent."""
    made = order(line(net), currency="GBP")
    return replace(
        made, rate=D("0.5"), base_total=D(base), base_tax=D(base_tax), received=made.total,
        payments=(Payment("checkmo", made.total),),
    )  # fmt: skip


def memo(key: int, gross: str, base: str | None, **changes: Any) -> Refund:
    """A refund of so much of the only line; a tax of one eleventh."""
    total = D(gross)
    tax = (total / 11).quantize(D("0.01"))
    part = RefundLine("1", "Shirt", "SHIRT", D(1), total - tax, tax, D(10), "x")
    made = Refund(
        id=str(key), number=f"{key:03}", order_id="7", currency="GBP", total=total,
        refunded_at=NOON + timedelta(days=key), updated_at=NOON, lines=(part,),
        shipping_net=D(0), shipping_tax=D(0), adjustment=D(0), tax=tax,
        base_total=None if base is None else D(base),
        base_tax=None if base is None else (D(base) / 11).quantize(D("0.01")),
    )  # fmt: skip
    return replace(made, **changes)


def refunded(made: Order, *memos: Refund) -> Order:
    return replace(made, refunds=memos, refunded=sum((one.total for one in memos), D(0)))


def planned(
    made: Order, history: History = NOTHING_YET, xero: OrganisationFacts | None = None,
    rules: dict[str, Any] | None = None,
) -> Plan:  # fmt: skip
    setting = books(CONVERT | (rules or {}), xero or organisation())
    built = build_order(setting, made, Contacts(), history)
    assert built.status == "ready", built.reasons
    return plan_order(setting, made, built, history)


def notes(plan: Plan) -> list[CreditNote]:
    return [wanted.document for wanted in plan.documents if isinstance(wanted.document, CreditNote)]


def amounts(documents: Sequence[CreditNote]) -> list[tuple[str, str, str]]:
    totals = [document.expected() for document in documents]
    return [
        (document.currency, str(one.total), str(one.total_tax))
        for document, one in zip(documents, totals, strict=True)
        if one is not None
    ]


def codes(plan: Plan) -> list[str]:
    return [reason.code for reason in plan.reasons]


def test_a_refund_is_the_shops_own_base_amount_and_says_what_was_given_back() -> None:
    plan = planned(refunded(pounds(), memo(9, "11.00", "22.02")))
    (note,) = notes(plan)
    assert (note.number, note.currency_rate) == ("S1-1001-R9", None)
    assert amounts([note]) == [("AUD", "22.02", "2.00")]
    assert [one.description for one in note.lines] == ["Shirt (GBP 10.00 at 0.50)"]
    (back,) = [w.document for w in plan.documents if isinstance(w.document, PaidBack)]
    assert (str(back.amount), back.account) == ("22.02", "970")
    assert codes(plan) == []


def test_the_last_part_closes_the_sale_and_its_tax_to_the_cent() -> None:
    """33.33 + 33.33 + 43.34 GBP; the shop's memos come to 220.04 AUD with 20.01 tax."""
    memos = (memo(1, "33.33", "66.67"), memo(2, "33.33", "66.67"), memo(3, "43.34", "86.70"))
    plan = planned(refunded(pounds(), *memos))
    assert amounts(notes(plan)) == [
        ("AUD", "66.67", "6.06"), ("AUD", "66.67", "6.06"), ("AUD", "86.67", "7.88"),
    ]  # fmt: skip


def test_it_is_the_last_to_come_that_closes_whatever_its_date() -> None:
    """The memo of a day before turns up when a later one is posted already."""
    first, late = memo(2, "60.00", "120.02"), memo(1, "50.00", "100.02")
    sale = planned(refunded(pounds(), first))
    plan = planned(refunded(pounds(), late, first), posted(sale))
    assert amounts(notes(plan)) == [("AUD", "99.99", "9.09")]


def test_without_base_figures_the_orders_rate_decides() -> None:
    plan = planned(refunded(pounds(), memo(9, "11.01", None)))
    assert amounts(notes(plan)) == [("AUD", "22.02", "2.00")]


@pytest.mark.parametrize("base", ["11.00", "-22.00", "0.00"])
def test_base_figures_that_contradict_the_rate_hold_the_refund(base: str) -> None:
    """The foreign amount under the base currency, or the reverse."""
    plan = planned(refunded(pounds(), memo(9, "11.00", base)))
    assert (codes(plan), notes(plan)) == (["refund_does_not_add_up"], [])


def test_more_than_the_sale_is_never_credited() -> None:
    plan = planned(refunded(pounds(), memo(1, "60.00", "120.00"), memo(2, "60.00", "120.00")))
    assert amounts(notes(plan)) == [("AUD", "120.00", "10.91")]
    assert codes(plan) == ["refund_exceeds_invoice"]


def test_a_currency_that_is_enabled_later_changes_nothing_of_what_stands() -> None:
    """Money and refunds follow the invoice, which stays in dollars."""
    unpaid = replace(pounds(), payments=(), received=D(0))
    sale = posted(planned(unpaid))
    plan = planned(refunded(pounds(), memo(9, "11.00", "22.00")), sale, ENABLED)
    assert [str(w.document.amount) for w in plan.documents if isinstance(w.document, Paid)] == [
        "220.01"
    ]
    assert amounts(notes(plan)) == [("AUD", "22.00", "2.00")]
    assert codes(plan) == []


def test_a_currency_that_is_gone_later_changes_nothing_either() -> None:
    sale = posted(planned(pounds(), xero=ENABLED))
    assert sale.entries[0].currency == "GBP"
    plan = planned(refunded(pounds(), memo(9, "11.00", "22.00")), sale)
    assert amounts(notes(plan)) == [("GBP", "11.00", "1.00")]


def test_a_cancellation_and_a_lowered_order_stay_in_the_currency_of_the_sale() -> None:
    unpaid = replace(pounds(), payments=(), received=D(0))
    sale = posted(planned(unpaid), dated=NOON.date() - timedelta(days=60))
    cancelled = planned(replace(pounds(), status="canceled", state="canceled"), sale)
    assert not any(
        isinstance(wanted.document, DocumentStatusChange) for wanted in cancelled.documents
    )
    assert amounts(notes(cancelled)) == [("AUD", "220.01", "20.00")]
    lowered = replace(pounds("90.00", "198.01", "18.00"), payments=(), received=D(0))
    changed = planned(lowered, sale, ENABLED)
    assert amounts(notes(changed)) == [("AUD", "22.00", "2.00")]
    same = refunded(replace(lowered, refunds=()), memo(9, "11.00", "22.01"))
    once = planned(same, sale)
    assert amounts(notes(once)) == [("AUD", "22.01", "2.00")], "the refund wins, and is one"


def test_a_reconciliation_compares_in_the_currency_of_the_books() -> None:
    made = refunded(pounds(), memo(1, "50.00", "100.02"), memo(2, "60.00", "120.02"))
    figures = figures_of(books(CONVERT, organisation()), made, tax=D("10.00"), stands_in="AUD")
    assert figures.currency == "AUD"
    assert (figures.invoiced, figures.tax) == (D("220.01"), D("20.00"))
    assert (figures.received, figures.refunded) == (D("220.01"), D("220.01"))
    assert figures.refunded_tax == D("20.00")
    plain = figures_of(books(), made, stands_in="GBP")
    assert (plain.currency, plain.invoiced) == ("", D("110.00"))


def test_a_reconciliation_expects_the_tax_of_a_fee_kept_and_of_goodwill() -> None:
    """The shop's memo says the tax of its goods alone; the note bears that of the fee as well."""
    rules = CONVERT | {"accounts": {"refund_adjustments": "260"}}
    sold = refunded(
        pounds(), memo(1, "11.00", "22.00", total=D("8.80"), adjustment=D("-2.20"),
                       base_total=D("17.60")),
    )  # fmt: skip
    for here, tax in ((organisation(), "1.60"), (ENABLED, "0.80")):
        made = books(rules, here)
        built = build_order(made, sold, Contacts())
        plan = plan_order(made, sold, built)
        assert codes(plan) == []
        (note,) = notes(plan)
        stands_in = note.currency
        assert str(note.expected().total_tax) == tax
        figures = figures_of(made, sold, stands_in=stands_in)
        assert (figures.currency or "GBP", str(figures.refunded_tax)) == (stands_in, tax)


@given(
    st.lists(st.integers(1, 5000), min_size=1, max_size=8),
    st.sampled_from(["0.5", "0.787", "1.0873", "1.9413"]),
    st.lists(st.integers(-2, 2), min_size=9, max_size=9),
    st.booleans(),
)
def test_credits_never_exceed_the_sale_and_all_of_them_are_it(
    cents: list[int], rate: str, drift: list[int], whole: bool
) -> None:
    """Whatever the shop's rounding: memo by memo, as they come in."""
    parts = [D(count) / 100 + 1 for count in cents]
    rest = D(0) if whole else D(20)
    base = [
        (part / D(rate)).quantize(D("0.01")) + D("0.01") * off
        for part, off in zip(parts, drift, strict=False)
    ]
    gross = sum(parts) + rest
    tax = (gross / 11).quantize(D("0.01"))
    made = order(line(str(gross - tax), tax=str(tax)), currency="GBP")
    total = (gross / D(rate)).quantize(D("0.01")) + D("0.01") * drift[8]
    made = replace(
        made, rate=D(rate), base_total=total, base_tax=(tax / D(rate)).quantize(D("0.01")),
        received=made.total, payments=(Payment("checkmo", made.total),),
    )  # fmt: skip
    memos: list[Refund] = []
    history, credited = NOTHING_YET, D(0)
    for key, (part, its_base) in enumerate(zip(parts, base, strict=True), start=1):
        memos.append(memo(key, str(part), str(its_base)))
        plan = planned(refunded(made, *memos), history)
        assert codes(plan) == []
        credited += sum((D(total) for _, total, _ in amounts(notes(plan))), D(0))
        assert credited <= total
        history = History((*history.entries, *posted(plan).entries))
    assert (credited == total) is whole
    back = sum(e.total for e in history.entries if e.slot.purpose.startswith("refund-"))
    assert back == credited


HALF_A_POUND = Conversion(
    "GBP", "AUD", D("0.5"), total=D("110.00"), base_total=D("220.01"), tax=D("10.00"),
    base_tax=D("20.01"),
)  # fmt: skip


@pytest.mark.parametrize("changes", [{"tax": D("9.00")}, {"adjustment": D("-5.00")}])
def test_a_refund_of_all_money_but_not_of_all_tax_keeps_the_tax_that_it_states(
    changes: dict[str, Any],
) -> None:
    """Goodwill and fees kept bring tax of their own, so that the memo's is not the sale's."""
    last = memo(1, "110.00", "220.01", base_tax=D("18.00"), **changes)
    assert refunded_in_base(HALF_A_POUND, [last]) == (D("220.01"), D("18.00"))
    assert of_refund(HALF_A_POUND, last, (), D(0)).base_tax == D("18.00")


def test_a_refund_of_all_money_and_all_tax_takes_the_sales_own_tax() -> None:
    last = memo(1, "110.00", "220.01", base_tax=D("20.00"))
    assert refunded_in_base(HALF_A_POUND, [last]) == (D("220.01"), D("20.01"))
    assert of_refund(HALF_A_POUND, last, (), D(0)).base_tax == D("20.01")


@pytest.mark.parametrize("payable", [True, False])
def test_what_went_back_on_a_card_is_converted_as_the_card_was(payable: bool) -> None:
    """110.00 GBP, half of it by card: 220.01 AUD, of which 110.00 go back to the card."""
    xero = organisation(account("835", "LIABILITY", payments_enabled=payable))
    rules = {"gift_cards": {"unknown": "liability"}}
    made = pounds()
    made = replace(
        made, total=D("55.00"), base_total=D("110.01"), received=D("55.00"),
        rows=(row("gift_cards_amount", "-55.00"),), payments=(Payment("checkmo", D("55.00")),),
    )  # fmt: skip
    card = TenderBack("gift_cards_amount", "Gift card", D("55.00"), of="gift_cards_amount")
    gone = replace(
        made, refunds=(memo(9, "110.00", "220.01", tenders=(card,)),), refunded=D("55.00"),
        given_back=D("55.00"),
    )  # fmt: skip
    plan = planned(gone, xero=xero, rules=rules)
    assert codes(plan) == []
    total = D("220.01") if payable else D("110.01")
    assert amounts(notes(plan)) == [("AUD", str(total), "20.00")]
    (note,) = notes(plan)
    lines = [f"{one.description}: {one.amount}" for one in note.lines]
    assert lines == ["Shirt (GBP 100.00 at 0.50): 200.01"] + (
        [] if payable else ["Gift_cards_amount (GBP -55.00 at 0.50): -110.00"]
    )
    back = [wanted.document for wanted in plan.documents if isinstance(wanted.document, PaidBack)]
    given = {one.account: one.amount for one in back}
    assert given == {"970": D("110.01")} | ({"835": D("110.00")} if payable else {})


def test_without_any_base_figures_what_follows_a_converted_sale_is_held() -> None:
    bare = replace(pounds(), rate=None, base_total=None, base_tax=None)
    sale = Entry(
        Slot("order", bare.id, "invoice"), Kind.INVOICE, "S1-1001", frozen=True, posted=True,
        status="AUTHORISED", currency="AUD",
    )  # fmt: skip
    built = build_order(books(CONVERT, organisation()), bare, Contacts(), History((sale,)))
    assert [reason.code for reason in built.reasons] == ["currency_not_enabled"]
    assert built.status == "held"
