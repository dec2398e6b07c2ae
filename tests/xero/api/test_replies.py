"""Answers of Xero: matching elements, deciding what failed, dates, known texts."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from xero.api import replies
from xero.api.replies import ElementResult
from xero.api.texts import code_of

A = "11111111-1111-1111-1111-111111111111"
B = "22222222-2222-2222-2222-222222222222"


def invoice(number: str, **fields: Any) -> dict[str, Any]:
    return {
        "InvoiceID": f"id of {number}",
        "InvoiceNumber": number,
        "Status": "AUTHORISED",
        "StatusAttributeString": "OK",
        "SubTotal": Decimal("10.00"),
        "TotalTax": Decimal("1.00"),
        "Total": Decimal("11.00"),
        "AmountDue": 11,
        "UpdatedDateUTC": "/Date(1552327126164+0000)/",
        "HasErrors": False,
        **fields,
    }


def refused(number: str, *texts: str) -> dict[str, Any]:
    errors = [{"Message": text} for text in texts]
    return invoice(number, StatusAttributeString="ERROR", HasErrors=True, ValidationErrors=errors)


def test_one_refused_element_leaves_the_others_saved() -> None:
    sent = [{"InvoiceNumber": n} for n in ("S1", "S2", "S3")]
    answer = {
        "Invoices": [invoice("S1"), refused("S2", "Invoice # must be unique."), invoice("S3")]
    }

    first, second, third = replies.results("invoices", sent, answer)

    assert first == ElementResult(
        index=0,
        ok=True,
        xero_id="id of S1",
        number="S1",
        status="AUTHORISED",
        sub_total=Decimal("10.00"),
        total_tax=Decimal("1.00"),
        total=Decimal("11.00"),
        amount_due=Decimal(11),
        updated_at=datetime(2019, 3, 11, 17, 58, 46, 164000, tzinfo=UTC),
        raw=answer["Invoices"][0],
    )
    assert (second.ok, second.refused, second.code) == (False, True, "number_taken")
    assert second.xero_id == "", "the id of a refused element means nothing"
    assert third.ok


def test_elements_in_any_order_are_matched_by_their_number() -> None:
    numbers = [f"S{n}" for n in range(50)]
    answered = [invoice(number) for number in numbers]
    random.Random(7).shuffle(answered)

    found = replies.results(
        "invoices", [{"InvoiceNumber": n} for n in numbers], {"Invoices": answered}
    )

    assert [result.number for result in found] == numbers
    assert [result.index for result in found] == list(range(50))


def test_contacts_are_matched_by_contact_number_and_then_by_name() -> None:
    sent = [{"Name": "Ann Lee", "ContactNumber": "S:1"}, {"Name": "Bob"}]
    answered = [
        {"ContactID": B, "Name": "bob"},
        {"ContactID": A, "Name": "Ann Lee (2)", "ContactNumber": "S:1"},
    ]

    found = replies.results("contacts", sent, {"Contacts": answered})

    assert [result.xero_id for result in found] == [A, B]


def test_payments_are_matched_by_document_amount_and_reference() -> None:
    def payment(amount: str, reference: str, key: str = "") -> dict[str, Any]:
        found = {"Invoice": {"InvoiceID": A}, "Amount": Decimal(amount), "Reference": reference}
        return {**found, "PaymentID": key} if key else found

    sent = [payment("5.00", "t1"), payment("5.00", "t2"), payment("7.5", "t1")]
    answered = [payment("7.50", "t1", "p3"), payment("5", "t2", "p2"), payment("5", "t1", "p1")]

    found = replies.results("payments", sent, {"Payments": answered})

    assert [result.xero_id for result in found] == ["p1", "p2", "p3"]
    assert [result.total for result in found] == [Decimal(5), Decimal(5), Decimal("7.50")]


def test_equal_payments_are_matched_by_position() -> None:
    sent = [{"Invoice": {"InvoiceID": A}, "Amount": Decimal(5), "Reference": "t"}] * 2
    answered = [{**sent[0], "PaymentID": "p1"}, {**sent[0], "PaymentID": "p2"}]

    found = replies.results("payments", sent, {"Payments": answered})

    assert [result.xero_id for result in found] == ["p1", "p2"]


def test_position_does_not_overrule_a_number_that_differs() -> None:
    (result,) = replies.results(
        "invoices", [{"InvoiceNumber": "S1"}], {"Invoices": [invoice("S9")]}
    )

    assert result == ElementResult(index=0)
    assert not result.ok
    assert not result.refused


def test_an_element_without_its_number_is_matched_by_position_if_the_counts_agree() -> None:
    answered = [invoice("S1"), refused("", "Account code '1' is not a valid code")]
    sent = [{"InvoiceNumber": "S1"}, {"InvoiceNumber": "S2"}]

    assert replies.results("invoices", sent, {"Invoices": answered})[1].refused
    assert replies.results("invoices", sent, {"Invoices": answered[1:]}) == [
        ElementResult(index=0),
        ElementResult(index=1),
    ]


@pytest.mark.parametrize("answer", [{}, {"Invoices": None}, {"Invoices": []}, {"Contacts": []}])
def test_an_answer_without_the_element_decides_nothing(answer: dict[str, Any]) -> None:
    assert replies.results("invoices", [{"InvoiceNumber": "S1"}], answer) == [
        ElementResult(index=0)
    ]


@pytest.mark.parametrize("xero_id", ["", None, "00000000-0000-0000-0000-000000000000"])
def test_success_needs_an_id(xero_id: str | None) -> None:
    result = replies.element_result("invoices", invoice("S1", InvoiceID=xero_id))

    assert (result.ok, result.refused) == (False, False)


@pytest.mark.parametrize(
    "failure",
    [
        {"StatusAttributeString": "ERROR"},
        {"HasErrors": True},
        {"HasValidationErrors": True},
        {"ValidationErrors": [{"Description": "The words of some answers"}]},
    ],
)
def test_any_of_xeros_signs_of_failure_counts(failure: dict[str, Any]) -> None:
    result = replies.element_result("invoices", invoice("S1", **failure))

    assert (result.ok, result.refused, result.xero_id) == (False, True, "")
    assert len(result.texts) == 1


def test_a_warning_does_not_fail_an_element() -> None:
    element = invoice(
        "S1", StatusAttributeString="WARNING", Warnings=[{"Message": "Rate looks odd"}]
    )
    result = replies.element_result("invoices", element)

    assert (result.ok, result.warnings) == (True, ("Rate looks odd",))


def test_an_error_on_a_part_of_a_saved_element_is_a_warning() -> None:
    element = invoice("S1", Contact={"ValidationErrors": [{"Message": "Email is odd"}]})
    result = replies.element_result("invoices", element)

    assert (result.ok, result.warnings, result.texts) == (True, ("Email is odd",), ())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/Date(1552327126164+0000)/", datetime(2019, 3, 11, 17, 58, 46, 164000, tzinfo=UTC)),
        ("/Date(-1000)/", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("/Date(1552327126164+1300)/", datetime(2019, 3, 11, 17, 58, 46, 164000, tzinfo=UTC)),
        ("2026-01-31T10:00:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00+02:00", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_moments_are_read_in_every_form(written: str | None, read: datetime | None) -> None:
    assert replies.moment(written) == read


def test_a_plain_date_is_that_of_the_utc_midnight() -> None:
    assert replies.day("/Date(1769817600000+0000)/") == date(2026, 1, 31)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Invoice # must be unique.", "number_taken"),
        ("Credit note # must be unique.", "number_taken"),
        (
            "The contact name Ann is already assigned to another contact. The contact name must"
            " be unique across all active contacts.",
            "contact_name_taken",
        ),
        (
            "Another contact has this contact number. Please enter a different contact number.",
            "contact_number_taken",
        ),
        (
            "The contact with the specified contact details has been archived. The contact must"
            " be un-archived before creating new invoices or credit notes.",
            "archived_contact",
        ),
        ("Email address must be valid.", "invalid_email"),
        ("Payment amount exceeds the amount outstanding on this document", "payment_exceeds"),
        ("The payment amount exceeds the amount outstanding on this document.", "payment_exceeds"),
        ("Payments can only be made against Authorised documents", "payment_not_approved"),
        ("The account must be a bank account or have payments enabled", "payment_account"),
        (
            "The document date cannot be before the period lock date, currently set at 31 Jan.",
            "period_locked",
        ),
        ("You have reached the limit of invoices you can approve", "approve_limit"),
        ("Organisation is not subscribed to currency EUR", "currency_not_enabled"),
        (
            "The TaxType code 'OUTPUT' cannot be used with account code '090'.",
            "tax_not_allowed",
        ),
        (
            "The TaxType code X does not exist or cannot be used for this type of transaction.",
            "tax_type_invalid",
        ),
        ("The tax amount 1.00 does not match 0.91", "tax_amount_refused"),
        (
            "Account code '200' has been archived, or has been deleted. Each line item must"
            " reference a valid account.",
            "account_archived",
        ),
        ("Account code '999' is not a valid code for this document.", "account_invalid"),
        ("Price List Item with Code 'A' already exists", "item_code_taken"),
        ("Item code 'A' is not valid", "item_invalid"),
        (
            "This document cannot be edited as it has a payment or credit note allocated to it.",
            "has_payments",
        ),
        ("Invoice not of valid status for modification", "document_locked"),
        (
            "The status VOIDED cannot be applied to the invoice because it has payments or"
            " credit notes allocated to it.",
            "has_payments",
        ),
        ("The invoice total does not equal the sum of the lines.", "totals_disagree"),
        (
            "The discount rate '27.83' is invalid. Discount must not be greater than the line"
            " total.",
            "discount_invalid",
        ),
        (
            "Idempotency Key: abc is used with a different request.",
            "idempotency_mismatch",
        ),
        ("Something quite new", "refused"),
    ],
)
def test_known_texts_have_stable_codes(text: str, code: str) -> None:
    assert code_of([text]) == code


def test_the_first_known_text_gives_the_code() -> None:
    assert code_of(["Something quite new", "Invoice # must be unique."]) == "number_taken"
