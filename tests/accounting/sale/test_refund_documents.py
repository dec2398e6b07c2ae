"""Refunds in the pure core: which tender pays back, what a credit line carries, what is held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.plan.plan import documents_of, plan_order
from accounting.reasons import Reason
from accounting.sale.build import build_order
from stores.canonical.order import Order, Payment, TaxShare
from stores.canonical.refund import Refund, RefundLine, TenderBack
from tests.accounting.orders import NOON, D, books, codes, line, order, shipping
from xero.documents.documents import Document
from xero.documents.kinds import Kind

METHODS = {"payment_accounts": {"checkmo": "970", "stripe": "091", "banktransfer": "090"}}
ADJUSTED = {"accounts": {"refund_adjustments": "261"}}


def back(gross: str, *, id: str = "7", days: int = 3, **changes: Any) -> Refund:
    """A memo of so much of the one line, at 10 %, with the tax inside."""
    total = D(gross)
    tax = (total / 11).quantize(D("0.01"), "ROUND_HALF_UP")
    goods = RefundLine("1", "Shirt", "SHIRT", D(1), total - tax, tax, D(10), "creditmemos[0].items")
    made = Refund(
        id=id, number=f"00{id}", order_id="7", currency="AUD", total=total,
        refunded_at=NOON + timedelta(days=days), updated_at=NOON + timedelta(days=days),
        lines=(goods,), shipping_net=D(0), shipping_tax=D(0), adjustment=D(0), tax=tax,
    )  # fmt: skip
    return replace(made, **changes)


def refunded(*refunds: Refund, **changes: Any) -> Order:
    """An order of 110.00 (tax 10.00), paid by cheque unless told otherwise."""
    tender = Payment("checkmo", D("110.00"), received_at=NOON)
    values = {
        "payments": (tender,), "received": D("110.00"), "refunds": refunds,
        "refunded": sum((one.total for one in refunds), D(0)),
    }  # fmt: skip
    return order(**(values | changes))


@dataclass(frozen=True)
class Answer:
    status: str
    reasons: tuple[Reason, ...]
    documents: tuple[Document, ...]


def built(made: Order, rules: dict[str, Any] | None = None, **options: Any) -> Answer:
    setting = books({**METHODS, **(rules or {})}, **options)
    sale = build_order(setting, made, Contacts())
    plan = plan_order(setting, made, sale)
    return Answer(sale.status, (*sale.reasons, *plan.reasons), documents_of(sale, plan))


def payloads(answer: Answer, kind: Kind) -> list[dict[str, Any]]:
    return [one.payload() for one in answer.documents if one.kind is kind]


def paid_back(answer: Answer) -> list[tuple[str, str, str]]:
    """Of every refund: the credit note's number, the account and the amount."""
    found = []
    for body in payloads(answer, Kind.REFUND):
        number = str(body["CreditNote"]["CreditNoteID"]).removeprefix("credit_note:")
        found.append((number, body["Account"]["Code"], str(body["Amount"])))
    return found


def note_lines(answer: Answer, at: int = 0) -> list[tuple[str, str, str, str | None]]:
    """Account, tax type, amount and stated tax of each line of a credit note."""
    return [
        (
            row["AccountCode"], row["TaxType"],
            str((row["Quantity"] * row["UnitAmount"]).quantize(D("0.01"))),
            str(row["TaxAmount"]) if "TaxAmount" in row else None,
        )
        for row in payloads(answer, Kind.CREDIT_NOTE)[at]["LineItems"]
    ]  # fmt: skip


def totals(answer: Answer) -> list[tuple[Decimal, Decimal]]:
    """Total and tax of each credit note."""
    notes = [one for one in answer.documents if one.kind is Kind.CREDIT_NOTE]
    expected = [one.expected() for one in notes]
    return [(one.total, one.total_tax) for one in expected if one is not None]


# --- which tender pays back --------------------------------------------------------------------

CHEQUE = Payment("checkmo", D("60.00"), received_at=NOON)
CARD = Payment("stripe", D("50.00"), reference="pi_1", received_at=NOON + timedelta(days=1))


def test_the_last_tender_that_was_paid_pays_back_first_up_to_what_it_paid() -> None:
    answer = built(refunded(back("66.00"), payments=(CHEQUE, CARD)))
    assert paid_back(answer) == [("S1-1001-R7", "091", "50.00"), ("S1-1001-R7", "970", "16.00")]
    references = [body["Reference"] for body in payloads(answer, Kind.REFUND)]
    assert len(set(references)) == 2


def test_what_a_tender_has_paid_back_is_not_there_for_the_next_refund() -> None:
    made = refunded(back("33.00"), back("33.00", id="8", days=4), payments=(CHEQUE, CARD))
    assert paid_back(built(made)) == [
        ("S1-1001-R7", "091", "33.00"), ("S1-1001-R8", "091", "17.00"),
        ("S1-1001-R8", "970", "16.00"),
    ]  # fmt: skip


def test_the_tender_that_the_shop_names_pays_back() -> None:
    answer = built(refunded(back("33.00", method="checkmo"), payments=(CHEQUE, CARD)))
    assert paid_back(answer) == [("S1-1001-R7", "970", "33.00")]


def test_a_refund_may_go_to_a_tender_by_which_nothing_was_paid() -> None:
    answer = built(refunded(back("33.00", method="banktransfer"), payments=(CHEQUE, CARD)))
    assert paid_back(answer) == [("S1-1001-R7", "090", "33.00")]


def test_an_unmapped_method_holds_the_refund_and_not_the_credit_note() -> None:
    answer = built(refunded(back("33.00", method="wallet")))
    assert answer.status == "ready"
    assert codes(answer) == ["payment_method_unmapped"]
    assert totals(answer) == [(D("33.00"), D("3.00"))]
    assert paid_back(answer) == []


# --- what is allocated and what is paid back -----------------------------------------------------


def test_a_credit_on_an_unpaid_order_is_allocated_and_no_money_moves() -> None:
    answer = built(refunded(back("33.00"), payments=(), received=D(0)))
    (one,) = payloads(answer, Kind.ALLOCATION)
    assert (one["Amount"], one["Date"]) == (D("33.00"), "2026-03-05")
    assert str(one["CreditNote"]["CreditNoteID"]) == "credit_note:S1-1001-R7"
    assert str(one["Invoice"]["InvoiceID"]) == "invoice:S1-1001"
    assert paid_back(answer) == []


def test_refunds_are_dated_in_the_time_zone_of_the_books() -> None:
    late = NOON.replace(day=5, hour=23)  # 10:00 on the 6th in Sydney
    answer = built(refunded(back("33.00", refunded_at=late)))
    assert [one["Date"] for one in payloads(answer, Kind.CREDIT_NOTE)] == ["2026-03-06"]
    assert [one["Date"] for one in payloads(answer, Kind.REFUND)] == ["2026-03-06"]


@pytest.mark.parametrize(("first", "account"), [
    ({"total_over": "100"}, "201"), ({"total_under": "100"}, "203"),
])  # fmt: skip
def test_a_refund_stands_on_the_account_of_its_sale_by_what_the_order_came_to(
    first: dict[str, str], account: str
) -> None:
    rules = [{"when": first, "account": "201"}, {"when": {"country": "AU"}, "account": "203"}]
    answer = built(refunded(back("22.00")), {"rules": rules})
    (invoice,), (note,) = payloads(answer, Kind.INVOICE), payloads(answer, Kind.CREDIT_NOTE)
    assert [one["AccountCode"] for one in invoice["LineItems"]] == [account]
    assert [one["AccountCode"] for one in note["LineItems"]] == [account]


def test_the_sum_of_credits_never_exceeds_the_invoice() -> None:
    """The first fits and is posted; the one that would exceed it is held, and says so."""
    answer = built(refunded(back("100.00"), back("10.01", id="8", days=4)))
    assert answer.status == "ready"
    assert [number for number, *_ in paid_back(answer)] == ["S1-1001-R7"]
    assert [total for total, _ in totals(answer)] == [D("100.00")]
    assert codes(answer) == ["refund_exceeds_invoice"]


def test_refunds_beyond_what_the_order_states_are_held() -> None:
    answer = built(refunded(back("20.00"), refunded=D("10.00")))
    assert totals(answer) == []
    assert codes(answer) == ["refund_does_not_add_up"]


def test_a_refund_that_the_record_lacks_is_said_and_the_others_are_posted() -> None:
    answer = built(refunded(back("20.00"), refunded=D("30.00")))
    assert [total for total, _ in totals(answer)] == [D("20.00")]
    assert codes(answer) == ["refund_not_given"]


def test_without_the_credit_note_stream_nothing_is_credited() -> None:
    answer = built(refunded(back("33.00")), streams={"credit_notes": False})
    assert answer.status == "ready"
    assert (totals(answer), paid_back(answer)) == ([], [])


# --- what the lines carry ------------------------------------------------------------------------


def test_a_fee_kept_in_a_document_without_tax_in_its_prices_has_its_tax_inside_the_amount() -> None:
    """5.00 at 10 % are 4.55 and 0.45; Xero would compute 0.46 and is told."""
    memo = back("110.00", total=D("105.00"), adjustment=D("-5.00"))
    answer = built(refunded(memo), ADJUSTED)
    assert totals(answer) == [(D("105.00"), D("9.55"))]
    assert ("261", "TAX10", "-4.55", "-0.45") in note_lines(answer)


def test_a_fee_of_one_cent_over_two_rates_goes_to_the_larger_part() -> None:
    untaxed = line("30.00", rate="0", id="2")
    memo = back("110.00", total=D("139.99"), adjustment=D("-0.01"))
    other = RefundLine("2", "Honey", "HONEY", D(1), D("30.00"), D(0), D(0), "creditmemos[0].items")
    memo = replace(memo, lines=(*memo.lines, other))
    made = refunded(memo, received=D("140.00"), payments=(Payment("checkmo", D("140.00")),))
    made = replace(made, lines=(*made.lines, untaxed), total=D("140.00"))
    answer = built(made, ADJUSTED)
    assert totals(answer) == [(D("139.99"), D("10.00"))]
    assert [row[2] for row in note_lines(answer) if row[0] == "261"] == ["-0.01"]


def test_goodwill_of_an_order_without_goods_is_no_part_of_any_supply() -> None:
    carried = shipping("100.00")
    memo = back("33.00", total=D("38.00"), adjustment=D("5.00"), lines=(), tax=D("3.00"),
                shipping_net=D("30.00"), shipping_tax=D("3.00"))  # fmt: skip
    answer = built(replace(refunded(memo), lines=(carried,)), ADJUSTED)
    assert codes(answer) == []
    assert note_lines(answer) == [
        ("202", "TAX10", "30.00", None), ("261", "BASEXCLUDED", "5.00", None),
    ]  # fmt: skip
    assert totals(answer) == [(D("38.00"), D("3.00"))]


def test_four_decimals_of_a_memo_are_rounded_and_the_order_s_sum_agrees() -> None:
    answer = built(refunded(back("33.00", total=D("33.0021")), refunded=D("33.00")))
    assert totals(answer) == [(D("33.00"), D("3.00"))]


def test_a_header_that_differs_from_its_lines_is_spread_over_them() -> None:
    """Two lines of 11.00 and 22.00, a header of 33.51: 0.51 more, the shop's tax unchanged."""
    one, two = back("11.00").lines[0], back("22.00").lines[0]
    memo = back("33.00", total=D("33.51"), tax=D("3.00"), lines=(one, two))
    answer = built(refunded(memo))
    assert totals(answer) == [(D("33.51"), D("3.00"))]
    assert [(row[0], row[2]) for row in note_lines(answer)] == [("200", "10.17"), ("200", "20.34")]


def test_a_memo_s_tax_that_differs_from_its_lines_is_spread_by_their_tax() -> None:
    """Lines with 1.00 and 2.00 of tax, a header with 3.03; the total stays as it is."""
    one, two = back("11.00").lines[0], back("22.00").lines[0]
    answer = built(refunded(back("33.00", tax=D("3.03"), lines=(one, two))))
    assert totals(answer) == [(D("33.00"), D("3.03"))]
    assert note_lines(answer) == [
        ("200", "TAX10", "9.99", "1.01"),
        ("200", "TAX10", "19.98", "2.02"),
    ]


def test_where_prices_include_tax_more_of_it_leaves_the_amounts_as_they_are() -> None:
    one, two = back("11.00").lines[0], back("22.00").lines[0]
    memo = back("33.00", tax=D("3.03"), lines=(one, two))
    answer = built(refunded(memo, prices_include_tax=True))
    assert totals(answer) == [(D("33.00"), D("3.03"))]
    assert note_lines(answer) == [
        ("200", "TAX10", "11.00", "1.01"), ("200", "TAX10", "22.00", "2.02"),
    ]  # fmt: skip


def test_a_line_with_a_tax_below_zero_is_credited_with_the_tax_that_went_back() -> None:
    """Its tax cannot be shared out by such figures; only the sum is needed."""
    shares = (TaxShare("GST", D(11), D("11.00")), TaxShare("Rebate", D(-1), D("-1.00")))
    sold = line("100.00", taxes=shares)
    answer = built(replace(refunded(back("33.00")), lines=(sold,)))
    assert totals(answer) == [(D("33.00"), D("3.00"))]


def test_goods_that_went_back_to_stock_carry_their_item_code_as_the_setting_says() -> None:
    def code(restocked: bool, choice: str) -> str | None:
        memo = back("33.00")
        memo = replace(memo, lines=(replace(memo.lines[0], restocked=restocked),))
        rules = {"refunds": {"restock": choice}}
        answer = built(refunded(memo), rules, items=frozenset({"SHIRT"}))
        (row,) = payloads(answer, Kind.CREDIT_NOTE)[0]["LineItems"]
        return row.get("ItemCode")

    assert (code(True, "as_store"), code(False, "as_store")) == ("SHIRT", None)
    assert (code(True, "always"), code(False, "always")) == ("SHIRT", "SHIRT")
    assert (code(True, "never"), code(False, "never")) == (None, None)


def test_goodwill_on_goods_taxed_as_charged_has_the_shops_rate_inside() -> None:
    """5.40 at the shop's 8 % are 5.00 and 0.40, whatever the rate of the type."""
    rules = ADJUSTED | {
        "tax": {"rates": {"TAX10": "10"}, "rules": [
            {"country": "*", "rate": "8", "tax_type": "TAX10", "as_charged": True},
        ]},
    }  # fmt: skip
    goods = RefundLine(
        "1", "Shirt", "SHIRT", D(1), D("50.00"), D("4.00"), D(8), "creditmemos[0].items"
    )
    memo = back("59.40", adjustment=D("5.40"), tax=D("4.00"), lines=(goods,))
    made = replace(
        refunded(memo, payments=(Payment("checkmo", D("108.00")),), received=D("108.00")),
        lines=(line("100.00", rate="8"),), total=D("108.00"), tax=D("8.00"),
    )  # fmt: skip
    answer = built(made, rules)
    assert totals(answer) == [(D("59.40"), D("4.40"))]
    assert ("261", "TAX10", "5.00", "0.40") in note_lines(answer)


@pytest.mark.parametrize(("stated", "posted"), [("43.98", 2), ("43.97", 0)])
def test_the_order_may_round_its_refunds_by_a_cent_each_and_no_more(
    stated: str, posted: int
) -> None:
    answer = built(refunded(back("22.00"), back("22.00", id="8"), refunded=D(stated)))
    assert len(totals(answer)) == posted
    assert codes(answer) == ([] if posted else ["refund_does_not_add_up"])


def test_money_that_was_put_on_the_store_credit_is_not_what_the_order_says_went_back_on_it() -> (
    None
):
    """The order states 22.00 of store credit given back; the memo is of money that became some."""
    stored = TenderBack("customer_balance_amount", "Store credit", D("22.00"))
    answer = built(refunded(back("22.00", tenders=(stored,)), given_back=D("22.00")))
    assert codes(answer) == ["refund_not_given"]
    assert "credit memos over 0.00 of that" in answer.reasons[-1].message
