"""Gift cards, store credit and reward points: liabilities that come back as payment."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.gift_cards import CardFacts, CardMove, CardUse
from accounting.sale.build import build_order
from accounting.sale.built import Built
from stores.canonical.order import GiftCard, LineKind, Order, Payment
from tests.accounting.orders import (
    account,
    books,
    build,
    codes,
    discounted,
    line,
    lines_of,
    order,
    organisation,
    row,
    shape,
    shipping,
    totals,
)
from xero.documents.facts import NOT_CONNECTED, OrganisationFacts

D = Decimal
MORE = {"accounts": {"rewards": "837", "gift_card_expense": "429"}}
NO_PAYMENTS = organisation(
    account("835", "LIABILITY"), account("836", "LIABILITY"), account("837", "LIABILITY"),
    account("429", "EXPENSE"),
)  # fmt: skip


def unknown(policy: str, **more: Any) -> dict[str, Any]:
    return MORE | {"gift_cards": {"unknown": policy} | more}


def redeemed(code: str = "gift_cards_amount", amount: str = "30.00", **changes: Any) -> Order:
    """110.00 of goods of which `amount` was redeemed, and the rest paid."""
    rest = D("110.00") - D(amount)
    made = {"rows": (row(code, f"-{amount}"),), "received": rest, "outstanding": D(0)}
    return order(line("100"), **(made | changes))


def with_card(code: str = "AAA", amount: str = "30.00", **changes: Any) -> Order:
    card = GiftCard(code, D(amount), D(amount), "gift_cards[0]")
    return redeemed(amount=amount, cards_redeemed=(card,), **changes)


def known(
    made: Order,
    facts: CardFacts,
    rules: dict[str, Any] | None = None,
    xero: OrganisationFacts = NOT_CONNECTED,
    **store: Any,
) -> Built:
    """As `build`, with what is known of gift cards."""
    return build_order(replace(books(rules, xero, **store), cards=facts), made, Contacts())


def tendered(built: Built) -> list[tuple[str, str, str]]:
    return [(p.account, str(p.amount), p.reference) for p in built.payments]


def left(built: Built) -> Decimal:
    """What stays on accounts receivable."""
    return totals(built).total - sum((p.amount for p in built.payments), D(0))


# --- sold -----------------------------------------------------------------------------------


def gift_card(**changes: Any) -> Order:
    sold = line("50.00", rate=changes.pop("rate", "0"), name="Card", product_type="giftcard")
    return order(sold, **changes)


def test_a_card_sold_is_a_liability_without_tax() -> None:
    assert shape(build(gift_card())) == [("1", "50.00", "835", "BASEXCLUDED", None)]


def test_a_rule_on_its_account_still_works() -> None:
    rule = {"when": {"sku": "SH*"}, "account": "850"}
    assert shape(build(gift_card(), {"rules": [rule]})) == [
        ("1", "50.00", "850", "BASEXCLUDED", None)
    ]


def test_a_single_purpose_card_is_sold_as_any_goods() -> None:
    built = build(gift_card(rate="10"), {"gift_cards": {"voucher": "single"}})
    assert shape(built) == [("1", "50.00", "200", "TAX10", None)]
    assert totals(built).total_tax == D("5.00")


def test_a_card_that_the_shop_taxed_is_no_multi_purpose_one() -> None:
    for xero in (NOT_CONNECTED, organisation()):
        built = build(gift_card(rate="10"), organisation=xero)
        assert (built.status, codes(built)) == ("held", ["gift_card_taxed"])
        assert built.reasons[0].field == "gift_cards.voucher"


def test_what_was_sold_is_remembered_by_code() -> None:
    cards = (GiftCard("AAA", D(25), D(25)), GiftCard("BBB", D(25), D(25)))
    built = build(gift_card(cards_sold=cards))
    assert built.cards == (
        CardMove("AAA", CardUse.SOLD, D(25)), CardMove("BBB", CardUse.SOLD, D(25)),
    )  # fmt: skip
    assert build(gift_card(cards_sold=cards, status="pending", state="new")).cards == ()


# --- redeemed: payment or mirror line -------------------------------------------------------

CREDITS = [
    ("gift_cards_amount", "835", unknown("liability")),
    ("gift_cards_amount", "429", unknown("expense")),
    ("customer_balance_amount", "836", MORE),
    ("reward_currency_amount", "837", MORE),
]


@pytest.mark.parametrize(("code", "target", "rules"), CREDITS)
def test_redeemed_is_a_payment_from_its_own_account(
    code: str, target: str, rules: dict[str, Any]
) -> None:
    built = build(redeemed(code), rules)
    assert shape(built) == [("1", "100.00", "200", "TAX10", None)]
    assert tendered(built) == [("970", "80.00", "1001-1"), (target, "30.00", "1001-2")]
    assert (left(built), built.reasons) == (D(0), ())


@pytest.mark.parametrize("mode", ["true", "false"])
@pytest.mark.parametrize(("code", "target", "rules"), CREDITS)
def test_or_a_mirror_line_where_the_account_takes_no_payments(
    code: str, target: str, rules: dict[str, Any], mode: str
) -> None:
    basis = {"tax": {"prices_include_tax": mode == "true"}}
    built = build(redeemed(code), rules | basis, NO_PAYMENTS)
    mirror = lines_of(built)[1]
    assert (mirror.account, str(mirror.amount)) == (target, "-30.00")
    assert (mirror.tax_type, mirror.tax_amount) == ("BASEXCLUDED", None)
    assert (totals(built).total, totals(built).total_tax) == (D("80.00"), D("10.00"))
    assert tendered(built) == [("970", "80.00", "1001-1")]
    assert (left(built), built.reasons) == (D(0), ())


def test_an_order_paid_by_gift_card_alone() -> None:
    made = redeemed(amount="110.00")
    paid = build(made, unknown("liability"))
    assert tendered(paid) == [("835", "110.00", "1001-1")]
    mirrored = build(made, unknown("liability"), NO_PAYMENTS)
    assert (totals(mirrored).total, mirrored.payments) == (D(0), ())
    assert mirrored.status == "ready"


def test_a_mirror_line_does_not_wait_for_the_money() -> None:
    unpaid = redeemed(received=D(0), outstanding=D(80))
    built = build(unpaid, unknown("liability"), NO_PAYMENTS)
    assert (totals(built).total, left(built)) == (D("80.00"), D("80.00"))
    draft = {"posting": {"status": "DRAFT"}}
    assert totals(build(unpaid, unknown("liability") | draft, NO_PAYMENTS)).total == D("80.00")


def test_what_pays_a_card_keeps_its_reference_when_the_money_comes() -> None:
    rules = unknown("liability")
    unpaid = build(redeemed(received=D(0), outstanding=D(80)), rules)
    assert tendered(unpaid) == [("835", "30.00", "1001-2")]
    assert tendered(build(redeemed(), rules))[1] == ("835", "30.00", "1001-2")


def test_too_much_money_does_not_crowd_out_the_gift_card() -> None:
    built = build(redeemed(received=D(90)), unknown("liability"))
    assert tendered(built) == [("970", "80.00", "1001-1"), ("835", "30.00", "1001-2")]
    assert [str(o.lines[0].amount) for o in built.overpayments] == ["10.00"]
    assert codes(built) == ["overpaid"]


@pytest.mark.parametrize("code", ["account_unmapped", "account_archived", "account_not_allowed"])
def test_an_unfit_account_holds_the_tender_and_not_the_invoice(code: str) -> None:
    changes = {"account_archived": {"status": "ARCHIVED"},
               "account_not_allowed": {"system_account": "GST"}}  # fmt: skip
    facts = organisation(account("837", "LIABILITY", **changes.get(code, {})))
    rules = {} if code == "account_unmapped" else MORE
    built = build(redeemed("reward_currency_amount"), rules, facts)
    assert (built.status, codes(built)) == ("ready", [code])
    assert built.reasons[0].field == "accounts.rewards"
    assert (totals(built).total, tendered(built)) == (D("110.00"), [("970", "80.00", "1001-1")])


def test_an_unfit_mirror_line_holds_the_order() -> None:
    """A line cannot follow later, as a payment can."""
    rules = unknown("liability") | {"tax": {"out_of_scope": None}}
    built = build(redeemed(), rules, NO_PAYMENTS)
    assert (built.status, built.reasons[0].field) == ("held", "tax.out_of_scope")


def test_reward_points_taken_off_before_tax_are_a_discount() -> None:
    """100.00 less 30.00, and 7.00 tax on the rest."""
    points = replace(row("reward_currency_amount", "-30.00", tax="0"), before_tax=True)
    made = order(replace(line("100"), tax=D(7), full_gross=None), rows=(points,), tax=D(7),
                 total=D("77.00"))  # fmt: skip
    built = build(made, MORE)
    assert shape(built) == [
        ("1", "100.00", "200", "TAX10", None), ("1", "-30.00", "205", "TAX10", None)
    ]  # fmt: skip
    assert (totals(built).total, tendered(built)) == (D("77.00"), [("970", "77.00", "1001-1")])


# --- unknown cards --------------------------------------------------------------------------


def test_an_unknown_card_holds_its_payment_and_not_the_invoice() -> None:
    built = build(redeemed())
    assert (built.status, codes(built)) == ("ready", ["gift_card_unknown"])
    assert totals(built).total == D("110.00")
    assert tendered(built) == [("970", "80.00", "1001-1")]
    assert left(built) == D("30.00")


def test_an_unknown_card_as_a_discount_is_taxed_like_the_goods() -> None:
    """30.00 with tax are 27.27 and 2.73 at 10 %."""
    built = build(redeemed(), unknown("discount"))
    assert shape(built) == [
        ("1", "100.00", "200", "TAX10", None), ("1", "-27.27", "205", "TAX10", None)
    ]  # fmt: skip
    assert (totals(built).total, totals(built).total_tax) == (D("80.00"), D("7.27"))
    assert (tendered(built), left(built)) == ([("970", "80.00", "1001-1")], D(0))
    inclusive = build(redeemed(), unknown("discount") | {"tax": {"prices_include_tax": True}})
    assert shape(inclusive) == [
        ("1", "110.00", "200", "TAX10", None), ("1", "-30.00", "205", "TAX10", None)
    ]  # fmt: skip
    assert totals(inclusive).total_tax == D("7.27")


def test_such_a_discount_is_split_over_the_goods_and_then_the_rest() -> None:
    """Goods of 120.00 and 52.50, shipping of 11.00: a card of 175.00 leaves 8.50 of shipping."""
    made = order(
        line("100", rate="20"), line("50", rate="5", id="2"), shipping("10"),
        rows=(row("gift_cards_amount", "-175.00"),), received=D("8.50"),
    )  # fmt: skip
    built = build(made, unknown("discount"))
    assert shape(built)[3:] == [
        ("1", "-100.00", "205", "TAX20", None), ("1", "-50.00", "205", "TAX5", None),
        ("1", "-2.27", "205", "TAX10", None),
    ]  # fmt: skip
    assert (totals(built).total, totals(built).total_tax) == (D("8.50"), D("0.77"))
    assert left(built) == D(0)


def test_goods_paid_in_full_carry_no_tax_to_the_cent() -> None:
    """Three at 3.33 with 0.34 tax each by the shop, where Xero would compute 0.33."""
    made = order(
        *(line("3.33", tax="0.34", id=str(n)) for n in range(3)),
        rows=(row("gift_cards_amount", "-11.01"),), received=D(0),
    )  # fmt: skip
    for mode in (True, False):
        built = build(made, unknown("discount") | {"tax": {"prices_include_tax": mode}})
        assert (totals(built).total, totals(built).total_tax) == (D(0), D(0))


def test_a_discounted_line_is_paid_at_what_was_charged() -> None:
    """200.00 less half is 110.00 with tax; 55.00 of it by card."""
    made = order(discounted("200", "100"), rows=(row("gift_cards_amount", "-55.00"),),
                 received=D(55))  # fmt: skip
    built = build(made, unknown("discount"))
    assert [one[1] for one in shape(built)] == ["200.00", "-100.00", "-50.00"]
    assert (totals(built).total, totals(built).total_tax) == (D("55.00"), D("5.00"))


def test_a_discount_account_that_does_not_fit_holds_the_order() -> None:
    facts = organisation(account("205", status="ARCHIVED"))
    built = build(redeemed(), unknown("discount"), facts)
    assert (built.status, built.reasons[0].field) == ("held", "accounts.discounts")


# --- known cards ----------------------------------------------------------------------------


def test_a_card_that_was_sold_here_pays_whatever_the_policy() -> None:
    built = known(with_card(), CardFacts({"AAA": D(50)}))
    assert tendered(built) == [("970", "80.00", "1001-1"), ("835", "30.00", "1001-2")]
    assert built.cards == (CardMove("AAA", CardUse.REDEEMED, D(30)),)
    assert built.reasons == ()


def test_a_card_pays_no_more_than_is_left_of_it() -> None:
    built = known(with_card(), CardFacts({"AAA": D("12.50")}))
    assert tendered(built) == [("970", "80.00", "1001-1"), ("835", "12.50", "1001-2")]
    (reason,) = built.reasons
    assert reason.code == "gift_card_unknown"
    assert reason.message.startswith("A gift card of 17.50 was redeemed")
    assert built.cards == (
        CardMove("AAA", CardUse.REDEEMED, D("12.50")), CardMove("AAA", CardUse.WAITING, D("17.50")),
    )  # fmt: skip


def test_a_single_purpose_card_leaves_the_goods_without_further_tax() -> None:
    """Its tax was charged when it was sold, and its revenue is in sales already."""
    built = known(
        with_card(), CardFacts({"AAA": D(50)}), {"gift_cards": {"voucher": "single"}}, NO_PAYMENTS
    )
    assert shape(built) == [
        ("1", "100.00", "200", "TAX10", None), ("1", "-27.27", "200", "TAX10", None)
    ]  # fmt: skip
    assert (totals(built).total, totals(built).total_tax) == (D("80.00"), D("7.27"))
    assert left(built) == D(0)


def test_the_opening_balance_is_used_up_by_unknown_cards_first() -> None:
    rules = unknown("expense", opening_balance="100")
    facts = CardFacts(opening_used=D(80))
    built = known(with_card(), facts, rules)
    assert tendered(built)[1:] == [("835", "20.00", "1001-2"), ("429", "10.00", "1001-3")]
    assert built.cards == (
        CardMove("AAA", CardUse.OPENING, D(20)), CardMove("AAA", CardUse.UNKNOWN, D(10)),
    )  # fmt: skip
    spent = known(with_card(), CardFacts(opening_used=D(120)), rules)
    assert tendered(spent)[1:] == [("429", "30.00", "1001-2")]
    untold = known(redeemed(), CardFacts(), rules)
    assert untold.cards == (CardMove("", CardUse.OPENING, D(30)),)


def test_the_opening_balance_is_in_the_base_currency() -> None:
    """30.00 EUR at 0.60 EUR a dollar are 50.00 AUD: 40.00 of them are covered, 24.00 EUR."""
    card = GiftCard("AAA", D(30), D(50))
    made = redeemed(cards_redeemed=(card,), currency="EUR", rate=D("0.6"))
    rules = unknown("hold", opening_balance="40")
    built = known(made, CardFacts(), rules)
    assert tendered(built)[1:] == [("835", "24.00", "1001-2")]
    assert built.cards == (
        CardMove("AAA", CardUse.OPENING, D(40)), CardMove("AAA", CardUse.WAITING, D(10)),
    )  # fmt: skip
    untold = replace(made, cards_redeemed=())
    assert tendered(known(untold, CardFacts(), rules))[1:] == [("835", "24.00", "1001-2")]
    no_rate = known(replace(untold, rate=None), CardFacts(), rules)
    assert (tendered(no_rate)[1:], no_rate.cards) == ([], ())


def test_what_was_posted_as_unknown_stays_so_when_its_sale_turns_up() -> None:
    facts = CardFacts({"AAA": D(50)}, decided={"AAA": D(30)})
    built = known(with_card(), facts, unknown("discount"))
    assert totals(built).total == D("80.00")
    assert built.cards == (CardMove("AAA", CardUse.UNKNOWN, D(30)),)


def test_cards_that_do_not_sum_to_the_row_are_not_told_apart() -> None:
    made = replace(with_card(), rows=(row("gift_cards_amount", "-31.00"),), total=D("79.00"),
                   received=D("79.00"))  # fmt: skip
    built = known(made, CardFacts({"AAA": D(50)}))
    assert (codes(built), built.cards) == (
        ["gift_card_unknown"], (CardMove("", CardUse.WAITING, D("31.00")),)
    )  # fmt: skip


def test_two_cards_are_two_tenders() -> None:
    cards = tuple(GiftCard(code, D(15), D(15)) for code in ("AAA", "BBB"))
    built = known(redeemed(cards_redeemed=cards), CardFacts({"AAA": D(50), "BBB": D(15)}))
    assert tendered(built)[1:] == [("835", "15.00", "1001-2"), ("835", "15.00", "1001-3")]


# --- without an invoice ---------------------------------------------------------------------


def test_on_a_receipt_every_such_tender_is_a_line() -> None:
    built = known(with_card(), CardFacts({"AAA": D(50)}), streams={"invoices": False})
    assert built.receipt is not None
    assert [(one.account, str(one.amount)) for one in built.receipt.lines] == [
        ("200", "100.00"), ("835", "-30.00")
    ]  # fmt: skip
    found = built.receipt.expected()
    assert found is not None
    assert (found.total, found.total_tax) == (D("80.00"), D("10.00"))


def test_a_receipt_waits_for_an_unknown_card() -> None:
    built = known(with_card(), CardFacts(), streams={"invoices": False})
    assert (built.status, codes(built)) == ("held", ["gift_card_unknown"])
    assert built.cards == (CardMove("AAA", CardUse.WAITING, D(30)),)
    assert built.documents == ()


def test_an_order_without_money_is_no_receipt() -> None:
    built = build(redeemed(amount="110.00"), unknown("liability"), streams={"invoices": False})
    assert (built.status, codes(built)) == ("held", ["receipt_without_money"])


def test_three_decimals_are_rounded_as_one_sum() -> None:
    made = order(
        line("2.470", rate="0", kind=LineKind.GOODS), currency="KWD", base_currency="KWD",
        rows=(row("gift_cards_amount", "-1.235"), row("customer_balance_amount", "-1.235")),
        received=D(0), tax=D(0), total=D("0.000"),
    )  # fmt: skip
    built = build(made, unknown("liability"), base_currency="KWD")
    assert [str(p.amount) for p in built.payments] == ["1.24", "1.23"]
    assert left(built) == D(0)


def test_a_held_method_and_a_card_hold_only_themselves() -> None:
    tenders = (Payment("stripe", D(50)), Payment("checkmo", D(30)))
    built = build(redeemed(payments=tenders), unknown("liability"))
    assert codes(built) == ["payment_method_unmapped"]
    assert tendered(built) == [("970", "30.00", "1001-2"), ("835", "30.00", "1001-3")]
    assert left(built) == D("50.00")
