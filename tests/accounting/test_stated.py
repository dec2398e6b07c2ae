"""What a shop leaves unsaid is worked out from what it says, or the order is held by name."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounting.books import Books
from accounting.reasons import Hold
from accounting.reconcile.expected import figures_of
from accounting.stated.order import as_stated
from stores.canonical.order import Collector, Line, MoneyIn, Order, Payment, TaxShare
from stores.canonical.refund import MoneyBack, Refund, RefundLine, RefundPayment
from tests.accounting.orders import (
    NOON,
    D,
    books,
    build,
    codes,
    line,
    lines_of,
    mapped,
    order,
    shipping,
    totals,
)
from tests.accounting.sale.test_refund_documents import (
    back,
    built,
    note_lines,
    paid_back,
    refunded,
)
from tests.accounting.sale.test_refund_documents import totals as note_totals

# One class of goods at 10 %, one without tax, and no rule by rate.
BY_CLASS: dict[str, Any] = {
    "tax": {
        "rates": {"OUTPUT": "10", "EXEMPTOUTPUT": "0"},
        "rules": [
            {"country": "*", "class": "goods", "tax_type": "OUTPUT"},
            {"country": "*", "class": "books", "tax_type": "EXEMPTOUTPUT"},
        ],
    }
}


def unsaid(gross: str, **changes: Any) -> Line:
    """A line of which the shop states what was charged and no more."""
    made = replace(line(gross, rate="0"), rate=None, full_net=None, unit_net=None, unit_gross=None)
    return replace(made, **({"full_gross": None, "tax_class": "goods"} | changes))


def stated(setting: Books, made: Order) -> Order:
    return as_stated(setting, mapped(setting, made)).order


# --- tax that is not stated ----------------------------------------------------------------------


def test_a_tax_that_the_shop_does_not_state_is_inside_by_the_rate_that_the_mapping_says() -> None:
    answer = build(order(unsaid("110.00"), unsaid("20.00", id="2", tax_class="books")), BY_CLASS)

    assert [(one.tax_type, one.amount) for one in lines_of(answer)] == [
        ("OUTPUT", D("110.00")), ("EXEMPTOUTPUT", D("20.00")),
    ]  # fmt: skip
    assert (totals(answer).total, totals(answer).total_tax) == (D("130.00"), D("10.00"))
    assert codes(answer) == []


def test_a_rule_that_asks_for_a_rate_does_not_fit_a_line_without_one() -> None:
    answer = build(order(unsaid("110.00")))

    assert codes(answer) == ["tax_unmapped"]
    assert "with a tax that the shop does not state" in answer.reasons[0].message
    assert answer.invoice is None


def test_where_nobody_knows_the_rate_the_order_is_held() -> None:
    rules = {"tax": {"default": "OUTPUT"}}

    answer = build(order(unsaid("110.00")), rules)

    assert codes(answer) == ["tax_rate_unknown"]
    assert answer.invoice is None
    assert figures_of(books(rules), order(unsaid("110.00"))).invoiced == D("110.00")


def test_what_is_worked_out_twice_comes_to_the_same() -> None:
    made = order(
        unsaid("110.00"), shared("50.00", "3.13", id="2"),
        refunds=(refund("11.00", tax=None, lines=(part("11.00"),)),),
    )  # fmt: skip
    once = stated(books(BY_CLASS), made)

    assert stated(books(BY_CLASS), once) == once


def test_an_order_that_says_everything_stays_as_it_is() -> None:
    made = refunded(back("33.00"))

    assert stated(books(), made) == made


# --- who collected it ----------------------------------------------------------------------------


def shared(net: str, tax: str, who: Collector = Collector.MARKETPLACE, **changes: Any) -> Line:
    share = TaxShare("Sales tax", D("6.26"), D(tax), who)
    made = replace(line(net, rate="6.26", tax=tax), taxes=(share,))
    return replace(made, **changes)


def test_what_a_marketplace_collected_is_on_no_document_and_in_no_payment() -> None:
    paid = Payment("checkmo", D("53.13"), received_at=NOON)
    made = order(shared("50.00", "3.13"), payments=(paid,), received=D("53.13"))

    answer = build(made)

    assert (totals(answer).total, totals(answer).total_tax) == (D("50.00"), D(0))
    assert [one.amount for one in answer.payments] == [D("50.00")]
    assert codes(answer) == ["tax_of_marketplace"]
    assert answer.reasons[0].message.startswith("3.13 of tax was collected by the marketplace")
    figures = figures_of(books(), made)
    assert (figures.invoiced, figures.received, figures.tax) == (D("50.00"), D("50.00"), D(0))


def test_several_payments_lose_the_marketplaces_part_to_the_cent() -> None:
    paid = (Payment("checkmo", D("20.00")), Payment("checkmo", D("33.13")))
    made = order(shared("50.00", "3.13"), payments=paid, received=D("53.13"))

    answer = build(made)

    assert [one.amount for one in answer.payments] == [D("18.82"), D("31.18")]
    assert answer.overpayments == ()


def test_a_refund_is_without_the_marketplaces_part_too() -> None:
    made = refunded(
        refund("53.13", tax=D("3.13"), lines=(part("50.00", tax="3.13"),)),
        payments=(Payment("checkmo", D("53.13"), received_at=NOON),), received=D("53.13"),
    )  # fmt: skip
    made = replace(made, lines=(shared("50.00", "3.13"),), total=D("53.13"), tax=D("3.13"))

    answer = built(made)

    assert note_totals(answer) == [(D("50.00"), D(0))]
    assert paid_back(answer) == [("S1-1001-R7", "970", "50.00")]


def test_each_way_by_which_it_goes_back_is_without_its_share() -> None:
    ways = (RefundPayment("checkmo", D("33.13")), RefundPayment("stripe", D("20.00")))
    whole = refund("53.13", tax=D("3.13"), lines=(part("50.00", tax="3.13"),), payments=ways)
    made = refunded(
        whole, payments=(Payment("checkmo", D("33.13")), Payment("stripe", D("20.00"))),
        received=D("53.13"),
    )  # fmt: skip
    made = replace(made, lines=(shared("50.00", "3.13"),), total=D("53.13"), tax=D("3.13"))

    answer = built(made)

    assert note_totals(answer) == [(D("50.00"), D(0))]
    assert paid_back(answer) == [("S1-1001-R7", "970", "31.18"), ("S1-1001-R7", "091", "18.82")]


def test_where_nobody_knows_who_collected_a_tax_the_order_is_held() -> None:
    answer = build(order(shared("50.00", "3.13", Collector.UNKNOWN)))

    assert codes(answer) == ["tax_collector_unknown"]
    assert answer.invoice is None


# --- refunds that do not say all -----------------------------------------------------------------


def part(amount: str, *, tax: str = "0", id: str = "1") -> RefundLine:
    return RefundLine(id, "Shirt", "SHIRT", D(1), D(amount), D(tax), D(10), "refunds[0].lines")


def refund(total: str, **changes: Any) -> Refund:
    return back(total, **({"lines": (), "tax": None} | changes))


def test_a_refund_without_tax_has_it_inside_as_the_goods_sold_had_it() -> None:
    answer = built(refunded(refund("33.00", lines=(part("33.00"),))))

    assert note_totals(answer) == [(D("33.00"), D("3.00"))]
    assert note_lines(answer) == [("200", "TAX10", "30.00", None)]


def test_the_tax_of_several_lines_is_rounded_once() -> None:
    lines = tuple(line("10.00", id=str(n)) for n in (1, 2, 3))
    made = order(
        *lines, refunds=(refund("15.00", lines=tuple(part("5.00", id=str(n)) for n in (1, 2, 3))),)
    )

    (found,) = stated(books(), made).refunds

    assert [one.tax for one in found.lines] == [D("0.46"), D("0.45"), D("0.45")]
    assert found.tax == D("1.36")
    assert sum(one.net + one.tax for one in found.lines) == D("15.00")


def test_shipping_that_was_given_back_has_its_own_tax_inside() -> None:
    made = order(
        line("100.00"), shipping("10.00", rate="20"),
        refunds=(refund("23.00", lines=(part("11.00"),), shipping_net=D("12.00")),),
    )  # fmt: skip

    (found,) = stated(books(), made).refunds

    assert (found.lines[0].tax, found.shipping_net, found.shipping_tax) == (D(1), D(10), D(2))
    assert found.tax == D(3)


def test_an_amount_alone_is_goodwill_with_the_tax_of_the_order() -> None:
    answer = built(refunded(refund("11.00")), {"accounts": {"refund_adjustments": "261"}})

    assert note_totals(answer) == [(D("11.00"), D("1.00"))]
    assert [one[0] for one in note_lines(answer)] == ["261"]


def test_an_amount_that_is_all_of_the_order_gives_back_all_of_its_lines() -> None:
    answer = built(refunded(refund("110.00")))

    assert note_totals(answer) == [(D("110.00"), D("10.00"))]
    assert note_lines(answer) == [("200", "TAX10", "100.00", None)]


def paid(*states: MoneyBack, total: str = "33.00") -> Order:
    each = D(total) / len(states)
    ways = tuple(RefundPayment("checkmo", each, state) for state in states)
    return refunded(back(total, payments=ways))


DONE, PENDING, DECLINED = MoneyBack.DONE, MoneyBack.PENDING, MoneyBack.DECLINED


def test_a_refund_that_is_paid_back_is_credited() -> None:
    answer = built(paid(DONE, DONE))

    assert note_totals(answer) == [(D("33.00"), D("3.00"))]
    assert answer.reasons == ()


@pytest.mark.parametrize("states", [(PENDING,), (DONE, PENDING), (DECLINED, PENDING)])
def test_a_refund_waits_until_none_of_its_payments_is_pending(
    states: tuple[MoneyBack, ...],
) -> None:
    answer = built(paid(*states))

    assert note_totals(answer) == []
    assert "refund_pending" in [reason.code for reason in answer.reasons]


def test_a_refund_that_was_declined_is_credited_with_nothing() -> None:
    answer = built(replace(paid(DECLINED), refunded=D(0)))

    assert note_totals(answer) == []
    assert [reason.code for reason in answer.reasons] == ["refund_declined"]


def test_of_several_payments_what_was_declined_is_left_out() -> None:
    answer = built(replace(paid(DONE, DECLINED, total="66.00"), refunded=D("33.00")))

    assert note_totals(answer) == [(D("33.00"), D("3.00"))]
    assert paid_back(answer) == [("S1-1001-R7", "970", "33.00")]


# --- money in ------------------------------------------------------------------------------------


def test_an_authorised_payment_is_no_money_yet() -> None:
    promised = Payment("checkmo", D("110.00"), state=MoneyIn.AUTHORISED)

    answer = build(order(payments=(promised,)))

    assert answer.payments == ()
    assert answer.invoice is not None
    assert codes(answer) == ["payment_authorised"]


def test_beside_an_authorised_payment_what_came_in_is_posted() -> None:
    promised = Payment("checkmo", D("60.00"), state=MoneyIn.AUTHORISED)
    came = Payment("checkmo", D("50.00"), fee=D("1.20"))

    answer = build(order(payments=(promised, came)))

    assert [one.amount for one in answer.payments] == [D("50.00")]
    assert codes(answer) == ["payment_authorised"]


def test_a_test_order_is_not_posted() -> None:
    answer = build(order(test=True))

    assert (answer.status, codes(answer)) == ("skipped", ["test_order"])


def test_a_collector_that_is_not_known_raises_before_anything_is_worked_out() -> None:
    with pytest.raises(Hold):
        stated(books(), order(shared("50.00", "3.13", Collector.UNKNOWN)))
