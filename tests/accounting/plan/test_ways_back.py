"""A refund whose money goes back several ways, or only in part: each way from its own account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from accounting.contacts.directory import Contacts
from accounting.plan.plan import plan_order
from accounting.sale.build import build_order
from stores.canonical.order import Order
from stores.canonical.refund import RefundPayment, TenderBack
from tests.accounting.orders import D, books
from tests.accounting.sale.test_refund_documents import (
    CARD,
    CHEQUE,
    METHODS,
    back,
    built,
    paid_back,
    refunded,
    totals,
)
from tests.accounting.standing import posted
from xero.documents.kinds import Kind


def ways(*told: tuple[str, str]) -> tuple[RefundPayment, ...]:
    return tuple(RefundPayment(method, D(amount)) for method, amount in told)


def paid_by_both(gross: str, *told: tuple[str, str], **changes: Any) -> Order:
    made = refunded(back(gross, payments=ways(*told), **changes), payments=(CHEQUE, CARD))
    return replace(made, refunded=sum((D(amount) for _, amount in told), D(0)))


def test_each_way_gives_back_what_the_shop_says_of_it() -> None:
    answer = built(paid_by_both("66.00", ("checkmo", "46.00"), ("stripe", "20.00")))

    assert totals(answer) == [(D("66.00"), D("6.00"))]
    assert paid_back(answer) == [("S1-1001-R7", "970", "46.00"), ("S1-1001-R7", "091", "20.00")]
    assert answer.reasons == ()


def test_one_way_is_the_method_that_the_refund_does_not_name_itself() -> None:
    answer = built(paid_by_both("33.00", ("checkmo", "33.00")))

    assert paid_back(answer) == [("S1-1001-R7", "970", "33.00")]


def test_a_way_by_which_nothing_was_paid_pays_from_its_own_account() -> None:
    answer = built(paid_by_both("66.00", ("banktransfer", "40.00"), ("stripe", "26.00")))

    assert paid_back(answer) == [("S1-1001-R7", "090", "40.00"), ("S1-1001-R7", "091", "26.00")]


@pytest.mark.parametrize(("moved", "open_"), [("0", "33.00"), ("20.00", "13.00")])
def test_what_did_not_go_back_is_left_open_for_the_buyer(moved: str, open_: str) -> None:
    answer = built(paid_by_both("33.00", ("checkmo", moved)))

    assert totals(answer) == [(D("33.00"), D("3.00"))]
    assert [amount for *_, amount in paid_back(answer)] == [moved] * (moved != "0")
    (reason,) = answer.reasons
    assert reason.code == "credit_left_open"
    assert reason.message.startswith(f"{open_} of S1-1001-R7 is left open")


def test_more_that_went_back_than_was_refunded_is_held_by_name() -> None:
    answer = built(paid_by_both("33.00", ("checkmo", "33.00"), ("stripe", "10.00")))

    assert totals(answer) == []
    (reason,) = answer.reasons
    assert reason.code == "refund_does_not_add_up"
    assert "43.00" in reason.message
    assert "33.00" in reason.message


def test_an_unmapped_way_holds_the_money_and_not_the_credit_note() -> None:
    answer = built(paid_by_both("66.00", ("wallet", "40.00"), ("stripe", "26.00")))

    assert totals(answer) == [(D("66.00"), D("6.00"))]
    assert paid_back(answer) == []
    assert [reason.code for reason in answer.reasons] == ["payment_method_unmapped"]


def test_a_way_that_a_person_posts_is_left_to_them() -> None:
    by_hand = METHODS["payment_accounts"] | {"banktransfer": "none"}
    made = paid_by_both("66.00", ("banktransfer", "40.00"), ("stripe", "26.00"))

    answer = built(made, {"payment_accounts": by_hand})

    assert paid_back(answer) == [("S1-1001-R7", "091", "26.00")]
    assert [reason.code for reason in answer.reasons] == ["credit_left_open"]


def test_beside_store_credit_the_money_goes_back_its_ways() -> None:
    credit = TenderBack("customerbalance", "Store Credit", D("22.00"))
    made = paid_by_both("66.00", ("checkmo", "30.00"), ("stripe", "14.00"), tenders=(credit,))
    rules = {"total_rows": {"customerbalance": "store_credit"}, "accounts": {"store_credit": "835"}}

    answer = built(replace(made, refunded=D("66.00")), rules)

    assert sorted(paid_back(answer)) == [
        ("S1-1001-R7", "091", "14.00"), ("S1-1001-R7", "835", "22.00"),
        ("S1-1001-R7", "970", "30.00"),
    ]  # fmt: skip


def test_what_is_posted_is_not_planned_again() -> None:
    made = paid_by_both("66.00", ("checkmo", "46.00"), ("stripe", "20.00"))
    setting = books(METHODS)
    sale = build_order(setting, made, Contacts())
    first = plan_order(setting, made, sale)

    again = plan_order(setting, made, sale, posted(first))

    assert [one for one in again.documents if one.document.kind is Kind.REFUND] == []
