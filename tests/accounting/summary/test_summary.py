"""A day's orders as one document: grouped, summed to the cent, the same in any order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from accounting.contacts.directory import Contacts
from accounting.history import Entry, History, Slot
from accounting.orders import Outcome, account_for
from accounting.summary.documents import Summary, packs, summarised
from accounting.summary.parts import Part
from stores.canonical.customer import Address, Customer
from stores.canonical.order import Order, Payment, TotalRow
from tests.accounting.orders import (
    NOON,
    D,
    account,
    books,
    discounted,
    line,
    order,
    organisation,
    shipping,
)
from xero.documents.facts import ItemFacts
from xero.documents.kinds import Kind, Ref
from xero.documents.lines import TaxMode
from xero.documents.payloads import stored

DAILY = {"posting": {"mode": "daily_summary"}}
WEB = Ref(Kind.CONTACT, "Web sales")


def sale(made: Order, rules: dict[str, Any] | None = None, **options: Any) -> Outcome:
    setting = books({**DAILY, **(rules or {})}, **options)
    return account_for(setting, made, Contacts())


def parts_of(*orders: Order, rules: dict[str, Any] | None = None) -> list[Part]:
    return [part for made in orders for part in sale(made, rules).parts]


def documents(parts: Sequence[Part], rules: dict[str, Any] | None = None) -> list[Summary]:
    setting = books({**DAILY, **(rules or {})})
    found = []
    for kind in (Kind.INVOICE, Kind.CREDIT_NOTE):
        some = [part for part in parts if part.kind is kind]
        found += [
            summarised(setting, pack, WEB, n) for n, pack in enumerate(packs(setting, some), 1)
        ]
    return found


def one(*orders: Order, rules: dict[str, Any] | None = None) -> Summary:
    (found,) = documents(parts_of(*orders, rules=rules), rules)
    return found


def documents_of(summary: Summary) -> list[Any]:
    return [one.document for one in summary.money]


def shape(summary: Summary) -> list[tuple[str, str, str, str | None]]:
    return [
        (row.account, row.tax_type, str(row.unit_amount),
         None if row.tax_amount is None else str(row.tax_amount))
        for row in summary.document.lines
    ]  # fmt: skip


def paid(*lines: Any, id: str = "1", **changes: Any) -> Order:
    """A paid order; the shop states what was received."""
    made = order(*lines, id=id, number=f"10{id:0>2}", **changes)
    if "payments" in changes:
        return made
    return replace(made, payments=(Payment("checkmo", made.total, received_at=NOON),))


# --- the document ------------------------------------------------------------------------------


def test_three_orders_become_one_invoice_with_one_line_per_account_and_tax_type() -> None:
    orders = (
        paid(line("100.00"), shipping("9.00"), id="1"),
        paid(line("50.00", rate="20"), id="2"),
        paid(discounted("80.00", "8.00"), line("20.00"), id="3"),
    )
    found = one(*orders)
    assert found.document.number == "S1-D20260302-AUD"
    assert found.document.date == date(2026, 3, 2)
    assert found.document.contact == WEB
    assert shape(found) == [
        ("200", "TAX10", "200.00", None),
        ("200", "TAX20", "50.00", None),
        ("202", "TAX10", "9.00", None),
        ("205", "TAX10", "-8.00", None),
    ]
    titles = [row.description for row in found.document.lines]
    assert titles == [
        "Sales of 2 orders", "Sales of 1 order", "Shipping of 1 order", "Discounts of 1 order",
    ]  # fmt: skip
    payment = found.money[0].document
    assert len(found.money) == 1
    assert (payment.account, payment.amount, payment.reference) == (
        "970", D("281.10"), "S1-D20260302-AUD-P1",
    )  # fmt: skip
    assert found.document.reference == "1001, 1002, 1003"


def test_tax_is_what_was_charged_and_stated_where_xero_would_compute_another() -> None:
    # 10 % of 0.45 is 0.05 for each order, and 0.14 of their sum.
    orders = [paid(line("0.45"), id=str(n)) for n in range(1, 4)]
    assert shape(one(*orders)) == [("200", "TAX10", "1.35", "0.15")]


def test_gross_and_net_orders_stand_on_one_net_invoice_without_losing_a_cent() -> None:
    gross = paid(line("9.08", tax="0.91"), id="1", prices_include_tax=True)
    net = paid(line("9.08"), id="2", prices_include_tax=False)
    found = one(gross, net)
    assert found.document.mode is TaxMode.EXCLUSIVE
    assert shape(found) == [("200", "TAX10", "18.16", None)]
    totals = found.document.expected()
    assert totals is not None
    assert (totals.total, totals.total_tax) == (D("19.98"), D("1.82"))


def test_gross_orders_alone_stay_gross() -> None:
    orders = [
        paid(line("9.08", tax="0.91"), id=str(n), prices_include_tax=True) for n in range(1, 4)
    ]
    found = one(*orders)
    assert found.document.mode is TaxMode.INCLUSIVE
    assert shape(found) == [("200", "TAX10", "29.97", "2.73")]


def test_xero_computes_where_a_rounding_line_is_wanted_and_enough() -> None:
    orders = [paid(line("0.45"), id=str(n)) for n in range(1, 3)]
    found = one(*orders, rules={"posting": {**DAILY["posting"], "rounding": "rounding_line"}})
    assert shape(found) == [
        ("200", "TAX10", "0.90", None), ("860", "BASEXCLUDED", "0.01", None),
    ]  # fmt: skip


def test_more_than_rounding_is_stated_and_never_made_up_by_a_line() -> None:
    orders = [paid(line("0.45"), id=str(n)) for n in range(1, 6)]
    found = one(*orders, rules={"posting": {**DAILY["posting"], "rounding": "rounding_line"}})
    assert shape(found) == [("200", "TAX10", "2.25", "0.25")]


def test_orders_whose_rounding_sums_to_more_than_a_document_may_bear_are_split() -> None:
    off = [
        replace(paid(line("10.00"), id=str(n)), total=D("11.01"),
                payments=(Payment("checkmo", D("11.01"), received_at=NOON),))
        for n in range(1, 4)
    ]  # fmt: skip
    found = documents(parts_of(*off, paid(line("10.00"), id="4")))
    numbers = [f"S1-D20260302-AUD{tail}" for tail in ("", "-2", "-3")]
    assert [s.document.number for s in found] == numbers
    for summary in found:
        rounding = [row for row in summary.document.lines if row.description == "Rounding"]
        assert [row.amount for row in rounding] == [D("0.01")]
    assert [len(s.parts) for s in found] == [2, 1, 1]


def test_tracking_and_tax_that_is_as_charged_are_kept_apart() -> None:
    rules = {
        **DAILY,
        "tax": {"rates": {"TAX10": "10"}, "rules": [
            {"country": "*", "rate": "10", "tax_type": "TAX10"},
            {"country": "*", "rate": "19", "tax_type": "TAX10", "as_charged": True},
        ]},
        "tracking": {"Shop": "{store_view}"},
    }  # fmt: skip
    found = one(
        paid(line("100.00"), id="1", store_view="East"),
        paid(line("100.00"), id="2", store_view="West"),
        paid(line("100.00", rate="19"), id="3", store_view="West"),
        rules=rules,
    )
    assert [(*row, one_line.tracking[0][1]) for row, one_line in
            zip(shape(found), found.document.lines, strict=True)] == [
        ("200", "TAX10", "100.00", None, "East"),
        ("200", "TAX10", "100.00", None, "West"),
        ("200", "TAX10", "100.00", "19.00", "West"),
    ]  # fmt: skip


def test_tax_as_charged_stays_stated_where_xero_is_to_compute_the_rest() -> None:
    """A cent off its rate: by its size it may be rounding, but it was stated all the same."""
    rules = {
        **DAILY,
        "tax": {"rules": [
            {"country": "*", "rate": "10", "tax_type": "TAX10", "as_charged": True},
            {"country": "*", "rate": "20", "tax_type": "TAX20"},
        ]},
    }  # fmt: skip
    orders = (
        paid(line("100.00", tax="10.01"), id="1"), paid(line("50.00", rate="20"), id="2"),
    )  # fmt: skip
    parts = [replace(part, overrides=False) for part in parts_of(*orders, rules=rules)]
    (found,) = documents(parts, rules)
    assert shape(found) == [("200", "TAX10", "100.00", "10.01"), ("200", "TAX20", "50.00", None)]


def test_one_payment_for_each_clearing_account_and_day() -> None:
    rules = {**DAILY, "payment_accounts": {"checkmo": "970", "stripe": "091"}}
    half = Payment("checkmo", D("55.00"), received_at=NOON)
    card = Payment("stripe", D("55.00"), received_at=NOON + timedelta(days=1))
    cash = Payment("checkmo", D("110.00"), received_at=NOON)
    found = one(
        paid(id="1", payments=(half, card)), paid(id="2", payments=(cash,)),
        paid(id="3", payments=(replace(card, amount=D("110.00")),)), rules=rules,
    )  # fmt: skip
    money = [
        (p.account, p.date.isoformat(), str(p.amount), p.reference) for p in documents_of(found)
    ]
    assert money == [
        ("970", "2026-03-02", "165.00", "S1-D20260302-AUD-P1"),
        ("091", "2026-03-03", "165.00", "S1-D20260302-AUD-P2"),
    ]


def test_a_draft_is_not_paid_before_it_is_approved() -> None:
    rules = {"posting": {**DAILY["posting"], "status": "DRAFT"}}
    waiting = sale(paid(), rules)
    assert [reason.code for reason in waiting.plan.reasons] == ["payment_waits_for_approval"]
    found = one(paid(), rules=rules)
    assert (found.document.status, found.money) == ("DRAFT", ())


def test_foreign_orders_of_several_rates_give_the_base_amount_that_the_shop_recorded() -> None:
    def foreign(n: int, rate: str) -> Order:
        return paid(id=str(n), currency="EUR", rate=D(rate))

    assert one(foreign(1, "0.6"), foreign(2, "0.6")).document.currency_rate == D("0.6")
    mixed = one(foreign(1, "0.6"), foreign(2, "0.5")).document
    assert mixed.number == "S1-D20260302-EUR"
    # 220.00 EUR are 110 / 0.6 + 110 / 0.5 = 403.333… AUD
    assert mixed.currency_rate == D("0.545455")


def test_where_an_order_has_no_rate_the_document_has_none() -> None:
    known = paid(id="1", currency="EUR", rate=D("0.6"))
    assert one(known, paid(id="2", currency="EUR")).document.currency_rate is None


# --- which orders ------------------------------------------------------------------------------


def stays_alone(made: Order, rules: dict[str, Any] | None = None) -> bool:
    found = sale(made, rules)
    assert not found.parts or not found.plan.documents
    return not found.parts


def test_only_paid_retail_orders_are_summarised() -> None:
    assert not stays_alone(paid())
    assert stays_alone(paid(payments=(), received=D(0)))
    assert stays_alone(paid(payments=(Payment("checkmo", D("109.99")),), received=D("109.99")))
    business = Customer(email="a@example.com", company="Acme", tax_number="DE123456789")
    untaxed = line("100.00", rate="0")
    home = Address(country="DE")
    assert stays_alone(
        paid(untaxed, customer=business, billing=home, shipping=home),
        {"tax": {"rules": [{"country": "*", "rate": "0", "tax_type": "EXEMPTOUTPUT"}]}},
    )
    assert not stays_alone(paid(customer=business))
    assert stays_alone(paid(), {"rules": [{"when": {"status": "processing"}, "hold": "ask Ana"}]})
    assert stays_alone(paid(), {"rules": [{"when": {"country": "AU"}, "contact": "Desk"}]})
    assert stays_alone(paid(payments=(Payment("wallet", D("110.00")),)))


def test_an_order_that_takes_goods_from_xeros_stock_stays_alone_and_other_items_do_not() -> None:
    for tracked, alone in ((True, True), (False, False)):
        items = {"SHIRT": ItemFacts("SHIRT", tracked=tracked, on_hand=D(5))}
        found = account_for(replace(books(DAILY), known_items=items), paid(), Contacts())
        assert bool(found.parts) is not alone


def test_an_order_with_documents_of_its_own_is_never_summarised() -> None:
    own = Entry(Slot("order", "7", "invoice"), Kind.INVOICE, "S1-1001", frozen=False, posted=False)
    found = account_for(books(DAILY), paid(), Contacts(), History((own,)))
    assert not found.parts
    assert [wanted.document.kind for wanted in found.plan.documents] == [Kind.INVOICE, Kind.PAYMENT]


def test_without_the_setting_nothing_is_summarised() -> None:
    found = account_for(books(), paid(), Contacts())
    assert not found.parts
    assert found.built.contact is not None


def test_where_payments_are_not_posted_the_shops_word_is_enough() -> None:
    streams = {"payments": False}
    found = account_for(books(DAILY, streams=streams), paid(), Contacts())
    (part,) = found.parts
    assert part.money == ()
    unpaid = paid(payments=(), received=D(0))
    assert not account_for(books(DAILY, streams=streams), unpaid, Contacts()).parts


# --- for any orders ----------------------------------------------------------------------------

CENTS = st.integers(1, 30_000).map(lambda n: D(n) / 100)


@st.composite
def any_order(draw: st.DrawFn) -> Order:
    n = draw(st.integers(1, 99))
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        rate = draw(st.sampled_from(["5", "8.25", "10", "19", "20"]))
        net = draw(CENTS)
        if draw(st.booleans()):
            off = (net * draw(st.integers(0, 90)) / 100).quantize(D("0.01"))
            lines.append(discounted(str(net), str(off), rate=rate))
        else:
            lines.append(line(str(net), rate=rate))
    if draw(st.booleans()):
        lines.append(shipping(str(draw(CENTS))))
    inclusive = draw(st.booleans())
    method = draw(st.sampled_from(["checkmo", "stripe"]))
    day = NOON + timedelta(days=draw(st.integers(0, 1)))
    made = order(
        *lines, id=str(n), number=f"{n:06}", prices_include_tax=inclusive, placed_at=day,
    )  # fmt: skip
    return replace(made, payments=(Payment(method, made.total, received_at=day),))


ORDERS = st.lists(any_order(), min_size=1, max_size=12, unique_by=lambda made: made.id)
RULES = {"payment_accounts": {"checkmo": "970", "stripe": "091"}}
ROUNDINGS = st.sampled_from(["auto", "rounding_line"])


@settings(max_examples=60, deadline=None)
@given(orders=ORDERS, rounding=ROUNDINGS, random=st.randoms(use_true_random=False))
def test_the_sum_of_the_orders_is_the_document_in_any_order(
    orders: list[Order], rounding: str, random: Any
) -> None:
    rules = {**RULES, "posting": {**DAILY["posting"], "rounding": rounding}}
    parts = parts_of(*orders, rules=rules)
    made = _by_day(parts, rules)
    summed = sum((s.document.expected().total for s in made), D(0))  # type: ignore[union-attr]
    assert len([p for s in made for p in s.parts]) == len(parts)
    assert summed == sum((part.totals.total for part in parts), D(0))
    for summary in made:
        totals = summary.document.expected()
        assert totals is not None
        assert totals.total == sum((part.totals.total for part in summary.parts), D(0))
        assert totals.total == sum((p.amount for p in documents_of(summary)), D(0))
        charged = sum((part.tax for part in summary.parts), D(0))
        closed = [row for row in summary.document.lines if row.description == "Rounding"]
        assert abs(totals.total_tax - charged) <= D("0.05")
        assert totals.total_tax == charged or rounding == "rounding_line"
        assert sum((abs(row.amount) for row in closed), D(0)) <= D("0.05")
        mixed = {part.mode for part in summary.parts} != {TaxMode.INCLUSIVE}
        assert summary.document.mode is (TaxMode.EXCLUSIVE if mixed else TaxMode.INCLUSIVE)
        for one in summary.money:
            assert one.document.amount == sum((share for _, share in one.shares), D(0))
    shuffled = list(parts)
    random.shuffle(shuffled)
    assert _texts(_by_day(shuffled, rules)) == _texts(made)


def _by_day(parts: Sequence[Part], rules: dict[str, Any]) -> list[Summary]:
    days = sorted({part.day for part in parts})
    return [s for day in days for s in documents([p for p in parts if p.day == day], rules)]


def _texts(summaries: list[Summary]) -> list[str]:
    return [stored(one.payload()) for s in summaries for one in (s.document, *documents_of(s))]


def test_a_redeemed_card_is_paid_from_its_liability() -> None:
    made = paid(rows=(TotalRow("gift_cards_amount", "Gift card", D("-30.00"), "gift"),))
    rules = {**DAILY, "gift_cards": {"unknown": "liability"}}
    found = one(made, rules=rules)
    assert [(p.account, str(p.amount)) for p in documents_of(found)] == [
        ("835", "30.00"), ("970", "80.00"),
    ]  # fmt: skip


def test_an_account_without_a_code_is_named_by_its_id() -> None:
    bank = account("", "ASSET", type="BANK", account_id="5e1f0d1c-0000-4000-8000-000000000001")
    facts = organisation(replace(bank, code=""))
    accounts = {**facts.accounts, bank.account_id: bank}
    setting = books(
        {**DAILY, "payment_accounts": {"checkmo": bank.account_id}},
        replace(facts, accounts=accounts),
    )
    parts = account_for(setting, paid(), Contacts()).parts
    (payment,) = documents_of(summarised(setting, parts, WEB, 1))
    assert payment.payload()["Account"] == {"AccountID": bank.account_id}


def test_an_order_whose_money_a_person_posts_stays_by_itself() -> None:
    """Nothing of it is received here, so that it is not paid in full."""
    by_hand = {**DAILY, "payment_accounts": {"checkmo": "none"}}
    found = account_for(books(by_hand), paid(), Contacts())
    assert not found.parts
    assert [wanted.slot.purpose for wanted in found.plan.documents] == ["invoice"]
