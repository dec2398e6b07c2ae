"""A payment that was posted is found again, whatever was mapped or told since."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accounting.plan.payment_slots import KnownPayment, purposes
from xero.documents.kinds import Kind, Ref
from xero.documents.settling import InvoicePayment

D = Decimal


def pay(account: str, amount: str, reference: str, tender: int) -> InvoicePayment:
    invoice = Ref(Kind.INVOICE, "S1-1001")
    return InvoicePayment(invoice, account, date(2026, 3, 2), D(amount), reference, tender=tender)


def slot(account: str, amount: str, reference: str) -> KnownPayment:
    return KnownPayment(reference, account, D(amount))


CARD = pay("971", "60", "1001-1", 1)
CHEQUE = pay("970", "50", "1001-2", 2)


@pytest.mark.parametrize(
    ("have", "wanted", "expected"),
    [
        pytest.param({}, [CARD, CHEQUE], ["payment-1", "payment-2"], id="new ones by place"),
        pytest.param({}, [CHEQUE], ["payment-2"], id="the place of one that is held stays free"),
        pytest.param(
            {"payment-2": slot("970", "50", "1001-2")}, [CARD, CHEQUE],
            ["payment-1", "payment-2"], id="mapped later",
        ),
        pytest.param(
            {"payment-1": slot("970", "50", "1001-2")}, [CARD, CHEQUE],
            ["payment-2", "payment-1"], id="mapped later, counted without it before",
        ),
        pytest.param(
            {"payment-1": slot("970", "50", "1001-1")}, [pay("970", "50", "ch_1", 1)],
            ["payment-1"], id="the gateway's id came later",
        ),
        pytest.param(
            {"payment-1": slot("970", "50", "1001-1")}, [pay("975", "50", "1001-1", 1)],
            ["payment-1"], id="another account is mapped now",
        ),
        pytest.param(
            {"payment-1": slot("970", "40", "1001-1")}, [pay("975", "110", "ch_1", 1)],
            ["payment-1"], id="everything changed but the place",
        ),
        pytest.param(
            {"payment-1": slot("835", "30", "1001-1")},
            [pay("970", "80", "1001-1", 1), pay("835", "30", "1001-2", 2)],
            ["payment-2", "payment-1"], id="money came after a gift card that took its place",
        ),
        pytest.param(
            {"payment-1": slot("970", "55", "a"), "payment-2": slot("970", "55", "b")},
            [pay("970", "55", "b", 1), pay("970", "55", "a", 2)],
            ["payment-2", "payment-1"], id="two equal ones by reference",
        ),
    ],
)  # fmt: skip
def test_purposes(
    have: dict[str, KnownPayment], wanted: list[InvoicePayment], expected: list[str]
) -> None:
    assert purposes(have, wanted) == expected


def called(payment: InvoicePayment, *names: str) -> InvoicePayment:
    return replace(payment, also=names)


@pytest.mark.parametrize(
    ("have", "wanted", "expected"),
    [
        pytest.param(
            {"payment-1": slot("970", "50", "shop-7")},
            [called(pay("970", "40", "ch_1", 1), "shop-7")],
            ["payment-1"], id="under another of its names, and another amount",
        ),
        pytest.param(
            {"payment-1": slot("970", "50", "shop-7"), "payment-2": slot("970", "50", "ch_9")},
            [pay("970", "50", "ch_9", 1), called(pay("970", "50", "ch_1", 2), "shop-7")],
            ["payment-2", "payment-1"], id="each by its own names",
        ),
        pytest.param(
            {"payment-1": slot("971", "50", "shop-7"), "payment-2": slot("970", "50", "x")},
            [called(pay("970", "50", "ch_1", 1), "shop-7")],
            ["payment-2"], id="an account and amount before another name alone",
        ),
        pytest.param(
            {"payment-3": slot("971", "60", "shop-7")},
            [called(pay("970", "50", "ch_1", 1), "shop-7")],
            ["payment-3"], id="by another name alone",
        ),
    ],
)  # fmt: skip
def test_a_payment_is_found_by_any_of_its_names(
    have: dict[str, KnownPayment], wanted: list[InvoicePayment], expected: list[str]
) -> None:
    assert purposes(have, wanted) == expected
