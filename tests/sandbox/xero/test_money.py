"""Payments, credit notes, allocations, overpayments and bank transactions in the stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal as D

import pytest

from sandbox.xero import StandIn
from sandbox.xero.testing import Client, line, messages
from sandbox.xero.wire import Doc

EXCEEDS = "Payment amount exceeds the amount outstanding on this document"


@pytest.fixture
def xero() -> Iterator[StandIn]:
    with StandIn(limits={"per_minute": 0, "per_day": 0}) as stand_in:
        yield stand_in


@pytest.fixture
def au(xero: StandIn) -> Client:
    return Client(xero)


def credit_note(au: Client, number: str = "R-1", **changes: object) -> Doc:
    element = {
        "Type": "ACCRECCREDIT",
        "CreditNoteNumber": number,
        "Contact": {"Name": "Ann Example"},
        "Date": "2026-11-21",
        "Status": "AUTHORISED",
        "LineItems": [line("20")],
        **changes,
    }
    return au.put("CreditNotes", element)[0]


def overpayment(au: Client, amount: str = "30") -> Doc:
    element = {
        "Type": "RECEIVE-OVERPAYMENT",
        "Contact": {"Name": "Ann Example"},
        "BankAccount": {"Code": "090"},
        "Date": "2026-11-21",
        "Reference": "over",
        "LineItems": [{"Description": "Too much", "UnitAmount": D(amount)}],
    }
    return au.put("BankTransactions", element)[0]


def test_paying_in_parts_flips_the_invoice_to_paid(au: Client) -> None:
    found = au.invoice("P-1")
    first = au.pay(found["InvoiceID"], "60.05", Reference="ch_1")
    assert (first["Status"], first["PaymentType"]) == ("AUTHORISED", "ACCRECPAYMENT")
    (half,) = au.get("Invoices/P-1")
    assert (half["Status"], half["AmountDue"], half["AmountPaid"]) == (
        "AUTHORISED",
        D("49.95"),
        D("60.05"),
    )
    au.pay(found["InvoiceID"], "49.95")
    (full,) = au.get("Invoices/P-1")
    assert (full["Status"], full["AmountDue"]) == ("PAID", D("0.00"))
    assert full["FullyPaidOnDate"]
    assert [(one["Amount"], one.get("Reference")) for one in full["Payments"]] == [
        (D("60.05"), "ch_1"),
        (D("49.95"), None),
    ]


def test_a_second_equal_payment_exceeds_what_is_due(au: Client) -> None:
    found = au.invoice("P-1")
    au.pay(found["InvoiceID"], "110")
    refused = au.pay(found["InvoiceID"], "110")
    assert refused["HasValidationErrors"] is True
    assert messages(refused) == [EXCEEDS]
    assert len(au.get("Payments", page=1)) == 1


def test_within_one_batch_the_later_payment_is_refused(au: Client) -> None:
    key = au.invoice("P-1")["InvoiceID"]
    one = {"Invoice": {"InvoiceID": key}, "Account": {"Code": "091"}, "Amount": 60}
    first, second = au.put("Payments", one, one)
    assert (first["StatusAttributeString"], second["StatusAttributeString"]) == ("OK", "ERROR")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Amount": D("0")}, "The payment amount must be greater than zero"),
        ({"Amount": D("-5")}, "The payment amount must be greater than zero"),
        ({"Amount": D("1.005")}, "The payment amount must have no more than 2 decimal places"),
        (
            {"Account": {"Code": "200"}},
            "The account must be a bank account or have payments enabled",
        ),
        ({"Account": {"Code": "999"}}, "Account could not be found"),
        (
            {"Account": {"Code": "094"}, "Invoice": {"InvoiceNumber": "EUR-1"}},
            "The account's currency must be the document's or the organisation's",
        ),
        ({"Invoice": {"InvoiceNumber": "none"}}, "Invoice could not be found"),
        ({"Invoice": None}, "A payment must name exactly one document"),
        (
            {"Reference": "r" * 256},
            "The length of the Reference field must not be more than 255 characters",
        ),
    ],
)
def test_a_bad_payment_is_refused(au: Client, changes: Doc, text: str) -> None:
    key = au.invoice("P-1")["InvoiceID"]
    au.invoice("EUR-1", CurrencyCode="EUR")
    assert messages(au.pay(key, "10", **changes)) == [text]
    assert au.get("Payments", page=1) == []


def test_only_authorised_documents_take_payments(au: Client) -> None:
    draft = au.invoice("P-1", Status="DRAFT")
    assert messages(au.pay(draft["InvoiceID"], "10")) == [
        "Payments can only be made against Authorised documents"
    ]


def test_payment_accounts_by_id_and_with_payments_enabled(au: Client, xero: StandIn) -> None:
    (uncoded,) = [a for a in au.get("Accounts") if a["Name"] == "Savings without a code"]
    assert "Code" not in uncoded
    key = au.invoice("P-1")["InvoiceID"]
    assert "Status" in au.pay(key, "10", Account={"AccountID": uncoded["AccountID"]})
    assert au.pay(key, "10", Account={"Code": "835"})["StatusAttributeString"] == "OK"
    xero.person("archive_account", account="835")
    assert "has been archived" in messages(au.pay(key, "10", Account={"Code": "835"}))[0]


def test_deleting_a_payment_reopens_the_invoice(au: Client) -> None:
    key = au.invoice("P-1")["InvoiceID"]
    payment = au.pay(key, "110")
    (gone,) = au.post(f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})
    assert gone["Status"] == "DELETED"
    (found,) = au.get(f"Invoices/{key}")
    assert (found["Status"], found["AmountDue"], found["Payments"]) == (
        "AUTHORISED",
        D("110.00"),
        [],
    )


def test_payments_cannot_be_edited_and_reconciled_ones_not_deleted(
    au: Client, xero: StandIn
) -> None:
    payment = au.pay(au.invoice("P-1")["InvoiceID"], "10")
    path = f"Payments/{payment['PaymentID']}"
    assert messages(au.post(path, {"Reference": "x"})[0]) == [
        "Payments cannot be edited. They can only be created and deleted."
    ]
    xero.person("reconcile", payment=payment["PaymentID"])
    assert "reconciled" in messages(au.post(path, {"Status": "DELETED"})[0])[0]


def test_a_payment_in_a_locked_period_is_refused(au: Client, xero: StandIn) -> None:
    key = au.invoice("P-1")["InvoiceID"]
    xero.person("lock", period="2026-11-20")
    assert "period lock date" in messages(au.pay(key, "10"))[0]
    assert au.pay(key, "10", Date="2026-11-21")["Status"] == "AUTHORISED"


def test_a_foreign_payment_into_a_base_account_is_converted(au: Client) -> None:
    key = au.invoice("F-1", CurrencyCode="USD", CurrencyRate=D("0.65"))["InvoiceID"]
    payment = au.pay(key, "65", CurrencyRate=D("0.5"))
    assert (payment["Amount"], payment["BankAmount"]) == (D("65.00"), D("130.00"))


def test_a_credit_note_is_allocated_and_taken_back(au: Client) -> None:
    key = au.invoice("A-1")["InvoiceID"]
    note = credit_note(au)
    assert (note["Total"], note["RemainingCredit"]) == (D("22.00"), D("22.00"))
    path = f"CreditNotes/{note['CreditNoteID']}/Allocations"
    part = {"Invoice": {"InvoiceID": key}, "Amount": 22, "Date": "2026-11-22"}
    (allocation,) = au.put(path, part)
    assert allocation["CreditNote"]["CreditNoteNumber"] == "R-1"
    (found,) = au.get("Invoices/A-1")
    assert (found["AmountDue"], found["AmountCredited"]) == (D("88.00"), D("22.00"))
    assert found["CreditNotes"][0]["AppliedAmount"] == D("22.00")
    (used,) = au.get("CreditNotes/R-1")
    assert (used["Status"], used["RemainingCredit"]) == ("PAID", D("0.00"))
    assert au.send("DELETE", f"{path}/{allocation['AllocationID']}").status_code == 200
    assert au.send("DELETE", f"{path}/{allocation['AllocationID']}").status_code == 404
    assert au.get("Invoices/A-1")[0]["AmountDue"] == D("110.00")
    assert au.get("CreditNotes/R-1")[0]["Status"] == "AUTHORISED"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"Amount": 23}, "The allocation amount exceeds the remaining credit"),
        ({"Date": None}, "An allocation needs an existing Invoice, an Amount and a Date"),
        (
            {"Invoice": {"InvoiceNumber": "OTHER"}},
            "The invoice must belong to the same contact as the credit",
        ),
        (
            {"Invoice": {"InvoiceNumber": "EUR"}},
            "The invoice must be in the same currency as the credit",
        ),
        (
            {"Invoice": {"InvoiceNumber": "SMALL"}},
            "The allocation amount exceeds the amount outstanding on the invoice",
        ),
    ],
)
def test_a_bad_allocation_is_refused(au: Client, changes: Doc, text: str) -> None:
    key = au.invoice("A-1")["InvoiceID"]
    au.invoice("OTHER", Contact={"Name": "Bob"})
    au.invoice("EUR", CurrencyCode="EUR")
    au.invoice("SMALL", LineItems=[line("10")])
    note = credit_note(au)
    part = {"Invoice": {"InvoiceID": key}, "Amount": 22, "Date": "2026-11-22", **changes}
    (refused,) = au.put(f"CreditNotes/{note['CreditNoteID']}/Allocations", part)
    assert messages(refused) == [text]
    assert au.get("CreditNotes/R-1")[0]["RemainingCredit"] == D("22.00")


def test_credit_notes_take_no_discounts_and_need_their_own_number(au: Client) -> None:
    refused = credit_note(au, LineItems=[line("20", DiscountRate=10)])
    assert messages(refused) == ["Discounts are not supported on this type of document"]
    credit_note(au)
    assert messages(credit_note(au)) == ["Credit note # must be unique."]


def test_a_cash_refund_pays_the_credit_note(au: Client) -> None:
    note = credit_note(au)
    element = {
        "CreditNote": {"CreditNoteID": note["CreditNoteID"]},
        "Account": {"Code": "091"},
        "Amount": 22,
        "Date": "2026-11-22",
    }
    (refund,) = au.put("Payments", element)
    assert refund["PaymentType"] == "ARCREDITPAYMENT"
    (found,) = au.get("CreditNotes/R-1")
    assert (found["Status"], found["Payments"][0]["Amount"]) == ("PAID", D("22.00"))
    assert messages(au.put("Payments", element)[0]) == [EXCEEDS]


def test_an_overpayment_is_a_bank_transaction_that_can_be_allocated(au: Client) -> None:
    transaction = overpayment(au)
    (found,) = au.get("Overpayments", page=1)
    assert found["OverpaymentID"] == transaction["OverpaymentID"]
    assert (found["RemainingCredit"], found["TotalTax"]) == (D("30.00"), D("0.00"))
    key = au.invoice("A-1")["InvoiceID"]
    part = {"Invoice": {"InvoiceID": key}, "Amount": 30, "Date": "2026-11-22"}
    (allocation,) = au.put(f"Overpayments/{found['OverpaymentID']}/Allocations", part)
    assert allocation["Overpayment"]["OverpaymentID"] == found["OverpaymentID"]
    assert au.get("Invoices/A-1")[0]["AmountDue"] == D("80.00")
    assert au.get(f"Overpayments/{found['OverpaymentID']}")[0]["Status"] == "PAID"


def test_overpayments_cannot_be_created_directly(au: Client) -> None:
    assert au.send("PUT", "Overpayments", {"Overpayments": []}).status_code == 405


def test_a_bank_transaction_needs_a_bank_account_and_can_be_deleted(au: Client) -> None:
    element = {
        "Type": "SPEND",
        "Contact": {"Name": "Stripe"},
        "BankAccount": {"Code": "970"},
        "LineItems": [line("1.75", AccountCode="404")],
    }
    (refused,) = au.put("BankTransactions", element)
    assert messages(refused) == ["The BankAccount must be an active account of type BANK"]
    (found,) = au.put("BankTransactions", {**element, "BankAccount": {"Code": "091"}})
    assert found["Total"] == D("1.75")
    path = f"BankTransactions/{found['BankTransactionID']}"
    assert au.post(path, {"Status": "DELETED"})[0]["Status"] == "DELETED"


def test_a_used_overpayments_transaction_stays(au: Client) -> None:
    transaction = overpayment(au)
    part = {"Amount": 5, "Date": "2026-11-22"}
    part["Invoice"] = {"InvoiceID": au.invoice("A-1")["InvoiceID"]}
    au.put(f"Overpayments/{transaction['OverpaymentID']}/Allocations", part)
    path = f"BankTransactions/{transaction['BankTransactionID']}"
    assert "has been used" in messages(au.post(path, {"Status": "DELETED"})[0])[0]


def test_voiding_a_credit_note(au: Client) -> None:
    note = credit_note(au)
    (voided,) = au.post(f"CreditNotes/{note['CreditNoteID']}", {"Status": "VOIDED"})
    assert (voided["Status"], voided["RemainingCredit"]) == ("VOIDED", D("0.00"))
